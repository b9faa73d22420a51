/* Each check of domain 11: what is out of step is found, and nothing where all is well. */
#include "tests/unit/verify/violation.h"

#include <string.h>

#define NONE RA_REASONS

/* Anna and her peer in step, and the tenant says which attribute it takes. */
static void in_step(struct scene *s, struct ra_ad_object *a, struct peer *p)
{
    *a = anna(s);
    *p = annas_peer(s);
    a->consistency_guid = a->guid;
    s->tenant.anchor_attribute = RA_STR("mS-DS-ConsistencyGuid");
}

static struct peer bertas_peer(struct scene *s, const struct ra_ad_object *b)
{
    struct peer p = annas_peer(s);

    p.o.id = RA_STR("bbbb");
    p.o.upn = RA_STR("berta@contoso.com");
    p.o.sid = b->sid;
    p.o.immutable_id = anchor_of(s, b->guid);
    p.o.proxies = list(s, "SMTP:berta@contoso.com", NULL);
    return p;
}

static void put(struct scene *s, const struct ra_ad_object *a, const struct peer *p)
{
    put_ad(s, a);
    put_cloud(s, p);
}

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

static void v8_a_synced_user_without_an_ad_object(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    put(s, &a, &p);
    put_cloud(s, &q);
    expect_findings(verify(s), RA_R_ORPHAN, NONE);
    assert_true(ra_str_eq(the(verify(s), RA_R_ORPHAN)->value, RA_STR("not-found")));
}

static void v8_a_synced_group_without_an_ad_object(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p, gp = groups_peer(s);

    in_step(s, &a, &p);
    put(s, &a, &p);
    put_cloud(s, &gp);
    expect_findings(verify(s), RA_R_ORPHAN_HARD, NONE);
}

static void v8_an_ad_user_without_a_cloud_object(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p;

    in_step(s, &a, &p);
    put(s, &a, &p);
    put_ad(s, &b);
    expect_findings(verify(s), RA_R_NO_PEER, NONE);
}

static void v8_more_orphans_than_the_tenant_lets_go(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    put(s, &a, &p);
    put_cloud(s, &q);
    s->tenant.prevention = RA_PREVENTION_COUNT;
    s->tenant.threshold = 0;
    expect_findings(verify(s), RA_R_ORPHAN, RA_R_THRESHOLD, NONE);
}

static void v8_more_orphans_than_the_policy_allows(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    put(s, &a, &p);
    put_cloud(s, &q);
    s->policy.max_deletes = 0;
    expect_findings(verify(s), RA_R_ORPHAN, RA_R_LIMIT, NONE);
}

static void v9_a_placeholder_upn(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    in_step(s, &a, &p);
    p.o.upn = RA_STR("anna+4711@contoso.onmicrosoft.com");
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_PLACEHOLDER, NONE);
}

static void v9_an_error_of_provisioning(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, g = group(s);
    struct peer p, gp = groups_peer(s);

    in_step(s, &a, &p);
    put(s, &a, &p);
    gp.o.provisioning_errors = RA_STR("[{\"category\":\"PropertyConflict\"}]");
    put(s, &g, &gp);
    expect_findings(verify(s), RA_R_PROVISIONING_ERROR, NONE);
}

static void v10_a_linked_mailbox_without_its_master(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p;

    in_step(s, &a, &p);
    put(s, &a, &p);
    b.recipient_type = 2;
    b.master_account_sid = RA_STR("S-1-5-21-7-7-7-7");
    put_ad(s, &b);
    expect_findings(verify(s), RA_R_LINKED, NONE);
}

static void v10_a_linked_mailbox_with_its_master_is_well(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p;

    in_step(s, &a, &p);
    put(s, &a, &p);
    b.recipient_type = 2;
    b.master_account_sid = RA_STR(ANNAS_SID);
    put_ad(s, &b);
    expect_findings(verify(s), NONE);
}

static void v11_a_victim_of_a_replication_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p;

    in_step(s, &a, &p);
    put(s, &a, &p);
    b.dn_key = dn_key(s, "CN=Berta\\0ACNF:44444444-2222-3333-4444-555555555555,DC=contoso,DC=com");
    put_ad(s, &b);
    expect_findings(verify(s), RA_R_REPLICATION_CONFLICT, NONE);
}

