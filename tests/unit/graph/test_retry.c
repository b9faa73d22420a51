#include "tests/unit/graph/cmocka_all.h"

#include "src/graph/retry.h"

static const struct ra_retry_rule rule = {.budget_ms = 1800000, .base_ms = 1000};

static void retry_after_is_seconds_whole_or_decimal_or_a_date(void **state)
{
    /* Thu, 22 Jan 2026 09:07:22 GMT */
    const int64_t now = 1769072842;

    (void)state;
    assert_int_equal(ra_retry_after_ms(ra_str("10"), now), 10000);
    assert_int_equal(ra_retry_after_ms(ra_str("0"), now), 0);
    assert_int_equal(ra_retry_after_ms(ra_str("0.249"), now), 249);
    assert_int_equal(ra_retry_after_ms(ra_str("1.5  "), now), 1500);
    assert_int_equal(ra_retry_after_ms(ra_str("Thu, 22 Jan 2026 09:07:52 GMT"), now), 30000);
    assert_int_equal(ra_retry_after_ms(ra_str("Thu, 22 Jan 2026 09:00:00 GMT"), now), 0);
    assert_int_equal(ra_retry_after_ms(ra_str("888888882oct27:"), now), -1);
}

static void what_is_no_retry_after_is_ignored(void **state)
{
    static const char *const bad[] = {
        "", "-5", "soon", "1e9", "inf", "nan", "0x10", "12x", "99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(ra_retry_after_ms(ra_str(bad[i]), 1769072842), -1);
}

static void statuses_fall_into_the_kinds_that_are_tried_again(void **state)
{
    (void)state;
    assert_int_equal(ra_fault_of_status(429), RA_FAULT_THROTTLED);
    assert_int_equal(ra_fault_of_status(503), RA_FAULT_BUSY);
    assert_int_equal(ra_fault_of_status(504), RA_FAULT_BUSY);
    assert_int_equal(ra_fault_of_status(408), RA_FAULT_BUSY);
    assert_int_equal(ra_fault_of_status(500), RA_FAULT_BROKEN);
    assert_int_equal(ra_fault_of_status(502), RA_FAULT_BROKEN);
    assert_int_equal(ra_fault_of_status(400), RA_FAULT_NONE);
    assert_int_equal(ra_fault_of_status(501), RA_FAULT_NONE);
    assert_int_equal(ra_fault_of_status(423), RA_FAULT_NONE);
    assert_int_equal(ra_fault_of_identity_status(404), RA_FAULT_IDENTITY);
    assert_int_equal(ra_fault_of_identity_status(410), RA_FAULT_IDENTITY);
    assert_int_equal(ra_fault_of_identity_status(400), RA_FAULT_NONE);
}

static void the_wait_is_never_shorter_than_what_the_service_asked_for(void **state)
{
    (void)state;
    for (uint32_t dice = 0; dice < 1000; dice += 7)
        assert_true(ra_retry_wait(&rule, RA_FAULT_THROTTLED, 1, 0, 10000, dice) >= 10000);
}

static void without_a_wish_the_wait_doubles_up_to_a_minute(void **state)
{
    int64_t least = 0;

    (void)state;
    for (int tries = 1; tries < 30; tries++) {
        int64_t low = ra_retry_wait(&rule, RA_FAULT_BUSY, tries, 0, -1, 0);
        int64_t high = ra_retry_wait(&rule, RA_FAULT_BUSY, tries, 0, -1, UINT32_MAX);
        assert_true(low >= least);
        assert_true(low <= 60000 && high <= 60000);
        least = low;
    }
    assert_int_equal(least, 30000);
}

static void a_wait_past_the_budget_is_not_begun(void **state)
{
    (void)state;
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_THROTTLED, 1, 0, 3600000, 0), -1);
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_BUSY, 5, 1799999, -1, 0), -1);
    assert_true(ra_retry_wait(&rule, RA_FAULT_THROTTLED, 100, 0, 1000, 0) >= 1000);
}

static void a_fault_that_stays_the_same_is_given_up_early(void **state)
{
    (void)state;
    assert_true(ra_retry_wait(&rule, RA_FAULT_BROKEN, 7, 0, -1, 0) > 0);
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_BROKEN, 8, 0, -1, 0), -1);
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_UNREACHED, 4, 0, -1, 0), -1);
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_NONE, 1, 0, -1, 0), -1);
}

static void the_identity_endpoint_is_asked_by_its_own_timetable(void **state)
{
    (void)state;
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_IDENTITY, 1, 0, -1, 0), 2000);
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_IDENTITY, 2, 0, -1, 0), 6000);
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_IDENTITY, 3, 0, -1, 0), 14000);
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_IDENTITY, 4, 0, -1, 0), 30000);
    assert_int_equal(ra_retry_wait(&rule, RA_FAULT_IDENTITY, 6, 0, -1, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry_after_is_seconds_whole_or_decimal_or_a_date),
        cmocka_unit_test(what_is_no_retry_after_is_ignored),
        cmocka_unit_test(statuses_fall_into_the_kinds_that_are_tried_again),
        cmocka_unit_test(the_wait_is_never_shorter_than_what_the_service_asked_for),
        cmocka_unit_test(without_a_wish_the_wait_doubles_up_to_a_minute),
        cmocka_unit_test(a_wait_past_the_budget_is_not_begun),
        cmocka_unit_test(a_fault_that_stays_the_same_is_given_up_early),
        cmocka_unit_test(the_identity_endpoint_is_asked_by_its_own_timetable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
