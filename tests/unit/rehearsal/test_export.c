#include "tests/unit/rehearsal/client.h"

#include "src/base/buf.h"

#include <string.h>

#define A1    "QF5HMK7n80qvdYsUPIHa9Q=="
#define A2    "iGhmiAEBERG7uxI0VniQqw=="
#define A3    "kZj7niGua0Gz92mIDCl+Tw=="
#define GUID1 "30475e40-e7ae-4af3-af75-8b143c81daf5"
#define GUID2 "88666888-0101-1111-bbbb-1234567890ab"
#define SID1  "S-1-5-21-1-2-3-1101"
#define SID2  "S-1-5-21-1-2-3-1102"
#define ID1   "aaaaaaaa-0000-4000-8000-000000000001"
#define ID2   "aaaaaaaa-0000-4000-8000-000000000002"

#define SYNCED                                                                                     \
    "\"onPremisesSyncEnabled\":true,\"onPremisesSyncBehavior\":{\"isCloudManaged\":false},"
#define CLOUD "\"onPremisesSyncBehavior\":{\"isCloudManaged\":false},"
#define NO_ID "\"onPremisesObjectIdentifier\":null,"
#define ONE(more)                                                                                  \
    "{" more "\"id\":\"" ID1 "\",\"userPrincipalName\":\"one@contoso.com\",\"proxyAddresses\":["   \
    "\"SMTP:one@contoso.com\",\"smtp:one@contoso.onmicrosoft.com\"]}\n"

/* An AD user of the same name, with the first GUID and the anchor that is given. */
#define AD(anchor, more)                                                                           \
    "{" more "\"kind\":\"user\",\"objectGUID\":\"" GUID1 "\",\"sourceAnchor\":\"" anchor           \
    "\",\"userPrincipalName\":\"one@contoso.com\",\"proxyAddresses\":[\"SMTP:one@contoso.com\"]}"  \
    "\n"

static const char features[] =
    "{\"id\":\"" TENANT "\",\"configuration\":{\"accidentalDeletionPrevention\":{"
    "\"synchronizationPreventionType\":\"enabledForCount\",\"alertThreshold\":2}},\"features\":{"
    "\"blockCloudObjectTakeoverThroughHardMatchEnabled\":false,\"blockSoftMatchEnabled\":false,"
    "\"softMatchOnUpnEnabled\":true,\"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled\":"
    "false}}";

static int down(void **state)
{
    (void)state;
    tenant_down();
    return 0;
}

/* A tenant with these users and nothing else that could come in between. */
static void users(const char *ndjson)
{
    tenant_file("users.ndjson", ndjson);
    tenant_file("groups.json", "[]");
    tenant_file("contacts.json", "[]");
    tenant_file("devices.json", "[]");
    tenant_file("deletedUsers.json", "[]");
    tenant_file("roleAssignments.json", "[]");
    tenant_file("roleEligibilityScheduleInstances.json", "[]");
    tenant_file("onPremisesSyncBehavior.json", NULL);
    tenant_file("onPremisesSynchronization.json", features);
    tenant_file("domains.json", "[{\"id\":\"contoso.com\",\"isVerified\":true},{\"id\":"
                                "\"contoso.onmicrosoft.com\",\"isInitial\":true}]");
}

static void set_feature(const char *name, bool on)
{
    char body[256];
    snprintf(body, sizeof(body), "{\"features\":{\"%s\":%s}}", name, on ? "true" : "false");
    struct answer *a =
        ask("PATCH", "/v1.0/directory/onPremisesSynchronization/" TENANT, body, NULL);
    assert_int_equal(a->status, 204);
}

/* One line of the last export's answer, as JSON of its own. */
static struct answer *last;

static const cJSON *line(int n)
{
    static cJSON *kept[64];
    static int next;
    const char *p = last->body;
    while (n-- && p)
        p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL;
    assert_non_null(p);
    cJSON_Delete(kept[next % 64]);
    kept[next % 64] = cJSON_ParseWithLength(p, strcspn(p, "\n"));
    return kept[next++ % 64];
}

static const char *text(int n, const char *key)
{
    const char *z = cJSON_GetStringValue(cJSON_GetObjectItem(line(n), key));
    if (!z)
        fail_msg("no %s in line %d of %s", key, n, last->body);
    return z;
}

static void run(const char *ndjson)
{
    last = ask("POST", "/rehearsal/export", ndjson, NULL);
    if (last->status != 200)
        fail_msg("%s", last->body);
}

