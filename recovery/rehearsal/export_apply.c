#include "recovery/rehearsal/export_inner.h"

#include "src/base/clock.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ra_sim_refuse(struct ra_sim_ad *ad, const char *error, int code, const char *attribute,
                   const char *rule)
{
    ad->outcome = RA_SIM_DID_REFUSE;
    ad->error = error;
    ad->code = code;
    ad->attribute = attribute;
    ad->rule = rule;
}

static void put(cJSON *set, const char *key, struct ra_str s)
{
    if (ra_str_absent(s))
        return;
    char *z = ra_strndup(s.p, s.n);
    cJSON_DeleteItemFromObjectCaseSensitive(set, key);
    cJSON_AddStringToObject(set, key, z);
    free(z);
}

/* ---- addresses ---- */

static bool in_array(const cJSON *array, struct ra_str value)
{
    const cJSON *v;
    cJSON_ArrayForEach(v, array)
    {
        if (ra_str_eq_fold(ra_str(v->valuestring), value))
            return true;
    }
    return false;
}

static void add_value(cJSON *array, struct ra_str s)
{
    char *z = ra_strndup(s.p, s.n);
    if (!in_array(array, s))
        cJSON_AddItemToArray(array, cJSON_CreateString(z));
    free(z);
}

/* The routing addresses of the tenant's own domain stay on the object (domain 6.2). */
static void keep_routing(void *ctx, struct ra_str value)
{
    if (ra_str_starts_fold(value, RA_STR("smtp:")) &&
        ra_str_ends_fold(value, RA_STR(".onmicrosoft.com")))
        add_value(ctx, value);
}

/* domain 4: an address that another object holds is left out. */
static cJSON *addresses(struct ra_sim_run *x, struct ra_sim_ad *ad, const struct ra_sim_object *o)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < ad->proxies_n; i++) {
        struct ra_str p = ad->proxies[i];
        bool smtp = ra_str_starts_fold(p, RA_STR("smtp:"));
        if (smtp && ra_sim_find_holder(x, ra_str_from(p, 5), o))
            ad->proxies_quarantined = true;
        else
            add_value(array, p);
    }
    if (o)
        ra_sim_each_string(o->body, RA_SIM_P_PROXIES, keep_routing, array);
    return array;
}

/* ---- the UPN ---- */

static unsigned digits_of(struct ra_str guid)
{
    unsigned h = 0;
    for (size_t i = 0; i < guid.n; i++)
        h = h * 31 + (unsigned char)guid.p[i];
    return h % 10000;
}

/* domain 4: <prefix>+<four digits>@<initial domain> */
static struct ra_str placeholder(struct ra_sim_run *x, const struct ra_sim_ad *ad)
{
    long at = ra_str_last(ad->upn, '@');
    int local = at < 0 ? (int)ad->upn.n : (int)at;
    size_t size = ad->upn.n + x->initial_domain.n + 16;
    char *z = ra_arena_alloc(&x->arena, size);
    for (unsigned n = digits_of(ad->guid);; n++) {
        int len = snprintf(z, size, "%.*s+%04u@%.*s", local, ad->upn.p, n % 10000,
                           (int)x->initial_domain.n, x->initial_domain.p);
        struct ra_str s = {z, (size_t)len};
        if (!ra_sim_find_upn(x, s, NULL))
            return s;
    }
}

static struct ra_str free_upn(struct ra_sim_run *x, struct ra_sim_ad *ad,
                              const struct ra_sim_object *o)
{
    if (!ra_sim_find_upn(x, ad->upn, o))
        return ad->upn;
    ad->upn_quarantined = true;
    return placeholder(x, ad);
}

/* ---- what an export writes ---- */

static void add_error(cJSON *errors, const char *property, struct ra_str value)
{
    cJSON *e = cJSON_CreateObject();
    char now[RA_TIME_TEXT];
    ra_time_text(ra_now(), now);
    cJSON_AddStringToObject(e, "category", "PropertyConflict");
    cJSON_AddStringToObject(e, "occurredDateTime", now);
    cJSON_AddStringToObject(e, "propertyCausingError", property);
    put(e, "value", value);
    cJSON_AddItemToArray(errors, e);
}

static void common(struct ra_sim_run *x, struct ra_sim_ad *ad, const struct ra_sim_object *o,
                   cJSON *set)
{
    char now[RA_TIME_TEXT];
    ra_time_text(ra_now(), now);
    cJSON_AddTrueToObject(set, "onPremisesSyncEnabled");
    cJSON_AddStringToObject(set, "onPremisesLastSyncDateTime", now);
    put(set, "displayName", ad->name);
    put(set, "onPremisesSecurityIdentifier", ad->sid);
    put(set, ad->kind == RA_SIM_USER ? "onPremisesImmutableId" : "sourceAnchor", ad->anchor);
    if (ad->kind == RA_SIM_DEVICE)
        return;
    put(set, "mailNickname", ad->nickname);
    put(set, "mail", ad->primary);
    put(set, "onPremisesSamAccountName", ad->sam);
    cJSON_AddItemToObject(set, "proxyAddresses", addresses(x, ad, o));
    cJSON *managed = cJSON_AddObjectToObject(set, "onPremisesSyncBehavior");
    cJSON_AddFalseToObject(managed, "isCloudManaged");
}

