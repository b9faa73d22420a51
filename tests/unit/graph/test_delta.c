#include "tests/unit/graph/cmocka_all.h"

#include "tests/unit/graph/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEXT                    "/v1.0/users/delta?$skiptoken=two"
#define AFTER                   "/v1.0/users/delta?$deltatoken=after"
#define PAGE(items, kind, link) "{\"value\":[" items "],\"@odata." kind "\":\"{base}" link "\"}"
#define FAULT(code)             "{\"error\":{\"code\":\"" code "\",\"message\":\"m\"}}"

struct told {
    char text[1024]; /* "id", "-id" removed for now, "--id" for good; "|" behind a page */
    char link[512];
    bool last;
};

static int tell(void *ctx, size_t which, const struct ra_graph_object *objects, size_t n,
                struct ra_str link, bool last, struct ra_err *err)
{
    static const char *const signs[] = {"", "-", "--"};
    struct told *t = ctx;
    size_t at = strlen(t->text);

    (void)which;
    (void)err;
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(t->text + at, sizeof t->text - at, "%s" RA_STR_FMT " ",
                               signs[objects[i].removed], RA_STR_ARG(objects[i].field[RA_GF_ID]));
    snprintf(t->text + at, sizeof t->text - at, "|");
    snprintf(t->link, sizeof t->link, RA_STR_FMT, RA_STR_ARG(link));
    t->last = last;
    return 0;
}

/* One round of users: path NULL for one from now on. */
static int round_of(struct bench *b, const struct rule *rules, size_t n, const char *path,
                    struct ra_delta *d, struct told *t, struct ra_err *err)
{
    static char link[512];

    *err = (struct ra_err){0};
    memset(t, 0, sizeof *t);
    bench_start(b, rules, n);
    assert_int_equal(bench_open(b, err), 0);
    snprintf(link, sizeof link, "%s%s", server_base(b->server), path ? path : "");
    *d = (struct ra_delta){.collection = RA_USERS, .link = path ? link : NULL};
    return ra_graph_delta(b->graph, d, 1, tell, t, err);
}

static void changes_are_read_from_link_to_link(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"$skiptoken=two", 0, 200, NULL,
         PAGE("{\"id\":\"c\",\"@removed\":{\"reason\":\"deleted\"}}", "deltaLink", AFTER), WHOLE,
         NULL},
        {"$deltatoken=before", 0, 200, NULL,
         PAGE("{\"id\":\"a\",\"displayName\":\"A\"},"
              "{\"id\":\"b\",\"@removed\":{\"reason\":\"changed\"}}",
              "nextLink", NEXT),
         WHOLE, NULL},
    };
    struct bench b;
    struct ra_delta d;
    struct told t;
    struct ra_err err;

    (void)state;
    assert_int_equal(
        round_of(&b, RULES(rules), "/v1.0/users/delta?$deltatoken=before", &d, &t, &err), 0);
    assert_int_equal(d.state, RA_DELTA_READ);
    assert_string_equal(t.text, "a -b |--c |");
    assert_true(t.last);
    assert_non_null(strstr(t.link, AFTER));
    bench_end(&b);
}

static void a_link_from_now_on_asks_for_what_the_lists_ask_for(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"$deltatoken=latest", 0, 200, NULL, PAGE("", "deltaLink", AFTER), WHOLE, NULL}};
    struct bench b;
    struct ra_delta d;
    struct told t;
    struct ra_err err;
    const char *sent;

    (void)state;
    assert_int_equal(round_of(&b, RULES(rules), NULL, &d, &t, &err), 0);
    sent = server_request(b.server, "/delta", 0);
    assert_non_null(strstr(sent, "GET /v1.0/users/delta?$select=id,userPrincipalName,"));
    assert_non_null(strstr(sent, "&$deltatoken=latest "));
    assert_null(strstr(sent, "$top"));
    bench_end(&b);
}

