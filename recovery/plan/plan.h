/*
 * The plan: what was decided, from which snapshots, under which policy, the steps that apply may
 * carry out, and what the first export is expected to do afterwards. Turns the struct into the
 * bytes of plan.json and back; decides nothing (steps.h does). The bytes are one form only: a plan
 * in which a single byte was changed is refused.
 */
#ifndef RA_PLAN_PLAN_H
#define RA_PLAN_PLAN_H

#include "recovery/model/policy.h"
#include "recovery/model/prediction.h"
#include "recovery/model/verdict.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/mem.h"

#include <stdio.h>

#define RA_PLAN_FORMAT 1
#define RA_PLAN_MAX    ((size_t)1 << 30) /* bytes of a plan.json */

enum ra_plan_op {
    RA_OP_SET_CONSISTENCY_GUID,    /* ad.set_consistency_guid: values are Base64 */
    RA_OP_SET_IMMUTABLE_ID,        /* cloud.set_immutable_id: anchors */
    RA_OP_CLEAR_OBJECT_IDENTIFIER, /* cloud.clear_object_identifier: have is a GUID, want null */
    RA_OP_SET_FEATURES,            /* tenant.set_features: values are sets of flags */
    RA_OP_HOLD,                    /* ad.hold: values of adminDescription */
    RA_PLAN_OPS
};

const char *ra_plan_op_name(enum ra_plan_op op);
unsigned ra_plan_op_rank(enum ra_plan_op op); /* its place in the order of carrying out */

/* One side's snapshot as the plan was made from it. */
struct ra_plan_snapshot {
    struct ra_str side;   /* "cloud", "ad:NAME" */
    struct ra_str id;     /* the cache's number of it */
    struct ra_str hash;   /* of its records, hex */
    struct ra_str marker; /* AD: the highest USN; cloud: the delta's marker; absent when none */
};

/* A tenant feature as it is, or is to be. */
struct ra_plan_feature {
    struct ra_str name;
    bool on;
};

/* null when text is absent and there are no features. */
struct ra_plan_value {
    struct ra_str text;
    struct ra_plan_feature *features; /* sorted by name */
    size_t features_n;
};

struct ra_plan_target {
    struct ra_str directory; /* of an AD object; absent for cloud objects and the tenant */
    struct ra_str id;        /* objectGUID, cloud object id, or tenant id */
    struct ra_str dn;        /* of an AD object when the plan was made */
};

struct ra_plan_step {
    struct ra_str id; /* unique in the plan, such as "s000017" */
    enum ra_plan_op op;
    struct ra_plan_target target;
    struct ra_plan_value have, want;
    enum ra_verdict_code why;
    bool undoable; /* undo is what to write to go back; else null */
    struct ra_plan_value undo;
};

struct ra_plan {
    int64_t created;                    /* seconds since 1970 */
    struct ra_str tenant;               /* its GUID */
    struct ra_str anchor;               /* the attribute that anchors were computed with */
    struct ra_plan_snapshot *snapshots; /* sorted by side */
    size_t snapshots_n;
    struct ra_policy policy; /* without scopes and candidates */
    enum ra_gate gate;
    struct ra_str *reasons;
    size_t reasons_n;
    uint64_t counts[RA_VERDICT_CODES];
    struct ra_plan_step *steps;
    size_t steps_n, steps_cap;      /* steps_cap is 0 for an array that is not ra_plan_add_step's */
    bool expects_all;               /* of every object that is synced or will be; else of some */
    struct ra_prediction *expected; /* by outcome, then in the order in which they were added */
    size_t expected_n, expected_cap;
    char hash[65];         /* of a decoded plan */
    struct ra_arena arena; /* owns the parts of a decoded plan, and of one made by ra_plan_fill */
};

/* Takes gate, reasons, counts and anchor from the decision, and the policy. Everything is borrowed
 * but what is put into the plan's arena. */
void ra_plan_fill(struct ra_plan *plan, const struct ra_result *result,
                  const struct ra_policy *policy);

/* Building a plan by hand. The step is copied with all its texts into the plan's arena; its id is
 * left to ra_plan_order, so step->id may be absent. */
void ra_plan_add_step(struct ra_plan *plan, const struct ra_plan_step *step);
/* The same for what the first export is expected to do; the second half of the plan's use. A user
 * whose anchor was given back is RA_WILL_MATCH with the anchor and the AD object's GUID. */
void ra_plan_expect(struct ra_plan *plan, const struct ra_prediction *prediction);
/* Puts the steps into the order in which they are carried out (by operation: AD, cloud objects,
 * then the tenant's window; within one by directory and id) and numbers them "s000001" and so on;
 * the predictions by outcome and id. To be called once before a plan that was built is encoded. */
void ra_plan_order(struct ra_plan *plan);

/* Appends plan.json's bytes; the hash member is computed. Fails only past the buffer's maximum. */
int ra_plan_encode(const struct ra_plan *plan, struct ra_buf *out, struct ra_err *err);

/* Where steps and predictions come from that are too many to be held at once. Each function calls
 * each for every one in order, from the first on every time it is called; the texts live until each
 * returns. */
struct ra_plan_source {
    void *ctx;
    int (*steps)(void *ctx, void (*each)(void *to, const struct ra_plan_step *step), void *to,
                 struct ra_err *err);
    int (*expected)(void *ctx, enum ra_outcome outcome,
                    void (*each)(void *to, const struct ra_prediction *prediction), void *to,
                    struct ra_err *err);
};

/* Writes plan.json with what the source gives in place of the plan's own steps and predictions;
 * reads the source twice, once for the hash. A fault of the file sticks to fp. hash, unless NULL,
 * gets what the file has. */
int ra_plan_write(const struct ra_plan *plan, const struct ra_plan_source *source, FILE *fp,
                  char hash[65], struct ra_err *err);

/* RA_ESTALE for whatever is not byte for byte what ra_plan_encode wrote, with what was found where.
 * *out is freed with ra_plan_free; on an error there is nothing to free. */
int ra_plan_decode(struct ra_str bytes, struct ra_plan *out, struct ra_err *err);

void ra_plan_free(struct ra_plan *plan);

#endif
