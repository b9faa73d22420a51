#include "given.h"
#include "src/config/options.h"

static void every_option_belongs_to_a_section_and_explains_itself(void **state)
{
    size_t n;
    const struct ra_option *o = ra_options(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        size_t help = strlen(o[i].help);
        bool known = strcmp(o[i].section, "ad") == 0;
        for (const char *const *s = ra_option_sections(); *s; s++)
            known |= strcmp(*s, o[i].section) == 0;
        assert_true(known);
        assert_in_range(help, 10, 100);
        assert_int_not_equal(o[i].help[help - 1], '.');
        assert_ptr_equal(ra_option_find(o[i].section, o[i].key), &o[i]);
    }
}

static void a_default_written_out_and_read_again_is_the_same(void **state)
{
    struct ra_config *c = load(OFFLINE "[ad:a]\nuri = ldif:d\n");
    size_t n;
    const struct ra_option *o = ra_options(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct ra_buf text;
        if (!o[i].standard || strcmp(o[i].key, "source") == 0)
            continue;
        ra_buf_init(&text, 1000);
        ra_option_text(&o[i], ra_option_base(&o[i], c, 0), 0, &text);
        assert_string_equal(ra_buf_z(&text), o[i].standard);
        ra_buf_free(&text);
    }
    ra_config_free(&c);
}

static void the_keys_of_a_section_end_where_the_room_does(void **state)
{
    const char *keys[3];

    (void)state;
    ra_option_keys("store", keys, 3);
    assert_string_equal(keys[0], "dir");
    assert_null(keys[1]);
    ra_option_keys(NULL, keys, 3);
    assert_string_equal(keys[1], "cloud");
    assert_null(keys[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_belongs_to_a_section_and_explains_itself),
        cmocka_unit_test(a_default_written_out_and_read_again_is_the_same),
        cmocka_unit_test(the_keys_of_a_section_end_where_the_room_does),
    };

    return cmocka_run_group_tests(tests, in_own_folder, leave_folder);
}
