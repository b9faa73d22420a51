/* V1 to V7: the anchors themselves, and who they lead to. */
#include "tests/unit/verify/violation.h"

#define NONE RA_REASONS

static void nothing_is_found_where_both_sides_are_in_step(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, g = group(s), c = contact(s), pc = computer(s);
    struct peer p, gp = groups_peer(s), cp = contacts_peer(s), dp = computers_peer(s);
    enum ra_severity worst;

    in_step(s, &a, &p);
    put(s, &a, &p);
    put(s, &g, &gp);
    put(s, &c, &cp);
    put(s, &pc, &dp);
    expect_findings(verify(s), NONE);
    assert_false(ra_verified_worst(verify(s), &worst));
}

static void v1_an_anchor_that_is_no_guid_in_base64(void **state)
{
    static const char *const forms[] = {"QF5HMK7n80qvdYsUPIHa9R==", "QF5HMK7n80qvdYsUPIHa9Q",
                                        "E0012345", "QF5HMK7n80qvdYsUPIHa9Q== "};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        void *fresh;
        scene_new(&fresh);
        struct scene *s = fresh;
        struct ra_ad_object a;
        struct peer p, q = stranger(s, "ffff");
        in_step(s, &a, &p);
        put(s, &a, &p);
        q.o.immutable_id = ra_str(forms[i]);
        q.cloud_managed = "1";
        put_cloud(s, &q);
        expect_findings(verify(s), RA_R_ANCHOR_FORM, NONE);
        assert_int_equal(the(verify(s), RA_R_ANCHOR_FORM)->cloud, 1);
        forget();
        scene_free(&fresh);
    }
    (void)state;
}

static void v1_a_value_of_the_custom_anchor_attribute_is_well_formed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    a.custom = employee_id(s, "E0012345");
    p.o.immutable_id = RA_STR("E0012345");
    s->policy.anchor_attribute = s->tenant.anchor_attribute = RA_STR("employeeID");
    put(s, &a, &p);
    expect_findings(verify(s), NONE);
}

static void v2_and_v6_the_same_sid_with_another_anchor(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);
    const struct ra_verify_finding *f;

    in_step(s, &a, &p);
    b.consistency_guid = RA_STR("0123456789abcdeB");
    q.o.immutable_id = anchor_of(s, b.consistency_guid);
    put(s, &b, &q);
    a.consistency_guid = SIXTEEN;
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_ANCHOR_DIFFERS, RA_R_SID_DRIFT, NONE);
    f = the(verify(s), RA_R_ANCHOR_DIFFERS);
    assert_int_equal(f->ad, SECOND);
    assert_int_equal(f->cloud, SECOND);
}

static void v2_a_recreated_user_with_the_names_of_the_old_one(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    put(s, &b, &q);
    a.consistency_guid = (struct ra_str){NULL, 0};
    p.o.immutable_id = anchor_of(s, SIXTEEN);
    p.o.sid = RA_STR("S-1-5-21-1-2-3-9999");
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_ANCHOR_DIFFERS_NAME, NONE);
}

static void v2_a_recreated_group_with_the_address_of_the_old_one(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, g = group(s);
    struct peer p, gp = groups_peer(s);

    in_step(s, &a, &p);
    put(s, &a, &p);
    gp.o.sid = RA_STR("S-1-5-21-1-2-3-9999");
    put(s, &g, &gp);
    expect_findings(verify(s), RA_R_ANCHOR_DIFFERS_GROUP, NONE);
}

static void v3_two_objects_in_scope_with_one_anchor(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p;
    const struct ra_verify_finding *f;

    in_step(s, &a, &p);
    b.consistency_guid = a.guid;
    put(s, &a, &p);
    put_ad(s, &b);
    expect_findings(verify(s), RA_R_SHARED_AD, NONE);
    f = the(verify(s), RA_R_SHARED_AD);
    assert_int_equal(f->ad, SECOND);
    assert_int_equal(f->other_ad, FIRST);
}

