#include "tests/unit/rehearsal/client.h"

#include <string.h>

#define EVENTUAL "ConsistencyLevel: eventual"

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

static void a_list_shows_every_selected_property_with_explicit_nulls(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users?$top=3&$select=id,displayName,givenName,proxyAddresses,"
                           "ONPREMISESIMMUTABLEID,securityIdentifier",
                           NULL);
    assert_int_equal(a->status, 200);
    assert_string_equal(text_at(a, "value/0/displayName"), "Anna \"A\" M\xc3\xbcller");
    assert_true(cJSON_IsNull(json_at(a, "value/0/givenName")));
    assert_true(cJSON_IsNull(json_at(a, "value/2/onPremisesImmutableId")));
    assert_true(cJSON_IsArray(json_at(a, "value/2/proxyAddresses")));
    assert_string_equal(text_at(a, "value/0/securityIdentifier"),
                        "S-1-12-1-2863311530-1073741824-128-16777216");
    assert_null(json_at(a, "value/0/mail"));
    assert_non_null(strstr(text_at(a, "@odata.context"), "/v1.0/$metadata#users(id,displayName,"));
}

static void the_default_properties_are_the_eleven_of_the_documentation(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users?$top=1", NULL);
    assert_int_equal(cJSON_GetArraySize(json_at(a, "value/0")), 11);
    assert_non_null(json_at(a, "value/0/businessPhones"));
    assert_null(json_at(a, "value/0/onPremisesImmutableId"));
}

static void a_directory_answer_carries_graphs_headers(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users?$top=1", "client-request-id: my-own-id", NULL);
    assert_string_equal(header_of(a, "Content-Type"),
                        "application/json;odata.metadata=minimal;odata.streaming=true;"
                        "IEEE754Compatible=false;charset=utf-8");
    assert_string_equal(header_of(a, "client-request-id"), "my-own-id");
    assert_string_equal(header_of(a, "OData-Version"), "4.0");
    assert_string_equal(header_of(a, "Transfer-Encoding"), "chunked");
    assert_string_equal(header_of(a, "x-ms-resource-unit"), "1");
    assert_non_null(header_of(a, "request-id"));
    assert_non_null(strstr(header_of(a, "x-ms-ags-diagnostic"), "\"ServerInfo\""));
    a = get("/v1.0/users?$top=5000", NULL);
    assert_string_equal(header_of(a, "Content-Type"), "application/json");
    assert_string_equal(text_at(a, "error/innerError/client-request-id"),
                        header_of(a, "request-id"));
}

static void a_request_without_a_good_token_is_unauthorized(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users", "Authorization:", NULL);
    assert_error(a, 401, "InvalidAuthenticationToken", "Access token is empty.");
    assert_non_null(strstr(header_of(a, "WWW-Authenticate"), "Bearer realm=\"\""));
    a = get("/v1.0/users?$select=nonsense", "Authorization: Bearer x", NULL);
    assert_error(a, 401, "InvalidAuthenticationToken", NULL);
}

static void a_property_that_does_not_exist_cannot_be_selected(void **state)
{
    (void)state;
    assert_error(get("/v1.0/users?$select=id,sourceAnchor", NULL), 400, "BadRequest",
                 "Parsing OData Select and Expand failed: Could not find a property named "
                 "'sourceAnchor' on type 'microsoft.graph.user'.");
    assert_error(get("/v1.0/groups?$select=onPremisesImmutableId", NULL), 400, "BadRequest", NULL);
    assert_error(get("/v1.0/users?$select=skills", NULL), 501, "NotImplemented",
                 "This operation target is not yet supported.");
    assert_int_equal(get("/v1.0/users/" ANNA "?$select=skills", NULL)->status, 200);
}

static void the_object_identifier_is_unknown_where_the_data_has_none(void **state)
{
    (void)state;
    assert_error(get("/v1.0/users?$select=onPremisesObjectIdentifier", NULL), 400, "BadRequest",
                 NULL);
    assert_error(get("/beta/users?$select=onPremisesObjectIdentifier", NULL), 400, "BadRequest",
                 NULL);
}

