/*
 * What a plan says the sync engine's first export will do with an object, once the plan's steps are
 * carried out and its window is open: what `verify --plan` holds against the tenant afterwards.
 * Plain data; everything is borrowed.
 */
#ifndef RA_MODEL_PREDICTION_H
#define RA_MODEL_PREDICTION_H

#include "recovery/model/verdict.h"

enum ra_outcome {
    RA_WILL_ADD,     /* a new cloud object comes into being */
    RA_WILL_DELETE,  /* a synced cloud object goes */
    RA_WILL_MATCH,   /* a cloud object becomes this AD object's: it was not, or was kept from it */
    RA_WILL_REJOIN,  /* a synced cloud object stays as it is, and stays synced */
    RA_WILL_UNKNOWN, /* synced, and nothing is said of it: not new, whatever becomes of it */
    RA_OUTCOMES
};

/* The member of plan.json's "expected". */
const char *ra_outcome_name(enum ra_outcome outcome);

struct ra_prediction {
    enum ra_outcome outcome;
    struct ra_str id; /* of the cloud object; absent for RA_WILL_ADD */
    /* The rest only for the first three. */
    enum ra_kind kind; /* of the AD object, or of the cloud object when there is none */
    enum ra_verdict_code why;
    struct ra_str anchor;    /* a user's, as onPremisesImmutableId will be */
    struct ra_str sid, smtp; /* what stands in for the anchor of a group, and of a contact */
    struct ra_str directory, dn, object_guid; /* of the AD object */
};

#endif
