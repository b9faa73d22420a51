#include "tests/unit/rehearsal/client.h"

#include "src/base/clock.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define LIST "/v1.0/users?$top=100&$select=id"

static int up(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){0});
    return 0;
}

static int down(void **state)
{
    (void)state;
    tenant_down();
    return 0;
}

static char *keep(const char *link)
{
    static char kept[4][4096];
    static unsigned at;
    assert_non_null(link);
    at = (at + 1) % 4;
    snprintf(kept[at], sizeof(kept[at]), "%s", link);
    return kept[at];
}

static void throttling_names_its_wait_in_every_form(void **state)
{
    (void)state;
    fault("[{\"kind\":\"throttle\",\"nth\":1,\"retry_after\":10},"
          "{\"kind\":\"throttle\",\"nth\":2,\"retry_after\":0.5},"
          "{\"kind\":\"throttle\",\"nth\":3,\"retry_after\":{\"date\":30}},"
          "{\"kind\":\"throttle\",\"nth\":4}]");
    struct answer *a = get(LIST, NULL);
    assert_error(a, 429, "TooManyRequests", "Please retry again later.");
    assert_string_equal(text_at(a, "error/innerError/status"), "429");
    assert_string_equal(header_of(a, "Retry-After"), "10");
    assert_string_equal(header_of(get(LIST, NULL), "Retry-After"), "0.5");
    assert_non_null(strstr(header_of(get(LIST, NULL), "Retry-After"), " GMT"));
    a = get(LIST, NULL);
    assert_int_equal(a->status, 429);
    assert_null(header_of(a, "Retry-After"));
    assert_int_equal(get(LIST, NULL)->status, 200);
}

static void server_faults_have_their_status_and_may_be_html(void **state)
{
    (void)state;
    fault("[{\"kind\":\"html\",\"nth\":1},{\"kind\":\"status\",\"status\":504,\"nth\":2},"
          "{\"kind\":\"status\",\"status\":500,\"nth\":3},{\"kind\":\"html\",\"status\":200,"
          "\"nth\":4},{\"kind\":\"status\",\"status\":409,\"nth\":5,\"retry_after\":1},"
          "{\"kind\":\"forbidden\",\"nth\":6}]");
    struct answer *a = get(LIST, NULL);
    assert_int_equal(a->status, 503);
    assert_string_equal(header_of(a, "Content-Type"), "text/html");
    assert_null(a->json);
    assert_int_equal(get(LIST, NULL)->status, 504);
    assert_error(get(LIST, NULL), 500, "InternalServerError", NULL);
    a = get(LIST, NULL);
    assert_int_equal(a->status, 200);
    assert_null(a->json);
    assert_error(get(LIST, NULL), 409, "Directory_ConcurrencyViolation", NULL);
    assert_error(get(LIST, NULL), 403, "Authorization_RequestDenied", NULL);
}

static void a_token_that_ends_mid_run_stays_bad(void **state)
{
    (void)state;
    fault("{\"kind\":\"unauthorized\",\"nth\":1}");
    assert_error(get(LIST, NULL), 401, "InvalidAuthenticationToken", NULL);
    assert_error(get(LIST, NULL), 401, "InvalidAuthenticationToken", NULL);
    tenant_new_token();
    assert_int_equal(get(LIST, NULL)->status, 200);
}

static struct answer *token_with(const char *claims)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             "grant_type=client_credentials&client_id=" CLIENT "&client_secret=geheim&scope="
             "https%%3A%%2F%%2Fgraph.microsoft.com%%2F.default&claims=%s",
             claims);
    return form(TENANT, fields);
}

static struct answer *list_with(const struct answer *token)
{
    char bearer[8192];
    snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", text_at(token, "access_token"));
    return get(LIST, bearer, NULL);
}