static void v12_two_objects_with_one_primary_address(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    put(s, &a, &p);
    b.proxies = list(s, "SMTP:berta@contoso.com", "smtp:Anna@contoso.com", NULL);
    put(s, &b, &q);
    expect_findings(verify(s), RA_R_DUP_PRIMARY, NONE);
    assert_true(ra_str_eq(the(verify(s), RA_R_DUP_PRIMARY)->value, RA_STR("anna@contoso.com")));
}

static void v12_two_objects_with_one_further_address(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    a.proxies = list(s, "SMTP:anna@contoso.com", "smtp:team@contoso.com", NULL);
    b.proxies = list(s, "SMTP:berta@contoso.com", "smtp:team@contoso.com", NULL);
    put(s, &a, &p);
    put(s, &b, &q);
    expect_findings(verify(s), RA_R_DUP_ADDRESS, NONE);
}

static void v12_two_users_with_one_upn(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    b.login = b.upn = RA_STR("ANNA@contoso.com");
    put(s, &a, &p);
    put(s, &b, &q);
    expect_findings(verify(s), RA_R_DUP_UPN, NONE);
}

static void v12_two_users_who_would_be_given_one_upn(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    a.login = a.upn = RA_STR("anna@contoso.local");
    b.login = b.upn = RA_STR("other@contoso.local");
    b.nickname = RA_STR("anna");
    put(s, &a, &p);
    put(s, &b, &q);
    expect_findings(verify(s), RA_R_DUP_UPN, NONE);
}

static void v12_an_object_out_of_scope_does_not_count(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p;

    in_step(s, &a, &p);
    put(s, &a, &p);
    b.proxies = list(s, "SMTP:anna@contoso.com", NULL);
    b.admin_description = RA_STR("User_NoSync");
    put_ad(s, &b);
    expect_findings(verify(s), NONE);
}

static void unsynced(struct scene *s, const char *managed)
{
    struct ra_ad_object a;
    struct peer p, q = stranger(s, "ffff");

    in_step(s, &a, &p);
    put(s, &a, &p);
    q.o.immutable_id = anchor_of(s, SIXTEEN);
    q.cloud_managed = managed;
    put_cloud(s, &q);
}

static void v13_an_anchored_user_who_is_not_synced(void **state)
{
    unsynced(*state, "0");
    expect_findings(verify(*state), RA_R_UNSYNCED, NONE);
}

static void v13_one_of_whom_nobody_knows_who_manages_it(void **state)
{
    unsynced(*state, NULL);
    expect_findings(verify(*state), RA_R_UNSYNCED_UNKNOWN, NONE);
}

static void v13_one_that_the_cloud_manages_is_well(void **state)
{
    unsynced(*state, "1");
    expect_findings(verify(*state), NONE);
}

/* ---- V14 ---- */

struct then {
    struct ra_baseline_object all[4];
    size_t n;
};

static int walk(void *ctx, int (*each)(void *to, const struct ra_baseline_object *o), void *to,
                struct ra_err *err)
{
    struct then *t = ctx;
    int rc = 0;

    (void)err;
    for (size_t i = 0; rc == 0 && i < t->n; i++)
        rc = each(to, &t->all[i]);
    return rc;
}

static void backed_up(struct scene *s, struct then *t)
{
    struct ra_ad_object a;
    struct peer p;

    in_step(s, &a, &p);
    p.identifier = ANNAS_GUID;
    put(s, &a, &p);
    t->n = 2;
    t->all[0] = (struct ra_baseline_object){
        .ad = true, .kind = RA_USER, .key = a.guid, .anchor = p.o.immutable_id};
    t->all[1] = (struct ra_baseline_object){.kind = RA_USER,
                                            .key = RA_STR("aaaa"),
                                            .anchor = p.o.immutable_id,
                                            .identifier = RA_STR(ANNAS_GUID),
                                            .identifier_known = true};
}

static void v14_nothing_changed_since_the_backup(void **state)
{
    struct scene *s = *state;
    struct then t;
    struct ra_baseline b = {.ctx = &t, .name = RA_STR("2026"), .walk = walk};

    backed_up(s, &t);
    t.all[2] = (struct ra_baseline_object){.kind = RA_USER, .key = RA_STR("gone")};
    t.all[3] = (struct ra_baseline_object){.ad = true, .kind = RA_USER, .key = SIXTEEN};
    t.n = 4;
    expect_findings(verify_against(s, &b), NONE);
    assert_int_equal(verify_against(s, &b)->unchecked_n, 0);
}

