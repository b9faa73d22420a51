/* ad.set_consistency_guid: the source anchor of an AD object, 16 bytes (domain 1.2). */
#include "recovery/apply/run.h"

static int check(const struct ra_plan_step *s, struct ra_err *err)
{
    char bytes[16];
    size_t n = sizeof bytes;

    if (ra_str_absent(s->want.text) || (ra_base64_decode(s->want.text, bytes, &n) && n == 16))
        return 0;
    return ra_fail(err, RA_ESTALE,
                   "step " RA_STR_FMT ": mS-DS-ConsistencyGuid is to become " RA_STR_FMT
                   ", want 16 bytes in Base64",
                   RA_STR_ARG(s->id), RA_STR_ARG(s->want.text));
}

const struct ra_step_kind ra_kind_consistency_guid = {
    .op = RA_OP_SET_CONSISTENCY_GUID,
    .place = RA_IN_DIRECTORY,
    .attribute = "mS-DS-ConsistencyGuid",
    .binary = true,
    .check = check,
    .who = "an account that may write mS-DS-ConsistencyGuid of this object; objects below "
           "AdminSDHolder do not inherit what was granted on their OU",
};
