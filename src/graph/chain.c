#include "src/graph/chain.h"

#include "src/base/log.h"

#include <stdlib.h>
#include <string.h>

enum { DOUBTFUL_MAX = 8 };

/* Goes on at url, which becomes the request's. */
static void go_to(struct ra_pages *p, const char *url)
{
    char *copy = ra_strdup(url);

    free(p->request.url);
    p->request.url = copy;
}

/* ---- lost page tokens (graph 1.3) ---- */

static int restart(struct ra_pages *p)
{
    ra_log(RA_LOG_REQUESTS, "%s: the page token is lost again, reading from the start", p->where);
    p->restarted = true;
    p->back = RA_BACK_NO;
    free(p->before);
    p->before = NULL;
    ra_guard_reset(&p->guard);
    ra_guard_link(&p->guard, p->where, p->first, NULL);
    go_to(p, p->first);
    return RA_NEXT;
}

/* The URL that gave the last page has worked: its answer holds a new token for the page after it.
 */
static int go_back(struct ra_pages *p)
{
    ra_log(RA_LOG_REQUESTS, "%s: the page token is lost, reading the page before again", p->where);
    p->back = RA_BACK_REREADING;
    ra_guard_excuse(&p->guard, p->request.url);
    go_to(p, p->before);
    return RA_NEXT;
}

static int refuse(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err)
{
    int rc = p->refused(p, f, err);

    p->ended = rc == 0;
    return rc;
}

static int mend(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err)
{
    if (p->before && p->back == RA_BACK_NO)
        return go_back(p);
    if (!p->restarted && strcmp(p->request.url, p->first) != 0)
        return restart(p);
    if (p->tokens)
        return refuse(p, f, err);
    ra_fault_fail(err, RA_ESERVER, p->where, f);
    return ra_hint(err,
                   "the service lost its page tokens three times in this chain; run again when "
                   "it is less busy");
}

/* ---- a page ---- */

static int bad_body(const struct ra_pages *p, size_t at, struct ra_err *err)
{
    const struct ra_answer *in = &p->request.in;

    if (ra_json_too_deep(ra_str_n(in->body.p, in->body.n), at)) {
        ra_fail(err, RA_ESERVER, "%s: the answer nests arrays and objects more than %d deep",
                p->where, CJSON_NESTING_LIMIT);
        return ra_hint(err, "no page of Graph does that; check graph_url");
    }
    ra_fail(err, RA_ESERVER, "%s: the answer is not JSON from byte %zu of %zu on (request-id %s)",
            p->where, at, in->body.n, in->request_id[0] ? in->request_id : "none");
    return RA_BAD_BODY;
}

static uint64_t digest_of(const cJSON *value)
{
    const cJSON *first = value ? value->child : NULL, *last = first ? first->prev : NULL;
    const char *a = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(first, "id"));
    const char *b = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(last, "id"));
    uint64_t hash;

    if (!first)
        return 0;
    hash = ra_hash_more(0, ra_str(a));
    return ra_hash_more(hash, ra_str(b));
}

/* The link behind this page, copied into *out; NULL when this is the last. */
static int read_next(struct ra_pages *p, const cJSON *root, char **out, struct ra_err *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, "@odata.nextLink");

    *out = NULL;
    if (!item || cJSON_IsNull(item))
        return 0;
    if (!cJSON_IsString(item) || !item->valuestring[0])
        return ra_fail(err, RA_ESERVER, "%s: @odata.nextLink is not a link", p->where);
    *out = ra_url_from_link(ra_str(item->valuestring));
    if (!*out)
        return ra_fail(err, RA_ESERVER,
                       "%s: @odata.nextLink is longer than %d bytes or has control characters",
                       p->where, RA_URL_MAX);
    return ra_endpoint_pin(&p->g->graph, *out, p->where, "@odata.nextLink", err);
}

/* Whether the page before may be read again when the next token is lost too: yes, unless this was a
 * clean second reading. One that took a retry has a doubtful token once more (graph 1.3). */
static void note_reading(struct ra_pages *p)
{
    if (p->back != RA_BACK_REREADING) {
        p->back = RA_BACK_NO;
        p->doubtful = 0;
    } else if (p->request.retried && ++p->doubtful < DOUBTFUL_MAX) {
        p->back = RA_BACK_NO;
    } else {
        p->back = RA_BACK_REREAD;
    }
}

/* From here on the chain stands behind the page. The next one is asked for before this one is
 * worked on, so that service and caller do not wait for each other. */
