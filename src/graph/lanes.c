#include "src/graph/lanes.h"

#include "src/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BATCH_MAX = 20, TRIES_MAX = 12, THROTTLED_MAX = 200 };

struct lane {
    struct ra_lanes *job;
    struct ra_request request;
    size_t items[BATCH_MAX];
    size_t n;
    int64_t wait_ms; /* the longest Retry-After inside the last answer */
};

static bool next_item(struct ra_lanes *j, size_t *at)
{
    while (j->again_n || j->next < j->n) {
        *at = j->again_n ? j->again[--j->again_n] : j->next++;
        if (!j->worth || j->worth(j->ctx, *at))
            return true;
    }
    return false;
}

/* ---- build ---- */

static void put_item(const struct ra_lanes *l, struct ra_json *j, size_t place, size_t at)
{
    char id[8];

    snprintf(id, sizeof id, "%zu", place);
    ra_json_object(j);
    ra_json_key(j, "id");
    ra_json_z(j, id);
    ra_json_key(j, "method");
    ra_json_z(j, "GET");
    l->put(l->ctx, at, j);
    ra_json_object_end(j);
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
        put_item(l->job, &j, i, l->items[i]);
    ra_json_array_end(&j);
    ra_json_object_end(&j);
    l->request.asked.units = (unsigned)l->n; /* each is charged as if it came by itself */
    return l->n > 0;
}

/* ---- decode ---- */

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
    struct ra_lanes *j = l->job;
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(response, "status");
    long code = cJSON_IsNumber(status) ? status->valueint : 0;
    int64_t wait = wait_of(response);
    struct ra_fault f;

    if (code == 200) {
        j->take(j->ctx, at, cJSON_GetObjectItemCaseSensitive(response, "body"));
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
    j->refuse(j->ctx, at, &f);
    return true;
}

static void ask_again(struct ra_lanes *j, size_t at)
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
                           l->job->name(l->job->ctx, l->items[i]));
    return 0;
}

static int refuse_batch(struct lane *l, struct ra_err *err)
{
    struct ra_fault f;

    ra_fault_read(&l->request.in, &f);
    if (f.status != 403 && f.status != 404)
        return ra_fault_fail(err, RA_ESERVER, "$batch", &f);
    for (size_t i = 0; i < l->n; i++)
        l->job->refuse(l->job->ctx, l->items[i], &f);
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

static bool lane_init(struct lane *l, struct ra_lanes *j)
{
    struct ra_buf url;

    l->job = j;
    ra_request_init(&l->request, "$batch", RA_HTTP_AUTH | RA_HTTP_JSON);
    ra_buf_init(&url, RA_URL_MAX);
    ra_buf_puts(&url, j->g->graph.base);
    ra_buf_puts(&url, j->path);
    ra_buf_z(&url);
    l->request.url = url.p;
    l->request.receive = receive_batch;
    l->request.ctx = l;
    return fill(l);
}

static int run(struct ra_lanes *j, struct ra_err *err)
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

int ra_lanes_run(struct ra_lanes *j, struct ra_err *err)
{
    int rc;

    j->tries = ra_calloc(j->n, 1);
    j->again = ra_calloc(j->n, sizeof *j->again);
    j->again_n = j->next = 0;
    rc = run(j, err);
    free(j->tries);
    free(j->again);
    return rc;
}
