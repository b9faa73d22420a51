#include "src/graph/graph.h"

#include "src/graph/chain.h"
#include "src/graph/decode.h"
#include "src/graph/files.h"
#include "src/graph/jsonarena.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64 };

/* ---- opening ---- */

static const char *copy(const char *s)
{
    return s && *s ? ra_strdup(s) : NULL;
}

static void drop(const char *s)
{
    union {
        const char *borrowed;
        char *owned;
    } u = {s};

    free(u.owned);
}

static void copy_options(struct ra_graph_options *to, const struct ra_graph_options *from)
{
    *to = *from;
    to->tenant_id = copy(from->tenant_id);
    to->client_id = copy(from->client_id);
    to->certificate_file = copy(from->certificate_file);
    to->private_key_file = copy(from->private_key_file);
    to->certificate_password_file = copy(from->certificate_password_file);
    to->client_secret_file = copy(from->client_secret_file);
    to->federated_token_file = copy(from->federated_token_file);
    to->graph_url = copy(from->graph_url);
    to->login_url = copy(from->login_url);
    to->ca_file = copy(from->ca_file);
    to->files_dir = copy(from->files_dir);
    if (to->connections < 1)
        to->connections = 1;
    if (to->connections > CONNECTIONS_MAX)
        to->connections = CONNECTIONS_MAX;
}

static void drop_options(struct ra_graph_options *o)
{
    drop(o->tenant_id);
    drop(o->client_id);
    drop(o->certificate_file);
    drop(o->private_key_file);
    drop(o->certificate_password_file);
    drop(o->client_secret_file);
    drop(o->federated_token_file);
    drop(o->graph_url);
    drop(o->login_url);
    drop(o->ca_file);
    drop(o->files_dir);
}

