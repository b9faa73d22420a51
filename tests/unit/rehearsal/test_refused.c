/* Requests that the service refuses, each with its status and code; data and options that the
 * simulated tenant itself refuses. */
#include "tests/unit/rehearsal/client.h"

#include "recovery/rehearsal/sim.h"
#include "src/base/clock.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NOBODY   "99999999-0000-4000-8000-000000000001"
#define EVENTUAL "ConsistencyLevel: eventual"
#define USERS_   "/v1.0/users"
#define USER(id) "/v1.0/users/" id
#define ROLES    "/v1.0/roleManagement/directory/roleAssignments"
#define SYNC     "/v1.0/directory/onPremisesSynchronization/"
#define PREVENT(x)                                                                                 \
    "{\"configuration\":{\"accidentalDeletionPrevention\":{\"synchronizationPreventionType\":" x   \
    "}}}"

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

struct row {
    const char *method, *path, *body;
    long status;
    const char *code, *words; /* words: in the message */
};

static void is_refused(const struct row *r, const char *header)
{
    struct answer *a = ask(r->method, r->path, r->body, header, NULL);
    const char *code = a->status >= 400 ? text_at(a, "error/code") : "";

    if (a->status != r->status || strcmp(code, r->code) != 0 || !strstr(a->body, r->words))
        fail_msg("%s %s %s: %ld %.600s, want %ld %s %s", r->method, r->path, r->body ? r->body : "",
                 a->status, a->body, r->status, r->code, r->words);
}

static const struct row plain[] = {
    {"GET", USER(ANNA) "?$top=1", NULL, 400, "Request_BadRequest", "'$top'"},
    {"GET", USER(ANNA) "?$expand=manager", NULL, 400, "BadRequest", "'manager'"},
    {"GET", USER(ANNA) "?$select=nonsense", NULL, 400, "BadRequest", "'nonsense'"},
    {"GET", USERS_ "?$select=id,,mail", NULL, 400, "BadRequest", "Term 'id,,mail'"},
    {"GET", USERS_ "?$select=%zz", NULL, 400, "BadRequest", "URI is not valid"},
    {"GET", "/v1.0/users/%zz", NULL, 400, "BadRequest", "URI is not valid"},
    {"GET", USERS_ "?$expand=manager", NULL, 501, "NotImplemented", "not yet supported"},
    {"GET", "/v1.0/directory/deletedItems/" ANNA, NULL, 404, "Request_ResourceNotFound", ANNA},
    {"GET", "/beta/users/" NOBODY "/onPremisesSyncBehavior", NULL, 404, "Request_ResourceNotFound",
     NOBODY},
    {"GET", ROLES "?$filter=principalId", NULL, 400, "BadRequest", "Syntax error"},
    {"GET", ROLES "?$filter=nonsense+eq+'x'", NULL, 400, "BadRequest", "'nonsense'"},
    {"GET", "/v1.0/groups/" ADMINS "/members?$filter=x", NULL, 400, "Request_BadRequest",
     "'$filter'"},
    {"GET", "/v1.0/users/delta?$select=nonsense", NULL, 400, "BadRequest", "'nonsense'"},
    {"GET", "/v1.0/users/delta?$filter=nonsense+eq+'x'", NULL, 400, "BadRequest", "'nonsense'"},
    {"GET", "/v1.0/users/delta?$skiptoken=AAAA", NULL, 400, "Request_BadRequest", "token"},
    {"PATCH", USER(CLARA), "{\"accountEnabled\":\"yes\"}", 400, "Request_BadRequest",
     "unexpected type"},
    {"PATCH", "/beta/users/" NOBODY "/onPremisesSyncBehavior", "{\"isCloudManaged\":true}", 404,
     "Request_ResourceNotFound", NOBODY},
    {"PATCH", "/beta/users/" ANNA "/onPremisesSyncBehavior", "{\"isCloudManaged\":\"yes\"}", 400,
     "BadRequest", "isCloudManaged"},
    {"PATCH", SYNC TENANT, "{\"nonsense\":{}}", 400, "BadRequest", "'nonsense'"},
    {"PATCH", SYNC TENANT, "{\"features\":7}", 400, "BadRequest", "'features'"},
    {"PATCH", SYNC TENANT, PREVENT("\"sometimes\""), 400, "BadRequest",
     "accidentalDeletionPrevention"},
    {"PATCH", SYNC TENANT, PREVENT("7"), 400, "BadRequest", "accidentalDeletionPrevention"},
    {"PATCH", SYNC NOBODY, "{\"features\":{}}", 404, "Request_ResourceNotFound", NOBODY},
};

