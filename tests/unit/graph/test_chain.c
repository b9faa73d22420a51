#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/graph/bench.h"

#include <string.h>

#define USER(id)          "{\"id\":\"" id "\",\"userPrincipalName\":\"" id "@x\"}"
#define PAGE(users, link) "{\"value\":[" users "],\"@odata.nextLink\":\"{base}" link "\"}"
#define LAST(users)       "{\"value\":[" users "]}"
#define P2                "/v1.0/users?$skiptoken=two"
#define P3                "/v1.0/users?$skiptoken=three"

static void pages_are_read_to_the_one_without_a_link(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"$skiptoken=two", 0, 200, NULL, PAGE("", "/v1.0/users?$skiptoken=three"), WHOLE, NULL},
        {"$skiptoken=three", 0, 200, NULL, LAST(USER("c")), WHOLE, NULL},
        {"GET /v1.0/users?", 0, 200, NULL, PAGE(USER("a") "," USER("b"), P2), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    assert_string_equal(b.ids, "a b c ");
    assert_int_equal(b.pages, 3);
    assert_int_equal(b.last_pages, 1);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_read_to_the_one_without_a_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
