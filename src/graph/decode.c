#include "src/graph/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRING_MAX = 32768, LIST_MAX = 10000 };

enum kind { TEXT, FLAG, PROXIES, ERRORS, IDENTIFIER, BEHAVIOR, REMOVED };

static const struct row {
    const char *name;
    enum kind kind;
    int index;
} rows[] = {
    {"id", TEXT, RA_GF_ID},
    {"userPrincipalName", TEXT, RA_GF_UPN},
    {"mail", TEXT, RA_GF_MAIL},
    {"mailNickname", TEXT, RA_GF_MAIL_NICKNAME},
    {"displayName", TEXT, RA_GF_DISPLAY_NAME},
    {"userType", TEXT, RA_GF_USER_TYPE},
    {"onPremisesImmutableId", TEXT, RA_GF_IMMUTABLE_ID},
    {"onPremisesSecurityIdentifier", TEXT, RA_GF_SID},
    {"onPremisesSamAccountName", TEXT, RA_GF_SAM},
    {"onPremisesDomainName", TEXT, RA_GF_DOMAIN},
    {"onPremisesDistinguishedName", TEXT, RA_GF_DN},
    {"onPremisesUserPrincipalName", TEXT, RA_GF_ON_PREMISES_UPN},
    {"onPremisesLastSyncDateTime", TEXT, RA_GF_LAST_SYNC},
    {"deviceId", TEXT, RA_GF_DEVICE_ID},
    {"createdDateTime", TEXT, RA_GF_CREATED},
    {"deletedDateTime", TEXT, RA_GF_DELETED_AT},
    {"onPremisesSyncEnabled", FLAG, RA_GB_SYNC_ENABLED},
    {"accountEnabled", FLAG, RA_GB_ACCOUNT_ENABLED},
    {"isAssignableToRole", FLAG, RA_GB_ROLE_ASSIGNABLE},
    {"mailEnabled", FLAG, RA_GB_MAIL_ENABLED},
    {"securityEnabled", FLAG, RA_GB_SECURITY_ENABLED},
    {"proxyAddresses", PROXIES, 0},
    {"onPremisesProvisioningErrors", ERRORS, 0},
    {"onPremisesObjectIdentifier", IDENTIFIER, 0},
    {"onPremisesSyncBehavior", BEHAVIOR, 0},
    {"@removed", REMOVED, 0},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/* One object being decoded. */
struct work {
    const struct ra_source *from;
    uint64_t at;
    struct ra_arena *arena;
    struct ra_graph_object *o;
    const cJSON *item;
    struct ra_err *err;
};

void ra_objects_clear(struct ra_objects *o)
{
    o->n = 0;
}

void ra_objects_free(struct ra_objects *o)
{
    free(o->items);
    *o = (struct ra_objects){0};
}

static const char *type_name(const cJSON *v)
{
    if (cJSON_IsString(v))
        return "a string";
    if (cJSON_IsNumber(v))
        return "a number";
    if (cJSON_IsBool(v))
        return "a boolean";
    if (cJSON_IsArray(v))
        return "an array";
    return cJSON_IsObject(v) ? "an object" : "null";
}

/* "users: object 8f…: " or, as long as no id is known, "users: object 17: ". */
static int fail(const struct work *w, const char *property, const char *found, const char *want)
{
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(w->item, "id"));

    if (id && *id && strlen(id) <= RA_ID_MAX)
        return ra_fail(w->err, w->from->fault, "%s: object %s: %s is %s, want %s", w->from->name,
                       id, property, found, want);
    return ra_fail(w->err, w->from->fault, "%s: object %llu: %s is %s, want %s", w->from->name,
                   (unsigned long long)w->at, property, found, want);
}

static int too_long(const struct work *w, const char *property, size_t n)
{
    char found[64];

    snprintf(found, sizeof found, "%zu bytes long", n);
    return fail(w, property, found, "at most 32768");
}

static int take_text(const struct work *w, const char *name, const cJSON *v, struct ra_str *out)
{
    size_t n;

    if (cJSON_IsNull(v)) {
        *out = (struct ra_str){NULL, 0};
        return 0;
    }
    if (!cJSON_IsString(v))
        return fail(w, name, type_name(v), "a string or null");
    n = strlen(v->valuestring);
    if (n > STRING_MAX)
        return too_long(w, name, n);
    *out = ra_str_n(v->valuestring, n);
    return 0;
}

static int take_flag(const struct work *w, const char *name, const cJSON *v, signed char *out)
{
    if (!cJSON_IsBool(v) && !cJSON_IsNull(v))
        return fail(w, name, type_name(v), "a boolean or null");
    *out = cJSON_IsNull(v) ? -1 : cJSON_IsTrue(v) ? 1 : 0;
    return 0;
}

