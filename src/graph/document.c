#include "src/graph/document.h"
#include "src/base/json.h"
#include "src/graph/files.h"
#include "src/graph/round.h"

#include <stdlib.h>

struct document {
    struct ra_document_read *to;
    size_t pages;
    bool list;
};

static int too_large(const struct ra_pages *p, struct ra_err *err)
{
    const struct document *d = p->ctx;

    return ra_fail(err, RA_ESERVER, "%s: larger than the %zu bytes allowed", p->where,
                   d->to->json.max);
}

/* {"value":[ … of all pages … ]}, or the one object as it came. */
static int merge_page(struct ra_pages *p, const cJSON *root, const cJSON *value, struct ra_str next,
                      struct ra_err *err)
{
    struct document *d = p->ctx;
    struct ra_buf *json = &d->to->json;
    const cJSON *item;

    if (!value) {
        if (d->pages++ || !ra_str_absent(next))
            return ra_fail(err, RA_ESERVER, "%s: a page of the chain has no \"value\"", p->where);
        struct ra_str text = ra_json_print(&p->g->page, root);
        ra_buf_put(json, text.p, text.n);
        return json->overflow ? too_large(p, err) : 0;
    }
    if (d->pages++ == 0)
        ra_buf_puts(json, "{\"value\":[");
    d->list = true;
    cJSON_ArrayForEach(item, value)
    {
        struct ra_str text = ra_json_print(&p->g->page, item);
        if (json->p[json->n - 1] != '[')
            ra_buf_putc(json, ',');
        ra_buf_put(json, text.p, text.n);
    }
    return json->overflow ? too_large(p, err) : 0;
}

void ra_refusal_fill(struct ra_err *refusal, const char *where, const struct ra_fault *f,
                     const struct ra_permission *permission)
{
    ra_fault_fail_permission(refusal, where, f, permission);
}

/* The error body as it came; what a gateway said instead is put into the same form. */
static void keep_error_body(const struct ra_fault *f, struct ra_str body, struct ra_buf *out)
{
    struct ra_json j;

    ra_buf_clear(out);
    if (f->json) {
        ra_buf_put(out, body.p, body.n);
        return;
    }
    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "error");
    ra_json_object(&j);
    ra_json_key(&j, "code");
    ra_json_z(&j, "UnknownError");
    ra_json_key(&j, "status");
    ra_json_int(&j, f->status);
    ra_json_key(&j, "message");
    ra_json_z(&j, "the answer was not in Graph's error form");
    ra_json_object_end(&j);
    ra_json_object_end(&j);
}

static int take_refusal(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err)
{
    struct document *d = p->ctx;
    const struct ra_buf *body = &p->request.in.body;

    (void)err;
    d->to->state = RA_DOC_REFUSED;
    d->list = false;
    keep_error_body(f, ra_str_n(body->p, body->n), &d->to->json);
    ra_refusal_fill(&d->to->refusal, p->where, f, ra_document_permission(d->to->which));
    return 0;
}

/* A list that came without its "value" is not one object, and not an empty list (graph 4.3). */
static bool may_be_one_object(enum ra_document which)
{
    return which == RA_DOC_ORGANIZATION || which == RA_DOC_SYNCHRONIZATION ||
           which == RA_DOC_SYNCHRONIZATION_BETA;
}

static int begin_one(struct ra_graph *g, struct ra_document_read *read, const char *path,
                     struct ra_documents_round *d, struct ra_err *err)
{
    struct ra_pages *p = &d->pages[d->made];

    d->documents[d->made] = (struct document){.to = read};
    *p = (struct ra_pages){.g = g,
                           .where = ra_document_name(read->which),
                           .single = may_be_one_object(read->which),
                           .page = merge_page,
                           .refused = take_refusal,
                           .ctx = &d->documents[d->made++]};
    return ra_pages_init(p, path, NULL, err);
}

int ra_documents_begin(struct ra_graph *g, struct ra_document_read *reads, size_t n,
                       struct ra_documents_round *d, struct ra_round *r, struct ra_err *err)
{
    int rc = 0;

    *d = (struct ra_documents_round){
        .pages = ra_calloc(n, sizeof *d->pages),
        .documents = ra_calloc(n, sizeof *d->documents),
    };
    for (size_t i = 0; i < n && rc == 0; i++) {
        const char *path = ra_document_path(reads[i].which);
        reads[i].state = path ? RA_DOC_READ : RA_DOC_MISSING;
        if (path)
            rc = begin_one(g, &reads[i], path, d, err);
    }
    for (size_t i = 0; i < d->made && rc == 0; i++)
        ra_round_add(r, &d->pages[i].request);
    return rc;
}

int ra_documents_end(struct ra_documents_round *d, int rc, struct ra_err *err)
{
    if (rc == 0)
        rc = ra_pages_ended(d->pages, d->made, err);
    for (size_t i = 0; i < d->made; i++) {
        if (rc == 0 && d->documents[i].list)
            ra_buf_puts(&d->documents[i].to->json, "]}");
        ra_pages_free(&d->pages[i]);
    }
    free(d->documents);
    free(d->pages);
    return rc;
}

static int read_live(struct ra_graph *g, struct ra_document_read *reads, size_t n,
                     struct ra_err *err)
{
    struct ra_documents_round d;
    struct ra_round r = {0};
    int rc = ra_documents_begin(g, reads, n, &d, &r, err);

    if (rc == 0)
        rc = ra_round_run(g, &r, err);
    free(r.list);
    return ra_documents_end(&d, rc, err);
}

void ra_document_read_init(struct ra_document_read *read)
{
    ra_buf_init(&read->json, RA_DOCUMENT_MAX);
    read->refusal = (struct ra_err){0};
}

int ra_graph_documents(struct ra_graph *g, struct ra_document_read *reads, size_t n,
                       struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < n; i++)
        ra_document_read_init(&reads[i]);
    if (!g->o.files_dir)
        rc = read_live(g, reads, n, err);
    for (size_t i = 0; rc == 0 && g->o.files_dir && i < n; i++)
        rc = ra_files_document(g, reads[i].which, &reads[i].state, &reads[i].json,
                               &reads[i].refusal, err);
    for (size_t i = 0; rc != 0 && i < n; i++)
        ra_buf_free(&reads[i].json);
    return rc;
}

int ra_graph_document(struct ra_graph *g, enum ra_document which, enum ra_document_state *state,
                      struct ra_buf *json, struct ra_err *refusal, struct ra_err *err)
{
    struct ra_document_read one = {.which = which};
    int rc = ra_graph_documents(g, &one, 1, err);

    *json = one.json;
    *state = one.state;
    if (refusal)
        *refusal = one.refusal;
    return rc;
}
