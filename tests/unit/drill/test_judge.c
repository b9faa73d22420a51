/* When what was shown is what was predicted, and which differences have a reason. */
#include "recovery/drill/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct ra_said said(enum ra_verdict_code code)
{
    return (struct ra_said){.verdict = true, .code = code, .soft_match = RA_SOFT_SERVER};
}

static enum ra_parting judged(enum ra_verdict_code code, struct ra_done done)
{
    const struct ra_said s = said(code);

    return ra_judge(&s, &done, NULL);
}

static bool only(void *ctx, enum ra_meeting what)
{
    return *(const enum ra_meeting *)ctx == what;
}

static enum ra_parting among(enum ra_verdict_code code, struct ra_done done, enum ra_meeting met)
{
    const struct ra_said s = said(code);
    const struct ra_meetings others = {only, &met};

    return ra_judge(&s, &done, &others);
}

static void every_verdict_of_an_ad_object_stands_for_a_deed_or_is_left_open(void **state)
{
    (void)state;
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        enum ra_class in = ra_code_info((enum ra_verdict_code)c)->in;
        bool open = in == RA_CLASS_UNKNOWN || in == RA_CLASS_ORPHAN || in == RA_CLASS_CLOUD ||
                    c == RA_CONFLICT_GUEST || c == RA_CONFLICT_AD_DUP ||
                    c == RA_BLOCK_SOFT_POLICY || c == RA_BLOCK_TAKEOVER_POLICY;
        if ((ra_judge_deeds((enum ra_verdict_code)c) == 0) != open)
            fail_msg("%s: a new verdict needs a row in judge.c",
                     ra_code_info((enum ra_verdict_code)c)->name);
    }
}

static void every_deed_and_every_reason_has_a_name_and_words(void **state)
{
    enum ra_deed back;

    (void)state;
    for (int d = RA_DEED_NONE + 1; d < RA_DEEDS; d++) {
        assert_true(ra_deed_parse(ra_deed_name((enum ra_deed)d), &back));
        assert_int_equal(back, d);
        assert_non_null(ra_deed_text((enum ra_deed)d));
    }
    assert_false(ra_deed_parse("vanished", &back));
    assert_false(ra_deed_parse(NULL, &back));
    for (int p = 0; p < RA_PARTINGS; p++) {
        assert_non_null(ra_parting_text((enum ra_parting)p));
        for (int q = 0; q < p; q++)
            assert_string_not_equal(ra_parting_name((enum ra_parting)p),
                                    ra_parting_name((enum ra_parting)q));
    }
}

static void a_group_whose_holder_was_joined_by_one_before_is_created(void **state)
{
    const struct ra_done created = {.deed = RA_DEED_CREATED};

    (void)state;
    assert_int_equal(among(RA_BLOCK_HARD_FLAG, created, RA_MEETS_CHANGED), RA_PART_ORDER);
    assert_int_equal(among(RA_BLOCK_HARD_FLAG, created, RA_MEETS_NAMESAKE), RA_PART_UNEXPLAINED);
    assert_int_equal(judged(RA_BLOCK_HARD_FLAG, created), RA_PART_UNEXPLAINED);
    assert_int_equal(
        among(RA_MATCH_SID_TAKEOVER, (struct ra_done){.deed = RA_DEED_ASIDE}, RA_MEETS_CHANGED),
        RA_PART_ORDER);
}

static void a_group_whose_holder_was_joined_by_one_before_is_met_by_its_address(void **state)
{
    const struct ra_done other_kind = {
        .deed = RA_DEED_REFUSED, .error = "ObjectTypeMismatch", .attribute = "ProxyAddresses"};
    const struct ra_done other_reason = {
        .deed = RA_DEED_REFUSED, .error = "InvalidHardMatch", .attribute = "SourceAnchor"};
    const struct ra_done joined = {.deed = RA_DEED_SOFT_SMTP};

    (void)state;
    assert_int_equal(among(RA_BLOCK_TAKEOVER_POLICY, other_kind, RA_MEETS_CHANGED), RA_PART_ORDER);
    assert_int_equal(among(RA_MATCH_SID_TAKEOVER, joined, RA_MEETS_CHANGED), RA_PART_ORDER);
    assert_int_equal(among(RA_BLOCK_TAKEOVER_POLICY, other_kind, RA_MEETS_NAMESAKE),
                     RA_PART_UNEXPLAINED);
    assert_int_equal(among(RA_BLOCK_TAKEOVER_POLICY, other_reason, RA_MEETS_CHANGED),
                     RA_PART_UNEXPLAINED);
    assert_int_equal(judged(RA_BLOCK_TAKEOVER_POLICY, other_kind), RA_PART_UNEXPLAINED);
}

static void what_the_flag_blocks_with_a_stamp_was_found_by_name(void **state)
{
    const struct ra_done refused = {.deed = RA_DEED_REFUSED,
                                    .error = "AttributeValueMustBeUnique",
                                    .attribute = "ProxyAddresses"};
    struct ra_said s = said(RA_BLOCK_HARD_FLAG);

    (void)state;
    assert_int_equal(ra_judge(&s, &refused, NULL), RA_PART_UNEXPLAINED);
    s.soft_match = RA_SOFT_STAMP;
    assert_int_equal(ra_judge(&s, &refused, NULL), RA_PART_GROUP);
}