static void page_sizes_outside_1_to_999_are_refused(void **state)
{
    (void)state;
    assert_error(get("/v1.0/users?$top=1000", NULL), 400, "Request_BadRequest",
                 "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.");
    assert_error(get("/v1.0/groups?$top=0", NULL), 400, "Request_BadRequest",
                 "Invalid page size specified: '0'. Must be between 1 and 999 inclusive.");
    assert_error(get("/v1.0/users?$top=-1", NULL), 400, "BadRequest", NULL);
    assert_int_equal(count_of(get("/v1.0/users?$top=999", NULL)), USERS);
}

static void options_that_graph_does_not_take_are_refused(void **state)
{
    (void)state;
    assert_error(get("/v1.0/users?$skip=5", NULL), 400, "Request_BadRequest", NULL);
    assert_error(get("/v1.0/users?$expand=onPremisesSyncBehavior", NULL), 400, "BadRequest", NULL);
    assert_error(get("/v1.0/users?$search=%22displayName:a%22", NULL), 400,
                 "Request_UnsupportedQuery",
                 "Request with $search query parameter only works through MSGraph with a special "
                 "request header: 'ConsistencyLevel: eventual'");
    assert_error(get("/v1.0/users?$nonsense=1", NULL), 400, "BadRequest", NULL);
    assert_error(get("/v1.0/users?$top=1&$top=2", NULL), 400, "BadRequest", NULL);
    assert_int_equal(count_of(get("/v1.0/users?%24top=1", NULL)), 100); /* not decoded: custom */
    assert_error(get("/v1.0/nonsense", NULL), 400, "BadRequest",
                 "Resource not found for the segment 'nonsense'.");
    assert_error(ask("DELETE", "/v1.0/users", NULL, NULL), 405, "Request_BadRequest",
                 "Specified HTTP method is not allowed for the request target.");
}

static void the_chain_of_pages_holds_every_user_once(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users?$select=id", NULL);
    int total = 0, pages = 0;
    for (;;) {
        total += count_of(a);
        pages++;
        if (!next_of(a))
            break;
        assert_int_equal(count_of(a), 100);
        assert_int_equal(strncmp(next_of(a), tenant_url(), strlen(tenant_url())), 0);
        a = get(next_of(a), NULL);
    }
    assert_int_equal(pages, 3);
    assert_int_equal(total, USERS);
}

static void a_page_token_belongs_to_its_query(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users?$top=5&$select=id", NULL);
    const char *token = strstr(next_of(a), "$skiptoken=");
    char url[1024];
    snprintf(url, sizeof(url), "/v1.0/users?$top=6&$select=id&%s", token);
    assert_error(get(url, NULL), 400, "Request_BadRequest", NULL);
    snprintf(url, sizeof(url), "/v1.0/groups?$top=5&$select=id&%s", token);
    assert_error(get(url, NULL), 400, "Request_BadRequest", NULL);
    snprintf(url, sizeof(url), "/v1.0/users?$top=5&$select=id&$skiptoken=RFNwdAxx");
    assert_error(get(url, NULL), 400, "Request_BadRequest", NULL);
}

static void counting_needs_the_consistency_header(void **state)
{
    (void)state;
    assert_error(get("/v1.0/users/$count", NULL), 400, "Request_BadRequest",
                 "$count is not currently supported.");
    struct answer *a = get("/v1.0/users/$count", EVENTUAL, NULL);
    assert_string_equal(a->body, "253");
    assert_string_equal(header_of(a, "Content-Type"), "text/plain");
    assert_null(json_at(get("/v1.0/users?$count=true", NULL), "@odata.count"));
    a = get("/v1.0/users?$count=true", EVENTUAL, NULL);
    assert_int_equal(json_at(a, "@odata.count")->valueint, USERS);
    assert_null(json_at(get(next_of(a), EVENTUAL, NULL), "@odata.count"));
    a = get("/v1.0/users/$count?$filter=startswith(userPrincipalName,'filler')", EVENTUAL, NULL);
    assert_string_equal(a->body, "250");
}