static void a_claims_challenge_ends_when_its_claims_are_asked_for(void **state)
{
    (void)state;
    const char *capable = "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}";
    const char *met = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\"},"
                      "\"xms_cc\":{\"values\":[\"cp1\"]}}}";
    fault("{\"kind\":\"cae\",\"path\":\"/users\"}");
    struct answer *first = token_with(capable);
    struct answer *a = list_with(first);
    assert_int_equal(a->status, 401);
    assert_non_null(strstr(header_of(a, "WWW-Authenticate"), "error=\"insufficient_claims\""));
    assert_non_null(strstr(header_of(a, "WWW-Authenticate"), "claims=\"ey"));
    assert_int_equal(list_with(first)->status, 401);
    assert_int_equal(list_with(token_with(capable))->status, 401);
    assert_int_equal(list_with(token_with(met))->status, 200);
    a = get(LIST, NULL); /* a client that cannot answer challenges is not sent one */
    assert_null(strstr(header_of(a, "WWW-Authenticate"), "claims"));
}

static void page_tokens_expire_or_get_lost(void **state)
{
    (void)state;
    fault("[{\"kind\":\"expired_page\",\"page\":2},{\"kind\":\"lost_page\",\"page\":3}]");
    const char *second = keep(next_of(get(LIST, NULL)));
    assert_error(get(second, NULL), 400, "Directory_ExpiredPageToken", NULL);
    const char *third = keep(next_of(get(second, NULL)));
    assert_error(get(third, NULL), 400, "DirectoryPageTokenNotFoundException", NULL);
    assert_int_equal(get(third, NULL)->status, 200);
}

static void page_tokens_end_with_their_life(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.page_token_seconds = -1});
    assert_error(get(keep(next_of(get(LIST, NULL))), NULL), 400, "Directory_ExpiredPageToken",
                 NULL);
    tenant_down();
}

static void a_link_obtained_by_a_retry_is_not_found(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.retry_tokens = true});
    fault("{\"kind\":\"reset\",\"page\":2}");
    const char *second = keep(next_of(get(LIST, NULL)));
    assert_int_not_equal(get(second, NULL)->curl, CURLE_OK);
    const char *retried = keep(next_of(get(second, NULL)));
    assert_error(get(retried, NULL), 400, "DirectoryPageTokenNotFoundException", NULL);
    const char *good = keep(next_of(get(second, NULL))); /* the last good link, read again */
    assert_int_equal(get(good, NULL)->status, 200);
    tenant_down();
}

static void delta_links_are_refused_both_ways(void **state)
{
    (void)state;
    fault("[{\"kind\":\"delta_gone\",\"nth\":2},{\"kind\":\"delta_old\",\"nth\":3}]");
    struct answer *a = get("/v1.0/users/delta?$deltatoken=latest&$select=id", NULL);
    const char *link = keep(delta_of(a));
    a = get(link, NULL);
    assert_int_equal(a->status, 410);
    assert_non_null(strstr(header_of(a, "Location"), "users/delta?$select=id&$deltatoken="));
    assert_error(get(link, NULL), 400, "Request_UnsupportedQuery", NULL);
    assert_int_equal(get(link, NULL)->status, 200);
}

static void a_reset_leaves_no_answer_but_the_write_may_have_happened(void **state)
{
    (void)state;
    fault("[{\"kind\":\"reset\",\"method\":\"PATCH\",\"nth\":1},"
          "{\"kind\":\"reset\",\"method\":\"PATCH\",\"nth\":2,\"before\":true}]");
    const char *user = "/v1.0/users/" CLARA;
    struct answer *a = ask("PATCH", user, "{\"onPremisesImmutableId\":\"AAAA\"}", NULL);
    assert_int_not_equal(a->curl, CURLE_OK);
    assert_int_equal(a->status, 0);
    a = get("/v1.0/users/" CLARA "?$select=onPremisesImmutableId", NULL);
    assert_string_equal(text_at(a, "onPremisesImmutableId"), "AAAA");
    a = ask("PATCH", user, "{\"onPremisesImmutableId\":\"BBBB\"}", NULL);
    assert_int_equal(a->status, 0);
    a = get("/v1.0/users/" CLARA "?$select=onPremisesImmutableId", NULL);
    assert_string_equal(text_at(a, "onPremisesImmutableId"), "AAAA");
}

