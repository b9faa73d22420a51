#include "recovery/rehearsal/page.h"
#include "recovery/rehearsal/render.h"
#include "recovery/rehearsal/sim.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static bool not_found(const struct ra_sim_request *q, struct ra_str id, struct ra_sim_reply *a)
{
    return ra_sim_error(q, a, 404, "Request_ResourceNotFound",
                        "Resource '" RA_STR_FMT "' does not exist or one of its queried "
                        "reference-property objects are not present.",
                        RA_STR_ARG(id));
}

static void done(struct ra_sim_reply *a)
{
    a->status = 204;
    a->graph = true;
}

/* ---- role holders (graph 10.2) ---- */

static bool in_list(const cJSON *list, const char *key, struct ra_str want)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        const char *z = key ? cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, key))
                            : cJSON_GetStringValue(item);
        if (ra_str_eq_fold(ra_str(z), want))
            return true;
    }
    return false;
}

static bool holds_role(const struct ra_sim_store *s, struct ra_str id)
{
    const cJSON *assignments = s->small[RA_SIM_ROLE_ASSIGNMENTS].items, *group;
    if (in_list(assignments, "principalId", id))
        return true;
    cJSON_ArrayForEach(group, s->small[RA_SIM_ROLE_GROUP_MEMBERS].items)
    {
        const char *g = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(group, "id"));
        if (in_list(cJSON_GetObjectItemCaseSensitive(group, "members"), NULL, id) &&
            in_list(assignments, "principalId", ra_str(g)))
            return true;
    }
    return false;
}

/* ---- PATCH /users/{id} ---- */

enum writable { NOT_WRITABLE, FROM_AD, CLOUD_ONLY };

/* What a PATCH may set. FROM_AD is refused while AD masters the user. */
static enum writable writable(const char *name)
{
    static const char *const from_ad[] = {"onPremisesImmutableId",
                                          "onPremisesDistinguishedName",
                                          "onPremisesDomainName",
                                          "onPremisesSamAccountName",
                                          "onPremisesSecurityIdentifier",
                                          "onPremisesUserPrincipalName",
                                          "userPrincipalName",
                                          "mailNickname",
                                          "displayName",
                                          "givenName",
                                          "surname",
                                          "jobTitle",
                                          "department",
                                          "companyName",
                                          "city",
                                          "country",
                                          "state",
                                          "streetAddress",
                                          "postalCode",
                                          "officeLocation",
                                          "mobilePhone",
                                          "businessPhones",
                                          "faxNumber",
                                          "accountEnabled",
                                          "mail",
                                          "employeeId",
                                          "otherMails"};
    static const char *const cloud_only[] = {
        "usageLocation", "userType",         "showInAddressList",         "preferredLanguage",
        "ageGroup",      "passwordPolicies", "onPremisesObjectIdentifier"};
    for (size_t i = 0; i < sizeof(from_ad) / sizeof(from_ad[0]); i++) {
        if (!strcmp(from_ad[i], name))
            return FROM_AD;
    }
    for (size_t i = 0; i < sizeof(cloud_only) / sizeof(cloud_only[0]); i++) {
        if (!strcmp(cloud_only[i], name))
            return CLOUD_ONLY;
    }
    return NOT_WRITABLE;
}

static bool invalid_value(const struct ra_sim_request *q, struct ra_sim_reply *a, const char *name)
{
    return ra_sim_error(q, a, 400, "Request_BadRequest",
                        "Invalid value specified for property '%s' of resource 'User'.", name);
}

static bool check_name(const struct ra_sim_request *q, const cJSON *v, struct ra_sim_reply *a)
{
    int row = ra_sim_property_find(RA_SIM_USER, ra_str(v->string));
    bool exact = row >= 0 && !strcmp(ra_sim_properties[row].name, v->string);
    enum ra_sim_place place = exact ? ra_sim_properties[row].place : RA_SIM_HIDDEN;
    if (place == RA_SIM_HIDDEN || (place == RA_SIM_BETA_ONLY && !q->beta))
        return ra_sim_error(q, a, 400, "Request_BadRequest",
                            "The property '%s' does not exist on type 'microsoft.graph.user'.",
                            v->string);
    if (writable(v->string) == NOT_WRITABLE)
        return ra_sim_error(q, a, 400, "Request_BadRequest",
                            "Property '%s' is read-only and cannot be set.", v->string);
    return true;
}

