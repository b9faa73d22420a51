#include "tests/unit/graph/cmocka_all.h"

#include "src/base/file.h"
#include "src/base/log.h"
#include "tests/unit/graph/bench.h"
#include "tests/unit/graph/certificate.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TOKEN(name, seconds)                                                                       \
    "{\"token_type\":\"Bearer\",\"expires_in\":" seconds ",\"access_token\":\"" name "\"}"
#define TOKEN_URL "POST /" TENANT "/oauth2/v2.0/token"
#define CODE_URL  "POST /" TENANT "/oauth2/v2.0/devicecode"
#define EMPTY     "{\"value\":[]}"
#define CP1       "%22xms_cc%22%3A%7B%22values%22%3A%5B%22cp1%22%5D%7D"
#define UNAUTHORIZED                                                                               \
    "{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"Lifetime validation "       \
    "failed, "                                                                                     \
    "the token is expired.\"}}"
/* {"access_token":{"nbf":{"essential":true, "value":"1604106651"}}} */
#define CHALLENGE                                                                                  \
    "WWW-Authenticate: Bearer realm=\"\", authorization_uri=\"https://login\", "                   \
    "error=\"insufficient_claims\", "                                                              \
    "claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSw"                             \
    "gInZhbHVlIjoiMTYwNDEwNjY1MSJ9fX0=\"\r\n"

static void the_secret_is_sent_once_encoded_with_the_capability(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 0, 200, NULL, TOKEN("t", "3599"), WHOLE, NULL}};
    struct bench b;
    struct ra_err err;
    const char *sent;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), 0);
    assert_int_equal(server_count(b.server, "POST"), 1);
    sent = server_request(b.server, "POST", 0);
    assert_non_null(strstr(sent, "Content-Type: application/x-www-form-urlencoded"));
    assert_non_null(strstr(sent, "client_id=" CLIENT));
    assert_non_null(strstr(sent, "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"));
    assert_non_null(strstr(sent, "grant_type=client_credentials"));
    assert_non_null(strstr(sent, "client_secret=s3cr3t%2B%2F%3D"));
    assert_non_null(strstr(sent, CP1));
    assert_int_equal(b.tokens, 1);
    bench_end(&b);
}

static void a_token_that_comes_compressed_unasked_is_taken(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 0, 200, NULL, TOKEN("t", "3599"), PACKED, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    if (ra_graph_sign_in(b.graph, &err) != 0)
        fail_msg("%s", err.msg);
    assert_null(strstr(server_request(b.server, "POST", 0), "Accept-Encoding"));
    bench_end(&b);
}

static void a_national_cloud_asks_for_its_own_resource(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 0, 200, NULL, TOKEN("t", "3599"), WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    b.o.cloud = RA_CLOUD_CHINA;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), 0);
    assert_non_null(strstr(server_request(b.server, "POST", 0),
                           "scope=https%3A%2F%2Fmicrosoftgraph.chinacloudapi.cn%2F.default"));
    bench_end(&b);
}

static void the_certificate_signs_an_assertion_for_the_token_url(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 0, 200, NULL, TOKEN("t", "3599"), WHOLE, NULL}};
    struct test_certificate t;
    struct bench b;
    struct ra_err err;
    const char *sent;

    (void)state;
    test_certificate_make(&t, 2048, -3600, 365L * 86400, NULL);
    bench_start(&b, RULES(rules));
    b.o.auth = RA_AUTH_CERTIFICATE;
    b.o.certificate_file = t.crt;
    b.o.private_key_file = t.pem;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), 0);
    sent = server_request(b.server, "POST", 0);
    assert_non_null(strstr(sent, "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-"
                                 "assertion-type%3Ajwt-bearer"));
    assert_non_null(strstr(sent, "client_assertion=ey"));
    assert_null(strstr(sent, "client_secret"));
    bench_end(&b);
    test_certificate_free(&t);
}

static void an_expired_certificate_asks_nobody(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 0, 200, NULL, TOKEN("t", "3599"), WHOLE, NULL}};
    struct test_certificate t;
    struct bench b;
    struct ra_err err;

    (void)state;
    test_certificate_make(&t, 2048, -7200, -3600, NULL);
    bench_start(&b, RULES(rules));
    b.o.auth = RA_AUTH_CERTIFICATE;
    b.o.certificate_file = t.crt;
    b.o.private_key_file = t.pem;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), -RA_ESIGNIN);
    assert_non_null(strstr(err.msg, "the certificate expired at "));
    assert_int_equal(server_count(b.server, ""), 0);
    bench_end(&b);
    test_certificate_free(&t);
}

