#include "tests/unit/graph/cmocka_all.h"

#include "src/base/ident.h"
#include "src/graph/assertion.h"
#include "tests/unit/graph/certificate.h"

#include <cjson/cJSON.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 86400 };

static int load(const char *crt, const char *pem, struct ra_certificate **c, struct ra_err *err)
{
    return ra_certificate_load(&(struct ra_certificate_files){.certificate = crt, .key = pem}, c,
                               err);
}

/* Base64 in the URL alphabet back into bytes, a NUL behind. */
static size_t decode(const char *from, size_t n, char *to, size_t cap)
{
    char std[4096];

    assert_true(n + 4 < sizeof std);
    for (size_t i = 0; i < n; i++)
        std[i] = from[i] == '-' ? '+' : from[i] == '_' ? '/' : from[i];
    while (n % 4)
        std[n++] = '=';
    assert_true(ra_base64_decode(ra_str_n(std, n), to, &cap));
    to[cap] = '\0';
    return cap;
}

static bool verify(EVP_PKEY *key, const char *text, size_t n, const char *sig, size_t sig_n)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how;
    bool ok;

    assert_int_equal(EVP_DigestVerifyInit(ctx, &how, EVP_sha256(), NULL, key), 1);
    EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(how, 32);
    EVP_PKEY_CTX_set_rsa_mgf1_md(how, EVP_sha256());
    ok = EVP_DigestVerify(ctx, (const unsigned char *)sig, sig_n, (const unsigned char *)text, n) ==
         1;
    EVP_MD_CTX_free(ctx);
    return ok;
}

static const char *text_of(const cJSON *root, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, name));
}

static double number_of(const cJSON *root, const char *name)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(root, name));
}

static void check_header(const struct test_certificate *t, const char *jwt, size_t n)
{
    char json[4096], thumb[64];
    cJSON *root;

    decode(jwt, n, json, sizeof json);
    root = cJSON_Parse(json);
    assert_string_equal(text_of(root, "alg"), "PS256");
    assert_string_equal(text_of(root, "typ"), "JWT");
    assert_int_equal(decode(text_of(root, "x5t#S256"), strlen(text_of(root, "x5t#S256")), thumb,
                            sizeof thumb - 1),
                     32);
    assert_memory_equal(thumb, t->sha256, 32);
    cJSON_Delete(root);
}

static void check_claims(const char *jwt, size_t n)
{
    char json[4096];
    cJSON *root;

    decode(jwt, n, json, sizeof json);
    root = cJSON_Parse(json);
    assert_string_equal(text_of(root, "aud"), "https://login.example/t/oauth2/v2.0/token");
    assert_string_equal(text_of(root, "iss"), "app-1");
    assert_string_equal(text_of(root, "sub"), "app-1");
    assert_int_equal(strlen(text_of(root, "jti")), 36);
    assert_true(number_of(root, "nbf") == 1769072842);
    assert_true(number_of(root, "iat") == 1769072842);
    assert_true(number_of(root, "exp") == 1769072842 + 600);
    cJSON_Delete(root);
}

static void an_assertion_is_a_jwt_that_openssl_verifies(void **state)
{
    struct test_certificate t;
    struct ra_certificate *c;
    struct ra_buf jwt;
    struct ra_err err;
    char sig[1024];
    const char *dot, *last;
    size_t n;

    (void)state;
    test_certificate_make(&t, 2048, -DAY, 365 * DAY, NULL);
    assert_int_equal(load(t.crt, t.pem, &c, &err), 0);
    ra_buf_init(&jwt, 16384);
    assert_int_equal(ra_assertion_sign(c, "https://login.example/t/oauth2/v2.0/token", "app-1",
                                       1769072842, &jwt, &err),
                     0);
    ra_buf_z(&jwt);
    dot = strchr(jwt.p, '.');
    last = strrchr(jwt.p, '.');
    check_header(&t, jwt.p, (size_t)(dot - jwt.p));
    check_claims(dot + 1, (size_t)(last - dot - 1));
    n = decode(last + 1, strlen(last + 1), sig, sizeof sig - 1);
    assert_int_equal(n, 256);
    assert_true(verify(t.key, jwt.p, (size_t)(last - jwt.p), sig, n));
    sig[7] ^= 1;
    assert_false(verify(t.key, jwt.p, (size_t)(last - jwt.p), sig, n));
    ra_buf_free(&jwt);
    ra_certificate_free(&c);
    test_certificate_free(&t);
}

