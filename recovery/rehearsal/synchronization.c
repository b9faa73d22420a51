#include "recovery/rehearsal/document.h"
#include "recovery/rehearsal/page.h"
#include "recovery/rehearsal/sim.h"

#include <cjson/cJSON.h>
#include <string.h>

/* ---- directory/onPremisesSynchronization ---- */

static bool allowed(struct ra_rehearsal *r, const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    return !r->o.deny_synchronization ||
           ra_sim_error(q, a, 403, "Authorization_RequestDenied",
                        "Insufficient privileges to complete the operation.");
}

void ra_sim_synchronization(struct ra_rehearsal *r, struct ra_sim_request *q,
                            struct ra_sim_reply *a, enum ra_sim_kind kind)
{
    static const char *const known[] = {"id", "configuration", "features", NULL};
    const struct ra_sim_small *s = &r->store.small[RA_SIM_SYNCHRONIZATION];
    (void)kind;
    if (allowed(r, q, a) && ra_sim_document_open(q, s, a) &&
        ra_sim_document_select(q, known, "onPremisesDirectorySynchronization", a))
        ra_sim_document_write(q, a, s, "directory/onPremisesSynchronization", 2);
}

static const char *const features[] = {"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled",
                                       "blockCloudObjectTakeoverThroughHardMatchEnabled",
                                       "blockSoftMatchEnabled",
                                       "bypassDirSyncOverridesEnabled",
                                       "cloudPasswordPolicyForPasswordSyncedUsersEnabled",
                                       "concurrentCredentialUpdateEnabled",
                                       "concurrentOrgIdProvisioningEnabled",
                                       "deviceWritebackEnabled",
                                       "directoryExtensionsEnabled",
                                       "fopeConflictResolutionEnabled",
                                       "groupWriteBackEnabled",
                                       "passwordSyncEnabled",
                                       "passwordWritebackEnabled",
                                       "quarantineUponProxyAddressesConflictEnabled",
                                       "quarantineUponUpnConflictEnabled",
                                       "softMatchOnUpnEnabled",
                                       "synchronizeUpnForManagedUsersEnabled",
                                       "unifiedGroupWritebackEnabled",
                                       "userForcePasswordChangeOnLogonEnabled",
                                       "userWritebackEnabled",
                                       NULL};

static bool known_feature(const char *name)
{
    size_t i = 0;
    while (features[i] && strcmp(features[i], name))
        i++;
    return features[i] != NULL;
}

static bool one_way(const char *name)
{
    return !strcmp(name, "softMatchOnUpnEnabled") ||
           !strcmp(name, "synchronizeUpnForManagedUsersEnabled");
}

/* -1 is neither; the service takes "true" for true (graph 4.3). */
static int bool_of(const cJSON *v)
{
    if (cJSON_IsBool(v))
        return cJSON_IsTrue(v);
    const char *z = cJSON_GetStringValue(v);
    if (z && !strcmp(z, "true"))
        return 1;
    return z && !strcmp(z, "false") ? 0 : -1;
}

static bool check_features(struct ra_rehearsal *r, const struct ra_sim_request *q, const cJSON *set,
                           const cJSON *have, struct ra_sim_reply *a)
{
    for (const cJSON *v = set ? set->child : NULL; v; v = v->next) {
        if (!known_feature(v->string))
            return ra_sim_error(q, a, 400, "BadRequest",
                                "The property '%s' does not exist on type "
                                "'microsoft.graph.onPremisesDirectorySynchronizationFeature'.",
                                v->string);
        if (bool_of(v) < 0)
            return ra_sim_error(q, a, 400, "BadRequest",
                                "Cannot convert the value of property '%s' to the expected type "
                                "'Edm.Boolean'.",
                                v->string);
        bool on = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(have, v->string));
        if (one_way(v->string) && on && !bool_of(v) && r->o.refuse_one_way)
            return ra_sim_error(q, a, 400, "Request_BadRequest",
                                "The feature '%s' cannot be disabled once it is enabled.",
                                v->string);
    }
    return true;
}

static void merge_features(const cJSON *set, cJSON *have)
{
    for (const cJSON *v = set ? set->child : NULL; v; v = v->next) {
        bool on = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(have, v->string));
        if ((one_way(v->string) && on) || !strcmp(v->string, "passwordWritebackEnabled"))
            continue;
        cJSON_DeleteItemFromObjectCaseSensitive(have, v->string);
        cJSON_AddBoolToObject(have, v->string, bool_of(v));
    }
}