static void assert_outcome(int n, const char *outcome, const char *error)
{
    if (strcmp(text(n, "outcome"), outcome))
        fail_msg("wanted %s: %s", outcome, last->body);
    const cJSON *e = cJSON_GetObjectItem(line(n), "error");
    assert_string_equal(cJSON_IsNull(e) ? "none" : e->valuestring, error);
}

static const char *cloud_text(const char *id, const char *property)
{
    char url[256];
    snprintf(url, sizeof(url), "/beta/users/%s?$select=%s", id, property);
    return text_at(get(url, NULL), property);
}

static void a_healthy_reinstall_only_updates(void **state)
{
    (void)state;
    users(ONE(SYNCED NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "updated", "none");
    assert_string_equal(text(0, "cloudId"), ID1);
    assert_string_equal(text(1, "status"), "success");
    assert_int_equal(cJSON_GetObjectItem(line(1), "staged_deletes")->valueint, 0);
    assert_string_equal(cloud_text(ID1, "onPremisesObjectIdentifier"), GUID1);
}

static void where_the_data_lack_the_identifier_the_outcome_is_uncertain(void **state)
{
    (void)state;
    users(ONE(SYNCED "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "updated", "none");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(line(0), "uncertain")));
}

static void a_cloud_user_with_the_anchor_is_taken_over(void **state)
{
    (void)state;
    users(ONE(CLOUD NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "taken_over", "none");
    struct answer *a = get("/v1.0/users/" ID1 "?$select=onPremisesSyncEnabled", NULL);
    assert_true(cJSON_IsTrue(json_at(a, "onPremisesSyncEnabled")));
    run(AD(A1, ""));
    assert_outcome(0, "updated", "none");
}

static void anchors_differing_by_letter_case_do_not_match(void **state)
{
    (void)state;
    users("{\"id\":\"" ID1 "\",\"userPrincipalName\":\"x@contoso.com\","
          "\"onPremisesImmutableId\":\"qF5HMK7n80qvdYsUPIHa9Q==\"}\n");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "created", "none");
}

static void the_flag_blocks_every_takeover(void **state)
{
    (void)state;
    users(ONE(CLOUD NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_up((struct ra_rehearsal_options){0});
    set_feature("blockCloudObjectTakeoverThroughHardMatchEnabled", true);
    run(AD(A1, ""));
    assert_outcome(0, "refused", "InvalidHardMatch");
    assert_int_equal(cJSON_GetObjectItem(line(0), "code")->valueint, 103);
}

static void a_privileged_role_blocks_a_takeover(void **state)
{
    (void)state;
    users(ONE(CLOUD NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_file("roleAssignments.json",
                "[{\"id\":\"1\",\"principalId\":\"" ID1 "\",\"roleDefinitionId\":"
                "\"62e90394-69f5-4237-9190-012177145e10\",\"directoryScopeId\":\"/\"}]");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "refused", "InvalidHardMatch");
    assert_string_equal(text(0, "rule"), "domain 2.2 H4");
}

static void being_eligible_blocks_a_takeover_but_no_soft_match(void **state)
{
    (void)state;
    static const char eligible[] =
        "[{\"id\":\"1\",\"principalId\":\"" ID1 "\",\"roleDefinitionId\":"
        "\"62e90394-69f5-4237-9190-012177145e10\",\"directoryScopeId\":\"/\"}]";
    users(ONE(CLOUD NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_file("roleEligibilityScheduleInstances.json", eligible);
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "refused", "InvalidHardMatch");
    tenant_down();
    users(ONE(CLOUD NO_ID));
    tenant_file("roleEligibilityScheduleInstances.json", eligible);
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "soft_matched_smtp", "none");
}

static void another_object_identifier_blocks_until_it_is_cleared(void **state)
{
    (void)state;
    users(ONE(SYNCED "\"onPremisesObjectIdentifier\":\"" GUID2 "\",\"onPremisesImmutableId\":\"" A1
                     "\","));
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "refused", "AttributeUpdateNotAllowed");
    assert_int_equal(cJSON_GetObjectItem(line(0), "code")->valueint, 96);
    assert_int_equal(cJSON_GetObjectItem(line(1), "staged_deletes")->valueint, 0);
    struct answer *a =
        ask("PATCH", "/beta/users/" ID1, "{\"onPremisesObjectIdentifier\":null}", NULL);
    assert_int_equal(a->status, 204);
    run(AD(A1, ""));
    assert_outcome(0, "updated", "none");
}

static void the_bypass_lets_the_identifier_change(void **state)
{
    (void)state;
    users(ONE(SYNCED "\"onPremisesObjectIdentifier\":\"" GUID2 "\",\"onPremisesImmutableId\":\"" A1
                     "\","));
    tenant_up((struct ra_rehearsal_options){0});
    set_feature("allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled", true);
    run(AD(A1, ""));
    assert_outcome(0, "updated", "none");
    assert_string_equal(cloud_text(ID1, "onPremisesObjectIdentifier"), GUID1);
}

static void a_deleted_user_with_the_anchor_comes_back(void **state)
{
    (void)state;
    users("");
    tenant_file("deletedUsers.json",
                "[{\"id\":\"" ID1 "\",\"userPrincipalName\":\"aaaaaaaa000040008000000000000001one"
                "@contoso.com\",\"onPremisesObjectIdentifier\":null,\"onPremisesImmutableId\":\"" A1
                "\",\"deletedDateTime\":\"2026-01-01T00:00:00Z\"}]");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "restored", "none");
    assert_string_equal(cloud_text(ID1, "userPrincipalName"), "one@contoso.com");
}

static void a_cloud_user_is_soft_matched_by_address_and_then_by_name(void **state)
{
    (void)state;
    users(ONE(CLOUD NO_ID) "{" NO_ID "\"id\":\"" ID2
                           "\",\"userPrincipalName\":\"two@contoso.com\"}\n");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, "") "{\"kind\":\"user\",\"objectGUID\":\"" GUID2 "\",\"sourceAnchor\":\"" A2
                   "\",\"userPrincipalName\":\"two@contoso.com\",\"mail\":\"zwei@contoso.com\"}\n");
    assert_outcome(0, "soft_matched_smtp", "none");
    assert_outcome(1, "soft_matched_upn", "none");
    assert_string_equal(cloud_text(ID1, "onPremisesImmutableId"), A1);
    assert_string_equal(cloud_text(ID2, "onPremisesImmutableId"), A2);
}

static void a_blocked_soft_match_leaves_a_quarantined_duplicate(void **state)
{
    (void)state;
    users(ONE(CLOUD NO_ID));
    tenant_up((struct ra_rehearsal_options){0});
    set_feature("blockSoftMatchEnabled", true);
    run(AD(A1, ""));
    assert_outcome(0, "created_quarantined", "InvalidSoftMatch");
    assert_non_null(strstr(text(0, "upn"), "one+"));
    assert_non_null(strstr(text(0, "upn"), "@contoso.onmicrosoft.com"));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(line(0), "quarantined")), 2);
    assert_int_equal(count_of(get("/v1.0/users", NULL)), 2);
}

