#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/buf.h"

#include <string.h>

static void what_is_put_stands_in_order_with_a_nul_behind(void **state)
{
    struct ra_buf b;

    (void)state;
    ra_buf_init(&b, 100);
    assert_true(ra_buf_put(&b, "a\0b", 3));
    assert_true(ra_buf_puts(&b, "cd"));
    assert_true(ra_buf_putc(&b, 'e'));
    assert_true(ra_buf_printf(&b, "%d-%s", 7, "f"));
    assert_int_equal(b.n, 9);
    assert_memory_equal(ra_buf_z(&b), "a\0bcde7-f", 10);
    ra_buf_free(&b);
    assert_null(b.p);
}

static void an_empty_one_is_an_empty_string(void **state)
{
    struct ra_buf b;

    (void)state;
    ra_buf_init(&b, 0);
    assert_string_equal(ra_buf_z(&b), "");
    assert_true(ra_buf_put(&b, NULL, 0));
    assert_false(b.overflow);
    ra_buf_free(&b);
}

static void past_the_maximum_it_keeps_what_it_has_and_says_so(void **state)
{
    struct ra_buf b;

    (void)state;
    ra_buf_init(&b, 4);
    assert_true(ra_buf_puts(&b, "abc"));
    assert_false(ra_buf_puts(&b, "de"));
    assert_false(ra_buf_printf(&b, "%d", 12345));
    assert_true(b.overflow);
    assert_string_equal(ra_buf_z(&b), "abc");
    assert_false(ra_buf_printf(&b, "%d", 1)); /* it fits, but something before it did not */
    ra_buf_clear(&b);
    assert_false(b.overflow);
    assert_true(ra_buf_puts(&b, "wxyz"));
    assert_string_equal(ra_buf_z(&b), "wxyz");
    ra_buf_free(&b);
}

static void a_length_that_would_wrap_around_is_an_overflow(void **state)
{
    struct ra_buf b;
    volatile size_t huge = SIZE_MAX - 1; /* the compiler would refuse to copy so much */

    (void)state;
    ra_buf_init(&b, SIZE_MAX / 2);
    assert_true(ra_buf_puts(&b, "abc"));
    assert_false(ra_buf_put(&b, "", huge));
    assert_true(b.overflow);
    assert_int_equal(b.n, 3);
    ra_buf_free(&b);
}

static void it_grows_far_past_its_first_size(void **state)
{
    struct ra_buf b;

    (void)state;
    ra_buf_init(&b, 1 << 20);
    for (int i = 0; i < 100000; i++)
        assert_true(ra_buf_putc(&b, (char)('a' + i % 26)));
    assert_int_equal(b.n, 100000);
    assert_int_equal(b.p[99999], 'a' + 99999 % 26);
    ra_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_stands_in_order_with_a_nul_behind),
        cmocka_unit_test(an_empty_one_is_an_empty_string),
        cmocka_unit_test(past_the_maximum_it_keeps_what_it_has_and_says_so),
        cmocka_unit_test(a_length_that_would_wrap_around_is_an_overflow),
        cmocka_unit_test(it_grows_far_past_its_first_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
