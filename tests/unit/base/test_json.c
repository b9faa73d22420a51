#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/json.h"

#include <math.h>
#include <string.h>

static struct ra_buf out;
static struct ra_json j;

static int fresh(void **state)
{
    (void)state;
    ra_buf_init(&out, 1 << 16);
    ra_json_init(&j, &out);
    return 0;
}

static int done(void **state)
{
    (void)state;
    ra_buf_free(&out);
    return 0;
}

static void commas_stand_between_values_and_nowhere_else(void **state)
{
    (void)state;
    ra_json_object(&j);
    ra_json_key(&j, "a");
    ra_json_array(&j);
    ra_json_array_end(&j);
    ra_json_key(&j, "b");
    ra_json_array(&j);
    ra_json_int(&j, -1);
    ra_json_object(&j);
    ra_json_object_end(&j);
    ra_json_bool(&j, true);
    ra_json_null(&j);
    ra_json_array_end(&j);
    ra_json_key_str(&j, RA_STR("c"));
    ra_json_raw(&j, RA_STR("{\"x\":1}"));
    ra_json_key(&j, "d");
    ra_json_bool(&j, false);
    ra_json_object_end(&j);
    assert_string_equal(ra_buf_z(&out),
                        "{\"a\":[],\"b\":[-1,{},true,null],\"c\":{\"x\":1},\"d\":false}");
}

static void what_is_absent_is_null(void **state)
{
    (void)state;
    ra_json_array(&j);
    ra_json_str(&j, (struct ra_str){NULL, 0});
    ra_json_str(&j, RA_STR("x"));
    ra_json_z(&j, NULL);
    ra_json_z(&j, "");
    ra_json_array_end(&j);
    assert_string_equal(ra_buf_z(&out), "[null,\"x\",null,\"\"]");
}

static void real_numbers_lose_their_trailing_zeros(void **state)
{
    (void)state;
    ra_json_array(&j);
    ra_json_real(&j, 0);
    ra_json_real(&j, 5);
    ra_json_real(&j, 100);
    ra_json_real(&j, 2.5);
    ra_json_real(&j, 0.06);
    ra_json_real(&j, 1.005e15);
    ra_json_real(&j, (double)NAN);
    ra_json_real(&j, (double)INFINITY);
    ra_json_array_end(&j);
    assert_string_equal(ra_buf_z(&out), "[0,5,100,2.5,0.06,1005000000000000,null,null]");
}

static void control_characters_quotes_and_backslashes_are_escaped(void **state)
{
    (void)state;
    ra_json_escape(&out, RA_STR("a\"b\\c\b\f\n\r\t\x01\x7F\0z"));
    assert_string_equal(ra_buf_z(&out), "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u007f\\u0000z\"");
}

static void utf8_passes_and_what_is_not_becomes_the_replacement_character(void **state)
{
    (void)state;
    ra_json_escape(&out, RA_STR("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
    assert_string_equal(ra_buf_z(&out), "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"");
    ra_buf_clear(&out);
    /* a lone byte, a cut sequence, an overlong slash, a surrogate */
    ra_json_escape(&out, RA_STR("a\xFF"
                                "b\xC3"));
    assert_string_equal(ra_buf_z(&out), "\"a\xEF\xBF\xBD"
                                        "b\xEF\xBF\xBD\"");
    ra_buf_clear(&out);
    ra_json_escape(&out, RA_STR("\xC0\xAF\xED\xA0\x80"));
    assert_true(ra_utf8_valid(out.p, out.n));
}

static void csv(const char *in, const char *want)
{
    ra_buf_clear(&out);
    ra_csv_field(&out, ra_str(in));
    assert_string_equal(ra_buf_z(&out), want);
}

static void csv_fields_are_quoted_only_where_they_must_be(void **state)
{
    (void)state;
    csv("plain text", "plain text");
    csv("", "");
    csv("a,b", "\"a,b\"");
    csv("say \"x\"", "\"say \"\"x\"\"\"");
    csv("a\nb", "\"a\nb\"");
    csv("a;b", "\"a;b\"");
}

static void csv_fields_that_a_spreadsheet_would_compute_are_disarmed(void **state)
{
    (void)state;
    csv("=1+1", "'=1+1");
    csv("@SUM(A1)", "'@SUM(A1)");
    csv("-2", "'-2");
    csv("+49 30", "'+49 30");
    csv("\t=1+1", "\"'\t=1+1\""); /* blanks before a formula are passed over by some */
    csv("\r=1+1", "\"'\r=1+1\"");
    csv("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
}

static void a_full_buffer_says_so(void **state)
{
    struct ra_buf small;
    struct ra_json w;

    (void)state;
    ra_buf_init(&small, 6);
    ra_json_init(&w, &small);
    ra_json_array(&w);
    ra_json_real(&w, 123456.5);
    ra_json_z(&w, "abcdef");
    ra_json_array_end(&w);
    assert_true(small.overflow);
    ra_buf_free(&small);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, done)
    const struct CMUnitTest tests[] = {
        CASE(commas_stand_between_values_and_nowhere_else),
        CASE(what_is_absent_is_null),
        CASE(real_numbers_lose_their_trailing_zeros),
        CASE(control_characters_quotes_and_backslashes_are_escaped),
        CASE(utf8_passes_and_what_is_not_becomes_the_replacement_character),
        CASE(csv_fields_are_quoted_only_where_they_must_be),
        CASE(csv_fields_that_a_spreadsheet_would_compute_are_disarmed),
        CASE(a_full_buffer_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