static int matches(const char *filter)
{
    char url[2048];
    snprintf(url, sizeof(url), "/v1.0/users?$top=999&$select=id&$filter=%s", filter);
    return count_of(get(url, NULL));
}

static int matches_advanced(const char *filter)
{
    char url[2048];
    snprintf(url, sizeof(url), "/v1.0/users?$top=999&$count=true&$select=id&$filter=%s", filter);
    return count_of(get(url, EVENTUAL, NULL));
}

static void the_filters_of_the_default_query_match(void **state)
{
    (void)state;
    assert_int_equal(matches("startswith(userPrincipalName,'a')"), 1);
    assert_int_equal(matches("startswith(userPrincipalName,'FILLER00')"), 10);
    assert_int_equal(matches("userPrincipalName%20eq%20'ANNA@contoso.com'"), 1);
    assert_int_equal(matches("userPrincipalName+in+('anna@contoso.com','boris@contoso.com')"), 2);
    assert_int_equal(matches("onPremisesSyncEnabled+eq+true"), 1 + FILLERS);
    assert_int_equal(matches("onPremisesSyncEnabled+eq+true+and+startswith(mail,'anna')"), 1);
    assert_int_equal(matches("(mail+eq+'anna@contoso.com'+or+mail+eq+'boris@contoso.com')"), 2);
    assert_int_equal(matches("proxyAddresses/any(p:p+eq+'SMTP:boris@contoso.com')"), 1);
    assert_int_equal(matches("proxyAddresses/any(p:startswith(p,'smtp:'))"), 2);
    assert_int_equal(matches("onPremisesLastSyncDateTime+ge+2026-01-01T00:00:00Z"), 1);
    assert_int_equal(matches("onPremisesLastSyncDateTime+le+2026-01-01T00:00:00Z"), 0);
    assert_int_equal(matches("onPremisesProvisioningErrors/any(o:o/category+eq+"
                             "'PropertyConflict')"),
                     1);
    assert_int_equal(matches("displayName+eq+'Anna+%22A%22+M%C3%BCller'"), 1);
}

static void a_filter_on_the_anchor_hits_others_by_letter_case(void **state)
{
    (void)state;
    assert_int_equal(matches("onPremisesImmutableId+eq+'QF5HMK7n80qvdYsUPIHa9Q%3D%3D'"), 2);
    assert_int_equal(matches("onPremisesImmutableId+in+('kZj7niGua0Gz92mIDCl%2BTw%3D%3D')"), 0);
}

static void the_filters_of_the_advanced_query_match(void **state)
{
    (void)state;
    assert_int_equal(matches_advanced("not(startswith(userPrincipalName,'filler'))"), 3);
    assert_int_equal(matches_advanced("accountEnabled+ne+true"), 2 + FILLERS);
    assert_int_equal(matches_advanced("onPremisesSamAccountName+eq+'anna'"), 1);
    assert_int_equal(matches_advanced("endsWith(mail,'contoso.com')"), 2);
    assert_int_equal(matches_advanced("onPremisesSyncEnabled+eq+null"), 2);
    assert_int_equal(matches_advanced("proxyAddresses/$count+eq+0"), 1 + FILLERS);
}

static void filter_refused(const char *filter, const char *code, const char *message)
{
    char url[4096];
    snprintf(url, sizeof(url), "/v1.0/users?$select=id&$filter=%s", filter);
    assert_error(get(url, NULL), 400, code, message);
}

