#include "tests/unit/plan/steps_scene.h"

#include "tests/support/failing_side.h"

#include <string.h>

struct planned planned;

int plan_forget(void **state)
{
    ra_steps_free(&planned.steps);
    ra_result_free(&planned.opened);
    memset(&planned, 0, sizeof planned);
    return scene_free(state);
}

static struct ra_steps_input steps_input(struct scene *s, unsigned how)
{
    const struct ra_match_input *in = scene_input(s);

    return (struct ra_steps_input){.ad = in->ad,
                                   .ad_n = in->ad_n,
                                   .cloud = in->cloud,
                                   .tenant_id = RA_STR("tenant"),
                                   .tenant = in->tenant,
                                   .policy = in->policy,
                                   .result = &s->result,
                                   .hold = how & HOLD,
                                   .bypass = how & BYPASS};
}

void plan(struct scene *s, unsigned how)
{
    const struct ra_match_input *in = scene_input(s);
    struct ra_match_input again = *in;
    struct ra_steps_input steps = steps_input(s, how);
    struct ra_err err = {0};
    bool window;

    planned.tenant = *in->tenant;
    window = ra_window_wanted(&steps, &planned.tenant.flags);
    again.tenant = &planned.tenant;
    planned.window = window;
    if (window)
        assert_int_equal(ra_match(&again, &planned.opened, &err), 0);
    assert_int_equal(ra_steps_decide(&steps, window ? &planned.opened : NULL, &planned.tenant.flags,
                                     &planned.steps, &err),
                     0);
}

/* The steps once more from sides whose reads fail: nothing is planned then. */
static int plan_from(const struct ra_steps_input *in, struct ra_err *err)
{
    struct ra_steps *steps = NULL;
    struct ra_plan_step step;
    int rc = ra_steps_decide(in, planned.window ? &planned.opened : NULL, &planned.tenant.flags,
                             &steps, err);

    for (size_t i = 0; rc == 0 && i < ra_steps_count(steps); i++)
        rc = ra_steps_get(steps, i, &step, NULL, err);
    ra_steps_free(&steps);
    return rc;
}

void expect_no_plan_of_failing_reads(struct scene *s, unsigned how)
{
    struct ra_steps_input in = steps_input(s, how);
    struct ra_side ad = failing_side(in.ad), cloud = failing_side(in.cloud);
    long reads = 0;

    in.ad = &ad;
    in.cloud = &cloud;
    do {
        struct ra_err err = {0};
        int rc;
        failing_after(reads++);
        rc = plan_from(&in, &err);
        assert_int_equal(rc, failing_struck() ? -(int)RA_EINTEGRITY : 0);
    } while (failing_struck());
    assert_true(reads > 3);
}

void plan_again(struct scene *s, unsigned how)
{
    ra_steps_free(&planned.steps);
    ra_result_free(&planned.opened);
    plan(s, how);
}

struct ra_plan_step got;
static struct ra_step_promise promise;

void expect_step(size_t i, enum ra_plan_op op, enum ra_verdict_code why)
{
    struct ra_err err = {0};

    assert_true(i < ra_steps_count(planned.steps));
    assert_int_equal(ra_steps_get(planned.steps, i, &got, &promise, &err), 0);
    assert_int_equal(got.op, op);
    assert_int_equal(got.why, why);
}

void expect_values(const char *target, const char *have, const char *want)
{
    assert_true(ra_str_eq(got.target.id, ra_str(target)));
    assert_true(ra_str_eq(got.have.text, ra_str(have)));
    assert_true(ra_str_eq(got.want.text, ra_str(want)));
}

void expect_steps(size_t n)
{
    assert_int_equal(ra_steps_count(planned.steps), n);
}

void expect_promise(enum ra_verdict_code code)
{
    assert_int_equal(promise.code, code);
}

void expect_outcomes(size_t matched, size_t rejoined, size_t added, size_t deleted)
{
    assert_int_equal(ra_steps_expected(planned.steps, RA_WILL_MATCH), matched);
    assert_int_equal(ra_steps_expected(planned.steps, RA_WILL_REJOIN), rejoined);
    assert_int_equal(ra_steps_expected(planned.steps, RA_WILL_ADD), added);
    assert_int_equal(ra_steps_expected(planned.steps, RA_WILL_DELETE), deleted);
}

void expect_exposed(enum ra_verdict_code code)
{
    uint64_t counts[RA_VERDICT_CODES];

    assert_true(ra_steps_exposed(planned.steps, counts));
    assert_int_equal(counts[code], 1);
}

struct ra_ad_object bound_elsewhere(struct scene *s, struct peer *p)
{
    struct ra_ad_object a = rebuilt_anna(s, p);

    p->identifier = OLD_GUID;
    return a;
}

struct peer born_in_the_cloud(struct scene *s)
{
    struct peer p = annas_peer(s);

    p.o.synced = RA_UNKNOWN;
    p.o.immutable_id = p.o.sid = RA_STR("");
    return p;
}