static const struct row eventual[] = {
    {"GET", USERS_ "?$search=\"displayName:x\"", NULL, 501, "NotImplemented", "not yet supported"},
    {"GET", USERS_ "?$expand=manager&$count=true", NULL, 400, "Request_UnsupportedQuery",
     "Expand is not supported"},
    {"GET", USERS_ "/$count?$filter=nonsense+eq+'x'", NULL, 400, "BadRequest", "'nonsense'"},
};

static void requests_that_graph_refuses_get_its_status_and_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        is_refused(&plain[i], "Accept: */*");
    for (size_t i = 0; i < sizeof(eventual) / sizeof(eventual[0]); i++)
        is_refused(&eventual[i], EVENTUAL);
}

static void filters_that_cannot_be_parsed_are_refused(void **state)
{
    static const struct {
        const char *filter, *words;
    } rows[] = {
        {"mail+in+'a'", "Syntax error"},
        {"mail+in+('a',)", "Syntax error"},
        {"mail+zz+'a'", "Syntax error"},
        {"'a'+eq+mail", "Syntax error"},
        {"proxyAddresses/foo+eq+'a'", "Syntax error"},
        {"proxyAddresses/any+x", "Syntax error"},
        {"proxyAddresses/any(x:y+eq+'a')", "Syntax error"},
        {"onPremisesObjectIdentifier+eq+'a'", "'onPremisesObjectIdentifier'"},
        {"((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((mail+eq+'a'",
         "Syntax error"},
        {"mail+eq+5", "'Edm.String' and 'Edm.Int32'"},
    };
    char path[256];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row r = {"GET", path, NULL, 400, "BadRequest", rows[i].words};
        snprintf(path, sizeof(path), USERS_ "?$filter=%s", rows[i].filter);
        is_refused(&r, "Accept: */*");
    }
}

static void a_query_may_be_too_long_and_a_body_too_large(void **state)
{
    const size_t n = (size_t)5 << 20;
    char path[4096], *body = malloc(n + 1);

    (void)state;
    assert_non_null(body);
    snprintf(path, sizeof(path), USERS_ "?$count=true&$filter=mail+eq+'%0*d'", 3000, 0);
    is_refused(&(struct row){"GET", path, NULL, 414, "BadRequest", "too long"}, EVENTUAL);
    memset(body, 'x', n);
    body[n] = '\0';
    is_refused(&(struct row){"PATCH", USER(CLARA), body, 413, "RequestEntityTooLarge", ""},
               "Expect:");
    free(body);
}

static void null_filters_are_refused_where_graph_has_none(void **state)
{
    (void)state;
    is_refused(&(struct row){"GET", USERS_ "?$count=true&$filter=accountEnabled+eq+null", NULL, 400,
                             "Request_UnsupportedQuery", "accountEnabled"},
               EVENTUAL);
    is_refused(&(struct row){"GET", USERS_ "?$filter=mail+gt+'a'", NULL, 400,
                             "Request_UnsupportedQuery", "mail"},
               EVENTUAL);
}

static void what_is_written_twice_or_with_spaces_is_selected_once(void **state)
{
    struct answer *a = get(USER(ANNA) "?$select=%20id%20,id,displayName", NULL);

    (void)state;
    assert_int_equal(a->status, 200);
    assert_int_equal(cJSON_GetArraySize(a->json), 3); /* the context too */
    a = get("/v1.0/users?$top=999&$select=id&$filter=givenName+eq+'null'", NULL);
    assert_int_equal(count_of(a), 0); /* Anna's is null, not the word */
}

static void links_name_the_tenant_also_for_who_names_no_host(void **state)
{
    struct answer *a = get("/v1.0/users?$top=1", "Host:", NULL);

    (void)state;
    assert_int_equal(a->status, 200);
    assert_ptr_equal(strstr(next_of(a), tenant_url()), next_of(a));
}

static void change(const char *json)
{
    struct answer *a = ask("POST", "/rehearsal/change", json, NULL);

    if (a->status != 200)
        fail_msg("%s", a->body);
}