static void every_refusal_of_a_link_means_to_read_everything(void **state)
{
    static const struct {
        int status;
        const char *body;
    } refusals[] = {
        {410, FAULT("resyncRequired")},
        {410, ""},
        {400, FAULT("Request_UnsupportedQuery")},
        {400, FAULT("Directory_ExpiredPageToken")},
        {400, FAULT("DirectoryPageTokenNotFoundException")},
        {400, FAULT("Request_BadRequest")},
        {404, FAULT("SyncStateNotFound")},
        {404, FAULT("Request_ResourceNotFound")},
        {404, "<html>"},
        {405, ""},
        {409, FAULT("resyncRequired")},
        {412, FAULT("syncStateInvalid")},
        {414, ""},
        {501, FAULT("NotImplemented")},
        {403, FAULT("syncStateNotFound")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct rule rules[] = {
            TOKEN_RULE, {"/delta", 0, refusals[i].status, NULL, refusals[i].body, WHOLE, NULL}};
        struct bench b;
        struct ra_delta d;
        struct told t;
        struct ra_err err;
        if (round_of(&b, RULES(rules), AFTER, &d, &t, &err) != 0)
            fail_msg("%d: %s", refusals[i].status, err.msg);
        assert_int_equal(d.state, RA_DELTA_RESYNC);
        assert_int_equal(strtol(d.refused_with, NULL, 10), refusals[i].status);
        assert_string_equal(t.text, "");
        bench_end(&b);
    }
}

static void without_a_link_a_refusal_means_that_there_are_no_changes_to_be_had(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE, {"/delta", 0, 400, NULL, FAULT("Request_UnsupportedQuery"), WHOLE, NULL}};
    struct bench b;
    struct ra_delta d;
    struct told t;
    struct ra_err err;

    (void)state;
    assert_int_equal(round_of(&b, RULES(rules), NULL, &d, &t, &err), 0);
    assert_int_equal(d.state, RA_DELTA_REFUSED);
    bench_end(&b);
}

static void a_missing_permission_stays_an_error(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE, {"/delta", 0, 403, NULL, FAULT("Authorization_RequestDenied"), WHOLE, NULL}};
    struct bench b;
    struct ra_delta d;
    struct told t;
    struct ra_err err;

    (void)state;
    assert_int_equal(round_of(&b, RULES(rules), AFTER, &d, &t, &err), -RA_EPERMISSION);
    bench_end(&b);
}

static void a_round_without_its_last_link_has_not_ended(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {"/delta", 0, 200, NULL, "{\"value\":[]}", WHOLE, NULL}};
    struct bench b;
    struct ra_delta d;
    struct told t;
    struct ra_err err;

    (void)state;
    assert_int_equal(round_of(&b, RULES(rules), AFTER, &d, &t, &err), -RA_ESERVER);
    assert_non_null(strstr(err.msg, "neither @odata.nextLink nor @odata.deltaLink"));
    bench_end(&b);
}

static void a_link_to_another_host_is_never_kept(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"/delta", 0, 200, NULL,
         "{\"value\":[],\"@odata.deltaLink\":\"https://elsewhere.test/v1.0/users/delta?x\"}", WHOLE,
         NULL}};
    struct bench b;
    struct ra_delta d;
    struct told t;
    struct ra_err err;

    (void)state;
    assert_int_equal(round_of(&b, RULES(rules), AFTER, &d, &t, &err), -RA_ESERVER);
    assert_non_null(strstr(err.msg, "elsewhere.test"));
    assert_string_equal(t.link, "");
    bench_end(&b);
}

static void a_lost_page_is_read_again_from_the_rounds_own_link(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"$skiptoken=two", 1, 400, NULL, FAULT("Directory_ExpiredPageToken"), WHOLE, NULL},
        {"$skiptoken=two", 0, 200, NULL, PAGE("{\"id\":\"b\"}", "deltaLink", AFTER), WHOLE, NULL},
        {"$deltatoken=before", 0, 200, NULL, PAGE("{\"id\":\"a\"}", "nextLink", NEXT), WHOLE, NULL},
    };
    struct bench b;
    struct ra_delta d;
    struct told t;
    struct ra_err err;

    (void)state;
    assert_int_equal(
        round_of(&b, RULES(rules), "/v1.0/users/delta?$deltatoken=before", &d, &t, &err), 0);
    assert_string_equal(t.text, "a |a |b |");
    bench_end(&b);
}

static void counts_are_asked_for_side_by_side_and_may_be_refused(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"startswith", 0, 200, "Content-Type: text/plain\r\n", "7", WHOLE,
         "ConsistencyLevel: eventual"},
        {"/users/$count", 0, 200, "Content-Type: text/plain\r\n",
         "\xEF\xBB\xBF"
         "42",
         WHOLE, NULL},
        {"/groups/$count", 0, 400, NULL, FAULT("Request_BadRequest"), WHOLE, NULL},
    };
    struct ra_count counts[] = {{.collection = RA_USERS},
                                {.collection = RA_GROUPS},
                                {.collection = RA_USERS, .filter = "startswith(displayName,'a')"}};
    struct bench b;
    struct ra_err err = {0};

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_counts(b.graph, counts, 3, &err), 0);
    assert_true(counts[0].counted && counts[0].value == 42);
    assert_false(counts[1].counted);
    assert_true(counts[2].counted && counts[2].value == 7);
    bench_end(&b);
}

