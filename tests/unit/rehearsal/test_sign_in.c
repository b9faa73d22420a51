#include "tests/unit/rehearsal/client.h"

#include "recovery/rehearsal/jwt.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/mem.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCOPE  "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
#define BASE   "grant_type=client_credentials&client_id=" CLIENT SCOPE
#define SECRET BASE "&client_secret="

static EVP_PKEY *key;
static char thumbprint[64], certificate[] = "/tmp/ra-rehearsal-cert-XXXXXX";

static int make_key(void **state)
{
    (void)state;
    unsigned char digest[32];
    unsigned n = sizeof(digest);
    X509 *x = X509_new();
    key = EVP_RSA_gen(2048);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    X509_sign(x, key, EVP_sha256());
    X509_digest(x, EVP_sha256(), digest, &n);
    ra_sim_base64url(digest, n, thumbprint);
    int fd = mkstemp(certificate);
    FILE *fp = fdopen(fd, "w");
    PEM_write_X509(fp, x);
    fclose(fp);
    X509_free(x);
    return 0;
}

static int drop_key(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    unlink(certificate);
    return 0;
}

static int up(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.client_certificate = certificate});
    return 0;
}

static int down(void **state)
{
    (void)state;
    tenant_down();
    return 0;
}

/* ---- assertions ---- */

struct claims {
    const char *thumbprint, *aud, *iss, *alg;
    int64_t nbf, exp;
    bool spoil; /* the signature */
};

static struct claims good(void)
{
    return (struct claims){.thumbprint = thumbprint,
                           .aud = "https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token",
                           .iss = CLIENT,
                           .alg = "PS256",
                           .nbf = ra_now(),
                           .exp = ra_now() + 300};
}

static char *sign(const char *text, bool pss)
{
    unsigned char raw[512];
    size_t n = sizeof(raw);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pc;
    EVP_DigestSignInit(ctx, &pc, EVP_sha256(), NULL, key);
    if (pss) {
        EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST);
    }
    EVP_DigestSign(ctx, raw, &n, (const unsigned char *)text, strlen(text));
    EVP_MD_CTX_free(ctx);
    char *out = ra_malloc(n * 2);
    ra_sim_base64url(raw, n, out);
    return out;
}

static struct answer *assert_with(struct claims c)
{
    char header[256], payload[1024], text[4096], part[2048], fields[8192];
    snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"typ\":\"JWT\",\"x5t#S256\":\"%s\"}", c.alg,
             c.thumbprint);
    snprintf(payload, sizeof(payload),
             "{\"aud\":\"%s\",\"iss\":\"%s\",\"sub\":\"%s\",\"jti\":\"1\",\"nbf\":%lld,"
             "\"exp\":%lld}",
             c.aud, c.iss, c.iss, (long long)c.nbf, (long long)c.exp);
    ra_sim_base64url(header, strlen(header), text);
    ra_sim_base64url(payload, strlen(payload), part);
    strcat(strcat(text, "."), part);
    char *signature = sign(text, !strcmp(c.alg, "PS256"));
    if (c.spoil)
        signature[10] = signature[10] == 'A' ? 'B' : 'A';
    snprintf(fields, sizeof(fields),
             "%s&client_assertion_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Aclient-assertion-type"
             "%%3Ajwt-bearer&client_assertion=%s.%s",
             BASE, text, signature);
    free(signature);
    return form(TENANT, fields);
}

static void assert_aadsts(const struct answer *a, long status, const char *error, int code)
{
    char prefix[32];
    if (a->status != status)
        fail_msg("status %ld, wanted %ld: %s", a->status, status, a->body);
    snprintf(prefix, sizeof(prefix), "AADSTS%d: ", code);
    assert_string_equal(text_at(a, "error"), error);
    assert_int_equal(json_at(a, "error_codes/0")->valueint, code);
    assert_int_equal(strncmp(text_at(a, "error_description"), prefix, strlen(prefix)), 0);
    assert_non_null(strstr(text_at(a, "error_description"), "\r\nTrace ID: "));
    assert_non_null(strstr(text_at(a, "error_description"), "\r\nTimestamp: "));
    text_at(a, "timestamp");
    text_at(a, "trace_id");
    text_at(a, "correlation_id");
    text_at(a, "error_uri");
}

/* ---- tests ---- */

static void a_secret_and_an_assertion_each_get_a_token_that_works(void **state)
{
    (void)state;
    struct answer *a = assert_with(good());
    assert_int_equal(a->status, 200);
    assert_string_equal(text_at(a, "token_type"), "Bearer");
    assert_int_equal(json_at(a, "expires_in")->valueint, 3599);
    char bearer[8192];
    snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", text_at(a, "access_token"));
    assert_int_equal(get("/v1.0/organization", bearer, NULL)->status, 200);
    struct claims own = good();
    char aud[256];
    snprintf(aud, sizeof(aud), "%s/" TENANT "/oauth2/v2.0/token", tenant_url());
    own.aud = aud;
    assert_int_equal(assert_with(own)->status, 200);
}