static void an_administrator_is_not_soft_matched(void **state)
{
    (void)state;
    users(ONE(CLOUD NO_ID));
    tenant_file("roleAssignments.json",
                "[{\"id\":\"1\",\"principalId\":\"" ID1 "\",\"roleDefinitionId\":"
                "\"88d8e3e3-8f55-4a1e-953a-9b9898b8876b\",\"directoryScopeId\":\"/\"}]");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "created_quarantined", "ExistingAdminRoleConflict");
}

static void the_same_sid_with_another_anchor_is_refused_and_the_peer_deleted(void **state)
{
    (void)state;
    users(ONE(SYNCED NO_ID "\"onPremisesSecurityIdentifier\":\"" SID1
                           "\",\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A2, "\"objectSid\":\"" SID1 "\","));
    assert_outcome(0, "refused", "AttributeValueMustBeUnique");
    assert_string_equal(text(0, "attribute"), "OnPremiseSecurityIdentifier");
    assert_string_equal(text(1, "type"), "deletion");
    assert_string_equal(text(1, "cloudId"), ID1);
    assert_int_equal(count_of(get("/v1.0/directory/deletedItems/microsoft.graph.user", NULL)), 1);
}

static void the_same_address_with_another_anchor_makes_a_duplicate(void **state)
{
    (void)state;
    users(ONE(SYNCED NO_ID "\"onPremisesSecurityIdentifier\":\"" SID1
                           "\",\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A2, "\"objectSid\":\"" SID2 "\","));
    assert_outcome(0, "created_quarantined", "InvalidSoftMatch");
}

static void an_address_of_a_group_is_another_type(void **state)
{
    (void)state;
    users("");
    tenant_file("groups.json", "[{\"id\":\"" ADMINS "\",\"mailEnabled\":true,\"proxyAddresses\":["
                               "\"SMTP:one@contoso.com\"]}]");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "refused", "ObjectTypeMismatch");
}

