#include "tests/unit/rehearsal/client.h"

#include "src/base/file.h"

#include <string.h>

#define USER(id) "/v1.0/users/" id
#define SYNC     "/v1.0/directory/onPremisesSynchronization/" TENANT

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

static struct answer *patch(const char *path, const char *body)
{
    return ask("PATCH", path, body, NULL);
}

static void a_cloud_user_gets_an_anchor_and_loses_it_with_null(void **state)
{
    (void)state;
    struct answer *a =
        patch(USER(CLARA), "{\"onPremisesImmutableId\":\"iGhmiAEBERG7uxI0VniQqw==\"}");
    assert_int_equal(a->status, 204);
    assert_int_equal(a->n, 0);
    assert_null(header_of(a, "Content-Type"));
    a = get(USER(CLARA) "?$select=onPremisesImmutableId", NULL);
    assert_string_equal(text_at(a, "onPremisesImmutableId"), "iGhmiAEBERG7uxI0VniQqw==");
    assert_int_equal(patch(USER(CLARA), "{\"onPremisesImmutableId\":null}")->status, 204);
    a = get(USER(CLARA) "?$select=onPremisesImmutableId", NULL);
    assert_true(cJSON_IsNull(json_at(a, "onPremisesImmutableId")));
}

static void the_anchor_of_a_synced_user_cannot_be_written(void **state)
{
    (void)state;
    assert_error(
        patch(USER(ANNA), "{\"onPremisesImmutableId\":null}"), 400, "Request_BadRequest",
        "Unable to update the specified properties for on-premises mastered Directory Sync "
        "objects or objects currently undergoing migration.");
    assert_int_equal(patch(USER(ANNA), "{\"usageLocation\":\"DE\"}")->status, 204);
}

static void an_anchor_that_another_user_holds_is_refused_with_its_id(void **state)
{
    (void)state;
    struct answer *a =
        patch(USER(CLARA), "{\"onPremisesImmutableId\":\"QF5HMK7n80qvdYsUPIHa9Q==\"}");
    assert_error(a, 400, "Request_BadRequest",
                 "Another object with the same value for property onPremisesImmutableId already "
                 "exists.");
    assert_string_equal(text_at(a, "error/details/0/code"), "ObjectConflict");
    assert_string_equal(text_at(a, "error/details/0/target"), "onPremisesImmutableId");
    assert_string_equal(text_at(a, "error/details/1/code"), "ConflictingObjects");
    assert_string_equal(text_at(a, "error/details/1/target"), "User_" ANNA);
    a = patch(USER(CLARA), "{\"onPremisesImmutableId\":\"kZj7niGua0Gz92mIDCl+Tw==\"}");
    assert_string_equal(text_at(a, "error/details/1/target"), "User_" GONE); /* deleted ones too */
}

static void an_anchor_with_forbidden_characters_is_refused(void **state)
{
    (void)state;
    const char *message =
        "Invalid value specified for property 'onPremisesImmutableId' of resource 'User'.";
    assert_error(patch(USER(CLARA), "{\"onPremisesImmutableId\":\"a$b\"}"), 400,
                 "Request_BadRequest", message);
    assert_error(patch(USER(CLARA), "{\"onPremisesImmutableId\":\"a_b\"}"), 400,
                 "Request_BadRequest", message);
    assert_error(patch(USER(CLARA), "{\"onPremisesImmutableId\":\"\"}"), 400, "Request_BadRequest",
                 message);
    assert_error(patch(USER(CLARA), "{\"onPremisesImmutableId\":5}"), 400, "Request_BadRequest",
                 NULL);
}

static void a_body_must_be_json_of_known_names(void **state)
{
    (void)state;
    const char *message = "Unable to read JSON request payload. Please ensure Content-Type header "
                          "is set and payload is of valid JSON format.";
    assert_error(patch(USER(CLARA), "{\"onPremisesImmutableId\":"), 400, "BadRequest", message);
    assert_error(ask("PATCH", USER(CLARA), "{}", "Content-Type:", NULL), 400, "BadRequest",
                 message);
    assert_error(patch(USER(CLARA), "{\"OnPremisesImmutableId\":null}"), 400, "Request_BadRequest",
                 NULL);
    assert_error(patch(USER(CLARA), "{\"onPremisesSyncEnabled\":true}"), 400, "Request_BadRequest",
                 "Property 'onPremisesSyncEnabled' is read-only and cannot be set.");
    assert_error(patch(USER(GONE), "{}"), 404, "Request_ResourceNotFound", NULL);
}

