/* Which steps each verdict leads to, and which it must not lead to. */
#include "tests/unit/plan/steps_scene.h"

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

/* Two objects of one objectGUID, as a copied record has it; and ids that are no GUIDs, which begin
 * alike. */
static void steps_whose_keys_are_the_same_come_by_dn_and_by_id(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = drifted(s), q = annas_peer(s);

    a.consistency_guid = RA_STR("fedcba9876543210");
    b.consistency_guid = RA_STR("fedcba9876543211");
    a.dn = RA_STR("CN=Zoe,DC=contoso,DC=com");
    b.dn = RA_STR("CN=Berta,DC=contoso,DC=com");
    b.guid = a.guid;
    q.o.upn = b.upn;
    q.o.sid = b.sid;
    q.o.proxies = b.proxies;
    q.o.immutable_id = anchor_of(s, RA_STR("0123456789ABCDEF"));
    p.o.id = RA_STR("this-is-no-guid-at-all-2");
    q.o.id = RA_STR("this-is-no-guid-at-all-1");
    p.identifier = q.identifier = OLD_GUID;
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    put_cloud(s, &q);
    decide(s);
    plan(s, PLAIN);
    expect_steps(4);
    expect_step(0, RA_OP_SET_CONSISTENCY_GUID, RA_ANCHOR_DRIFT);
    assert_true(ra_str_eq(got.target.dn, b.dn));
    expect_step(1, RA_OP_SET_CONSISTENCY_GUID, RA_ANCHOR_DRIFT);
    assert_true(ra_str_eq(got.target.dn, a.dn));
    expect_step(2, RA_OP_CLEAR_OBJECT_IDENTIFIER, RA_ANCHOR_DRIFT);
    assert_true(ra_str_eq(got.target.id, q.o.id));
    expect_step(3, RA_OP_CLEAR_OBJECT_IDENTIFIER, RA_ANCHOR_DRIFT);
    assert_true(ra_str_eq(got.target.id, p.o.id));
    expect_no_plan_of_failing_reads(s, PLAIN);
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
    s->policy.takeover_allowed = false;
    plan_again(s, PLAIN);
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

static void a_permitted_soft_match_is_stamped_by_that_policy_alone(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    decide_pair(s, &a, &p);
    plan(s, PLAIN);
    expect_steps(0); /* policy server: the service does it */
    expect_outcomes(1, 0, 0, 0);
    s->policy.soft_match = RA_SOFT_STAMP;
    plan_again(s, PLAIN);
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
    plan_again(s, HOLD);
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
        PLANNED(steps_whose_keys_are_the_same_come_by_dn_and_by_id),
        PLANNED(an_anchor_alone_does_not_unbind_anybody),
        PLANNED(nobody_is_unbound_whose_sid_somebody_else_has),
        PLANNED(a_takeover_is_unbound_only_where_it_is_allowed),
        PLANNED(who_holds_a_role_is_not_unbound),
        PLANNED(a_deleted_users_identifier_cannot_be_cleared),
        PLANNED(a_permitted_soft_match_is_stamped_by_that_policy_alone),
        PLANNED(what_the_cloud_manages_is_not_stamped),
        PLANNED(a_candidate_of_two_is_not_stamped),
        PLANNED(what_is_blocked_is_not_stamped),
        PLANNED(a_guest_is_held_when_that_is_asked_for),
        PLANNED(who_is_synced_is_not_held),
        PLANNED(a_step_is_found_by_either_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
