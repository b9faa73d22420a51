/*
 * Whether an anchor that AD lost can be given back, and to whom: the one rule behind fixes.ldif,
 * the remedies and the plan's ad.set_consistency_guid. Pure, on the facts of one verdict.
 */
#ifndef RA_MODEL_REPAIR_H
#define RA_MODEL_REPAIR_H

#include "recovery/model/anchor.h"
#include "recovery/model/verdict.h"

/* Whether, and if not why not, mS-DS-ConsistencyGuid can be set to what the cloud holds. */
enum ra_fix {
    RA_FIX_WRITE,     /* in fixes.ldif, live; a step of the plan */
    RA_FIX_CONFIRM,   /* in fixes.ldif as a comment: a person must say that both are one */
    RA_FIX_CONTENDED, /* more than one AD object would get that anchor */
    RA_FIX_MODE,      /* the source anchor is another attribute */
    RA_FIX_VALUE,     /* what the cloud holds is not 16 bytes */
    RA_FIX_UNSEEN,    /* the cloud shows no anchor for this kind of object */
    RA_FIX_NONE,      /* nothing of the sort to repair */
};

struct ra_fix_facts {
    enum ra_verdict_code code;
    enum ra_kind ad, cloud;
    struct ra_str immutable_id; /* the peer's */
    enum ra_anchor_kind anchor; /* that anchors were computed with */
    bool contended;             /* more than one AD object has this peer */
};

/* guid: the 16 bytes to write, for the first three. */
enum ra_fix ra_fix_rule(const struct ra_fix_facts *f, unsigned char guid[16]);

/* The 16 bytes that an anchor stands for; false when it is not the Base64 of so many. */
bool ra_anchor_bytes(struct ra_str anchor, unsigned char out[16]);

/* By sequence number of the cloud's objects: how many AD objects have it as their peer, 2 standing
 * for more. Free with free(). */
unsigned char *ra_named_by(const struct ra_result *r, uint32_t cloud_n);

#endif