static void many_counts_go_in_batches_and_what_is_refused_there_by_itself(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"$batch", 0, 200, NULL,
         "{\"responses\":[{\"id\":\"2\",\"status\":200,\"body\":7},"
         "{\"id\":\"1\",\"status\":400,\"body\":{\"error\":{\"code\":\"c\"}}},"
         "{\"id\":\"0\",\"status\":200,\"body\":\"\xEF\xBB\xBF"
         "42\"}]}",
         WHOLE, NULL},
        {"/groups/$count", 0, 200, "Content-Type: text/plain\r\n", "5", WHOLE, NULL},
    };
    struct ra_count counts[] = {{.collection = RA_USERS},
                                {.collection = RA_GROUPS},
                                {.collection = RA_USERS, .filter = "startswith(mail,'a')"}};
    const char *asked;
    struct bench b;
    struct ra_err err = {0};

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_counts_many(b.graph, counts, 3, &err), 0);
    assert_true(counts[0].counted && counts[0].value == 42);
    assert_true(counts[1].counted && counts[1].value == 5);
    assert_true(counts[2].counted && counts[2].value == 7);
    assert_int_equal(server_count(b.server, "$batch"), 1);
    asked = server_request(b.server, "$batch", 0);
    assert_non_null(strstr(asked,
                           "\"url\":\"/users/$count?$filter=startswith%28mail%2C%27a%27%29\","
                           "\"headers\":{\"ConsistencyLevel\":\"eventual\"}"));
    bench_end(&b);
}

static void a_service_without_batches_counts_one_by_one(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"$batch", 0, 400, NULL, FAULT("BadRequest"), WHOLE, NULL},
        {"/users/$count", 0, 200, "Content-Type: text/plain\r\n", "42", WHOLE, NULL},
    };
    struct ra_count counts[] = {{.collection = RA_USERS}};
    struct bench b;
    struct ra_err err = {0};

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_counts_many(b.graph, counts, 1, &err), 0);
    assert_true(counts[0].counted && counts[0].value == 42);
    bench_end(&b);
}

/* ---- together ---- */

static void questions_of_several_kinds_are_asked_side_by_side(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"/v1.0/organization", 0, 200, NULL, "{\"value\":[{\"id\":\"o\"}]}", WHOLE, NULL},
        {"/v1.0/domains", 0, 403, NULL, FAULT("Authorization_RequestDenied"), WHOLE, NULL},
        {"/v1.0/users/delta", 0, 200, NULL, PAGE("", "deltaLink", AFTER), WHOLE, NULL},
        {"/users/$count", 0, 200, "Content-Type: text/plain\r\n", "42", WHOLE, NULL},
    };
    struct ra_document_read documents[] = {{.which = RA_DOC_ORGANIZATION},
                                           {.which = RA_DOC_DOMAINS}};
    struct ra_delta d = {.collection = RA_USERS};
    struct ra_count count = {.collection = RA_USERS};
    struct bench b;
    struct ra_err err = {0};
    struct told t = {0};
    struct ra_questions q = {documents, 2, &d, 1, tell, &t, &count, 1};

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_ask(b.graph, &q, &err), 0);
    assert_int_equal(documents[0].state, RA_DOC_READ);
    assert_string_equal(ra_buf_z(&documents[0].json), "{\"value\":[{\"id\":\"o\"}]}");
    assert_int_equal(documents[1].state, RA_DOC_REFUSED);
    assert_true(t.last && strstr(t.link, AFTER));
    assert_true(count.counted && count.value == 42);
    ra_buf_free(&documents[0].json);
    ra_buf_free(&documents[1].json);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_read_from_link_to_link),
        cmocka_unit_test(a_link_from_now_on_asks_for_what_the_lists_ask_for),
        cmocka_unit_test(every_refusal_of_a_link_means_to_read_everything),
        cmocka_unit_test(without_a_link_a_refusal_means_that_there_are_no_changes_to_be_had),
        cmocka_unit_test(a_missing_permission_stays_an_error),
        cmocka_unit_test(a_round_without_its_last_link_has_not_ended),
        cmocka_unit_test(a_link_to_another_host_is_never_kept),
        cmocka_unit_test(a_lost_page_is_read_again_from_the_rounds_own_link),
        cmocka_unit_test(counts_are_asked_for_side_by_side_and_may_be_refused),
        cmocka_unit_test(many_counts_go_in_batches_and_what_is_refused_there_by_itself),
        cmocka_unit_test(a_service_without_batches_counts_one_by_one),
        cmocka_unit_test(questions_of_several_kinds_are_asked_side_by_side),
    };
    return cmocka_run_group_tests_name("graph delta", tests, NULL, NULL);
}