static void an_id_that_is_no_guid_has_no_security_identifier(void **state)
{
    (void)state;
    change("{\"op\":\"create\",\"kind\":\"user\",\"object\":{\"id\":\"number-1\","
           "\"userPrincipalName\":\"one@elsewhere.test\",\"onPremisesImmutableId\":\"x\"}}");
    assert_true(cJSON_IsNull(
        json_at(get(USER("number-1") "?$select=securityIdentifier", NULL), "securityIdentifier")));
    /* and in a domain that the tenant does not have, nothing is federated */
    assert_int_equal(
        ask("PATCH", USER("number-1"), "{\"onPremisesImmutableId\":null}", NULL)->status, 204);
}

static void who_was_deleted_does_not_come_back_beside_a_namesake(void **state)
{
    struct answer *a;

    (void)state;
    change("{\"op\":\"create\",\"kind\":\"user\",\"object\":{\"id\":\"" NOBODY
           "\",\"userPrincipalName\":\"gone@contoso.com\"}}");
    a = ask("POST", "/v1.0/directory/deletedItems/" GONE "/restore", "", NULL);
    assert_error(a, 400, "Request_BadRequest",
                 "Another object with the same value for property userPrincipalName already "
                 "exists.");
    assert_string_equal(text_at(a, "error/details/1/target"), "User_" NOBODY);
}

static void the_prevention_and_the_features_are_set_where_there_were_none(void **state)
{
    struct answer *a;

    (void)state;
    tenant_file("onPremisesSynchronization.json", "{\"id\":\"" TENANT "\"}");
    tenant_up((struct ra_rehearsal_options){0});
    assert_int_equal(
        ask("PATCH", SYNC TENANT, "{\"features\":{\"softMatchOnUpnEnabled\":\"true\"}}", NULL)
            ->status,
        204);
    assert_int_equal(
        ask("PATCH", SYNC TENANT, PREVENT("\"enabledForPercentage\",\"alertThreshold\":5"), NULL)
            ->status,
        204);
    a = get(SYNC TENANT, NULL);
    assert_true(cJSON_IsTrue(json_at(a, "features/softMatchOnUpnEnabled")));
    assert_int_equal(
        json_at(a, "configuration/accidentalDeletionPrevention/alertThreshold")->valueint, 5);
}

static void denied_synchronization_is_not_written_either(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.deny_synchronization = true});
    assert_error(ask("PATCH", SYNC TENANT, "{\"features\":{}}", NULL), 403,
                 "Authorization_RequestDenied", NULL);
}

/* ---- delta ---- */

static void a_page_token_is_no_delta_token_and_expires(void **state)
{
    char path[8192];
    const char *next, *token;

    (void)state;
    tenant_up((struct ra_rehearsal_options){.delta_page = 10, .page_token_seconds = -1});
    next = next_of(get("/v1.0/users/delta", NULL));
    assert_non_null(next);
    snprintf(path, sizeof(path), "%s", next);
    path[strlen(path) - 30] ^= 1; /* one bit of the token */
    assert_error(get(path, NULL), 400, "Request_BadRequest", NULL);
    assert_error(get(next, NULL), 400, "Directory_ExpiredPageToken", NULL);
    token = strstr(next, "$skiptoken=");
    assert_non_null(token);
    snprintf(path, sizeof(path), "/v1.0/users/delta?$deltatoken=%s", token + strlen("$skiptoken="));
    assert_error(get(path, NULL), 400, "Request_BadRequest",
                 "The specified token value is not valid for this request.");
}

static void rounds_of_changes_can_be_spoiled_like_lists(void **state)
{
    const char *next;
    struct answer *a;

    (void)state;
    tenant_up((struct ra_rehearsal_options){.delta_page = 10});
    fault("[{\"kind\":\"empty_page\",\"path\":\"/users/delta\",\"nth\":1},"
          "{\"kind\":\"loop\",\"path\":\"/users/delta\",\"nth\":3},"
          "{\"kind\":\"drop_link\",\"path\":\"/users/delta\",\"nth\":4}]");
    a = get("/v1.0/users/delta", NULL);
    assert_int_equal(count_of(a), 0);
    next = next_of(a);
    a = get(next, NULL); /* what the empty page did not bring */
    assert_int_equal(count_of(a), 10);
    next = next_of(a);
    a = get(next, NULL);
    assert_string_equal(strstr(next_of(a), "/v1.0/"), strstr(next, "/v1.0/"));
    a = get(next, NULL);
    assert_null(next_of(a));
    assert_null(delta_of(a));
}

