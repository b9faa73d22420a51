#include "recovery/collect/conflicts.h"

#include "src/base/log.h"

#include <stdlib.h>
#include <string.h>

#define MARK "conflicts"

void ra_conflicts_begin(struct ra_conflicts *x, struct ra_cloud_fill *f)
{
    *x = (struct ra_conflicts){.f = f};
}

void ra_conflicts_end(struct ra_conflicts *x)
{
    for (int c = 0; c < RA_DELTA_KINDS; c++) {
        ra_seen_free(&x->told[c]);
        ra_seen_free(&x->removed[c]);
        ra_seen_free(&x->purged[c]);
    }
    free(x->at);
}

bool ra_conflicts_open(struct ra_ledger *l)
{
    return ra_ledger_mark(l, MARK).n > 0;
}

/* In the transaction of the change that contradicts. */
static void note(struct ra_conflicts *x, enum ra_collection c, struct ra_str id)
{
    char *copy = ra_arena_alloc(&x->f->arena, id.n + 1);

    memcpy(copy, id.p, id.n);
    copy[id.n] = '\0';
    x->at = ra_grow(x->at, &x->cap, x->n + 1, sizeof *x->at);
    x->at[x->n++] = (struct ra_sought){.collection = c, .id = copy};
    if (x->f->ledger.fill)
        ra_fill_put(x->f->ledger.fill, RA_TABLE_MARKS, RA_STR(MARK), RA_STR("1"));
}

int ra_conflicts_take(struct ra_conflicts *x, const struct ra_graph_object *o, struct ra_err *err)
{
    uint64_t before = x->f->ledger.changed;
    struct ra_str id = o->field[RA_GF_ID];
    char room[RA_ID_ROOM];
    uint32_t seq = 0;
    struct ra_str folded = ra_folded_id(id, room);
    bool again = ra_seen(&x->told[o->in], folded, &seq);
    int rc = ra_cloud_take_changed(x->f, o, err);

    if (o->removed != RA_NOT_REMOVED)
        ra_seen(&x->removed[o->in], folded, &seq);
    if (o->removed == RA_REMOVED_FOR_GOOD)
        ra_seen(&x->purged[o->in], folded, &seq);
    if (rc == 0 && again && x->f->ledger.changed != before)
        note(x, o->in, id);
    return rc;
}

static int on_object(void *ctx, size_t at, const struct ra_graph_object *objects, size_t n,
                     struct ra_str mark, struct ra_err *err)
{
    struct ra_conflicts *x = ctx;

    (void)at;
    (void)mark;
    return n ? ra_cloud_take_settled(x->f, &objects[0], err) : 0;
}

/* One that is not there has gone, if one of the changes said so: the other was the older. Else it
 * stays as it was told last: it cannot be seen yet, or the next round tells that it has gone. */
static int take_missing(struct ra_conflicts *x, const struct ra_sought *s, struct ra_err *err)
{
    struct ra_graph_object gone = {.in = s->collection, .removed = RA_REMOVED_SOFT};
    struct ra_str id = ra_str(s->id), folded;
    char room[RA_ID_ROOM];
    uint32_t seq;

    folded = ra_folded_id(id, room);
    if (!ra_seen_has(&x->removed[s->collection], folded, &seq))
        return 0;
    if (ra_seen_has(&x->purged[s->collection], folded, &seq))
        gone.removed = RA_REMOVED_FOR_GOOD;
    gone.field[RA_GF_ID] = id;
    return ra_cloud_take_changed(x->f, &gone, err);
}

int ra_conflicts_settle(struct ra_conflicts *x, struct ra_err *err)
{
    int rc;

    if (x->n == 0)
        return 0;
    ra_log(RA_LOG_REQUESTS, "cloud: %zu objects were told of twice, and not the same: asked for",
           x->n);
    rc = ra_graph_look_up(x->f->graph, x->at, x->n, on_object, x, err);
    for (size_t i = 0; rc == 0 && i < x->n; i++)
        if (!x->at[i].found)
            rc = take_missing(x, &x->at[i], err);
    x->n = 0;
    if (rc == 0 && x->f->ledger.fill)
        ra_fill_delete(x->f->ledger.fill, RA_TABLE_MARKS, RA_STR(MARK));
    return rc;
}
