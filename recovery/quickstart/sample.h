/*
 * A sample organisation, both sides of it, written from a seed: saved Graph responses and an LDIF
 * dump that belong together, and for every object the verdict that it was planted for. What is
 * expected comes from how a case was made; nothing here asks the rules of matching. Written as a
 * stream: memory does not grow with the number of people.
 */
#ifndef RA_QUICKSTART_SAMPLE_H
#define RA_QUICKSTART_SAMPLE_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/ident.h"
#include "src/base/json.h"

#include <stdint.h>
#include <stdio.h>

/* Which attribute the lost server had as source anchor. */
enum ra_org_mode { RA_ORG_CONSISTENCY, RA_ORG_GUID, RA_ORG_CUSTOM, RA_ORG_MIXED };

enum ra_org_file {
    RA_OUT_USERS,
    RA_OUT_GROUPS,
    RA_OUT_CONTACTS,
    RA_OUT_DEVICES,
    RA_OUT_DELETED_USERS,
    RA_OUT_ASSIGNMENTS,
    RA_OUT_ELIGIBILITIES,
    RA_OUT_ROLE_GROUPS,
    RA_OUT_LISTS, /* those above are {"value":[…]} */
    RA_OUT_LDIF = RA_OUT_LISTS,
    RA_OUT_EXPECTED,
    RA_OUT_FILES
};

struct ra_org {
    uint64_t seed, users;
    enum ra_org_mode mode;
    bool disaster;
    bool clean; /* nothing that a check of anchor integrity would name */
    bool allow; /* expectations for takeover = allow and soft_match = server */
    const char *domain;
    char base[256];    /* DC=contoso,DC=test */
    char initial[160]; /* contoso.onmicrosoft.com */
    struct ra_guid tenant;
    FILE *out[RA_OUT_FILES];
    bool listed[RA_OUT_LISTS]; /* something stands in the list already */
    struct ra_buf line;
};

#define RA_SAMPLE_TEXT      128
#define RA_SAMPLE_ADDRESSES 4

/* An AD object about to be written. Empty text is absent. */
struct ra_sample_ad {
    const char *kind;  /* user, inetOrgPerson, group, contact, computer */
    const char *below; /* its OU, relative to the domain; "" for the domain itself */
    char cn[RA_SAMPLE_TEXT], given[48], sn[48], display[RA_SAMPLE_TEXT];
    char sam[64], upn[RA_SAMPLE_TEXT], mail[RA_SAMPLE_TEXT], nick[RA_SAMPLE_TEXT];
    char employee[32], description[48], admin_description[48];
    char address[RA_SAMPLE_ADDRESSES][RA_SAMPLE_TEXT]; /* with prefix */
    unsigned many_addresses;                           /* that many further ones */
    uint8_t guid[16];
    uint8_t consistency[24];
    size_t consistency_n;
    uint32_t rid; /* 0: no SID */
    int64_t recipient_type;
    uint32_t control; /* userAccountControl */
    int32_t group_type;
    bool certificate, deleted;
    char member[3][2 * RA_SAMPLE_TEXT];
};

enum ra_sample_synced { RA_SAMPLE_NEVER, RA_SAMPLE_SYNCED, RA_SAMPLE_NO_MORE };

/* A cloud object about to be written. Empty text is null. */
struct ra_sample_cloud {
    enum ra_org_file in;
    char id[RA_GUID_TEXT];
    char upn[RA_SAMPLE_TEXT], mail[RA_SAMPLE_TEXT], display[RA_SAMPLE_TEXT], nick[RA_SAMPLE_TEXT];
    char address[RA_SAMPLE_ADDRESSES][RA_SAMPLE_TEXT];
    enum ra_sample_synced synced;
    char immutable_id[64], sid[RA_SID_TEXT], sam[64], dn[3 * RA_SAMPLE_TEXT],
        ad_upn[RA_SAMPLE_TEXT];
    char identifier[RA_GUID_TEXT]; /* onPremisesObjectIdentifier */
    char device_id[RA_GUID_TEXT];
    bool guest, disabled, cloud_managed, role_assignable, security;
};

/* What is expected of an object. */
struct ra_sample_want {
    const char *code, *cause;
    const char *warnings; /* sorted, separated by spaces; NULL for none */
    const char *blocks;
    const char *peer; /* cloud id, or NULL */
};