static bool typed(const cJSON *v)
{
    int row = ra_sim_property_find(RA_SIM_USER, ra_str(v->string));
    enum ra_sim_type type = ra_sim_properties[row].type;
    if (cJSON_IsNull(v))
        return true;
    if (type == RA_SIM_BOOL)
        return cJSON_IsBool(v);
    return type == RA_SIM_STRINGS ? cJSON_IsArray(v) : cJSON_IsString(v);
}

/* graph 10.1: $ and _ are not allowed, and "" does not clear. */
static bool check_immutable_id(const struct ra_sim_request *q, const cJSON *v,
                               struct ra_sim_reply *a)
{
    if (cJSON_IsNull(v))
        return true;
    if (!v->valuestring[0] || strpbrk(v->valuestring, "$_ "))
        return invalid_value(q, a, v->string);
    return true;
}

static bool conflict(const struct ra_sim_request *q, struct ra_sim_reply *a, const char *name,
                     const struct ra_sim_object *other)
{
    struct ra_str id = ra_sim_raw(other->body, RA_SIM_P_ID);
    char details[1024];
    snprintf(details, sizeof(details),
             ",\"details\":[{\"code\":\"ObjectConflict\",\"message\":\"Another object with the "
             "same value for property %s already exists.\",\"target\":\"%s\"},{\"code\":"
             "\"ConflictingObjects\",\"message\":\"Another object with the same value for property "
             "%s already exists.\",\"target\":\"%s_" RA_STR_FMT "\"}]}}",
             name, name, name, ra_sim_kind_label(other->kind), (int)(id.n - 2), id.p + 1);
    ra_sim_error(q, a, 400, "Request_BadRequest",
                 "Another object with the same value for property %s already exists.", name);
    a->body.n -= 2; /* the braces of the error and the whole */
    ra_buf_puts(&a->body, details);
    return false;
}

static bool check_unique(struct ra_rehearsal *r, const struct ra_sim_request *q,
                         const struct ra_sim_object *o, const cJSON *v, struct ra_sim_reply *a)
{
    const struct {
        const char *name;
        const struct ra_sim_index *x;
        unsigned property;
    } unique[] = {{"onPremisesImmutableId", &r->store.by_anchor, RA_SIM_P_IMMUTABLE_ID},
                  {"userPrincipalName", &r->store.by_upn, RA_SIM_P_UPN},
                  {"onPremisesSecurityIdentifier", &r->store.by_sid, RA_SIM_P_SID}};
    for (size_t i = 0; i < sizeof(unique) / sizeof(unique[0]); i++) {
        const struct ra_sim_object *other;
        size_t at = 0;
        if (strcmp(unique[i].name, v->string) || !cJSON_IsString(v))
            continue;
        while ((other = ra_sim_store_next(unique[i].x, unique[i].property, ra_str(v->valuestring),
                                          &at))) {
            if (other != o)
                return conflict(q, a, v->string, other);
        }
    }
    return true;
}

static bool federated(const struct ra_sim_store *s, const struct ra_sim_object *o,
                      struct ra_arena *arena)
{
    struct ra_str upn = ra_sim_text(o->body, RA_SIM_P_UPN, arena);
    long at = ra_str_last(upn, '@');
    struct ra_str domain = at < 0 ? upn : ra_str_from(upn, (size_t)at + 1);
    const cJSON *item;
    cJSON_ArrayForEach(item, s->small[RA_SIM_DOMAINS].items)
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
        const char *type =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "authenticationType"));
        if (ra_str_eq_fold(ra_str(id), domain))
            return type && !strcmp(type, "Federated");
    }
    return false;
}

static bool check_value(struct ra_rehearsal *r, struct ra_sim_request *q,
                        const struct ra_sim_object *o, const cJSON *v, struct ra_sim_reply *a)
{
    if (!check_name(q, v, a))
        return false;
    if (!typed(v))
        return ra_sim_error(q, a, 400, "Request_BadRequest",
                            "A value of an unexpected type was given for property '%s'.",
                            v->string);
    if (!strcmp(v->string, "onPremisesObjectIdentifier") && !cJSON_IsNull(v))
        return invalid_value(q, a, v->string); /* domain 2.2: it can be cleared and nothing else */
    if (writable(v->string) == FROM_AD && ra_sim_flag(o->body, RA_SIM_P_SYNC_ENABLED) == 1)
        return ra_sim_error(q, a, 400, "Request_BadRequest",
                            "Unable to update the specified properties for on-premises mastered "
                            "Directory Sync objects or objects currently undergoing migration.");
    if (!strcmp(v->string, "onPremisesImmutableId")) {
        if (!check_immutable_id(q, v, a))
            return false;
        if (cJSON_IsNull(v) && federated(&r->store, o, &q->arena))
            return ra_sim_error(q, a, 400, "Request_BadRequest",
                                "You must provide a required property: Parameter name: "
                                "FederatedUser.SourceAnchor");
    }
    return check_unique(r, q, o, v, a);
}