static void a_match_is_with_the_object_that_was_named(void **state)
{
    (void)state;
    assert_int_equal(
        judged(RA_MATCH_HARD, (struct ra_done){.deed = RA_DEED_UPDATED, .at_peer = true}),
        RA_PART_NONE);
    assert_int_equal(judged(RA_MATCH_HARD, (struct ra_done){.deed = RA_DEED_UPDATED}),
                     RA_PART_UNEXPLAINED);
    assert_int_equal(judged(RA_MATCH_HARD, (struct ra_done){.deed = RA_DEED_CREATED}),
                     RA_PART_UNEXPLAINED);
}

static void a_refusal_is_for_the_error_that_was_named_or_one_of_the_further_blocks(void **state)
{
    struct ra_said s = said(RA_BLOCK_ROLE);
    const struct ra_done other = {.deed = RA_DEED_REFUSED, .error = "AttributeUpdateNotAllowed"};

    (void)state;
    assert_int_equal(judged(RA_BLOCK_ROLE,
                            (struct ra_done){.deed = RA_DEED_REFUSED, .error = "InvalidHardMatch"}),
                     RA_PART_NONE);
    s.blocks = UINT64_C(1) << RA_BLOCK_ROLE;
    assert_int_equal(ra_judge(&s, &other, NULL), RA_PART_UNEXPLAINED);
    s.blocks |= UINT64_C(1) << RA_BLOCK_OOI;
    assert_int_equal(ra_judge(&s, &other, NULL), RA_PART_NONE);
}

static void what_our_policy_forbids_is_told_as_such(void **state)
{
    (void)state;
    assert_int_equal(judged(RA_BLOCK_TAKEOVER_POLICY,
                            (struct ra_done){.deed = RA_DEED_TAKEN_OVER, .at_peer = true}),
                     RA_PART_OWN_POLICY);
    assert_int_equal(
        judged(RA_BLOCK_SOFT_POLICY, (struct ra_done){.deed = RA_DEED_SOFT_UPN, .at_peer = true}),
        RA_PART_OWN_POLICY);
    assert_int_equal(judged(RA_BLOCK_SOFT_POLICY, (struct ra_done){.deed = RA_DEED_UPDATED}),
                     RA_PART_UNEXPLAINED);
}

static void what_was_not_known_is_told_as_such(void **state)
{
    struct ra_said s = said(RA_BLOCK_HARD_FLAG);
    const struct ra_done taken = {.deed = RA_DEED_TAKEN_OVER, .at_peer = true};

    (void)state;
    assert_int_equal(
        judged(RA_UNKNOWN_OOI, (struct ra_done){.deed = RA_DEED_UPDATED, .at_peer = true}),
        RA_PART_UNKNOWN);
    assert_int_equal(ra_judge(&s, &taken, NULL), RA_PART_UNEXPLAINED);
    s.warnings = UINT32_C(1) << RA_WARN_FLAG_UNKNOWN;
    assert_int_equal(ra_judge(&s, &taken, NULL), RA_PART_FLAG);
}

static void roles_and_guests_on_which_the_sources_differ_are_told_as_such(void **state)
{
    struct ra_said s = said(RA_BLOCK_ROLE);
    struct ra_done d = {.deed = RA_DEED_TAKEN_OVER, .at_peer = true, .uncertain = true};

    (void)state;
    assert_int_equal(ra_judge(&s, &d, NULL), RA_PART_MODEST_ROLE);
    s.peer_privileged = true;
    assert_int_equal(ra_judge(&s, &d, NULL), RA_PART_UNEXPLAINED);
    d = (struct ra_done){.deed = RA_DEED_SOFT_SMTP, .at_peer = true};
    s = said(RA_BLOCK_ADMIN);
    assert_int_equal(ra_judge(&s, &d, NULL), RA_PART_ELIGIBLE);
    s.peer_assigned = true;
    assert_int_equal(ra_judge(&s, &d, NULL), RA_PART_UNEXPLAINED);
    d.uncertain = true;
    assert_int_equal(judged(RA_CONFLICT_GUEST, d), RA_PART_GUEST);
}

static void a_sid_that_another_holds_explains_a_refusal(void **state)
{
    struct ra_said s = said(RA_MATCH_HARD);
    struct ra_done d = {.deed = RA_DEED_REFUSED,
                        .error = "AttributeValueMustBeUnique",
                        .attribute = "OnPremiseSecurityIdentifier",
                        .at_sid = true};

    (void)state;
    assert_int_equal(ra_judge(&s, &d, NULL), RA_PART_UNEXPLAINED);
    s.warnings = UINT32_C(1) << RA_WARN_CROSS;
    assert_int_equal(ra_judge(&s, &d, NULL), RA_PART_CROSSED);
    assert_int_equal(judged(RA_SOFT_SMTP, d), RA_PART_SID_TAKEN);
    assert_int_equal(judged(RA_BLOCK_TAKEOVER_POLICY, d), RA_PART_CROSSED);
    d.at_peer = true;
    assert_int_not_equal(judged(RA_BLOCK_TAKEOVER_POLICY, d), RA_PART_CROSSED);
    d.at_peer = d.at_sid = false;
    assert_int_equal(judged(RA_SOFT_SMTP, d), RA_PART_UNEXPLAINED);
    assert_int_equal(among(RA_MATCH_HARD, d, RA_MEETS_SID_TWIN), RA_PART_TWIN_SID);
}