static void the_object_identifier_can_be_cleared_on_beta_and_nothing_else(void **state)
{
    (void)state;
    assert_error(patch(USER(ANNA), "{\"onPremisesObjectIdentifier\":null}"), 400,
                 "Request_BadRequest", NULL);
    assert_error(patch("/beta/users/" ANNA, "{\"onPremisesObjectIdentifier\":\"x\"}"), 400,
                 "Request_BadRequest", NULL);
    assert_int_equal(patch("/beta/users/" ANNA, "{\"onPremisesObjectIdentifier\":null}")->status,
                     204);
}

static void a_federated_user_keeps_an_anchor(void **state)
{
    (void)state;
    tenant_file("domains.json", "[{\"id\":\"contoso.com\",\"authenticationType\":\"Federated\"}]");
    tenant_up((struct ra_rehearsal_options){0});
    assert_int_equal(patch(USER(BORIS), "{\"onPremisesImmutableId\":null}")->status, 400);
    tenant_down();
}

static void a_role_holder_may_be_out_of_reach(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.deny_role_holders = true});
    assert_error(patch(USER(CLARA), "{\"onPremisesImmutableId\":\"AAAA\"}"), 403,
                 "Authorization_RequestDenied", NULL);
    assert_error(patch(USER(BORIS), "{\"onPremisesImmutableId\":\"AAAA\"}"), 403,
                 "Authorization_RequestDenied", NULL); /* through the group */
    tenant_down();
}

static void features_are_merged_one_by_one(void **state)
{
    (void)state;
    assert_int_equal(patch(SYNC, "{\"features\":{\"blockSoftMatchEnabled\":true}}")->status, 204);
    struct answer *a = get(SYNC, NULL);
    assert_true(cJSON_IsTrue(json_at(a, "features/blockSoftMatchEnabled")));
    assert_true(cJSON_IsTrue(json_at(a, "features/softMatchOnUpnEnabled")));
    assert_int_equal(patch(SYNC, "{\"configuration\":{\"accidentalDeletionPrevention\":{"
                                 "\"alertThreshold\":7}}}")
                         ->status,
                     204);
    a = get(SYNC, NULL);
    assert_int_equal(
        json_at(a, "configuration/accidentalDeletionPrevention/alertThreshold")->valueint, 7);
    assert_string_equal(
        text_at(a, "configuration/accidentalDeletionPrevention/synchronizationPreventionType"),
        "enabledForCount");
    assert_error(patch(SYNC, "{\"features\":{\"nonsense\":true}}"), 400, "BadRequest", NULL);
    assert_error(patch(SYNC, "{\"features\":{\"blockSoftMatchEnabled\":\"yes\"}}"), 400,
                 "BadRequest", NULL);
    assert_error(patch("/v1.0/directory/onPremisesSynchronization",
                       "{\"features\":{\"blockSoftMatchEnabled\":true}}"),
                 405, "Request_BadRequest", NULL);
}

static void a_one_way_feature_stays_on(void **state)
{
    (void)state;
    assert_int_equal(patch(SYNC, "{\"features\":{\"softMatchOnUpnEnabled\":false}}")->status, 204);
    assert_true(cJSON_IsTrue(json_at(get(SYNC, NULL), "features/softMatchOnUpnEnabled")));
    tenant_down();
    tenant_up((struct ra_rehearsal_options){.refuse_one_way = true});
    assert_int_equal(patch(SYNC, "{\"features\":{\"softMatchOnUpnEnabled\":false}}")->status, 400);
}

static void a_deleted_user_is_restored_with_its_name(void **state)
{
    (void)state;
    struct answer *a = ask("POST", "/v1.0/directory/deletedItems/" GONE "/restore", NULL, NULL);
    assert_int_equal(a->status, 200);
    assert_string_equal(text_at(a, "id"), GONE);
    assert_string_equal(text_at(a, "@odata.type"), "#microsoft.graph.user");
    a = get(USER(GONE) "?$select=userPrincipalName,onPremisesSyncEnabled,deletedDateTime,"
                       "onPremisesImmutableId",
            NULL);
    assert_string_equal(text_at(a, "userPrincipalName"), "gone@contoso.com");
    assert_true(cJSON_IsFalse(json_at(a, "onPremisesSyncEnabled")));
    assert_string_equal(text_at(a, "onPremisesImmutableId"), "kZj7niGua0Gz92mIDCl+Tw==");
    assert_true(cJSON_IsNull(json_at(a, "deletedDateTime")));
    assert_int_equal(count_of(get("/v1.0/directory/deletedItems/microsoft.graph.user", NULL)), 0);
    assert_error(ask("POST", "/v1.0/directory/deletedItems/" GONE "/restore", NULL, NULL), 404,
                 "Request_ResourceNotFound", NULL);
}