static void a_status_fault_has_the_code_of_its_status(void **state)
{
    (void)state;
    fault("[{\"kind\":\"status\",\"status\":403,\"nth\":1}]");
    assert_error(get("/v1.0/organization", NULL), 403, "Authorization_RequestDenied", NULL);
}

/* ---- the data ---- */

static void documents_that_were_refused_are_refused_again(void **state)
{
    (void)state;
    tenant_file("domains.json", "{\"error\":{\"code\":\"NeverHeardOf\",\"message\":\"no\"}}");
    tenant_file("roleAssignments.json", NULL);
    tenant_file("roleAssignments.ndjson",
                "\n{\"error\":{\"code\":\"Request_BadRequest\",\"message\":\"not today\"}}\n");
    tenant_up((struct ra_rehearsal_options){0});
    assert_error(get("/v1.0/domains", NULL), 403, "NeverHeardOf", "no");
    assert_error(get(ROLES, NULL), 400, "Request_BadRequest", "not today");
    tenant_file("roleAssignments.ndjson", NULL);
}

static void whom_the_data_do_not_have_is_a_service_principal(void **state)
{
    struct answer *a;

    (void)state;
    tenant_file("roleAssignments.json",
                "[{\"id\":\"ra-1\",\"principalId\":\"" NOBODY "\",\"roleDefinitionId\":\"x\"}]");
    tenant_up((struct ra_rehearsal_options){0});
    a = get(ROLES "?$expand=principal", NULL);
    assert_string_equal(text_at(a, "value/0/principal/@odata.type"),
                        "#microsoft.graph.servicePrincipal");
    assert_string_equal(text_at(a, "value/0/principal/id"), NOBODY);
}

/* Opens with these options; what it says against them. */
static void does_not_open(struct ra_rehearsal_options o, enum ra_code code, const char *words)
{
    struct ra_rehearsal *r;
    struct ra_err err = {0};
    int rc = tenant_try(o, &r, &err);

    if (rc != -(int)code || !strstr(err.msg, words))
        fail_msg("%d \"%s\", want %d \"%s\"", rc, err.msg, -(int)code, words);
    assert_null(r);
}

static void data_that_are_none_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *name, *json, *words;
    } rows[] = {
        {"groups.json", "{\"error\":{\"code\":\"x\"}}", "holds an error body, wanted objects"},
        {"groups.json", "{", "groups.json: is not JSON"},
        {"users.ndjson", "{\"id\":\"1\"}\n7\n", "users.ndjson: line 2 is not a JSON object"},
        {"groups.json", "{\"value\":[", "groups.json: is not JSON"},
        {"users.ndjson", "\n{\"error\":{\"code\":\"x\"}}\n", "holds an error body"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tenant_file(rows[i].name, rows[i].json);
        does_not_open((struct ra_rehearsal_options){0}, RA_EINPUT, rows[i].words);
        tenant_down();
    }
}

static void what_is_there_and_no_file_is_refused_too(void **state)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char path[256];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    tenant_file("users.ndjson", NULL);
    snprintf(path, sizeof(path), "%.*sdata/users.ndjson",
             (int)(strlen(tenant_dir()) - strlen("state")), tenant_dir());
    assert_int_equal(mkdir(path, 0700), 0);
    does_not_open((struct ra_rehearsal_options){0}, RA_EINPUT, "users.ndjson: Is a directory");
    assert_int_equal(rmdir(path), 0);
    snprintf(at.sun_path, sizeof(at.sun_path), "%.100s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    does_not_open((struct ra_rehearsal_options){0}, RA_EINPUT, "users.ndjson: No such device");
    close(fd);
    unlink(path);
    tenant_file("users.ndjson", "{\"id\":\"1\"}\n");
    tenant_file("groups.json", NULL);
    strcpy(strrchr(path, '/'), "/groups.json");
    assert_int_equal(mkdir(path, 0700), 0);
    does_not_open((struct ra_rehearsal_options){0}, RA_EINPUT, "groups.json");
    assert_int_equal(rmdir(path), 0);
}

static void a_tenant_without_an_id_is_none(void **state)
{
    (void)state;
    does_not_open((struct ra_rehearsal_options){.tenant_id = "nonsense"}, RA_ECONFIG,
                  "the id is not a GUID");
    tenant_file("organization.json", "{\"value\":[]}");
    tenant_file("onPremisesSynchronization.json", "{\"value\":[]}");
    does_not_open((struct ra_rehearsal_options){0}, RA_ECONFIG, "says its id");
}

