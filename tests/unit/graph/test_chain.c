#include "tests/unit/graph/cmocka_all.h"

#include "src/graph/guard.h"
#include "tests/unit/graph/bench.h"

#include <string.h>

#define USER(id)          "{\"id\":\"" id "\",\"userPrincipalName\":\"" id "@x\"}"
#define PAGE(users, link) "{\"value\":[" users "],\"@odata.nextLink\":\"{base}" link "\"}"
#define LAST(users)       "{\"value\":[" users "]}"
#define P2                "/v1.0/users?$skiptoken=two"
#define P3                "/v1.0/users?$skiptoken=three"
#define EXPIRED                                                                                    \
    "{\"error\":{\"code\":\"Directory_ExpiredPageToken\",\"message\":\"The specified page token "  \
    "value has expired and can no longer be included in your request.\"}}"
#define NOT_FOUND "{\"error\":{\"code\":\"DirectoryPageTokenNotFoundException\",\"message\":\"m\"}}"

static int run(struct bench *b, const struct rule *rules, size_t n, struct ra_err *err)
{
    *err = (struct ra_err){0};
    bench_start(b, rules, n);
    assert_int_equal(bench_open(b, err), 0);
    return bench_read(b, RA_USERS, NULL, NULL, err);
}

static void pages_are_read_to_the_one_without_a_link(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"$skiptoken=two", 0, 200, NULL, PAGE("", P3), WHOLE, NULL},
        {"$skiptoken=three", 0, 200, NULL, LAST(USER("c")), WHOLE, NULL},
        {"GET /v1.0/users?", 0, 200, NULL, PAGE(USER("a") "," USER("b"), P2), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    assert_string_equal(b.ids, "a b c ");
    assert_int_equal(b.pages, 3);
    assert_int_equal(b.last_pages, 1);
    bench_end(&b);
}

static void a_request_names_what_it_wants_and_who_asks(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, {NULL, 0, 200, NULL, LAST(""), WHOLE, NULL}};
    struct bench b;
    struct ra_err err;
    const char *sent;

    (void)state;
    bench_start(&b, RULES(rules));
    b.o.low_priority = true;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, "startswith(userPrincipalName,'a+b')", NULL, &err),
                     0);
    sent = server_request(b.server, "/v1.0/users", 0);
    assert_non_null(strstr(sent, "GET /v1.0/users?$select=id,userPrincipalName,"));
    assert_non_null(
        strstr(sent, "&$top=999&$filter=startswith%28userPrincipalName%2C%27a%2Bb%27%29"));
    assert_non_null(strstr(sent, "Authorization: Bearer tok-1\r\n"));
    assert_non_null(strstr(sent, "client-request-id: "));
    assert_non_null(strstr(sent, "x-ms-throttle-priority: low"));
    assert_non_null(strstr(sent, "Accept-Encoding: gzip"));
    assert_non_null(strstr(sent, "User-Agent: reanchor/"));
    assert_null(strstr(sent, "ConsistencyLevel"));
    bench_end(&b);
}

static void an_advanced_filter_sends_its_header_on_every_page(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=two", 0, 200, NULL, LAST(""), WHOLE, "ConsistencyLevel: eventual"},
        {"$count=true", 0, 200, NULL, PAGE("", P2), WHOLE, "ConsistencyLevel: eventual"},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(bench_read(&b, RA_USERS, "not(startswith(userPrincipalName,'a'))", NULL, &err),
                     0);
    assert_int_equal(b.last_pages, 1);
    bench_end(&b);
}

