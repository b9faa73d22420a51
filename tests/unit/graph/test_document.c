#include "tests/unit/graph/cmocka_all.h"

#include "tests/unit/graph/bench.h"

#include <string.h>

#define DENIED                                                                                     \
    "{\"error\":{\"code\":\"Authorization_RequestDenied\",\"message\":\"Insufficient "             \
    "privileges\"}}"
#define PREMIUM                                                                                    \
    "{\"error\":{\"code\":\"AadPremiumLicenseRequired\",\"message\":\"The tenant needs P2\"}}"

struct read {
    struct bench b;
    struct ra_buf json;
    struct ra_err refusal, err;
    enum ra_document_state state;
    int rc;
};

static void read_document(struct read *r, enum ra_document d, const struct rule *rules, size_t n)
{
    memset(r, 0, sizeof *r);
    bench_start(&r->b, rules, n);
    assert_int_equal(bench_open(&r->b, &r->err), 0);
    r->rc = ra_graph_document(r->b.graph, d, &r->state, &r->json, &r->refusal, &r->err);
}

static void read_end(struct read *r)
{
    ra_buf_free(&r->json);
    bench_end(&r->b);
}

static void pages_of_a_document_become_one_value(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=2", 0, 200, NULL, "{\"value\":[ {\"id\": \"3\"} ]}", WHOLE, NULL},
        {"GET /v1.0/roleManagement/directory/roleAssignments", 0, 200, NULL,
         "{\"@odata.context\":\"x\",\"value\":[{\"id\":\"1\"},{\"id\":\"2\"}],\"@odata.nextLink\":"
         "\"{base}/v1.0/roleManagement/directory/roleAssignments?$skiptoken=2\"}",
         WHOLE, NULL}};
    struct read r;

    (void)state;
    read_document(&r, RA_DOC_ROLE_ASSIGNMENTS, RULES(rules));
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.state, RA_DOC_READ);
    assert_string_equal(ra_buf_z(&r.json),
                        "{\"value\":[{\"id\":\"1\"},{\"id\":\"2\"},{\"id\":\"3\"}]}");
    read_end(&r);
}

static void several_are_read_side_by_side_each_by_its_own_rules(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"GET /v1.0/organization", 0, 403, NULL, DENIED, WHOLE, NULL},
        {"GET /v1.0/domains", 0, 200, NULL, "{\"value\":[{\"id\":\"a.test\"}]}", WHOLE, NULL},
        {"GET /beta/directory", 0, 200, NULL, "{\"id\":\"x\"}", WHOLE, NULL}};
    struct ra_document_read reads[] = {{.which = RA_DOC_ORGANIZATION},
                                       {.which = RA_DOC_SYNC_BEHAVIOR},
                                       {.which = RA_DOC_DOMAINS},
                                       {.which = RA_DOC_SYNCHRONIZATION_BETA}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_documents(b.graph, reads, 4, &err), 0);
    assert_int_equal(reads[0].state, RA_DOC_REFUSED);
    assert_int_equal(reads[0].refusal.code, RA_EPERMISSION);
    assert_int_equal(reads[1].state, RA_DOC_MISSING);
    assert_int_equal(reads[2].state, RA_DOC_READ);
    assert_string_equal(ra_buf_z(&reads[2].json), "{\"value\":[{\"id\":\"a.test\"}]}");
    assert_string_equal(ra_buf_z(&reads[3].json), "{\"id\":\"x\"}");
    for (size_t i = 0; i < 4; i++)
        ra_buf_free(&reads[i].json);
    bench_end(&b);
}

static void an_empty_document_is_an_empty_value(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {NULL, 0, 200, NULL, "{\"value\":[]}", WHOLE, NULL}};
    struct read r;

    (void)state;
    read_document(&r, RA_DOC_DOMAINS, RULES(rules));
    assert_int_equal(r.rc, 0);
    assert_string_equal(ra_buf_z(&r.json), "{\"value\":[]}");
    read_end(&r);
}

static void a_single_object_is_kept_as_it_is(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"/v1.0/directory/onPremisesSynchronization", 0, 200, NULL,
         "{ \"id\": \"t\", \"features\": {\"blockSoftMatchEnabled\": true} }", WHOLE, NULL}};
    struct read r;

    (void)state;
    read_document(&r, RA_DOC_SYNCHRONIZATION, RULES(rules));
    assert_int_equal(r.rc, 0);
    assert_string_equal(ra_buf_z(&r.json),
                        "{\"id\":\"t\",\"features\":{\"blockSoftMatchEnabled\":true}}");
    read_end(&r);
}

