/* What was predicted of the first export, beside what the tenant holds afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/verify/predicted.h"
#include "tests/support/failing_side.h"
#include "tests/support/mem_side.h"

#include <stdlib.h>
#include <string.h>

#define ANCHOR "QF5HMK7n80qvdYsUPIHa9Q=="
#define OTHER  "iGhmiAEBERG7uxI0VniQqw=="
#define GUID   "30475e40-e7ae-4af3-af75-8b143c81daf5"
#define OLD    "88666888-0101-1111-bbbb-1234567890ab"

static struct mem_side *cloud;
static struct ra_comparison got;
static struct ra_prediction predictions[8];
static size_t n;

static int begin(void **state)
{
    (void)state;
    cloud = mem_side_new("cloud", NULL, 0);
    n = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    ra_comparison_free(&got);
    mem_side_free(&cloud);
    return 0;
}

static struct ra_cloud_object user(const char *id, const char *anchor, enum ra_tri synced)
{
    return (struct ra_cloud_object){.kind = RA_USER,
                                    .id = ra_str(id),
                                    .upn = RA_STR("anna@contoso.com"),
                                    .immutable_id = ra_str(anchor),
                                    .synced = synced};
}

static uint32_t put(struct ra_cloud_object o)
{
    return mem_side_cloud(cloud, &o);
}

static struct ra_prediction *predict(enum ra_outcome outcome, const char *id,
                                     enum ra_verdict_code why)
{
    predictions[n] = (struct ra_prediction){.outcome = outcome,
                                            .id = ra_str(id),
                                            .kind = RA_USER,
                                            .why = why,
                                            .anchor = RA_STR(ANCHOR),
                                            .object_guid = RA_STR(GUID)};
    return &predictions[n++];
}

static void compare(bool complete)
{
    struct ra_err err = {0};

    assert_int_equal(
        ra_predicted_compare(predictions, n, complete, mem_side_open(cloud), &got, &err), 0);
}

/* The one prediction came so. */
static void expect(enum ra_came came, const char *why)
{
    assert_int_equal(got.counts[predictions[0].outcome][came], 1);
    if (came == RA_CAME_TRUE) {
        assert_int_equal(got.n, 0);
        return;
    }
    assert_int_equal(got.n, 1);
    assert_int_equal(got.all[0].came, came);
    assert_string_equal(got.all[0].why, why);
    assert_ptr_equal(got.all[0].predicted, &predictions[0]);
}

/* ---- matched ---- */

static void a_soft_match_that_took_place_is_as_predicted(void **state)
{
    (void)state;
    put(user("aaaa", ANCHOR, RA_YES));
    predict(RA_WILL_MATCH, "aaaa", RA_SOFT_SMTP);
    compare(true);
    expect(RA_CAME_TRUE, NULL);
    assert_false(ra_comparison_differs(&got));
    assert_false(ra_comparison_pends(&got));
}

static void before_the_export_it_is_pending_with_or_without_its_stamp(void **state)
{
    (void)state;
    put(user("aaaa", NULL, RA_UNKNOWN));
    predict(RA_WILL_MATCH, "AAAA", RA_SOFT_SMTP);
    compare(true);
    expect(RA_CAME_NOT_YET, "it is not synced yet");
    assert_true(ra_comparison_pends(&got));
}

static void a_duplicate_in_its_place_is_a_difference_with_both_sides(void **state)
{
    uint32_t twin;

    (void)state;
    put(user("aaaa", NULL, RA_UNKNOWN));
    twin = put(user("bbbb", ANCHOR, RA_YES));
    predict(RA_WILL_MATCH, "aaaa", RA_SOFT_SMTP);
    compare(true);
    expect(RA_CAME_OTHERWISE, "another object was joined in its place");
    assert_int_equal(got.all[0].found, twin);
    assert_int_equal(got.unpredicted, 0); /* told once */
    assert_true(ra_comparison_differs(&got));
}

static void another_anchor_is_a_difference(void **state)
{
    (void)state;
    put(user("aaaa", OTHER, RA_YES));
    predict(RA_WILL_MATCH, "aaaa", RA_SOFT_UPN);
    compare(true);
    expect(RA_CAME_OTHERWISE, "it was joined with another anchor");
}

