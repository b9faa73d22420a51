/*
 * The steps of a decision, and what the first export is expected to do once they are carried out.
 * Pure: base and model only. A step is made where the decision leaves one way and no doubt:
 *   ad.set_consistency_guid        ANCHOR_DRIFT, by the rule of fixes.ldif (model/repair.h), and
 *                                  ANCHOR_CONFLICT that a person has confirmed
 *   cloud.clear_object_identifier  BLOCK_OOI of a live user that is the same person by another mark
 *   cloud.set_immutable_id         a user's SOFT_SMTP or SOFT_UPN under policy `stamp`
 *   ad.hold                        asked for: what would go wrong is kept out of the first sync
 *   tenant.set_features            flags that alone stand in the way of what policy permits
 * Nothing is kept but a few dozen bytes a step: texts are read again whenever they are asked for.
 */
#ifndef RA_PLAN_STEPS_H
#define RA_PLAN_STEPS_H

#include "recovery/model/index.h"
#include "recovery/plan/plan.h"

/* Everything is borrowed until ra_steps_free. */
struct ra_steps_input {
    const struct ra_side *ad; /* one for each directory, numbered one after another */
    size_t ad_n;
    const struct ra_side *cloud;
    struct ra_str tenant_id;
    const struct ra_tenant *tenant; /* as it is now */
    const struct ra_policy *policy;
    const struct ra_result *result; /* the decision as things are */
    /* AD objects of which a person has said that each and the peer of its ANCHOR_CONFLICT are one;
     * sorted by their bytes. */
    const struct ra_guid *confirmed;
    size_t confirmed_n;
    bool hold;   /* asked for: ad.hold */
    bool bypass; /* asked for: the window lets identifiers change instead of clearing them */
};

/* The flags with which more would be permitted than as things are; false when there are none. Then
 * decide again with them, and hand the second decision to ra_steps_decide. */
bool ra_window_wanted(const struct ra_steps_input *in, struct ra_flags *flags);

struct ra_steps;

/* opened: the decision under the window's flags, or NULL when none was wanted; with its flags. The
 * window is left closed when nothing gains by it or when it would expose an object that policy does
 * not permit to be matched; ra_steps_exposed tells. RA_EINTEGRITY for a damaged record. */
int ra_steps_decide(const struct ra_steps_input *in, const struct ra_result *opened,
                    const struct ra_flags *flags, struct ra_steps **out, struct ra_err *err);
void ra_steps_free(struct ra_steps **s);

size_t ra_steps_count(const struct ra_steps *s);
size_t ra_steps_count_of(const struct ra_steps *s, enum ra_plan_op op);
/* The objects that keep the window closed, by the code of their verdict; true when there is any. */
bool ra_steps_exposed(const struct ra_steps *s, uint64_t counts[RA_VERDICT_CODES]);
/* How many predictions of an outcome, and of RA_WILL_MATCH and RA_WILL_ADD by verdict. */
size_t ra_steps_expected(const struct ra_steps *s, enum ra_outcome outcome);
void ra_steps_expected_by(const struct ra_steps *s, enum ra_outcome outcome,
                          uint64_t counts[RA_VERDICT_CODES]);

/* The AD object's number and objectGUID that step i is for, RA_NONE for the window; and the verdict
 * that it has once all steps are done, RA_VERDICT_CODES where a fact is missing that only a new
 * read tells. */
struct ra_step_promise {
    uint32_t ad;
    enum ra_verdict_code code;
    struct ra_str object_guid; /* lives as the step's texts do */
};

/* Step i in the order of carrying out, numbered from 0. Texts live until the next call. promise may
 * be NULL. */
int ra_steps_get(struct ra_steps *s, size_t i, struct ra_plan_step *out,
                 struct ra_step_promise *promise, struct ra_err *err);
/* Of an AD object's number, or of a cloud object's seq: the places of the steps that change it; at
 * most max of them. */
size_t ra_steps_of_ad(const struct ra_steps *s, uint32_t number, size_t *out, size_t max);
size_t ra_steps_of_cloud(const struct ra_steps *s, uint32_t seq, size_t *out, size_t max);

/* For ra_plan_write; lives as long as the steps. */
struct ra_plan_source ra_steps_source(struct ra_steps *s);

#endif
