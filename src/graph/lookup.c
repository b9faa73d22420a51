/* Objects one by one, as they are at this moment. */
#include "src/graph/chain.h"
#include "src/graph/decode.h"

#include <stdlib.h>
#include <string.h>

struct looking {
    struct ra_sought *lookup;
    ra_page_fn *page;
    void *ctx;
    struct ra_objects *objects;
};

static int take_object(struct ra_pages *p, const cJSON *root, const cJSON *value,
                       struct ra_str next, struct ra_err *err)
{
    const struct looking *l = p->ctx;
    const struct ra_source source = {p->where, RA_ESERVER, false};
    int rc;

    (void)value;
    ra_objects_clear(l->objects);
    rc = ra_decode_object(root, l->lookup->collection, &source, 1, &p->g->page, l->objects, err);
    if (rc != 0)
        return rc;
    l->lookup->found = true;
    return l->page(l->ctx, p->index, l->objects->items, 1, next, err);
}

static int refuse_object(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err)
{
    const struct looking *l = p->ctx;

    return f->status == 404
               ? 0
               : ra_fault_fail_permission(err, p->where, f,
                                          ra_collection_permission(l->lookup->collection));
}

/* The collection's own query of one object. What is deleted is a directoryObject without a cast,
 * which has little else than an id (graph 2.5). */
static int init(struct ra_pages *p, const struct ra_sought *l, struct ra_err *err)
{
    bool deleted = l->collection == RA_DELETED_USERS;
    const char *path = ra_collection_path(l->collection), *query = strchr(path, '?');
    const char *top = strstr(query, "&$top");
    struct ra_buf b;
    int rc;

    ra_buf_init(&b, RA_URL_MAX);
    if (deleted)
        ra_buf_puts(&b, "/v1.0/directory/deletedItems");
    else
        ra_buf_put(&b, path, (size_t)(query - path));
    ra_buf_putc(&b, '/');
    ra_url_encode(&b, ra_str(l->id));
    if (deleted)
        ra_buf_puts(&b, "?$select=id,deletedDateTime");
    else
        ra_buf_put(&b, query, top ? (size_t)(top - query) : strlen(query));
    rc = ra_pages_init(p, ra_buf_z(&b), NULL, err);
    ra_buf_free(&b);
    return rc;
}

int ra_graph_look_up(struct ra_graph *g, struct ra_sought *lookups, size_t n, ra_page_fn *page,
                     void *ctx, struct ra_err *err)
{
    struct ra_pages *pages = ra_calloc(n, sizeof *pages);
    struct looking *all = ra_calloc(n, sizeof *all);
    struct ra_objects objects = {0};
    size_t made = 0;
    int rc = g->o.files_dir ? ra_fail(err, RA_EINTERNAL, "saved responses are not looked up") : 0;

    for (; made < n && rc == 0; made++) {
        lookups[made].found = false;
        all[made] = (struct looking){&lookups[made], page, ctx, &objects};
        pages[made] = (struct ra_pages){.g = g,
                                        .where = ra_collection_name(lookups[made].collection),
                                        .single = true,
                                        .page = take_object,
                                        .refused = refuse_object,
                                        .ctx = &all[made],
                                        .index = made};
        rc = init(&pages[made], &lookups[made], err);
    }
    if (rc == 0 && n)
        rc = ra_pages_run(g, pages, n, err);
    while (made > 0)
        ra_pages_free(&pages[--made]);
    ra_objects_free(&objects);
    free(all);
    free(pages);
    return rc;
}
