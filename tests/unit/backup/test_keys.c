/* Files of keys: what is none is refused by its path, and nothing is left of a key that could not
 * be made. */
#include "recovery/backup/sign_key.h"
#include "src/base/ident.h"
#include "tests/unit/backup/vault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void refuses_secret(struct vault *v, const char *text, const char *words)
{
    struct ra_sign_key *k;
    struct ra_err err = {0};

    vault_spit(v->key, text, strlen(text));
    assert_int_equal(ra_sign_key_read(v->key, &k, &err), -(int)RA_ECONFIG);
    assert_null(k);
    if (!strstr(err.msg, words) || !strstr(err.msg, v->key))
        fail_msg("\"%s\", want \"%s\"", err.msg, words);
}

static void a_file_that_holds_no_secret_key_is_refused(void **state)
{
    struct vault *v = *state;

    refuses_secret(v, "no comment\nRWQ=\n", "is not a secret key");
    refuses_secret(v, "untrusted comment: without a line behind it", "is not a secret key");
    refuses_secret(v, "untrusted comment: cut\nRWQ=\n", "is not a secret key");
    refuses_secret(v, "untrusted comment: not Base64\n!!\n", "is not a secret key");
}

static void a_key_with_a_password_is_refused(void **state)
{
    unsigned char form[158] = {'E', 'd', 'S', 'c', 'B', '2'};
    char base64[256], text[512];

    ra_base64(form, sizeof form, base64);
    snprintf(text, sizeof text, "untrusted comment: minisign encrypted secret key\n%s\n", base64);
    refuses_secret(*state, text, "has a password");
}

static void a_file_from_windows_is_read(void **state)
{
    struct vault *v = *state;
    struct ra_sign_public was, is;
    char *text, with[512];
    size_t n, end;

    assert_int_equal(ra_sign_public_read(v->public_key, &was, NULL), 0);
    text = vault_slurp(v->public_key, &n);
    end = n - 1;
    assert_int_equal(text[end], '\n');
    snprintf(with, sizeof with, "%.*s \r\n", (int)end, text);
    vault_spit(v->public_key, with, strlen(with));
    assert_int_equal(ra_sign_public_read(v->public_key, &is, NULL), 0);
    assert_memory_equal(is.key, was.key, sizeof is.key);
    free(text);
}

static void a_file_that_holds_no_public_key_is_refused(void **state)
{
    struct vault *v = *state;
    struct ra_sign_public p;
    struct ra_err err = {0};

    vault_spit(v->public_key, "untrusted comment: x\nRWQ=\n", 26);
    assert_int_equal(ra_sign_public_read(v->public_key, &p, &err), -(int)RA_ECONFIG);
    assert_non_null(strstr(err.msg, "is not a public key"));
    assert_int_equal(unlink(v->public_key), 0);
    assert_true(ra_sign_public_read(v->public_key, &p, &err) < 0);
    assert_non_null(strstr(err.msg, v->public_key));
}

static void a_key_that_cannot_be_made_leaves_no_half(void **state)
{
    const struct rlimit none = {0, RLIM_INFINITY};
    struct rlimit was;
    struct vault *v = *state;
    struct ra_err err = {0};
    char path[100], id[RA_BACKUP_KEY_ID];
    int rc;

    snprintf(path, sizeof path, "%s/new", v->root);
    assert_int_equal(ra_sign_key_make(path, v->public_key, id, &err), -(int)RA_EIO);
    assert_non_null(strstr(err.msg, "cannot be created"));
    assert_int_equal(access(path, F_OK), -1); /* the secret half was there, and went again */
    assert_int_equal(access(v->public_key, F_OK), 0);
    assert_int_equal(ra_sign_key_make(v->key, path, id, &err), -(int)RA_EIO);
    assert_int_equal(access(path, F_OK), -1);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    rc = ra_sign_key_make(path, v->public_key, id, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(rc, -(int)RA_EIO);
    assert_non_null(strstr(err.msg, "cannot be written"));
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_that_holds_no_secret_key_is_refused, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(a_key_with_a_password_is_refused, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_file_from_windows_is_read, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_file_that_holds_no_public_key_is_refused, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(a_key_that_cannot_be_made_leaves_no_half, vault_new,
                                        vault_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