static void filters_outside_the_matrix_are_refused(void **state)
{
    (void)state;
    const char *query = "Request_UnsupportedQuery";
    filter_refused("endsWith(mail,'a')", query,
                   "Operator 'endsWith' is not supported because the required parameters might be "
                   "missing. Try adding $count=true query parameter and ConsistencyLevel:eventual "
                   "header. Refer to https://aka.ms/graph-docs/advanced-queries for more "
                   "information");
    filter_refused("not(accountEnabled+eq+true)", query, NULL);
    filter_refused("onPremisesImmutableId+ne+'a'", query, NULL);
    filter_refused("startswith(onPremisesImmutableId,'a')", query,
                   "Unsupported or invalid query filter clause specified for property "
                   "'onPremisesImmutableId' of resource 'User'.");
    filter_refused("onPremisesImmutableId+eq+null", query, NULL);
    filter_refused("onPremisesSamAccountName+eq+'a'", query, NULL);
    filter_refused("onPremisesDomainName+eq+'a'", query, NULL);
    filter_refused("proxyAddresses+eq+'a'", query, NULL);
    filter_refused("accountEnabled+eq+'true'", "BadRequest", NULL);
    filter_refused("nonsense+eq+'a'", "BadRequest",
                   "Invalid filter clause: Could not find a property named 'nonsense' on type "
                   "'microsoft.graph.user'.");
    filter_refused("mail+eq+'a", "BadRequest", NULL);
    filter_refused("mail+eq+'a')", "BadRequest", NULL);
    filter_refused("mail", "BadRequest", NULL);
    filter_refused("mail+in+('1','2','3','4','5','6','7','8','9','10','11','12','13','14','15',"
                   "'16')",
                   query,
                   "Too many child clauses specified in search filter expression containing 'OR' "
                   "operators: 16. Max allowed: 15.");
}

