/* When the tenant's flags are opened for a while, and for whom they are not. */
#include "tests/unit/plan/steps_scene.h"

/* ---- tenant.set_features ---- */

static void expect_feature(size_t i, const char *name, bool have, bool want)
{
    assert_true(i < got.want.features_n);
    assert_int_equal(got.have.features_n, got.want.features_n);
    assert_true(ra_str_eq(got.want.features[i].name, ra_str(name)));
    assert_true(ra_str_eq(got.have.features[i].name, ra_str(name)));
    assert_int_equal(got.have.features[i].on, have);
    assert_int_equal(got.want.features[i].on, want);
}

static void a_window_opens_what_alone_stands_in_the_way(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->tenant.flags.block_soft_match = RA_YES;
    s->tenant.flags.block_hard_match = RA_YES;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_SOFT_FLAG, 16, FIRST);
    plan(s, PLAIN);
    expect_steps(1);
    expect_step(0, RA_OP_SET_FEATURES, RA_BLOCK_SOFT_FLAG);
    assert_int_equal(got.want.features_n, 1); /* the other flag is in nobody's way */
    expect_feature(0, "blockSoftMatchEnabled", true, false);
    assert_true(got.undoable);
    assert_true(got.undo.features[0].on);
    assert_true(ra_str_eq(got.target.id, RA_STR("tenant")));
    expect_outcomes(1, 0, 0, 0);
    assert_int_equal(ra_steps_expected(planned.steps, RA_WILL_UNKNOWN), 0);
    expect_no_plan_of_failing_reads(s, PLAIN);
}

static void without_permission_no_window_opens(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->tenant.flags.block_soft_match = RA_YES;
    s->policy.soft_match = RA_SOFT_DENY;
    decide_pair(s, &a, &p);
    plan(s, PLAIN);
    expect_steps(0);
    expect_outcomes(0, 0, 0, 0);
}

static void a_flag_that_nobody_could_read_is_not_opened(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->tenant.flags.block_soft_match = RA_UNKNOWN;
    decide_pair(s, &a, &p);
    plan(s, PLAIN);
    expect_steps(0);
}

static void what_can_be_switched_on_only_is_never_in_a_window(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    p.o.proxies = list(s, "SMTP:else@contoso.com", NULL);
    s->tenant.flags.soft_match_on_upn = RA_NO;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_UPN, 18, FIRST);
    plan(s, PLAIN);
    expect_steps(0);
}

static void a_takeover_that_only_the_flag_blocks_gets_a_window(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.o.synced = RA_NO;
    s->tenant.flags.block_hard_match = RA_YES;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_HARD_FLAG, 5, FIRST);
    plan(s, PLAIN);
    expect_steps(1);
    expect_step(0, RA_OP_SET_FEATURES, RA_BLOCK_HARD_FLAG);
    expect_feature(0, "blockCloudObjectTakeoverThroughHardMatchEnabled", true, false);
    expect_outcomes(1, 0, 0, 0);
}

static void what_is_stamped_gets_the_window_of_its_hard_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->policy.soft_match = RA_SOFT_STAMP;
    s->tenant.flags.block_hard_match = RA_YES;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_HARD_FLAG, 0, FIRST);
    plan(s, PLAIN);
    expect_steps(2);
    expect_step(0, RA_OP_SET_IMMUTABLE_ID, RA_SOFT_SMTP);
    expect_step(1, RA_OP_SET_FEATURES, RA_BLOCK_HARD_FLAG);
}

/* The service leaves who has a role alone, but not who may take one (row 20). */
static void a_window_that_would_expose_somebody_stays_closed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = born_in_the_cloud(s), q = stranger(s, "bbbb");

    s->tenant.flags.block_soft_match = RA_YES;
    q.o.proxies = list(s, "SMTP:berta@contoso.com", NULL);
    q.roles = RA_ROLE_ELIGIBLE;
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    put_cloud(s, &q);
    decide(s);
    plan(s, PLAIN);
    expect_steps(0);
    expect_exposed(RA_BLOCK_ADMIN);
    plan_again(s, HOLD);
    expect_steps(2);
    expect_step(0, RA_OP_HOLD, RA_BLOCK_ADMIN);
    expect_values("44444444-2222-3333-4444-555555555555", NULL, "User_reanchor-hold");
    expect_promise(RA_SKIP_SCOPE);
    expect_step(1, RA_OP_SET_FEATURES, RA_BLOCK_SOFT_FLAG);
    expect_outcomes(1, 0, 0, 0);
}

static void an_active_administrator_does_not_keep_the_window_closed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = born_in_the_cloud(s), q = stranger(s, "bbbb");

    s->tenant.flags.block_soft_match = RA_YES;
    q.o.proxies = list(s, "SMTP:berta@contoso.com", NULL);
    q.roles = RA_ROLE_ASSIGNED;
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    put_cloud(s, &q);
    decide(s);
    plan(s, PLAIN);
    expect_steps(1);
    expect_step(0, RA_OP_SET_FEATURES, RA_BLOCK_SOFT_FLAG);
}

static void a_window_of_stamps_does_not_open_for_takeovers_that_are_denied(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = born_in_the_cloud(s), q = stranger(s, "bbbb");

    s->tenant.flags.block_hard_match = RA_YES;
    s->policy.soft_match = RA_SOFT_STAMP;
    s->policy.takeover_allowed = false;
    q.o.immutable_id = anchor_of(s, b.guid);
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    put_cloud(s, &q);
    decide(s);
    plan(s, PLAIN);
    expect_steps(0);
    expect_exposed(RA_BLOCK_TAKEOVER_POLICY);
}

static void identifiers_can_be_let_change_instead_of_cleared(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = bound_elsewhere(s, &p);

    decide_pair(s, &a, &p);
    plan(s, BYPASS);
    expect_steps(1);
    expect_step(0, RA_OP_SET_FEATURES, RA_BLOCK_OOI);
    expect_feature(0, "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled", false, true);
    expect_outcomes(1, 0, 0, 0);
}

static void identifiers_are_not_let_change_for_somebody_else(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = bound_elsewhere(s, &p);

    p.o.upn = RA_STR("zoe@contoso.com");
    p.o.proxies = list(s, "SMTP:zoe@contoso.com", NULL);
    decide_pair(s, &a, &p);
    plan(s, BYPASS);
    expect_steps(0);
    expect_exposed(RA_MATCH_HARD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLANNED(a_window_opens_what_alone_stands_in_the_way),
        PLANNED(without_permission_no_window_opens),
        PLANNED(a_flag_that_nobody_could_read_is_not_opened),
        PLANNED(what_can_be_switched_on_only_is_never_in_a_window),
        PLANNED(a_takeover_that_only_the_flag_blocks_gets_a_window),
        PLANNED(what_is_stamped_gets_the_window_of_its_hard_match),
        PLANNED(a_window_that_would_expose_somebody_stays_closed),
        PLANNED(an_active_administrator_does_not_keep_the_window_closed),
        PLANNED(a_window_of_stamps_does_not_open_for_takeovers_that_are_denied),
        PLANNED(identifiers_can_be_let_change_instead_of_cleared),
        PLANNED(identifiers_are_not_let_change_for_somebody_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
