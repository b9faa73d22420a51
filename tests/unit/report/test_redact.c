#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/report/redact.h"
#include "src/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const unsigned char key[RA_REDACT_KEY] = "thirty-two bytes for the tests..";
static const unsigned char other_key[RA_REDACT_KEY] = "thirty-two other bytes for them.";

static void one_value_has_one_token_whatever_its_letters_case(void **state)
{
    struct ra_arena a = {0};
    struct ra_str one = ra_redact_address(key, RA_STR("Anna@Contoso.com"), &a);
    struct ra_str two = ra_redact_address(key, RA_STR("anna@contoso.com"), &a);
    struct ra_str name = ra_redact_name(key, RA_STR("ANNA"), &a);

    (void)state;
    assert_true(ra_str_eq(one, two));
    assert_int_equal(one.n, 25);
    assert_memory_equal(one.p, "n-", 2);
    assert_memory_equal(one.p + 12, "@d-", 3);
    assert_memory_equal(one.p, name.p, name.n); /* the local part is the name */
    ra_arena_free(&a);
}

static void another_key_gives_other_tokens(void **state)
{
    struct ra_arena a = {0};

    (void)state;
    assert_false(ra_str_eq(ra_redact_name(key, RA_STR("anna"), &a),
                           ra_redact_name(other_key, RA_STR("anna"), &a)));
    assert_true(ra_str_absent(ra_redact_name(key, (struct ra_str){NULL, 0}, &a)));
    ra_arena_free(&a);
}

static void a_dn_keeps_its_shape_and_loses_its_values(void **state)
{
    struct ra_arena a = {0};
    struct ra_str dn = ra_redact_dn(key, RA_STR("CN=Berg\\, Anna,OU=\"x, y\",DC=contoso"), &a);
    struct ra_str contoso = ra_redact_name(key, RA_STR("contoso"), &a);
    char tail[64];

    (void)state;
    assert_memory_equal(dn.p, "CN=n-", 5);
    assert_memory_equal(dn.p + 15, ",OU=n-", 6);
    snprintf(tail, sizeof tail, ",DC=%.*s", (int)contoso.n, contoso.p);
    assert_int_equal(dn.n, 31 + strlen(tail));
    assert_memory_equal(dn.p + 31, tail, strlen(tail));
    ra_arena_free(&a);
}

static void the_end_of_the_first_rdn_is_behind_escapes_and_quotes(void **state)
{
    (void)state;
    assert_int_equal(ra_dn_rdn(RA_STR("CN=a\\,b,DC=c")), 7);
    assert_int_equal(ra_dn_rdn(RA_STR("CN=\"a,b\",DC=c")), 8);
    assert_int_equal(ra_dn_rdn(RA_STR("CN=a")), 4);
    assert_int_equal(ra_dn_rdn(RA_STR("CN=a\\")), 5);
}

static void identifiers_stay_and_an_anchor_that_is_a_name_does_not(void **state)
{
    struct ra_arena a = {0};
    struct ra_row row = {0};

    (void)state;
    row.f[RA_F_ANCHOR] = RA_STR("employee-4711");
    row.f[RA_F_CLOUD_IMMUTABLE] = RA_STR("QF5HMK7n80qvdYsUPIHa9Q==");
    row.f[RA_F_SID] = RA_STR("S-1-5-21-1-2-3-4");
    row.f[RA_F_UPN] = RA_STR("anna@contoso.com");
    ra_redact_row(key, &row, &a);
    assert_memory_equal(row.f[RA_F_ANCHOR].p, "n-", 2);
    assert_true(ra_str_eq(row.f[RA_F_CLOUD_IMMUTABLE], RA_STR("QF5HMK7n80qvdYsUPIHa9Q==")));
    assert_true(ra_str_eq(row.f[RA_F_SID], RA_STR("S-1-5-21-1-2-3-4")));
    assert_false(ra_str_contains(row.f[RA_F_UPN], RA_STR("anna")));
    assert_true(ra_str_absent(row.f[RA_F_DN]));
    ra_arena_free(&a);
}

static void the_key_is_made_once_for_its_owner_alone_and_read_again(void **state)
{
    char dir[] = "/tmp/reanchor-redact-XXXXXX", path[64];
    unsigned char first[RA_REDACT_KEY], again[RA_REDACT_KEY];
    struct ra_err err = {0};
    struct stat st;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/redact.key", dir);
    assert_int_equal(ra_redact_key(path, first, &err), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(ra_redact_key(path, again, &err), 0);
    assert_memory_equal(first, again, sizeof first);
    assert_int_equal(ra_file_write(path, "zz\n", 3, &err), 0);
    assert_int_equal(ra_redact_key(path, again, &err), -(int)RA_EINTEGRITY);
    assert_non_null(strstr(err.msg, "is no redaction key, want 64 hexadecimal digits"));
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_not_equal(ra_redact_key(path, again, &err), 0); /* others may read it */
    unlink(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_has_one_token_whatever_its_letters_case),
        cmocka_unit_test(another_key_gives_other_tokens),
        cmocka_unit_test(a_dn_keeps_its_shape_and_loses_its_values),
        cmocka_unit_test(the_end_of_the_first_rdn_is_behind_escapes_and_quotes),
        cmocka_unit_test(identifiers_stay_and_an_anchor_that_is_a_name_does_not),
        cmocka_unit_test(the_key_is_made_once_for_its_owner_alone_and_read_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