static void an_advanced_query_needs_its_header_on_every_page(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users?$count=true&$top=50&$filter=not(startswith("
                           "userPrincipalName,'anna'))",
                           EVENTUAL, NULL);
    assert_error(get(next_of(a), NULL), 400, "Directory_ExpiredPageToken",
                 "The specified page token value has expired and can no longer be included in your "
                 "request.");
    assert_int_equal(count_of(get(next_of(a), EVENTUAL, NULL)), 50);
}

static void sorting_works_by_name_and_not_beside_a_filter(void **state)
{
    (void)state;
    struct answer *a =
        get("/v1.0/users?$orderby=displayName+desc&$top=2&$select=displayName", NULL);
    assert_string_equal(text_at(a, "value/0/displayName"), "Filler 249");
    assert_string_equal(text_at(get(next_of(a), NULL), "value/0/displayName"), "Filler 247");
    a = get("/v1.0/users?$orderby=displayName+desc&$filter=startswith(displayName,'Filler')"
            "&$count=true&$top=1&$select=displayName",
            EVENTUAL, NULL);
    assert_string_equal(text_at(a, "value/0/displayName"), "Filler 249");
    assert_non_null(strstr(a->body, "\"@odata.count\":250,"));
    assert_error(get("/v1.0/users?$orderby=mail", NULL), 400, "Request_UnsupportedQuery",
                 "Sorting not supported for current query.");
    assert_error(get("/v1.0/users?$orderby=displayName&$filter=startswith(mail,'a')", NULL), 400,
                 "Request_UnsupportedQuery", NULL);
}

static void single_objects_are_found_by_id_and_users_by_upn(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/users/anna@contoso.com?$select=id", NULL);
    assert_string_equal(text_at(a, "id"), ANNA);
    assert_non_null(strstr(text_at(a, "@odata.context"), "#users(id)/$entity"));
    assert_error(get("/v1.0/users/" ADMINS, NULL), 404, "Request_ResourceNotFound",
                 "Resource '" ADMINS "' does not exist or one of its queried reference-property "
                 "objects are not present.");
    assert_error(get("/v1.0/users/" GONE, NULL), 404, "Request_ResourceNotFound", NULL);
    assert_int_equal(get("/v1.0/groups/" ADMINS, NULL)->status, 200);
}

static void the_other_collections_answer_too(void **state)
{
    (void)state;
    assert_int_equal(count_of(get("/v1.0/groups?$select=id,onPremisesSecurityIdentifier", NULL)),
                     3);
    assert_int_equal(count_of(get("/v1.0/contacts?$select=id,proxyAddresses", NULL)), 1);
    assert_int_equal(count_of(get("/v1.0/devices?$select=id,deviceId", NULL)), 1);
    assert_int_equal(count_of(get("/v1.0/groups?$filter=isAssignableToRole+eq+true", NULL)), 1);
    assert_error(get("/v1.0/groups?$filter=createdDateTime+ge+2026-01-01T00:00:00Z", NULL), 400,
                 "Request_UnsupportedQuery",
                 "Unsupported or invalid query filter clause specified for property "
                 "'createdDateTime' of resource 'Group'.");
    assert_string_equal(get("/v1.0/contacts/$count", EVENTUAL, NULL)->body, "1");
}

static void deleted_items_need_a_cast(void **state)
{
    (void)state;
    assert_int_equal(get("/v1.0/directory/deletedItems", NULL)->status, 400);
    struct answer *a = get("/v1.0/directory/deletedItems/microsoft.graph.user?$select=id,"
                           "deletedDateTime,onPremisesImmutableId",
                           NULL);
    assert_string_equal(text_at(a, "value/0/id"), GONE);
    assert_string_equal(text_at(a, "value/0/onPremisesImmutableId"), "kZj7niGua0Gz92mIDCl+Tw==");
    assert_non_null(strstr(text_at(a, "@odata.context"), "$metadata#users("));
    assert_int_equal(count_of(get("/v1.0/directory/deletedItems/graph.user", NULL)), 1);
    a = get("/v1.0/directory/deletedItems/" GONE, NULL);
    assert_string_equal(text_at(a, "@odata.type"), "#microsoft.graph.user");
}

static void a_large_answer_comes_compressed_when_the_client_takes_it(void **state)
{
    (void)state;
    struct answer *plain = get("/v1.0/users?$top=999&$select=id", NULL);
    struct answer *zipped = get("/v1.0/users?$top=999&$select=id", "Accept-Encoding: gzip", NULL);
    assert_null(header_of(plain, "Content-Encoding"));
    assert_string_equal(header_of(zipped, "Content-Encoding"), "gzip");
    assert_true(zipped->n < plain->n / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_shows_every_selected_property_with_explicit_nulls),
        cmocka_unit_test(the_default_properties_are_the_eleven_of_the_documentation),
        cmocka_unit_test(a_directory_answer_carries_graphs_headers),
        cmocka_unit_test(a_request_without_a_good_token_is_unauthorized),
        cmocka_unit_test(a_property_that_does_not_exist_cannot_be_selected),
        cmocka_unit_test(the_object_identifier_is_unknown_where_the_data_has_none),
        cmocka_unit_test(page_sizes_outside_1_to_999_are_refused),
        cmocka_unit_test(options_that_graph_does_not_take_are_refused),
        cmocka_unit_test(the_chain_of_pages_holds_every_user_once),
        cmocka_unit_test(a_page_token_belongs_to_its_query),
        cmocka_unit_test(counting_needs_the_consistency_header),
        cmocka_unit_test(the_filters_of_the_default_query_match),
        cmocka_unit_test(a_filter_on_the_anchor_hits_others_by_letter_case),
        cmocka_unit_test(the_filters_of_the_advanced_query_match),
        cmocka_unit_test(filters_outside_the_matrix_are_refused),
        cmocka_unit_test(an_advanced_query_needs_its_header_on_every_page),
        cmocka_unit_test(sorting_works_by_name_and_not_beside_a_filter),
        cmocka_unit_test(single_objects_are_found_by_id_and_users_by_upn),
        cmocka_unit_test(the_other_collections_answer_too),
        cmocka_unit_test(deleted_items_need_a_cast),
        cmocka_unit_test(a_large_answer_comes_compressed_when_the_client_takes_it),
    };
    return cmocka_run_group_tests(tests, up, down);
}