static void a_split_without_its_upn_aside_is_not_what_was_predicted(void **state)
{
    struct ra_done d = {.deed = RA_DEED_ASIDE, .error = "QuarantinedAttributeValueMustBeUnique"};

    (void)state;
    d.upn_aside = false;
    assert_int_not_equal(judged(RA_CONFLICT_SPLIT, d), RA_PART_NONE);
}

static void who_comes_first_explains_what_others_get(void **state)
{
    const struct ra_done aside = {.deed = RA_DEED_ASIDE,
                                  .error = "QuarantinedAttributeValueMustBeUnique"};
    const struct ra_done twin = {.deed = RA_DEED_REFUSED,
                                 .error = "AttributeValueMustBeUnique",
                                 .attribute = "SourceAnchor"};
    const struct ra_done first = {.deed = RA_DEED_UPDATED};

    (void)state;
    assert_int_equal(judged(RA_BLOCK_DUP_ANCHOR, twin), RA_PART_NONE);
    assert_int_equal(judged(RA_BLOCK_DUP_ANCHOR, first), RA_PART_TWIN_ANCHOR);
    assert_int_equal(among(RA_CONFLICT_AD_DUP, aside, RA_MEETS_NAMESAKE), RA_PART_NONE);
    assert_int_equal(
        judged(RA_CONFLICT_AD_DUP, (struct ra_done){.deed = RA_DEED_CREATED, .at_peer = true}),
        RA_PART_DUPLICATE);
    assert_int_equal(judged(RA_ADD, aside), RA_PART_UNEXPLAINED);
    assert_int_equal(among(RA_ADD, aside, RA_MEETS_NAMESAKE), RA_PART_NAMESAKE);
    assert_int_equal(among(RA_ADD, aside, RA_MEETS_CHANGED), RA_PART_ORDER);
    assert_int_equal(among(RA_ADD, aside, RA_MEETS_GUID_TWIN), RA_PART_UNEXPLAINED);
    assert_int_equal(among(RA_MATCH_SMTP, twin, RA_MEETS_GUID_TWIN), RA_PART_TWIN_GUID);
    assert_int_equal(among(RA_MATCH_HARD, aside, RA_MEETS_NAMESAKE), RA_PART_UNEXPLAINED);
}

static void a_stamp_that_the_drill_does_not_write_is_told_as_such(void **state)
{
    struct ra_said s = said(RA_SOFT_UPN);
    const struct ra_done aside = {.deed = RA_DEED_ASIDE,
                                  .error = "QuarantinedAttributeValueMustBeUnique"};

    (void)state;
    assert_int_equal(ra_judge(&s, &aside, NULL), RA_PART_UNEXPLAINED);
    s.soft_match = RA_SOFT_STAMP;
    assert_int_equal(ra_judge(&s, &aside, NULL), RA_PART_STAMP);
}

static void a_deleted_object_is_never_sent(void **state)
{
    const struct ra_said none = {0};
    const struct ra_done kept = {.deed = RA_DEED_NOT_SENT, .at_peer = true},
                         sent = {.deed = RA_DEED_CREATED};

    (void)state;
    assert_int_equal(ra_judge(&none, &kept, NULL), RA_PART_NONE);
    assert_int_equal(ra_judge(&none, &sent, NULL), RA_PART_UNEXPLAINED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_of_an_ad_object_stands_for_a_deed_or_is_left_open),
        cmocka_unit_test(every_deed_and_every_reason_has_a_name_and_words),
        cmocka_unit_test(a_group_whose_holder_was_joined_by_one_before_is_created),
        cmocka_unit_test(a_group_whose_holder_was_joined_by_one_before_is_met_by_its_address),
        cmocka_unit_test(what_the_flag_blocks_with_a_stamp_was_found_by_name),
        cmocka_unit_test(a_match_is_with_the_object_that_was_named),
        cmocka_unit_test(a_refusal_is_for_the_error_that_was_named_or_one_of_the_further_blocks),
        cmocka_unit_test(what_our_policy_forbids_is_told_as_such),
        cmocka_unit_test(what_was_not_known_is_told_as_such),
        cmocka_unit_test(roles_and_guests_on_which_the_sources_differ_are_told_as_such),
        cmocka_unit_test(a_sid_that_another_holds_explains_a_refusal),
        cmocka_unit_test(a_split_without_its_upn_aside_is_not_what_was_predicted),
        cmocka_unit_test(who_comes_first_explains_what_others_get),
        cmocka_unit_test(a_stamp_that_the_drill_does_not_write_is_told_as_such),
        cmocka_unit_test(a_deleted_object_is_never_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
