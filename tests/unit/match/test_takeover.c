/* A live cloud user that is not synced has our anchor: AD user 2. */
#include "tests/unit/match/scene.h"

static struct peer unsynced(struct scene *s)
{
    struct peer p = annas_peer(s);

    p.o.synced = RA_UNKNOWN;
    return p;
}

static void row_4_an_unsynced_user_with_our_anchor_is_taken_over(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD_TAKEOVER, 4, FIRST);
    expect_no_warnings(s, FIRST);
    expect_no_leftover(s, FIRST);
}

static void row_5_the_hard_match_flag_blocks_a_takeover(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    s->tenant.flags.block_hard_match = RA_YES;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_HARD_FLAG, 5, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_HARD_FLAG, RA_VERDICT_CODES);
    expect_no_leftover(s, FIRST);
}

static void row_6_another_identifier_blocks_a_takeover(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_OOI, 6, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_OOI, RA_VERDICT_CODES);
}

static void row_7_our_own_identifier_on_an_unsynced_user_is_warned_of(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    p.identifier = ANNAS_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD_TAKEOVER, 7, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_M);
    expect_warning(s, FIRST, RA_WARN_OOI);
}

static void takes_over_with_role(struct scene *s, unsigned roles, enum ra_verdict_code code,
                                 unsigned row)
{
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    p.roles = roles;
    decide_pair(s, &a, &p);
    expect(s, FIRST, code, row, FIRST);
}

static void row_8_a_privileged_role_blocks_a_takeover(void **state)
{
    takes_over_with_role(*state, RA_ROLE_PRIVILEGED | RA_ROLE_ASSIGNED, RA_BLOCK_ROLE, 8);
    expect_blocks(*state, 0, RA_BLOCK_ROLE, RA_VERDICT_CODES);
}

static void row_8_being_eligible_for_a_privileged_role_blocks_a_takeover(void **state)
{
    takes_over_with_role(*state, RA_ROLE_PRIVILEGED | RA_ROLE_ELIGIBLE, RA_BLOCK_ROLE, 8);
}

static void row_9_any_assigned_role_blocks_a_takeover(void **state)
{
    takes_over_with_role(*state, RA_ROLE_ASSIGNED, RA_BLOCK_ROLE, 9);
}

static void being_eligible_for_an_ordinary_role_does_not_block_a_takeover(void **state)
{
    takes_over_with_role(*state, RA_ROLE_ELIGIBLE, RA_MATCH_HARD_TAKEOVER, 4);
}

static void row_10_a_user_whose_authority_is_the_cloud_is_left_alone(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    s->tenant.flags.block_hard_match = RA_YES;
    p.cloud_managed = "1";
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_SKIP_SOA_CLOUD, 10, FIRST);
    expect_no_leftover(s, FIRST);
}

static void row_11_after_a_rollback_of_the_authority_it_is_as_rows_4_and_5(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    p.cloud_managed = "0";
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD_TAKEOVER, 4, FIRST);
}

static void row_14_a_writeback_account_cannot_be_told_from_others_and_is_as_row_5(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    p.o.synced = RA_NO;
    s->tenant.flags.block_hard_match = RA_YES;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_HARD_FLAG, 5, FIRST);
}

static void an_unknown_authority_is_unknown_even_when_others_were_asked(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s), other = stranger(s, "bbbb");

    p.cloud_managed = NULL;
    uint32_t ad = put_ad(s, &a), cloud = put_cloud(s, &p);
    put_cloud(s, &other);
    decide(s);
    expect(s, ad, RA_UNKNOWN_SOA, 0, cloud);
    assert_int_equal(s->result.need_soa_n, 1);
    assert_int_equal(s->result.need_soa[0], cloud);
}

static void a_guest_is_never_taken_over(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    p.o.user_type = RA_STR("Guest");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_GUEST, 0, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_INF);
    expect_leftover(s, FIRST, RA_STALE_ANCHOR, 0, RA_CAUSE_NONE);
}

static void a_guest_is_known_by_the_mark_in_the_upn_too(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    p.o.upn = RA_STR("anna_example.org#EXT#@contoso.onmicrosoft.com");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_CONFLICT_GUEST, 0, FIRST);
}

static void every_block_of_a_takeover_is_collected_in_order(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    s->tenant.flags.block_hard_match = RA_YES;
    s->policy.takeover_allowed = false;
    p.roles = RA_ROLE_PRIVILEGED | RA_ROLE_ASSIGNED;
    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_HARD_FLAG, 5, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_HARD_FLAG, RA_BLOCK_ROLE, RA_BLOCK_OOI, RA_VERDICT_CODES);
}

static void unreadable_roles_leave_a_takeover_open(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    s->tenant.roles_known = false;
    s->policy.takeover_allowed = false;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_UNKNOWN_ROLES, 0, FIRST);
}

static void a_known_role_blocks_even_when_roles_are_unreadable(void **state)
{
    struct scene *s = *state;

    s->tenant.roles_known = false;
    takes_over_with_role(s, RA_ROLE_ASSIGNED, RA_BLOCK_ROLE, 9);
}

static void an_unprovable_identifier_leaves_a_takeover_open(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = rebuilt_anna(s, &p);

    p.o.synced = RA_NO;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_UNKNOWN_OOI, 0, FIRST);
    assert_int_equal(s->result.need_ooi_n, 1);
}

static void the_policy_must_allow_a_takeover(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    s->policy.takeover_allowed = false;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_TAKEOVER_POLICY, 0, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_TAKEOVER_POLICY, RA_VERDICT_CODES);
    expect_no_leftover(s, FIRST);
}

static void a_takeover_under_the_bypass_says_so(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = unsynced(s);

    s->tenant.flags.allow_identifier_update = RA_YES;
    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD_TAKEOVER, 4, FIRST);
    expect_warning(s, FIRST, RA_WARN_BYPASS);
}

struct chapter takeover_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(row_4_an_unsynced_user_with_our_anchor_is_taken_over),
        IN_SCENE(row_5_the_hard_match_flag_blocks_a_takeover),
        IN_SCENE(row_6_another_identifier_blocks_a_takeover),
        IN_SCENE(row_7_our_own_identifier_on_an_unsynced_user_is_warned_of),
        IN_SCENE(row_8_a_privileged_role_blocks_a_takeover),
        IN_SCENE(row_8_being_eligible_for_a_privileged_role_blocks_a_takeover),
        IN_SCENE(row_9_any_assigned_role_blocks_a_takeover),
        IN_SCENE(being_eligible_for_an_ordinary_role_does_not_block_a_takeover),
        IN_SCENE(row_10_a_user_whose_authority_is_the_cloud_is_left_alone),
        IN_SCENE(row_11_after_a_rollback_of_the_authority_it_is_as_rows_4_and_5),
        IN_SCENE(row_14_a_writeback_account_cannot_be_told_from_others_and_is_as_row_5),
        IN_SCENE(an_unknown_authority_is_unknown_even_when_others_were_asked),
        IN_SCENE(a_guest_is_never_taken_over),
        IN_SCENE(a_guest_is_known_by_the_mark_in_the_upn_too),
        IN_SCENE(every_block_of_a_takeover_is_collected_in_order),
        IN_SCENE(unreadable_roles_leave_a_takeover_open),
        IN_SCENE(a_known_role_blocks_even_when_roles_are_unreadable),
        IN_SCENE(an_unprovable_identifier_leaves_a_takeover_open),
        IN_SCENE(the_policy_must_allow_a_takeover),
        IN_SCENE(a_takeover_under_the_bypass_says_so),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
