#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/directory/directory.h"

#include <signal.h>
#include <string.h>

/* None of these may reach the network: 192.0.2.1 (RFC 5737) would take until the time-out. */
static void fails(struct ra_dir_options o, int code, const char *want)
{
    struct ra_err err = {0};
    struct ra_dir *d;

    o.name = "lab";
    assert_int_equal(ra_dir_open(&o, &d, &err), -code);
    assert_null(d);
    assert_string_equal(err.msg, want);
}

static void a_simple_bind_without_tls_is_refused_before_it_is_tried(void **state)
{
    (void)state;
    fails((struct ra_dir_options){.uri = "ldap://192.0.2.1",
                                  .auth = RA_DIR_SIMPLE,
                                  .bind_dn = "reader",
                                  .password_file = "/nonexistent"},
          RA_ECONFIG,
          "directory lab (ldap://192.0.2.1): a simple bind without TLS would send the password in "
          "the clear");
    fails(
        (struct ra_dir_options){.uri = "ldap://192.0.2.1", .auth = RA_DIR_EXTERNAL}, RA_ECONFIG,
        "directory lab (ldap://192.0.2.1): auth = external is the certificate of a TLS connection");
}

static void a_simple_bind_needs_a_name_and_a_password(void **state)
{
    (void)state;
    fails((struct ra_dir_options){.uri = "ldaps://192.0.2.1", .auth = RA_DIR_SIMPLE}, RA_ECONFIG,
          "directory lab (ldaps://192.0.2.1): a simple bind needs bind_dn");
    fails(
        (struct ra_dir_options){
            .uri = "ldaps://192.0.2.1", .auth = RA_DIR_SIMPLE, .bind_dn = "x", .password_file = ""},
        RA_ECONFIG, "directory lab (ldaps://192.0.2.1): a simple bind needs password_file");
}

static void a_uri_must_be_one_of_the_three_kinds(void **state)
{
    static const char *const odd[] = {"", "dc1", "http://dc1", "ldapi:///", "ldaps://", "ldap:dc1"};
    char want[256];

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        strcpy(want, "directory lab (");
        strcat(want, odd[i]);
        strcat(want, "): uri ");
        strcat(want, odd[i]);
        strcat(want, ": wanted ldaps://HOST[:PORT], ldap://HOST[:PORT] or ldif:PATH");
        fails((struct ra_dir_options){.uri = odd[i]}, RA_ECONFIG, want);
    }
}

static void a_signal_that_has_come_keeps_it_from_connecting(void **state)
{
    atomic_int stop = SIGINT;
    struct ra_dir_options o = {.name = "lab", .uri = "ldaps://192.0.2.1", .stop = &stop};
    struct ra_err err = {0};
    struct ra_dir *d;
    int rc;

    (void)state;
    rc = ra_dir_open(&o, &d, &err);
    assert_int_equal(rc, -RA_ESIGNAL);
    assert_int_equal(err.signal, SIGINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_simple_bind_without_tls_is_refused_before_it_is_tried),
        cmocka_unit_test(a_simple_bind_needs_a_name_and_a_password),
        cmocka_unit_test(a_uri_must_be_one_of_the_three_kinds),
        cmocka_unit_test(a_signal_that_has_come_keeps_it_from_connecting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