static void v3_two_groups_with_one_objectguid_where_users_have_another_attribute(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s), h = group(s);
    struct peer p = groups_peer(s);

    s->policy.anchor_attribute = RA_STR("employeeID");
    h.sid = RA_STR("S-1-5-21-1-2-3-2002");
    h.sam = RA_STR("sales 2");
    h.proxies = list(s, "SMTP:sales2@contoso.com", NULL);
    h.mail = RA_STR("sales2@contoso.com");
    put(s, &g, &p);
    put_ad(s, &h);
    assert_int_equal(verify(s)->reasons[RA_R_SHARED_AD], 1);
}

/* A store that lost what the decision was made by. */
static void a_directory_without_the_index_of_the_anchor_is_damaged(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    struct ra_report_input in;
    struct ra_verified v;
    struct ra_err err = {0};
    struct ra_side ad;

    s->policy.anchor_attribute = RA_STR("employeeID");
    in_step(s, &a, &p);
    put(s, &a, &p);
    verify(s);
    in = *verify_input();
    ad = *in.ad;
    ad.customs = 0;
    in.ad = &ad;
    assert_int_equal(ra_verify(&in, NULL, &v, &err), -(int)RA_EINTEGRITY);
}

static void v3_a_user_and_a_group_with_one_anchor(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, g = group(s);
    struct peer p, gp = groups_peer(s);

    in_step(s, &a, &p);
    g.consistency_guid = a.guid;
    put(s, &a, &p);
    put(s, &g, &gp);
    expect_findings(verify(s), RA_R_SHARED_AD, NONE);
}

static void v3_two_live_cloud_users_with_one_anchor(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p, q;

    in_step(s, &a, &p);
    q = annas_peer(s);
    q.o.id = RA_STR("bbbb");
    q.o.sid = (struct ra_str){NULL, 0};
    put(s, &a, &p);
    put_cloud(s, &q);
    expect_findings(verify(s), RA_R_SHARED_CLOUD, NONE);
}

static void v3_a_deleted_cloud_user_with_the_anchor_of_a_live_one(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p, q = stranger(s, "9999");
    const struct ra_verify_finding *f;

    in_step(s, &a, &p);
    q.o.immutable_id = p.o.immutable_id;
    q.o.deleted = true;
    put_cloud(s, &q);
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_SHARED_DELETED, NONE);
    f = the(verify(s), RA_R_SHARED_DELETED);
    assert_int_equal(f->cloud, FIRST);
    assert_int_equal(f->other_cloud, SECOND);
}

static void v4_a_consistency_guid_that_is_not_16_bytes(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    put(s, &b, &q);
    a.consistency_guid = RA_STR("0123456789abcdefXYZ");
    p.o.immutable_id = anchor_of(s, a.consistency_guid);
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_ANCHOR_FORM, RA_R_LENGTH_ANCHOR, NONE);
}

static void v4_foreign_data_beside_an_anchor_of_objectguid(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    in_step(s, &a, &p);
    s->policy.anchor_attribute = s->tenant.anchor_attribute = RA_STR("objectGUID");
    a.consistency_guid = RA_STR("four");
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_LENGTH_FOREIGN, NONE);
}

static void migrate(struct scene *s, struct ra_ad_object *a, struct peer *p)
{
    in_step(s, a, p);
    a->consistency_guid = SIXTEEN;
    p->o.immutable_id = anchor_of(s, SIXTEEN);
}

static void v5_a_migrated_user_whose_identifier_names_another_object(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    migrate(s, &a, &p);
    p.identifier = OTHER_GUID;
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_IDENTIFIER, NONE);
    assert_int_equal(verify(s)->migrated, 1);
}

static void v5_the_same_where_the_tenant_lets_it_be_changed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    migrate(s, &a, &p);
    p.identifier = OTHER_GUID;
    s->tenant.flags.allow_identifier_update = RA_YES;
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_IDENTIFIER_BYPASS, NONE);
}

