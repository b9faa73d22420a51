/*
 * The generator's workshop. Objects are made in pairs, an AD object and the cloud object it was
 * synchronised to: first the AD side in one of many shapes, then its peer in step with it, then
 * something drives the two apart. At last values are copied and swapped between any two pairs.
 */
#ifndef RA_TESTS_PROPERTY_GENERATE_INNER_H
#define RA_TESTS_PROPERTY_GENERATE_INNER_H

#include "tests/property/generate.h"
#include "tests/property/rng.h"

enum mood {
    TIDY,  /* nothing is wrong */
    USUAL, /* something is wrong here and there */
    NASTY,
};

enum truth { BY_CONSISTENCY_GUID, BY_OBJECT_GUID, BY_CUSTOM };

struct generator {
    struct org *org;
    struct rng rng;
    enum mood mood;
    enum truth truth;           /* what the tenant's immutableIds were made from */
    int custom;                 /* which custom attribute, for BY_CUSTOM */
    const char *initial_domain; /* even if the tenant could not be asked for it */
    bool never_synced, ooi_asked, soa_asked;
    unsigned stamped; /* percent of the users who have a ConsistencyGuid */
    size_t serial;
};

struct pair {
    struct org_ad ad;
    struct org_cloud cloud;
    bool in_ad, in_cloud;
    const char *local, *domain, *address; /* of the person's name */
};

/* A way to change a pair, and from which mood on it is taken. */
struct twist {
    enum mood mood;
    void (*make)(struct generator *g, struct pair *p);
};

/* ---- words (generate_words.c) ---- */

const char *text(struct generator *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *upper(struct generator *g, const char *s);
bool chance(struct generator *g, unsigned percent);
size_t any(struct generator *g, size_t n);
const char *one_of(struct generator *g, const char *const *words); /* ends with NULL */
const char *new_id(struct generator *g);
const char *new_sid(struct generator *g, int directory);
const char *new_name(struct generator *g); /* of a person or thing, in any script */
const char *new_unit(struct generator *g); /* RDNs of an organisational unit, escaped */
const char *respelled(struct generator *g, const char *dn);  /* the same DN in other letters */
const char *escaped(struct generator *g, const char *value); /* for an RDN */
struct org_bytes new_bytes(struct generator *g, size_t n);
const char *guid_of(struct generator *g, const unsigned char guid[16]);
/* Base64 with one letter's case turned; NULL when it has no letter that may be turned. */
const char *case_twin(struct generator *g, const char *anchor);

void add_text(struct generator *g, struct org_texts *to, const char *s);

/* ---- objects ---- */

void add_ad(struct generator *g, const struct org_ad *ad);
void add_cloud(struct generator *g, const struct org_cloud *cloud);
struct org_cloud new_cloud(struct generator *g, enum org_kind kind); /* a live one, in step */
const char *true_anchor(struct generator *g, const struct org_ad *ad);
void name_pair(struct generator *g, struct pair *p, enum org_kind kind);
void apply(struct generator *g, struct pair *p, const struct twist *twists, size_t n,
           unsigned percent);
void keep(struct generator *g, struct pair *p);

/* ---- the chapters ---- */

void shape_user(struct generator *g, struct pair *p); /* generate_shapes.c */
void part_user(struct generator *g, struct pair *p);  /* generate_parting.c */
void generate_user(struct generator *g);
void generate_group(struct generator *g);
void generate_contact(struct generator *g);
void generate_computer(struct generator *g);
void generate_cloud_only(struct generator *g);
void generate_soup(struct generator *g, size_t n); /* generate_soup.c */
void mix(struct generator *g);                     /* generate_mixture.c */
void generate_tenant(struct generator *g);         /* generate_tenant.c */
void generate_policy(struct generator *g);

#endif