static void keys_rules_and_places_that_cannot_be_used_are_refused(void **state)
{
    char taken[64], path[256];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)state;
    does_not_open((struct ra_rehearsal_options){.client_certificate = "/dev/null"}, RA_ECONFIG,
                  "neither a certificate nor a public key");
    does_not_open((struct ra_rehearsal_options){.client_certificate = "/nowhere"}, RA_ECONFIG,
                  "/nowhere");
    does_not_open((struct ra_rehearsal_options){.faults = "{"}, RA_EINPUT, "are not JSON");
    does_not_open((struct ra_rehearsal_options){.faults = "[7]"}, RA_EINPUT,
                  "wanted a JSON object");
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    snprintf(taken, sizeof(taken), "cannot listen on port %u", ntohs(at.sin_port));
    does_not_open((struct ra_rehearsal_options){.port = ntohs(at.sin_port)}, RA_EIO, taken);
    close(fd);
    snprintf(path, sizeof(path), "%s/requests.ndjson", tenant_dir());
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    does_not_open((struct ra_rehearsal_options){0}, RA_EIO, "requests.ndjson");
    assert_int_equal(rmdir(path), 0);
}

/* ---- inside ---- */

static void an_answer_takes_so_many_headers_and_no_more(void **state)
{
    struct ra_sim_reply a;

    (void)state;
    ra_sim_reply_init(&a);
    for (int i = 0; i < RA_SIM_HEADERS + 3; i++)
        ra_sim_header(&a, "x", "%d", i);
    assert_int_equal(a.headers, RA_SIM_HEADERS);
    assert_string_equal(a.header[RA_SIM_HEADERS - 1].value, "15");
    ra_sim_reply_free(&a);
}

/* Whoever signs in again and again: the tokens that are over are forgotten in time. */
static void expired_tokens_are_forgotten_and_good_ones_kept(void **state)
{
    struct ra_rehearsal *r = calloc(1, sizeof(*r));
    char token[RA_SIM_TOKEN_TEXT];

    (void)state;
    assert_non_null(r);
    pthread_mutex_init(&r->auth.lock, NULL);
    for (int i = 0; i < 5000; i++) {
        r->o.token_seconds = i % 2 ? 3600 : -1;
        ra_sim_auth_issue(r, false, false, token);
    }
    assert_true(r->auth.n >= 2500 && r->auth.n < 4096);
    assert_string_equal(r->auth.tokens[r->auth.n - 1].text, token);
    ra_sim_auth_close(r);
    free(r);
}

int main(void)
{
#define CASE(f)  cmocka_unit_test_setup_teardown(f, up, down)
#define ALONE(f) cmocka_unit_test_teardown(f, down)
    const struct CMUnitTest tests[] = {
        CASE(requests_that_graph_refuses_get_its_status_and_code),
        CASE(filters_that_cannot_be_parsed_are_refused),
        CASE(a_query_may_be_too_long_and_a_body_too_large),
        CASE(null_filters_are_refused_where_graph_has_none),
        CASE(what_is_written_twice_or_with_spaces_is_selected_once),
        CASE(links_name_the_tenant_also_for_who_names_no_host),
        CASE(an_id_that_is_no_guid_has_no_security_identifier),
        CASE(who_was_deleted_does_not_come_back_beside_a_namesake),
        ALONE(the_prevention_and_the_features_are_set_where_there_were_none),
        ALONE(denied_synchronization_is_not_written_either),
        ALONE(a_page_token_is_no_delta_token_and_expires),
        ALONE(rounds_of_changes_can_be_spoiled_like_lists),
        CASE(a_status_fault_has_the_code_of_its_status),
        ALONE(documents_that_were_refused_are_refused_again),
        ALONE(whom_the_data_do_not_have_is_a_service_principal),
        ALONE(data_that_are_none_are_refused_with_their_place),
        ALONE(what_is_there_and_no_file_is_refused_too),
        ALONE(a_tenant_without_an_id_is_none),
        ALONE(keys_rules_and_places_that_cannot_be_used_are_refused),
        cmocka_unit_test(an_answer_takes_so_many_headers_and_no_more),
        cmocka_unit_test(expired_tokens_are_forgotten_and_good_ones_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
