/*
 * Facts that are asked for object by object, in $batch calls of 20 (graph 6, 10.5). Lanes, as many
 * as there are connections, take the next items of one list; what is throttled or failed inside a
 * batch is put back and asked for again, by the same rules as a request of its own.
 */
#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/graph/document.h"
#include "src/graph/internal.h"
#include "src/graph/jsonarena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BATCH_MAX = 20, TRIES_MAX = 12, THROTTLED_MAX = 200, IDS_DENIED = 20 };

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
    struct ra_graph *g;
    const struct question *q;
    struct ra_fact_request *requests;
    unsigned char *tries; /* of each request */
    size_t *again;        /* indexes to ask for again, a stack */
    size_t again_n, next, n;
    int denied[RA_COLLECTIONS]; /* refusals in a row for want of the permission */
    struct ra_err *refusal;
};

struct lane {
    struct job *job;
    struct ra_request request;
    size_t items[BATCH_MAX];
    size_t n;
    int64_t wait_ms; /* the longest Retry-After inside the last answer */
};

static bool askable(enum ra_collection c)
{
    return c == RA_USERS || c == RA_GROUPS || c == RA_CONTACTS;
}

/* Once a whole batch's worth was denied in a row, the app has no permission: the rest would be too.
 */
static bool worth_asking(const struct job *j, size_t at)
{
    enum ra_collection c = j->requests[at].collection;

    return askable(c) && j->denied[c] < IDS_DENIED;
}

static bool next_item(struct job *j, size_t *at)
{
    while (j->again_n || j->next < j->n) {
        *at = j->again_n ? j->again[--j->again_n] : j->next++;
        if (worth_asking(j, *at))
            return true;
    }
    return false;
}

/* ---- build ---- */

static void put_item(struct ra_json *j, size_t place, const struct question *q,
                     const struct ra_fact_request *r)
{
    struct ra_buf url;
    char id[8];

    snprintf(id, sizeof id, "%zu", place);
    ra_buf_init(&url, 2048);
    ra_buf_printf(&url, "/%s/", ra_collection_name(r->collection));
    ra_url_encode(&url, ra_str(r->id));
    ra_buf_puts(&url, q->path);
    ra_json_object(j);
    ra_json_key(j, "id");
    ra_json_z(j, id);
    ra_json_key(j, "method");
    ra_json_z(j, "GET");
    ra_json_key(j, "url");
    ra_json_z(j, ra_buf_z(&url));
    ra_json_object_end(j);
    ra_buf_free(&url);
}

/* Fills the lane with its next items; false when there are none. */
static bool fill(struct lane *l)
{
    struct ra_json j;

    l->n = 0;
    while (l->n < BATCH_MAX && next_item(l->job, &l->items[l->n]))
        l->n++;
    ra_buf_clear(&l->request.send);
    ra_json_init(&j, &l->request.send);
    ra_json_object(&j);
    ra_json_key(&j, "requests");
    ra_json_array(&j);
    for (size_t i = 0; i < l->n; i++)
        put_item(&j, i, l->job->q, &l->job->requests[l->items[i]]);
    ra_json_array_end(&j);
    ra_json_object_end(&j);
    l->request.asked.units = (unsigned)l->n; /* each is charged as if it came by itself */
    return l->n > 0;
}

/* ---- decode ---- */

static void refuse(struct job *j, const struct ra_fact_request *r, const struct ra_fault *f)
{
    char where[192];

    if (f->status == 403)
        j->denied[r->collection]++;
    if (!j->refusal || j->refusal->code)
        return;
    snprintf(where, sizeof where, "%s of %s %.64s", j->q->name, ra_collection_name(r->collection),
             r->id);
    ra_refusal_fill(j->refusal, where, f, &permissions[r->collection]);
}

static int64_t wait_of(const cJSON *response)
{
    const cJSON *headers = cJSON_GetObjectItemCaseSensitive(response, "headers"), *h;

    cJSON_ArrayForEach(h, headers)
    {
        if (!h->string || strcasecmp(h->string, "retry-after") != 0)
            continue;
        if (cJSON_IsNumber(h) && h->valuedouble >= 0 && h->valuedouble < 1e6)
            return (int64_t)(h->valuedouble * 1000);
        if (cJSON_IsString(h))
            return ra_retry_after_ms(ra_str(h->valuestring), ra_now());
    }
    return -1;
}

static void fault_of(const cJSON *response, struct ra_arena *arena, long status,
                     struct ra_fault *out)
{
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(response, "body");

    *out = (struct ra_fault){.status = status};
    if (cJSON_IsObject(body))
        ra_fault_read_json(ra_json_print(arena, body), out);
}

/* Throttling passes; a fault of one object's own may not. */
static int tries_of(long status)
{
    return ra_fault_of_status(status) == RA_FAULT_THROTTLED ? THROTTLED_MAX : TRIES_MAX;
}