static void a_chain_resumes_at_its_mark(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=two", 0, 200, NULL, LAST(USER("c")), WHOLE, NULL},
        {"GET /v1.0/users?", 0, 200, NULL, PAGE(USER("a"), P2), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;
    char mark[1024];

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    strcpy(mark, b.mark);
    b.ids[0] = '\0';
    assert_int_equal(bench_read(&b, RA_USERS, NULL, mark, &err), 0);
    assert_string_equal(b.ids, "c ");
    assert_int_equal(server_count(b.server, "GET /v1.0/users?$select"), 1);
    bench_end(&b);
}

static void many_chains_share_the_connections_and_all_end(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"/v1.0/groups?", 0, 200, NULL, LAST(USER("g")), WHOLE, NULL},
        {"/v1.0/contacts?", 0, 200, NULL, LAST(USER("c")), WHOLE, NULL},
        {"/v1.0/devices?", 0, 200, NULL, LAST(USER("d")), WHOLE, NULL},
        {"/deletedItems/microsoft.graph.user?", 0, 200, NULL, LAST(USER("x")), WHOLE, NULL},
        {"skiptoken=two", 0, 200, NULL, LAST(USER("u")), WHOLE, NULL},
        {"/v1.0/users?", 0, 200, NULL, PAGE("", P2), WHOLE, NULL},
    };
    const struct ra_chain chains[] = {
        {RA_USERS, NULL, NULL},   {RA_GROUPS, NULL, NULL},        {RA_CONTACTS, NULL, NULL},
        {RA_DEVICES, NULL, NULL}, {RA_DELETED_USERS, NULL, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    b.o.connections = 2;
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_read(b.graph, chains, 5, bench_page, &b, &err), 0);
    assert_int_equal(b.last_pages, 5);
    assert_int_equal(b.objects, 5);
    assert_true(server_connections(b.server) <= 4);
    assert_int_equal(server_count(b.server, "/oauth2/"), 1);
    bench_end(&b);
}

