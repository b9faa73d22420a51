/* A synced cloud user has our anchor, or two of them, or our SID under another: AD user 1 to 3. */
#include "tests/unit/match/scene.h"

static void row_1_a_synced_user_with_our_anchor_rejoins(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_confidence(s, FIRST, RA_CONFIDENCE_H);
    expect_no_leftover(s, FIRST);
}

static void row_1_an_identifier_that_is_our_guid_in_capitals_is_equal(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.identifier = "30475E40-E7AE-4AF3-AF75-8B143C81DAF5";
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_no_warning(s, FIRST, RA_WARN_OOI);
    expect_no_warning(s, FIRST, RA_WARN_OOI_UNKNOWN);
}

static void an_identifier_that_is_known_is_not_asked_for(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.identifier = ANNAS_GUID;
    decide_pair(s, &a, &p);
    assert_int_equal(s->result.need_ooi_n, 0);
}

static void an_anchor_that_differs_in_case_alone_is_another(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.o.immutable_id = RA_STR("qF5HMK7n80qvdYsUPIHa9Q==");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_ANCHOR_DRIFT, 21, FIRST);
}

static void row_2_a_synced_user_with_another_identifier_is_blocked(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_BLOCK_OOI, 2, FIRST);
    expect_blocks(s, FIRST, RA_BLOCK_OOI, RA_VERDICT_CODES);
    expect_no_leftover(s, FIRST);
}

static void row_3_the_bypass_lets_another_identifier_pass_with_a_warning(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->tenant.flags.allow_identifier_update = RA_YES;
    p.identifier = OTHER_GUID;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 3, FIRST);
    expect_warning(s, FIRST, RA_WARN_BYPASS);
}

static void an_unknown_identifier_behind_a_copied_anchor_proves_nothing(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = rebuilt_anna(s, &p);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_UNKNOWN_OOI, 0, FIRST);
    expect_no_leftover(s, FIRST);
}

static void an_unknown_identifier_does_not_matter_under_the_bypass(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = rebuilt_anna(s, &p);

    s->tenant.flags.allow_identifier_update = RA_YES;
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_warning(s, FIRST, RA_WARN_OOI_UNKNOWN);
}

static void an_unknown_identifier_does_not_matter_when_the_sid_is_ours(void **state)
{
    struct scene *s = *state;
    struct peer p;
    struct ra_ad_object a = rebuilt_anna(s, &p);

    p.o.sid = RA_STR(ANNAS_SID);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_warning(s, FIRST, RA_WARN_OOI_UNKNOWN);
}

static void an_unknown_identifier_does_not_matter_when_the_anchor_is_our_guid(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.identifier = NULL;
    p.o.sid = RA_STR("");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
    expect_warning(s, FIRST, RA_WARN_OOI_UNKNOWN);
}

static void row_33_one_anchor_on_two_ad_users_blocks_both(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = annas_peer(s);

    a.consistency_guid = b.consistency_guid = SIXTEEN;
    p.o.immutable_id = anchor_of(s, SIXTEEN);
    uint32_t first = put_ad(s, &a), second = put_ad(s, &b), cloud = put_cloud(s, &p);
    decide(s);
    expect(s, first, RA_BLOCK_DUP_ANCHOR, 33, cloud);
    expect(s, second, RA_BLOCK_DUP_ANCHOR, 33, cloud);
    expect_blocks(s, first, RA_BLOCK_DUP_ANCHOR, RA_VERDICT_CODES);
    expect_no_leftover(s, cloud);
}

static void row_33_one_anchor_on_two_live_cloud_users_names_neither(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), q = annas_peer(s);

    q.o.id = RA_STR("bbbb");
    uint32_t ad = put_ad(s, &a), one = put_cloud(s, &p), two = put_cloud(s, &q);
    decide(s);
    expect(s, ad, RA_BLOCK_DUP_ANCHOR, 33, RA_NONE);
    expect_no_leftover(s, one);
    expect_no_leftover(s, two);
}

static void an_ad_user_out_of_scope_is_no_duplicate(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = annas_peer(s);

    a.consistency_guid = b.consistency_guid = SIXTEEN;
    b.critical_system = true;
    p.o.immutable_id = anchor_of(s, SIXTEEN);
    uint32_t ad = put_ad(s, &a), cloud = put_cloud(s, &p);
    put_ad(s, &b);
    decide(s);
    expect(s, ad, RA_MATCH_HARD, 1, cloud);
}

static void row_21_our_sid_under_another_anchor_is_drift(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    p.o.immutable_id = anchor_of(s, SIXTEEN);
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_ANCHOR_DRIFT, 21, FIRST);
    expect_leftover(s, FIRST, RA_ORPHAN, 43, RA_CAUSE_ANCHOR_DRIFT);
}

struct chapter rejoin_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(row_1_a_synced_user_with_our_anchor_rejoins),
        IN_SCENE(row_1_an_identifier_that_is_our_guid_in_capitals_is_equal),
        IN_SCENE(an_identifier_that_is_known_is_not_asked_for),
        IN_SCENE(an_anchor_that_differs_in_case_alone_is_another),
        IN_SCENE(row_2_a_synced_user_with_another_identifier_is_blocked),
        IN_SCENE(row_3_the_bypass_lets_another_identifier_pass_with_a_warning),
        IN_SCENE(an_unknown_identifier_behind_a_copied_anchor_proves_nothing),
        IN_SCENE(an_unknown_identifier_does_not_matter_under_the_bypass),
        IN_SCENE(an_unknown_identifier_does_not_matter_when_the_sid_is_ours),
        IN_SCENE(an_unknown_identifier_does_not_matter_when_the_anchor_is_our_guid),
        IN_SCENE(row_33_one_anchor_on_two_ad_users_blocks_both),
        IN_SCENE(row_33_one_anchor_on_two_live_cloud_users_names_neither),
        IN_SCENE(an_ad_user_out_of_scope_is_no_duplicate),
        IN_SCENE(row_21_our_sid_under_another_anchor_is_drift),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
