#include "tests/unit/graph/cmocka_all.h"

#include "src/graph/endpoint.h"

#include <stdlib.h>
#include <string.h>

static struct ra_endpoint endpoint(const char *url)
{
    struct ra_endpoint e;
    struct ra_err err;

    assert_int_equal(ra_endpoint_parse("graph_url", url, false, &e, &err), 0);
    return e;
}

static void each_cloud_has_its_own_hosts(void **state)
{
    (void)state;
    assert_string_equal(ra_cloud_hosts(RA_CLOUD_GLOBAL)->graph, "https://graph.microsoft.com");
    assert_string_equal(ra_cloud_hosts(RA_CLOUD_USGOV)->login, "https://login.microsoftonline.us");
    assert_string_equal(ra_cloud_hosts(RA_CLOUD_USGOV_DOD)->graph,
                        "https://dod-graph.microsoft.us");
    assert_string_equal(ra_cloud_hosts(RA_CLOUD_CHINA)->login, "https://login.chinacloudapi.cn");
}

static void a_service_address_is_https_without_version_query_or_user(void **state)
{
    static const char *const bad[] = {
        "http://graph.example",
        "graph.example",
        "https://graph.example/v1.0",
        "https://graph.example/beta",
        "https://u:p@graph.example",
        "https://graph.example?x=1",
        "ftp://graph.example",
        "",
        "https://",
    };
    struct ra_endpoint e;
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ra_endpoint_parse("graph_url", bad[i], false, &e, &err), -RA_ECONFIG);
        assert_null(e.base);
    }
    assert_int_equal(ra_endpoint_parse("graph_url", "http://graph.example", false, &e, &err),
                     -RA_ECONFIG);
    assert_string_equal(err.msg, "graph_url = http://graph.example: want https, a token is never "
                                 "sent over an open line");
}

static void a_slash_behind_the_address_is_dropped(void **state)
{
    struct ra_endpoint e = endpoint("https://localhost:8443/");

    (void)state;
    assert_string_equal(e.base, "https://localhost:8443");
    assert_string_equal(e.port, "8443");
    ra_endpoint_free(&e);
}

static void links_to_the_same_host_pass_in_any_spelling(void **state)
{
    static const char *const good[] = {
        "https://graph.microsoft.com/v1.0/users?$skiptoken=x",
        "https://GRAPH.microsoft.com/v1.0/users",
        "https://graph.microsoft.com:443/v1.0/users",
    };
    struct ra_endpoint e = endpoint("https://graph.microsoft.com");
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(ra_endpoint_pin(&e, good[i], "users", "nextLink", &err), 0);
    ra_endpoint_free(&e);
}

static void links_that_lead_elsewhere_are_refused(void **state)
{
    static const char *const bad[] = {
        "https://evil.example/v1.0/users",
        "http://graph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com:8443/v1.0/users",
        "https://graph.microsoft.com@evil.example/",
        "https://user@graph.microsoft.com/",
        "https://@graph.microsoft.com/",
        "https://:secret@graph.microsoft.com/",
        "https://graph.microsoft.com.evil.example/",
        "https://evil.example\\@graph.microsoft.com/",
        "//graph.microsoft.com/v1.0/users",
        "/v1.0/users",
        "file:///etc/passwd",
        "",
    };
    struct ra_endpoint e = endpoint("https://graph.microsoft.com");
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(ra_endpoint_pin(&e, bad[i], "users", "nextLink", &err), -RA_ESERVER);
    ra_endpoint_pin(&e, bad[0], "users", "nextLink", &err);
    assert_string_equal(err.msg, "users: nextLink leads to https://evil.example:443, only "
                                 "https://graph.microsoft.com:443 is asked");
    ra_endpoint_free(&e);
}

static void values_are_encoded_to_the_last_reserved_byte(void **state)
{
    struct ra_buf b;

    (void)state;
    ra_buf_init(&b, 1024);
    ra_url_encode(&b, ra_str("a+b/c=#'é-._~"));
    assert_string_equal(ra_buf_z(&b), "a%2Bb%2Fc%3D%23%27%C3%A9-._~");
    ra_buf_free(&b);
}

static void a_link_keeps_its_text_but_for_what_cannot_be_sent(void **state)
{
    char *url = ra_url_from_link(ra_str("https://h/x?$filter=a eq 'b'&$skiptoken=R%27+/=é"));

    (void)state;
    assert_string_equal(url, "https://h/x?$filter=a%20eq%20'b'&$skiptoken=R%27+/=%C3%A9");
    free(url);
    assert_null(ra_url_from_link(ra_str("https://h/x\r\nEvil: 1")));
}

static void page_tokens_do_not_reach_the_log(void **state)
{
    char shown[128];

    (void)state;
    ra_url_shown("https://h/v1.0/users?$top=5&$skiptoken=SECRET&$select=id", shown, sizeof shown);
    assert_string_equal(shown, "https://h/v1.0/users?$top=5&$skiptoken=...&$select=id");
    ra_url_shown("https://h/v1.0/users?$select=id,mail,displayName,otherThings", shown, 24);
    assert_true(strlen(shown) < 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cloud_has_its_own_hosts),
        cmocka_unit_test(a_service_address_is_https_without_version_query_or_user),
        cmocka_unit_test(a_slash_behind_the_address_is_dropped),
        cmocka_unit_test(links_to_the_same_host_pass_in_any_spelling),
        cmocka_unit_test(links_that_lead_elsewhere_are_refused),
        cmocka_unit_test(values_are_encoded_to_the_last_reserved_byte),
        cmocka_unit_test(a_link_keeps_its_text_but_for_what_cannot_be_sent),
        cmocka_unit_test(page_tokens_do_not_reach_the_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
