/* Groups, contacts and computers. */
#include "tests/unit/match/scene.h"

/* ---- groups ---- */

static void row_34_a_synced_group_with_our_sid_rejoins_unseen(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = groups_peer(s);

    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_MATCH_SID, 34, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_M);
    expect_no_leftover(s, FIRST);
    assert_int_equal(s->result.matched_unseen, 1);
}

static struct ra_ad_object without_mail(struct scene *s)
{
    struct ra_ad_object g = group(s);

    g.mail = RA_STR("");
    g.proxies = (struct ra_list){0};
    return g;
}

static void row_38_a_security_group_without_mail_rejoins_by_its_sid(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = without_mail(s);
    struct peer p = groups_peer(s);

    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_MATCH_SID, 38, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_M);
}

static void of_two_groups_with_our_sid_the_synced_one_is_ours(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = groups_peer(s), lower = groups_peer(s);

    lower.o.id = RA_STR("0000");
    lower.o.synced = RA_NO;
    put_cloud(s, &lower);
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_MATCH_SID, 34, SECOND);
}

static struct peer unsynced_group(struct scene *s, const char *cloud_managed)
{
    struct peer p = groups_peer(s);

    p.o.synced = RA_UNKNOWN;
    p.cloud_managed = cloud_managed;
    return p;
}

static void a_group_whose_authority_is_the_cloud_is_left_alone(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = unsynced_group(s, "1");

    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_SKIP_SOA_CLOUD, 0, FIRST);
}

static void a_group_whose_authority_is_unknown_stays_open(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = unsynced_group(s, NULL);

    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_UNKNOWN_SOA, 0, FIRST);
    assert_int_equal(s->result.need_soa_n, 1);
}

static void an_unsynced_group_with_our_sid_is_taken_over_with_low_confidence(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = unsynced_group(s, "0");

    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_MATCH_SID_TAKEOVER, 0, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_L);
}

static void the_hard_match_flag_blocks_the_takeover_of_a_group_which_stays_claimed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = unsynced_group(s, "0");

    s->tenant.flags.block_hard_match = RA_YES;
    s->policy.takeover_allowed = false;
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_BLOCK_HARD_FLAG, 0, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_HARD_FLAG, RA_VERDICT_CODES);
    expect_count(s, RA_CLOUD_ONLY, 0);
}

static void the_policy_must_allow_the_takeover_of_a_group(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = unsynced_group(s, "0");

    s->policy.takeover_allowed = false;
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_BLOCK_TAKEOVER_POLICY, 0, FIRST);
}

static void row_33_one_anchor_on_two_groups_blocks_both(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s), h = group(s);

    h.guid = RA_STR("another-guid-123");
    h.sid = RA_STR("S-1-5-21-1-2-3-2002");
    g.consistency_guid = h.consistency_guid = RA_STR("odd");
    put_ad(s, &g);
    put_ad(s, &h);
    decide(s);
    expect(s, FIRST, RA_BLOCK_DUP_ANCHOR, 33, RA_NONE);
    expect_confidence(s, FIRST, RA_CONFIDENCE_INF);
    expect(s, SECOND, RA_BLOCK_DUP_ANCHOR, 33, RA_NONE);
    expect_warning(s, FIRST, RA_WARN_GUID_LENGTH);
}

/* A cloud group that was never synchronised. */
static struct peer cloud_group(struct scene *s)
{
    struct peer p = unsynced_group(s, "0");

    p.o.sid = RA_STR("");
    return p;
}

static void row_35_our_primary_on_a_cloud_group_is_a_soft_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = cloud_group(s);

    s->policy.soft_match = RA_SOFT_STAMP; /* which is for users: it reads as server */
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_SOFT_SMTP, 35, FIRST);
}

static void row_35_the_soft_match_flag_blocks_a_group_even_when_stamping(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = cloud_group(s);

    s->policy.soft_match = RA_SOFT_STAMP;
    s->tenant.flags.block_soft_match = RA_YES;
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_BLOCK_SOFT_FLAG, 0, FIRST);
}

static void a_groups_soft_match_is_not_warned_of_what_others_hold(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = cloud_group(s), other = contacts_peer(s);

    g.proxies = list(s, "SMTP:sales@contoso.com", "smtp:s@contoso.com", NULL);
    other.o.proxies = list(s, "smtp:s@contoso.com", NULL);
    put_cloud(s, &other);
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_SOFT_SMTP, 35, SECOND);
    expect_no_warning(s, FIRST, RA_WARN_HELD);
}

