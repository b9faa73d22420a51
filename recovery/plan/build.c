/* A plan made by hand: filled from a decision, steps and predictions added one by one. */
#include "recovery/plan/plan.h"

#include <stdlib.h>
#include <string.h>

void ra_plan_fill(struct ra_plan *plan, const struct ra_result *result,
                  const struct ra_policy *policy_)
{
    const struct ra_detection *d = &result->detection;

    plan->policy = *policy_;
    plan->policy.scopes = NULL;
    plan->policy.candidates = NULL;
    plan->policy.scopes_n = plan->policy.candidates_n = 0;
    plan->anchor = d->candidates_n ? d->candidates[d->chosen].name : (struct ra_str){NULL, 0};
    plan->gate = result->gate;
    memcpy(plan->counts, result->counts, sizeof plan->counts);
    plan->reasons_n = result->reasons_n;
    plan->reasons = ra_arena_alloc(&plan->arena, (result->reasons_n + 1) * sizeof *plan->reasons);
    for (size_t i = 0; i < result->reasons_n; i++)
        plan->reasons[i] = ra_str(result->reasons[i]);
}

void ra_plan_free(struct ra_plan *plan)
{
    struct ra_arena arena = plan->arena;

    if (plan->steps_cap)
        free(plan->steps);
    if (plan->expected_cap)
        free(plan->expected);
    ra_arena_free(&arena);
    memset(plan, 0, sizeof *plan);
}

/* ---- copies ---- */

static void keep(struct ra_plan *plan, struct ra_str *s)
{
    if (s->n)
        s->p = ra_arena_copy(&plan->arena, s->p, s->n);
}

static void keep_value(struct ra_plan *plan, struct ra_plan_value *v)
{
    const struct ra_plan_feature *from = v->features;

    keep(plan, &v->text);
    if (v->features_n == 0)
        return;
    v->features = ra_arena_alloc(&plan->arena, v->features_n * sizeof *v->features);
    memcpy(v->features, from, v->features_n * sizeof *v->features);
    for (size_t i = 0; i < v->features_n; i++)
        keep(plan, &v->features[i].name);
}

/* An array that is not ours to grow is copied first. */
static void *own(void *list, size_t n, size_t *cap, size_t size)
{
    void *copy;

    if (*cap || !list)
        return list;
    *cap = n + 1;
    copy = ra_calloc(*cap, size);
    if (n)
        memcpy(copy, list, n * size);
    return copy;
}

void ra_plan_add_step(struct ra_plan *plan, const struct ra_plan_step *step)
{
    struct ra_plan_step *s;

    plan->steps = own(plan->steps, plan->steps_n, &plan->steps_cap, sizeof *plan->steps);
    plan->steps = ra_grow(plan->steps, &plan->steps_cap, plan->steps_n + 1, sizeof *plan->steps);
    s = &plan->steps[plan->steps_n++];
    *s = *step;
    keep(plan, &s->id);
    keep(plan, &s->target.directory);
    keep(plan, &s->target.dn);
    keep(plan, &s->target.id);
    keep_value(plan, &s->have);
    keep_value(plan, &s->want);
    keep_value(plan, &s->undo);
}

void ra_plan_expect(struct ra_plan *plan, const struct ra_prediction *prediction)
{
    struct ra_prediction *e;

    plan->expected =
        own(plan->expected, plan->expected_n, &plan->expected_cap, sizeof *plan->expected);
    plan->expected =
        ra_grow(plan->expected, &plan->expected_cap, plan->expected_n + 1, sizeof *plan->expected);
    e = &plan->expected[plan->expected_n++];
    *e = *prediction;
    keep(plan, &e->id);
    keep(plan, &e->anchor);
    keep(plan, &e->sid);
    keep(plan, &e->smtp);
    keep(plan, &e->directory);
    keep(plan, &e->dn);
    keep(plan, &e->object_guid);
}

/* ---- order ---- */

unsigned ra_plan_op_rank(enum ra_plan_op op)
{
    static const unsigned char ranks[RA_PLAN_OPS] = {
        [RA_OP_SET_CONSISTENCY_GUID] = 0,
        [RA_OP_HOLD] = 1,
        [RA_OP_CLEAR_OBJECT_IDENTIFIER] = 2,
        [RA_OP_SET_IMMUTABLE_ID] = 3,
        [RA_OP_SET_FEATURES] = 4,
    };

    return ranks[op];
}

static int by_rank(const void *a, const void *b)
{
    const struct ra_plan_step *x = a, *y = b;
    unsigned i = ra_plan_op_rank(x->op), j = ra_plan_op_rank(y->op);
    int c = (i > j) - (i < j);

    if (c == 0)
        c = ra_str_cmp(x->target.directory, y->target.directory);
    return c ? c : ra_str_cmp(x->target.id, y->target.id);
}

static int by_outcome(const void *a, const void *b)
{
    const struct ra_prediction *x = a, *y = b;
    int c = (x->outcome > y->outcome) - (x->outcome < y->outcome);

    if (c == 0)
        c = ra_str_cmp(x->id, y->id);
    if (c == 0)
        c = ra_str_cmp(x->directory, y->directory);
    return c ? c : ra_str_cmp(x->object_guid, y->object_guid);
}

void ra_plan_order(struct ra_plan *plan)
{
    if (plan->steps_n)
        qsort(plan->steps, plan->steps_n, sizeof *plan->steps, by_rank);
    if (plan->expected_n)
        qsort(plan->expected, plan->expected_n, sizeof *plan->expected, by_outcome);
    for (size_t i = 0; i < plan->steps_n; i++) {
        char id[24];
        int n = snprintf(id, sizeof id, "s%06zu", i + 1);
        plan->steps[i].id = ra_str_n(ra_arena_copy(&plan->arena, id, (size_t)n), (size_t)n);
    }
}