static void a_list_without_its_value_is_no_object(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {NULL, 0, 200, NULL, "{\"@odata.context\":\"c\"}", WHOLE, NULL}};
    const enum ra_document lists[] = {RA_DOC_DOMAINS, RA_DOC_ROLE_ASSIGNMENTS,
                                      RA_DOC_ROLE_ELIGIBILITIES, RA_DOC_ROLE_DEFINITIONS};
    struct read r;

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        read_document(&r, lists[i], RULES(rules));
        assert_int_equal(r.rc, -RA_ESERVER);
        assert_non_null(strstr(r.err.msg, "the answer has no array \"value\""));
        read_end(&r);
    }
}

static void a_refusal_is_an_answer_and_keeps_graphs_body(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {NULL, 0, 400, NULL, PREMIUM, WHOLE, NULL}};
    struct read r;

    (void)state;
    read_document(&r, RA_DOC_ROLE_ELIGIBILITIES, RULES(rules));
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.state, RA_DOC_REFUSED);
    assert_string_equal(ra_buf_z(&r.json), PREMIUM);
    assert_string_equal(r.refusal.msg,
                        "roleEligibilityScheduleInstances: graph answered 400 "
                        "AadPremiumLicenseRequired: The tenant needs P2 (request-id srv-1)");
    read_end(&r);
}

static void a_denied_document_names_its_permission(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {NULL, 0, 403, NULL, DENIED, WHOLE, NULL}};
    struct read r;

    (void)state;
    read_document(&r, RA_DOC_SYNCHRONIZATION, RULES(rules));
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.state, RA_DOC_REFUSED);
    assert_int_equal(r.refusal.code, RA_EPERMISSION);
    assert_string_equal(r.refusal.hint,
                        "grant the app the application permission "
                        "OnPremDirectorySynchronization.Read.All "
                        "(bb70e231-92dc-4729-aff5-697b3f04be95) and give admin consent");
    read_end(&r);
}

static void a_refusal_on_a_later_page_leaves_nothing_half(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=2", 0, 403, NULL, DENIED, WHOLE, NULL},
        {NULL, 0, 200, NULL,
         "{\"value\":[{\"id\":\"1\"}],\"@odata.nextLink\":\"{base}/v1.0/domains?$skiptoken=2\"}",
         WHOLE, NULL}};
    struct read r;

    (void)state;
    read_document(&r, RA_DOC_DOMAINS, RULES(rules));
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.state, RA_DOC_REFUSED);
    assert_string_equal(ra_buf_z(&r.json), DENIED);
    read_end(&r);
}

static void a_refusal_that_is_not_graphs_gets_its_form(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {NULL, 0, 404, NULL, "<html>", WHOLE, NULL}};
    struct read r;

    (void)state;
    read_document(&r, RA_DOC_SYNCHRONIZATION_BETA, RULES(rules));
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.state, RA_DOC_REFUSED);
    assert_string_equal(ra_buf_z(&r.json),
                        "{\"error\":{\"code\":\"UnknownError\",\"status\":404,\"message\":\"the "
                        "answer was not in Graph's error form\"}}");
    read_end(&r);
}

static void a_fault_of_the_way_is_an_error_not_a_refusal(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {NULL, 0, 502, NULL, "<html>", WHOLE, NULL}};
    struct read r;

    (void)state;
    read_document(&r, RA_DOC_ORGANIZATION, RULES(rules));
    assert_int_equal(r.rc, -RA_ESERVER);
    assert_null(r.json.p);
    read_end(&r);
}

/* ---- counts ---- */

static void a_count_asks_the_eventual_index(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"GET /v1.0/users/$count", 0, 200, NULL, "893\n", WHOLE, "ConsistencyLevel: eventual"},
        {"microsoft.graph.user/$count", 0, 200, NULL,
         "\xEF\xBB\xBF"
         "4",
         WHOLE, NULL}};
    struct bench b;
    struct ra_err err;
    uint64_t n;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_count(b.graph, RA_USERS, &n, &err), 0);
    assert_int_equal(n, 893);
    assert_int_equal(ra_graph_count(b.graph, RA_DELETED_USERS, &n, &err), 0);
    assert_int_equal(n, 4);
    bench_end(&b);
}

static void a_count_that_is_no_number_is_an_error(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {NULL, 0, 200, NULL, "{}", WHOLE, NULL}};
    struct bench b;
    struct ra_err err;
    uint64_t n;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_count(b.graph, RA_USERS, &n, &err), -RA_ESERVER);
    assert_string_equal(err.msg, "users: want a number, the answer is \"{}\"");
    bench_end(&b);
}

/* ---- members ---- */

static void add_id(void *ctx, struct ra_str id)
{
    char *to = ctx;

    strncat(to, id.p, id.n);
    strcat(to, " ");
}

