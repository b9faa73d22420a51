/* V8 to V15: objects without a peer, names, what changed since a backup, case. */
#include "tests/unit/verify/violation.h"

#include <string.h>

#define NONE RA_REASONS

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

static void v10_a_master_account_that_was_migrated_does_not_join(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p;

    in_step(s, &a, &p);
    a.sid_history = list(s, "S-1-5-21-7-7-7-7", NULL);
    put(s, &a, &p);
    b.recipient_type = 2;
    b.master_account_sid = RA_STR("S-1-5-21-7-7-7-7");
    put_ad(s, &b);
    expect_findings(verify(s), RA_R_LINKED_FORMER, NONE);
}

static void v6_a_migrated_account_keeps_its_anchor_and_its_old_sid_in_the_cloud(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    in_step(s, &a, &p);
    a.sid_history = list(s, ANNAS_SID, NULL);
    a.sid = RA_STR("S-1-5-21-7-7-7-7");
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_SID_MIGRATED, NONE);
}

static void v6_a_migrated_account_without_its_anchor_leaves_an_orphan(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = stranger(s, "44444444-0000-0000-0000-000000000000");

    in_step(s, &a, &p);
    put(s, &a, &p);
    b.sid_history = list(s, "S-1-5-21-7-7-7-7", NULL);
    put_ad(s, &b);
    q.o.synced = RA_YES;
    q.o.sid = RA_STR("S-1-5-21-7-7-7-7");
    q.o.immutable_id = anchor_of(s, SIXTEEN);
    put_cloud(s, &q);
    expect_findings(verify(s), RA_R_SID_HISTORY, RA_R_NO_PEER, RA_R_ORPHAN, NONE);
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

static void v12_a_user_who_would_be_given_the_upn_of_another(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    a.login = a.upn = RA_STR("anna@contoso.onmicrosoft.com");
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

/* Whichever of the two spellings is looked at first. */
static void v15_the_same_the_other_way_round(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b = berta(s);
    struct peer p, q = bertas_peer(s, &b);

    in_step(s, &a, &p);
    b.consistency_guid = RA_STR("0123456789abcdeB");
    q.o.immutable_id = anchor_of(s, b.consistency_guid);
    put(s, &b, &q);
    a.consistency_guid = a.guid;
    p.o.immutable_id = anchor_of(s, twin_of(p.o.immutable_id));
    p.o.sid = (struct ra_str){NULL, 0};
    p.o.upn = RA_STR("gone@contoso.com");
    p.o.proxies = list(s, "SMTP:gone@contoso.com", NULL);
    put(s, &a, &p);
    expect_findings(verify(s), RA_R_CASE_FALSE, RA_R_NO_PEER, RA_R_ORPHAN, NONE);
}

struct chapter object_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(v8_a_synced_user_without_an_ad_object),
        IN_SCENE(v8_a_synced_group_without_an_ad_object),
        IN_SCENE(v8_an_ad_user_without_a_cloud_object),
        IN_SCENE(v8_more_orphans_than_the_tenant_lets_go),
        IN_SCENE(v8_more_orphans_than_the_policy_allows),
        IN_SCENE(v9_a_placeholder_upn),
        IN_SCENE(v9_an_error_of_provisioning),
        IN_SCENE(v10_a_linked_mailbox_without_its_master),
        IN_SCENE(v10_a_linked_mailbox_with_its_master_is_well),
        IN_SCENE(v10_a_master_account_that_was_migrated_does_not_join),
        IN_SCENE(v6_a_migrated_account_keeps_its_anchor_and_its_old_sid_in_the_cloud),
        IN_SCENE(v6_a_migrated_account_without_its_anchor_leaves_an_orphan),
        IN_SCENE(v11_a_victim_of_a_replication_conflict),
        IN_SCENE(v12_two_objects_with_one_primary_address),
        IN_SCENE(v12_two_objects_with_one_further_address),
        IN_SCENE(v12_two_users_with_one_upn),
        IN_SCENE(v12_two_users_who_would_be_given_one_upn),
        IN_SCENE(v12_a_user_who_would_be_given_the_upn_of_another),
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
        IN_SCENE(v15_the_same_the_other_way_round),
    };

    return (struct chapter){tests, sizeof tests / sizeof tests[0]};
}
