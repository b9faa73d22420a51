#include "tests/unit/graph/cmocka_all.h"

#include "tests/unit/graph/bench.h"

#include <string.h>

#define OK(id, value)                                                                              \
    "{\"id\":\"" id "\",\"status\":200,\"body\":{\"id\":\"x\",\"isCloudManaged\":" value "}}"
#define FAULT(id, status, code)                                                                    \
    "{\"id\":\"" id "\",\"status\":" status ",\"headers\":{\"Retry-After\":\"0.01\"},\"body\":{"   \
    "\"error\":{\"code\":\"" code "\",\"message\":\"m\"}}}"
#define RESPONSES(list) "{\"responses\":[" list "]}"
#define BATCH           "POST /v1.0/$batch"

static int ask(struct bench *b, const struct rule *rules, size_t n, struct ra_fact_request *list,
               size_t list_n, struct ra_err *refusal, struct ra_err *err)
{
    bench_start(b, rules, n);
    assert_int_equal(bench_open(b, err), 0);
    return ra_graph_sync_behavior(b->graph, list, list_n, refusal, err);
}

static void answers_are_matched_by_id_in_any_order(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {BATCH, 0, 200, NULL, RESPONSES(OK("2", "false") "," OK("0", "true") "," OK("1", "false")),
         WHOLE, NULL}};
    struct ra_fact_request list[] = {{.collection = RA_USERS, .id = "u1"},
                                     {.collection = RA_GROUPS, .id = "g1"},
                                     {.collection = RA_CONTACTS, .id = "c/1"}};
    struct bench b;
    struct ra_err err, refusal;
    const char *sent;

    (void)state;
    assert_int_equal(ask(&b, RULES(rules), list, 3, &refusal, &err), 0);
    assert_int_equal(list[0].cloud_managed, 1);
    assert_int_equal(list[1].cloud_managed, 0);
    assert_int_equal(list[2].cloud_managed, 0);
    assert_int_equal(refusal.code, 0);
    sent = server_request(b.server, BATCH, 0);
    assert_non_null(strstr(sent, "Content-Type: application/json"));
    assert_non_null(strstr(sent,
                           "{\"requests\":[{\"id\":\"0\",\"method\":\"GET\",\"url\":\"/users/u1/"
                           "onPremisesSyncBehavior?$select=isCloudManaged\"},"));
    assert_non_null(strstr(sent, "/groups/g1/onPremisesSyncBehavior"));
    assert_non_null(strstr(sent, "/contacts/c%2F1/onPremisesSyncBehavior"));
    bench_end(&b);
}

static void a_throttled_item_is_asked_for_again_alone(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {BATCH, 1, 200, NULL, RESPONSES(OK("0", "true") "," FAULT("1", "429", "TooManyRequests")),
         WHOLE, NULL},
        {BATCH, 1, 200, NULL, RESPONSES(FAULT("0", "503", "ServiceUnavailable")), WHOLE, NULL},
        {BATCH, 0, 200, NULL, RESPONSES(OK("0", "false")), WHOLE, NULL}};
    struct ra_fact_request list[] = {{.collection = RA_USERS, .id = "u1"},
                                     {.collection = RA_USERS, .id = "u2"}};
    struct bench b;
    struct ra_err err, refusal;

    (void)state;
    assert_int_equal(ask(&b, RULES(rules), list, 2, &refusal, &err), 0);
    assert_int_equal(list[0].cloud_managed, 1);
    assert_int_equal(list[1].cloud_managed, 0);
    assert_int_equal(server_count(b.server, BATCH), 3);
    assert_null(strstr(server_request(b.server, BATCH, 1), "/users/u1/"));
    assert_int_equal(b.throttled, 2);
    bench_end(&b);
}

static void a_refused_item_stays_unknown(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {BATCH, 0, 200, NULL,
         RESPONSES(FAULT("0", "404", "Request_ResourceNotFound") "," OK("1", "true")), WHOLE,
         NULL}};
    struct ra_fact_request list[] = {{.collection = RA_USERS, .id = "gone"},
                                     {.collection = RA_USERS, .id = "u2"}};
    struct bench b;
    struct ra_err err, refusal;

    (void)state;
    assert_int_equal(ask(&b, RULES(rules), list, 2, &refusal, &err), 0);
    assert_int_equal(list[0].cloud_managed, -1);
    assert_int_equal(list[1].cloud_managed, 1);
    assert_string_equal(refusal.msg, "onPremisesSyncBehavior of users gone: graph answered 404 "
                                     "Request_ResourceNotFound: m");
    bench_end(&b);
}

static void put_many(char *to, size_t n, const char *text)
{
    strcpy(to, "{\"responses\":[");
    for (size_t i = 0; i < n; i++)
        sprintf(to + strlen(to), "%s{\"id\":\"%zu\",%s}", i ? "," : "", i, text);
    strcat(to, "]}");
}

