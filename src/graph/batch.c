/* Facts that are asked for object by object (graph 6, 10.5). */
#include "src/graph/document.h"
#include "src/graph/lanes.h"

#include <stdio.h>
#include <string.h>

enum { IDS_DENIED = 20 };

static const struct ra_permission permissions[RA_COLLECTIONS] = {
    [RA_USERS] = {"User-OnPremisesSyncBehavior.ReadWrite.All",
                  "a94a502d-0281-4d15-8cd2-682ac9362c4c"},
    [RA_GROUPS] = {"Group-OnPremisesSyncBehavior.ReadWrite.All",
                   "2d9bd318-b883-40be-9df7-63ec4fcdc424"},
    [RA_CONTACTS] = {"Contacts-OnPremisesSyncBehavior.ReadWrite.All",
                     "1a997f7e-17c6-44c3-adc4-996e0712c777"},
};

const struct ra_permission *ra_sync_behavior_permission(enum ra_collection c)
{
    return permissions[c].name ? &permissions[c] : NULL;
}

/* What is asked of each object, and how the answer is taken. */
struct question {
    const char *name, *batch, *path; /* path: what follows /users/ID */
    void (*take)(struct ra_fact_request *r, const cJSON *body);
};

struct job {
    const struct question *q;
    struct ra_fact_request *requests;
    int denied[RA_COLLECTIONS]; /* refusals in a row for want of the permission */
    struct ra_err *refusal;
};

static bool askable(enum ra_collection c)
{
    return c == RA_USERS || c == RA_GROUPS || c == RA_CONTACTS;
}

/* Once a whole batch's worth was denied in a row, the app has no permission: the rest would be too.
 */
static bool worth_asking(void *ctx, size_t at)
{
    const struct job *j = ctx;
    enum ra_collection c = j->requests[at].collection;

    return askable(c) && j->denied[c] < IDS_DENIED;
}

static const char *name(void *ctx, size_t at)
{
    const struct job *j = ctx;

    return j->requests[at].id;
}

static void put(void *ctx, size_t at, struct ra_json *json)
{
    const struct job *j = ctx;
    const struct ra_fact_request *r = &j->requests[at];
    struct ra_buf url;

    ra_buf_init(&url, 2048);
    ra_buf_printf(&url, "/%s/", ra_collection_name(r->collection));
    ra_url_encode(&url, ra_str(r->id));
    ra_buf_puts(&url, j->q->path);
    ra_json_key(json, "url");
    ra_json_z(json, ra_buf_z(&url));
    ra_buf_free(&url);
}

static void take(void *ctx, size_t at, const cJSON *body)
{
    struct job *j = ctx;

    j->q->take(&j->requests[at], body);
    j->denied[j->requests[at].collection] = 0;
}

static void refuse(void *ctx, size_t at, const struct ra_fault *f)
{
    struct job *j = ctx;
    const struct ra_fact_request *r = &j->requests[at];
    char where[192];

    if (f->status == 403)
        j->denied[r->collection]++;
    if (!j->refusal || j->refusal->code)
        return;
    snprintf(where, sizeof where, "%s of %s %.64s", j->q->name, ra_collection_name(r->collection),
             r->id);
    ra_refusal_fill(j->refusal, where, f, &permissions[r->collection]);
}

static void take_managed(struct ra_fact_request *r, const cJSON *body)
{
    const cJSON *managed = cJSON_GetObjectItemCaseSensitive(body, "isCloudManaged");

    if (cJSON_IsBool(managed))
        r->cloud_managed = cJSON_IsTrue(managed) ? 1 : 0;
}

/* Not returned is not null: unknown. So is what is longer than any identifier. */
static void take_identifier(struct ra_fact_request *r, const cJSON *body)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(body, "onPremisesObjectIdentifier");

    if (cJSON_IsNull(v))
        r->identified = 0;
    else if (cJSON_IsString(v) && strlen(v->valuestring) < sizeof r->identifier) {
        r->identified = v->valuestring[0] ? 1 : 0;
        memcpy(r->identifier, v->valuestring, strlen(v->valuestring) + 1);
    }
}

static const struct question sync_behavior = {"onPremisesSyncBehavior", "/v1.0/$batch",
                                              "/onPremisesSyncBehavior?$select=isCloudManaged",
                                              take_managed};
static const struct question object_identifier = {"onPremisesObjectIdentifier", "/beta/$batch",
                                                  "?$select=id,onPremisesObjectIdentifier",
                                                  take_identifier};

static int ask(struct ra_graph *g, const struct question *q, struct ra_fact_request *requests,
               size_t n, struct ra_err *refusal, struct ra_err *err)
{
    struct job j = {.q = q, .requests = requests, .refusal = refusal};
    struct ra_lanes lanes = {.g = g,
                             .path = q->batch,
                             .n = n,
                             .ctx = &j,
                             .worth = worth_asking,
                             .name = name,
                             .put = put,
                             .take = take,
                             .refuse = refuse};

    if (refusal)
        *refusal = (struct ra_err){0};
    for (size_t i = 0; i < n; i++)
        requests[i].cloud_managed = requests[i].identified = -1;
    return g->o.files_dir || n == 0 ? 0 : ra_lanes_run(&lanes, err);
}

int ra_graph_sync_behavior(struct ra_graph *g, struct ra_fact_request *requests, size_t n,
                           struct ra_err *refusal, struct ra_err *err)
{
    return ask(g, &sync_behavior, requests, n, refusal, err);
}

int ra_graph_object_identifiers_of(struct ra_graph *g, struct ra_fact_request *requests, size_t n,
                                   struct ra_err *refusal, struct ra_err *err)
{
    return ask(g, &object_identifier, requests, n, refusal, err);
}
