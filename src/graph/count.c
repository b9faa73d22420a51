/* How many objects there are, which the service tells as plain text and from an index that lags. */
#include "src/graph/document.h"
#include "src/graph/internal.h"

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

int ra_graph_counts(struct ra_graph *g, struct ra_count *counts, size_t n, struct ra_err *err)
{
    struct counting *all = ra_calloc(n, sizeof *all);
    struct ra_request *requests = ra_calloc(n, sizeof *requests);
    struct ra_request **list = ra_calloc(n, sizeof *list);
    int rc = 0;

    for (size_t i = 0; i < n; i++) {
        all[i] = (struct counting){&counts[i], NULL};
        counts[i].counted = false;
        if (!g->o.files_dir)
            prepare(g, &requests[i], &all[i]);
        list[i] = &requests[i];
    }
    if (!g->o.files_dir && n)
        rc = ra_http_run(g->http, list, n, err);
    for (size_t i = 0; i < n && !g->o.files_dir; i++)
        ra_request_free(&requests[i]);
    free(list);
    free(requests);
    free(all);
    return rc;
}
