/* Nobody has our anchor: who owns our address or our UPN. AD user 4 to 8. */
#include "tests/unit/match/scene.h"

/* A cloud user whom nobody ever synchronised, with Anna's address and UPN. */
static struct peer born_in_the_cloud(struct scene *s)
{
    struct peer p = annas_peer(s);

    p.o.synced = RA_UNKNOWN;
    p.o.immutable_id = p.o.sid = RA_STR("");
    return p;
}

/* The same, found by the UPN alone. */
static struct peer with_our_upn(struct scene *s)
{
    struct peer p = born_in_the_cloud(s);

    p.o.proxies = list(s, "SMTP:else@contoso.com", NULL);
    return p;
}

/* ---- by primary SMTP ---- */

static void only_a_stamp_needs_to_know_who_manages_the_user(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    p.identifier = p.cloud_managed = NULL;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_SOFT_SMTP, 15, FIRST);
    assert_int_equal(s->result.need_ooi_n, 0);
    assert_int_equal(s->result.need_soa_n, 0);
}

static void row_15_our_primary_on_a_cloud_user_is_a_soft_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_SOFT_SMTP, 15, FIRST);
    expect_no_warnings(s, FIRST);
    expect_no_leftover(s, FIRST);
    expect_count(s, RA_CLOUD_ONLY, 0);
}

static void row_16_the_soft_match_flag_blocks_it(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->tenant.flags.block_soft_match = RA_YES;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_SOFT_FLAG, 16, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_SOFT_FLAG, RA_VERDICT_CODES);
    expect_count(s, RA_CLOUD_ONLY, 1); /* the peer is not claimed */
}

static void row_19_an_assigned_role_blocks_a_soft_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    p.roles = RA_ROLE_ASSIGNED;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_ADMIN, 19, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_ADMIN, RA_VERDICT_CODES);
}

static void row_20_being_eligible_for_a_role_blocks_a_soft_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    p.roles = RA_ROLE_ELIGIBLE;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_ADMIN, 20, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_M);
}

static void the_policy_must_allow_a_soft_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->policy.soft_match = RA_SOFT_DENY;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_SOFT_POLICY, 0, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_SOFT_POLICY, RA_VERDICT_CODES);
}

static void the_flag_the_policy_and_the_object_are_each_named(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->tenant.flags.block_soft_match = RA_YES;
    s->policy.soft_match = RA_SOFT_DENY;
    p.roles = RA_ROLE_ASSIGNED;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_ADMIN, 19, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_ADMIN, RA_BLOCK_SOFT_FLAG, RA_BLOCK_SOFT_POLICY,
                  RA_VERDICT_CODES);
}

static void stamping_makes_it_a_hard_match_with_the_hard_match_flag(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->policy.soft_match = RA_SOFT_STAMP;
    s->tenant.flags.block_hard_match = RA_YES;
    s->tenant.flags.block_soft_match = RA_UNKNOWN;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_HARD_FLAG, 0, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_HARD_FLAG, RA_VERDICT_CODES);
    expect_no_warning(s, FIRST, RA_WARN_FLAG_UNKNOWN);
    expect_count(s, RA_CLOUD_ONLY, 1);
}

static void stamping_passes_the_soft_match_flag(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->policy.soft_match = RA_SOFT_STAMP;
    s->tenant.flags.block_soft_match = RA_YES;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_SOFT_SMTP, 15, FIRST);
}

static void unreadable_roles_leave_a_soft_match_open_and_the_peer_claimed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    s->tenant.roles_known = false;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_UNKNOWN_ROLES, 0, FIRST);
    expect_count(s, RA_CLOUD_ONLY, 0);
}

static void row_22_our_primary_under_another_anchor_and_sid_is_a_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.o.immutable_id = anchor_of(s, SIXTEEN);
    p.o.sid = RA_STR("S-1-5-21-9-9-9-1001");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_ANCHOR_CONFLICT, 22, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_M);
    expect_leftover(s, FIRST, RA_ORPHAN, 43, RA_CAUSE_ANCHOR_DRIFT);
}

static void row_25_our_primary_on_a_group_is_the_wrong_type(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = groups_peer(s);

    p.o.proxies = list(s, "SMTP:anna@contoso.com", NULL);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_TYPE, 25, FIRST);
}

