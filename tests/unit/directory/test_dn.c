#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/directory/directory.h"

#include <string.h>

/* The key with each NUL as a bar, or "no DN". */
static const char *key(const char *dn)
{
    static char text[512];
    struct ra_buf b;

    ra_buf_init(&b, sizeof text - 1);
    if (ra_dn_key(ra_str(dn), &b)) {
        for (size_t i = 0; i < b.n; i++)
            text[i] = b.p[i] ? b.p[i] : '|';
        text[b.n] = '\0';
    } else {
        assert_int_equal(b.n, 0);
        strcpy(text, "no DN");
    }
    ra_buf_free(&b);
    return text;
}

static bool below(const char *dn, const char *base)
{
    struct ra_buf a, b;
    bool yes;

    ra_buf_init(&a, 1024);
    ra_buf_init(&b, 1024);
    assert_true(ra_dn_key(ra_str(dn), &a) && ra_dn_key(ra_str(base), &b));
    yes = a.n >= b.n && (b.n == 0 || memcmp(a.p, b.p, b.n) == 0);
    ra_buf_free(&a);
    ra_buf_free(&b);
    return yes;
}

static void a_key_runs_from_the_root_down(void **state)
{
    (void)state;
    assert_string_equal(key("CN=Ann,OU=Staff,DC=contoso,DC=test"),
                        "dc=test|dc=contoso|ou=staff|cn=ann|");
    assert_string_equal(key("DC=test"), "dc=test|");
    assert_string_equal(key(""), "");
}

/* A blank behind the first comma leads to libldap. */
static void a_plain_dn_has_the_key_that_libldap_gives(void **state)
{
    static const char *const dns[][2] = {
        {"CN=Ann Lee,OU=Staff,DC=contoso,DC=test", "CN=Ann Lee, OU=Staff,DC=contoso,DC=test"},
        {"cn=O'Neil (x) & Co. @:-_!$%*?[]{}|~`^/,DC=t",
         "cn=O'Neil (x) & Co. @:-_!$%*?[]{}|~`^/, DC=t"},
        {"CN=a  b,DC=t", "CN=a  b, DC=t"},
        {"CN=4,dc=T,DC=u", "CN=4, dc=T,DC=u"},
    };
    char fast[512];

    (void)state;
    for (size_t i = 0; i < sizeof dns / sizeof dns[0]; i++) {
        strcpy(fast, key(dns[i][0]));
        assert_string_equal(fast, key(dns[i][1]));
        assert_string_not_equal(fast, "no DN");
    }
    assert_string_equal(key("CN=a,,DC=t"), "no DN");
    assert_string_equal(key("CN=a,DC"), "no DN");
    assert_string_equal(key("=a,DC=t"), "no DN");
    assert_string_equal(key(",DC=t"), "no DN");
    assert_string_equal(key("CN=a,"), "no DN");
}

static void a_key_is_a_prefix_of_what_lies_below_and_of_nothing_else(void **state)
{
    (void)state;
    assert_true(below("CN=a,OU=x,DC=t", "ou=X, dc=T"));
    assert_true(below("OU=x,DC=t", "OU=x,DC=t"));
    assert_false(below("OU=xy,DC=t", "OU=x,DC=t"));
    assert_false(below("CN=a\\,OU\\=x,DC=t", "OU=x,DC=t"));
    assert_false(below("DC=t", "OU=x,DC=t"));
    assert_false(below("OU=x,DC=t2", "DC=t"));
}

static void escapes_are_resolved(void **state)
{
    (void)state;
    assert_string_equal(key("CN=Doe\\, Jane,DC=t"), "dc=t|cn=doe, jane|");
    assert_string_equal(key("CN=Doe\\2c Jane,DC=t"), "dc=t|cn=doe, jane|");
    assert_string_equal(key("CN=\\#1 \\+ \\\"x\\\" \\\\ \\<\\>\\;\\=,DC=t"),
                        "dc=t|cn=#1 + \"x\" \\ <>;=|");
    assert_string_equal(key("CN=\\ a\\ ,DC=t"), "dc=t|cn= a |");
    assert_string_equal(key("CN=a=b,DC=t"), "dc=t|cn=a=b|");
}

static void spaces_around_the_separators_do_not_count(void **state)
{
    (void)state;
    assert_string_equal(key("CN=a b , OU = x ,DC=t"), "dc=t|ou=x|cn=a b|");
}

static void conflict_and_deleted_names_keep_their_line_feed(void **state)
{
    (void)state;
    assert_string_equal(key("CN=Ann\\0ACNF:30475e40-e7ae-4af3-af75-8b143c81daf5,DC=t"),
                        "dc=t|cn=ann\ncnf:30475e40-e7ae-4af3-af75-8b143c81daf5|");
    assert_string_equal(
        key("CN=Ann\\0ADEL:30475E40-e7ae-4af3-af75-8b143c81daf5,CN=Deleted Objects,DC=t"),
        "dc=t|cn=deleted objects|cn=ann\ndel:30475e40-e7ae-4af3-af75-8b143c81daf5|");
}

static void only_ascii_letters_are_folded(void **state)
{
    (void)state;
    assert_string_equal(key("CN=ÄRGER É,DC=t"), "dc=t|cn=Ärger É|");
    assert_string_equal(key("CN=\\C3\\84,DC=t"), "dc=t|cn=Ä|");
}

static void the_parts_of_one_rdn_are_sorted(void **state)
{
    (void)state;
    assert_string_equal(key("OU=b+CN=A,DC=t"), "dc=t|cn=a+ou=b|");
    assert_string_equal(key("CN=a+ou=B,DC=t"), "dc=t|cn=a+ou=b|");
}

static void what_is_no_dn_has_no_key(void **state)
{
    struct ra_buf b;

    (void)state;
    assert_string_equal(key("Staff"), "no DN");
    assert_string_equal(key("OU=x,,DC=t"), "no DN");
    assert_string_equal(key("OU=,DC=t"), "dc=t|ou=|");
    assert_string_equal(key("CN=a\\0,DC=t"), "no DN");
    assert_string_equal(key("CN=a\\00b,DC=t"), "no DN");
    ra_buf_init(&b, 1024);
    assert_false(ra_dn_key((struct ra_str){"CN=a\0,DC=t", 10}, &b));
    ra_buf_free(&b);
}

static void a_key_goes_behind_what_the_buffer_holds(void **state)
{
    struct ra_buf b;

    (void)state;
    ra_buf_init(&b, 1024);
    ra_buf_puts(&b, "ABC");
    assert_true(ra_dn_key(RA_STR("DC=T"), &b));
    assert_int_equal(b.n, 8);
    assert_memory_equal(b.p, "ABCdc=t", 8);
    assert_false(ra_dn_key(RA_STR("nonsense"), &b));
    assert_int_equal(b.n, 8);
    ra_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_runs_from_the_root_down),
        cmocka_unit_test(a_plain_dn_has_the_key_that_libldap_gives),
        cmocka_unit_test(a_key_is_a_prefix_of_what_lies_below_and_of_nothing_else),
        cmocka_unit_test(escapes_are_resolved),
        cmocka_unit_test(spaces_around_the_separators_do_not_count),
        cmocka_unit_test(conflict_and_deleted_names_keep_their_line_feed),
        cmocka_unit_test(only_ascii_letters_are_folded),
        cmocka_unit_test(the_parts_of_one_rdn_are_sorted),
        cmocka_unit_test(what_is_no_dn_has_no_key),
        cmocka_unit_test(a_key_goes_behind_what_the_buffer_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