static int take_proxies(const struct work *w, const char *name, const cJSON *v)
{
    size_t n = (size_t)cJSON_GetArraySize(v), at = 0;
    struct ra_str *list;
    const cJSON *one;

    if (cJSON_IsNull(v))
        return 0;
    if (!cJSON_IsArray(v))
        return fail(w, name, type_name(v), "an array of strings");
    if (n > LIST_MAX)
        return fail(w, name, "longer than 10000 values", "fewer");
    list = ra_arena_alloc(w->arena, (n + 1) * sizeof *list);
    cJSON_ArrayForEach(one, v)
    {
        int rc = cJSON_IsString(one) ? take_text(w, name, one, &list[at++])
                                     : fail(w, name, type_name(one), "strings in the array");
        if (rc != 0)
            return rc;
    }
    w->o->proxies = list;
    w->o->proxies_n = n;
    return 0;
}

static int take_errors(const struct work *w, const char *name, const cJSON *v)
{
    struct ra_str text;

    if (cJSON_IsNull(v))
        return 0;
    if (!cJSON_IsArray(v))
        return fail(w, name, type_name(v), "an array or null");
    if (!v->child)
        return 0;
    text = ra_json_print(w->arena, v);
    if (text.n > STRING_MAX)
        return too_long(w, name, text.n);
    w->o->provisioning_errors = text;
    return 0;
}

static int take_behavior(const struct work *w, const char *name, const cJSON *v)
{
    const cJSON *managed = cJSON_GetObjectItemCaseSensitive(v, "isCloudManaged");

    if (cJSON_IsNull(v))
        return 0;
    if (!cJSON_IsObject(v))
        return fail(w, name, type_name(v), "an object or null");
    return managed ? take_flag(w, "isCloudManaged", managed, &w->o->cloud_managed) : 0;
}

/* graph 5.2. Another reason than the two known ones: the object may still be there as deleted. */
static int take_removed(const struct work *w, const char *name, const cJSON *v)
{
    const char *reason = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(v, "reason"));

    if (!w->from->delta)
        return fail(w, name, "there", "a listing, not the changes of a delta query");
    if (!cJSON_IsObject(v))
        return fail(w, name, type_name(v), "an object");
    w->o->removed =
        reason && strcmp(reason, "deleted") == 0 ? RA_REMOVED_FOR_GOOD : RA_REMOVED_SOFT;
    return 0;
}

static void note_given(struct ra_graph_object *o, const struct row *r)
{
    if (r->kind == TEXT)
        o->given_fields |= 1U << r->index;
    else if (r->kind == FLAG)
        o->given_flags |= 1U << r->index;
    o->given_proxies = o->given_proxies || r->kind == PROXIES;
    o->given_errors = o->given_errors || r->kind == ERRORS;
}

static int take_property(const struct work *w, const struct row *r, const cJSON *v)
{
    note_given(w->o, r);
    switch (r->kind) {
    case TEXT:
        return take_text(w, r->name, v, &w->o->field[r->index]);
    case FLAG:
        return take_flag(w, r->name, v, &w->o->flag[r->index]);
    case PROXIES:
        return take_proxies(w, r->name, v);
    case ERRORS:
        return take_errors(w, r->name, v);
    case IDENTIFIER:
        w->o->has_object_identifier = true;
        return take_text(w, r->name, v, &w->o->object_identifier);
    case BEHAVIOR:
        return take_behavior(w, r->name, v);
    case REMOVED:
        break;
    }
    return take_removed(w, r->name, v);
}

/* Objects of a page have their properties in the same order: the row is where it was last time. */
static const struct row *row_of(const char *name, unsigned char *guess)
{
    if (strcmp(rows[*guess].name, name) == 0)
        return &rows[*guess];
    for (unsigned char i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0) {
            *guess = i;
            return &rows[i];
        }
    return NULL;
}

static void begin(struct ra_graph_object *o, enum ra_collection in)
{
    memset(o, 0, sizeof *o);
    memset(o->flag, -1, sizeof o->flag);
    o->in = in;
    o->cloud_managed = -1;
}

static int check_id(const struct work *w)
{
    struct ra_str id = w->o->field[RA_GF_ID];

    if (ra_str_absent(id))
        return fail(w, "id", "missing", "a string of 1 to 128 bytes");
    if (id.n > RA_ID_MAX)
        return fail(w, "id", "too long", "a string of 1 to 128 bytes");
    return 0;
}

int ra_decode_object(const cJSON *item, enum ra_collection in, const struct ra_source *from,
                     uint64_t at, struct ra_arena *arena, struct ra_objects *out,
                     struct ra_err *err)
{
    struct work w = {.from = from, .at = at, .arena = arena, .item = item, .err = err};
    size_t place = 0;
    const cJSON *v;

    if (!cJSON_IsObject(item))
        return ra_fail(err, from->fault, "%s: object %llu is %s, want an object", from->name,
                       (unsigned long long)at, type_name(item));
    out->items = ra_grow(out->items, &out->cap, out->n + 1, sizeof *out->items);
    w.o = &out->items[out->n];
    begin(w.o, in);
    cJSON_ArrayForEach(v, item)
    {
        const struct row *r = row_of(v->string, &out->guess[place % sizeof out->guess]);
        int rc = r ? take_property(&w, r, v) : 0;
        if (rc != 0)
            return rc;
        place++;
    }
    if (check_id(&w) != 0)
        return -(int)from->fault;
    out->n++;
    return 0;
}
