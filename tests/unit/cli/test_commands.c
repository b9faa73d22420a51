#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/cli/commands.h"

#include <string.h>

static void every_command_is_found_by_its_name_and_explains_itself(void **state)
{
    size_t n;
    const struct ra_command *c = ra_commands(&n), *found;
    struct ra_err err;

    (void)state;
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(ra_command_find(c[i].name, &found, &err), 0);
        assert_ptr_equal(found, &c[i]);
        assert_non_null(c[i].run);
        assert_in_range(strlen(c[i].summary), 10, 66);
        assert_int_not_equal(c[i].summary[strlen(c[i].summary) - 1], '.');
    }
}

static void a_mistyped_command_is_told_the_nearest(void **state)
{
    const struct ra_command *found;
    struct ra_err err;

    (void)state;
    assert_int_equal(ra_command_find("confg", &found, &err), -RA_EUSAGE);
    assert_string_equal(err.msg, "unknown command 'confg', the nearest is 'config'");
    assert_string_equal(err.hint, "'reanchor help' lists the commands");
    assert_int_equal(ra_command_find("zzzzzzzz", &found, &err), -RA_EUSAGE);
    assert_string_equal(err.msg, "unknown command 'zzzzzzzz'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_is_found_by_its_name_and_explains_itself),
        cmocka_unit_test(a_mistyped_command_is_told_the_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
