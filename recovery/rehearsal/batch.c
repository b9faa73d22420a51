#include "recovery/rehearsal/sim.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ITEMS 20

struct item {
    const cJSON *json;
    const char *id, *method, *url;
    char *target, *body;
    struct ra_sim_request q;
    struct ra_sim_reply a;
    bool done;
};

struct ra_sim_items {
    struct item at[MAX_ITEMS];
    size_t n;
};

static const char *string_of(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static struct item *by_id(struct ra_sim_items *b, const char *id)
{
    for (size_t i = 0; id && i < b->n; i++) {
        if (ra_str_eq_fold(ra_str(b->at[i].id), ra_str(id)))
            return &b->at[i];
    }
    return NULL;
}

static bool malformed(const struct ra_sim_request *q, struct ra_sim_reply *a, const char *what)
{
    return ra_sim_error(q, a, 400, "BadRequest", "Invalid batch payload format. %s", what);
}

/* graph 6: the whole batch is refused for a fault of its form. */
static bool read_items(const struct ra_sim_request *q, const cJSON *body, struct ra_sim_reply *a,
                       struct ra_sim_items *b)
{
    const cJSON *requests = cJSON_GetObjectItemCaseSensitive(body, "requests"), *json;
    if (!cJSON_IsArray(requests) || !cJSON_GetArraySize(requests))
        return malformed(q, a, "The requests are missing.");
    if (cJSON_GetArraySize(requests) > MAX_ITEMS)
        return ra_sim_error(q, a, 400, "BadRequest",
                            "Number of batch request steps exceeds the maximum value of %d.",
                            MAX_ITEMS);
    cJSON_ArrayForEach(json, requests)
    {
        struct item it = {.json = json,
                          .id = string_of(json, "id"),
                          .method = string_of(json, "method"),
                          .url = string_of(json, "url")};
        if (!it.id || !it.id[0] || !it.method || !it.url)
            return malformed(q, a, "Each request needs an id, a method and a url.");
        if (by_id(b, it.id))
            return malformed(q, a, "The ids of the requests must be unique.");
        if (strstr(it.url, "://"))
            return malformed(q, a, "The url must be relative to the version.");
        b->at[b->n++] = it;
    }
    return true;
}

static const char *header(const cJSON *headers, const char *name)
{
    for (const cJSON *v = headers ? headers->child : NULL; v; v = v->next) {
        if (ra_str_eq_fold(ra_str(v->string), ra_str(name)))
            return cJSON_GetStringValue(v);
    }
    return NULL;
}

static void prepare(const struct ra_sim_request *outer, struct item *it)
{
    const cJSON *headers = cJSON_GetObjectItemCaseSensitive(it->json, "headers");
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(it->json, "body");
    struct ra_buf target;
    struct ra_guid g;
    ra_buf_init(&target, 1U << 16);
    ra_buf_printf(&target, "/%s%s", outer->beta ? "beta" : "v1.0", it->url[0] == '/' ? "" : "/");
    ra_buf_puts(&target, it->url);
    it->target = ra_strndup(target.p, target.n);
    ra_buf_free(&target);
    it->body = body ? cJSON_PrintUnformatted(body) : NULL;
    it->q = (struct ra_sim_request){.method = it->method,
                                    .target = it->target,
                                    .host = outer->host,
                                    .authorization = outer->authorization,
                                    .consistency = header(headers, "ConsistencyLevel"),
                                    .prefer = header(headers, "Prefer"),
                                    .content_type = header(headers, "Content-Type"),
                                    .client_request_id = header(headers, "client-request-id"),
                                    .body = ra_str(it->body),
                                    .identifiers = outer->identifiers,
                                    .in_batch = true};
    ra_guid_random(&g);
    ra_guid_text(g.b, it->q.request_id);
    ra_sim_reply_init(&it->a);
}

/* Whether every request it depends on was answered well; one that was not makes it 424. */
static bool ready(struct ra_sim_items *b, const struct item *it, bool *failed)
{
    const cJSON *id;
    *failed = false;
    cJSON_ArrayForEach(id, cJSON_GetObjectItemCaseSensitive(it->json, "dependsOn"))
    {
        const struct item *other = by_id(b, cJSON_GetStringValue(id));
        if (other && !other->done)
            return false;
        *failed = *failed || !other || other->a.status >= 400;
    }
    return true;
}

static void run(struct ra_rehearsal *r, struct item *it, bool failed)
{
    it->done = true;
    if (failed)
        ra_sim_error(&it->q, &it->a, 424, "FailedDependency", "Failed dependency.");
    else if (ra_sim_request_parse(&it->q, &it->a))
        ra_sim_route(r, &it->q, &it->a);
    ra_sim_log_request(&r->log, &it->q, &it->a);
}

static void run_all(struct ra_rehearsal *r, struct ra_sim_items *b)
{
    bool moved = true, failed;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < b->n; i++) {
            if (!b->at[i].done && ready(b, &b->at[i], &failed)) {
                run(r, &b->at[i], failed);
                moved = true;
            }
        }
    }
    for (size_t i = 0; i < b->n; i++) { /* what is left waits for itself */
        if (!b->at[i].done)
            run(r, &b->at[i], true);
    }
}

static void write_response(struct ra_json *j, const struct item *it)
{
    struct ra_str body = ra_str_n(it->a.body.p, it->a.body.n);
    ra_json_object(j);
    ra_json_key(j, "id");
    ra_json_z(j, it->id);
    ra_json_key(j, "status");
    ra_json_int(j, it->a.status);
    ra_json_key(j, "headers");
    ra_json_object(j);
    ra_json_key(j, "Cache-Control");
    ra_json_z(j, "no-cache");
    ra_json_key(j, "x-ms-resource-unit");
    char units[16];
    snprintf(units, sizeof(units), "%d", it->a.resource_units);
    ra_json_z(j, units);
    ra_json_key(j, "OData-Version");
    ra_json_z(j, "4.0");
    for (size_t i = 0; i < it->a.headers; i++) {
        ra_json_key(j, it->a.header[i].name);
        ra_json_z(j, it->a.header[i].value);
    }
    if (body.n) {
        ra_json_key(j, "Content-Type");
        ra_json_z(j, it->a.content_type);
    }
    ra_json_object_end(j);
    if (body.n) {
        ra_json_key(j, "body");
        if (ra_str_starts_fold(ra_str(it->a.content_type), RA_STR("application/json")))
            ra_json_raw(j, body);
        else
            ra_json_str(j, body);
    }
    ra_json_object_end(j);
}

void ra_sim_batch(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a,
                  enum ra_sim_kind kind)
{
    (void)kind;
    cJSON *body = ra_sim_body_json(q, a);
    struct ra_sim_items *b = ra_calloc(1, sizeof(*b));
    if (body && read_items(q, body, a, b)) {
        struct ra_json j;
        for (size_t i = 0; i < b->n; i++)
            prepare(q, &b->at[i]);
        run_all(r, b);
        ra_sim_ok(a);
        a->content_type = "application/json";
        ra_json_init(&j, &a->body);
        ra_json_object(&j);
        ra_json_key(&j, "responses");
        ra_json_array(&j);
        for (size_t i = b->n; i-- > 0;) /* the last first: the order is nobody's promise */
            write_response(&j, &b->at[i]);
        ra_json_array_end(&j);
        ra_json_object_end(&j);
        for (size_t i = 0; i < b->n; i++) {
            ra_sim_request_free(&b->at[i].q);
            ra_sim_reply_free(&b->at[i].a);
            free(b->at[i].target);
            cJSON_free(b->at[i].body);
        }
    }
    free(b);
    cJSON_Delete(body);
}