static void row_26_a_guest_is_never_soft_matched(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    p.o.user_type = RA_STR("Guest");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_GUEST, 26, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_INF);
}

static void row_27_address_and_upn_on_two_people_is_a_split_whatever_the_flags(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s), other = stranger(s, "bbbb");

    s->tenant.flags = (struct ra_flags){RA_YES, RA_YES, RA_NO, RA_NO};
    p.o.upn = RA_STR("second@contoso.com");
    other.o.upn = RA_STR("ANNA@contoso.com");
    put_ad(s, &a);
    put_cloud(s, &other);
    uint32_t cloud = put_cloud(s, &p);
    decide(s);
    expect(s, FIRST, RA_CONFLICT_SPLIT, 27, cloud);
    expect_confidence(s, FIRST, RA_CONFIDENCE_INF);
}

static void row_28_a_mailbox_on_either_side_is_warned_of(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    a.mailbox_guid = true;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_SOFT_SMTP, 28, FIRST);
    expect_warning(s, FIRST, RA_WARN_MAILBOX);
}

static void two_owners_of_our_primary_are_a_conflict_with_the_lower_id(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s), low = contacts_peer(s);

    low.o.id = RA_STR("0000");
    low.o.proxies = list(s, "SMTP:Anna@contoso.com", NULL);
    put_ad(s, &a);
    put_cloud(s, &p);
    uint32_t lower = put_cloud(s, &low);
    decide(s);
    expect(s, FIRST, RA_CONFLICT_PROXY, 0, lower);
}

static void the_owner_of_another_address_of_ours_is_none_of_the_two(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s), low = contacts_peer(s), other = contacts_peer(s);

    a.proxies = list(s, "SMTP:anna@contoso.com", "smtp:second@contoso.com", NULL);
    low.o.id = RA_STR("0001");
    low.o.proxies = list(s, "SMTP:anna@contoso.com", NULL);
    other.o.id = RA_STR("0000");
    other.o.proxies = list(s, "SMTP:second@contoso.com", NULL);
    put_ad(s, &a);
    put_cloud(s, &p);
    put_cloud(s, &other);
    uint32_t lower = put_cloud(s, &low);
    decide(s);
    expect(s, FIRST, RA_CONFLICT_PROXY, 0, lower);
}

/* ---- by UPN ---- */

static void row_17_our_upn_on_a_cloud_user_is_a_soft_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = with_our_upn(s);

    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_SOFT_UPN, 17, FIRST);
    expect_no_leftover(s, FIRST);
}

static void row_18_without_soft_match_on_upn_it_is_a_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = with_our_upn(s);

    s->tenant.flags.soft_match_on_upn = RA_NO;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_UPN, 18, FIRST);
}

static void stamping_needs_no_soft_match_on_upn(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = with_our_upn(s);

    s->tenant.flags.soft_match_on_upn = RA_NO;
    s->policy.soft_match = RA_SOFT_STAMP;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_SOFT_UPN, 17, FIRST);
}

static void row_19_an_assigned_role_blocks_a_match_by_upn(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = with_our_upn(s);

    p.roles = RA_ROLE_ASSIGNED | RA_ROLE_ELIGIBLE;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_ADMIN, 19, FIRST);
}

static void row_23_our_upn_under_another_anchor_is_a_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = with_our_upn(s);

    p.o.immutable_id = anchor_of(s, SIXTEEN);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_ANCHOR_CONFLICT, 23, FIRST);
    expect_leftover(s, FIRST, RA_STALE_ANCHOR, 0, RA_CAUSE_NONE);
}

static void row_26_a_guest_with_our_upn_is_a_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = with_our_upn(s);

    p.o.user_type = RA_STR("Guest");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_GUEST, 26, FIRST);
}

static void whoever_signs_in_with_an_address_of_ours_does_not_have_our_upn(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer one = with_our_upn(s), two = with_our_upn(s), other = stranger(s, "0000");

    a.proxies = list(s, "smtp:second@contoso.com", NULL);
    one.o.id = RA_STR("bbbb");
    two.o.id = RA_STR("cccc");
    other.o.upn = RA_STR("second@contoso.com");
    put_ad(s, &a);
    put_cloud(s, &one);
    put_cloud(s, &two);
    put_cloud(s, &other);
    decide(s);
    expect(s, FIRST, RA_SOFT_UPN, 17, FIRST);
}

