/* What the tenant's documents say. */
#include "recovery/cli/doctor.h"
#include "src/base/clock.h"

#include <cjson/cJSON.h>

/* A document comes as {"value":[…]}, as an array, or as the object itself. */
static const cJSON *first_object(const cJSON *root)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, "value");

    if (cJSON_IsArray(value))
        return cJSON_GetArrayItem(value, 0);
    return cJSON_IsArray(root) ? cJSON_GetArrayItem(root, 0) : root;
}

static const char *text_of(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static void check_id(struct ra_doctor *d, const cJSON *o)
{
    const char *id = text_of(o, "id"), *name = text_of(o, "displayName");
    struct ra_err e;

    if (id && !ra_str_eq_fold(ra_str(id), ra_str(d->cli->config->tenant.id))) {
        ra_fail(&e, RA_ECONFIG, "the organization's id is %.40s, [tenant] id is %s", id,
                d->cli->config->tenant.id);
        ra_doctor_fault(d, "organization", &e);
    } else {
        ra_doctor_ok(d, "organization", "%.200s", name ? name : "can be read");
    }
}

/* domain 7.1: two active servers are unsupported, even with disjoint scopes. */
static void check_last_sync(struct ra_doctor *d, const cJSON *o, int64_t now)
{
    const char *text = text_of(o, "onPremisesLastSyncDateTime");
    int64_t idle = d->cli->config->policy.sync_idle_minutes * 60, last;
    char ago[32];
    struct ra_err e;

    if (!text || !ra_time_parse(ra_str(text), &last)) {
        if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "onPremisesSyncEnabled")))
            ra_doctor_warn(d, "sync server", "grant Organization.Read.All",
                           "synchronisation is on, but its last time cannot be read");
        else
            ra_doctor_ok(d, "sync server", "the tenant has never been synchronised");
        return;
    }
    ra_duration_text(now - last, ago);
    if (now - last < idle) {
        ra_fail(&e, RA_EACTIVE, "another one is alive: it synchronised %s ago, at %.40s", ago,
                text);
        ra_hint(&e, "stop it or set it to staging, and wait until %lld minutes have passed",
                (long long)d->cli->config->policy.sync_idle_minutes);
        ra_doctor_fault(d, "sync server", &e);
    } else {
        ra_doctor_ok(d, "sync server", "none seen for %s, last synchronised at %.40s", ago, text);
    }
}

void ra_doctor_organization(struct ra_doctor *d, const char *json, int64_t now)
{
    cJSON *root = cJSON_Parse(json);
    const cJSON *o = first_object(root);

    if (!cJSON_IsObject(o)) {
        ra_doctor_warn(d, "organization", "grant Organization.Read.All", "holds no object");
    } else {
        check_id(d, o);
        check_last_sync(d, o, now);
    }
    cJSON_Delete(root);
}

void ra_doctor_domains(struct ra_doctor *d, const char *json)
{
    cJSON *root = cJSON_Parse(json);
    const cJSON *list =
        cJSON_IsArray(root) ? root : cJSON_GetObjectItemCaseSensitive(root, "value");
    const cJSON *domain;
    int verified = 0;

    cJSON_ArrayForEach(domain, list)
    {
        verified += cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(domain, "isVerified"));
    }
    if (verified)
        ra_doctor_ok(d, "domains", "%d verified", verified);
    else
        ra_doctor_warn(d, "domains", "grant Domain.Read.All", "none is verified");
    cJSON_Delete(root);
}

/* domain 8: the switches that decide what matches. */
static const struct {
    const char *name;
    bool warn; /* when it is on */
    const char *on, *off, *fix;
} features[] = {
    {"blockCloudObjectTakeoverThroughHardMatchEnabled", false,
     "on: no hard match takes over a cloud-only or soft-deleted object",
     "off: a hard match can take over a cloud-only object", NULL},
    {"blockSoftMatchEnabled", false, "on: the server matches by anchor alone",
     "off: the server matches by address too", NULL},
    {"softMatchOnUpnEnabled", false, "on: UPNs match where addresses may", "off: UPNs never match",
     NULL},
    {"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled", true,
     "on: the check of the object identifier is bypassed for the whole tenant",
     "off: the object identifier is checked", "turn it off once the matches are made"},
};

static void check_feature(struct ra_doctor *d, const cJSON *list, size_t i)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(list, features[i].name);

    if (!cJSON_IsBool(v))
        ra_doctor_warn(d, features[i].name, NULL,
                       "not told; its restrictive value will be assumed");
    else if (cJSON_IsTrue(v) && features[i].warn)
        ra_doctor_warn(d, features[i].name, features[i].fix, "%s", features[i].on);
    else
        ra_doctor_ok(d, features[i].name, "%s", cJSON_IsTrue(v) ? features[i].on : features[i].off);
}

static void check_threshold(struct ra_doctor *d, const cJSON *o)
{
    const cJSON *c = cJSON_GetObjectItemCaseSensitive(o, "configuration");
    const cJSON *p = cJSON_GetObjectItemCaseSensitive(c, "accidentalDeletionPrevention");
    const char *type = text_of(p, "synchronizationPreventionType");
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(p, "alertThreshold");

    if (!type)
        ra_doctor_warn(d, "deletion threshold", NULL, "cannot be read");
    else if (ra_str_eq(ra_str(type), RA_STR("disabled")))
        ra_doctor_warn(
            d, "deletion threshold",
            "turn it on before the new server exports (Enable-ADSyncExportDeletionThreshold)",
            "is off: nothing in the cloud stops a mass deletion");
    else
        ra_doctor_ok(d, "deletion threshold", "%.40s, %.0f", type,
                     cJSON_IsNumber(n) ? n->valuedouble : 0.0);
}

void ra_doctor_features(struct ra_doctor *d, const char *json)
{
    cJSON *root = cJSON_Parse(json);
    const cJSON *o = first_object(root);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(o, "features");

    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
        check_feature(d, list, i);
    check_threshold(d, o);
    cJSON_Delete(root);
}

void ra_doctor_exporter(struct ra_doctor *d, const char *json)
{
    cJSON *root = cJSON_Parse(json);
    const cJSON *c = cJSON_GetObjectItemCaseSensitive(first_object(root), "configuration");
    const cJSON *export_data = cJSON_GetObjectItemCaseSensitive(c, "currentExportData");
    const char *machine = text_of(export_data, "clientMachineName");
    const char *version = text_of(c, "synchronizationClientVersion");
    const char *anchor = text_of(c, "anchorAttribute");

    if (machine)
        ra_doctor_ok(d, "last exporting server", "%.100s%s%.40s", machine,
                     version ? ", version " : "", version ? version : "");
    if (anchor)
        ra_doctor_ok(d, "tenant's anchor attribute", "%.100s", anchor);
    if (!machine && !anchor)
        ra_doctor_ok(d, "last exporting server", "not told");
    cJSON_Delete(root);
}