static void a_wrong_secret_is_7000215(void **state)
{
    (void)state;
    assert_aadsts(form(TENANT, SECRET "falsch"), 401, "invalid_client", 7000215);
    assert_aadsts(form(TENANT, BASE), 401, "invalid_client", 7000216);
}

static void an_unknown_tenant_or_application_is_refused(void **state)
{
    (void)state;
    assert_aadsts(form("00000000-0000-4000-8000-000000000000", SECRET "geheim"), 400,
                  "invalid_request", 90002);
    assert_aadsts(form("nonsense", SECRET "geheim"), 400, "invalid_request", 900023);
    assert_aadsts(form(TENANT, "grant_type=client_credentials&client_id=" TENANT SCOPE
                               "&client_secret=geheim"),
                  400, "unauthorized_client", 700016);
}

static void the_scope_must_be_the_default_one_of_graph(void **state)
{
    (void)state;
    assert_aadsts(form(TENANT, "grant_type=client_credentials&client_id=" CLIENT
                               "&scope=https%3A%2F%2Ffoo.microsoft.com%2F.default"
                               "&client_secret=geheim"),
                  400, "invalid_scope", 70011);
    assert_aadsts(form(TENANT, "grant_type=client_credentials&client_id=" CLIENT
                               "&scope=https%3A%2F%2Fgraph.microsoft.com%2FUser.Read"
                               "&client_secret=geheim"),
                  400, "invalid_scope", 70011);
}

static void missing_and_unknown_grants_are_refused(void **state)
{
    (void)state;
    assert_aadsts(form(TENANT, "client_id=" CLIENT), 400, "invalid_request", 900144);
    assert_aadsts(form(TENANT, "grant_type=client_credentials&client_secret=geheim" SCOPE), 400,
                  "invalid_request", 900144);
    assert_aadsts(
        form(TENANT, "grant_type=client_credentials&client_secret=geheim&client_id=" CLIENT), 400,
        "invalid_request", 900144);
    assert_aadsts(form(TENANT, "grant_type=password&client_id=" CLIENT), 400,
                  "unsupported_grant_type", 70003);
    struct answer *a = get("/" TENANT "/oauth2/v2.0/token", NULL);
    assert_aadsts(a, 400, "invalid_request", 900561);
    a = ask("POST", "/" TENANT "/oauth2/v2.0/token", "{\"grant_type\":\"client_credentials\"}",
            NULL);
    assert_aadsts(a, 400, "invalid_request", 900144);
}

static void a_signature_that_does_not_verify_is_700027(void **state)
{
    (void)state;
    struct claims c = good();
    c.spoil = true;
    assert_aadsts(assert_with(c), 401, "invalid_client", 700027);
    c = good();
    c.alg = "RS256";
    assert_aadsts(assert_with(c), 401, "invalid_client", 700027);
    c = good();
    c.thumbprint = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_aadsts(assert_with(c), 401, "invalid_client", 700027);
    c = good();
    c.alg = "HS256";
    assert_aadsts(assert_with(c), 401, "invalid_client", 700027);
    c = good();
    c.alg = "an algorithm of no name that is known"; /* longer than any */
    assert_aadsts(assert_with(c), 401, "invalid_client", 700027);
}

static void only_rsa_signatures_verify(void **state)
{
    struct ra_sim_claims c = {.alg = "HS256", .signed_part = RA_STR("a.b")};
    struct ra_sim_key *k;
    (void)state;
    assert_int_equal(ra_sim_key_read(certificate, &k, NULL), 0);
    assert_false(ra_sim_jwt_verify(&c, k));
    ra_sim_key_free(&k);
}

static void an_assertion_for_someone_else_is_refused(void **state)
{
    (void)state;
    struct claims c = good();
    c.aud = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
    assert_aadsts(assert_with(c), 401, "invalid_client", 700023);
    c = good();
    c.iss = TENANT;
    assert_aadsts(assert_with(c), 401, "invalid_client", 700021);
}

static void an_assertion_out_of_its_time_is_700024(void **state)
{
    (void)state;
    struct claims c = good();
    c.nbf -= 7200;
    c.exp -= 7200;
    assert_aadsts(assert_with(c), 401, "invalid_client", 700024);
    c = good();
    c.nbf += 7200;
    c.exp += 7200;
    assert_aadsts(assert_with(c), 401, "invalid_client", 700024);
}

static void an_assertion_that_is_no_token_is_50027(void **state)
{
    (void)state;
    assert_aadsts(form(TENANT, BASE "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-"
                                    "assertion-type%3Ajwt-bearer&client_assertion=a.b.c"),
                  400, "invalid_request", 50027);
    assert_aadsts(form(TENANT, BASE "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-"
                                    "assertion-type%3Ajwt-bearer&client_assertion=a.b"),
                  400, "invalid_request", 50027);
    assert_aadsts(form(TENANT, BASE "&client_assertion_type=jwt&client_assertion=a.b.c"), 400,
                  "invalid_request", 70002);
}

