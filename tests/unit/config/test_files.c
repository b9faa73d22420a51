#include "given.h"

#include <sys/stat.h>

struct seen {
    char text[2048];
};

static void note(void *ctx, const struct ra_err *e)
{
    struct seen *s = ctx;

    assert_int_equal(e->code, RA_ECONFIG);
    snprintf(s->text + strlen(s->text), sizeof s->text - strlen(s->text), "%s|", e->msg);
}

/* What is found wrong with the files that the text names, each fault with a bar behind it. */
static void finds(const char *text, size_t n, const char *want)
{
    struct ra_config *c = load(text);
    struct seen s = {{0}};

    assert_int_equal(ra_config_check_files(c, note, &s), n);
    assert_string_equal(s.text, want);
    ra_config_free(&c);
}

static void a_missing_file_is_found_for_each_key(void **state)
{
    (void)state;
    finds(OFFLINE "ca_file = none.pem\nprivate_key_file = none.key\n[ad:a]\nuri = ldif:none.ldif\n"
                  "password_file = none.pw\n",
          5,
          "[tenant] private_key_file: none.key: No such file or directory|"
          "[tenant] ca_file: none.pem: No such file or directory|"
          "[tenant] source: /saved: No such file or directory|"
          "[ad:a] password_file: none.pw: No such file or directory|"
          "[ad:a] uri: none.ldif: No such file or directory|");
}

static void a_secret_that_others_can_read_is_found_and_a_certificate_is_not(void **state)
{
    (void)state;
    write_file("f", "x\n", 2);
    assert_int_equal(chmod("f", 0644), 0);
    finds(TENANT "source = files:.\ncertificate_file = f\nclient_secret_file = f\n", 1,
          "[tenant] client_secret_file: f: mode 0644 lets others read this secret, want 0600|");
    assert_int_equal(chmod("f", 0600), 0);
    finds(TENANT "source = files:.\ncertificate_file = f\nclient_secret_file = f\n", 0, "");
}

static void an_empty_file_is_found(void **state)
{
    (void)state;
    write_file("empty", "", 0);
    assert_int_equal(chmod("empty", 0600), 0);
    finds(TENANT "source = files:.\nca_file = empty\n[ad:a]\nuri = ldif:empty\n"
                 "[backup]\nsign_key_file = empty\n",
          3,
          "[tenant] ca_file: empty: is empty|"
          "[backup] sign_key_file: empty: is empty, want a secret|"
          "[ad:a] uri: empty: is empty|");
}

static void a_folder_in_the_place_of_a_file_is_found(void **state)
{
    (void)state;
    finds(TENANT "source = files:.\nca_file = .\n", 1,
          "[tenant] ca_file: .: is a folder, not a file|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_is_found_for_each_key),
        cmocka_unit_test(a_secret_that_others_can_read_is_found_and_a_certificate_is_not),
        cmocka_unit_test(an_empty_file_is_found),
        cmocka_unit_test(a_folder_in_the_place_of_a_file_is_found),
    };

    return cmocka_run_group_tests(tests, in_own_folder, leave_folder);
}
