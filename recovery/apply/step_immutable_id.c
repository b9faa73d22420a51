/* cloud.set_immutable_id: the anchor of a user that the cloud masters (graph 10.1). */
#include "recovery/apply/run.h"

#include <string.h>

static int check(const struct ra_plan_step *s, struct ra_err *err)
{
    struct ra_str v = s->want.text;

    for (size_t i = 0; i < v.n; i++)
        if (strchr("$_", v.p[i]))
            return ra_fail(err, RA_ESTALE,
                           "step " RA_STR_FMT ": onPremisesImmutableId " RA_STR_FMT
                           " has a character that the service refuses, $ or _",
                           RA_STR_ARG(s->id), RA_STR_ARG(v));
    return 0;
}

const struct ra_step_kind ra_kind_immutable_id = {
    .op = RA_OP_SET_IMMUTABLE_ID,
    .place = RA_IN_CLOUD,
    .property = RA_USER_IMMUTABLE_ID,
    .when_cloud_managed = true,
    .check = check,
    .who = "a Privileged Authentication Administrator or Global Administrator, as the user holds "
           "an administrator role or is in a role-assignable group (for other users: the app "
           "permission User.ReadWrite.All)",
};
