#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/text.h"

#include <limits.h>
#include <string.h>

static void empty_is_absent(void **state)
{
    (void)state;
    assert_true(ra_str_absent(ra_str("")));
    assert_true(ra_str_absent(ra_str(NULL)));
    assert_null(ra_str_n("x", 0).p);
    assert_true(ra_str_eq(ra_str(""), ra_str(NULL)));
    assert_false(ra_str_absent(RA_STR("\0")));
}

static void only_ascii_letters_fold(void **state)
{
    (void)state;
    assert_true(ra_str_eq_fold(RA_STR("ABZ[@`{"), RA_STR("abz[@`{")));
    assert_false(ra_str_eq_fold(RA_STR("["), RA_STR("{")));
    assert_false(ra_str_eq_fold(RA_STR("@"), RA_STR("`")));
    /* A with an umlaut, capital and small, are different texts here */
    assert_false(ra_str_eq_fold(RA_STR("\xC3\x84"), RA_STR("\xC3\xA4")));
    assert_false(ra_str_eq(RA_STR("A"), RA_STR("a")));
}

static void folding_into_copies_every_byte(void **state)
{
    char to[4];

    (void)state;
    ra_fold_into(to, "A\0\xC4z", 4);
    assert_memory_equal(to, "a\0\xC4z", 4);
}

/* Eight bytes are folded at once, and what is left of them one by one. */
static void every_byte_is_folded_wherever_it_stands(void **state)
{
    char from[19], to[19];

    (void)state;
    for (int c = 0; c < 256; c++)
        for (size_t at = 0; at < sizeof from; at++) {
            memset(from, c ^ 0x80, sizeof from);
            from[at] = (char)c;
            ra_fold_into(to, from, sizeof from);
            for (size_t i = 0; i < sizeof from; i++)
                assert_int_equal(to[i], ra_fold(from[i]));
        }
}

static void text_may_hold_nuls(void **state)
{
    (void)state;
    assert_false(ra_str_eq(RA_STR("a\0b"), RA_STR("a\0c")));
    assert_true(ra_str_cmp(RA_STR("a\0b"), RA_STR("a\0c")) < 0);
    assert_true(ra_str_contains(RA_STR("a\0bc"), RA_STR("\0b")));
    assert_int_equal(ra_str_last(RA_STR("a\0b\0c"), '\0'), 3);
}

static void order_is_by_unsigned_bytes_then_by_length(void **state)
{
    (void)state;
    assert_true(ra_str_cmp(RA_STR("ab"), RA_STR("abc")) < 0);
    assert_true(ra_str_cmp(RA_STR("z"), RA_STR("\xC3")) < 0);
    assert_true(ra_str_cmp_fold(RA_STR("Z"), RA_STR("\xC3")) < 0);
    assert_int_equal(ra_str_cmp_fold(RA_STR("aBc"), RA_STR("AbC")), 0);
    assert_true(ra_str_cmp_fold(RA_STR("AB"), RA_STR("abc")) < 0);
    assert_int_equal(ra_str_cmp(ra_str(NULL), ra_str("")), 0);
    assert_true(ra_str_cmp(ra_str(NULL), RA_STR("a")) < 0);
}

static void beginnings_ends_and_parts_are_found(void **state)
{
    (void)state;
    assert_true(ra_str_starts_fold(RA_STR("SMTP:x"), RA_STR("smtp:")));
    assert_false(ra_str_starts_fold(RA_STR("smt"), RA_STR("smtp:")));
    assert_true(ra_str_ends_fold(RA_STR("a@Contoso.COM"), RA_STR("contoso.com")));
    assert_false(ra_str_ends_fold(RA_STR("com"), RA_STR("contoso.com")));
    assert_true(ra_str_contains(RA_STR("a#EXT#b"), RA_STR("#EXT#")));
    assert_true(ra_str_contains(ra_str(NULL), ra_str("")));
    assert_false(ra_str_contains(RA_STR("ab"), RA_STR("abc")));
    assert_true(ra_str_eq(ra_str_from(RA_STR("abc"), 1), RA_STR("bc")));
    assert_true(ra_str_absent(ra_str_from(RA_STR("abc"), 3)));
    assert_true(ra_str_absent(ra_str_from(RA_STR("abc"), 99)));
    assert_int_equal(ra_str_last(RA_STR("a@b@c"), '@'), 3);
    assert_int_equal(ra_str_last(RA_STR("abc"), '@'), -1);
    assert_int_equal(ra_str_last(ra_str(NULL), '@'), -1);
}

