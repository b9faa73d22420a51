/* A soft-deleted cloud user has our anchor: AD user 2. */
#include "tests/unit/match/scene.h"

static struct peer deleted(struct scene *s)
{
    struct peer p = annas_peer(s);

    p.o.deleted = true;
    p.o.upn = RA_STR("00112233445566778899aabbccddeeffanna@contoso.com");
    return p;
}

static void row_12_a_soft_deleted_user_with_our_anchor_is_restored(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = deleted(s);

    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD_RESTORE, 12, FIRST);
    expect_no_warnings(s, FIRST);
    assert_int_equal(s->result.deleted_unclaimed, 0);
}

static void a_live_user_with_our_anchor_goes_before_a_deleted_one(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), d = deleted(s);

    d.o.id = RA_STR("0000");
    uint32_t ad = put_ad(s, &a), gone = put_cloud(s, &d), cloud = put_cloud(s, &p);
    decide(s);
    expect(s, ad, RA_MATCH_HARD, 1, cloud);
    assert_int_equal(s->result.deleted_unclaimed, 1);
    expect_no_leftover(s, gone);
}

static void of_several_deleted_users_the_lowest_id_is_restored(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer high = deleted(s), low = deleted(s);

    high.o.id = RA_STR("ffff");
    low.o.id = RA_STR("0000");
    uint32_t ad = put_ad(s, &a);
    put_cloud(s, &high);
    uint32_t cloud = put_cloud(s, &low);
    decide(s);
    expect(s, ad, RA_MATCH_HARD_RESTORE, 12, cloud);
    assert_int_equal(s->result.deleted_unclaimed, 1);
}

/* An anchor is any text, that of our SID too. */
static void a_deleted_user_with_our_sid_for_an_anchor_is_none_of_them(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer low = deleted(s), high = deleted(s), other = deleted(s);
    uint32_t wanted;

    other.o.id = RA_STR("0000");
    other.o.immutable_id = a.sid;
    low.o.id = RA_STR("aaaa");
    high.o.id = RA_STR("bbbb");
    put_ad(s, &a);
    put_cloud(s, &other);
    put_cloud(s, &high);
    wanted = put_cloud(s, &low);
    decide(s);
    expect(s, FIRST, RA_MATCH_HARD_RESTORE, 12, wanted);
}

static void row_13_a_role_blocks_the_restore_and_nothing_else_is_collected(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = deleted(s);

    s->tenant.flags.block_hard_match = RA_UNKNOWN;
    p.roles = RA_ROLE_PRIVILEGED | RA_ROLE_ELIGIBLE;
    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_ROLE_DELETED, 13, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_ROLE_DELETED, RA_VERDICT_CODES);
    expect_no_warning(s, FIRST, RA_WARN_FLAG_UNKNOWN);
}

static void the_hard_match_flag_blocks_the_restore(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = deleted(s);

    s->tenant.flags.block_hard_match = RA_YES;
    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_HARD_FLAG, 0, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_HARD_FLAG, RA_VERDICT_CODES);
}

static void another_identifier_blocks_the_restore_unless_bypassed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = deleted(s);

    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_OOI, 0, FIRST);
}

static void a_restore_under_the_bypass_says_so(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = deleted(s);

    s->tenant.flags.allow_identifier_update = RA_YES;
    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD_RESTORE, 12, FIRST);
    expect_warning(s, FIRST, RA_WARN_BYPASS);
}

static void unreadable_roles_leave_a_restore_open(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = deleted(s);

    s->tenant.roles_known = false;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_UNKNOWN_ROLES, 0, FIRST);
}

static void the_policy_must_allow_a_restore(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = deleted(s);

    s->policy.takeover_allowed = false;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_TAKEOVER_POLICY, 0, FIRST);
    assert_int_equal(s->result.deleted_unclaimed, 0);
}

struct chapter restore_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(row_12_a_soft_deleted_user_with_our_anchor_is_restored),
        IN_SCENE(a_live_user_with_our_anchor_goes_before_a_deleted_one),
        IN_SCENE(of_several_deleted_users_the_lowest_id_is_restored),
        IN_SCENE(a_deleted_user_with_our_sid_for_an_anchor_is_none_of_them),
        IN_SCENE(row_13_a_role_blocks_the_restore_and_nothing_else_is_collected),
        IN_SCENE(the_hard_match_flag_blocks_the_restore),
        IN_SCENE(another_identifier_blocks_the_restore_unless_bypassed),
        IN_SCENE(a_restore_under_the_bypass_says_so),
        IN_SCENE(unreadable_roles_leave_a_restore_open),
        IN_SCENE(the_policy_must_allow_a_restore),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