static void moving_the_authority_to_the_cloud_ends_the_sync(void **state)
{
    (void)state;
    assert_int_equal(
        patch(USER(ANNA) "/onPremisesSyncBehavior", "{\"isCloudManaged\":true}")->status, 204);
    struct answer *a = get(USER(ANNA) "?$select=onPremisesSyncEnabled", NULL);
    assert_true(cJSON_IsNull(json_at(a, "onPremisesSyncEnabled")));
    a = get(USER(ANNA) "/onPremisesSyncBehavior", NULL);
    assert_true(cJSON_IsTrue(json_at(a, "isCloudManaged")));
}

static void a_write_stays_unseen_for_a_while(void **state)
{
    (void)state;
    tenant_up((struct ra_rehearsal_options){.settle_ms = 3600000});
    assert_int_equal(patch(USER(CLARA), "{\"onPremisesImmutableId\":\"AAAA\"}")->status, 204);
    struct answer *a = get(USER(CLARA) "?$select=onPremisesImmutableId", NULL);
    assert_true(cJSON_IsNull(json_at(a, "onPremisesImmutableId")));
    tenant_down();
}

static void writes_are_written_down(void **state)
{
    (void)state;
    char path[256];
    struct ra_buf b;
    struct ra_err err;
    patch(USER(CLARA), "{\"onPremisesImmutableId\":\"AAAA\"}");
    patch(USER(ANNA), "{\"onPremisesImmutableId\":null}");
    get(USER(ANNA), NULL);
    snprintf(path, sizeof(path), "%s/writes.ndjson", tenant_dir());
    assert_int_equal(ra_file_read(path, 1U << 20, RA_EIO, &b, &err), 0);
    char *second = strchr(ra_buf_z(&b), '\n') + 1;
    assert_non_null(strstr(b.p, "\"status\":204"));
    assert_non_null(strstr(b.p, "\"body\":\"{\\\"onPremisesImmutableId\\\":\\\"AAAA\\\"}\""));
    assert_non_null(strstr(second, "\"status\":400"));
    assert_string_equal(strchr(second, '\n'), "\n");
    ra_buf_free(&b);
    snprintf(path, sizeof(path), "%s/requests.ndjson", tenant_dir());
    assert_int_equal(ra_file_read(path, 1U << 20, RA_EIO, &b, &err), 0);
    assert_null(strstr(ra_buf_z(&b), tenant_token()));
    assert_null(strstr(b.p, "geheim"));
    ra_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_cloud_user_gets_an_anchor_and_loses_it_with_null, up,
                                        down),
        cmocka_unit_test_setup_teardown(the_anchor_of_a_synced_user_cannot_be_written, up, down),
        cmocka_unit_test_setup_teardown(an_anchor_that_another_user_holds_is_refused_with_its_id,
                                        up, down),
        cmocka_unit_test_setup_teardown(an_anchor_with_forbidden_characters_is_refused, up, down),
        cmocka_unit_test_setup_teardown(a_body_must_be_json_of_known_names, up, down),
        cmocka_unit_test_setup_teardown(
            the_object_identifier_can_be_cleared_on_beta_and_nothing_else, up, down),
        cmocka_unit_test(a_federated_user_keeps_an_anchor),
        cmocka_unit_test(a_role_holder_may_be_out_of_reach),
        cmocka_unit_test_setup_teardown(features_are_merged_one_by_one, up, down),
        cmocka_unit_test_setup_teardown(a_one_way_feature_stays_on, up, down),
        cmocka_unit_test_setup_teardown(a_deleted_user_is_restored_with_its_name, up, down),
        cmocka_unit_test_setup_teardown(moving_the_authority_to_the_cloud_ends_the_sync, up, down),
        cmocka_unit_test(a_write_stays_unseen_for_a_while),
        cmocka_unit_test_setup_teardown(writes_are_written_down, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