static void a_device_code_is_granted_after_a_poll(void **state)
{
    (void)state;
    char fields[512];
    struct answer *a = ask("POST", "/" TENANT "/oauth2/v2.0/devicecode",
                           "client_id=" CLIENT "&scope=offline_access",
                           "Content-Type: application/x-www-form-urlencoded", NULL);
    assert_string_equal(text_at(a, "verification_uri"), "https://microsoft.com/devicelogin");
    snprintf(
        fields, sizeof(fields),
        "grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Adevice_code&client_id=" CLIENT
        "&device_code=%s",
        text_at(a, "device_code"));
    assert_aadsts(form(TENANT, fields), 400, "authorization_pending", 70016);
    assert_int_equal(form(TENANT, fields)->status, 200);
    assert_aadsts(form(TENANT, fields), 400, "bad_verification_code", 70018);
}

static void a_device_code_is_for_those_who_may_have_one(void **state)
{
    static const char *const type = "Content-Type: application/x-www-form-urlencoded";
    static const char *const start = "/" TENANT "/oauth2/v2.0/devicecode";
    (void)state;
    assert_aadsts(ask("POST", start, "client_id=" TENANT "&scope=offline_access", type, NULL), 400,
                  "unauthorized_client", 700016);
    assert_aadsts(ask("POST", start, "client_id=" CLIENT, type, NULL), 400, "invalid_request",
                  900144);
    assert_aadsts(form(TENANT, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
                               "&device_code=x&client_id=" TENANT),
                  400, "unauthorized_client", 700016);
}

static void an_expired_secret_is_7000222(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.secret_expired = true});
    assert_aadsts(form(TENANT, SECRET "geheim"), 401, "invalid_client", 7000222);
    tenant_down();
}

static void a_token_ends_with_its_life(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.token_seconds = -1});
    assert_error(get("/v1.0/organization", NULL), 401, "InvalidAuthenticationToken",
                 "Lifetime validation failed, the token is expired.");
    tenant_down();
}

static void the_managed_identity_endpoint_wants_its_header(void **state)
{
    (void)state;
    const char *url = "http://127.0.0.1:18431/metadata/identity/oauth2/token?api-version="
                      "2018-02-01&resource=https://graph.microsoft.com/";
    tenant_up((struct ra_rehearsal_options){.imds_port = 18431});
    struct answer *a = get(url, "Metadata: true", NULL);
    assert_int_equal(a->status, 200);
    assert_string_equal(text_at(a, "expires_in"), "3599");
    char bearer[8192];
    snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", text_at(a, "access_token"));
    assert_int_equal(get("/v1.0/organization", bearer, NULL)->status, 200);
    a = get(url, NULL);
    assert_int_equal(a->status, 400);
    assert_string_equal(text_at(a, "error"), "bad_request_102");
    assert_int_equal(get("http://127.0.0.1:18431/v1.0/organization", NULL)->status, 404);
    a = get("http://127.0.0.1:18431/metadata/identity/oauth2/token?api-version=2001-01-01&resource="
            "https://graph.microsoft.com/",
            "Metadata: true", NULL);
    assert_int_equal(a->status, 400);
    assert_string_equal(text_at(a, "error"), "bad_request_104");
    a = get("http://127.0.0.1:18431/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
            "https://elsewhere.test/",
            "Metadata: true", NULL);
    assert_int_equal(a->status, 400);
    assert_string_equal(text_at(a, "error"), "invalid_resource");
    a = get("http://127.0.0.1:18431/metadata/identity/oauth2/token?api-version=2018-02-01",
            "Metadata: true", NULL);
    assert_string_equal(text_at(a, "error"), "invalid_resource"); /* none at all */
    tenant_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_secret_and_an_assertion_each_get_a_token_that_works, up,
                                        down),
        cmocka_unit_test_setup_teardown(a_wrong_secret_is_7000215, up, down),
        cmocka_unit_test_setup_teardown(an_unknown_tenant_or_application_is_refused, up, down),
        cmocka_unit_test_setup_teardown(the_scope_must_be_the_default_one_of_graph, up, down),
        cmocka_unit_test_setup_teardown(missing_and_unknown_grants_are_refused, up, down),
        cmocka_unit_test_setup_teardown(a_signature_that_does_not_verify_is_700027, up, down),
        cmocka_unit_test_setup_teardown(an_assertion_for_someone_else_is_refused, up, down),
        cmocka_unit_test_setup_teardown(an_assertion_out_of_its_time_is_700024, up, down),
        cmocka_unit_test_setup_teardown(an_assertion_that_is_no_token_is_50027, up, down),
        cmocka_unit_test_setup_teardown(a_device_code_is_granted_after_a_poll, up, down),
        cmocka_unit_test_setup_teardown(a_device_code_is_for_those_who_may_have_one, up, down),
        cmocka_unit_test(only_rsa_signatures_verify),
        cmocka_unit_test(an_expired_secret_is_7000222),
        cmocka_unit_test(a_token_ends_with_its_life),
        cmocka_unit_test(the_managed_identity_endpoint_wants_its_header),
    };
    return cmocka_run_group_tests(tests, make_key, drop_key);
}
