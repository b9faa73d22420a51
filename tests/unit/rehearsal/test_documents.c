#include "tests/unit/rehearsal/client.h"

#include <stdlib.h>
#include <string.h>

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

static void organization_and_domains_answer(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/organization?$select=id,onPremisesSyncEnabled", NULL);
    assert_int_equal(count_of(a), 1);
    assert_string_equal(text_at(a, "value/0/id"), TENANT);
    assert_null(json_at(a, "value/0/displayName"));
    assert_string_equal(text_at(get("/v1.0/domains/contoso.com", NULL), "authenticationType"),
                        "Managed");
    assert_error(get("/v1.0/domains/fabrikam.com", NULL), 404, "Request_ResourceNotFound", NULL);
    assert_error(get("/v1.0/organization?$select=nonsense", NULL), 400, "BadRequest", NULL);
}

static void synchronization_is_a_collection_and_an_entity(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/directory/onPremisesSynchronization", NULL);
    assert_string_equal(text_at(a, "value/0/id"), TENANT);
    a = get("/v1.0/directory/onPremisesSynchronization/" TENANT, NULL);
    assert_true(cJSON_IsFalse(json_at(a, "features/blockSoftMatchEnabled")));
    assert_non_null(strstr(text_at(a, "@odata.context"), "onPremisesSynchronization/$entity"));
    assert_null(json_at(a, "configuration/anchorAttribute"));
    a = get("/beta/directory/onPremisesSynchronization/" TENANT, NULL);
    assert_string_equal(text_at(a, "configuration/anchorAttribute"), "mS-DS-ConsistencyGuid");
}

static void app_only_access_to_synchronization_may_be_denied(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.deny_synchronization = true});
    assert_error(get("/v1.0/directory/onPremisesSynchronization", NULL), 403,
                 "Authorization_RequestDenied",
                 "Insufficient privileges to complete the operation.");
    tenant_down();
}

static void role_assignments_filter_and_expand(void **state)
{
    (void)state;
    const char *base = "/v1.0/roleManagement/directory/roleAssignments";
    char url[512];
    assert_int_equal(count_of(get(base, NULL)), 2);
    snprintf(url, sizeof(url), "%s?$filter=principalId+eq+'" CLARA "'", base);
    assert_int_equal(count_of(get(url, NULL)), 1);
    snprintf(url, sizeof(url), "%s?$filter=principalId+in+('" CLARA "','" ADMINS "')", base);
    assert_int_equal(count_of(get(url, NULL)), 2);
    snprintf(url, sizeof(url), "%s?$filter=id+eq+'ra-1'", base);
    assert_error(get(url, NULL), 400, "Request_UnsupportedQuery", NULL);
    snprintf(url, sizeof(url), "%s?$expand=principal", base);
    struct answer *a = get(url, NULL);
    assert_string_equal(text_at(a, "value/0/principal/@odata.type"), "#microsoft.graph.group");
    assert_string_equal(text_at(a, "value/1/principal/@odata.type"), "#microsoft.graph.user");
    snprintf(url, sizeof(url), "%s?$expand=nonsense", base);
    assert_error(get(url, NULL), 400, "BadRequest", NULL);
}

static void a_small_page_of_roles_has_a_next_link(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/roleManagement/directory/roleAssignments?$top=1", NULL);
    assert_int_equal(count_of(a), 1);
    a = get(next_of(a), NULL);
    assert_int_equal(count_of(a), 1);
    assert_null(next_of(a));
}

static void eligibilities_need_a_licence(void **state)
{
    (void)state;
    assert_error(get("/v1.0/roleManagement/directory/roleEligibilityScheduleInstances", NULL), 400,
                 "AadPremiumLicenseRequired",
                 "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance "
                 "license.");
}

static void privilege_is_told_by_beta_only(void **state)
{
    (void)state;
    struct answer *a = get("/v1.0/roleManagement/directory/roleDefinitions", NULL);
    assert_int_equal(count_of(a), 2);
    assert_null(json_at(a, "value/0/isPrivileged"));
    assert_error(get("/v1.0/roleManagement/directory/roleDefinitions?$select=isPrivileged", NULL),
                 400, "BadRequest", NULL);
    a = get("/beta/roleManagement/directory/roleDefinitions?$filter=isPrivileged+eq+true", NULL);
    assert_int_equal(count_of(a), 1);
    assert_true(cJSON_IsTrue(json_at(a, "value/0/isPrivileged")));
}

static void group_members_are_users_of_the_cast(void **state)
{
    (void)state;
    struct answer *a = get(
        "/v1.0/groups/" ADMINS "/transitiveMembers/microsoft.graph.user?$select=id&$top=1", NULL);
    assert_string_equal(text_at(a, "value/0/id"), ANNA);
    assert_null(json_at(a, "value/0/@odata.type"));
    assert_string_equal(text_at(get(next_of(a), NULL), "value/0/id"), BORIS);
    a = get("/v1.0/groups/" ADMINS "/transitiveMembers", NULL);
    assert_string_equal(text_at(a, "value/0/@odata.type"), "#microsoft.graph.user");
    assert_error(get("/v1.0/groups/" ANNA "/transitiveMembers", NULL), 404,
                 "Request_ResourceNotFound", NULL);
}

