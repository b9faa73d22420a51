/* What changed since: rounds of a delta query, from link to link (graph 5). */
#include "src/graph/round.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct round {
    struct ra_delta *delta;
    ra_delta_fn *page;
    void *ctx;
    struct ra_objects *objects; /* of one page: shared, pages come one after another */
};

/* ---- a page ---- */

/* The link of the next round, pinned to our host; the caller frees it. */
static int read_delta_link(struct ra_pages *p, const cJSON *root, char **out, struct ra_err *err)
{
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "@odata.deltaLink"));
    int rc;

    *out = NULL;
    if (!text || !*text)
        return ra_fail(err, RA_ESERVER,
                       "%s: the last page of changes has neither @odata.nextLink nor "
                       "@odata.deltaLink (request-id %s)",
                       p->where, p->request.in.request_id);
    *out = ra_url_from_link(ra_str(text));
    if (!*out)
        return ra_fail(err, RA_ESERVER,
                       "%s: @odata.deltaLink is longer than %d bytes or has control characters",
                       p->where, RA_URL_MAX);
    rc = ra_endpoint_pin(&p->g->graph, *out, p->where, "@odata.deltaLink", err);
    if (rc != 0) {
        free(*out);
        *out = NULL;
    }
    return rc;
}

static int decode_all(struct ra_pages *p, const cJSON *value, struct ra_err *err)
{
    const struct round *r = p->ctx;
    const struct ra_source source = {p->where, RA_ESERVER, true};
    uint64_t at = p->objects;
    const cJSON *item;

    ra_objects_clear(r->objects);
    cJSON_ArrayForEach(item, value)
    {
        int rc = ra_decode_object(item, r->delta->collection, &source, ++at, &p->g->page,
                                  r->objects, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int take_changes(struct ra_pages *p, const cJSON *root, const cJSON *value,
                        struct ra_str next, struct ra_err *err)
{
    const struct round *r = p->ctx;
    char *link = NULL;
    int rc = ra_str_absent(next) ? read_delta_link(p, root, &link, err) : 0;

    if (rc == 0)
        rc = decode_all(p, value, err);
    if (rc == 0)
        rc = r->page(r->ctx, p->index, r->objects->items, r->objects->n, link ? ra_str(link) : next,
                     link != NULL, err);
    free(link);
    return rc;
}

/* ---- refusals ---- */

/* graph 5.6: a link is our only input, so whatever is said against it means that it is no good any
 * more: 410, 400 in several forms, 404 or 501 where the service has moved on. Not so a sign-in or a
 * permission that is missing, unless the code says otherwise; nor what was tried in vain. */
static bool is_resync(const struct ra_fault *f)
{
    if (strncasecmp(f->code, "syncState", 9) == 0 || strcasecmp(f->code, "resyncRequired") == 0)
        return true;
    return f->status == 501 ||
           (f->status >= 400 && f->status < 500 && f->status != 401 && f->status != 403);
}

static bool is_without(const struct ra_fault *f)
{
    return f->status == 400 || f->status == 404 || f->status == 501;
}

static int refuse_delta(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err)
{
    struct ra_delta *d = ((const struct round *)p->ctx)->delta;

    if (d->link ? !is_resync(f) : !is_without(f))
        return ra_fault_fail_permission(err, p->where, f, ra_collection_permission(d->collection));
    d->state = d->link ? RA_DELTA_RESYNC : RA_DELTA_REFUSED;
    snprintf(d->refused_with, sizeof d->refused_with, "%ld%s%s", f->status, f->code[0] ? " " : "",
             f->code);
    return 0;
}

/* ---- running ---- */

/* The collection's own query as a delta from now on: the same $select, without $top (graph 5.1). */
static void put_path(struct ra_buf *out, const struct ra_delta *d)
{
    struct ra_str path = ra_str(ra_collection_path(d->collection));
    const char *query = strchr(path.p, '?'), *top = strstr(path.p, "&$top");

    ra_buf_put(out, path.p, (size_t)(query - path.p));
    ra_buf_puts(out, "/delta");
    if (d->all) {
        ra_buf_puts(out, "?$select=id");
        return;
    }
    ra_buf_put(out, query, top ? (size_t)(top - query) : strlen(query));
    ra_buf_puts(out, "&$deltatoken=latest");
}

/* A lost token leads back to the round's own link at most, never to a round over everything. */
static int init_round(struct ra_pages *p, const struct ra_delta *d, struct ra_err *err)
{
    struct ra_buf path;
    int rc;

    ra_buf_init(&path, RA_URL_MAX);
    put_path(&path, d);
    rc = ra_pages_init(p, ra_buf_z(&path), d->link, err);
    ra_buf_free(&path);
    if (d->link) {
        free(p->first);
        p->first = ra_strdup(d->link);
    }
    return rc;
}

int ra_delta_begin(struct ra_graph *g, struct ra_delta *deltas, size_t n, ra_delta_fn *page,
                   void *ctx, struct ra_delta_round *d, struct ra_round *r, struct ra_err *err)
{
    int rc = 0;

    *d = (struct ra_delta_round){
        .pages = ra_calloc(n, sizeof *d->pages),
        .rounds = ra_calloc(n, sizeof *d->rounds),
        .n = n,
        .objects = ra_calloc(1, sizeof *d->objects),
    };
    for (size_t i = 0; i < n && rc == 0; i++) {
        deltas[i].state = RA_DELTA_READ;
        deltas[i].refused_with[0] = '\0';
        d->rounds[i] = (struct round){&deltas[i], page, ctx, d->objects};
        d->pages[i] = (struct ra_pages){.g = g,
                                        .where = ra_collection_name(deltas[i].collection),
                                        .tokens = true,
                                        .page = take_changes,
                                        .refused = refuse_delta,
                                        .ctx = &d->rounds[i],
                                        .index = i};
        rc = init_round(&d->pages[i], &deltas[i], err);
        ra_round_add(r, &d->pages[i].request);
    }
    return rc;
}

int ra_delta_end(struct ra_delta_round *d, int rc, struct ra_err *err)
{
    if (rc == 0)
        rc = ra_pages_ended(d->pages, d->n, err);
    for (size_t i = 0; i < d->n; i++)
        ra_pages_free(&d->pages[i]);
    if (d->objects)
        ra_objects_free(d->objects);
    free(d->objects);
    free(d->rounds);
    free(d->pages);
    return rc;
}

int ra_graph_delta(struct ra_graph *g, struct ra_delta *rounds, size_t n, ra_delta_fn *page,
                   void *ctx, struct ra_err *err)
{
    struct ra_delta_round d;
    struct ra_round r = {0};
    int rc;

    if (g->o.files_dir)
        return ra_fail(err, RA_EINTERNAL, "saved responses have no changes");
    if (n == 0)
        return 0;
    rc = ra_delta_begin(g, rounds, n, page, ctx, &d, &r, err);
    if (rc == 0)
        rc = ra_round_run(g, &r, err);
    free(r.list);
    return ra_delta_end(&d, rc, err);
}

/* ---- the fingerprint ---- */

void ra_graph_fingerprint(const struct ra_graph *g, char out[65])
{
    unsigned char d[32];
    struct ra_buf text;

    ra_buf_init(&text, (size_t)1 << 20);
    ra_buf_printf(&text, "%s\n%s\n", ra_graph_tenant(g),
                  g->o.files_dir ? g->o.files_dir : g->graph.base);
    for (int c = 0; c < RA_COLLECTIONS; c++)
        ra_buf_printf(&text, "%s\n", ra_collection_path((enum ra_collection)c));
    if (EVP_Digest(text.p, text.n, d, NULL, EVP_sha256(), NULL) != 1)
        ra_die("OpenSSL has no working SHA-256");
    for (size_t i = 0; i < sizeof d; i++)
        snprintf(out + 2 * i, 3, "%02x", d[i]);
    ra_buf_free(&text);
}

const char *ra_graph_tenant(const struct ra_graph *g)
{
    return g->o.tenant_id ? g->o.tenant_id : "";
}
