/*
 * What the chapters of the oracle share: objects with their inputs worked out, books to look
 * objects up by a text, and the ruling on each AD object while it grows.
 */
#ifndef RA_TESTS_PROPERTY_ORACLE_INNER_H
#define RA_TESTS_PROPERTY_ORACLE_INNER_H

#include "tests/property/oracle.h"

/* ---- texts (oracle_text.c) ---- */

#define NONE SIZE_MAX

bool present(const char *s);
bool same(const char *a, const char *b);        /* both present and equal, byte for byte */
bool same_folded(const char *a, const char *b); /* both present and equal, ASCII without case */
bool starts_folded(const char *s, const char *prefix);
bool contains(const char *s, const char *part);
const char *fold(struct ra_arena *a, const char *s);
const char *base64(struct ra_arena *a, const unsigned char *p, size_t n);
const char *guid_text(struct ra_arena *a, const unsigned char guid[16]);
const char *format(struct ra_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- distinguished names (oracle_dn.c) ---- */

bool dn_below(struct ra_arena *a, const char *dn, const char *base); /* at or below */
const char *dn_dns_name(struct ra_arena *a, const char *dn);         /* of its DC= parts */
bool dn_is_conflict(struct ra_arena *a, const char *dn);             /* a replication victim */

/* ---- books: (text, object) pairs, sorted (oracle_book.c) ---- */

struct entry {
    const char *key;
    size_t who;
};

struct book {
    struct entry *at;
    size_t n, cap;
};

void book_add(struct book *b, const char *key, size_t who); /* absent keys are left out */
void book_sort(struct book *b);
void book_free(struct book *b);
const struct entry *book_find(const struct book *b, const char *key, size_t *n);
bool book_has(const struct book *b, const char *key);

/* ---- objects, their inputs worked out (oracle_inputs.c) ---- */

struct addresses {
    struct org_texts all;
    size_t values; /* as they stand, twice the same counted twice */
    const char *primary;
    bool two_primaries;
};

struct ad_view {
    const struct org_ad *is;
    const char *cause; /* of SKIP_SCOPE, else NULL */
    bool linked, no_anchor, in_scope;
    const char *guid, *guid_anchor; /* objectGUID as text, and as an anchor */
    const char *anchor;             /* by the attribute in use */
    struct addresses mail;
    const char *upn, *name;
    bool upn_replaced, odd_guid;
};

struct cloud_view {
    const struct org_cloud *is;
    bool live, synced, guest;
    struct addresses mail;
    const char *upn, *name, *device_guid;
};

/* A ruling: the outcome, and how it was reached. */
struct ruling {
    struct outcome says;
    bool looked_in_vain; /* at a flag that could not be read */
    bool claims_block;   /* a BLOCK_* reached through the hard step or the group's SID */
    bool smtp_contact;   /* was MATCH_SMTP before another AD object was found with its address */
};

enum attribute { CONSISTENCY_GUID, OBJECT_GUID, CUSTOM };

/* The books that are kept. */
enum {
    /* live cloud users; ANCHORED_SID has those with an immutableId only */
    USER_ANCHOR,
    USER_SID,
    ANCHORED_SID,
    USER_UPN,
    DELETED_ANCHOR, /* of soft-deleted cloud users */
    /* live cloud groups and devices */
    GROUP_SID,
    SYNCED_GROUP_SID,
    GROUP_NAME,
    DEVICE,
    /* live cloud objects of any kind: by primary SMTP, and by any address */
    PRIMARY,
    ADDRESS,
    /* AD objects in scope */
    AD_USER_ANCHOR,
    AD_GROUP_ANCHOR,
    AD_UPN,
    AD_ADDRESS,
    /* AD objects of any kind that explain orphans: out of scope, and deleted */
    SKIPPED_ANCHOR,
    SKIPPED_SID,
    SKIPPED_GUID,
    SKIPPED_PRIMARY,
    GONE_ANCHOR,
    GONE_SID,
    GONE_GUID,
    BOOKS
};

struct oracle {
    const struct org *org;
    struct ra_arena *arena;
    struct outcomes *out;
    enum attribute mode; /* the source anchor in use */
    int custom;          /* which one, for CUSTOM */
    struct ad_view *ad;
    struct cloud_view *cloud;
    struct ruling *rulings; /* by AD object */
    bool *claimed;          /* by cloud object */
    struct book books[BOOKS];
};

/* custom < 0: an attribute that the directories were not read for; nobody has a value. */
const char *anchor_by(struct oracle *o, const struct org_ad *ad, enum attribute mode, int custom);
void view_ad(struct oracle *o, size_t i);
void view_anchor(struct oracle *o, size_t i); /* once the attribute is known */
void view_cloud(struct oracle *o, size_t i);

/* ---- the chapters ---- */

const char *scope_cause(struct oracle *o, const struct org_ad *a); /* or NULL: in scope */
void detect_anchor(struct oracle *o);
void decide_user(struct oracle *o, size_t i);
void decide_group(struct oracle *o, size_t i);
void decide_contact(struct oracle *o, size_t i);
void decide_computer(struct oracle *o, size_t i);
void warn_of_duplicates(struct oracle *o, size_t i);
void warn_of_person(struct oracle *o, size_t i);
void warn_of_inputs(struct oracle *o, size_t i);
void decide_leftovers(struct oracle *o);
void decide_gate(struct oracle *o);

/* ---- ruling (oracle_rule.c) ---- */

void say(struct oracle *o, size_t i, const char *code, int row, size_t peer);
void say_sure(struct oracle *o, size_t i, const char *code, int row, size_t peer, char confidence);
void block(struct ruling *r, const char *code);
void say_blocked(struct oracle *o, size_t i, int row, size_t peer); /* by the first of its blocks */
void warn(struct ruling *r, const char *name);
bool warned(const struct ruling *r, const char *name);
/* The flag, restrictive when unknown; the ruling remembers that it was looked at. */
bool flag(struct oracle *o, struct ruling *r, enum org_flag f);
/* The object of the book's entries whose id is lowest, but for the one given; or NONE. */
size_t lowest(const struct oracle *o, const struct book *b, const char *key, size_t except);
size_t held_by(const struct oracle *o, const struct ad_view *a, size_t except);
bool is(const struct ruling *r, const char *code);
bool is_family(const struct ruling *r, const char *prefix);

#endif