static void whose_identifier_was_cleared_is_joined_once_it_is_bound_anew(void **state)
{
    static const struct {
        const char *identifier, *why;
        enum ra_came came;
    } cases[] = {{GUID, NULL, RA_CAME_TRUE},
                 {"", "it is not bound to the AD object yet", RA_CAME_NOT_YET},
                 {OLD, "it is still bound to another AD object", RA_CAME_NOT_YET}};

    for (size_t i = 0; i < 3; i++) {
        end(state);
        begin(state);
        put(user("aaaa", ANCHOR, RA_YES));
        mem_side_fact(cloud, RA_FACT_OOI, "aaaa", cases[i].identifier);
        predict(RA_WILL_MATCH, "aaaa", RA_BLOCK_OOI);
        compare(true);
        expect(cases[i].came, cases[i].why);
    }
}

static void who_was_to_be_given_back_and_was_deleted_is_a_difference(void **state)
{
    struct ra_cloud_object o = user("aaaa", ANCHOR, RA_NO);

    (void)state;
    o.deleted = true;
    put(o);
    predict(RA_WILL_MATCH, "aaaa", RA_ANCHOR_DRIFT);
    compare(true);
    expect(RA_CAME_OTHERWISE, "it was deleted");
}

static void a_step_without_a_known_peer_is_found_by_its_anchor(void **state)
{
    (void)state;
    put(user("aaaa", ANCHOR, RA_YES));
    mem_side_fact(cloud, RA_FACT_OOI, "aaaa", GUID);
    predict(RA_WILL_MATCH, NULL, RA_ANCHOR_CONFLICT);
    compare(false);
    expect(RA_CAME_TRUE, NULL);
}

static void a_restore_is_pending_while_it_lies_in_the_recycle_bin(void **state)
{
    struct ra_cloud_object o = user("aaaa", ANCHOR, RA_NO);

    (void)state;
    o.deleted = true;
    put(o);
    predict(RA_WILL_MATCH, "aaaa", RA_MATCH_HARD_RESTORE);
    compare(true);
    expect(RA_CAME_NOT_YET, "it is not synced yet");
}

static void a_group_is_known_by_its_sid(void **state)
{
    struct ra_cloud_object g = {.kind = RA_GROUP, .id = RA_STR("gggg"), .synced = RA_NO};
    struct ra_cloud_object twin = {.kind = RA_GROUP,
                                   .id = RA_STR("hhhh"),
                                   .synced = RA_YES,
                                   .sid = RA_STR("S-1-5-21-1-2-3-4")};
    struct ra_prediction *p;

    (void)state;
    put(g);
    put(twin);
    p = predict(RA_WILL_MATCH, "gggg", RA_SOFT_SMTP);
    p->kind = RA_GROUP;
    p->sid = RA_STR("S-1-5-21-1-2-3-4");
    compare(true);
    expect(RA_CAME_OTHERWISE, "another object was joined in its place");
}

/* ---- added, deleted, rejoined ---- */

static void what_was_created_is_found_by_its_anchor(void **state)
{
    (void)state;
    put(user("new1", ANCHOR, RA_YES));
    predict(RA_WILL_ADD, NULL, RA_ADD);
    compare(true);
    expect(RA_CAME_TRUE, NULL);
    assert_int_equal(got.unpredicted, 0);
}

static void what_was_created_without_its_name_is_a_difference(void **state)
{
    struct ra_cloud_object o = user("new1", ANCHOR, RA_YES);

    (void)state;
    o.provisioning_errors = RA_STR("[{\"category\":\"PropertyConflict\"}]");
    put(o);
    predict(RA_WILL_ADD, NULL, RA_ADD);
    compare(true);
    expect(RA_CAME_OTHERWISE, "it was created, but values of it are quarantined");
}

static void a_deletion_is_true_when_it_is_gone_pending_when_it_is_there(void **state)
{
    (void)state;
    put(user("aaaa", ANCHOR, RA_YES));
    predict(RA_WILL_DELETE, "aaaa", RA_ORPHAN);
    predict(RA_WILL_DELETE, "gone", RA_ORPHAN);
    compare(true);
    assert_int_equal(got.counts[RA_WILL_DELETE][RA_CAME_TRUE], 1);
    assert_int_equal(got.counts[RA_WILL_DELETE][RA_CAME_NOT_YET], 1);
}

static void what_was_to_stay_and_is_not_synced_any_more_is_a_difference(void **state)
{
    (void)state;
    put(user("aaaa", ANCHOR, RA_NO));
    predict(RA_WILL_REJOIN, "aaaa", RA_MATCH_HARD);
    compare(true);
    expect(RA_CAME_OTHERWISE, "it is not synced any more");
}

