#include "tests/unit/graph/cmocka_all.h"

#include "src/graph/governor.h"

static const struct ra_cost one = {.units = 1}, change = {.units = 1, .writes = 1};

/* Sends as much as is allowed from `from` to `to`; how many went. */
static unsigned send(struct ra_governor *g, struct ra_cost cost, int64_t from, int64_t to)
{
    unsigned n = 0;

    while (from < to) {
        int64_t wait = ra_governor_wait(g, cost, from);
        if (wait == 0) {
            ra_governor_take(g, cost, from);
            n++;
        }
        from += wait;
    }
    return n;
}

static void no_ten_seconds_hold_more_than_the_quota(void **state)
{
    static const struct {
        uint64_t users;
        unsigned quota;
    } sizes[] = {{0, 3500}, {49, 3500}, {50, 5000}, {500, 5000}, {501, 8000}, {1000000, 8000}};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct ra_governor g;
        unsigned first, next;
        ra_governor_init(&g, false, 1000);
        ra_governor_size(&g, sizes[i].users);
        first = send(&g, one, 1000, 11000);
        next = send(&g, one, 11000, 21000);
        assert_true(first <= sizes[i].quota && first > sizes[i].quota * 9 / 10 - 700);
        assert_true(next <= sizes[i].quota * 8 / 10); /* the service's warning begins there */
        assert_true(next > sizes[i].quota * 7 / 10);
    }
}

static void writes_have_a_quota_of_their_own(void **state)
{
    struct ra_governor g;
    unsigned first, next;

    (void)state;
    ra_governor_init(&g, false, 0);
    first = send(&g, change, 0, 150000);
    next = send(&g, change, 150000, 300000);
    assert_in_range(first, 2700, 3000);
    assert_in_range(next, 2200, 2300); /* 15 a second */
    assert_int_equal(ra_governor_wait(&g, one, 300000), 0);
}

static void backups_leave_half_of_it_to_others(void **state)
{
    struct ra_governor g;

    (void)state;
    ra_governor_init(&g, true, 0);
    ra_governor_size(&g, 1000);
    assert_true(send(&g, one, 0, 10000) <= 4000);
    assert_true(send(&g, change, 10000, 160000) <= 1500);
}

static void what_lay_idle_is_not_saved_up(void **state)
{
    struct ra_governor g;

    (void)state;
    ra_governor_init(&g, false, 0);
    ra_governor_size(&g, 1000);
    assert_in_range(send(&g, one, 3600000, 3600001), 1600, 1601);
}

static void what_costs_more_than_the_bucket_goes_when_it_is_full(void **state)
{
    const struct ra_cost dear = {.units = 5000};
    struct ra_governor g;

    (void)state;
    ra_governor_init(&g, false, 0);
    assert_int_equal(ra_governor_wait(&g, dear, 0), 0);
    ra_governor_take(&g, dear, 0);
    assert_in_range(ra_governor_wait(&g, one, 0), 16000, 18000);
}

static void a_warning_slows_down_before_a_refusal_and_passes(void **state)
{
    struct ra_governor g;
    unsigned before, after, later;

    (void)state;
    ra_governor_init(&g, false, 0);
    ra_governor_size(&g, 1000);
    send(&g, one, 0, 10000);
    before = send(&g, one, 10000, 11000);
    assert_int_equal(ra_governor_near(&g, 799, 11000), 0);
    assert_int_equal(ra_governor_near(&g, 1600, 11000), 10000);
    after = send(&g, one, 11000, 12000);
    assert_true(after <= before * 8 / 10);
    assert_int_equal(ra_governor_near(&g, 1600, 11500), 0); /* answers to what was sent before */
    later = send(&g, one, 60000, 61000);
    assert_true(later >= before);
}