/* As snprintf, and what does not fit is a fault of this program. */
void ra_sample_print(char *out, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* names.c: everything about object i of a kind comes from the seed, the kind's name and i. */
uint64_t ra_sample_hash(const struct ra_org *o, const char *kind, uint64_t i);
void ra_sample_guid(const struct ra_org *o, const char *kind, uint64_t i, uint8_t out[16]);
void ra_sample_guid_text(const struct ra_org *o, const char *kind, uint64_t i,
                         char out[RA_GUID_TEXT]);
void ra_sample_sid(uint32_t rid, char out[RA_SID_TEXT]);
struct ra_sample_name {
    const char *given, *sn, *given_ascii, *sn_ascii;
};
struct ra_sample_name ra_sample_name(const struct ra_org *o, uint64_t i);
const char *ra_sample_department(const struct ra_org *o, uint64_t i);

/* ad.c */
void ra_sample_tree(struct ra_org *o); /* the OUs */
void ra_sample_put_ad(struct ra_org *o, const struct ra_sample_ad *a);
void ra_sample_dn(const struct ra_org *o, const struct ra_sample_ad *a, struct ra_buf *out);

/* cloud.c */
void ra_sample_put_cloud(struct ra_org *o, const struct ra_sample_cloud *c);
void ra_sample_put_item(struct ra_org *o, enum ra_org_file in); /* o->line as a list's next item */

/* expect.c */
void ra_sample_want_ad(struct ra_org *o, const struct ra_sample_ad *a,
                       const struct ra_sample_want *w);
void ra_sample_want_cloud(struct ra_org *o, const struct ra_sample_cloud *c,
                          const struct ra_sample_want *w);
void ra_sample_want_summary(struct ra_org *o);

/* person.c: a person on both sides, healthy: what every case starts from. half tells apart the two
 * people of a case that needs two. */
struct ra_sample_pair {
    struct ra_sample_ad ad;
    struct ra_sample_cloud cloud;
};
void ra_sample_person(const struct ra_org *o, uint64_t i, unsigned half, struct ra_sample_pair *p);
/* The anchor that the lost server computed for the object. */
void ra_sample_anchor(const struct ra_org *o, const struct ra_sample_ad *a, char out[64]);
void ra_sample_lose_anchor(const struct ra_org *o, struct ra_sample_ad *a); /* fallback remains */
void ra_sample_move(struct ra_sample_pair *p, const char *local, const char *domain);

/* Writes the object, and what is expected of it. */
void ra_sample_ad(struct ra_org *o, const struct ra_sample_ad *a, const char *code,
                  const char *warnings, const char *peer);
void ra_sample_ad_skipped(struct ra_org *o, const struct ra_sample_ad *a, const char *cause);
/* blocks with BLOCK_… codes is what the block list is to hold; the code is its first. */
void ra_sample_ad_blocked(struct ra_org *o, const struct ra_sample_ad *a, const char *blocks,
                          const char *peer);
/* Either what a permitting policy lets happen, or the block of the one that does not. */
void ra_sample_ad_by_policy(struct ra_org *o, const struct ra_sample_ad *a, const char *allowed,
                            const char *denied, const char *peer);
void ra_sample_cloud(struct ra_org *o, const struct ra_sample_cloud *c, const char *code,
                     const char *cause);
void ra_sample_orphan(struct ra_org *o, const struct ra_sample_cloud *c, const char *cause);

/* A case is chosen by the number of the object, so that any one can be made without the others. */
struct ra_sample_case {
    void (*write)(struct ra_org *o, uint64_t i);
    bool disaster; /* not in an organisation that had none */
    bool once;     /* in the first block alone: one finding of it stops the gate */
};
#define RA_SAMPLE_BLOCK 500 /* people to a block: each block has every case once */

/* tenant.c: who holds which role, one of the built-in ones. */
enum ra_sample_role { RA_ROLE_GLOBAL_ADMIN, RA_ROLE_USER_ADMIN, RA_ROLE_REPORTS_READER };
void ra_sample_assign(struct ra_org *o, const char *principal, const char *type,
                      enum ra_sample_role role);
void ra_sample_eligible(struct ra_org *o, const char *principal, enum ra_sample_role role);
void ra_sample_role_group(struct ra_org *o, const char *group, const char *member);

/* person_cases.c, group_cases.c, other_cases.c, tenant.c */
void ra_sample_people(struct ra_org *o);
void ra_sample_groups(struct ra_org *o);
void ra_sample_contacts(struct ra_org *o);
void ra_sample_computers(struct ra_org *o);
int ra_sample_documents(const struct ra_org *o, const char *dir, struct ra_err *err);

#endif