static void an_expired_certificate_says_when_it_expired(void **state)
{
    struct test_certificate t;
    struct ra_certificate *c;
    struct ra_err err;
    char want[256];
    struct tm tm;
    time_t at;

    (void)state;
    test_certificate_make(&t, 2048, -400 * DAY, -35 * DAY, NULL);
    at = time(NULL) - 35 * DAY;
    gmtime_r(&at, &tm);
    assert_int_equal(load(t.crt, t.pem, &c, &err), 0);
    assert_int_equal(ra_certificate_check(c, time(NULL), &err), -RA_ESIGNIN);
    snprintf(want, sizeof want, "certificate_file = %s: the certificate expired at %04d-%02d-%02dT",
             t.crt, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    assert_memory_equal(err.msg, want, strlen(want));
    ra_certificate_free(&c);
    test_certificate_free(&t);
}

static void a_certificate_of_the_future_is_refused(void **state)
{
    struct test_certificate t;
    struct ra_certificate *c;
    struct ra_err err;

    (void)state;
    test_certificate_make(&t, 2048, DAY, 365 * DAY, NULL);
    assert_int_equal(load(t.crt, t.pem, &c, &err), 0);
    assert_int_equal(ra_certificate_check(c, time(NULL), &err), -RA_ESIGNIN);
    assert_non_null(strstr(err.msg, "is valid from "));
    ra_certificate_free(&c);
    test_certificate_free(&t);
}

static void expect_refusal(const char *crt, const char *pem, const char *part)
{
    struct ra_certificate *c;
    struct ra_err err;

    assert_int_equal(load(crt, pem, &c, &err), -RA_ECONFIG);
    assert_null(c);
    assert_non_null(strstr(err.msg, part));
}

static void a_pair_that_cannot_sign_is_a_matter_of_configuration(void **state)
{
    struct test_certificate good, other, small, ec, locked;

    (void)state;
    test_certificate_make(&good, 2048, -DAY, DAY * 90, NULL);
    test_certificate_make(&other, 2048, -DAY, DAY * 90, NULL);
    test_certificate_make(&small, 1024, -DAY, DAY * 90, NULL);
    test_certificate_make(&ec, 0, -DAY, DAY * 90, NULL);
    test_certificate_make(&locked, 2048, -DAY, DAY * 90, "secret");
    expect_refusal(good.crt, other.pem, "is not the key of certificate");
    expect_refusal(small.crt, small.pem, "want an RSA key of at least 2048 bits");
    expect_refusal(ec.crt, ec.pem, "want an RSA key of at least 2048 bits");
    expect_refusal(locked.crt, locked.pem, "the key has a passphrase");
    expect_refusal(good.pem, good.pem, "holds no certificate in PEM form");
    expect_refusal(good.crt, good.crt, "holds no private key in PEM form");
    expect_refusal("/nonexistent.crt", good.pem, "No such file");
    expect_refusal(good.crt, "/nonexistent.pem", "No such file");
    chmod(good.pem, 0640);
    expect_refusal(good.crt, good.pem, "lets others read this secret");
    test_certificate_free(&good);
    test_certificate_free(&other);
    test_certificate_free(&small);
    test_certificate_free(&ec);
    test_certificate_free(&locked);
}

/* ---- PKCS#12 ---- */

static void pkcs12_write(const char *path, const struct test_certificate *t, const char *password)
{
    FILE *f = fopen(t->crt, "r");
    X509 *x = PEM_read_X509(f, NULL, NULL, NULL);
    PKCS12 *p = PKCS12_create(password, "reanchor", t->key, x, NULL, 0, 0, 0, 0, 0);

    fclose(f);
    f = fopen(path, "w");
    assert_int_equal(i2d_PKCS12_fp(f, p), 1);
    fclose(f);
    chmod(path, 0600);
    PKCS12_free(p);
    X509_free(x);
}

static int load_pkcs12(const char *path, const char *password_file, struct ra_certificate **c,
                       struct ra_err *err)
{
    return ra_certificate_load(&(struct ra_certificate_files){.certificate = path,
                                                              .pkcs12 = true,
                                                              .password = password_file},
                               c, err);
}

static void write_password(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    fputs(text, f);
    fclose(f);
    chmod(path, 0600);
}

static void a_pkcs12_file_holds_both_with_or_without_a_password(void **state)
{
    char path[] = "/tmp/ra-test-XXXXXX", password[] = "/tmp/ra-test-XXXXXX";
    struct test_certificate t;
    struct ra_certificate *c;
    struct ra_err err;

    (void)state;
    close(mkstemp(path));
    close(mkstemp(password));
    test_certificate_make(&t, 2048, -DAY, 90L * DAY, NULL);
    pkcs12_write(path, &t, NULL);
    assert_int_equal(load_pkcs12(path, NULL, &c, &err), 0);
    assert_int_equal(ra_certificate_check(c, time(NULL), &err), 0);
    ra_certificate_free(&c);
    pkcs12_write(path, &t, "open sesame");
    write_password(password, "open sesame\n");
    assert_int_equal(load_pkcs12(path, password, &c, &err), 0);
    ra_certificate_free(&c);
    assert_int_equal(load_pkcs12(path, NULL, &c, &err), -RA_ECONFIG);
    assert_non_null(strstr(err.msg, "has a password"));
    write_password(password, "sesame");
    assert_int_equal(load_pkcs12(path, password, &c, &err), -RA_ECONFIG);
    assert_non_null(strstr(err.msg, "does not hold its password"));
    chmod(path, 0644);
    assert_int_equal(load_pkcs12(path, password, &c, &err), -RA_ECONFIG);
    assert_non_null(strstr(err.msg, "lets others read this secret"));
    assert_int_equal(load_pkcs12(t.pem, NULL, &c, &err), -RA_ECONFIG);
    assert_non_null(strstr(err.msg, "is not PKCS#12"));
    test_certificate_free(&t);
    unlink(path);
    unlink(password);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pkcs12_file_holds_both_with_or_without_a_password),
        cmocka_unit_test(an_assertion_is_a_jwt_that_openssl_verifies),
        cmocka_unit_test(an_expired_certificate_says_when_it_expired),
        cmocka_unit_test(a_certificate_of_the_future_is_refused),
        cmocka_unit_test(a_pair_that_cannot_sign_is_a_matter_of_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
