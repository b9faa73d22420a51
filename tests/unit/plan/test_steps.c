/* Which steps each verdict leads to, and which it must not lead to. */
#include "recovery/plan/steps.h"
#include "tests/unit/match/scene.h"

#include <stdlib.h>
#include <string.h>

#define OLD_GUID "88666888-0101-1111-bbbb-1234567890ab"

/* A plan of the scene, kept until the next. */
static struct {
    struct ra_steps *steps;
    struct ra_result opened;
    struct ra_tenant tenant;
} planned;

static int forget(void **state)
{
    ra_steps_free(&planned.steps);
    ra_result_free(&planned.opened);
    memset(&planned, 0, sizeof planned);
    return scene_free(state);
}

enum { PLAIN, HOLD = 1, BYPASS = 2 };

static void plan(struct scene *s, unsigned how)
{
    const struct ra_match_input *in = scene_input(s);
    struct ra_match_input again = *in;
    struct ra_steps_input steps = {.ad = in->ad,
                                   .ad_n = in->ad_n,
                                   .cloud = in->cloud,
                                   .tenant_id = RA_STR("tenant"),
                                   .tenant = in->tenant,
                                   .policy = in->policy,
                                   .result = &s->result,
                                   .hold = how & HOLD,
                                   .bypass = how & BYPASS};
    struct ra_err err = {0};
    bool window;

    planned.tenant = *in->tenant;
    window = ra_window_wanted(&steps, &planned.tenant.flags);
    again.tenant = &planned.tenant;
    if (window)
        assert_int_equal(ra_match(&again, &planned.opened, &err), 0);
    assert_int_equal(ra_steps_decide(&steps, window ? &planned.opened : NULL, &planned.tenant.flags,
                                     &planned.steps, &err),
                     0);
}

static struct ra_plan_step got;
static struct ra_step_promise promise;

/* Step i has this operation; it is got for further questions. */
static void expect_step(size_t i, enum ra_plan_op op, enum ra_verdict_code why)
{
    struct ra_err err = {0};

    assert_true(i < ra_steps_count(planned.steps));
    assert_int_equal(ra_steps_get(planned.steps, i, &got, &promise, &err), 0);
    assert_int_equal(got.op, op);
    assert_int_equal(got.why, why);
}

static void expect_values(const char *target, const char *have, const char *want)
{
    assert_true(ra_str_eq(got.target.id, ra_str(target)));
    assert_true(ra_str_eq(got.have.text, ra_str(have)));
    assert_true(ra_str_eq(got.want.text, ra_str(want)));
}

static void expect_steps(size_t n)
{
    assert_int_equal(ra_steps_count(planned.steps), n);
}

static void expect_promise(enum ra_verdict_code code)
{
    assert_int_equal(promise.code, code);
}

static void expect_outcomes(size_t matched, size_t rejoined, size_t added, size_t deleted)
{
    assert_int_equal(ra_steps_expected(planned.steps, RA_WILL_MATCH), matched);
    assert_int_equal(ra_steps_expected(planned.steps, RA_WILL_REJOIN), rejoined);
    assert_int_equal(ra_steps_expected(planned.steps, RA_WILL_ADD), added);
    assert_int_equal(ra_steps_expected(planned.steps, RA_WILL_DELETE), deleted);
}

static void expect_exposed(enum ra_verdict_code code)
{
    uint64_t counts[RA_VERDICT_CODES];

    assert_true(ra_steps_exposed(planned.steps, counts));
    assert_int_equal(counts[code], 1);
}

/* ---- ad.set_consistency_guid ---- */

static struct peer drifted(struct scene *s)
{
    struct peer p = annas_peer(s);

    p.o.immutable_id = anchor_of(s, SIXTEEN);
    return p;
}

static void an_anchor_that_drifted_is_given_back(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = drifted(s);

    a.consistency_guid = RA_STR("fedcba9876543210");
    decide_pair(s, &a, &p);
    plan(s, PLAIN);
    expect_steps(1);
    expect_step(0, RA_OP_SET_CONSISTENCY_GUID, RA_ANCHOR_DRIFT);
    expect_values(ANNAS_GUID, "ZmVkY2JhOTg3NjU0MzIxMA==", "MDEyMzQ1Njc4OWFiY2RlZg==");
    assert_true(ra_str_eq(got.target.directory, RA_STR("contoso")));
    assert_true(ra_str_eq(got.id, RA_STR("s000001")));
    assert_true(got.undoable);
    assert_true(ra_str_eq(got.undo.text, got.have.text));
    expect_promise(RA_MATCH_HARD);
    expect_outcomes(1, 0, 0, 0); /* its peer is no orphan then */
}

static void who_is_bound_elsewhere_too_is_also_unbound(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = drifted(s);

    p.identifier = OLD_GUID;
    decide_pair(s, &a, &p);
    plan(s, PLAIN);
    expect_steps(2);
    expect_step(0, RA_OP_SET_CONSISTENCY_GUID, RA_ANCHOR_DRIFT);
    expect_step(1, RA_OP_CLEAR_OBJECT_IDENTIFIER, RA_ANCHOR_DRIFT);
    expect_values("aaaa", OLD_GUID, NULL);
}