static void a_lost_page_token_goes_back_one_page(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=three", 1, 400, NULL, NOT_FOUND, WHOLE, NULL},
        {"skiptoken=three", 0, 200, NULL, LAST(USER("c")), WHOLE, NULL},
        {"skiptoken=two", 0, 200, NULL, PAGE(USER("b"), P3), WHOLE, NULL},
        {"GET /v1.0/users?", 0, 200, NULL, PAGE(USER("a"), P2), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    assert_string_equal(b.ids, "a b b c ");
    bench_end(&b);
}

static void a_page_token_lost_twice_restarts_the_chain(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=three", 2, 400, NULL, EXPIRED, WHOLE, NULL},
        {"skiptoken=three", 0, 200, NULL, LAST(USER("c")), WHOLE, NULL},
        {"skiptoken=two", 0, 200, NULL, PAGE(USER("b"), P3), WHOLE, NULL},
        {"GET /v1.0/users?", 0, 200, NULL, PAGE(USER("a"), P2), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    assert_string_equal(b.ids, "a b b a b c ");
    bench_end(&b);
}

/* The second reading of page two takes a retry, so that its token is as doubtful as the first one.
 */
static void a_second_reading_that_took_a_retry_may_be_repeated(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=three", 3, 400, NULL, NOT_FOUND, WHOLE, NULL},
        {"skiptoken=three", 0, 200, NULL, LAST(USER("c")), WHOLE, NULL},
        {"skiptoken=two", 1, 503, NULL, "", WHOLE, NULL},
        {"skiptoken=two", 1, 200, NULL, PAGE(USER("b"), P3), WHOLE, NULL},
        {"skiptoken=two", 1, 503, NULL, "", WHOLE, NULL},
        {"skiptoken=two", 1, 200, NULL, PAGE(USER("b"), P3), WHOLE, NULL},
        {"skiptoken=two", 1, 503, NULL, "", WHOLE, NULL},
        {"skiptoken=two", 0, 200, NULL, PAGE(USER("b"), P3), WHOLE, NULL},
        {"GET /v1.0/users?", 0, 200, NULL, PAGE(USER("a"), P2), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    assert_string_equal(b.ids, "a b b b b c ");
    bench_end(&b);
}

static void empty_pages_without_end_are_a_loop(void **state)
{
    struct ra_guard g = {0};
    struct ra_err err;
    int n = 0;

    (void)state;
    while (ra_guard_page(&g, "users", 0, &err) == 0)
        n++;
    assert_int_equal(n, RA_GUARD_EMPTY_MAX - 1);
    assert_string_equal(err.msg,
                        "users: after 500 pages 500 in a row were empty: the chain goes in "
                        "circles");
    ra_guard_reset(&g);
}

/* Links that are always new do not help a service that sends the same page for ever. */
static void the_same_page_under_ever_new_links_is_a_loop(void **state)
{
    struct ra_guard g = {0};
    struct ra_err err;
    char link[32];
    int n = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(link, sizeof link, "https://h/%d", i);
        assert_int_equal(ra_guard_link(&g, "users", link, &err), 0);
        assert_int_equal(ra_guard_page(&g, "users", (uint64_t)i + 1, &err), 0);
    }
    while (ra_guard_page(&g, "users", 7, &err) == 0)
        n++;
    assert_int_equal(n, RA_GUARD_SAME_MAX - 1);
    ra_guard_reset(&g);
}

static void a_page_token_that_stays_lost_is_an_error(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=three", 0, 400, NULL, EXPIRED, WHOLE, NULL},
        {"skiptoken=two", 0, 200, NULL, PAGE(USER("b"), P3), WHOLE, NULL},
        {"GET /v1.0/users?", 0, 200, NULL, PAGE(USER("a"), P2), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
    assert_string_equal(err.msg, "users: graph answered 400 Directory_ExpiredPageToken: The "
                                 "specified page token value has expired and can no longer be "
                                 "included in your request. (request-id srv-1)");
    assert_int_equal(b.last_pages, 0);
    assert_true(server_count(b.server, "skiptoken=three") <= 4);
    bench_end(&b);
}

static void a_mark_that_has_expired_reads_the_chain_from_its_start(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=old", 0, 400, NULL, EXPIRED, WHOLE, NULL},
        {"GET /v1.0/users?", 0, 200, NULL, LAST(USER("a")), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;
    char mark[256];

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    snprintf(mark, sizeof mark, "%s/v1.0/users?$skiptoken=old", server_base(b.server));
    assert_int_equal(bench_read(&b, RA_USERS, NULL, mark, &err), 0);
    assert_string_equal(b.ids, "a ");
    bench_end(&b);
}

static void a_next_link_that_comes_twice_is_a_loop(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"skiptoken=two", 0, 200, NULL, PAGE(USER("b"), P3), WHOLE, NULL},
        {"skiptoken=three", 0, 200, NULL, PAGE(USER("c"), P2), WHOLE, NULL},
        {"GET /v1.0/users?", 0, 200, NULL, PAGE(USER("a"), P2), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
    assert_string_equal(err.msg, "users: after 3 pages a nextLink came for the second time: the "
                                 "chain goes in circles");
    assert_int_equal(b.last_pages, 0);
    bench_end(&b);
}

static void a_next_link_to_the_page_itself_is_a_loop(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"GET /v1.0/users?", 0, 200, NULL, PAGE(USER("a"), P2), WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
    assert_int_equal(server_count(b.server, "GET /v1.0/users"), 2);
    bench_end(&b);
}

/* The trap stands where the link leads and would answer; it must see nobody. */
static void the_token_does_not_follow_a_link_to_another_host(void **state)
{
    const struct rule trap_rules[] = {{NULL, 0, 200, NULL, LAST(""), WHOLE, NULL}};
    struct server *trap = server_start(RULES(trap_rules), false);
    char page[256], message[256];
    struct bench b;
    struct ra_err err;

    (void)state;
    snprintf(page, sizeof page, "{\"value\":[],\"@odata.nextLink\":\"%s/v1.0/users?$skiptoken=x\"}",
             server_base(trap));
    const struct rule rules[] = {TOKEN_RULE, {"/v1.0/users?", 0, 200, NULL, page, WHOLE, NULL}};
    assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
    snprintf(message, sizeof message, "users: @odata.nextLink leads to %s, only %s is asked",
             server_base(trap), server_base(b.server));
    assert_string_equal(err.msg, message);
    assert_int_equal(b.pages, 0);
    assert_int_equal(server_connections(trap), 0);
    bench_end(&b);
    server_stop(&trap);
}

static void a_redirect_to_another_host_is_not_followed(void **state)
{
    const struct rule trap_rules[] = {{NULL, 0, 200, NULL, LAST(""), WHOLE, NULL}};
    struct server *trap = server_start(RULES(trap_rules), false);
    char location[256];
    struct bench b;
    struct ra_err err;

    (void)state;
    snprintf(location, sizeof location, "Location: %s/v1.0/users\r\n", server_base(trap));
    const struct rule rules[] = {TOKEN_RULE, {"/v1.0/users?", 0, 307, location, NULL, WHOLE, NULL}};
    assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
    assert_non_null(strstr(err.msg, "a redirect leads to "));
    assert_int_equal(server_connections(trap), 0);
    bench_end(&b);
    server_stop(&trap);
}

static void a_redirect_on_the_same_host_is_followed(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"/v1.0/elsewhere", 0, 200, NULL, LAST(USER("a")), WHOLE, "Bearer tok-1"},
        {"/v1.0/users?", 0, 308, "Location: /v1.0/elsewhere\r\n", NULL, WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), 0);
    assert_string_equal(b.ids, "a ");
    bench_end(&b);
}

static void a_mark_that_leads_to_another_host_is_refused(void **state)
{
    const struct rule rules[] = {TOKEN_RULE};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(
        bench_read(&b, RA_USERS, NULL, "https://evil.example/v1.0/users?$skiptoken=x", &err),
        -RA_ESERVER);
    assert_int_equal(server_count(b.server, ""), 0);
    bench_end(&b);
}

static void a_refused_collection_names_the_permission_to_grant(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        {"/v1.0/users?", 0, 403, NULL,
         "{\"error\":{\"code\":\"Authorization_RequestDenied\",\"message\":\"Insufficient "
         "privileges "
         "to complete the operation.\"}}",
         WHOLE, NULL},
    };
    struct bench b;
    struct ra_err err;

    (void)state;
    assert_int_equal(run(&b, RULES(rules), &err), -RA_EPERMISSION);
    assert_string_equal(err.msg, "users: graph answered 403 Authorization_RequestDenied: "
                                 "Insufficient privileges to complete the operation. "
                                 "(request-id srv-1)");
    assert_string_equal(err.hint, "grant the app the application permission User.Read.All "
                                  "(df021288-bdef-4463-88db-98f22de89214) and give admin consent");
    assert_int_equal(server_count(b.server, "/v1.0/users?"), 1);
    bench_end(&b);
}

static void a_page_without_the_array_value_is_an_error(void **state)
{
    static const char *const bodies[] = {"{\"value\":{}}", "{\"vlaue\":[]}", "[]",
                                         "{\"value\":[1]}", "{\"value\":[],\"@odata.nextLink\":7}"};
    struct bench b;
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const struct rule rules[] = {TOKEN_RULE, {NULL, 0, 200, NULL, bodies[i], WHOLE, NULL}};
        assert_int_equal(run(&b, RULES(rules), &err), -RA_ESERVER);
        assert_int_equal(b.last_pages, 0);
        bench_end(&b);
    }
}