static void what_the_data_does_not_say_is_refused_and_never_empty(void **state)
{
    (void)state;
    assert_error(get("/v1.0/groups/" STAFF "/transitiveMembers", NULL), 403,
                 "Authorization_RequestDenied", NULL);
    assert_error(get("/v1.0/users/" CLARA "/onPremisesSyncBehavior", NULL), 403,
                 "Authorization_RequestDenied", NULL);
}

static void a_missing_file_is_a_missing_permission(void **state)
{
    (void)state;
    tenant_file("roleAssignments.json", NULL);
    tenant_up((struct ra_rehearsal_options){0});
    assert_error(get("/v1.0/roleManagement/directory/roleAssignments", NULL), 403,
                 "Authorization_RequestDenied", NULL);
    tenant_down();
}

static void sync_behavior_is_asked_for_one_by_one(void **state)
{
    (void)state;
    struct answer *a =
        get("/v1.0/users/" BORIS "/onPremisesSyncBehavior?$select=isCloudManaged", NULL);
    assert_true(cJSON_IsTrue(json_at(a, "isCloudManaged")));
    assert_string_equal(text_at(a, "id"), BORIS);
    a = get("/v1.0/users/" ANNA "/onPremisesSyncBehavior", NULL);
    assert_true(cJSON_IsFalse(json_at(a, "isCloudManaged")));
    assert_error(
        get("/v1.0/devices/eeeeeeee-0000-4000-8000-000000000001/onPremisesSyncBehavior", NULL), 400,
        "BadRequest", NULL);
    assert_error(get("/v1.0/users/" ANNA "/onPremisesSyncBehavior?$select=x", NULL), 400,
                 "BadRequest", NULL);
}

static void beta_shows_the_object_identifier_when_the_data_has_it(void **state)
{
    (void)state;
    tenant_file("users.ndjson", "{\"id\":\"" ANNA "\",\"userPrincipalName\":\"a@contoso.com\","
                                "\"onPremisesObjectIdentifier\":\"MEdeQOeu86QvdYsUPIHa9Q==\"}\n"
                                "{\"id\":\"" BORIS "\",\"onPremisesObjectIdentifier\":null,"
                                "\"onPremisesSyncBehavior\":{\"isCloudManaged\":true}}\n");
    tenant_file("onPremisesSyncBehavior.json", NULL);
    tenant_up((struct ra_rehearsal_options){0});
    struct answer *a = get("/beta/users?$select=id,onPremisesObjectIdentifier", NULL);
    assert_string_equal(text_at(a, "value/0/onPremisesObjectIdentifier"),
                        "MEdeQOeu86QvdYsUPIHa9Q==");
    assert_true(cJSON_IsNull(json_at(a, "value/1/onPremisesObjectIdentifier")));
    assert_error(get("/v1.0/users?$select=id,onPremisesObjectIdentifier", NULL), 400, "BadRequest",
                 NULL);
    a = get("/v1.0/users/" BORIS "/onPremisesSyncBehavior", NULL);
    assert_true(cJSON_IsTrue(json_at(a, "isCloudManaged")));
    tenant_down();
}

static void beta_may_refuse_the_object_identifier_all_the_same(void **state)
{
    (void)state;
    tenant_file("users.ndjson", "{\"id\":\"" ANNA "\",\"onPremisesObjectIdentifier\":\"x\"}\n");
    tenant_up((struct ra_rehearsal_options){.identifier = RA_IDENTIFIER_REFUSE});
    assert_error(get("/beta/users?$select=id,onPremisesObjectIdentifier", NULL), 400, "BadRequest",
                 NULL);
    tenant_down();
}

static void an_organisation_that_cannot_be_read_says_which_file(void **state)
{
    (void)state;
    struct ra_err err = {0};
    struct ra_rehearsal *r = NULL;
    struct ra_rehearsal_options o = {.data_dir = "/nonexistent",
                                     .state_dir = "/tmp/ra-rehearsal-x"};
    assert_int_equal(ra_rehearsal_open(&o, &r, &err), -RA_EINPUT);
    assert_string_equal(err.msg, "/nonexistent/users.json: is missing");
    assert_null(r);
    assert_int_equal(system("rm -r /tmp/ra-rehearsal-x"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(organization_and_domains_answer, up, down),
        cmocka_unit_test_setup_teardown(synchronization_is_a_collection_and_an_entity, up, down),
        cmocka_unit_test(app_only_access_to_synchronization_may_be_denied),
        cmocka_unit_test_setup_teardown(role_assignments_filter_and_expand, up, down),
        cmocka_unit_test_setup_teardown(a_small_page_of_roles_has_a_next_link, up, down),
        cmocka_unit_test_setup_teardown(eligibilities_need_a_licence, up, down),
        cmocka_unit_test_setup_teardown(privilege_is_told_by_beta_only, up, down),
        cmocka_unit_test_setup_teardown(group_members_are_users_of_the_cast, up, down),
        cmocka_unit_test_setup_teardown(what_the_data_does_not_say_is_refused_and_never_empty, up,
                                        down),
        cmocka_unit_test(a_missing_file_is_a_missing_permission),
        cmocka_unit_test_setup_teardown(sync_behavior_is_asked_for_one_by_one, up, down),
        cmocka_unit_test(beta_shows_the_object_identifier_when_the_data_has_it),
        cmocka_unit_test(beta_may_refuse_the_object_identifier_all_the_same),
        cmocka_unit_test(an_organisation_that_cannot_be_read_says_which_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