static void rewrite(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_TRUNC);

    assert_true(write(fd, text, strlen(text)) > 0);
    close(fd);
}

static void the_federated_token_is_read_again_each_time(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 0, 200, NULL, TOKEN("t", "3599"), WHOLE, NULL},
                                 {"users", 1, 401, NULL, UNAUTHORIZED, WHOLE, NULL},
                                 {"users", 0, 200, NULL, EMPTY, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;
    char path[64];

    (void)state;
    temp_file(path, sizeof path, "first.jwt\n", 0644);
    bench_start(&b, RULES(rules));
    b.o.auth = RA_AUTH_FEDERATED_TOKEN;
    b.o.federated_token_file = path;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), 0);
    rewrite(path, "second.jwt\n");
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    assert_non_null(strstr(server_request(b.server, "POST", 0), "client_assertion=first.jwt"));
    assert_non_null(strstr(server_request(b.server, "POST", 1), "client_assertion=second.jwt"));
    bench_end(&b);
    unlink(path);
}

static void what_the_way_to_sign_in_needs_is_checked_at_the_start(void **state)
{
    static const enum ra_auth ways[] = {RA_AUTH_CERTIFICATE, RA_AUTH_SECRET,
                                        RA_AUTH_FEDERATED_TOKEN, RA_AUTH_DEVICE_CODE};
    static const char *const want[] = {"certificate_file", "client_secret_file",
                                       "federated_token_file", "client_id"};
    const struct rule rules[] = {TOKEN_RULE};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    for (size_t i = 0; i < 4; i++) {
        b.o.auth = ways[i];
        b.o.client_secret_file = NULL;
        b.o.client_id = ways[i] == RA_AUTH_DEVICE_CODE ? NULL : CLIENT;
        assert_int_equal(bench_open(&b, &err), -RA_ECONFIG);
        assert_null(b.graph);
        assert_non_null(strstr(err.msg, want[i]));
    }
    bench_end(&b);
}

static void a_secret_that_others_can_read_is_refused(void **state)
{
    const struct rule rules[] = {TOKEN_RULE};
    struct bench b;
    struct ra_err err;
    char path[64];

    (void)state;
    temp_file(path, sizeof path, "x\n", 0644);
    bench_start(&b, RULES(rules));
    b.o.client_secret_file = path;
    assert_int_equal(bench_open(&b, &err), -RA_ECONFIG);
    assert_non_null(strstr(err.msg, "lets others read this secret"));
    bench_end(&b);
    unlink(path);
}

static void a_refusal_says_what_it_means_and_what_to_do(void **state)
{
    const struct rule rules[] = {
        {TOKEN_URL, 0, 401, NULL,
         "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000222: The provided client "
         "secret keys for app are expired.\\r\\nTrace ID: t-1\\r\\nTimestamp: x\",\"error_codes\":"
         "[7000222],\"trace_id\":\"t-1\"}",
         WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), -RA_ESIGNIN);
    assert_string_equal(err.msg,
                        "sign-in refused: the client secret has expired: invalid_client: "
                        "AADSTS7000222: The provided client secret keys for app are expired. "
                        "(trace id t-1)");
    assert_string_equal(err.hint,
                        "add a new secret, better a certificate, to the app registration");
    assert_int_equal(ra_exit_status(&err), 4);
    assert_int_equal(server_count(b.server, "users"), 0);
    bench_end(&b);
}

static void an_unknown_refusal_is_quoted(void **state)
{
    const struct rule rules[] = {
        {TOKEN_URL, 0, 400, NULL,
         "{\"error\":\"invalid_request\",\"error_description\":\"AADSTS999999: new\"}", WHOLE,
         NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), -RA_ESIGNIN);
    assert_string_equal(err.msg, "sign-in refused: invalid_request: AADSTS999999: new");
    bench_end(&b);
}

static void an_answer_without_a_token_is_a_failed_sign_in(void **state)
{
    static const char *const bodies[] = {"{}",
                                         "",
                                         "<html>",
                                         "{\"access_token\":7}",
                                         "{\"access_token\":\"\"}",
                                         "{\"access_token\":\"a\\r\\nEvil: 1\"}"};
    struct bench b;
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const struct rule rules[] = {{TOKEN_URL, 0, 200, NULL, bodies[i], WHOLE, NULL}};
        bench_start(&b, RULES(rules));
        assert_int_equal(bench_open(&b, &err), 0);
        assert_int_equal(ra_graph_sign_in(b.graph, &err), -RA_ESIGNIN);
        bench_end(&b);
    }
}