static void v14_an_anchor_in_ad_changed_since_the_backup(void **state)
{
    struct scene *s = *state;
    struct then t;
    struct ra_baseline b = {.ctx = &t, .name = RA_STR("2026"), .walk = walk};
    const struct ra_verify_finding *f;

    backed_up(s, &t);
    t.all[0].anchor = anchor_of(s, SIXTEEN);
    expect_findings(verify_against(s, &b), RA_R_CHANGED_AD, NONE);
    f = the(verify_against(s, &b), RA_R_CHANGED_AD);
    assert_int_equal(f->ad, FIRST);
    assert_int_equal(f->cloud, FIRST);
    assert_true(ra_str_eq(f->value, anchor_of(s, SIXTEEN)));
}

static void v14_an_anchor_in_the_cloud_changed_since_the_backup(void **state)
{
    struct scene *s = *state;
    struct then t;
    struct ra_baseline b = {.ctx = &t, .name = RA_STR("2026"), .walk = walk};

    backed_up(s, &t);
    t.all[1].anchor = anchor_of(s, SIXTEEN);
    expect_findings(verify_against(s, &b), RA_R_CHANGED_CLOUD, NONE);
}

static void v14_an_identifier_changed_since_the_backup(void **state)
{
    struct scene *s = *state;
    struct then t;
    struct ra_baseline b = {.ctx = &t, .name = RA_STR("2026"), .walk = walk};

    backed_up(s, &t);
    t.all[1].identifier = RA_STR(OTHER_GUID);
    expect_findings(verify_against(s, &b), RA_R_CHANGED_IDENTIFIER, NONE);
}

/* ---- V15 ---- */

/* The 16 bytes whose Base64 is anchor with the case of its first letter changed. */
static struct ra_str twin_of(struct ra_str anchor)
{
    static char bytes[16];
    char text[RA_ANCHOR_TEXT];
    size_t n = sizeof bytes;

    memcpy(text, anchor.p, 24);
    text[24] = '\0';
    text[0] = (char)(text[0] ^ 0x20);
    assert_true(ra_base64_decode(ra_str(text), bytes, &n));
    return ra_str_n(bytes, n);
}

static void v15_two_pairs_whose_anchors_differ_in_case_alone(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    b.consistency_guid = twin_of(p.o.immutable_id);
    q.o.immutable_id = anchor_of(s, b.consistency_guid);
    put(s, &a, &p);
    put(s, &b, &q);
    expect_findings(verify(s), RA_R_CASE_TWINS, NONE);
}

static void v15_an_anchor_in_ad_that_only_looks_like_one_in_the_cloud(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    b.consistency_guid = RA_STR("0123456789abcdeB");
    q.o.immutable_id = anchor_of(s, b.consistency_guid);
    put(s, &b, &q);
    a.consistency_guid = twin_of(p.o.immutable_id);
    p.o.sid = (struct ra_str){NULL, 0};
    p.o.upn = RA_STR("gone@contoso.com");
    p.o.proxies = list(s, "SMTP:gone@contoso.com", NULL);
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_CASE_FALSE, RA_R_NO_PEER, RA_R_ORPHAN, NONE);
}

/* ---- the table ---- */

static void the_gravest_comes_first(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);
    const struct ra_verified *v;
    enum ra_severity worst;

    in_step(s, &a, &p);
    b.consistency_guid = SIXTEEN;
    p.o.upn = RA_STR("anna1234@contoso.onmicrosoft.com");
    put(s, &a, &p);
    put(s, &b, &q);
    v = verify(s);
    for (size_t i = 1; i < v->n; i++)
        assert_true(ra_reason_info((enum ra_reason)v->findings[i - 1].reason)->severity >=
                    ra_reason_info((enum ra_reason)v->findings[i].reason)->severity);
    assert_true(ra_verified_worst(v, &worst));
    assert_int_equal(worst, RA_SEVERITY_CRITICAL);
    assert_int_equal(ra_verified_total(v, RA_SEVERITY_WARNING), 1);
    assert_int_equal(ra_verified_count(v, 9, RA_SEVERITY_WARNING), 1);
}