/* ---- what is left ---- */

/* Two users of our SID, neither with an anchor; a third has an anchor, and our UPN for a SID. */
static void whoever_has_our_upn_for_a_sid_is_no_holder_of_ours(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer one = stranger(s, "bbbb"), two = stranger(s, "cccc"), named = stranger(s, "aaaa");

    one.o.sid = two.o.sid = a.sid;
    named.o.sid = a.upn;
    named.o.immutable_id = anchor_of(s, SIXTEEN);
    put_ad(s, &a);
    put_cloud(s, &one);
    put_cloud(s, &two);
    put_cloud(s, &named);
    decide(s);
    expect(s, FIRST, RA_CONFLICT_SID, 0, FIRST);
}

static void our_sid_on_a_cloud_user_without_an_anchor_is_a_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = stranger(s, "bbbb");

    p.o.sid = RA_STR(ANNAS_SID);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_SID, 0, FIRST);
}

static void row_24_an_address_of_ours_held_as_a_secondary_is_a_conflict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = groups_peer(s);

    p.o.proxies = list(s, "SMTP:sales@contoso.com", "smtp:anna@contoso.com", NULL);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_PROXY, 24, FIRST);
}

static void row_29_nobody_to_match_makes_a_new_user(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = stranger(s, "bbbb");

    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_ADD, 29, RA_NONE);
    expect_count(s, RA_CLOUD_ONLY, 1);
}

static void a_soft_deleted_owner_of_our_address_and_upn_is_no_match(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = born_in_the_cloud(s);

    p.o.deleted = true;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_ADD, 29, RA_NONE);
    assert_int_equal(s->result.deleted_unclaimed, 1);
}

struct chapter soft_match_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(only_a_stamp_needs_to_know_who_manages_the_user),
        IN_SCENE(row_15_our_primary_on_a_cloud_user_is_a_soft_match),
        IN_SCENE(row_16_the_soft_match_flag_blocks_it),
        IN_SCENE(row_19_an_assigned_role_blocks_a_soft_match),
        IN_SCENE(row_20_being_eligible_for_a_role_blocks_a_soft_match),
        IN_SCENE(the_policy_must_allow_a_soft_match),
        IN_SCENE(the_flag_the_policy_and_the_object_are_each_named),
        IN_SCENE(stamping_makes_it_a_hard_match_with_the_hard_match_flag),
        IN_SCENE(stamping_passes_the_soft_match_flag),
        IN_SCENE(unreadable_roles_leave_a_soft_match_open_and_the_peer_claimed),
        IN_SCENE(row_22_our_primary_under_another_anchor_and_sid_is_a_conflict),
        IN_SCENE(row_25_our_primary_on_a_group_is_the_wrong_type),
        IN_SCENE(row_26_a_guest_is_never_soft_matched),
        IN_SCENE(row_27_address_and_upn_on_two_people_is_a_split_whatever_the_flags),
        IN_SCENE(row_28_a_mailbox_on_either_side_is_warned_of),
        IN_SCENE(two_owners_of_our_primary_are_a_conflict_with_the_lower_id),
        IN_SCENE(the_owner_of_another_address_of_ours_is_none_of_the_two),
        IN_SCENE(row_17_our_upn_on_a_cloud_user_is_a_soft_match),
        IN_SCENE(row_18_without_soft_match_on_upn_it_is_a_conflict),
        IN_SCENE(stamping_needs_no_soft_match_on_upn),
        IN_SCENE(row_19_an_assigned_role_blocks_a_match_by_upn),
        IN_SCENE(row_23_our_upn_under_another_anchor_is_a_conflict),
        IN_SCENE(row_26_a_guest_with_our_upn_is_a_conflict),
        IN_SCENE(whoever_signs_in_with_an_address_of_ours_does_not_have_our_upn),
        IN_SCENE(whoever_has_our_upn_for_a_sid_is_no_holder_of_ours),
        IN_SCENE(our_sid_on_a_cloud_user_without_an_anchor_is_a_conflict),
        IN_SCENE(row_24_an_address_of_ours_held_as_a_secondary_is_a_conflict),
        IN_SCENE(row_29_nobody_to_match_makes_a_new_user),
        IN_SCENE(a_soft_deleted_owner_of_our_address_and_upn_is_no_match),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