static void the_sign_in_service_may_be_busy_too(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 1, 429, "Retry-After: 0\r\n", "", WHOLE, NULL},
                                 {TOKEN_URL, 1, 503, NULL, "", WHOLE, NULL},
                                 {TOKEN_URL, 0, 200, NULL, TOKEN("t", "3599"), WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sign_in(b.graph, &err), 0);
    assert_int_equal(server_count(b.server, "POST"), 3);
    bench_end(&b);
}

static void a_401_mid_run_is_answered_by_a_new_token(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 1, 200, NULL, TOKEN("old", "3599"), WHOLE, NULL},
                                 {TOKEN_URL, 1, 200, NULL, TOKEN("new", "3599"), WHOLE, NULL},
                                 {"users", 0, 200, NULL, EMPTY, WHOLE, "Bearer new"},
                                 {"users", 0, 401, NULL, UNAUTHORIZED, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    assert_int_equal(b.last_pages, 1);
    assert_int_equal(server_count(b.server, "users"), 2);
    bench_end(&b);
}

static void a_401_that_stays_ends_the_run(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 0, 200, NULL, TOKEN("t", "3599"), WHOLE, NULL},
                                 {"users", 0, 401, NULL, UNAUTHORIZED, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), -RA_ESIGNIN);
    assert_string_equal(err.msg, "users: graph answered 401 InvalidAuthenticationToken: Lifetime "
                                 "validation failed, the token is expired. (request-id srv-1)");
    assert_int_equal(server_count(b.server, "users"), 2);
    assert_int_equal(server_count(b.server, "POST"), 2);
    bench_end(&b);
}

static void a_claims_challenge_is_answered_once(void **state)
{
    const struct rule rules[] = {
        {TOKEN_URL, 0, 200, NULL, TOKEN("strong", "3599"), WHOLE, "1604106651"},
        {TOKEN_URL, 0, 200, NULL, TOKEN("weak", "3599"), WHOLE, NULL},
        {"users", 0, 200, NULL, EMPTY, WHOLE, "Bearer strong"},
        {"users", 0, 401, CHALLENGE, UNAUTHORIZED, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;
    const char *second;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    second = server_request(b.server, "POST", 1);
    assert_non_null(strstr(second, "%22nbf%22%3A%7B%22essential%22%3Atrue"));
    assert_non_null(strstr(second, CP1));
    assert_int_equal(server_count(b.server, "POST"), 2);
    bench_end(&b);
}

static void a_claims_challenge_that_stays_ends_the_run(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 0, 200, NULL, TOKEN("t", "3599"), WHOLE, NULL},
                                 {"users", 0, 401, CHALLENGE, UNAUTHORIZED, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), -RA_ESIGNIN);
    assert_int_equal(server_count(b.server, "users"), 2);
    bench_end(&b);
}