static void what_became_of_a_user_that_was_not_joined_is_told_apart(void **state)
{
    static const struct {
        const char *anchor;
        enum ra_tri synced;
        bool deleted;
        enum ra_verdict_code code;
        const char *why;
    } cases[] = {
        {OTHER, RA_NO, false, RA_SOFT_SMTP, "it has another anchor"},
        {OTHER, RA_YES, false, RA_SOFT_SMTP, "it was joined with another anchor"},
        {ANCHOR, RA_NO, false, RA_ANCHOR_DRIFT, "it is not synced any more"},
        {ANCHOR, RA_NO, true, RA_SOFT_SMTP, "it was deleted"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ra_cloud_object o = user("aaaa", cases[i].anchor, cases[i].synced);
        end(state);
        begin(state);
        o.deleted = cases[i].deleted;
        put(o);
        predict(RA_WILL_MATCH, "aaaa", cases[i].code);
        compare(true);
        expect(RA_CAME_OTHERWISE, cases[i].why);
    }
}

static void who_was_joined_with_quarantined_values_is_a_difference(void **state)
{
    struct ra_cloud_object o = user("aaaa", ANCHOR, RA_YES);

    (void)state;
    o.provisioning_errors = RA_STR("[{\"category\":\"PropertyConflict\"}]");
    put(o);
    predict(RA_WILL_MATCH, "aaaa", RA_SOFT_SMTP);
    compare(true);
    expect(RA_CAME_OTHERWISE, "it was joined, but values of it are quarantined");
}

static void an_anchor_that_somebody_got_by_hand_is_no_creation(void **state)
{
    (void)state;
    put(user("aaaa", ANCHOR, RA_NO));
    predict(RA_WILL_ADD, NULL, RA_ADD);
    compare(true);
    expect(RA_CAME_OTHERWISE, "an object that is not synced has its anchor");
}

static void who_was_to_stay_and_lies_in_the_recycle_bin_was_deleted(void **state)
{
    struct ra_cloud_object o = user("aaaa", ANCHOR, RA_YES);

    (void)state;
    o.deleted = true;
    put(o);
    predict(RA_WILL_REJOIN, "aaaa", RA_MATCH_HARD);
    compare(true);
    expect(RA_CAME_OTHERWISE, "it was deleted");
}

static void a_computer_is_known_by_its_guid_and_one_without_by_nothing(void **state)
{
    struct ra_cloud_object o = {
        .kind = RA_DEVICE, .id = RA_STR("dddd"), .device_id = RA_STR(GUID), .synced = RA_YES};
    struct ra_prediction *p;

    (void)state;
    put(o);
    p = predict(RA_WILL_ADD, NULL, RA_ADD);
    p->kind = RA_COMPUTER;
    p = predict(RA_WILL_ADD, NULL, RA_ADD);
    p->kind = RA_COMPUTER;
    p->object_guid = RA_STR("no guid");
    compare(true);
    assert_int_equal(got.counts[RA_WILL_ADD][RA_CAME_TRUE], 1);
    assert_int_equal(got.counts[RA_WILL_ADD][RA_CAME_NOT_YET], 1);
}

/* ---- nobody twice ---- */

static void what_was_predicted_is_told_before_what_was_not(void **state)
{
    uint32_t first, second;

    (void)state;
    first = put(user("bbbb", "AAAAAAAAAAAAAAAAAAAAAA==", RA_YES));
    second = put(user("cccc", "BBBBBBBBBBBBBBBBBBBBBA==", RA_YES));
    put(user("aaaa", OTHER, RA_NO));
    predict(RA_WILL_MATCH, "aaaa", RA_SOFT_SMTP);
    compare(true);
    assert_int_equal(got.n, 3);
    assert_ptr_equal(got.all[0].predicted, &predictions[0]);
    assert_null(got.all[1].predicted);
    assert_int_equal(got.all[1].found, first);
    assert_int_equal(got.all[2].found, second);
}

static void what_is_synced_and_was_not_predicted_is_a_difference(void **state)
{
    uint32_t twin;

    (void)state;
    put(user("aaaa", ANCHOR, RA_YES));
    put(user("bbbb", NULL, RA_YES));
    twin = put(user("cccc", OTHER, RA_YES));
    put(user("dddd", NULL, RA_NO));
    predict(RA_WILL_REJOIN, "aaaa", RA_MATCH_HARD);
    predict(RA_WILL_UNKNOWN, "bbbb", RA_BLOCK_OOI);
    compare(true);
    assert_int_equal(got.unpredicted, 1);
    assert_int_equal(got.n, 1);
    assert_null(got.all[0].predicted);
    assert_int_equal(got.all[0].found, twin);
    assert_true(ra_comparison_differs(&got));
}

static void a_plan_of_a_few_says_nothing_of_the_others(void **state)
{
    (void)state;
    put(user("aaaa", ANCHOR, RA_YES));
    put(user("cccc", OTHER, RA_YES));
    predict(RA_WILL_REJOIN, "aaaa", RA_MATCH_HARD);
    compare(false);
    assert_int_equal(got.unpredicted, 0);
    assert_false(ra_comparison_differs(&got));
}

static void identifiers_are_wanted_of_the_users_that_are_matched(void **state)
{
    struct ra_err err = {0};
    uint32_t *needs, aaaa;
    size_t count;

    (void)state;
    put(user("bbbb", OTHER, RA_YES));
    aaaa = put(user("aaaa", ANCHOR, RA_YES));
    predict(RA_WILL_REJOIN, "bbbb", RA_MATCH_HARD);
    predict(RA_WILL_MATCH, "aaaa", RA_BLOCK_OOI);
    predict(RA_WILL_MATCH, "gone", RA_BLOCK_OOI);
    assert_int_equal(ra_predicted_needs(predictions, n, mem_side_open(cloud), &needs, &count, &err),
                     0);
    assert_int_equal(count, 1);
    assert_int_equal(needs[0], aaaa);
    free(needs);
}

static void from_whichever_read_fails_nothing_is_compared(void **state)
{
    struct ra_side side;
    long reads = 0;

    (void)state;
    put(user("aaaa", ANCHOR, RA_YES));
    put(user("bbbb", OTHER, RA_YES));
    mem_side_fact(cloud, RA_FACT_OOI, "aaaa", GUID);
    predict(RA_WILL_MATCH, "aaaa", RA_BLOCK_OOI);
    predict(RA_WILL_REJOIN, "bbbb", RA_MATCH_HARD);
    side = failing_side(mem_side_open(cloud));
    do {
        struct ra_err err = {0};
        int rc;
        ra_comparison_free(&got);
        failing_after(reads++);
        rc = ra_predicted_compare(predictions, n, true, &side, &got, &err);
        assert_int_equal(rc, failing_struck() ? -(int)RA_EINTEGRITY : 0);
        if (rc != 0)
            got = (struct ra_comparison){0};
    } while (failing_struck());
    assert_true(reads > 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_soft_match_that_took_place_is_as_predicted),
        TEST(before_the_export_it_is_pending_with_or_without_its_stamp),
        TEST(a_duplicate_in_its_place_is_a_difference_with_both_sides),
        TEST(another_anchor_is_a_difference),
        TEST(whose_identifier_was_cleared_is_joined_once_it_is_bound_anew),
        TEST(who_was_to_be_given_back_and_was_deleted_is_a_difference),
        TEST(a_step_without_a_known_peer_is_found_by_its_anchor),
        TEST(a_restore_is_pending_while_it_lies_in_the_recycle_bin),
        TEST(a_group_is_known_by_its_sid),
        TEST(what_was_created_is_found_by_its_anchor),
        TEST(what_was_created_without_its_name_is_a_difference),
        TEST(a_deletion_is_true_when_it_is_gone_pending_when_it_is_there),
        TEST(what_was_to_stay_and_is_not_synced_any_more_is_a_difference),
        TEST(what_is_synced_and_was_not_predicted_is_a_difference),
        TEST(a_plan_of_a_few_says_nothing_of_the_others),
        TEST(what_became_of_a_user_that_was_not_joined_is_told_apart),
        TEST(who_was_joined_with_quarantined_values_is_a_difference),
        TEST(an_anchor_that_somebody_got_by_hand_is_no_creation),
        TEST(who_was_to_stay_and_lies_in_the_recycle_bin_was_deleted),
        TEST(a_computer_is_known_by_its_guid_and_one_without_by_nothing),
        TEST(what_was_predicted_is_told_before_what_was_not),
        TEST(from_whichever_read_fails_nothing_is_compared),
        TEST(identifiers_are_wanted_of_the_users_that_are_matched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