static void repeated_warnings_slow_down_further_but_not_to_a_stop(void **state)
{
    struct ra_governor g;
    int64_t now = 0;
    unsigned n = 0;

    (void)state;
    ra_governor_init(&g, false, 0);
    for (int i = 0; i < 60; i++, now += 2000) {
        n = send(&g, one, now, now + 2000);
        ra_governor_near(&g, 1800, now + 2000);
    }
    assert_in_range(n, 4, 12);
}

static void a_refusal_halves_the_speed(void **state)
{
    struct ra_governor g;
    unsigned before;

    (void)state;
    ra_governor_init(&g, false, 0);
    before = send(&g, one, 0, 20000) - send(&g, one, 20000, 20001);
    ra_governor_refused(&g, false, 20001);
    assert_true(send(&g, one, 20001, 30001) <= before / 2);
    assert_int_equal(ra_governor_wait(&g, (struct ra_cost){.writes = 1}, 30001), 0);
}

static void what_the_service_charged_counts(void **state)
{
    struct ra_governor g, other;

    (void)state;
    ra_governor_init(&g, false, 0);
    ra_governor_init(&other, false, 0);
    for (int i = 0; i < 100; i++) {
        ra_governor_take(&g, one, 0);
        ra_governor_was(&g, 1, 4, 0);
        ra_governor_take(&other, (struct ra_cost){.units = 4}, 0);
    }
    assert_int_equal(ra_governor_wait(&g, (struct ra_cost){.units = 700}, 0),
                     ra_governor_wait(&other, (struct ra_cost){.units = 700}, 0));
    assert_true(ra_governor_wait(&g, (struct ra_cost){.units = 700}, 0) > 0);
}

static void a_url_costs_what_the_table_says(void **state)
{
    (void)state;
    assert_int_equal(ra_governor_units("https://g/v1.0/users"), 2);
    assert_int_equal(ra_governor_units("https://g/v1.0/users?$select=id&$top=999"), 1);
    assert_int_equal(ra_governor_units("https://g/v1.0/users/delta?$select=id"), 1);
    assert_int_equal(ra_governor_units("https://g/v1.0/users/$count"), 1);
    assert_int_equal(ra_governor_units("https://g/v1.0/groups?$top=999"), 1);
    assert_int_equal(ra_governor_units("https://g/v1.0/groups/x/members"), 3);
    assert_int_equal(
        ra_governor_units(
            "https://g/v1.0/groups/x/transitiveMembers/microsoft.graph.user?$select=id"),
        4);
    assert_int_equal(ra_governor_units("https://g/v1.0/roleAssignments?$expand=principal"), 2);
}

static void the_percentage_is_read_in_thousandths(void **state)
{
    (void)state;
    assert_int_equal(ra_governor_permille("0.8"), 800);
    assert_int_equal(ra_governor_permille("1.25"), 1250);
    assert_int_equal(ra_governor_permille("1"), 1000);
    assert_int_equal(ra_governor_permille("0.98765"), 987);
    assert_int_equal(ra_governor_permille(""), -1);
    assert_int_equal(ra_governor_permille("90%"), -1);
    assert_int_equal(ra_governor_permille("-1"), -1);
    assert_int_equal(ra_governor_permille("1e3"), -1);
    assert_int_equal(ra_governor_permille("100"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_ten_seconds_hold_more_than_the_quota),
        cmocka_unit_test(writes_have_a_quota_of_their_own),
        cmocka_unit_test(backups_leave_half_of_it_to_others),
        cmocka_unit_test(what_lay_idle_is_not_saved_up),
        cmocka_unit_test(what_costs_more_than_the_bucket_goes_when_it_is_full),
        cmocka_unit_test(a_warning_slows_down_before_a_refusal_and_passes),
        cmocka_unit_test(repeated_warnings_slow_down_further_but_not_to_a_stop),
        cmocka_unit_test(a_refusal_halves_the_speed),
        cmocka_unit_test(what_the_service_charged_counts),
        cmocka_unit_test(a_url_costs_what_the_table_says),
        cmocka_unit_test(the_percentage_is_read_in_thousandths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