static void a_token_is_renewed_before_it_expires(void **state)
{
    const struct rule rules[] = {{TOKEN_URL, 1, 200, NULL, TOKEN("short", "2"), WHOLE, NULL},
                                 {TOKEN_URL, 0, 200, NULL, TOKEN("long", "3599"), WHOLE, NULL},
                                 {"users", 0, 200, NULL, EMPTY, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    usleep(1100000);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    assert_non_null(strstr(server_request(b.server, "users", 0), "Bearer short"));
    assert_non_null(strstr(server_request(b.server, "users", 1), "Bearer long"));
    bench_end(&b);
}

/* ---- the log ---- */

/* Turns stderr into the file, with everything that can be logged. */
static void log_to(const char *path, int *kept)
{
    int fd = open(path, O_WRONLY | O_TRUNC);

    fflush(stderr);
    *kept = dup(2);
    dup2(fd, 2);
    close(fd);
    ra_log_setup(RA_LOG_DEBUG, false);
}

static void log_back(int kept)
{
    ra_log_setup(RA_LOG_NORMAL, false);
    fflush(stderr);
    dup2(kept, 2);
    close(kept);
}

static void the_log_has_every_request_and_no_secret(void **state)
{
    const struct rule rules[] = {
        {TOKEN_URL, 0, 200, NULL, TOKEN("tok-secret", "3599"), WHOLE, NULL},
        {"skiptoken", 0, 200, NULL, EMPTY, WHOLE, NULL},
        {"users", 1, 500, NULL, "", WHOLE, NULL},
        {"users", 0, 200, NULL,
         "{\"value\":[],\"@odata.nextLink\":\"{base}/v1.0/users?$skiptoken=PAGETOKEN\"}", WHOLE,
         NULL}};
    struct bench b;
    struct ra_err err;
    struct ra_buf log;
    char path[64];
    int kept;

    (void)state;
    temp_file(path, sizeof path, "", 0600);
    bench_start(&b, RULES(rules));
    log_to(path, &kept);
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    log_back(kept);
    assert_int_equal(ra_file_read(path, 1 << 20, RA_EIO, &log, &err), 0);
    ra_buf_z(&log);
    assert_non_null(strstr(log.p, "/oauth2/v2.0/token 200 "));
    assert_non_null(strstr(log.p, "/v1.0/users?$select=id,"));
    assert_non_null(strstr(log.p, " 500 "));
    assert_non_null(strstr(log.p, "users: try 1 failed, the next one in "));
    assert_non_null(strstr(log.p, "$skiptoken=... 200 "));
    assert_non_null(strstr(log.p, "request-id srv-1 client-request-id "));
    assert_null(strstr(log.p, "s3cr3t"));
    assert_null(strstr(log.p, "tok-secret"));
    assert_null(strstr(log.p, "PAGETOKEN"));
    ra_buf_free(&log);
    bench_end(&b);
    unlink(path);
}

/* ---- managed identity ---- */

static int imds_sign_in(struct bench *b, const struct rule *rules, size_t n, struct server **imds,
                        struct ra_err *err)
{
    const struct rule none[] = {{NULL, 0, 200, NULL, EMPTY, WHOLE, NULL}};

    *imds = server_start(rules, n, true);
    bench_start(b, RULES(none));
    b->o.auth = RA_AUTH_MANAGED_IDENTITY;
    b->tuning.imds_url = server_base(*imds);
    assert_int_equal(bench_open(b, err), 0);
    return ra_graph_sign_in(b->graph, err);
}

#define IMDS_TOKEN                                                                                 \
    "{\"access_token\":\"mi\",\"refresh_token\":\"\",\"expires_in\":\"3599\",\"token_type\":"      \
    "\"Bearer\"}"

static void a_managed_identity_asks_the_machines_own_endpoint(void **state)
{
    const struct rule rules[] = {{NULL, 0, 200, NULL, IMDS_TOKEN, WHOLE, "Metadata: true"}};
    struct server *imds;
    struct bench b;
    struct ra_err err;
    const char *sent;

    (void)state;
    assert_int_equal(imds_sign_in(&b, RULES(rules), &imds, &err), 0);
    sent = server_request(imds, "GET", 0);
    assert_non_null(strstr(sent, "/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
                                 "https%3A%2F%2Fgraph.microsoft.com%2F&client_id=" CLIENT));
    assert_null(strstr(sent, "Authorization"));
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    assert_non_null(strstr(server_request(b.server, "users", 0), "Bearer mi"));
    bench_end(&b);
    server_stop(&imds);
}

static void the_identity_endpoint_is_tried_again_when_it_is_not_ready(void **state)
{
    const struct rule rules[] = {{NULL, 1, 404, NULL, "", WHOLE, NULL},
                                 {NULL, 1, 410, NULL, "", WHOLE, NULL},
                                 {NULL, 1, 500, NULL, "", WHOLE, NULL},
                                 {NULL, 1, 429, NULL, "", WHOLE, NULL},
                                 {NULL, 0, 200, NULL, IMDS_TOKEN, WHOLE, NULL}};
    struct server *imds;
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(imds_sign_in(&b, RULES(rules), &imds, &err), 0);
    assert_int_equal(server_count(imds, "GET"), 5);
    bench_end(&b);
    server_stop(&imds);
}

static void the_identity_endpoints_refusal_is_final(void **state)
{
    const struct rule rules[] = {
        {NULL, 0, 400, NULL,
         "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}", WHOLE,
         NULL}};
    struct server *imds;
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(imds_sign_in(&b, RULES(rules), &imds, &err), -RA_ESIGNIN);
    assert_string_equal(err.msg, "managed identity: answered 400: the endpoint does not take the "
                                 "request: invalid_request: Identity not found");
    assert_int_equal(server_count(imds, "GET"), 1);
    bench_end(&b);
    server_stop(&imds);
}

/* ---- device code ---- */

#define CODE                                                                                       \
    "{\"user_code\":\"FJC3\",\"device_code\":\"dev-1\",\"verification_uri\":\"https://aka.ms\","   \
    "\"expires_in\":900,\"interval\":1,\"message\":\"To sign in, enter FJC3\"}"
#define PENDING  "{\"error\":\"authorization_pending\",\"error_description\":\"AADSTS70016: wait\"}"
#define DECLINED "{\"error\":\"authorization_declined\",\"error_description\":\"AADSTS70018: no\"}"

static int device_read(struct bench *b, const struct rule *rules, size_t n, struct ra_err *err)
{
    bench_start(b, rules, n);
    b->o.auth = RA_AUTH_DEVICE_CODE;
    b->o.client_secret_file = NULL;
    assert_int_equal(bench_open(b, err), 0);
    return ra_graph_sign_in(b->graph, err);
}

static void a_device_code_is_polled_until_somebody_signed_in(void **state)
{
    const struct rule rules[] = {
        {CODE_URL, 0, 200, NULL, CODE, WHOLE, "offline_access"},
        {TOKEN_URL, 1, 400, NULL, PENDING, WHOLE, "device_code=dev-1"},
        {TOKEN_URL, 1, 200, NULL,
         "{\"expires_in\":3599,\"access_token\":\"d1\",\"refresh_token\":\"r1\"}", WHOLE,
         "device_code=dev-1"},
        {TOKEN_URL, 1, 200, NULL, "{\"expires_in\":3599,\"access_token\":\"d2\"}", WHOLE,
         "grant_type=refresh_token&refresh_token=r1"},
        {"users", 1, 401, NULL, UNAUTHORIZED, WHOLE, NULL},
        {"users", 0, 200, NULL, EMPTY, WHOLE, "Bearer d2"}};
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(device_read(&b, RULES(rules), &err), 0);
    assert_int_equal(server_count(b.server, TOKEN_URL), 2);
    assert_int_equal(bench_read(&b, RA_USERS, NULL, NULL, &err), 0);
    assert_int_equal(server_count(b.server, CODE_URL), 1);
    bench_end(&b);
}

static void a_declined_device_code_is_a_failed_sign_in(void **state)
{
    const struct rule rules[] = {{CODE_URL, 0, 200, NULL, CODE, WHOLE, NULL},
                                 {TOKEN_URL, 0, 400, NULL, DECLINED, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(device_read(&b, RULES(rules), &err), -RA_ESIGNIN);
    assert_string_equal(err.msg, "sign-in refused: authorization_declined: AADSTS70018: no");
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_secret_is_sent_once_encoded_with_the_capability),
        cmocka_unit_test(a_token_that_comes_compressed_unasked_is_taken),
        cmocka_unit_test(a_national_cloud_asks_for_its_own_resource),
        cmocka_unit_test(the_certificate_signs_an_assertion_for_the_token_url),
        cmocka_unit_test(an_expired_certificate_asks_nobody),
        cmocka_unit_test(the_federated_token_is_read_again_each_time),
        cmocka_unit_test(what_the_way_to_sign_in_needs_is_checked_at_the_start),
        cmocka_unit_test(a_secret_that_others_can_read_is_refused),
        cmocka_unit_test(a_refusal_says_what_it_means_and_what_to_do),
        cmocka_unit_test(an_unknown_refusal_is_quoted),
        cmocka_unit_test(an_answer_without_a_token_is_a_failed_sign_in),
        cmocka_unit_test(the_sign_in_service_may_be_busy_too),
        cmocka_unit_test(a_401_mid_run_is_answered_by_a_new_token),
        cmocka_unit_test(a_401_that_stays_ends_the_run),
        cmocka_unit_test(a_claims_challenge_is_answered_once),
        cmocka_unit_test(a_claims_challenge_that_stays_ends_the_run),
        cmocka_unit_test(a_token_is_renewed_before_it_expires),
        cmocka_unit_test(the_log_has_every_request_and_no_secret),
        cmocka_unit_test(a_managed_identity_asks_the_machines_own_endpoint),
        cmocka_unit_test(the_identity_endpoint_is_tried_again_when_it_is_not_ready),
        cmocka_unit_test(the_identity_endpoints_refusal_is_final),
        cmocka_unit_test(a_device_code_is_polled_until_somebody_signed_in),
        cmocka_unit_test(a_declined_device_code_is_a_failed_sign_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