static void row_36_our_primary_on_a_synced_group_with_another_sid_is_a_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = groups_peer(s);

    p.o.sid = RA_STR("S-1-5-21-9-9-9-2001");
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_ANCHOR_CONFLICT, 36, FIRST);
    expect_leftover(s, FIRST, RA_ORPHAN, 43, RA_CAUSE_ANCHOR_DRIFT);
}

static void row_37_a_security_group_of_the_same_name_is_made_anew(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = without_mail(s);
    struct peer p = cloud_group(s);

    p.o.display_name = RA_STR("SALES");
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_ADD, 37, RA_NONE);
    expect_warning(s, FIRST, RA_WARN_NAME);
}

static void row_42_a_role_assignable_group_blocks_and_the_rest_is_collected(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = cloud_group(s);

    s->tenant.flags.block_soft_match = RA_YES;
    s->policy.soft_match = RA_SOFT_DENY;
    p.o.role_assignable = RA_YES;
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_BLOCK_ROLE_GROUP, 42, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_ROLE_GROUP, RA_BLOCK_SOFT_FLAG, RA_BLOCK_SOFT_POLICY,
                  RA_VERDICT_CODES);
}

static void our_primary_on_a_user_is_the_wrong_type_for_a_group(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = stranger(s, "bbbb");

    p.o.proxies = list(s, "SMTP:sales@contoso.com", NULL);
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_CONFLICT_TYPE, 0, FIRST);
}

static void an_address_of_a_group_held_as_a_secondary_is_a_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = stranger(s, "bbbb");

    p.o.proxies = list(s, "smtp:sales@contoso.com", NULL);
    decide_pair(s, &g, &p);
    expect(s, FIRST, RA_CONFLICT_PROXY, 0, FIRST);
}

/* ---- contacts ---- */

static void row_39_a_synced_contact_with_our_address_rejoins_unseen(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = contact(s);
    struct peer p = contacts_peer(s);

    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_MATCH_SMTP, 39, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_M);
    expect_no_leftover(s, FIRST);
}

static struct peer cloud_contact(struct scene *s, const char *cloud_managed)
{
    struct peer p = contacts_peer(s);

    p.o.synced = RA_UNKNOWN;
    p.cloud_managed = cloud_managed;
    return p;
}

static void row_39_an_unsynced_contact_is_a_soft_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = contact(s);
    struct peer p = cloud_contact(s, "0");

    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_SOFT_SMTP, 39, FIRST);
}

static void a_contact_whose_authority_is_the_cloud_is_left_alone(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = contact(s);
    struct peer p = cloud_contact(s, "1");

    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_SKIP_SOA_CLOUD, 0, FIRST);
}

static void a_contact_whose_authority_is_unknown_stays_open(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = contact(s);
    struct peer p = cloud_contact(s, NULL);

    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_UNKNOWN_SOA, 0, FIRST);
}

static void flag_and_policy_block_a_contacts_soft_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = contact(s);
    struct peer p = cloud_contact(s, "0");

    s->tenant.flags.block_soft_match = RA_YES;
    s->policy.soft_match = RA_SOFT_DENY;
    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_BLOCK_SOFT_FLAG, 0, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_SOFT_FLAG, RA_BLOCK_SOFT_POLICY, RA_VERDICT_CODES);
}

static void row_40_a_contacts_address_on_a_user_is_the_wrong_type(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = contact(s);
    struct peer p = stranger(s, "bbbb");

    p.o.proxies = list(s, "SMTP:partner@example.org", NULL);
    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_CONFLICT_TYPE, 40, FIRST);
}

static void a_contacts_address_held_as_a_secondary_is_a_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = contact(s);
    struct peer p = contacts_peer(s);

    p.o.proxies = list(s, "smtp:partner@example.org", NULL);
    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_CONFLICT_PROXY, 0, FIRST);
}

static void a_contact_that_nobody_has_is_new(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = contact(s);
    struct peer p = stranger(s, "bbbb");

    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_ADD, 0, RA_NONE);
}

/* ---- computers ---- */

static void row_41_a_device_with_our_guid_rejoins(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = computer(s);
    struct peer p = computers_peer(s);

    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_MATCH_DEVICE, 41, FIRST);
    expect_no_leftover(s, FIRST);
}