/* 45 items are three calls; the answers to the short one are made to fit by its last id. */
static void many_items_go_in_calls_of_twenty(void **state)
{
    static char twenty[8192], five[4096];
    struct ra_fact_request list[45];
    char ids[45][8];
    struct bench b;
    struct ra_err err, refusal;

    (void)state;
    put_many(twenty, 20, "\"status\":200,\"body\":{\"isCloudManaged\":true}");
    put_many(five, 5, "\"status\":200,\"body\":{\"isCloudManaged\":false}");
    for (size_t i = 0; i < 45; i++) {
        sprintf(ids[i], "u%zu", i);
        list[i] = (struct ra_fact_request){.collection = RA_USERS, .id = ids[i]};
    }
    const struct rule rules[] = {TOKEN_RULE,
                                 {BATCH, 0, 200, NULL, twenty, WHOLE, "\"id\":\"19\""},
                                 {BATCH, 0, 200, NULL, five, WHOLE, NULL}};
    assert_int_equal(ask(&b, RULES(rules), list, 45, &refusal, &err), 0);
    assert_int_equal(server_count(b.server, BATCH), 3);
    for (size_t i = 0; i < 45; i++)
        assert_int_equal(list[i].cloud_managed, i < 40);
    bench_end(&b);
}

static void without_the_permission_the_rest_is_not_asked_for(void **state)
{
    static char twenty[16384];
    struct ra_fact_request list[200];
    struct bench b;
    struct ra_err err, refusal;

    (void)state;
    put_many(twenty, 20,
             "\"status\":403,\"body\":{\"error\":{\"code\":\"Authorization_RequestDenied\","
             "\"message\":\"m\"}}");
    for (size_t i = 0; i < 200; i++)
        list[i] = (struct ra_fact_request){.collection = RA_GROUPS, .id = "g"};
    const struct rule rules[] = {TOKEN_RULE, {BATCH, 0, 200, NULL, twenty, WHOLE, NULL}};
    bench_start(&b, RULES(rules));
    b.o.connections = 1;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_sync_behavior(b.graph, list, 200, &refusal, &err), 0);
    assert_int_equal(server_count(b.server, BATCH), 1);
    assert_int_equal(list[0].cloud_managed, -1);
    assert_int_equal(list[199].cloud_managed, -1);
    assert_int_equal(refusal.code, RA_EPERMISSION);
    assert_non_null(strstr(refusal.hint, "Group-OnPremisesSyncBehavior.ReadWrite.All"));
    bench_end(&b);
}

static void an_item_without_answer_is_asked_for_again_and_then_an_error(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {BATCH, 0, 200, NULL, RESPONSES(""), WHOLE, NULL}};
    struct ra_fact_request list[] = {{.collection = RA_USERS, .id = "u1"}};
    struct bench b;
    struct ra_err err, refusal;

    (void)state;
    assert_int_equal(ask(&b, RULES(rules), list, 1, &refusal, &err), -RA_ESERVER);
    assert_string_equal(err.msg, "$batch: there is no answer for u1");
    bench_end(&b);
}

static void an_answer_to_what_was_not_asked_is_an_error(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {BATCH, 0, 200, NULL, RESPONSES(OK("7", "true")), WHOLE, NULL}};
    struct ra_fact_request list[] = {{.collection = RA_USERS, .id = "u1"}};
    struct bench b;
    struct ra_err err, refusal;

    (void)state;
    assert_int_equal(ask(&b, RULES(rules), list, 1, &refusal, &err), -RA_ESERVER);
    bench_end(&b);
}

static void identifiers_of_chosen_users_are_asked_for_on_beta(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"POST /beta/$batch", 0, 200, NULL,
         RESPONSES("{\"id\":\"1\",\"status\":200,\"body\":{\"id\":\"u2\","
                   "\"onPremisesObjectIdentifier\":null}},"
                   "{\"id\":\"0\",\"status\":200,\"body\":{\"id\":\"u1\","
                   "\"onPremisesObjectIdentifier\":\"30475e40-e7ae-4af3-af75-8b143c81daf5\"}},"
                   "{\"id\":\"2\",\"status\":200,\"body\":{\"id\":\"u3\"}}"),
         WHOLE, NULL}};
    struct ra_fact_request list[] = {{.collection = RA_USERS, .id = "u1"},
                                     {.collection = RA_USERS, .id = "u2"},
                                     {.collection = RA_USERS, .id = "u3"}};
    struct bench b;
    struct ra_err err, refusal;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_object_identifiers_of(b.graph, list, 3, &refusal, &err), 0);
    assert_int_equal(list[0].identified, 1);
    assert_string_equal(list[0].identifier, "30475e40-e7ae-4af3-af75-8b143c81daf5");
    assert_int_equal(list[1].identified, 0);
    assert_int_equal(list[2].identified, -1); /* not returned is not null */
    assert_non_null(strstr(server_request(b.server, "POST /beta/$batch", 0),
                           "/users/u1?$select=id,onPremisesObjectIdentifier"));
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_matched_by_id_in_any_order),
        cmocka_unit_test(identifiers_of_chosen_users_are_asked_for_on_beta),
        cmocka_unit_test(a_throttled_item_is_asked_for_again_alone),
        cmocka_unit_test(a_refused_item_stays_unknown),
        cmocka_unit_test(many_items_go_in_calls_of_twenty),
        cmocka_unit_test(without_the_permission_the_rest_is_not_asked_for),
        cmocka_unit_test(an_item_without_answer_is_asked_for_again_and_then_an_error),
        cmocka_unit_test(an_answer_to_what_was_not_asked_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