static void what_the_cloud_manages_is_left_alone(void **state)
{
    (void)state;
    users(ONE("\"onPremisesImmutableId\":\"" A1
              "\",\"onPremisesSyncBehavior\":{\"isCloudManaged\":true},"));
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "cloud_managed", "none");
    struct answer *a = get("/v1.0/users/" ID1 "?$select=onPremisesSyncEnabled", NULL);
    assert_true(cJSON_IsNull(json_at(a, "onPremisesSyncEnabled")));
}

static void two_objects_with_one_anchor_cannot_both_have_it(void **state)
{
    (void)state;
    users(ONE(SYNCED NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, "") AD(A1, ""));
    assert_outcome(0, "updated", "none");
    assert_outcome(1, "refused", "AttributeValueMustBeUnique");
#define OTTO(guid, anchor)                                                                         \
    "{\"kind\":\"contact\",\"objectGUID\":\"" guid "\",\"sourceAnchor\":\"" anchor "\"}\n"
    run(OTTO("1", "a") OTTO("2", "a") OTTO("3", "b"));
    assert_outcome(0, "created", "none");
    assert_outcome(1, "refused", "AttributeValueMustBeUnique");
    assert_outcome(2, "created", "none");
}

static void a_name_outside_the_verified_domains_becomes_the_initial_one(void **state)
{
    (void)state;
    users("");
    tenant_up((struct ra_rehearsal_options){0});
    run("{\"kind\":\"user\",\"objectGUID\":\"" GUID1 "\",\"sourceAnchor\":\"" A1
        "\",\"userPrincipalName\":\"one@corp.local\",\"mailNickname\":\"eins\"}\n"
        "{\"kind\":\"user\",\"objectGUID\":\"" GUID2 "\",\"sourceAnchor\":\"" A2
        "\",\"userPrincipalName\":\"o ne@contoso.com\"}\n");
    assert_string_equal(text(0, "upn"), "eins@contoso.onmicrosoft.com");
    assert_string_equal(text(1, "upn"), "o ne@contoso.onmicrosoft.com");
}

static void groups_join_by_sid_and_match_by_address_only(void **state)
{
    (void)state;
    users("");
    tenant_file("groups.json",
                "[{\"id\":\"g1\",\"onPremisesSyncEnabled\":true,\"onPremisesSecurityIdentifier\":"
                "\"" SID1 "\"},{\"id\":\"g2\",\"displayName\":\"Two\"},{\"id\":\"g3\","
                "\"mailEnabled\":true,\"proxyAddresses\":[\"SMTP:three@contoso.com\"]},"
                "{\"id\":\"g4\",\"onPremisesSyncEnabled\":false,\"onPremisesSecurityIdentifier\":"
                "\"" SID2 "\",\"onPremisesSyncBehavior\":{\"isCloudManaged\":false}}]");
    tenant_up((struct ra_rehearsal_options){0});
    run("{\"kind\":\"group\",\"objectGUID\":\"1\",\"sourceAnchor\":\"a\",\"objectSid\":\"" SID1
        "\"}\n"
        "{\"kind\":\"group\",\"objectGUID\":\"2\",\"sourceAnchor\":\"b\",\"displayName\":\"Two\"}\n"
        "{\"kind\":\"group\",\"objectGUID\":\"3\",\"sourceAnchor\":\"c\",\"mail\":"
        "\"three@contoso.com\"}\n"
        "{\"kind\":\"group\",\"objectGUID\":\"4\",\"sourceAnchor\":\"d\",\"objectSid\":\"" SID2
        "\"}\n");
    assert_outcome(0, "updated", "none");
    assert_outcome(1, "created", "none");
    assert_outcome(2, "soft_matched_smtp", "none");
    assert_outcome(3, "taken_over", "none");
}