static void v5_an_identifier_that_was_not_read_is_said_and_not_found(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    const struct ra_verified *v;
    struct ra_verify_needs needs;
    struct ra_err err = {0};

    migrate(s, &a, &p);
    p.identifier = NULL;
    put(s, &a, &p);
    v = verify(s);
    expect_findings(v, NONE);
    assert_int_equal(v->unchecked[0].check, 5);
    assert_int_equal(v->unchecked[0].objects, 1);
    assert_int_equal(ra_verify_needs(verify_input(), &needs, &err), 0);
    assert_int_equal(needs.ooi_n, 1);
    assert_int_equal(needs.ooi[0], FIRST);
    assert_int_equal(needs.soa_n, 0);
    ra_verify_needs_free(&needs);
}

static void identifiers_are_asked_for_in_the_order_of_the_snapshot(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = annas_peer(s);
    struct ra_verify_needs needs;
    struct ra_err err = {0};

    migrate(s, &a, &p);
    p.identifier = q.identifier = NULL;
    b.consistency_guid = RA_STR("fedcba9876543210");
    q.o.id = RA_STR("0000");
    q.o.sid = b.sid;
    q.o.upn = b.upn;
    q.o.proxies = b.proxies;
    q.o.immutable_id = anchor_of(s, b.consistency_guid);
    put_cloud(s, &q);
    put(s, &a, &p);
    put_ad(s, &b);
    verify(s);
    assert_int_equal(ra_verify_needs(verify_input(), &needs, &err), 0);
    assert_int_equal(needs.ooi_n, 2);
    assert_true(needs.ooi[0] < needs.ooi[1]);
    ra_verify_needs_free(&needs);
}

static void v6_equal_anchors_with_different_sids(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    in_step(s, &a, &p);
    p.o.sid = RA_STR("S-1-5-21-9-9-9-1001");
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_SID_OTHER, NONE);
}

static void v6_two_people_whose_anchors_were_swapped(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);
    const struct ra_verified *v;

    in_step(s, &a, &p);
    a.consistency_guid = b.guid;
    b.consistency_guid = a.guid;
    put(s, &a, &p);
    put(s, &b, &q);
    v = verify(s);
    expect_findings(v, RA_R_SID_CROSS, RA_R_SID_CROSS, NONE);
    for (size_t i = 0; i < v->n; i++) {
        assert_int_not_equal(v->findings[i].cloud, v->findings[i].ad);
        assert_int_equal(v->findings[i].other_cloud, v->findings[i].ad);
    }
}

static void v6_two_swapped_people_whom_their_identifiers_block(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    a.consistency_guid = b.guid;
    b.consistency_guid = a.guid;
    p.identifier = ANNAS_GUID;
    put(s, &a, &p);
    put(s, &b, &q);
    expect_findings(verify(s), RA_R_SID_CROSS, RA_R_SID_CROSS, RA_R_IDENTIFIER, NONE);
}

static void v6_a_blocked_pair_with_another_sid(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    in_step(s, &a, &p);
    p.identifier = OTHER_GUID;
    p.o.sid = RA_STR("S-1-5-21-9-9-9-1001");
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_IDENTIFIER, RA_R_SID_OTHER, NONE);
}

static void v6_somebody_without_an_anchor_holds_the_sid(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = stranger(s, "ffff");

    in_step(s, &a, &p);
    put(s, &a, &p);
    q.o.sid = b.sid;
    put(s, &b, &q);
    expect_findings(verify(s), RA_R_SID_UNANCHORED, NONE);
}

static void v7_the_tenant_names_another_attribute(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    in_step(s, &a, &p);
    s->tenant.anchor_attribute = RA_STR("objectGUID");
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_ATTRIBUTE_OTHER, NONE);
}

static void v7_a_configured_attribute_that_reproduces_too_few(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    s->policy.anchor_attribute = s->tenant.anchor_attribute = RA_STR("employeeID");
    a.custom = employee_id(s, "A");
    b.custom = employee_id(s, "B");
    put(s, &a, &p);
    put(s, &b, &q);
    expect_findings(verify(s), RA_R_ATTRIBUTE_WEAK, RA_R_ANCHOR_DIFFERS, RA_R_ANCHOR_DIFFERS,
                    RA_R_SID_DRIFT, RA_R_SID_DRIFT, NONE);
}