static void a_body_is_cut_in_the_middle(void **state)
{
    (void)state;
    fault("[{\"kind\":\"cut\",\"nth\":1},{\"kind\":\"cut\",\"nth\":2,\"length\":true},"
          "{\"kind\":\"cut\",\"nth\":3,\"bytes\":10},{\"kind\":\"garbage\",\"nth\":4}]");
    struct answer *a = get(LIST, NULL);
    assert_int_equal(a->status, 200);
    assert_int_not_equal(a->curl, CURLE_OK);
    assert_null(a->json);
    a = get(LIST, NULL);
    assert_int_equal(a->curl, CURLE_PARTIAL_FILE);
    assert_non_null(header_of(a, "Content-Length"));
    a = get(LIST, NULL);
    assert_int_equal(a->n, 10);
    a = get(LIST, NULL); /* whole for HTTP, broken as JSON */
    assert_int_equal(a->curl, CURLE_OK);
    assert_null(a->json);
}

static void a_compressed_body_ends_early(void **state)
{
    (void)state;
    fault("{\"kind\":\"gzip_cut\",\"nth\":1}");
    struct answer *a = get(LIST, "Accept-Encoding: gzip", NULL);
    assert_int_equal(a->curl, CURLE_OK);
    assert_string_equal(header_of(a, "Content-Encoding"), "gzip");
    struct answer *whole = get(LIST, "Accept-Encoding: gzip", NULL);
    assert_true(a->n > 0 && a->n < whole->n);
}

static void a_stall_ends_at_last(void **state)
{
    (void)state;
    fault("[{\"kind\":\"stall\",\"nth\":1,\"ms\":40},{\"kind\":\"delay\",\"nth\":2,\"ms\":40},"
          "{\"kind\":\"silent\",\"nth\":3,\"ms\":40}]");
    for (int i = 0; i < 3; i++) {
        int64_t from = ra_monotonic_ms();
        struct answer *a = get(LIST, NULL);
        assert_int_equal(count_of(a), 100);
        assert_true(ra_monotonic_ms() - from >= 40);
    }
}

static void a_tenant_stops_while_a_client_is_kept_waiting(void **state)
{
    (void)state;
    fault("[{\"kind\":\"silent\",\"nth\":1},{\"kind\":\"stall\",\"nth\":2}]");
    give_up_after(100);
    assert_int_equal(get(LIST, NULL)->curl, CURLE_OPERATION_TIMEDOUT);
    assert_int_equal(get(LIST, NULL)->curl, CURLE_OPERATION_TIMEDOUT);
    give_up_after(0);
    tenant_down(); /* waits for its threads: hanging here is the failure */
    tenant_up((struct ra_rehearsal_options){0});
}

static void pages_may_be_empty_or_short_and_nothing_is_lost(void **state)
{
    (void)state;
    fault("[{\"kind\":\"empty_page\",\"page\":1},{\"kind\":\"short_page\",\"page\":2,\"n\":7}]");
    struct answer *a = get(LIST, NULL);
    assert_int_equal(count_of(a), 0);
    int total = 0;
    a = get(next_of(a), NULL);
    assert_int_equal(count_of(a), 7);
    for (;;) {
        total += count_of(a);
        if (!next_of(a))
            break;
        a = get(next_of(a), NULL);
    }
    assert_int_equal(total, USERS);
}

static void an_object_may_come_twice_across_pages(void **state)
{
    (void)state;
    fault("{\"kind\":\"duplicate\",\"page\":1,\"n\":2}");
    struct answer *a = get(LIST, NULL);
    const char *last = keep(text_at(a, "value/99/id"));
    a = get(next_of(a), NULL);
    assert_string_equal(text_at(a, "value/1/id"), last);
}