void ra_sim_patch_user(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                       enum ra_sim_kind kind)
{
    struct ra_sim_object *o = ra_sim_store_find(&r->store, kind, q->segment[1]);
    if (!o) {
        not_found(q, q->segment[1], a);
        return;
    }
    cJSON *body = ra_sim_body_json(q, a);
    bool ok = body != NULL;
    if (ok && r->o.deny_role_holders &&
        holds_role(&r->store, ra_sim_text(o->body, RA_SIM_P_ID, &q->arena)))
        ok = ra_sim_error(q, a, 403, "Authorization_RequestDenied",
                          "Insufficient privileges to complete the operation.");
    for (const cJSON *v = ok ? body->child : NULL; ok && v; v = v->next)
        ok = check_value(r, q, o, v, a);
    if (ok) {
        ra_sim_store_update(&r->store, o, body);
        done(a);
    }
    cJSON_Delete(body);
}

/* ---- source of authority (graph 10.5) ---- */

void ra_sim_patch_behavior(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                           enum ra_sim_kind kind)
{
    struct ra_sim_object *o = ra_sim_store_find(&r->store, kind, q->segment[1]);
    if (!o) {
        not_found(q, q->segment[1], a);
        return;
    }
    cJSON *body = ra_sim_body_json(q, a);
    const cJSON *managed = cJSON_GetObjectItemCaseSensitive(body, "isCloudManaged");
    if (body && !cJSON_IsBool(managed)) {
        ra_sim_error(q, a, 400, "BadRequest",
                     "Invalid value specified for property 'isCloudManaged'.");
    } else if (body) {
        cJSON *set = cJSON_CreateObject();
        cJSON_AddItemToObject(set, "onPremisesSyncBehavior", cJSON_Duplicate(body, true));
        if (cJSON_IsTrue(managed))
            cJSON_AddNullToObject(set, "onPremisesSyncEnabled");
        ra_sim_store_update(&r->store, o, set);
        cJSON_Delete(set);
        done(a);
    }
    cJSON_Delete(body);
}

/* ---- POST /directory/deletedItems/{id}/restore ---- */

static const struct ra_sim_object *name_taken(struct ra_rehearsal *r, const struct ra_sim_object *o,
                                              struct ra_arena *arena)
{
    struct ra_str upn = ra_sim_text(o->body, RA_SIM_P_UPN, arena);
    struct ra_str original = upn.n > 32 ? ra_str_from(upn, 32) : upn;
    const struct ra_sim_object *other;
    size_t at = 0;
    while ((other = ra_sim_store_next(&r->store.by_upn, RA_SIM_P_UPN, original, &at))) {
        if (other != o && !other->deleted)
            return other;
    }
    return NULL;
}

void ra_sim_restore(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                    enum ra_sim_kind kind)
{
    struct ra_sim_object *o = ra_sim_store_by_id(&r->store, q->segment[2]);
    struct ra_sim_select s;
    (void)kind;
    if (!o || !o->deleted) {
        not_found(q, q->segment[2], a);
        return;
    }
    const struct ra_sim_object *other = o->kind == RA_SIM_USER ? name_taken(r, o, &q->arena) : NULL;
    if (other) {
        conflict(q, a, "userPrincipalName", other);
        return;
    }
    ra_sim_store_restore(&r->store, o);
    ra_sim_select_read(q, o->kind, (struct ra_str){0}, false, a, &s);
    struct ra_buf object;
    ra_buf_init(&object, 1U << 24);
    ra_sim_render(&s, o->body, ra_sim_kind_type(o->kind), &object);
    ra_sim_ok(a);
    ra_sim_context(q, "directoryObjects/$entity", &a->body);
    ra_buf_putc(&a->body, ',');
    ra_buf_put(&a->body, object.p + 1, object.n - 1);
    ra_buf_free(&object);
}
