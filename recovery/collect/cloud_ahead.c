#include "recovery/collect/cloud.h"

#include <string.h>

bool ra_cloud_begins_anew(const struct ra_cloud_fill *f)
{
    struct ra_snap *current = NULL;
    struct ra_err none = {0};

    if (ra_graph_is_files(f->graph) || f->full)
        return !ra_graph_is_files(f->graph);
    if (ra_cloud_stopped_anew(f))
        return false;
    ra_snap_open(f->cache, RA_SIDE_CLOUD, &current, &none);
    ra_snap_close(&current);
    return none.code == RA_ENOTFOUND;
}

/*
 * A read of everything begins with the links to what will have changed meanwhile and with the
 * counts. Neither needs anything of the documents: they are asked for in the same moment.
 */
static int on_link(void *ctx, size_t which, const struct ra_graph_object *objects, size_t n,
                   struct ra_str link, bool last, struct ra_err *err)
{
    struct ra_cloud_fill *f = ctx;

    (void)objects; /* from now on there are none, and the lists bring them all */
    (void)n;
    (void)last;
    (void)err;
    f->ahead_link[which] = (struct ra_str){ra_arena_copy(&f->arena, link.p, link.n), link.n};
    return 0;
}

int ra_cloud_ask_first(struct ra_cloud_fill *f, bool anew, struct ra_document_read *reads, size_t n,
                       struct ra_err *err)
{
    struct ra_delta rounds[RA_DELTA_KINDS];
    struct ra_questions q = {.documents = reads,
                             .documents_n = n,
                             .deltas = rounds,
                             .deltas_n = RA_DELTA_KINDS,
                             .page = on_link,
                             .ctx = f,
                             .counts = f->ahead_count,
                             .counts_n = RA_COLLECTIONS};
    int rc;

    if (!anew)
        return ra_graph_documents(f->graph, reads, n, err);
    ra_cloud_from_now_on(rounds);
    for (int c = 0; c < RA_COLLECTIONS; c++)
        f->ahead_count[c] = (struct ra_count){.collection = (enum ra_collection)c};
    rc = ra_graph_ask(f->graph, &q, err);
    for (int c = 0; rc == 0 && c < RA_DELTA_KINDS; c++) {
        if (rounds[c].state == RA_DELTA_READ)
            continue;
        f->ahead_link[c] = (struct ra_str){NULL, 0};
        ra_cloud_no_changes(&rounds[c]);
    }
    f->ahead = rc == 0;
    return rc;
}

void ra_cloud_take_ahead(struct ra_cloud_fill *f)
{
    for (int c = 0; c < RA_DELTA_KINDS; c++)
        if (f->ahead_link[c].p)
            ra_cloud_keep_link(f, (enum ra_collection)c, f->ahead_link[c]);
        else
            f->link[c] = (struct ra_str){NULL, 0};
}
