/* cloud.clear_object_identifier: null and nothing else, on beta (graph 10.4). */
#include "recovery/apply/run.h"

static int check(const struct ra_plan_step *s, struct ra_err *err)
{
    if (ra_str_absent(s->want.text) && !ra_str_absent(s->have.text))
        return 0;
    return ra_fail(err, RA_ESTALE,
                   "step " RA_STR_FMT ": onPremisesObjectIdentifier can be cleared, and not set",
                   RA_STR_ARG(s->id));
}

const struct ra_step_kind ra_kind_object_identifier = {
    .op = RA_OP_CLEAR_OBJECT_IDENTIFIER,
    .place = RA_IN_CLOUD,
    .property = RA_USER_OBJECT_IDENTIFIER,
    .folded = true,
    .check = check,
    .who = "a Global Administrator or Hybrid Identity Administrator (app permission "
           "User-OnPremisesSyncBehavior.ReadWrite.All)",
};
