#include "tests/unit/graph/cmocka_all.h"

#include "src/graph/write.h"
#include "tests/unit/graph/bench.h"

#include <string.h>

#define PATCH_ALL   "PATCH "
#define ERROR(code) "{\"error\":{\"code\":\"" code "\",\"message\":\"m\"}}"

/* The functions only ask whether there is a writer: what it is, is recovery/apply's affair. */
static const char a_writer;

static const struct ra_writer *writer(void)
{
    const void *w = &a_writer;

    return w;
}

static int note(void *ctx, struct ra_user_patch *p, struct ra_err *err)
{
    size_t *told = ctx;

    (void)p;
    (void)err;
    ++*told;
    return 0;
}

/* Patches one user; what was told must be one outcome. */
static struct ra_user_patch patched(struct bench *b, const struct rule *rules, size_t n,
                                    enum ra_user_property property, const char *want)
{
    struct ra_user_patch p = {.id = "u/1", .property = property, .want = want};
    struct ra_err err = {0};
    size_t told = 0;

    bench_start(b, rules, n);
    assert_int_equal(bench_open(b, &err), 0);
    if (ra_graph_patch_users(writer(), b->graph, &p, 1, note, &told, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(told, 1);
    return p;
}

static void a_change_is_one_patch_of_one_property(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {PATCH_ALL, 0, 204, NULL, NULL, WHOLE, NULL}};
    struct bench b;
    struct ra_user_patch p =
        patched(&b, RULES(rules), RA_USER_IMMUTABLE_ID, "iGhmiAEBERG7uxI0VniQqw==");
    const char *sent = server_request(b.server, "PATCH /v1.0/users/u%2F1", 0);

    (void)state;
    assert_int_equal(p.outcome, RA_PATCH_DONE);
    assert_non_null(sent);
    assert_non_null(strstr(sent, "Content-Type: application/json"));
    assert_non_null(
        strstr(sent, "\r\n\r\n{\"onPremisesImmutableId\":\"iGhmiAEBERG7uxI0VniQqw==\"}"));
    assert_int_equal(server_count(b.server, PATCH_ALL), 1);
    bench_end(&b);
}

static void clearing_writes_null_on_beta(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {PATCH_ALL, 0, 204, NULL, NULL, WHOLE, NULL}};
    struct bench b;
    struct ra_user_patch p = patched(&b, RULES(rules), RA_USER_OBJECT_IDENTIFIER, NULL);
    const char *sent = server_request(b.server, "PATCH /beta/users/u%2F1", 0);

    (void)state;
    assert_int_equal(p.outcome, RA_PATCH_DONE);
    assert_non_null(strstr(sent, "{\"onPremisesObjectIdentifier\":null}"));
    bench_end(&b);
}

/* Each is sent once: what may have been carried out is not sent again. */
static void a_change_without_an_answer_is_sent_once_and_unknown(void **state)
{
    static const struct {
        int status;
        enum fault fault;
    } cases[] = {{204, RESET}, {500, WHOLE}, {502, WHOLE}, {503, WHOLE}, {504, WHOLE}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct rule rules[] = {
            TOKEN_RULE, {PATCH_ALL, 0, cases[i].status, NULL, "{}", cases[i].fault, NULL}};
        struct bench b;
        struct ra_user_patch p = patched(&b, RULES(rules), RA_USER_IMMUTABLE_ID, "x");
        assert_int_equal(p.outcome, RA_PATCH_UNKNOWN);
        assert_true(p.why.code != 0);
        assert_int_equal(server_count(b.server, PATCH_ALL), 1);
        bench_end(&b);
    }
}

/* libcurl would repeat the request by itself when a connection that it has kept dies. */
static void nor_is_it_sent_again_when_a_kept_connection_dies(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {"GET ", 0, 200, NULL,
                                  "{\"id\":\"u1\",\"onPremisesImmutableId\":null,"
                                  "\"onPremisesSyncEnabled\":null}",
                                  WHOLE, NULL},
                                 {PATCH_ALL, 0, 204, NULL, NULL, RESET, NULL}};
    struct ra_user_now u = {.id = "u1", .property = RA_USER_IMMUTABLE_ID};
    struct ra_user_patch p = {.id = "u1", .property = RA_USER_IMMUTABLE_ID, .want = "x"};
    struct ra_err err = {0};
    struct bench b;
    size_t told = 0;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_users_now(b.graph, &u, 1, &err), 0);
    assert_int_equal(u.found, 1);
    assert_int_equal(u.synced, -1);
    assert_string_equal(u.value, "");
    assert_int_equal(ra_graph_patch_users(writer(), b.graph, &p, 1, note, &told, &err), 0);
    assert_int_equal(p.outcome, RA_PATCH_UNKNOWN);
    assert_int_equal(server_count(b.server, PATCH_ALL), 1);
    bench_end(&b);
}