static void members_of_a_group_come_from_all_pages(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=2", 0, 200, NULL, "{\"value\":[{\"id\":\"c\"}]}", WHOLE, NULL},
        {"/v1.0/groups/g%2F1/transitiveMembers/microsoft.graph.user?$select=id&$top=999", 0, 200,
         NULL,
         "{\"value\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"@odata.nextLink\":\"{base}/v1.0/groups/"
         "x?$skiptoken=2\"}",
         WHOLE, NULL}};
    struct bench b;
    struct ra_err err, refusal;
    enum ra_document_state got;
    char ids[64] = "";

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_group_members(b.graph, "g/1", add_id, ids, &got, &refusal, &err), 0);
    assert_int_equal(got, RA_DOC_READ);
    assert_string_equal(ids, "a b c ");
    bench_end(&b);
}

static void
members_are_asked_for_in_the_advanced_form_when_the_plain_one_is_unsupported(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"&$count=true", 0, 200, NULL, "{\"value\":[{\"id\":\"a\"}]}", WHOLE,
         "ConsistencyLevel: eventual"},
        {"groups", 0, 400, NULL,
         "{\"error\":{\"code\":\"Request_UnsupportedQuery\",\"message\":\"m\"}}", WHOLE, NULL}};
    struct bench b;
    struct ra_err err, refusal;
    enum ra_document_state got;
    char ids[64] = "";

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_group_members(b.graph, "g", add_id, ids, &got, &refusal, &err), 0);
    assert_int_equal(got, RA_DOC_READ);
    assert_string_equal(ids, "a ");
    bench_end(&b);
}

/* ---- onPremisesObjectIdentifier ---- */

static int add_identifier(void *ctx, struct ra_str id, struct ra_str identifier, struct ra_err *err)
{
    char *to = ctx;

    (void)err;
    strncat(to, id.p, id.n);
    strcat(to, "=");
    if (!ra_str_absent(identifier))
        strncat(to, identifier.p, identifier.n);
    strcat(to, " ");
    return 0;
}

static void object_identifiers_are_null_known_or_unknown(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"/beta/users?$select=id,onPremisesObjectIdentifier&$top=999", 0, 200, NULL,
         "{\"value\":[{\"id\":\"a\",\"onPremisesObjectIdentifier\":null},{\"id\":\"b\","
         "\"onPremisesObjectIdentifier\":\"x\"},{\"id\":\"c\"}]}",
         WHOLE, NULL}};
    struct bench b;
    struct ra_err err;
    char seen[64] = "";

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_object_identifiers(b.graph, add_identifier, seen, &err), 0);
    assert_string_equal(seen, "a= b=x ");
    bench_end(&b);
}

static bool probe(const char *body, int status, struct ra_err *refusal)
{
    const struct rule rules[] = {TOKEN_RULE, {"/beta/users?", 0, status, NULL, body, WHOLE, NULL}};
    struct bench b;
    struct ra_err err;
    bool readable = true;

    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_probe_object_identifier(b.graph, &readable, refusal, &err), 0);
    bench_end(&b);
    return readable;
}

static void the_probe_tells_whether_the_identifier_is_readable(void **state)
{
    struct ra_err refusal;

    (void)state;
    assert_true(probe("{\"value\":[{\"id\":\"a\",\"onPremisesObjectIdentifier\":null}],"
                      "\"@odata.nextLink\":\"https://elsewhere\"}",
                      200, &refusal));
    assert_int_equal(refusal.code, 0);
    assert_false(probe("{\"value\":[{\"id\":\"a\"}]}", 200, &refusal));
    assert_false(probe("{\"value\":[]}", 200, &refusal));
    assert_false(
        probe("{\"error\":{\"code\":\"BadRequest\",\"message\":\"Could not find a property "
              "named 'onPremisesObjectIdentifier'\"}}",
              400, &refusal));
    assert_int_equal(refusal.code, RA_ESERVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_a_document_become_one_value),
        cmocka_unit_test(several_are_read_side_by_side_each_by_its_own_rules),
        cmocka_unit_test(an_empty_document_is_an_empty_value),
        cmocka_unit_test(a_single_object_is_kept_as_it_is),
        cmocka_unit_test(a_list_without_its_value_is_no_object),
        cmocka_unit_test(a_refusal_is_an_answer_and_keeps_graphs_body),
        cmocka_unit_test(a_denied_document_names_its_permission),
        cmocka_unit_test(a_refusal_on_a_later_page_leaves_nothing_half),
        cmocka_unit_test(a_refusal_that_is_not_graphs_gets_its_form),
        cmocka_unit_test(a_fault_of_the_way_is_an_error_not_a_refusal),
        cmocka_unit_test(a_count_asks_the_eventual_index),
        cmocka_unit_test(a_count_that_is_no_number_is_an_error),
        cmocka_unit_test(members_of_a_group_come_from_all_pages),
        cmocka_unit_test(
            members_are_asked_for_in_the_advanced_form_when_the_plain_one_is_unsupported),
        cmocka_unit_test(object_identifiers_are_null_known_or_unknown),
        cmocka_unit_test(the_probe_tells_whether_the_identifier_is_readable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