static void of_user(struct ra_sim_run *x, struct ra_sim_ad *ad, const struct ra_sim_object *o,
                    cJSON *set)
{
    put(set, "userPrincipalName", free_upn(x, ad, o));
    put(set, "onPremisesUserPrincipalName", ad->sent_upn);
    put(set, "onPremisesDistinguishedName", ad->dn);
    put(set, "onPremisesObjectIdentifier", ad->guid);
}

static void of_new(const struct ra_sim_ad *ad, cJSON *set)
{
    struct ra_guid g;
    char id[RA_GUID_TEXT];
    ra_guid_random(&g);
    ra_guid_text(g.b, id);
    cJSON_AddStringToObject(set, "id", id);
    if (ad->kind == RA_SIM_USER) {
        cJSON_AddStringToObject(set, "userType", "Member");
        cJSON_AddTrueToObject(set, "accountEnabled");
    } else if (ad->kind == RA_SIM_GROUP) {
        cJSON_AddBoolToObject(set, "mailEnabled", ad->mail_enabled);
        cJSON_AddBoolToObject(set, "securityEnabled", ad->security_enabled);
    } else if (ad->kind == RA_SIM_DEVICE) {
        put(set, "deviceId", ad->guid);
        cJSON_AddStringToObject(set, "trustType", "ServerAd");
    }
}

static cJSON *written(struct ra_sim_run *x, struct ra_sim_ad *ad, const struct ra_sim_object *o)
{
    cJSON *set = cJSON_CreateObject();
    common(x, ad, o, set);
    if (ad->kind == RA_SIM_USER)
        of_user(x, ad, o, set);
    if (ad->kind == RA_SIM_DEVICE)
        return set;
    cJSON *errors = cJSON_AddArrayToObject(set, "onPremisesProvisioningErrors");
    if (ad->upn_quarantined)
        add_error(errors, "UserPrincipalName", ad->upn);
    if (ad->proxies_quarantined)
        add_error(errors, "ProxyAddresses", ad->primary);
    return set;
}

/* The SID is unique by schema, and nothing puts a clash of it aside (domain 3). */
static bool sid_taken(struct ra_sim_run *x, struct ra_sim_ad *ad, const struct ra_sim_object *o)
{
    struct ra_sim_object *other = ra_sim_find_sid(x, ad->kind, ad->sid, o);
    if (!other || ad->kind == RA_SIM_DEVICE)
        return false;
    ra_sim_refuse(ad, "AttributeValueMustBeUnique", 0, "OnPremiseSecurityIdentifier", "domain 3");
    ad->result = other;
    return true;
}

void ra_sim_take(struct ra_sim_run *x, struct ra_sim_ad *ad, struct ra_sim_object *o,
                 enum ra_sim_outcome outcome, const char *rule)
{
    if (sid_taken(x, ad, o))
        return;
    if (o->deleted)
        ra_sim_store_restore(x->s, o);
    cJSON *set = written(x, ad, o);
    ra_sim_store_update(x->s, o, set);
    cJSON_Delete(set);
    o->claimed = true;
    ad->outcome = outcome;
    ad->rule = rule;
    ad->result = o;
}

/* domain 4: a name and an address that both belong to one group are not put aside. */
static bool group_has_both(struct ra_sim_run *x, const struct ra_sim_ad *ad)
{
    const struct ra_sim_object *a = ra_sim_find_holder(x, ad->upn, NULL);
    const struct ra_sim_object *b = ra_sim_find_holder(x, ad->primary, NULL);
    return ad->kind == RA_SIM_USER && a && a == b && a->kind == RA_SIM_GROUP;
}

void ra_sim_create(struct ra_sim_run *x, struct ra_sim_ad *ad, const char *rule)
{
    if (sid_taken(x, ad, NULL))
        return;
    if (group_has_both(x, ad)) {
        ra_sim_refuse(ad, "AttributeValueMustBeUnique", 0, "ProxyAddresses", "domain 4");
        return;
    }
    cJSON *set = written(x, ad, NULL);
    of_new(ad, set);
    ad->result = ra_sim_store_create(x->s, ad->kind, ra_sim_body_new(ad->kind, set));
    cJSON_Delete(set);
    ad->result->claimed = true;
    ad->rule = rule;
    bool aside = ad->upn_quarantined || ad->proxies_quarantined;
    ad->outcome = aside ? RA_SIM_DID_QUARANTINE : RA_SIM_DID_CREATE;
    if (aside && !ad->error)
        ad->error = "QuarantinedAttributeValueMustBeUnique";
}