static int refuse_page(void *ctx, size_t chain, const struct ra_graph_object *objects, size_t n,
                       struct ra_str mark, struct ra_err *err)
{
    (void)ctx;
    (void)chain;
    (void)objects;
    (void)n;
    (void)mark;
    return ra_fail(err, RA_EIO, "disk full");
}

static void an_error_of_the_page_callback_stops_everything(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 {NULL, 0, 200, NULL, PAGE(USER("a"), P2), WHOLE, NULL}};
    const struct ra_chain chains[] = {{RA_USERS, NULL, NULL}, {RA_GROUPS, NULL, NULL}};
    struct bench b;
    struct ra_err err;

    (void)state;
    bench_start(&b, RULES(rules));
    assert_int_equal(bench_open(&b, &err), 0);
    assert_int_equal(ra_graph_read(b.graph, chains, 2, refuse_page, NULL, &err), -RA_EIO);
    assert_string_equal(err.msg, "disk full");
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_read_to_the_one_without_a_link),
        cmocka_unit_test(a_request_names_what_it_wants_and_who_asks),
        cmocka_unit_test(an_advanced_filter_sends_its_header_on_every_page),
        cmocka_unit_test(a_chain_resumes_at_its_mark),
        cmocka_unit_test(many_chains_share_the_connections_and_all_end),
        cmocka_unit_test(a_lost_page_token_goes_back_one_page),
        cmocka_unit_test(a_page_token_lost_twice_restarts_the_chain),
        cmocka_unit_test(a_second_reading_that_took_a_retry_may_be_repeated),
        cmocka_unit_test(empty_pages_without_end_are_a_loop),
        cmocka_unit_test(the_same_page_under_ever_new_links_is_a_loop),
        cmocka_unit_test(a_page_token_that_stays_lost_is_an_error),
        cmocka_unit_test(a_mark_that_has_expired_reads_the_chain_from_its_start),
        cmocka_unit_test(a_next_link_that_comes_twice_is_a_loop),
        cmocka_unit_test(a_next_link_to_the_page_itself_is_a_loop),
        cmocka_unit_test(the_token_does_not_follow_a_link_to_another_host),
        cmocka_unit_test(a_redirect_to_another_host_is_not_followed),
        cmocka_unit_test(a_redirect_on_the_same_host_is_followed),
        cmocka_unit_test(a_mark_that_leads_to_another_host_is_refused),
        cmocka_unit_test(a_refused_collection_names_the_permission_to_grant),
        cmocka_unit_test(a_page_without_the_array_value_is_an_error),
        cmocka_unit_test(an_error_of_the_page_callback_stops_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
