/* The tenant's own documents, and who holds which role in it. */
#include "recovery/quickstart/sample.h"
#include "src/base/file.h"

#include <string.h>

static const struct {
    const char *id, *name;
    bool privileged;
} roles[] = {
    [RA_ROLE_GLOBAL_ADMIN] = {"62e90394-69f5-4237-9190-012177145e10", "Global Administrator", true},
    [RA_ROLE_USER_ADMIN] = {"fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator", true},
    [RA_ROLE_REPORTS_READER] = {"4a5d8f65-41da-4de4-8968-e035b65339cf", "Reports Reader", false},
};

enum { ROLES = sizeof roles / sizeof roles[0] };

void ra_sample_assign(struct ra_org *o, const char *principal, const char *type,
                      enum ra_sample_role role)
{
    char id[RA_GUID_TEXT];

    ra_sample_guid_text(o, principal, role, id);
    ra_buf_printf(&o->line,
                  "{\"id\":\"%s-1\",\"principalId\":\"%s\",\"roleDefinitionId\":\"%s\","
                  "\"directoryScopeId\":\"/\",\"appScopeId\":null,"
                  "\"principal\":{\"@odata.type\":\"#microsoft.graph.%s\",\"id\":\"%s\"}}",
                  id, principal, roles[role].id, type, principal);
    ra_sample_put_item(o, RA_OUT_ASSIGNMENTS);
}

void ra_sample_eligible(struct ra_org *o, const char *principal, enum ra_sample_role role)
{
    char id[RA_GUID_TEXT];

    ra_sample_guid_text(o, principal, role, id);
    ra_buf_printf(&o->line,
                  "{\"id\":\"%s-1-e\",\"principalId\":\"%s\",\"roleDefinitionId\":\"%s\","
                  "\"directoryScopeId\":\"/\",\"appScopeId\":null,\"memberType\":\"Direct\","
                  "\"startDateTime\":\"2025-04-12T14:44:50Z\",\"endDateTime\":null,"
                  "\"principal\":{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"%s\"}}",
                  id, principal, roles[role].id, principal);
    ra_sample_put_item(o, RA_OUT_ELIGIBILITIES);
}

void ra_sample_role_group(struct ra_org *o, const char *group, const char *member)
{
    ra_buf_printf(&o->line, "{\"id\":\"%s\",\"members\":[\"%s\"]}", group, member);
    ra_sample_put_item(o, RA_OUT_ROLE_GROUPS);
}

/* ---- documents ---- */

static void domain(struct ra_json *j, const char *key, const char *name, bool initial,
                   bool verified)
{
    ra_json_object(j);
    ra_json_key(j, key);
    ra_json_z(j, name);
    ra_json_key(j, "isInitial");
    ra_json_bool(j, initial);
    ra_json_key(j, "isDefault");
    ra_json_bool(j, !initial);
    if (verified) {
        ra_json_key(j, "isVerified");
        ra_json_bool(j, true);
        ra_json_key(j, "authenticationType");
    } else {
        ra_json_key(j, "type");
    }
    ra_json_z(j, "Managed");
    ra_json_object_end(j);
}

static void organization(const struct ra_org *o, struct ra_json *j, const char *tenant)
{
    ra_json_object(j);
    ra_json_key(j, "id");
    ra_json_z(j, tenant);
    ra_json_key(j, "displayName");
    ra_json_z(j, "Contoso");
    ra_json_key(j, "onPremisesSyncEnabled");
    ra_json_bool(j, true);
    ra_json_key(j, "onPremisesLastSyncDateTime");
    ra_json_z(j, "2026-02-17T02:41:33Z");
    ra_json_key(j, "verifiedDomains");
    ra_json_array(j);
    domain(j, "name", o->initial, true, false);
    domain(j, "name", o->domain, false, false);
    ra_json_array_end(j);
    ra_json_object_end(j);
}

static void domains(const struct ra_org *o, struct ra_json *j, const char *tenant)
{
    (void)tenant;
    domain(j, "id", o->initial, true, true);
    domain(j, "id", o->domain, false, true);
}

static void synchronization(const struct ra_org *o, struct ra_json *j, const char *tenant)
{
    static const struct {
        const char *name;
        bool on;
    } features[] = {
        {"passwordSyncEnabled", true},
        {"quarantineUponUpnConflictEnabled", true},
        {"quarantineUponProxyAddressesConflictEnabled", true},
        {"softMatchOnUpnEnabled", true},
        {"synchronizeUpnForManagedUsersEnabled", true},
        {"blockSoftMatchEnabled", false},
        {"blockCloudObjectTakeoverThroughHardMatchEnabled", false},
        {"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled", false},
    };

    (void)o;
    ra_json_object(j);
    ra_json_key(j, "id");
    ra_json_z(j, tenant);
    ra_json_key(j, "configuration");
    ra_json_raw(j, RA_STR("{\"accidentalDeletionPrevention\":{\"synchronizationPreventionType\":"
                          "\"enabledForCount\",\"alertThreshold\":500}}"));
    ra_json_key(j, "features");
    ra_json_object(j);
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        ra_json_key(j, features[i].name);
        ra_json_bool(j, features[i].on);
    }
    ra_json_object_end(j);
    ra_json_object_end(j);
}

static void definitions(const struct ra_org *o, struct ra_json *j, const char *tenant)
{
    (void)o;
    (void)tenant;
    for (size_t i = 0; i < ROLES; i++) {
        ra_json_object(j);
        ra_json_key(j, "id");
        ra_json_z(j, roles[i].id);
        ra_json_key(j, "displayName");
        ra_json_z(j, roles[i].name);
        ra_json_key(j, "isBuiltIn");
        ra_json_bool(j, true);
        ra_json_key(j, "isPrivileged");
        ra_json_bool(j, roles[i].privileged);
        ra_json_object_end(j);
    }
}

int ra_sample_documents(const struct ra_org *o, const char *dir, struct ra_err *err)
{
    static const struct {
        const char *name;
        void (*write)(const struct ra_org *o, struct ra_json *j, const char *tenant);
    } documents[] = {
        {"organization", organization},
        {"domains", domains},
        {"onPremisesSynchronization", synchronization},
        {"roleDefinitions", definitions},
    };
    char tenant[RA_GUID_TEXT], path[4096];
    int rc = 0;

    ra_guid_text(o->tenant.b, tenant);
    for (size_t i = 0; rc == 0 && i < sizeof documents / sizeof documents[0]; i++) {
        struct ra_buf b;
        struct ra_json j;

        ra_buf_init(&b, 65536);
        ra_json_init(&j, &b);
        ra_json_object(&j);
        ra_json_key(&j, "value");
        ra_json_array(&j);
        documents[i].write(o, &j, tenant);
        ra_json_array_end(&j);
        ra_json_object_end(&j);
        ra_buf_putc(&b, '\n');
        snprintf(path, sizeof path, "%s/graph/%s.json", dir, documents[i].name);
        rc = ra_file_write(path, b.p, b.n, err);
        ra_buf_free(&b);
    }
    return rc;
}
