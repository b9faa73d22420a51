#include "tests/unit/graph/cmocka_all.h"

#include "recovery/collect/parts.h"
#include "tests/unit/graph/bench.h"

#include <string.h>

/* How a long list of users is cut up. */

#define COUNT(match, n)                                                                            \
    {                                                                                              \
        match, 0, 200, "Content-Type: text/plain\r\n", n, WHOLE, NULL                              \
    }
#define STARTS(c) "startswith%28userPrincipalName%2C%27" c "%27%29"

static struct ra_buf filters;

static size_t plan(struct bench *b, const struct rule *rules, size_t n, uint64_t total)
{
    struct ra_err err = {0};
    size_t lines = 0;

    bench_start(b, rules, n);
    assert_int_equal(bench_open(b, &err), 0);
    ra_buf_free(&filters);
    ra_buf_init(&filters, 1 << 20);
    if (ra_parts_plan(b->graph, total, &filters, &err) != 0)
        fail_msg("%s", err.msg);
    ra_buf_z(&filters);
    for (size_t i = 0; i < filters.n; i++)
        lines += filters.p[i] == '\n';
    return lines;
}

static size_t occurrences(const char *prefix)
{
    char want[64];
    size_t n = 0;

    snprintf(want, sizeof want, "startswith(userPrincipalName,'%s')", prefix);
    for (const char *at = filters.p; (at = strstr(at, want)) != NULL; at++)
        n++;
    return n;
}

static bool in_one_part(const char *x, const char *y)
{
    char clause[2][64];
    const char *end;

    snprintf(clause[0], sizeof clause[0], "startswith(userPrincipalName,'%s')", x);
    snprintf(clause[1], sizeof clause[1], "startswith(userPrincipalName,'%s')", y);
    for (const char *line = filters.p; *line; line = end + 1) {
        const char *at[2] = {strstr(line, clause[0]), strstr(line, clause[1])};
        end = strchr(line, '\n');
        if (at[0] && at[0] < end && at[1] && at[1] < end)
            return true;
    }
    return false;
}

static void small_parts_are_read_together_as_far_as_one_connection_reads(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 COUNT(STARTS("a"), "2500"),
                                 COUNT(STARTS("b"), "1300"),
                                 COUNT(STARTS("c"), "1200"),
                                 COUNT(STARTS("d"), "1200"),
                                 COUNT(STARTS("e"), "1100"),
                                 COUNT("/users/$count", "0")};
    struct bench b;

    (void)state;
    plan(&b, RULES(rules), 10000);
    assert_false(in_one_part("a", "b"));
    assert_true(in_one_part("b", "c"));
    assert_true(in_one_part("d", "e"));
    bench_end(&b);
}

static void a_list_of_few_pages_is_not_cut_nor_counted(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT("/users/$count", "1")};
    struct bench b;

    (void)state;
    assert_int_equal(plan(&b, RULES(rules), RA_PARTS_FROM), 0);
    assert_int_equal(server_count(b.server, "/users/$count"), 0);
    bench_end(&b);
}

static void every_beginning_of_a_upn_is_in_one_part(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT(STARTS("a"), "1500"), COUNT(STARTS("z"), "1800"),
                                 COUNT("/users/$count", "0")};
    struct bench b;

    (void)state;
    assert_in_range(plan(&b, RULES(rules), 5000), 3, 20);
    for (const char *c = "abcdefghijklmnopqrstuvwxyz0123456789.-_!#^~"; *c; c++) {
        const char one[2] = {*c, '\0'};
        if (occurrences(one) != 1)
            fail_msg("%s is in %zu parts: %s", one, occurrences(one), filters.p);
    }
    assert_int_equal(occurrences("''"), 1); /* a quote is doubled */
    assert_false(in_one_part("a", "z"));    /* which is more than one connection reads */
    bench_end(&b);
}

static void a_part_that_is_too_large_is_cut_deeper(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT(STARTS("a"), "9000"),
                                 COUNT(STARTS("ab"), "2000"), COUNT(STARTS("a%40"), "7000"),
                                 COUNT("/users/$count", "0")};
    struct bench b;

    (void)state;
    plan(&b, RULES(rules), 9000);
    assert_int_equal(occurrences("a"), 0);
    assert_int_equal(occurrences("ab"), 1);
    assert_int_equal(occurrences("ac"), 1);
    assert_int_equal(occurrences("b"), 1);
    bench_end(&b);
}

static void one_that_goes_on_with_something_unforeseen_stays_whole(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT(STARTS("a"), "9000"),
                                 COUNT(STARTS("ab"), "8999"), COUNT("/users/$count", "0")};
    struct bench b;

    (void)state;
    plan(&b, RULES(rules), 9000);
    assert_int_equal(occurrences("a"), 1);
    assert_int_equal(occurrences("ab"), 0);
    bench_end(&b);
}

static void a_service_that_does_not_count_parts_is_read_in_one_chain(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {STARTS("q"), 0, 400, NULL,
                                  "{\"error\":{\"code\":\"Request_UnsupportedQuery\"}}", WHOLE,
                                  NULL},
                                 COUNT("/users/$count", "100")};
    struct bench b;

    (void)state;
    assert_int_equal(plan(&b, RULES(rules), 5000), 0);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_few_pages_is_not_cut_nor_counted),
        cmocka_unit_test(every_beginning_of_a_upn_is_in_one_part),
        cmocka_unit_test(small_parts_are_read_together_as_far_as_one_connection_reads),
        cmocka_unit_test(a_part_that_is_too_large_is_cut_deeper),
        cmocka_unit_test(one_that_goes_on_with_something_unforeseen_stays_whole),
        cmocka_unit_test(a_service_that_does_not_count_parts_is_read_in_one_chain),
    };
    int rc = cmocka_run_group_tests_name("collect parts", tests, NULL, NULL);

    ra_buf_free(&filters);
    return rc;
}
