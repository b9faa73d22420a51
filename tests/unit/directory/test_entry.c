#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/directory/entry.h"

static void a_description_gives_its_name_and_range(void **state)
{
    struct ra_attr_desc d = ra_attr_desc(RA_STR("member;Range=1500-2999"));

    (void)state;
    assert_true(ra_str_eq(d.name, RA_STR("member")));
    assert_true(d.ranged && !d.last);
    assert_int_equal(d.low, 1500);
    assert_int_equal(d.high, 2999);
    d = ra_attr_desc(RA_STR("member;binary;range=0-*"));
    assert_true(d.ranged && d.last && d.low == 0);
    assert_true(ra_str_eq(d.name, RA_STR("member")));
}

static void a_range_that_makes_no_sense_is_part_of_the_name(void **state)
{
    static const char *const odd[] = {"member;range=",
                                      "member;range=5",
                                      "member;range=5-2",
                                      "member;range=a-b",
                                      "member;range=-1-*",
                                      "member;x-odd",
                                      "member;range=0-99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct ra_attr_desc d = ra_attr_desc(ra_str(odd[i]));

        assert_false(d.ranged);
        assert_true(ra_str_eq(d.name, ra_str(odd[i])));
    }
}

static void values_are_found_without_case_and_an_entry_can_be_used_again(void **state)
{
    struct ra_dir_entry e = {0};
    bool gap = false;
    size_t n;

    (void)state;
    for (int round = 0; round < 2; round++) {
        struct ra_dir_attr *a;

        ra_entry_begin(&e);
        assert_null(ra_dir_entry_values(&e, "mail", &n));
        assert_int_equal(n, 0);
        a = ra_entry_attr(&e, RA_STR("Mail"), &gap);
        assert_null(ra_dir_entry_values(&e, "mail", &n)); /* named, but without a value */
        for (int i = 0; i < 100; i++)
            assert_true(ra_entry_add(&e, a, ra_str_n(&"abcdefghij"[i / 10], 1)));
        assert_ptr_equal(ra_entry_attr(&e, RA_STR("MAIL;binary"), &gap), a);
        assert_non_null(ra_dir_entry_values(&e, "mAIL", &n));
        assert_int_equal(n, 100);
        assert_true(ra_str_eq(ra_dir_entry_first(&e, "mail"), RA_STR("a")));
        assert_true(ra_str_eq(ra_dir_entry_values(&e, "mail", &n)[99], RA_STR("j")));
        assert_true(ra_str_absent(ra_dir_entry_first(&e, "mai")));
    }
    assert_false(gap);
    ra_entry_free(&e);
}

static void a_range_that_begins_late_is_a_gap(void **state)
{
    struct ra_dir_entry e = {0};
    bool gap = false;

    (void)state;
    ra_entry_begin(&e);
    assert_true(ra_entry_attr(&e, RA_STR("member;range=0-9"), &gap)->open);
    assert_false(gap);
    assert_false(ra_entry_attr(&e, RA_STR("member;range=10-*"), &gap)->open);
    assert_false(gap);
    ra_entry_begin(&e);
    ra_entry_attr(&e, RA_STR("member;range=1-*"), &gap);
    assert_true(gap);
    ra_entry_free(&e);
}

static void values_past_the_cap_are_refused(void **state)
{
    struct ra_dir_entry e = {0};
    struct ra_dir_attr *a;
    bool gap = false;

    (void)state;
    ra_entry_begin(&e);
    a = ra_entry_attr(&e, RA_STR("cn"), &gap);
    for (size_t i = 0; i + 1 < RA_ENTRY_MAX_BYTES / RA_ENTRY_MAX_VALUE; i++)
        assert_true(ra_entry_add(&e, a, (struct ra_str){"", RA_ENTRY_MAX_VALUE}));
    assert_false(ra_entry_add(&e, a, (struct ra_str){"", RA_ENTRY_MAX_VALUE}));
    ra_entry_begin(&e);
    a = ra_entry_attr(&e, RA_STR("a"), &gap);
    assert_false(ra_entry_add(&e, a, (struct ra_str){"", RA_ENTRY_MAX_VALUE + 1}));
    ra_entry_free(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_description_gives_its_name_and_range),
        cmocka_unit_test(a_range_that_makes_no_sense_is_part_of_the_name),
        cmocka_unit_test(values_are_found_without_case_and_an_entry_can_be_used_again),
        cmocka_unit_test(a_range_that_begins_late_is_a_gap),
        cmocka_unit_test(values_past_the_cap_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
