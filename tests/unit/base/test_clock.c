#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "src/base/clock.h"

static int64_t parsed(const char *z)
{
    int64_t t = -1;

    if (!ra_time_parse(ra_str(z), &t))
        fail_msg("refused: %s", z);
    return t;
}

static void times_as_graph_writes_them_are_read(void **state)
{
    (void)state;
    assert_int_equal(parsed("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(parsed("2026-01-31T23:59:59Z"), 1769903999);
    assert_int_equal(parsed("2026-01-31T23:59:59.1234567Z"), 1769903999);
    assert_int_equal(parsed("2026-01-31T23:59:59z"), 1769903999);
    assert_int_equal(parsed("2026-01-31T23:59:59"), 1769903999);
    assert_int_equal(parsed("2026-02-01T01:59:59+02:00"), 1769903999);
    assert_int_equal(parsed("2026-01-31T18:29:59.5-05:30"), 1769903999);
    assert_int_equal(parsed("0001-01-01T00:00:00Z"), -62135596800);
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "2026-01-31",
        "2026-01-31 23:59:59Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T23:60:00Z",
        "2026-01-31T23:59:61Z",
        "2026-1-31T23:59:59Z",
        "2026-01-31T23:59:59Zx",
        "2026-01-31T23:59:59+0200",
        "+026-01-31T23:59:59Z",
    };
    int64_t t;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (ra_time_parse(ra_str(wrong[i]), &t))
            fail_msg("taken for a time: %s", wrong[i]);
}

static void a_time_written_and_read_again_is_the_same(void **state)
{
    static const int64_t times[] = {0, 951782400, 1769903999, 4102444799, -1};
    char text[RA_TIME_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        ra_time_text(times[i], text);
        assert_int_equal(parsed(text), times[i]);
    }
    ra_time_text(951782400, text);
    assert_string_equal(text, "2000-02-29T00:00:00Z");
}

static void a_year_before_1000_has_four_digits_as_well(void **state)
{
    static const struct {
        int64_t t;
        const char *text;
    } rows[] = {{-62167219200, "0000-01-01T00:00:00Z"}, {-62135596800, "0001-01-01T00:00:00Z"},
                {-30610224001, "0999-12-31T23:59:59Z"}, {-30610224000, "1000-01-01T00:00:00Z"},
                {253402300799, "9999-12-31T23:59:59Z"}, {-62167219201, "0000-00-00T00:00:00Z"},
                {INT64_MIN, "0000-00-00T00:00:00Z"}};
    char text[RA_TIME_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ra_time_text(rows[i].t, text);
        assert_string_equal(text, rows[i].text);
    }
}

/* A leap second is the first second of the day that follows, as Unix counts. */
static void a_leap_second_is_read(void **state)
{
    (void)state;
    assert_int_equal(parsed("2016-12-31T23:59:60Z"), parsed("2017-01-01T00:00:00Z"));
    assert_int_equal(parsed("2015-06-30T23:59:60.5Z"), parsed("2015-07-01T00:00:00Z"));
    assert_int_equal(parsed("2017-01-01T01:59:60+02:00"), parsed("2017-01-01T00:00:00Z"));
}

static void the_time_zone_of_the_machine_does_not_matter(void **state)
{
    static const char *const zones[] = {"UTC", "Europe/Berlin", "America/St_Johns", "XYZ-14:30",
                                        ""};
    /* Around the hours that Berlin has twice and not at all. */
    static const char *const times[] = {"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",
                                        "2026-03-29T01:30:00Z", "2026-11-01T05:30:00Z"};
    static const int64_t seconds[] = {1792888200, 1792891800, 1774747800, 1793511000};
    char text[RA_TIME_TEXT];

    (void)state;
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        setenv("TZ", zones[z], 1);
        tzset();
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
            assert_int_equal(parsed(times[i]), seconds[i]);
            ra_time_text(seconds[i], text);
            assert_string_equal(text, times[i]);
        }
    }
    unsetenv("TZ");
    tzset();
}

static void a_time_past_the_year_9999_does_not_overrun_its_text(void **state)
{
    char text[RA_TIME_TEXT];

    (void)state;
    ra_time_text(253402300800, text);
    assert_string_equal(text, "0000-00-00T00:00:00Z");
    ra_time_text(INT64_MAX, text);
    assert_string_equal(text, "0000-00-00T00:00:00Z");
}

static void a_duration_is_told_in_its_two_largest_units(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {{-5, "0 s"},           {0, "0 s"},         {59, "59 s"},
                {60, "1 min"},         {3599, "59 min"},   {3600, "1 h 0 min"},
                {11520, "3 h 12 min"}, {86400, "1 d 0 h"}, {187200, "2 d 4 h"}};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ra_duration_text(rows[i].seconds, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void the_monotonic_clock_does_not_go_back(void **state)
{
    int64_t last = ra_monotonic_ms();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t now = ra_monotonic_ms();
        assert_true(now >= last);
        last = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_as_graph_writes_them_are_read),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(a_time_written_and_read_again_is_the_same),
        cmocka_unit_test(a_year_before_1000_has_four_digits_as_well),
        cmocka_unit_test(a_leap_second_is_read),
        cmocka_unit_test(the_time_zone_of_the_machine_does_not_matter),
        cmocka_unit_test(a_time_past_the_year_9999_does_not_overrun_its_text),
        cmocka_unit_test(a_duration_is_told_in_its_two_largest_units),
        cmocka_unit_test(the_monotonic_clock_does_not_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