static void every_reason_has_been_found_by_a_test(void **state)
{
    (void)state;
    for (int r = 0; r < RA_REASONS; r++)
        if (!seen_reason_of((enum ra_reason)r))
            fail_msg("%s: no test", ra_reason_info((enum ra_reason)r)->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(nothing_is_found_where_both_sides_are_in_step),
        IN_SCENE(v1_an_anchor_that_is_no_guid_in_base64),
        IN_SCENE(v1_a_value_of_the_custom_anchor_attribute_is_well_formed),
        IN_SCENE(v2_and_v6_the_same_sid_with_another_anchor),
        IN_SCENE(v2_a_recreated_user_with_the_names_of_the_old_one),
        IN_SCENE(v2_a_recreated_group_with_the_address_of_the_old_one),
        IN_SCENE(v3_two_objects_in_scope_with_one_anchor),
        IN_SCENE(v3_a_user_and_a_group_with_one_anchor),
        IN_SCENE(v3_two_live_cloud_users_with_one_anchor),
        IN_SCENE(v3_a_deleted_cloud_user_with_the_anchor_of_a_live_one),
        IN_SCENE(v4_a_consistency_guid_that_is_not_16_bytes),
        IN_SCENE(v4_foreign_data_beside_an_anchor_of_objectguid),
        IN_SCENE(v5_a_migrated_user_whose_identifier_names_another_object),
        IN_SCENE(v5_the_same_where_the_tenant_lets_it_be_changed),
        IN_SCENE(v5_an_identifier_that_was_not_read_is_said_and_not_found),
        IN_SCENE(v6_equal_anchors_with_different_sids),
        IN_SCENE(v6_two_people_whose_anchors_were_swapped),
        IN_SCENE(v6_two_swapped_people_whom_their_identifiers_block),
        IN_SCENE(v6_a_blocked_pair_with_another_sid),
        IN_SCENE(v6_somebody_without_an_anchor_holds_the_sid),
        IN_SCENE(v7_the_tenant_names_another_attribute),
        IN_SCENE(v7_a_configured_attribute_that_reproduces_too_few),
        IN_SCENE(v7_an_attribute_that_nobody_can_tell),
        IN_SCENE(v7_a_tenant_that_does_not_tell_and_a_rate_below_99_percent),
        IN_SCENE(v8_a_synced_user_without_an_ad_object),
        IN_SCENE(v8_a_synced_group_without_an_ad_object),
        IN_SCENE(v8_an_ad_user_without_a_cloud_object),
        IN_SCENE(v8_more_orphans_than_the_tenant_lets_go),
        IN_SCENE(v8_more_orphans_than_the_policy_allows),
        IN_SCENE(v9_a_placeholder_upn),
        IN_SCENE(v9_an_error_of_provisioning),
        IN_SCENE(v10_a_linked_mailbox_without_its_master),
        IN_SCENE(v10_a_linked_mailbox_with_its_master_is_well),
        IN_SCENE(v11_a_victim_of_a_replication_conflict),
        IN_SCENE(v12_two_objects_with_one_primary_address),
        IN_SCENE(v12_two_objects_with_one_further_address),
        IN_SCENE(v12_two_users_with_one_upn),
        IN_SCENE(v12_two_users_who_would_be_given_one_upn),
        IN_SCENE(v12_an_object_out_of_scope_does_not_count),
        IN_SCENE(v13_an_anchored_user_who_is_not_synced),
        IN_SCENE(v13_one_of_whom_nobody_knows_who_manages_it),
        IN_SCENE(v13_one_that_the_cloud_manages_is_well),
        IN_SCENE(v14_nothing_changed_since_the_backup),
        IN_SCENE(v14_an_anchor_in_ad_changed_since_the_backup),
        IN_SCENE(v14_an_anchor_in_the_cloud_changed_since_the_backup),
        IN_SCENE(v14_an_identifier_changed_since_the_backup),
        IN_SCENE(v15_two_pairs_whose_anchors_differ_in_case_alone),
        IN_SCENE(v15_an_anchor_in_ad_that_only_looks_like_one_in_the_cloud),
        IN_SCENE(the_gravest_comes_first),
        IN_SCENE(every_reason_has_been_found_by_a_test),
    };
    struct chapter words = words_tests();
    int failed = cmocka_run_group_tests_name("checks", tests, NULL, NULL);

    failed += _cmocka_run_group_tests("words", words.tests, words.n, NULL, NULL);
    forget();
    return failed;
}
