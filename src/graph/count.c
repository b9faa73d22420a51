/* How many objects there are, which the service tells as plain text and from an index that lags. */
#include "src/graph/document.h"
#include "src/graph/lanes.h"
#include "src/graph/round.h"

#include <stdlib.h>
#include <string.h>

struct counting {
    struct ra_count *count;
    struct ra_err *refusal; /* where a refusal is told; NULL: it only means not counted */
};

/* Plain text, sometimes behind a byte order mark. */
static bool read_number(struct ra_str text, uint64_t *out)
{
    unsigned long long v;

    if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
        text = ra_str_from(text, 3);
    while (text.n && strchr(" \r\n", text.p[text.n - 1]))
        text.n--;
    if (!ra_parse_uint(text, &v))
        return false;
    *out = v;
    return true;
}

static int receive(struct ra_request *r, struct ra_err *err)
{
    struct counting *c = r->ctx;
    struct ra_str text = ra_str_n(r->in.body.p, r->in.body.n);
    struct ra_fault f;

    if (r->in.status != 200 && !c->refusal)
        return RA_TAKEN;
    if (r->in.status != 200) {
        ra_fault_read(&r->in, &f);
        return ra_fault_fail_permission(err, r->where, &f,
                                        ra_collection_permission(c->count->collection));
    }
    if (!read_number(text, &c->count->value)) {
        ra_fail(err, RA_ESERVER, "%s: want a number, the answer is \"%.*s\"", r->where,
                (int)(text.n < 40 ? text.n : 40), text.p ? text.p : "");
        return RA_BAD_BODY;
    }
    c->count->counted = true;
    return RA_TAKEN;
}

static void prepare(const struct ra_graph *g, struct ra_request *r, struct counting *c)
{
    struct ra_buf url;

    ra_request_init(r, ra_collection_name(c->count->collection),
                    RA_HTTP_AUTH | RA_HTTP_EVENTUAL | RA_HTTP_TEXT);
    ra_buf_init(&url, RA_URL_MAX);
    ra_buf_puts(&url, g->graph.base);
    ra_buf_puts(&url, ra_collection_count_path(c->count->collection));
    if (c->count->filter) {
        ra_buf_puts(&url, "?$filter=");
        ra_url_encode(&url, ra_str(c->count->filter));
    }
    ra_buf_z(&url);
    r->url = url.p;
    r->receive = receive;
    r->ctx = c;
    c->count->counted = false;
    c->count->value = 0;
}

int ra_graph_count(struct ra_graph *g, enum ra_collection c, uint64_t *out, struct ra_err *err)
{
    struct ra_count count = {.collection = c};
    struct counting one = {&count, err};
    struct ra_request r;
    int rc;

    if (g->o.files_dir)
        return ra_fail(err, RA_ENOTFOUND, "%s: saved responses have no count of their own",
                       ra_collection_name(c));
    prepare(g, &r, &one);
    rc = ra_http_exchange(g->http, &r, err);
    ra_request_free(&r);
    *out = count.value;
    return rc;
}

void ra_counts_begin(const struct ra_graph *g, struct ra_count *counts, size_t n,
                     struct ra_counts_round *c, struct ra_round *r)
{
    *c = (struct ra_counts_round){
        .all = ra_calloc(n, sizeof *c->all),
        .requests = ra_calloc(n, sizeof *c->requests),
        .n = n,
    };
    for (size_t i = 0; i < n; i++) {
        c->all[i] = (struct counting){&counts[i], NULL};
        prepare(g, &c->requests[i], &c->all[i]);
        ra_round_add(r, &c->requests[i]);
    }
}

void ra_counts_end(struct ra_counts_round *c)
{
    for (size_t i = 0; i < c->n; i++)
        ra_request_free(&c->requests[i]);
    free(c->requests);
    free(c->all);
}

int ra_graph_counts(struct ra_graph *g, struct ra_count *counts, size_t n, struct ra_err *err)
{
    struct ra_counts_round c;
    struct ra_round r = {0};
    int rc;

    for (size_t i = 0; i < n; i++)
        counts[i].counted = false;
    if (g->o.files_dir)
        return 0;
    ra_counts_begin(g, counts, n, &c, &r);
    rc = ra_round_run(g, &r, err);
    ra_counts_end(&c);
    return rc;
}

/* ---- in batches ---- */

static const char *name(void *ctx, size_t at)
{
    const struct ra_count *counts = ctx;

    return ra_collection_name(counts[at].collection);
}

static void put(void *ctx, size_t at, struct ra_json *j)
{
    const struct ra_count *c = (const struct ra_count *)ctx + at;
    struct ra_buf url;

    ra_buf_init(&url, RA_URL_MAX);
    ra_buf_puts(&url, ra_collection_count_path(c->collection) + strlen("/v1.0"));
    if (c->filter) {
        ra_buf_puts(&url, "?$filter=");
        ra_url_encode(&url, ra_str(c->filter));
    }
    ra_json_key(j, "url");
    ra_json_z(j, ra_buf_z(&url));
    ra_json_key(j, "headers");
    ra_json_object(j);
    ra_json_key(j, "ConsistencyLevel");
    ra_json_z(j, "eventual");
    ra_json_object_end(j);
    ra_buf_free(&url);
}

/* The number as it is, or the text that the answer would have been. */
static void take(void *ctx, size_t at, const cJSON *body)
{
    struct ra_count *c = (struct ra_count *)ctx + at;
    const char *text = cJSON_GetStringValue(body);

    if (cJSON_IsNumber(body) && body->valuedouble >= 0 && body->valuedouble < 1e15) {
        c->value = (uint64_t)body->valuedouble;
        c->counted = true;
    } else if (text) {
        c->counted = read_number(ra_str(text), &c->value);
    }
}

static void leave(void *ctx, size_t at, const struct ra_fault *f)
{
    (void)ctx;
    (void)at;
    (void)f;
}

/* What came of the batches stays; the rest is asked for one by one. */
static int count_rest(struct ra_graph *g, struct ra_count *counts, size_t n, struct ra_err *err)
{
    struct ra_count *rest = ra_calloc(n, sizeof *rest);
    size_t left = 0;
    int rc;

    for (size_t i = 0; i < n; i++)
        if (!counts[i].counted)
            rest[left++] = counts[i];
    rc = left ? ra_graph_counts(g, rest, left, err) : 0;
    left = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (!counts[i].counted)
            counts[i] = rest[left++];
    free(rest);
    return rc;
}

int ra_graph_counts_many(struct ra_graph *g, struct ra_count *counts, size_t n, struct ra_err *err)
{
    struct ra_lanes lanes = {.g = g,
                             .path = "/v1.0/$batch",
                             .n = n,
                             .ctx = counts,
                             .name = name,
                             .put = put,
                             .take = take,
                             .refuse = leave};
    int rc;

    for (size_t i = 0; i < n; i++) {
        counts[i].counted = false;
        counts[i].value = 0;
    }
    if (g->o.files_dir || n == 0)
        return 0;
    rc = ra_lanes_run(&lanes, err);
    /* A service that counts, but not in batches. */
    return rc == 0 || rc == -(int)RA_ESERVER ? count_rest(g, counts, n, err) : rc;
}