static void row_41_a_registered_device_is_merged(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = computer(s);
    struct peer p = computers_peer(s);

    p.o.synced = RA_NO;
    p.o.device_id = RA_STR("33333333-2222-3333-4444-555555555555");
    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_MATCH_DEVICE, 41, FIRST);
}

static void row_41_the_soft_match_flag_blocks_the_merge(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = computer(s);
    struct peer p = computers_peer(s);

    s->tenant.flags.block_soft_match = RA_YES;
    p.o.synced = RA_NO;
    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_BLOCK_SOFT_FLAG, 41, FIRST);
}

static void of_many_devices_with_our_guid_the_one_with_the_lowest_id_is_the_peer(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = computer(s);
    struct peer p = computers_peer(s);
    uint32_t last = 0;

    put_ad(s, &c);
    for (char letter = 'p'; letter >= 'a'; letter--) {
        p.o.id = ra_str_n(&letter, 1);
        last = put_cloud(s, &p);
    }
    decide(s);
    expect(s, FIRST, RA_MATCH_DEVICE, 41, last);
    expect_count(s, RA_ORPHAN, last);
}

static void a_computer_without_a_device_is_new(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = computer(s);
    struct peer p = computers_peer(s);

    p.o.device_id = RA_STR("99999999-2222-3333-4444-555555555555");
    decide_pair(s, &c, &p);
    expect(s, FIRST, RA_ADD, 0, RA_NONE);
    expect_leftover(s, FIRST, RA_ORPHAN, 43, RA_CAUSE_NOT_FOUND);
}

struct chapter other_kind_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(row_34_a_synced_group_with_our_sid_rejoins_unseen),
        IN_SCENE(row_38_a_security_group_without_mail_rejoins_by_its_sid),
        IN_SCENE(of_two_groups_with_our_sid_the_synced_one_is_ours),
        IN_SCENE(a_group_whose_authority_is_the_cloud_is_left_alone),
        IN_SCENE(a_group_whose_authority_is_unknown_stays_open),
        IN_SCENE(an_unsynced_group_with_our_sid_is_taken_over_with_low_confidence),
        IN_SCENE(the_hard_match_flag_blocks_the_takeover_of_a_group_which_stays_claimed),
        IN_SCENE(the_policy_must_allow_the_takeover_of_a_group),
        IN_SCENE(row_33_one_anchor_on_two_groups_blocks_both),
        IN_SCENE(row_35_our_primary_on_a_cloud_group_is_a_soft_match),
        IN_SCENE(row_35_the_soft_match_flag_blocks_a_group_even_when_stamping),
        IN_SCENE(a_groups_soft_match_is_not_warned_of_what_others_hold),
        IN_SCENE(row_36_our_primary_on_a_synced_group_with_another_sid_is_a_conflict),
        IN_SCENE(row_37_a_security_group_of_the_same_name_is_made_anew),
        IN_SCENE(row_42_a_role_assignable_group_blocks_and_the_rest_is_collected),
        IN_SCENE(our_primary_on_a_user_is_the_wrong_type_for_a_group),
        IN_SCENE(an_address_of_a_group_held_as_a_secondary_is_a_conflict),
        IN_SCENE(row_39_a_synced_contact_with_our_address_rejoins_unseen),
        IN_SCENE(row_39_an_unsynced_contact_is_a_soft_match),
        IN_SCENE(a_contact_whose_authority_is_the_cloud_is_left_alone),
        IN_SCENE(a_contact_whose_authority_is_unknown_stays_open),
        IN_SCENE(flag_and_policy_block_a_contacts_soft_match),
        IN_SCENE(row_40_a_contacts_address_on_a_user_is_the_wrong_type),
        IN_SCENE(a_contacts_address_held_as_a_secondary_is_a_conflict),
        IN_SCENE(a_contact_that_nobody_has_is_new),
        IN_SCENE(row_41_a_device_with_our_guid_rejoins),
        IN_SCENE(row_41_a_registered_device_is_merged),
        IN_SCENE(row_41_the_soft_match_flag_blocks_the_merge),
        IN_SCENE(of_many_devices_with_our_guid_the_one_with_the_lowest_id_is_the_peer),
        IN_SCENE(a_computer_without_a_device_is_new),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