static void an_anchor_that_two_would_have_is_not_given(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = drifted(s);

    b.sid = RA_STR(ANNAS_SID);
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    decide(s);
    expect(s, FIRST, RA_ANCHOR_DRIFT, 21, FIRST);
    expect(s, SECOND, RA_ANCHOR_DRIFT, 21, FIRST);
    plan(s, PLAIN);
    expect_steps(0);
}

static void an_anchor_that_two_cloud_users_have_is_not_given(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = drifted(s), q = stranger(s, "bbbb");

    q.o.immutable_id = p.o.immutable_id;
    put_ad(s, &a);
    put_cloud(s, &p);
    put_cloud(s, &q);
    decide(s);
    plan(s, PLAIN);
    expect_steps(0);
}

static void an_anchor_that_lies_in_another_attribute_is_not_written(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = drifted(s);

    s->policy.anchor_attribute = RA_STR("objectGUID");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_ANCHOR_DRIFT, 21, FIRST);
    plan(s, PLAIN);
    expect_steps(0);
}

/* Only a person can say whether both are one. */
static void a_conflict_of_anchors_is_nobodys_step(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = drifted(s);

    p.o.sid = RA_STR("S-1-5-21-9-9-9-1001");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_ANCHOR_CONFLICT, 22, FIRST);
    plan(s, PLAIN);
    expect_steps(0);
    expect_outcomes(0, 0, 0, 1);
}

/* The new server writes it itself (row 30). */
static void an_empty_consistency_guid_is_left_to_the_server(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    decide_pair(s, &a, &p);
    expect_warning(s, FIRST, RA_NEEDS_STAMP);
    plan(s, PLAIN);
    expect_steps(0);
    expect_outcomes(0, 1, 0, 0);
}

/* ---- cloud.clear_object_identifier ---- */

static struct ra_ad_object bound_elsewhere(struct scene *s, struct peer *p)
{
    struct ra_ad_object a = rebuilt_anna(s, p);

    p->identifier = OLD_GUID;
    return a;
}

static void a_rebuilt_forests_user_is_unbound_from_the_old_object(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = bound_elsewhere(s, &p);

    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_OOI, 2, FIRST);
    plan(s, PLAIN);
    expect_steps(1);
    expect_step(0, RA_OP_CLEAR_OBJECT_IDENTIFIER, RA_BLOCK_OOI);
    expect_values("aaaa", OLD_GUID, NULL);
    assert_false(got.undoable); /* the service takes no value but null */
    expect_promise(RA_MATCH_HARD);
    expect_outcomes(1, 0, 0, 0);
}

static void an_anchor_alone_does_not_unbind_anybody(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = bound_elsewhere(s, &p);

    p.o.upn = RA_STR("zoe@contoso.com");
    p.o.proxies = list(s, "SMTP:zoe@contoso.com", NULL);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_OOI, 2, FIRST);
    plan(s, PLAIN);
    expect_steps(0);
}

static void nobody_is_unbound_whose_sid_somebody_else_has(void **state)
{
    struct scene *s = *state;
    struct peer p, q = stranger(s, "bbbb");
    struct ra_ad_object a = bound_elsewhere(s, &p);

    q.o.sid = RA_STR(ANNAS_SID);
    put_ad(s, &a);
    put_cloud(s, &p);
    put_cloud(s, &q);
    decide(s);
    plan(s, PLAIN);
    expect_steps(0);
}

static void a_takeover_is_unbound_only_where_it_is_allowed(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = bound_elsewhere(s, &p);

    p.o.synced = RA_NO;
    p.cloud_managed = "0";
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_OOI, 6, FIRST);
    plan(s, PLAIN);
    expect_steps(1);
    expect_step(0, RA_OP_CLEAR_OBJECT_IDENTIFIER, RA_BLOCK_OOI);
    expect_promise(RA_MATCH_HARD_TAKEOVER);
    ra_steps_free(&planned.steps);
    s->policy.takeover_allowed = false;
    plan(s, PLAIN);
    expect_steps(0);
}

static void who_holds_a_role_is_not_unbound(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = bound_elsewhere(s, &p);

    p.o.synced = RA_NO;
    p.cloud_managed = "0";
    p.roles = RA_ROLE_PRIVILEGED | RA_ROLE_ASSIGNED;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_ROLE, 8, FIRST);
    plan(s, PLAIN);
    expect_steps(0);
}

static void a_deleted_users_identifier_cannot_be_cleared(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = bound_elsewhere(s, &p);

    p.o.synced = RA_NO;
    p.o.deleted = true;
    decide_pair(s, &a, &p);
    plan(s, PLAIN);
    expect_steps(0);
}

/* ---- cloud.set_immutable_id ---- */

static struct peer born_in_the_cloud(struct scene *s)
{
    struct peer p = annas_peer(s);

    p.o.synced = RA_UNKNOWN;
    p.o.immutable_id = p.o.sid = RA_STR("");
    return p;
}

