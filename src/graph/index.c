/*
 * What the index behind the counts lists: ids alone, asked for as an advanced query, which comes
 * from that index and begins with how many it has (graph 1.3). It lags behind the lists by moments,
 * but what it counts it can name.
 */
#include "src/graph/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listing {
    struct ra_index_list *list;
    size_t which;
    ra_id_fn *each;
    void *ctx;
};

static int take_ids(struct ra_pages *p, const cJSON *root, const cJSON *value, struct ra_str next,
                    struct ra_err *err)
{
    const struct listing *l = p->ctx;
    const cJSON *count = cJSON_GetObjectItemCaseSensitive(root, "@odata.count"), *item;

    (void)next;
    if (cJSON_IsNumber(count) && count->valuedouble >= 0) {
        l->list->count = (uint64_t)count->valuedouble;
        l->list->listed = true;
    }
    cJSON_ArrayForEach(item, value)
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
        int rc;
        if (!id || !*id)
            return ra_fail(err, RA_ESERVER, "%s: an object has no id", p->where);
        rc = l->each(l->ctx, l->which, ra_str(id), err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* A service that does not list so is done without. */
static int refuse_ids(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err)
{
    const struct listing *l = p->ctx;

    (void)f;
    (void)err;
    l->list->listed = false;
    return 0;
}

static int init(struct ra_pages *p, const struct ra_index_list *l, struct ra_err *err)
{
    struct ra_str path = ra_str(ra_collection_path(l->collection));
    struct ra_buf b;
    int rc;

    ra_buf_init(&b, RA_URL_MAX);
    ra_buf_put(&b, path.p, strcspn(path.p, "?"));
    ra_buf_puts(&b, "?$select=id&$top=999&$count=true");
    if (l->backwards)
        ra_buf_printf(&b, "&$orderby=%s%%20desc",
                      l->collection == RA_DELETED_USERS ? "deletedDateTime" : "displayName");
    if (l->filter) {
        ra_buf_puts(&b, "&$filter=");
        ra_url_encode(&b, ra_str(l->filter));
    }
    rc = ra_pages_init(p, ra_buf_z(&b), NULL, err);
    ra_buf_free(&b);
    return rc;
}

int ra_graph_index(struct ra_graph *g, struct ra_index_list *lists, size_t n, ra_id_fn *each,
                   void *ctx, struct ra_err *err)
{
    struct ra_pages *pages = ra_calloc(n, sizeof *pages);
    struct listing *all = ra_calloc(n, sizeof *all);
    size_t made = 0;
    int rc = 0;

    for (; made < n && rc == 0 && !g->o.files_dir; made++) {
        lists[made].listed = false;
        lists[made].count = 0;
        all[made] = (struct listing){&lists[made], made, each, ctx};
        pages[made] = (struct ra_pages){.g = g,
                                        .where = ra_collection_name(lists[made].collection),
                                        .flags = RA_HTTP_EVENTUAL,
                                        .page = take_ids,
                                        .refused = refuse_ids,
                                        .ctx = &all[made],
                                        .index = made};
        rc = init(&pages[made], &lists[made], err);
    }
    if (rc == 0 && made)
        rc = ra_pages_run(g, pages, made, err);
    while (made > 0)
        ra_pages_free(&pages[--made]);
    free(all);
    free(pages);
    return rc;
}
