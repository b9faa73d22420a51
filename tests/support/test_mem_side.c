#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/mem_side.h"

static struct mem_side *two_users(void)
{
    struct mem_side *m = mem_side_new("cloud", NULL, 0);
    struct ra_cloud_object a = {.kind = RA_USER, .id = RA_STR("B"), .immutable_id = RA_STR("zz")};
    struct ra_cloud_object b = {.kind = RA_USER, .id = RA_STR("A"), .immutable_id = RA_STR("zz")};

    assert_int_equal(mem_side_cloud(m, &a), 0);
    assert_int_equal(mem_side_cloud(m, &b), 1);
    mem_side_fact(m, RA_FACT_SOA, "b", "1");
    mem_side_fact(m, RA_FACT_SOA, "a", "");
    return m;
}

static void an_index_gives_its_keys_in_order_and_duplicates_by_number(void **state)
{
    struct mem_side *m = two_users();
    const struct ra_side *s = mem_side_open(m);
    struct ra_side_cursor *c = s->open_index(s->ctx, RA_IX_ANCHOR);
    struct ra_str key, value;
    struct ra_entry e;

    (void)state;
    for (uint32_t seq = 0; seq < 2; seq++) {
        assert_int_equal(s->next(c, &key, &value), 1);
        assert_true(ra_str_eq(key, RA_STR("zz")));
        assert_true(ra_entry_unpack(value, &e));
        assert_int_equal(e.seq, seq);
    }
    assert_int_equal(s->next(c, &key, &value), 0);
    s->close(c);
    mem_side_free(&m);
}

static void seeking_stands_before_the_first_key_that_is_not_less(void **state)
{
    struct mem_side *m = two_users();
    const struct ra_side *s = mem_side_open(m);
    struct ra_side_cursor *c = s->open_facts(s->ctx, RA_FACT_SOA);
    struct ra_str key, value;

    (void)state;
    assert_int_equal(s->seek(c, RA_STR("aa")), 0);
    assert_int_equal(s->next(c, &key, &value), 1);
    assert_true(ra_str_eq(key, RA_STR("b")));
    assert_true(ra_str_eq(value, RA_STR("1")));
    assert_null(s->open_facts(s->ctx, RA_FACT_OOI));
    s->close(c);
    mem_side_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_gives_its_keys_in_order_and_duplicates_by_number),
        cmocka_unit_test(seeking_stands_before_the_first_key_that_is_not_less),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