/* The tenant id becomes part of a path. */
static int check_tenant(const struct ra_graph *g, struct ra_err *err)
{
    const char *id = g->o.tenant_id ? g->o.tenant_id : "";

    if (id[strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-")])
        return ra_fail(err, RA_ECONFIG, "[tenant] id = %s: want the tenant's GUID", id);
    if (g->o.ca_file && access(g->o.ca_file, R_OK) != 0)
        return ra_fail(err, RA_ECONFIG, "[tenant] ca_file = %s: cannot be read", g->o.ca_file);
    return 0;
}

static int open_live(struct ra_graph *g, struct ra_err *err)
{
    const struct ra_cloud_hosts *hosts = ra_cloud_hosts(g->o.cloud);
    struct ra_bearer bearer;
    int rc = check_tenant(g, err);

    if (rc == 0)
        rc = ra_endpoint_parse("[tenant] graph_url", g->o.graph_url ? g->o.graph_url : hosts->graph,
                               false, &g->graph, err);
    if (rc == 0)
        rc = ra_endpoint_parse("[tenant] login_url", g->o.login_url ? g->o.login_url : hosts->login,
                               false, &g->login, err);
    if (rc == 0)
        rc = ra_http_open(&g->o, &g->tuning, &g->graph, &g->http, err);
    if (rc == 0)
        rc = ra_token_new(&g->o, &g->tuning, g->http, g->login.base, &g->token, err);
    if (rc == 0) {
        bearer = ra_token_bearer(g->token);
        ra_http_set_bearer(g->http, &bearer);
    }
    return rc;
}

int ra_graph_open_tuned(const struct ra_graph_options *o, const struct ra_http_tuning *tuning,
                        struct ra_graph **out, struct ra_err *err)
{
    struct ra_graph *g = ra_calloc(1, sizeof *g);
    int rc;

    ra_json_arena_setup();
    copy_options(&g->o, o);
    g->tuning = *tuning;
    rc = g->o.files_dir ? ra_files_check(g->o.files_dir, err) : open_live(g, err);
    if (rc != 0)
        ra_graph_close(&g);
    *out = g;
    return rc;
}

int ra_graph_open(const struct ra_graph_options *o, struct ra_graph **out, struct ra_err *err)
{
    static const struct ra_http_tuning none;

    return ra_graph_open_tuned(o, &none, out, err);
}

void ra_graph_close(struct ra_graph **gp)
{
    struct ra_graph *g = gp ? *gp : NULL;

    if (!g)
        return;
    ra_http_close(&g->http);
    ra_token_free(&g->token);
    ra_endpoint_free(&g->graph);
    ra_endpoint_free(&g->login);
    ra_arena_free(&g->page);
    ra_ahead_free(&g->ahead);
    drop_options(&g->o);
    free(g);
    *gp = NULL;
}

bool ra_graph_is_files(const struct ra_graph *g)
{
    return g->o.files_dir != NULL;
}

int ra_graph_connections(const struct ra_graph *g)
{
    return g->o.connections;
}

int ra_graph_sign_in(struct ra_graph *g, struct ra_err *err)
{
    if (!g->token || ra_token_fresh(g->token))
        return 0;
    return ra_token_renew(g->token, err);
}

struct ra_graph_stats ra_graph_stats(const struct ra_graph *g)
{
    return g->http ? ra_http_stats(g->http) : (struct ra_graph_stats){0};
}

int ra_graph_stopped(const struct ra_graph *g, struct ra_err *err)
{
    int number = g->o.stop ? *g->o.stop : 0;

    if (!number)
        return 0;
    ra_fail(err, RA_ESIGNAL, "stopped by signal %d", number);
    if (err)
        err->signal = number;
    return -(int)RA_ESIGNAL;
}

/* ---- collections ---- */

struct reading {
    const struct ra_chain *chain;
    ra_page_fn *page;
    void *ctx;
    struct ra_objects *objects; /* of one page: shared, pages come one after another */
};

static int take_objects(struct ra_pages *p, const cJSON *root, const cJSON *value,
                        struct ra_str next, struct ra_err *err)
{
    const struct reading *r = p->ctx;
    const struct ra_source source = {p->where, RA_ESERVER, false};
    const cJSON *item;
    uint64_t at = p->objects;

    (void)root;
    ra_objects_clear(r->objects);
    cJSON_ArrayForEach(item, value)
    {
        int rc = ra_decode_object(item, r->chain->collection, &source, ++at, &p->g->page,
                                  r->objects, err);
        if (rc != 0)
            return rc;
    }
    return r->page(r->ctx, p->index, r->objects->items, r->objects->n, next, err);
}

static int refuse_collection(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err)
{
    const struct reading *r = p->ctx;

    return ra_fault_fail_permission(err, p->where, f,
                                    ra_collection_permission(r->chain->collection));
}

/* graph 1.2: what needs both $count=true and the header, the header then on every page. */
static bool advanced(const char *filter)
{
    static const char *const words[] = {"not(", "not ", " ne ", "endswith(", "/$count"};

    for (size_t i = 0; filter && i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(filter, words[i]))
            return true;
    return false;
}

static int init_chain(struct ra_pages *p, const struct ra_chain *c, struct ra_err *err)
{
    struct ra_buf path;
    int rc;

    ra_buf_init(&path, RA_URL_MAX);
    ra_buf_puts(&path, ra_collection_path(c->collection));
    if (c->filter) {
        ra_buf_puts(&path, "&$filter=");
        ra_url_encode(&path, ra_str(c->filter));
    }
    if (advanced(c->filter)) {
        ra_buf_puts(&path, "&$count=true");
        p->flags = RA_HTTP_EVENTUAL;
    }
    rc = ra_pages_init(p, ra_buf_z(&path), c->mark, err);
    ra_buf_free(&path);
    return rc;
}

static int read_live(struct ra_graph *g, const struct ra_chain *chains, size_t n, ra_page_fn *page,
                     void *ctx, struct ra_err *err)
{
    struct ra_pages *pages = ra_calloc(n, sizeof *pages);
    struct reading *readings = ra_calloc(n, sizeof *readings);
    struct ra_objects objects = {0};
    size_t made = 0;
    int rc = 0;

    for (; made < n && rc == 0; made++) {
        readings[made] = (struct reading){&chains[made], page, ctx, &objects};
        pages[made] = (struct ra_pages){.g = g,
                                        .where = ra_collection_name(chains[made].collection),
                                        .page = take_objects,
                                        .refused = refuse_collection,
                                        .ctx = &readings[made],
                                        .index = made};
        rc = init_chain(&pages[made], &chains[made], err);
    }
    for (size_t i = 0; i < made; i++) /* the whole takes as long as its longest chain at least */
        pages[i].request.rank = (unsigned)i;
    if (rc == 0)
        rc = ra_pages_run(g, pages, n, err);
    while (made > 0)
        ra_pages_free(&pages[--made]);
    ra_objects_free(&objects);
    free(readings);
    free(pages);
    return rc;
}

int ra_graph_read(struct ra_graph *g, const struct ra_chain *chains, size_t n, ra_page_fn *page,
                  void *ctx, struct ra_err *err)
{
    if (n == 0)
        return 0;
    if (g->o.files_dir)
        return ra_files_read(g, chains, n, page, ctx, err);
    return read_live(g, chains, n, page, ctx, err);
}