static void utf8_is_judged_as_the_standard_says(void **state)
{
    static const struct {
        const char *bytes;
        bool valid;
    } rows[] = {
        {"", true},
        {"plain", true},
        {"\xC3\xA4", true},
        {"\xE0\xA0\x80", true},
        {"\xED\x9F\xBF", true},
        {"\xEE\x80\x80", true},
        {"\xF0\x90\x80\x80", true},
        {"\xF4\x8F\xBF\xBF", true},
        {"\x80", false},             /* a continuation alone */
        {"\xC1\xBF", false},         /* overlong */
        {"\xE0\x9F\xBF", false},     /* overlong */
        {"\xED\xA0\x80", false},     /* a surrogate */
        {"\xF0\x8F\xBF\xBF", false}, /* overlong */
        {"\xF4\x90\x80\x80", false}, /* past the last plane */
        {"\xF5\x80\x80\x80", false},
        {"\xE2\x82", false}, /* cut */
        {"\xC3(", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(ra_utf8_valid(rows[i].bytes, strlen(rows[i].bytes)), rows[i].valid);
}

static void numbers_are_digits_only_and_do_not_wrap(void **state)
{
    unsigned long long u;
    long long v;

    (void)state;
    assert_true(ra_parse_uint(RA_STR("18446744073709551615"), &u));
    assert_true(u == ULLONG_MAX);
    assert_false(ra_parse_uint(RA_STR("18446744073709551616"), &u));
    assert_false(ra_parse_uint(RA_STR("-1"), &u));
    assert_false(ra_parse_uint(RA_STR("+1"), &u));
    assert_false(ra_parse_uint(RA_STR(" 1"), &u));
    assert_false(ra_parse_uint(RA_STR("1x"), &u));
    assert_false(ra_parse_uint(ra_str(""), &u));
    assert_true(ra_parse_int(RA_STR("-9223372036854775808"), &v));
    assert_true(v == LLONG_MIN);
    assert_true(ra_parse_int(RA_STR("9223372036854775807"), &v));
    assert_true(v == LLONG_MAX);
    assert_false(ra_parse_int(RA_STR("9223372036854775808"), &v));
    assert_false(ra_parse_int(RA_STR("-9223372036854775809"), &v));
    assert_false(ra_parse_int(RA_STR("-"), &v));
    assert_false(ra_parse_int(RA_STR("--1"), &v));
}

static void the_nearest_name_is_found_if_one_is_near(void **state)
{
    static const char *const names[] = {"connections", "client_id", "cloud", NULL};

    (void)state;
    assert_string_equal(ra_nearest("conections", names), "connections");
    assert_string_equal(ra_nearest("CLOUD", names), "cloud");
    assert_string_equal(ra_nearest("clint_id", names), "client_id");
    assert_null(ra_nearest("zzzzzzzzzzz", names));
    assert_null(ra_nearest("", names));
}

static void a_word_too_long_to_compare_has_no_nearest(void **state)
{
    static const char *const names[] = {"connections", NULL};
    char word[200];

    (void)state;
    memset(word, 'c', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_null(ra_nearest(word, names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_is_absent),
        cmocka_unit_test(only_ascii_letters_fold),
        cmocka_unit_test(folding_into_copies_every_byte),
        cmocka_unit_test(every_byte_is_folded_wherever_it_stands),
        cmocka_unit_test(text_may_hold_nuls),
        cmocka_unit_test(order_is_by_unsigned_bytes_then_by_length),
        cmocka_unit_test(beginnings_ends_and_parts_are_found),
        cmocka_unit_test(utf8_is_judged_as_the_standard_says),
        cmocka_unit_test(numbers_are_digits_only_and_do_not_wrap),
        cmocka_unit_test(the_nearest_name_is_found_if_one_is_near),
        cmocka_unit_test(a_word_too_long_to_compare_has_no_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