static bool check_prevention(const struct ra_sim_request *q, const cJSON *set,
                             struct ra_sim_reply *a)
{
    static const char *const types[] = {"disabled", "enabledForCount", "enabledForPercentage"};
    const char *type = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(set, "synchronizationPreventionType"));
    const cJSON *threshold = cJSON_GetObjectItemCaseSensitive(set, "alertThreshold");
    bool ok = !type && !cJSON_HasObjectItem(set, "synchronizationPreventionType");
    for (size_t i = 0; type && i < 3; i++)
        ok = ok || !strcmp(type, types[i]);
    if (ok && (!threshold || (cJSON_IsNumber(threshold) && threshold->valuedouble >= 0)))
        return true;
    return ra_sim_error(q, a, 400, "BadRequest",
                        "Invalid value specified for property 'accidentalDeletionPrevention' of "
                        "resource 'onPremisesDirectorySynchronizationConfiguration'.");
}

static void merge_prevention(const cJSON *set, cJSON *item)
{
    cJSON *configuration = cJSON_GetObjectItemCaseSensitive(item, "configuration");
    if (!configuration)
        configuration = cJSON_AddObjectToObject(item, "configuration");
    cJSON *have = cJSON_GetObjectItemCaseSensitive(configuration, "accidentalDeletionPrevention");
    if (!have)
        have = cJSON_AddObjectToObject(configuration, "accidentalDeletionPrevention");
    for (const cJSON *v = set ? set->child : NULL; v; v = v->next) {
        cJSON_DeleteItemFromObjectCaseSensitive(have, v->string);
        cJSON_AddItemToObject(have, v->string, cJSON_Duplicate(v, true));
    }
}

static bool check_body(const struct ra_sim_request *q, const cJSON *body, struct ra_sim_reply *a)
{
    for (const cJSON *v = body->child; v; v = v->next) {
        bool known = !strcmp(v->string, "features") || !strcmp(v->string, "configuration");
        if (!known || !cJSON_IsObject(v))
            return ra_sim_error(q, a, 400, "BadRequest",
                                "Invalid property '%s' in the request body.", v->string);
    }
    return true;
}

static void patch(struct ra_rehearsal *r, struct ra_sim_request *q, const cJSON *body, cJSON *item,
                  struct ra_sim_reply *a)
{
    const cJSON *set = cJSON_GetObjectItemCaseSensitive(body, "features");
    const cJSON *configuration = cJSON_GetObjectItemCaseSensitive(body, "configuration");
    const cJSON *prevention =
        cJSON_GetObjectItemCaseSensitive(configuration, "accidentalDeletionPrevention");
    cJSON *have = cJSON_GetObjectItemCaseSensitive(item, "features");
    if (!have)
        have = cJSON_AddObjectToObject(item, "features");
    if (!check_body(q, body, a) || !check_features(r, q, set, have, a) ||
        (prevention && !check_prevention(q, prevention, a)))
        return;
    merge_features(set, have);
    if (prevention)
        merge_prevention(prevention, item);
    a->status = 204;
    a->graph = true;
}

void ra_sim_patch_synchronization(struct ra_rehearsal *r, struct ra_sim_request *q,
                                  struct ra_sim_reply *a, enum ra_sim_kind kind)
{
    const struct ra_sim_small *s = &r->store.small[RA_SIM_SYNCHRONIZATION];
    (void)kind;
    if (!allowed(r, q, a) || !ra_sim_document_open(q, s, a))
        return;
    cJSON *item = NULL, *each;
    cJSON_ArrayForEach(each, s->items)
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(each, "id"));
        if (ra_str_eq_fold(ra_str(id), q->segment[2]))
            item = each;
    }
    cJSON *body = ra_sim_body_json(q, a);
    if (body && item)
        patch(r, q, body, item, a);
    else if (body)
        ra_sim_error(q, a, 404, "Request_ResourceNotFound",
                     "Resource '" RA_STR_FMT "' does not exist or one of its queried "
                     "reference-property objects are not present.",
                     RA_STR_ARG(q->segment[2]));
    cJSON_Delete(body);
}
