/* ad.hold: adminDescription with a prefix that keeps the object out of the sync (domain 6.1; not
 * documented by the vendor, hence confidence L and asked for explicitly). */
#include "recovery/apply/run.h"

static int check(const struct ra_plan_step *s, struct ra_err *err)
{
    static const char *const prefixes[] = {"User_", "Group_", "Contact_"};

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (ra_str_starts_fold(s->want.text, ra_str(prefixes[i])))
            return 0;
    return ra_fail(err, RA_ESTALE,
                   "step " RA_STR_FMT ": adminDescription is to become " RA_STR_FMT
                   ", want one that begins with User_, Group_ or Contact_",
                   RA_STR_ARG(s->id), RA_STR_ARG(s->want.text));
}

const struct ra_step_kind ra_kind_hold = {
    .op = RA_OP_HOLD,
    .place = RA_IN_DIRECTORY,
    .attribute = "adminDescription",
    .check = check,
    .who = "an account that may write adminDescription of this object",
};