static void links_may_loop_or_lead_elsewhere_or_be_missing(void **state)
{
    (void)state;
    fault("[{\"kind\":\"loop\",\"nth\":1},{\"kind\":\"foreign_host\",\"nth\":2,\"host\":"
          "\"graph.evil.example\"},{\"kind\":\"drop_link\",\"nth\":3}]");
    struct answer *a = get(LIST, NULL);
    assert_non_null(strstr(next_of(a), LIST));
    assert_null(strstr(next_of(a), "skiptoken"));
    a = get(LIST, NULL);
    assert_int_equal(strncmp(next_of(a), "https://graph.evil.example/v1.0/users?", 38), 0);
    a = get(LIST, NULL);
    assert_int_equal(count_of(a), 100);
    assert_null(next_of(a));
}

static void objects_may_be_hidden_for_one_page(void **state)
{
    (void)state;
    fault("{\"kind\":\"hide\",\"nth\":1,\"n\":3}");
    assert_int_equal(count_of(get(LIST, NULL)), 97);
    assert_int_equal(count_of(get(LIST, NULL)), 100);
}

static void the_count_may_be_ahead(void **state)
{
    (void)state;
    fault("{\"kind\":\"miscount\",\"n\":2,\"times\":1}");
    struct answer *a = get("/v1.0/users/$count", "ConsistencyLevel: eventual", NULL);
    long ahead = strtol(a->body, NULL, 10);
    a = get("/v1.0/users/$count", "ConsistencyLevel: eventual", NULL);
    assert_int_equal(ahead, strtol(a->body, NULL, 10) + 2);
}

static void bodies_may_be_huge_deep_or_mistyped(void **state)
{
    (void)state;
    fault(
        "[{\"kind\":\"huge\",\"nth\":1,\"bytes\":5000000},{\"kind\":\"deep\",\"nth\":2,\"n\":5000}"
        ",{\"kind\":\"content_type\",\"nth\":3,\"type\":\"text/plain\"}]");
    assert_true(get(LIST, NULL)->n > 5000000);
    assert_int_equal(get(LIST, NULL)->n, strlen("{\"value\":}") + 10000);
    assert_string_equal(header_of(get(LIST, NULL), "Content-Type"), "text/plain");
}

static void a_redirect_names_its_place(void **state)
{
    (void)state;
    fault("{\"kind\":\"redirect\",\"nth\":1,\"location\":\"https://other.example/v1.0/users\"}");
    struct answer *a = get(LIST, NULL);
    assert_int_equal(a->status, 302);
    assert_string_equal(header_of(a, "Location"), "https://other.example/v1.0/users");
}

static void the_token_endpoint_can_fail_too(void **state)
{
    (void)state;
    fault("{\"kind\":\"status\",\"status\":503,\"path\":\"/oauth2/\",\"times\":1}");
    assert_int_equal(token_with("")->status, 503);
    assert_int_equal(token_with("")->status, 200);
}

static void rules_count_by_every_and_times_and_can_be_cleared(void **state)
{
    (void)state;
    fault("{\"kind\":\"status\",\"status\":500,\"every\":3}");
    int failed = 0;
    for (int i = 0; i < 9; i++)
        failed += get(LIST, NULL)->status == 500;
    assert_int_equal(failed, 3);
    struct answer *a = get("/rehearsal/faults", NULL);
    assert_int_equal(json_at(a, "0/fired")->valueint, 3);
    ask("DELETE", "/rehearsal/faults", NULL, NULL);
    fault("{\"kind\":\"status\",\"status\":500,\"nth\":2,\"times\":2}");
    assert_int_equal(get(LIST, NULL)->status, 200);
    assert_int_equal(get(LIST, NULL)->status, 500);
    assert_int_equal(get(LIST, NULL)->status, 500);
    assert_int_equal(get(LIST, NULL)->status, 200);
}

