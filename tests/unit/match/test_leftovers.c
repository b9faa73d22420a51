/* Cloud objects that nothing claimed. */
#include "tests/unit/match/scene.h"

static void only_in_the_cloud(struct scene *s, const struct peer *p)
{
    put_cloud(s, p);
    decide(s);
}

static void row_43_a_synced_user_that_ad_does_not_know_is_an_orphan(void **state)
{
    struct scene *s = *state;
    struct peer p = annas_peer(s);

    only_in_the_cloud(s, &p);
    expect_leftover(s, FIRST, RA_ORPHAN, 43, RA_CAUSE_NOT_FOUND);
    assert_int_equal(s->result.deletes, 1);
    assert_int_equal(s->result.hard_deletes, 0);
}

static void row_32_a_user_out_of_scope_leaves_an_orphan(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    a.critical_system = true;
    decide_pair(s, &a, &p);
    expect_leftover(s, FIRST, RA_ORPHAN, 32, RA_CAUSE_OUT_OF_SCOPE);
}

static void row_32_a_linked_mailbox_leaves_an_orphan(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    a.recipient_type = 2;
    decide_pair(s, &a, &p);
    expect_leftover(s, FIRST, RA_ORPHAN, 32, RA_CAUSE_OUT_OF_SCOPE);
}

static void the_sid_of_a_user_out_of_scope_explains_no_user(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    a.critical_system = true;
    p.o.immutable_id = anchor_of(s, SIXTEEN);
    decide_pair(s, &a, &p);
    expect_leftover(s, FIRST, RA_ORPHAN, 43, RA_CAUSE_NOT_FOUND);
}

static void row_32_groups_contacts_and_devices_are_told_by_their_own_keys(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s), c = contact(s), d = computer(s);
    struct peer gp = groups_peer(s), cp = contacts_peer(s), dp = computers_peer(s);

    g.critical_system = c.critical_system = true;
    d.certificates = 0;
    put_ad(s, &g);
    put_ad(s, &c);
    put_ad(s, &d);
    put_cloud(s, &gp);
    put_cloud(s, &cp);
    put_cloud(s, &dp);
    decide(s);
    for (uint32_t i = 0; i < 3; i++)
        expect_leftover(s, i, RA_ORPHAN, 32, RA_CAUSE_OUT_OF_SCOPE);
    assert_int_equal(s->result.hard_deletes, 3);
}

static void the_anchor_of_a_deleted_user_explains_an_orphan(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    a.deleted = true;
    a.sid = RA_STR("");
    decide_pair(s, &a, &p);
    expect_leftover(s, FIRST, RA_ORPHAN, 43, RA_CAUSE_AD_DELETED);
}

static void the_sid_of_a_deleted_object_explains_an_orphan(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), g = group(s);
    struct peer p = annas_peer(s), q = groups_peer(s);

    a.deleted = g.deleted = true;
    p.o.immutable_id = anchor_of(s, SIXTEEN);
    put_ad(s, &a);
    put_ad(s, &g);
    put_cloud(s, &p);
    put_cloud(s, &q);
    decide(s);
    expect_leftover(s, FIRST, RA_ORPHAN, 43, RA_CAUSE_AD_DELETED);
    expect_leftover(s, SECOND, RA_ORPHAN, 43, RA_CAUSE_AD_DELETED);
}

static void a_deleted_computer_explains_its_device(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = computer(s);
    struct peer p = computers_peer(s);

    c.deleted = true;
    decide_pair(s, &c, &p);
    expect_leftover(s, FIRST, RA_ORPHAN, 43, RA_CAUSE_AD_DELETED);
}

static void an_unsynced_user_with_an_anchor_is_stale(void **state)
{
    struct scene *s = *state;
    struct peer p = annas_peer(s);

    p.o.synced = RA_UNKNOWN;
    only_in_the_cloud(s, &p);
    expect_leftover(s, FIRST, RA_STALE_ANCHOR, 0, RA_CAUSE_NONE);
    assert_int_equal(s->result.deletes, 0);
}

static void row_45_a_user_deleted_in_ad_and_restored_in_the_cloud_is_stale(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    a.deleted = true;
    p.o.synced = RA_NO;
    decide_pair(s, &a, &p);
    expect_leftover(s, FIRST, RA_STALE_ANCHOR, 45, RA_CAUSE_AD_DELETED);
    assert_string_equal(ra_verdict_server_error(&s->result.verdicts[0]),
                        "DeletingCloudOnlyObjectNotAllowed");
}

static void what_lives_in_the_cloud_alone_is_counted_and_not_listed(void **state)
{
    struct scene *s = *state;
    struct peer p = stranger(s, "bbbb"), g = groups_peer(s);

    g.o.synced = RA_UNKNOWN;
    put_cloud(s, &p);
    put_cloud(s, &g);
    decide(s);
    expect_count(s, RA_CLOUD_ONLY, 2);
    assert_int_equal(s->result.verdicts_n, 0);
}

static void a_deleted_cloud_user_that_nobody_claims_is_counted_apart(void **state)
{
    struct scene *s = *state;
    struct peer p = annas_peer(s);

    p.o.deleted = true;
    only_in_the_cloud(s, &p);
    assert_int_equal(s->result.deleted_unclaimed, 1);
    assert_int_equal(s->result.verdicts_n, 0);
}

struct chapter leftover_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(row_43_a_synced_user_that_ad_does_not_know_is_an_orphan),
        IN_SCENE(row_32_a_user_out_of_scope_leaves_an_orphan),
        IN_SCENE(row_32_a_linked_mailbox_leaves_an_orphan),
        IN_SCENE(the_sid_of_a_user_out_of_scope_explains_no_user),
        IN_SCENE(row_32_groups_contacts_and_devices_are_told_by_their_own_keys),
        IN_SCENE(the_anchor_of_a_deleted_user_explains_an_orphan),
        IN_SCENE(the_sid_of_a_deleted_object_explains_an_orphan),
        IN_SCENE(a_deleted_computer_explains_its_device),
        IN_SCENE(an_unsynced_user_with_an_anchor_is_stale),
        IN_SCENE(row_45_a_user_deleted_in_ad_and_restored_in_the_cloud_is_stale),
        IN_SCENE(what_lives_in_the_cloud_alone_is_counted_and_not_listed),
        IN_SCENE(a_deleted_cloud_user_that_nobody_claims_is_counted_apart),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