static void a_permitted_soft_match_is_stamped_by_that_policy_alone(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    decide_pair(s, &a, &p);
    plan(s, PLAIN);
    expect_steps(0); /* policy server: the service does it */
    expect_outcomes(1, 0, 0, 0);
    ra_steps_free(&planned.steps);
    s->policy.soft_match = RA_SOFT_STAMP;
    plan(s, PLAIN);
    expect_steps(1);
    expect_step(0, RA_OP_SET_IMMUTABLE_ID, RA_SOFT_SMTP);
    expect_values("aaaa", NULL, "QF5HMK7n80qvdYsUPIHa9Q==");
    assert_true(got.undoable && ra_str_absent(got.undo.text));
    expect_promise(RA_MATCH_HARD_TAKEOVER);
}

static void what_the_cloud_manages_is_not_stamped(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    p.cloud_managed = "1";
    s->policy.soft_match = RA_SOFT_STAMP;
    decide_pair(s, &a, &p);
    plan(s, PLAIN);
    expect_steps(0);
    expect_outcomes(0, 0, 0, 0);
}

static void a_candidate_of_two_is_not_stamped(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = born_in_the_cloud(s);

    s->policy.soft_match = RA_SOFT_STAMP;
    p.o.upn = RA_STR("berta@contoso.com"); /* Anna's address, Berta's name */
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    decide(s);
    expect(s, FIRST, RA_SOFT_SMTP, 15, FIRST);
    expect(s, SECOND, RA_SOFT_UPN, 17, FIRST);
    plan(s, PLAIN);
    expect_steps(0);
    expect_outcomes(0, 0, 0, 0);
}

static void what_is_blocked_is_not_stamped(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->policy.soft_match = RA_SOFT_STAMP;
    p.roles = RA_ROLE_ELIGIBLE;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_ADMIN, 20, FIRST);
    plan(s, PLAIN);
    expect_steps(0);
}

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
    ra_steps_free(&planned.steps);
    ra_result_free(&planned.opened);
    plan(s, HOLD);
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

/* ---- ad.hold ---- */

static void a_guest_is_held_when_that_is_asked_for(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    a.admin_description = RA_STR("from payroll");
    p.o.user_type = RA_STR("Guest");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_GUEST, 26, FIRST);
    plan(s, PLAIN);
    expect_steps(0);
    ra_steps_free(&planned.steps);
    plan(s, HOLD);
    expect_steps(1);
    expect_step(0, RA_OP_HOLD, RA_CONFLICT_GUEST);
    expect_values(ANNAS_GUID, "from payroll", "User_reanchor-hold");
    assert_true(ra_str_eq(got.undo.text, RA_STR("from payroll")));
}

/* Out of scope it would be deleted. */
static void who_is_synced_is_not_held(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = bound_elsewhere(s, &p);

    p.o.upn = RA_STR("zoe@contoso.com");
    p.o.proxies = list(s, "SMTP:zoe@contoso.com", NULL);
    decide_pair(s, &a, &p);
    plan(s, HOLD);
    expect_steps(0);
}

static void a_step_is_found_by_either_side(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = bound_elsewhere(s, &p);
    size_t at[2];

    decide_pair(s, &a, &p);
    plan(s, PLAIN);
    assert_int_equal(ra_steps_of_ad(planned.steps, FIRST, at, 2), 1);
    assert_int_equal(at[0], 0);
    assert_int_equal(ra_steps_of_cloud(planned.steps, FIRST, at, 2), 1);
    assert_int_equal(ra_steps_of_cloud(planned.steps, RA_NONE, at, 2), 0);
}

#define PLANNED(test) cmocka_unit_test_setup_teardown(test, scene_new, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLANNED(an_anchor_that_drifted_is_given_back),
        PLANNED(who_is_bound_elsewhere_too_is_also_unbound),
        PLANNED(an_anchor_that_two_would_have_is_not_given),
        PLANNED(an_anchor_that_two_cloud_users_have_is_not_given),
        PLANNED(an_anchor_that_lies_in_another_attribute_is_not_written),
        PLANNED(a_conflict_of_anchors_is_nobodys_step),
        PLANNED(an_empty_consistency_guid_is_left_to_the_server),
        PLANNED(a_rebuilt_forests_user_is_unbound_from_the_old_object),
        PLANNED(an_anchor_alone_does_not_unbind_anybody),
        PLANNED(nobody_is_unbound_whose_sid_somebody_else_has),
        PLANNED(a_takeover_is_unbound_only_where_it_is_allowed),
        PLANNED(who_holds_a_role_is_not_unbound),
        PLANNED(a_deleted_users_identifier_cannot_be_cleared),
        PLANNED(a_permitted_soft_match_is_stamped_by_that_policy_alone),
        PLANNED(what_the_cloud_manages_is_not_stamped),
        PLANNED(a_candidate_of_two_is_not_stamped),
        PLANNED(what_is_blocked_is_not_stamped),
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
        PLANNED(a_guest_is_held_when_that_is_asked_for),
        PLANNED(who_is_synced_is_not_held),
        PLANNED(a_step_is_found_by_either_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
