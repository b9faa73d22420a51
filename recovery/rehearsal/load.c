#include "recovery/rehearsal/load.h"

#include "src/base/file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE ((size_t)4 << 30)
#define MAX_LINE ((size_t)16 << 20)

/* Each item of a saved file goes to take(); an error body goes to refused(). */
struct sink {
    struct ra_sim_store *s;
    enum ra_sim_kind kind;
    bool deleted;
    struct ra_sim_small *small;
};

static void take(struct sink *k, cJSON *item)
{
    if (k->small) {
        cJSON_AddItemToArray(k->small->items, item);
        return;
    }
    ra_sim_store_load(k->s, k->kind, ra_sim_body_new(k->kind, item), k->deleted);
    cJSON_Delete(item);
}

static int status_of(const char *code)
{
    static const struct {
        const char *code;
        int status;
    } known[] = {{"AadPremiumLicenseRequired", 400},
                 {"Authorization_RequestDenied", 403},
                 {"Request_BadRequest", 400},
                 {"BadRequest", 400},
                 {"Request_ResourceNotFound", 404}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!strcmp(known[i].code, code))
            return known[i].status;
    }
    return 403;
}

static void refuse(struct ra_sim_small *small, const char *code, const char *message)
{
    cJSON_Delete(small->items);
    small->items = NULL;
    small->status = status_of(code);
    snprintf(small->code, sizeof(small->code), "%s", code);
    snprintf(small->message, sizeof(small->message), "%s", message);
}

static int read_error(struct sink *k, const cJSON *error, const char *path, struct ra_err *err)
{
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(error, "code"));
    const char *message = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(error, "message"));
    if (!k->small)
        return ra_fail(err, RA_EINPUT, "%s: holds an error body, wanted objects", path);
    refuse(k->small, code ? code : "UnknownError", message ? message : "");
    return 0;
}

/* One document: {"value":[…]}, an array, an error body or a single object. Takes root over. */
static int read_root(struct sink *k, cJSON *root, const char *path, struct ra_err *err)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(root, "error");
    if (cJSON_IsObject(error)) {
        int rc = read_error(k, error, path, err);
        cJSON_Delete(root);
        return rc;
    }
    cJSON *array = cJSON_IsArray(root) ? root : cJSON_GetObjectItemCaseSensitive(root, "value");
    if (!cJSON_IsArray(array)) {
        cJSON_DeleteItemFromObjectCaseSensitive(root, "@odata.context");
        take(k, root);
        return 0;
    }
    while (array->child)
        take(k, cJSON_DetachItemViaPointer(array, array->child));
    cJSON_Delete(root);
    return 0;
}

static int read_json(struct sink *k, const char *path, struct ra_err *err)
{
    struct ra_buf b;
    int rc = ra_file_read(path, MAX_FILE, RA_EINPUT, &b, err);
    if (rc)
        return rc;
    cJSON *root = cJSON_ParseWithLength(b.p, b.n);
    ra_buf_free(&b);
    if (!root)
        return ra_fail(err, RA_EINPUT, "%s: is not JSON", path);
    return read_root(k, root, path, err);
}

static int read_ndjson(struct sink *k, const char *path, struct ra_err *err)
{
    FILE *fp = fopen(path, "re");
    if (!fp)
        return ra_fail(err, RA_EINPUT, "%s: %s", path, strerror(errno));
    char *line = NULL;
    size_t cap = 0, number = 0;
    ssize_t n;
    int rc = 0;
    while (!rc && (n = getline(&line, &cap, fp)) >= 0) {
        number++;
        if (n <= 1)
            continue;
        cJSON *item = (size_t)n <= MAX_LINE ? cJSON_ParseWithLength(line, (size_t)n) : NULL;
        const cJSON *error = cJSON_GetObjectItemCaseSensitive(item, "error");
        if (!cJSON_IsObject(item)) {
            rc = ra_fail(err, RA_EINPUT, "%s: line %zu is not a JSON object", path, number);
            cJSON_Delete(item);
        } else if (cJSON_IsObject(error)) {
            rc = read_error(k, error, path, err);
            cJSON_Delete(item);
        } else {
            take(k, item);
        }
    }
    if (!rc && ferror(fp))
        rc = ra_fail(err, RA_EINPUT, "%s: %s", path, strerror(errno));
    free(line);
    fclose(fp);
    return rc;
}

static int read_named(struct sink *k, const char *dir, const char *name, bool required,
                      struct ra_err *err)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s.json", dir, name);
    if (k->small)
        k->small->items = cJSON_CreateArray();
    if (!access(path, F_OK))
        return read_json(k, path, err);
    snprintf(path, sizeof(path), "%s/%s.ndjson", dir, name);
    if (!access(path, F_OK))
        return read_ndjson(k, path, err);
    if (required)
        return ra_fail(err, RA_EINPUT, "%s/%s.json: is missing", dir, name);
    if (k->small)
        refuse(k->small, "Authorization_RequestDenied",
               "Insufficient privileges to complete the operation.");
    return 0;
}

static const char *const documents[RA_SIM_DOCUMENTS] = {"organization",
                                                        "domains",
                                                        "onPremisesSynchronization",
                                                        "roleAssignments",
                                                        "roleEligibilityScheduleInstances",
                                                        "roleDefinitions",
                                                        "roleGroupMembers",
                                                        "onPremisesSyncBehavior"};

/* onPremisesSyncBehavior.json says of objects by id what may also stand inline. */
static void spread_behaviors(struct ra_sim_store *s)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, s->small[RA_SIM_SYNC_BEHAVIORS].items)
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
        const cJSON *managed = cJSON_GetObjectItemCaseSensitive(item, "isCloudManaged");
        struct ra_sim_object *o = ra_sim_store_by_id(s, ra_str(id));
        if (!o || !cJSON_IsBool(managed))
            continue;
        cJSON *set = cJSON_CreateObject(),
              *in = cJSON_AddObjectToObject(set, "onPremisesSyncBehavior");
        cJSON_AddBoolToObject(in, "isCloudManaged", cJSON_IsTrue(managed));
        struct ra_sim_body *body = ra_sim_body_with(o->body, o->kind, set, NULL);
        free(o->body);
        o->body = body;
        cJSON_Delete(set);
    }
}

int ra_sim_load(struct ra_sim_store *s, const char *dir, struct ra_err *err)
{
    for (int kind = 0; kind < RA_SIM_KINDS; kind++) {
        struct sink k = {.s = s, .kind = (enum ra_sim_kind)kind};
        int rc = read_named(&k, dir, ra_sim_kind_segment(k.kind), true, err);
        if (rc)
            return rc;
    }
    struct sink gone = {.s = s, .kind = RA_SIM_USER, .deleted = true};
    int rc = read_named(&gone, dir, "deletedUsers", true, err);
    for (int d = 0; !rc && d < RA_SIM_DOCUMENTS; d++) {
        struct sink k = {.s = s, .small = &s->small[d]};
        rc = read_named(&k, dir, documents[d], false, err);
    }
    if (!rc)
        spread_behaviors(s);
    return rc;
}

void ra_sim_tenant_id(const struct ra_sim_store *s, char out[RA_GUID_TEXT])
{
    static const enum ra_sim_document from[] = {RA_SIM_ORGANIZATION, RA_SIM_SYNCHRONIZATION};
    out[0] = 0;
    for (size_t i = 0; i < 2 && !out[0]; i++) {
        const cJSON *item = cJSON_GetArrayItem(s->small[from[i]].items, 0);
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
        struct ra_guid g;
        if (id && ra_guid_parse(ra_str(id), &g))
            ra_guid_text(g.b, out);
    }
}
