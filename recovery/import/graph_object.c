#include "recovery/import/graph_object.h"

#include "recovery/import/json.h"

#include <stdlib.h>
#include <string.h>

struct object {
    struct ra_import_reader *r;
    const char *file;
    struct ra_str json;
    const cJSON *tree;
    struct ra_arena arena;
    struct ra_buf other;
    struct ra_import_entry e;
};

static int wrong(const struct object *o, const char *key, struct ra_str value, const char *want)
{
    char room[96];

    return ra_import_wrong(o->r, o->file, ra_import_json_line(o->json, key), "%s is '%s', want %s",
                           key, ra_import_quote(value, room), want);
}

static const char *const meaning[] = {"id",
                                      "userPrincipalName",
                                      "displayName",
                                      "onPremisesImmutableId",
                                      "onPremisesSecurityIdentifier",
                                      "onPremisesSamAccountName",
                                      "onPremisesDistinguishedName",
                                      "onPremisesObjectIdentifier"};

static bool is_other(const char *key)
{
    for (size_t i = 0; i < sizeof meaning / sizeof meaning[0]; i++)
        if (strcmp(key, meaning[i]) == 0)
            return false;
    return true;
}

static void keep_others(struct object *o)
{
    const cJSON *m;

    cJSON_ArrayForEach(m, o->tree)
    {
        char *text;
        if (!m->string || !is_other(m->string) || cJSON_IsNull(m))
            continue;
        if (cJSON_IsString(m)) {
            ra_import_keep_other(&o->e, &o->other, ra_str(m->string), ra_str(m->valuestring));
        } else if ((text = cJSON_PrintUnformatted(m))) {
            ra_import_keep_other(&o->e, &o->other, ra_str(m->string), ra_str(text));
            cJSON_free(text);
        }
    }
}

static void take_addresses(struct object *o)
{
    const cJSON *m, *list = cJSON_GetObjectItem(o->tree, "proxyAddresses");

    cJSON_ArrayForEach(m, list)
    {
        if (cJSON_IsString(m) && strncmp(m->valuestring, "SMTP:", 5) == 0)
            o->e.smtp = ra_str(m->valuestring + 5);
    }
}

/* 1 when all is well, else as wrong(). */
static int take_anchor(struct object *o)
{
    struct ra_str s = ra_import_json_text(o->tree, "onPremisesImmutableId");
    const cJSON *m = cJSON_GetObjectItem(o->tree, "onPremisesImmutableId");
    const char *why;

    if (m && !cJSON_IsString(m) && !cJSON_IsNull(m))
        return wrong(o, "onPremisesImmutableId", RA_STR("no text"), "text or null");
    if (o->e.kind != RA_USER)
        o->e.left_out = RA_LEFT_NOT_SHOWN;
    else if (ra_str_absent(s))
        o->e.left_out = RA_LEFT_NO_ANCHOR;
    else if (!ra_import_is_anchor(s, &why))
        return wrong(o, "onPremisesImmutableId", s, "an anchor");
    o->e.anchor = s;
    return 1;
}

static int take_identifiers(struct object *o, const char *id)
{
    struct ra_str s = ra_import_json_text(o->tree, "id");

    if (!ra_str_eq_fold(s, ra_str(id)))
        return wrong(o, "id", s, id);
    (void)ra_import_guid_text(s, &o->arena, &o->e.id);
    s = ra_import_json_text(o->tree, "onPremisesSecurityIdentifier");
    if (!ra_str_absent(s) && !ra_import_sid_text(s, &o->arena, &o->e.sid))
        return wrong(o, "onPremisesSecurityIdentifier", s, "a SID");
    s = ra_import_json_text(o->tree, "onPremisesObjectIdentifier");
    if (!ra_str_absent(s) && !ra_import_guid_text(s, &o->arena, &o->e.identifier))
        return wrong(o, "onPremisesObjectIdentifier", s, "a GUID");
    return 1;
}

static int take(struct object *o, const char *id, struct ra_err *err)
{
    int rc = take_identifiers(o, id);

    if (rc == 1)
        rc = take_anchor(o);
    if (rc != 1)
        return rc;
    o->e.upn = ra_import_json_text(o->tree, "userPrincipalName");
    o->e.display_name = ra_import_json_text(o->tree, "displayName");
    o->e.sam = ra_import_json_text(o->tree, "onPremisesSamAccountName");
    o->e.dn = ra_import_json_text(o->tree, "onPremisesDistinguishedName");
    take_addresses(o);
    keep_others(o);
    return ra_import_give(o->r, &o->e, err);
}

int ra_import_graph_object(struct ra_import_reader *r, const char *file, enum ra_kind kind,
                           const char *id, struct ra_str json, struct ra_err *err)
{
    struct object o = {
        .r = r, .file = file, .json = json, .e = {.kind = kind, .line = 1, .file = file}};
    cJSON *tree = ra_import_json(r, file, json);
    int rc;

    if (!tree) /* noted */
        return r->wrong < RA_IMPORT_WRONG_MAX ? 0 : -(int)RA_EINPUT;
    o.tree = tree;
    ra_buf_init(&o.other, RA_IMPORT_OTHER_MAX);
    if (cJSON_IsObject(tree))
        rc = take(&o, id, err);
    else
        rc = ra_import_wrong(r, file, 1, "is no JSON object, want the object %s", id);
    cJSON_Delete(tree);
    ra_buf_free(&o.other);
    ra_arena_free(&o.arena);
    return rc;
}

int ra_import_graph_tenant(struct ra_import_reader *r, const char *file, struct ra_str json,
                           struct ra_err *err)
{
    cJSON *tree = ra_import_json(r, file, json);
    const cJSON *o = cJSON_IsArray(tree) ? cJSON_GetArrayItem(tree, 0) : tree;

    (void)err;
    if (!tree)
        return r->wrong < RA_IMPORT_WRONG_MAX ? 0 : -(int)RA_EINPUT;
    r->totals->tenant_known = ra_guid_parse(ra_import_json_text(o, "id"), &r->totals->tenant);
    cJSON_Delete(tree);
    return 0;
}