static void a_rule_that_is_not_understood_is_refused(void **state)
{
    (void)state;
    struct answer *a = ask("POST", "/rehearsal/faults", "{\"kind\":\"nonsense\"}", NULL);
    assert_int_equal(a->status, 400);
    assert_string_equal(text_at(a, "error"),
                        "fault rule: kind is \"nonsense\", wanted one that is known");
    a = ask("POST", "/rehearsal/faults", "{\"kind\":\"reset\",\"nht\":1}", NULL);
    assert_string_equal(text_at(a, "error"), "fault rule: unknown key \"nht\"");
}

static void quotas_end_in_429_with_a_wait(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.quota = 10, .write_quota = 2});
    struct answer *a = NULL;
    for (int i = 0; i < 9; i++)
        a = get("/v1.0/organization", NULL);
    assert_int_equal(a->status, 200);
    assert_string_equal(header_of(a, "x-ms-throttle-limit-percentage"), "0.9");
    get("/v1.0/organization", NULL);
    a = get("/v1.0/organization", NULL);
    assert_int_equal(a->status, 429);
    assert_non_null(header_of(a, "Retry-After"));
    assert_string_equal(header_of(a, "x-ms-throttle-scope"),
                        "Tenant_Application/ReadWrite/" CLIENT "/" TENANT);
    assert_string_equal(header_of(a, "x-ms-throttle-information"), "ResourceUnitLimitExceeded");
    tenant_down();
    tenant_up((struct ra_rehearsal_options){.write_quota = 2});
    for (int i = 0; i < 3; i++)
        a = ask("PATCH", "/v1.0/users/" CLARA, "{}", NULL);
    assert_int_equal(a->status, 429);
    assert_string_equal(header_of(a, "x-ms-throttle-information"), "WriteLimitExceeded");
    tenant_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(throttling_names_its_wait_in_every_form, up, down),
        cmocka_unit_test_setup_teardown(server_faults_have_their_status_and_may_be_html, up, down),
        cmocka_unit_test_setup_teardown(a_token_that_ends_mid_run_stays_bad, up, down),
        cmocka_unit_test_setup_teardown(a_claims_challenge_ends_when_its_claims_are_asked_for, up,
                                        down),
        cmocka_unit_test_setup_teardown(page_tokens_expire_or_get_lost, up, down),
        cmocka_unit_test(page_tokens_end_with_their_life),
        cmocka_unit_test(a_link_obtained_by_a_retry_is_not_found),
        cmocka_unit_test_setup_teardown(delta_links_are_refused_both_ways, up, down),
        cmocka_unit_test_setup_teardown(a_reset_leaves_no_answer_but_the_write_may_have_happened,
                                        up, down),
        cmocka_unit_test_setup_teardown(a_body_is_cut_in_the_middle, up, down),
        cmocka_unit_test_setup_teardown(a_compressed_body_ends_early, up, down),
        cmocka_unit_test_setup_teardown(a_stall_ends_at_last, up, down),
        cmocka_unit_test_setup_teardown(a_tenant_stops_while_a_client_is_kept_waiting, up, down),
        cmocka_unit_test_setup_teardown(pages_may_be_empty_or_short_and_nothing_is_lost, up, down),
        cmocka_unit_test_setup_teardown(an_object_may_come_twice_across_pages, up, down),
        cmocka_unit_test_setup_teardown(links_may_loop_or_lead_elsewhere_or_be_missing, up, down),
        cmocka_unit_test_setup_teardown(objects_may_be_hidden_for_one_page, up, down),
        cmocka_unit_test_setup_teardown(the_count_may_be_ahead, up, down),
        cmocka_unit_test_setup_teardown(bodies_may_be_huge_deep_or_mistyped, up, down),
        cmocka_unit_test_setup_teardown(a_redirect_names_its_place, up, down),
        cmocka_unit_test_setup_teardown(the_token_endpoint_can_fail_too, up, down),
        cmocka_unit_test_setup_teardown(rules_count_by_every_and_times_and_can_be_cleared, up,
                                        down),
        cmocka_unit_test_setup_teardown(a_rule_that_is_not_understood_is_refused, up, down),
        cmocka_unit_test(quotas_end_in_429_with_a_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