static void v7_an_attribute_that_nobody_can_tell(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    s->policy.anchor_attribute = RA_STR("auto");
    a.consistency_guid = b.consistency_guid = RA_STR("0123456789abcdeX");
    b.consistency_guid = RA_STR("0123456789abcdeY");
    p.o.immutable_id = anchor_of(s, RA_STR("0123456789abcdeA"));
    q.o.immutable_id = anchor_of(s, RA_STR("0123456789abcdeB"));
    put(s, &a, &p);
    put(s, &b, &q);
    expect_findings(verify(s), RA_R_ATTRIBUTE_UNDETERMINED, RA_R_ANCHOR_DIFFERS,
                    RA_R_ANCHOR_DIFFERS, RA_R_SID_DRIFT, RA_R_SID_DRIFT, NONE);
}

static void v7_a_tenant_that_does_not_tell_and_a_rate_below_99_percent(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p, q = stranger(s, "ffff");

    in_step(s, &a, &p);
    s->tenant.anchor_attribute = (struct ra_str){NULL, 0};
    put(s, &a, &p);
    q.o.synced = RA_YES;
    q.o.immutable_id = anchor_of(s, SIXTEEN);
    put_cloud(s, &q);
    expect_findings(verify(s), RA_R_ATTRIBUTE_RATE, RA_R_ORPHAN, NONE);
    assert_int_equal(verify(s)->unchecked[0].check, 7);
}

struct chapter anchor_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(nothing_is_found_where_both_sides_are_in_step),
        IN_SCENE(v1_an_anchor_that_is_no_guid_in_base64),
        IN_SCENE(v1_a_value_of_the_custom_anchor_attribute_is_well_formed),
        IN_SCENE(v2_and_v6_the_same_sid_with_another_anchor),
        IN_SCENE(v2_a_recreated_user_with_the_names_of_the_old_one),
        IN_SCENE(v2_a_recreated_group_with_the_address_of_the_old_one),
        IN_SCENE(v3_two_objects_in_scope_with_one_anchor),
        IN_SCENE(v3_two_groups_with_one_objectguid_where_users_have_another_attribute),
        IN_SCENE(a_directory_without_the_index_of_the_anchor_is_damaged),
        IN_SCENE(v3_a_user_and_a_group_with_one_anchor),
        IN_SCENE(v3_two_live_cloud_users_with_one_anchor),
        IN_SCENE(v3_a_deleted_cloud_user_with_the_anchor_of_a_live_one),
        IN_SCENE(v4_a_consistency_guid_that_is_not_16_bytes),
        IN_SCENE(v4_foreign_data_beside_an_anchor_of_objectguid),
        IN_SCENE(v5_a_migrated_user_whose_identifier_names_another_object),
        IN_SCENE(v5_the_same_where_the_tenant_lets_it_be_changed),
        IN_SCENE(v5_an_identifier_that_was_not_read_is_said_and_not_found),
        IN_SCENE(identifiers_are_asked_for_in_the_order_of_the_snapshot),
        IN_SCENE(v6_equal_anchors_with_different_sids),
        IN_SCENE(v6_two_people_whose_anchors_were_swapped),
        IN_SCENE(v6_two_swapped_people_whom_their_identifiers_block),
        IN_SCENE(v6_a_blocked_pair_with_another_sid),
        IN_SCENE(v6_somebody_without_an_anchor_holds_the_sid),
        IN_SCENE(v7_the_tenant_names_another_attribute),
        IN_SCENE(v7_a_configured_attribute_that_reproduces_too_few),
        IN_SCENE(v7_an_attribute_that_nobody_can_tell),
        IN_SCENE(v7_a_tenant_that_does_not_tell_and_a_rate_below_99_percent),
    };

    return (struct chapter){tests, sizeof tests / sizeof tests[0]};
}
