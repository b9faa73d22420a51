#include "src/graph/document.h"
#include "src/base/json.h"
#include "src/graph/chain.h"
#include "src/graph/files.h"

#include <string.h>

struct document {
    enum ra_document_state state;
    const struct ra_permission *permission;
    struct ra_buf *json;
    struct ra_err *refusal;
    size_t pages;
    bool list;
};

static int too_large(const struct ra_pages *p, struct ra_err *err)
{
    return ra_fail(err, RA_ESERVER, "%s: larger than the %zu bytes allowed", p->where,
                   ((struct document *)p->ctx)->json->max);
}

/* {"value":[ … of all pages … ]}, or the one object as it came. */
static int merge_page(struct ra_pages *p, const cJSON *root, const cJSON *value, struct ra_str next,
                      struct ra_err *err)
{
    struct document *d = p->ctx;
    const cJSON *item;

    if (!value) {
        if (d->pages++ || !ra_str_absent(next))
            return ra_fail(err, RA_ESERVER, "%s: a page of the chain has no \"value\"", p->where);
        struct ra_str text = ra_json_print(&p->g->page, root);
        ra_buf_put(d->json, text.p, text.n);
        return d->json->overflow ? too_large(p, err) : 0;
    }
    if (d->pages++ == 0)
        ra_buf_puts(d->json, "{\"value\":[");
    d->list = true;
    cJSON_ArrayForEach(item, value)
    {
        struct ra_str text = ra_json_print(&p->g->page, item);
        if (d->json->p[d->json->n - 1] != '[')
            ra_buf_putc(d->json, ',');
        ra_buf_put(d->json, text.p, text.n);
    }
    return d->json->overflow ? too_large(p, err) : 0;
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
    d->state = RA_DOC_REFUSED;
    d->list = false;
    keep_error_body(f, ra_str_n(body->p, body->n), d->json);
    ra_refusal_fill(d->refusal, p->where, f, d->permission);
    return 0;
}

static int read_live(struct ra_graph *g, enum ra_document which, struct document *d,
                     struct ra_err *err)
{
    struct ra_pages p = {.g = g,
                         .where = ra_document_name(which),
                         .single = true,
                         .page = merge_page,
                         .refused = take_refusal,
                         .ctx = d};
    int rc = ra_pages_init(&p, ra_document_path(which), NULL, err);

    if (rc == 0)
        rc = ra_pages_run(g, &p, 1, err);
    if (rc == 0 && d->list)
        ra_buf_puts(d->json, "]}");
    ra_pages_free(&p);
    return rc;
}

int ra_graph_document(struct ra_graph *g, enum ra_document which, enum ra_document_state *state,
                      struct ra_buf *json, struct ra_err *refusal, struct ra_err *err)
{
    struct document d = {.state = RA_DOC_READ,
                         .permission = ra_document_permission(which),
                         .json = json,
                         .refusal = refusal};
    int rc = 0;

    ra_buf_init(json, RA_DOCUMENT_MAX);
    if (refusal)
        *refusal = (struct ra_err){0};
    if (g->o.files_dir)
        rc = ra_files_document(g, which, &d.state, json, refusal, err);
    else if (!ra_document_path(which))
        d.state = RA_DOC_MISSING;
    else
        rc = read_live(g, which, &d, err);
    if (rc != 0)
        ra_buf_free(json);
    *state = d.state;
    return rc;
}
