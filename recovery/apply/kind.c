/* The operations, by their number in a plan, and what a planned step becomes before it is read. */
#include "recovery/apply/run.h"

#include <string.h>

static const struct ra_step_kind *const kinds[RA_PLAN_OPS] = {
    [RA_OP_SET_CONSISTENCY_GUID] = &ra_kind_consistency_guid,
    [RA_OP_SET_IMMUTABLE_ID] = &ra_kind_immutable_id,
    [RA_OP_CLEAR_OBJECT_IDENTIFIER] = &ra_kind_object_identifier,
    [RA_OP_SET_FEATURES] = &ra_kind_features,
    [RA_OP_HOLD] = &ra_kind_hold,
};

const struct ra_step_kind *ra_step_kind(enum ra_plan_op op)
{
    return kinds[op];
}

static int refuse(const struct ra_plan_step *s, const char *what, struct ra_err *err)
{
    ra_fail(err, RA_ESTALE, "step " RA_STR_FMT " (%s): %s", RA_STR_ARG(s->id),
            ra_plan_op_name(s->op), what);
    return ra_hint(err, "make a new plan; nothing was written");
}

static int wire_value(struct ra_run *r, const struct ra_plan_step *s, const struct ra_plan_value *v,
                      bool binary, struct ra_str *out, struct ra_err *err)
{
    size_t n = v->text.n;
    char *bytes;

    *out = v->text;
    if (!binary || ra_str_absent(v->text))
        return 0;
    bytes = ra_arena_alloc(&r->arena, n);
    if (!ra_base64_decode(v->text, bytes, &n) || n == 0)
        return refuse(s, "a value is not Base64", err);
    *out = (struct ra_str){bytes, n};
    return 0;
}

static int find_directory(const struct ra_run *r, struct ra_step *step, struct ra_err *err)
{
    for (size_t i = 0; i < r->w->directories_n; i++)
        if (ra_str_eq(step->s.target.directory, ra_str(r->w->directories[i].name))) {
            step->directory = i;
            return ra_guid_parse(step->s.target.id, &step->guid)
                       ? 0
                       : refuse(&step->s, "its target is no objectGUID", err);
        }
    return refuse(&step->s, "the configuration has no such directory", err);
}

int ra_step_prepare(struct ra_run *r, struct ra_step *step, const struct ra_plan_step *s,
                    struct ra_err *err)
{
    const struct ra_step_kind *k = kinds[s->op];
    int rc = 0;

    *step = (struct ra_step){.s = *s, .kind = k};
    if (k->place == RA_IN_DIRECTORY)
        rc = find_directory(r, step, err);
    if (rc == 0 && k->check && ra_str_absent(r->head.rollback_of)) { /* what was may go back */
        rc = k->check(s, err);
        if (rc != 0)
            ra_hint(err, "make a new plan; nothing was written");
    }
    if (rc == 0)
        rc = wire_value(r, s, &s->have, k->binary, &step->have, err);
    if (rc == 0)
        rc = wire_value(r, s, &s->want, k->binary, &step->want, err);
    if (rc == 0 && k->place != RA_IN_TENANT && ra_str_eq(step->have, step->want))
        rc = refuse(s, "the wanted value is the one that it has", err);
    return rc;
}