static void what_is_throttled_was_not_made_and_is_sent_again(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {PATCH_ALL, 1, 429, "Retry-After: 0.01\r\n", ERROR("TooManyRequests"), WHOLE, NULL},
        {PATCH_ALL, 0, 204, NULL, NULL, WHOLE, NULL}};
    struct bench b;
    struct ra_user_patch p = patched(&b, RULES(rules), RA_USER_IMMUTABLE_ID, "x");

    (void)state;
    assert_int_equal(p.outcome, RA_PATCH_DONE);
    assert_int_equal(server_count(b.server, PATCH_ALL), 2);
    assert_non_null(
        strstr(server_request(b.server, PATCH_ALL, 1), "{\"onPremisesImmutableId\":\"x\"}"));
    bench_end(&b);
}

static void refusals_are_told_apart(void **state)
{
    static const struct {
        int status;
        enum ra_patch_outcome outcome;
    } cases[] = {{403, RA_PATCH_DENIED}, {404, RA_PATCH_GONE}, {400, RA_PATCH_REFUSED}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct rule rules[] = {
            TOKEN_RULE, {PATCH_ALL, 0, cases[i].status, NULL, ERROR("Code"), WHOLE, NULL}};
        struct bench b;
        struct ra_user_patch p = patched(&b, RULES(rules), RA_USER_IMMUTABLE_ID, "x");
        assert_int_equal(p.outcome, cases[i].outcome);
        assert_non_null(strstr(p.why.msg, "Code: m"));
        assert_int_equal(server_count(b.server, PATCH_ALL), 1);
        bench_end(&b);
    }
}

static void a_user_is_read_whole_or_not_at_all(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"GET /v1.0/users/u1?$select=id,onPremisesImmutableId,onPremisesSyncEnabled", 0, 200, NULL,
         "{\"id\":\"U1\",\"onPremisesImmutableId\":\"x\",\"onPremisesSyncEnabled\":true}", WHOLE,
         NULL},
        {"GET /v1.0/users/u2", 0, 404, NULL, ERROR("Request_ResourceNotFound"), WHOLE, NULL},
        {"GET /beta/users/u3", 0, 200, NULL, "{\"id\":\"u3\"}", WHOLE, NULL}};
    struct ra_user_now u[] = {{.id = "u1"}, {.id = "u2"}};
    struct ra_user_now without = {.id = "u3", .property = RA_USER_OBJECT_IDENTIFIER};
    struct ra_err err = {0};
    struct bench b;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_users_now(b.graph, u, 2, &err), 0);
    assert_int_equal(u[0].found, 1);
    assert_int_equal(u[0].synced, 1);
    assert_string_equal(u[0].value, "x");
    assert_int_equal(u[1].found, 0);
    assert_int_equal(ra_graph_users_now(b.graph, &without, 1, &err), -RA_ESERVER);
    assert_string_equal(err.msg, "user u3: the answer has no onPremisesObjectIdentifier");
    bench_end(&b);
}

static void features_go_to_the_tenants_own_entity(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {PATCH_ALL, 0, 204, NULL, NULL, WHOLE, NULL}};
    const struct ra_feature f[] = {{"blockSoftMatchEnabled", false}};
    struct ra_user_patch p = {0};
    struct ra_err err = {0};
    struct bench b;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_patch_features(writer(), b.graph, TENANT, f, 1, &p, &err), 0);
    assert_int_equal(p.outcome, RA_PATCH_DONE);
    assert_non_null(strstr(
        server_request(b.server, "PATCH /v1.0/directory/onPremisesSynchronization/" TENANT, 0),
        "{\"features\":{\"blockSoftMatchEnabled\":false}}"));
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_one_patch_of_one_property),
        cmocka_unit_test(clearing_writes_null_on_beta),
        cmocka_unit_test(a_change_without_an_answer_is_sent_once_and_unknown),
        cmocka_unit_test(nor_is_it_sent_again_when_a_kept_connection_dies),
        cmocka_unit_test(what_is_throttled_was_not_made_and_is_sent_again),
        cmocka_unit_test(refusals_are_told_apart),
        cmocka_unit_test(a_user_is_read_whole_or_not_at_all),
        cmocka_unit_test(features_go_to_the_tenants_own_entity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