static void contacts_match_by_address_and_devices_by_their_id(void **state)
{
    (void)state;
    users("");
    tenant_file("contacts.json", "[{\"id\":\"c1\",\"onPremisesSyncEnabled\":true,"
                                 "\"proxyAddresses\":[\"SMTP:otto@fabrikam.com\"]}]");
    tenant_file("devices.json", "[{\"id\":\"d1\",\"deviceId\":\"" GUID1 "\"},{\"id\":\"d2\","
                                "\"deviceId\":\"" GUID2 "\",\"onPremisesSyncEnabled\":true}]");
    tenant_up((struct ra_rehearsal_options){0});
    static const char objects[] =
        "{\"kind\":\"contact\",\"objectGUID\":\"1\",\"sourceAnchor\":\"a\",\"mail\":"
        "\"otto@fabrikam.com\"}\n"
        "{\"kind\":\"device\",\"objectGUID\":\"" GUID1 "\",\"sourceAnchor\":\"b\"}\n"
        "{\"kind\":\"device\",\"objectGUID\":\"" GUID2 "\",\"sourceAnchor\":\"c\"}\n";
    set_feature("blockSoftMatchEnabled", true);
    run(objects);
    assert_outcome(0, "updated", "none");
    assert_outcome(1, "refused", "InvalidSoftMatch");
    assert_outcome(2, "updated", "none");
    set_feature("blockSoftMatchEnabled", false);
    run(objects);
    assert_outcome(1, "merged", "none");
}

static void what_nothing_carries_is_deleted(void **state)
{
    (void)state;
    users(ONE(SYNCED NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_file("groups.json", "[{\"id\":\"g1\",\"onPremisesSyncEnabled\":true}]");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, "\"cloudFiltered\":true,"));
    assert_outcome(0, "not_sent", "none");
    assert_int_equal(get("/v1.0/users/" ID1, NULL)->status, 404);
    assert_int_equal(count_of(get("/v1.0/groups", NULL)), 0);
    struct answer *a = get("/v1.0/directory/deletedItems/microsoft.graph.user?$select="
                           "onPremisesSyncEnabled,onPremisesImmutableId",
                           NULL);
    assert_true(cJSON_IsFalse(json_at(a, "value/0/onPremisesSyncEnabled")));
    assert_string_equal(text_at(a, "value/0/onPremisesImmutableId"), A1);
    run(AD(A1, "")); /* back in scope: the hard match brings it back */
    assert_outcome(0, "restored", "none");
}

static void too_many_deletions_stop_the_export_before_anything(void **state)
{
    (void)state;
    users(ONE(SYNCED) "{\"id\":\"u2\",\"onPremisesSyncEnabled\":true}\n"
                      "{\"id\":\"u3\",\"onPremisesSyncEnabled\":true}\n");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A3, ""));
    assert_string_equal(text(0, "status"), "stopped-deletion-threshold-exceeded");
    assert_int_equal(cJSON_GetObjectItem(line(0), "staged_deletes")->valueint, 3);
    assert_int_equal(count_of(get("/v1.0/users", NULL)), 3);
}

static void a_line_that_is_no_object_changes_nothing(void **state)
{
    (void)state;
    users(ONE(SYNCED NO_ID));
    tenant_up((struct ra_rehearsal_options){0});
    struct answer *a = ask("POST", "/rehearsal/export", "{\"kind\":\"user\"}\n", NULL);
    assert_int_equal(a->status, 400);
    assert_string_equal(text_at(a, "error"), "export line 1: wanted kind and objectGUID");
    assert_int_equal(count_of(get("/v1.0/users", NULL)), 1);
}

/* domain 10: whether such a role blocks is open, before and after the user was changed. */
static void a_role_that_is_not_privileged_leaves_the_takeover_uncertain(void **state)
{
    (void)state;
    users(ONE(CLOUD NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_file("roleDefinitions.json", "[{\"id\":\"modest\",\"isPrivileged\":false}]");
    tenant_file("roleAssignments.json",
                "[{\"id\":\"1\",\"principalId\":\"" ID1 "\",\"roleDefinitionId\":\"modest\"}]");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "taken_over", "none");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(line(0), "uncertain")));
}

static void a_guest_is_one_in_any_letter_case(void **state)
{
    (void)state;
    users("{" CLOUD NO_ID "\"id\":\"" ID1 "\",\"userPrincipalName\":"
          "\"one_contoso.com#ext#@contoso.onmicrosoft.com\",\"proxyAddresses\":["
          "\"SMTP:one@contoso.com\"]}\n");
    tenant_up((struct ra_rehearsal_options){0});
    run(AD(A1, ""));
    assert_outcome(0, "soft_matched_smtp", "none");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(line(0), "uncertain")));
}

static void an_address_with_nothing_in_it_does_not_stand_in_the_way_of_mail(void **state)
{
    (void)state;
    users(ONE(CLOUD NO_ID));
    tenant_up((struct ra_rehearsal_options){0});
    run("{\"kind\":\"user\",\"objectGUID\":\"" GUID1 "\",\"sourceAnchor\":\"" A1
        "\",\"userPrincipalName\":\"other@contoso.com\",\"mail\":\"one@contoso.com\","
        "\"proxyAddresses\":[\"smtp:\"]}\n");
    assert_outcome(0, "soft_matched_smtp", "none");
}

