#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/err.h"

#include <string.h>

static int filled(struct ra_err *err)
{
    ra_fail(err, RA_ELOCKED, "%s: held by process %d", "/store", 42);
    return ra_hint(err, "wait for %d", 42);
}

static void a_failure_carries_code_message_and_hint(void **state)
{
    struct ra_err err;

    (void)state;
    assert_int_equal(filled(&err), -RA_ELOCKED);
    assert_int_equal(err.code, RA_ELOCKED);
    assert_string_equal(err.msg, "/store: held by process 42");
    assert_string_equal(err.hint, "wait for 42");
}

static void a_new_failure_forgets_the_old_hint(void **state)
{
    struct ra_err err;

    (void)state;
    filled(&err);
    assert_int_equal(ra_fail(&err, RA_EIO, "x"), -RA_EIO);
    assert_string_equal(err.hint, "");
    assert_int_equal(err.signal, 0);
}

static void a_prefix_keeps_code_and_hint(void **state)
{
    struct ra_err err;

    (void)state;
    filled(&err);
    assert_int_equal(ra_prefix(&err, "side %s", "cloud"), -RA_ELOCKED);
    assert_string_equal(err.msg, "side cloud: /store: held by process 42");
    assert_string_equal(err.hint, "wait for 42");
}

static void a_message_that_is_too_long_ends_in_dots(void **state)
{
    struct ra_err err;
    char text[sizeof err.msg];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ra_fail(&err, RA_EIO, "%s", text);
    ra_prefix(&err, "head");
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    assert_memory_equal(err.msg, "head: xxx", 9);
    assert_string_equal(err.msg + sizeof err.msg - 4, "...");
}

static void nobody_has_to_want_the_message(void **state)
{
    (void)state;
    assert_int_equal(ra_fail(NULL, RA_ECONFIG, "x"), -RA_ECONFIG);
}

static void every_code_has_its_own_name_and_the_exit_status_that_is_promised(void **state)
{
    static const struct {
        int code, status;
        const char *name;
    } rows[] = {
        {RA_EUSAGE, 1, "EUSAGE"},         {RA_ECONFIG, 1, "ECONFIG"},
        {RA_EINPUT, 3, "EINPUT"},         {RA_EINCOMPLETE, 3, "EINCOMPLETE"},
        {RA_ESIGNIN, 4, "ESIGNIN"},       {RA_EPERMISSION, 4, "EPERMISSION"},
        {RA_ENETWORK, 5, "ENETWORK"},     {RA_ESERVER, 5, "ESERVER"},
        {RA_ETHROTTLED, 5, "ETHROTTLED"}, {RA_ESTOP, 6, "ESTOP"},
        {RA_ESTALE, 6, "ESTALE"},         {RA_EACTIVE, 6, "EACTIVE"},
        {RA_EINTEGRITY, 7, "EINTEGRITY"}, {RA_ELOCKED, 8, "ELOCKED"},
        {RA_EINTERNAL, 9, "EINTERNAL"},   {RA_EIO, 9, "EIO"},
        {RA_ENOTFOUND, 1, "ENOTFOUND"},
    };
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_exit_status(&err), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        err.code = rows[i].code;
        assert_int_equal(err.code, i + 1);
        assert_int_equal(ra_exit_status(&err), rows[i].status);
        assert_string_equal(ra_code_name(err.code), rows[i].name);
    }
    err.code = 999;
    assert_int_equal(ra_exit_status(&err), 9);
    assert_string_equal(ra_code_name(999), "EINTERNAL");
}

static void a_signal_ends_with_128_and_its_number(void **state)
{
    struct ra_err err;

    (void)state;
    ra_fail(&err, RA_ESIGNAL, "stopped");
    err.signal = 15;
    assert_int_equal(ra_exit_status(&err), 143);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_carries_code_message_and_hint),
        cmocka_unit_test(a_new_failure_forgets_the_old_hint),
        cmocka_unit_test(a_prefix_keeps_code_and_hint),
        cmocka_unit_test(a_message_that_is_too_long_ends_in_dots),
        cmocka_unit_test(nobody_has_to_want_the_message),
        cmocka_unit_test(every_code_has_its_own_name_and_the_exit_status_that_is_promised),
        cmocka_unit_test(a_signal_ends_with_128_and_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