/* One answer of the batch. False when it should be asked for again. */
static bool take_response(struct lane *l, const cJSON *response, size_t at)
{
    struct job *j = l->job;
    struct ra_fact_request *r = &j->requests[at];
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(response, "status");
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(response, "body");
    long code = cJSON_IsNumber(status) ? status->valueint : 0;
    int64_t wait = wait_of(response);
    struct ra_fault f;

    if (code == 200) {
        j->q->take(r, body);
        j->denied[r->collection] = 0;
        return true;
    }
    if (ra_fault_of_status(code) != RA_FAULT_NONE && ++j->tries[at] < tries_of(code)) {
        if (wait < 0)
            wait = ra_http_backoff_ms(j->g->http, j->tries[at]);
        if (wait > l->wait_ms)
            l->wait_ms = wait;
        return false;
    }
    fault_of(response, &j->g->page, code, &f);
    refuse(j, r, &f);
    return true;
}

static void ask_again(struct job *j, size_t at)
{
    j->again[j->again_n++] = at;
}

static int take_responses(struct lane *l, const cJSON *list, struct ra_err *err)
{
    bool answered[BATCH_MAX] = {false};
    const cJSON *response;

    cJSON_ArrayForEach(response, list)
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(response, "id"));
        unsigned long long place;
        if (!id || !ra_parse_uint(ra_str(id), &place) || place >= l->n || answered[place])
            return ra_fail(err, RA_ESERVER,
                           "$batch: an answer has the id %.40s, which was not asked",
                           id ? id : "null");
        answered[place] = true;
        if (!take_response(l, response, l->items[place]))
            ask_again(l->job, l->items[place]);
    }
    for (size_t i = 0; i < l->n; i++)
        if (!answered[i] && ++l->job->tries[l->items[i]] < TRIES_MAX)
            ask_again(l->job, l->items[i]);
        else if (!answered[i])
            return ra_fail(err, RA_ESERVER, "$batch: there is no answer for %s",
                           l->job->requests[l->items[i]].id);
    return 0;
}

static int refuse_batch(struct lane *l, struct ra_err *err)
{
    struct ra_fault f;

    ra_fault_read(&l->request.in, &f);
    if (f.status != 403 && f.status != 404)
        return ra_fault_fail(err, RA_ESERVER, "$batch", &f);
    for (size_t i = 0; i < l->n; i++)
        refuse(l->job, &l->job->requests[l->items[i]], &f);
    return 0;
}

static int receive_batch(struct ra_request *r, struct ra_err *err)
{
    struct lane *l = r->ctx;
    struct ra_arena *arena = &l->job->g->page;
    const cJSON *root, *list;
    size_t at;
    int rc;

    l->wait_ms = 0;
    if (r->in.status != 200) {
        rc = refuse_batch(l, err);
    } else {
        ra_arena_reset(arena);
        root = ra_json_parse(arena, ra_str_n(r->in.body.p, r->in.body.n), &at);
        list = cJSON_GetObjectItemCaseSensitive(root, "responses");
        if (!cJSON_IsArray(list)) {
            ra_fail(err, RA_ESERVER, "$batch: the answer has no array \"responses\"");
            return RA_BAD_BODY;
        }
        rc = take_responses(l, list, err);
    }
    if (rc != 0)
        return rc;
    if (!fill(l))
        return RA_TAKEN;
    r->hold_ms = l->wait_ms;
    return RA_NEXT;
}

/* ---- running ---- */

static bool lane_init(struct lane *l, struct job *j)
{
    struct ra_buf url;

    l->job = j;
    ra_request_init(&l->request, "$batch", RA_HTTP_AUTH | RA_HTTP_JSON);
    ra_buf_init(&url, RA_URL_MAX);
    ra_buf_puts(&url, j->g->graph.base);
    ra_buf_puts(&url, j->q->batch);
    ra_buf_z(&url);
    l->request.url = url.p;
    l->request.receive = receive_batch;
    l->request.ctx = l;
    return fill(l);
}

static int run_lanes(struct job *j, struct ra_err *err)
{
    size_t most = (size_t)j->g->o.connections, n = 0;
    struct lane *lanes = ra_calloc(most, sizeof *lanes);
    struct ra_request **list = ra_calloc(most, sizeof *list);
    int rc;

    for (size_t i = 0; i < most; i++) {
        bool busy = lane_init(&lanes[i], j);
        if (busy)
            list[n++] = &lanes[i].request;
    }
    rc = ra_http_run(j->g->http, list, n, err);
    for (size_t i = 0; i < most; i++)
        ra_request_free(&lanes[i].request);
    free(list);
    free(lanes);
    return rc;
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
    struct job j = {.g = g, .q = q, .requests = requests, .n = n, .refusal = refusal};
    int rc;

    if (refusal)
        *refusal = (struct ra_err){0};
    for (size_t i = 0; i < n; i++)
        requests[i].cloud_managed = requests[i].identified = -1;
    if (g->o.files_dir || n == 0)
        return 0;
    j.tries = ra_calloc(n, 1);
    j.again = ra_calloc(n, sizeof *j.again);
    rc = run_lanes(&j, err);
    free(j.tries);
    free(j.again);
    return rc;
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