#define TEST(f) cmocka_unit_test_teardown(f, down)

/* The new user's own name is taken, so that its domain is the initial one. */
static void domain_of_the_duplicate_is(const char *domain)
{
    tenant_up((struct ra_rehearsal_options){0});
    run("\n" AD(A2, "")); /* with an empty line, which is none */
    assert_outcome(0, "created_quarantined", "InvalidSoftMatch");
    if (!strstr(text(0, "upn"), domain))
        fail_msg("%s is not in %s", text(0, "upn"), domain);
    tenant_down();
}

static void the_initial_domain_is_found_wherever_the_data_say_it(void **state)
{
    static const char organization[] =
        "{\"id\":\"" TENANT "\",\"verifiedDomains\":[{\"name\":\"contoso.com\"},"
        "{\"name\":\"first.contoso.com\",\"isInitial\":true}]}";
    (void)state;
    users(ONE(SYNCED NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_file("domains.json", "[{\"isVerified\":true},{\"id\":\"contoso.com\"},"
                                "{\"id\":\"contoso.onmicrosoft.com\"}]");
    domain_of_the_duplicate_is("@contoso.onmicrosoft.com");
    users(ONE(SYNCED NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_file("domains.json", "[]");
    tenant_file("organization.json", organization);
    domain_of_the_duplicate_is("@first.contoso.com");
    users(ONE(SYNCED NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_file("domains.json", "[]");
    domain_of_the_duplicate_is("@initial.onmicrosoft.com");
}

static void without_a_prevention_nothing_stops_the_export(void **state)
{
    (void)state;
    users(ONE(SYNCED NO_ID "\"onPremisesImmutableId\":\"" A1 "\","));
    tenant_file("onPremisesSynchronization.json", "{\"id\":\"" TENANT "\",\"features\":{}}");
    tenant_file("roleAssignments.json", "[{\"id\":\"of nobody\"}]");
    tenant_up((struct ra_rehearsal_options){0});
    run("{\"kind\":\"user\",\"objectGUID\":\"" GUID2 "\",\"sourceAnchor\":\"" A2
        "\",\"userPrincipalName\":\"two@contoso.com\"}\n");
    assert_outcome(0, "created", "none");
    assert_int_equal(count_of(get("/v1.0/directory/deletedItems/microsoft.graph.user", NULL)), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_healthy_reinstall_only_updates),
        TEST(the_initial_domain_is_found_wherever_the_data_say_it),
        TEST(without_a_prevention_nothing_stops_the_export),
        TEST(where_the_data_lack_the_identifier_the_outcome_is_uncertain),
        TEST(a_cloud_user_with_the_anchor_is_taken_over),
        TEST(anchors_differing_by_letter_case_do_not_match),
        TEST(the_flag_blocks_every_takeover),
        TEST(a_privileged_role_blocks_a_takeover),
        TEST(being_eligible_blocks_a_takeover_but_no_soft_match),
        TEST(another_object_identifier_blocks_until_it_is_cleared),
        TEST(the_bypass_lets_the_identifier_change),
        TEST(a_deleted_user_with_the_anchor_comes_back),
        TEST(a_cloud_user_is_soft_matched_by_address_and_then_by_name),
        TEST(a_blocked_soft_match_leaves_a_quarantined_duplicate),
        TEST(an_administrator_is_not_soft_matched),
        TEST(the_same_sid_with_another_anchor_is_refused_and_the_peer_deleted),
        TEST(the_same_address_with_another_anchor_makes_a_duplicate),
        TEST(an_address_of_a_group_is_another_type),
        TEST(what_the_cloud_manages_is_left_alone),
        TEST(two_objects_with_one_anchor_cannot_both_have_it),
        TEST(a_name_outside_the_verified_domains_becomes_the_initial_one),
        TEST(groups_join_by_sid_and_match_by_address_only),
        TEST(contacts_match_by_address_and_devices_by_their_id),
        TEST(what_nothing_carries_is_deleted),
        TEST(too_many_deletions_stop_the_export_before_anything),
        TEST(a_line_that_is_no_object_changes_nothing),
        TEST(a_role_that_is_not_privileged_leaves_the_takeover_uncertain),
        TEST(a_guest_is_one_in_any_letter_case),
        TEST(an_address_with_nothing_in_it_does_not_stand_in_the_way_of_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
