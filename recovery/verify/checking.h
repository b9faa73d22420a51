/* What the checks share: who is whose peer, and where findings go. Internal to verify. */
#ifndef RA_VERIFY_CHECKING_H
#define RA_VERIFY_CHECKING_H

#include "recovery/model/anchor.h"
#include "recovery/verify/verify.h"

struct ra_checking {
    const struct ra_report_input *in;
    struct ra_verified *out;
    struct ra_err *err;
    struct ra_anchor_attribute anchor;
    uint32_t ad_n;
    uint32_t *base;    /* of each directory: the number of its first object */
    uint32_t *verdict; /* by AD number: its verdict, or RA_NONE for a deleted object */
    uint32_t *peer;    /* by cloud sequence number: the AD object that names it as its peer */
    int damage;        /* RA_EINTEGRITY once something could not be read */
};

void ra_checking_begin(struct ra_checking *c, const struct ra_report_input *in,
                       struct ra_verified *out, struct ra_err *err);
void ra_checking_end(struct ra_checking *c);

/* Whether the AD object is live and in scope. */
bool ra_checking_in_scope(const struct ra_checking *c, uint32_t ad);
const struct ra_verdict *ra_checking_verdict(const struct ra_checking *c, uint32_t ad);
/* The error for a record or index that cannot be read. */
int ra_checking_damaged(struct ra_checking *c, struct ra_str side);
int ra_checking_ad(struct ra_checking *c, uint32_t number, struct ra_ad_object *out);
/* Whether it names SIDs of others: a SID history, or a master account. */
bool ra_checking_tied(struct ra_checking *c, uint32_t number);
int ra_checking_cloud(struct ra_checking *c, uint32_t seq, struct ra_cloud_object *out);

/* A finding of this pair, which may be filled further until the next one. */
struct ra_verify_finding *ra_found(struct ra_checking *c, enum ra_reason reason, unsigned kind,
                                   uint32_t ad, uint32_t cloud);
void ra_found_value(struct ra_checking *c, struct ra_verify_finding *f, struct ra_str value);
void ra_not_checked(struct ra_checking *c, unsigned check, uint64_t objects, const char *why);

/* Everybody who holds one key. */
struct ra_key_holder {
    uint32_t number; /* AD number, or cloud sequence number */
    uint8_t kind, bits;
};
struct ra_key_group {
    struct ra_str key;
    const struct ra_key_holder *all; /* by number */
    size_t n;
};
/* Calls each for every key that two or more objects of AD hold, over all directories; which names a
 * directory's index, or -1. For the cloud: in one of its indexes. */
typedef int ra_shared_fn(struct ra_checking *c, const struct ra_key_group *g);
int ra_shared_in_ad(struct ra_checking *c,
                    int (*which)(const struct ra_side *side, const struct ra_checking *c),
                    ra_shared_fn *each);
int ra_shared_in_cloud(struct ra_checking *c, enum ra_index index, ra_shared_fn *each);

/* The checks, each 0 or negative. */
int ra_check_verdicts(struct ra_checking *c);  /* V2, V4, V5, V6, V8, V10, V11 */
int ra_check_cloud(struct ra_checking *c);     /* V1, V9, V13 */
int ra_check_shared(struct ra_checking *c);    /* V3, V12 */
int ra_check_attribute(struct ra_checking *c); /* V7, and V8's thresholds */
int ra_check_case(struct ra_checking *c);      /* V15 */
int ra_check_drift(struct ra_checking *c, const struct ra_baseline *baseline); /* V14 */

#endif