static int advance(struct ra_pages *p, char *next, struct ra_err *err)
{
    free(p->before);
    p->before = p->request.url;
    p->request.url = next;
    p->ended = next == NULL;
    note_reading(p);
    return next ? ra_http_ahead(p->g->http, &p->request, err) : 0;
}

static int check_progress(struct ra_pages *p, const cJSON *value, const char *next,
                          struct ra_err *err)
{
    int rc = ra_guard_page(&p->guard, p->where, digest_of(value), err);

    if (rc == 0 && next)
        rc = ra_guard_link(&p->guard, p->where, next, err);
    return rc;
}

static int take_page(struct ra_pages *p, const cJSON *root, struct ra_err *err)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, "value");
    char *next = NULL;
    int rc;

    if (!cJSON_IsObject(root) || (!value && !p->single) || (value && !cJSON_IsArray(value)))
        return ra_fail(err, RA_ESERVER, "%s: the answer has no array \"value\" (request-id %s)",
                       p->where, p->request.in.request_id);
    rc = read_next(p, root, &next, err);
    if (rc == 0)
        rc = check_progress(p, value, next, err);
    if (rc != 0) {
        free(next);
        return rc;
    }
    rc = advance(p, next, err);
    if (rc == 0)
        rc = p->page(p, root, value, ra_str(next), err);
    p->objects += (uint64_t)cJSON_GetArraySize(value);
    return rc == 0 && next ? RA_AHEAD : rc;
}

static int take_fault(struct ra_pages *p, struct ra_err *err)
{
    struct ra_fault f;

    ra_fault_read(&p->request.in, &f);
    return ra_fault_is_page_token(&f) ? mend(p, &f, err) : refuse(p, &f, err);
}

static void arrived(struct ra_request *r)
{
    struct ra_pages *p = r->ctx;

    if (r->in.status == 200)
        p->parsed = ra_ahead_parse(&p->g->ahead, ra_str_n(r->in.body.p, r->in.body.n));
}

static const cJSON *parse(struct ra_pages *p, size_t *at)
{
    const struct ra_buf *body = &p->request.in.body;
    struct ra_ahead_page *parsed = p->parsed;

    p->parsed = NULL;
    if (parsed)
        return ra_ahead_take(parsed, &p->g->page, at);
    ra_arena_reset(&p->g->page);
    return ra_json_parse(&p->g->page, ra_str_n(body->p, body->n), at);
}

static int receive(struct ra_request *r, struct ra_err *err)
{
    struct ra_pages *p = r->ctx;
    const cJSON *root;
    size_t at;

    if (r->in.status != 200)
        return take_fault(p, err);
    root = parse(p, &at);
    return root ? take_page(p, root, err) : bad_body(p, at, err);
}

/* ---- running ---- */

int ra_pages_init(struct ra_pages *p, const char *path, const char *mark, struct ra_err *err)
{
    struct ra_buf url;
    int rc = 0;

    ra_request_init(&p->request, p->where, RA_HTTP_AUTH | p->flags);
    p->request.receive = receive;
    p->request.arrived = arrived;
    p->request.ctx = p;
    ra_buf_init(&url, RA_URL_MAX);
    ra_buf_puts(&url, p->g->graph.base);
    ra_buf_puts(&url, path);
    ra_buf_z(&url);
    p->first = url.p;
    p->request.url = ra_strdup(mark ? mark : p->first);
    if (mark)
        rc = ra_endpoint_pin(&p->g->graph, mark, p->where, "the mark to resume from", err);
    if (rc == 0)
        rc = ra_guard_link(&p->guard, p->where, p->request.url, err);
    return rc;
}

void ra_pages_free(struct ra_pages *p)
{
    ra_ahead_forget(p->parsed);
    ra_request_free(&p->request);
    ra_guard_reset(&p->guard);
    free(p->first);
    free(p->before);
    p->first = p->before = NULL;
}

/* The one thing that must never happen: a short list that looks whole. */
int ra_pages_ended(const struct ra_pages *pages, size_t n, struct ra_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!pages[i].ended)
            return ra_fail(err, RA_EINCOMPLETE, "%s: the chain did not reach its end",
                           pages[i].where);
    return 0;
}

int ra_pages_run(struct ra_graph *g, struct ra_pages *pages, size_t n, struct ra_err *err)
{
    struct ra_request **list = ra_malloc(n * sizeof *list);
    int rc;

    for (size_t i = 0; i < n; i++)
        list[i] = &pages[i].request;
    rc = ra_http_run(g->http, list, n, err);
    free(list);
    return rc == 0 ? ra_pages_ended(pages, n, err) : rc;
}
