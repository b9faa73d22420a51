/* What the chapters of the steps share. For recovery/plan/steps*.c alone. */
#ifndef RA_PLAN_STEPS_INNER_H
#define RA_PLAN_STEPS_INNER_H

#include "recovery/model/address.h"
#include "recovery/model/anchor.h"
#include "recovery/model/head.h"
#include "recovery/model/repair.h"
#include "recovery/plan/steps.h"

/* A step or a prediction, in the room that a million may take. */
struct ra_step_entry {
    unsigned char key[16]; /* of the target, in the order of its text */
    uint32_t verdict;      /* into the decision's verdicts; RA_NONE for the window */
    uint16_t directory;
    uint8_t op; /* enum ra_plan_op, or enum ra_outcome */
};

struct ra_step_list {
    struct ra_step_entry *at;
    size_t n, cap;
};

/* By sequence number: what becomes of a cloud object, and which step it has. */
enum { RA_FATE_OPEN, RA_FATE_REJOIN, RA_FATE_DELETE, RA_FATE_MATCH };

struct ra_steps {
    struct ra_steps_input in;
    const struct ra_result *decided; /* under the window when it opens, else in.result */
    struct ra_anchor_attribute anchor;
    struct ra_step_list steps, matched, added;
    unsigned char *named; /* ra_named_by */
    unsigned char *fate;  /* RA_FATE_… */
    size_t fates[RA_FATE_MATCH + 1];
    struct ra_plan_feature have[3], want[3]; /* of the window */
    size_t features_n;
    bool bypassed; /* identifiers may change: as things are, or once the window is open */
    uint64_t exposed[RA_VERDICT_CODES];
    size_t by_op[RA_PLAN_OPS];
    bool damaged; /* something could not be read where nobody waits for it; ra_steps_whole */
    struct ra_side_cursor *ooi, *soa, *anchors, *sids, *ids;
    struct ra_arena scratch; /* one object's */
    char id[24];             /* of the step that was last given */
};

/* One verdict's objects, decoded; in the scratch arena. */
struct ra_subject {
    const struct ra_verdict *v;
    const struct ra_side *side;
    uint16_t directory;
    struct ra_ad_object ad;
    bool has_cloud;
    struct ra_cloud_object cloud;
    struct ra_str anchor; /* the AD object's */
    bool ooi_known;
    struct ra_str ooi; /* the cloud object's; absent when null or unknown */
};

/* steps_read.c */
/* RA_EINTEGRITY when anything that was asked for so far could not be read; else 0. */
int ra_steps_whole(const struct ra_steps *s, struct ra_err *err);
int ra_subject_read(struct ra_steps *s, const struct ra_verdict *v, struct ra_subject *out,
                    struct ra_err *err);
bool ra_subject_bound_elsewhere(const struct ra_subject *x); /* by the object identifier */
/* Whether another mark than the anchor says that both are one, and none says otherwise. */
bool ra_subject_same_person(struct ra_steps *s, const struct ra_subject *x);
/* Live users with this anchor: 0, 1, or 2 for more. */
int ra_anchor_holders(struct ra_steps *s, struct ra_str anchor);
enum ra_tri ra_subject_cloud_managed(struct ra_steps *s, const struct ra_subject *x);

/* steps_rules.c: a set of 1 << enum ra_plan_op. */
unsigned ra_steps_of(struct ra_steps *s, const struct ra_subject *x);
bool ra_step_possible(const struct ra_steps *s, const struct ra_verdict *v); /* before decoding */
struct ra_str ra_hold_value(enum ra_kind kind);
bool ra_hold_possible(const struct ra_steps *s, const struct ra_verdict *v, bool peer_synced);

/* steps_window.c */
bool ra_window_gains(const struct ra_result *now, const struct ra_result *opened);
/* Counts into s->exposed; s->named is of the opened decision. */
int ra_window_exposes(struct ra_steps *s, const struct ra_result *opened,
                      const struct ra_flags *flags, struct ra_err *err);
void ra_window_features(struct ra_steps *s, const struct ra_flags *flags);

/* steps_give.c */
void ra_step_key(struct ra_str guid, unsigned char key[16]); /* bytes in LDAP's order */
void ra_step_key_text(struct ra_str id, unsigned char key[16]);

#endif
