/* tenant.set_features: a matching window. Only features that can be closed again; window.c opens
 * and closes it. */
#include "recovery/apply/run.h"

#include "recovery/apply/window.h"

static int refuse(const struct ra_plan_step *s, const char *what, struct ra_str name,
                  struct ra_err *err)
{
    return ra_fail(err, RA_ESTALE, "step " RA_STR_FMT ": feature " RA_STR_FMT " %s",
                   RA_STR_ARG(s->id), RA_STR_ARG(name), what);
}

/* domain 8: softMatchOnUpnEnabled and synchronizeUpnForManagedUsersEnabled are one-way. */
static int check(const struct ra_plan_step *s, struct ra_err *err)
{
    for (size_t i = 0; i < s->want.features_n; i++) {
        const struct ra_plan_feature *f = &s->want.features[i];
        bool had = false;
        if (!ra_window_feature(f->name))
            return refuse(s, "is none that a window opens", f->name, err);
        for (size_t k = 0; k < s->have.features_n; k++)
            had = had || ra_str_eq(s->have.features[k].name, f->name);
        if (!had)
            return refuse(s, "has no value to go back to", f->name, err);
    }
    return 0;
}

const struct ra_step_kind ra_kind_features = {
    .op = RA_OP_SET_FEATURES,
    .place = RA_IN_TENANT,
    .check = check,
    .who = "a Global Administrator signed in with auth = device-code: the service may refuse "
           "applications here",
};
