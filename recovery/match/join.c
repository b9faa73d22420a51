#include "recovery/match/join.h"

#include <stdlib.h>

/* One sorted run of (key, holder): a directory's index, the cloud's, or the overrides. */
struct run {
    const struct ra_side *side; /* NULL for the overrides */
    struct ra_side_cursor *cursor;
    const struct ra_upn_override *item, *end;
    uint32_t base;
    bool cloud, open;
    struct ra_str key;
    struct ra_holder holder;
};

struct holders {
    struct ra_holder *all;
    size_t n, cap;
};

/*
 * Most keys are held by one object on each side. Their groups are put off until a few are together,
 * so that what the receiver will look up, scattered over all objects, is already on its way to the
 * cache.
 */
#define AHEAD 32

struct join {
    struct ra_world *w;
    struct run *runs;
    size_t runs_n;
    struct holders ad, cloud;
    struct ra_holder waiting_ad[AHEAD], waiting_cloud[AHEAD];
    size_t waiting;
    ra_join_fn *each;
    void *ctx;
};

static int damaged(void)
{
    return -(int)RA_EINTEGRITY;
}

static int advance_override(struct run *r)
{
    r->open = r->item < r->end;
    if (r->open) {
        r->key = r->item->upn;
        r->holder = (struct ra_holder){r->item->number, RA_USER, RA_ENTRY_PRIMARY};
        r->item++;
    }
    return 0;
}

static int advance(struct run *r)
{
    struct ra_entry entry;
    struct ra_str value;
    int rc;

    if (!r->side)
        return advance_override(r);
    rc = r->side->next(r->cursor, &r->key, &value);
    r->open = rc > 0;
    if (rc <= 0)
        return rc;
    if (!ra_entry_unpack(value, &entry) || entry.seq >= r->side->count)
        return damaged();
    r->holder = (struct ra_holder){r->base + entry.seq, entry.kind, entry.bits};
    return 0;
}

static void add_run(struct join *j, const struct ra_side *side, int index, uint32_t base,
                    bool cloud)
{
    struct ra_side_cursor *c = index < 0 ? NULL : side->open_index(side->ctx, (enum ra_index)index);

    if (c)
        j->runs[j->runs_n++] =
            (struct run){.side = side, .cursor = c, .base = base, .cloud = cloud};
}

static int open_runs(struct join *j, const struct ra_join_spec *spec)
{
    const struct ra_match_input *in = j->w->in;

    j->runs = ra_calloc(in->ad_n + 2, sizeof *j->runs);
    for (size_t d = 0; d < in->ad_n; d++)
        add_run(j, &in->ad[d], spec->which(&in->ad[d], spec->of), j->w->base[d], false);
    add_run(j, in->cloud, spec->cloud_index, 0, true);
    if (spec->overrides && j->w->overrides_n)
        j->runs[j->runs_n++] =
            (struct run){.item = j->w->overrides, .end = j->w->overrides + j->w->overrides_n};
    for (size_t i = 0; i < j->runs_n; i++)
        if (advance(&j->runs[i]) < 0)
            return damaged();
    return 0;
}

static const struct run *lowest(const struct join *j)
{
    const struct run *low = NULL;

    for (size_t i = 0; i < j->runs_n; i++)
        if (j->runs[i].open && (!low || ra_str_cmp(j->runs[i].key, low->key) < 0))
            low = &j->runs[i];
    return low;
}

static void push(struct holders *h, struct ra_holder holder)
{
    h->all = ra_grow(h->all, &h->cap, h->n + 1, sizeof *h->all);
    h->all[h->n++] = holder;
}

/* Gathers everybody who holds the lowest key; 0 at the end. */
static int gather(struct join *j)
{
    const struct run *low = lowest(j);
    struct ra_str key;

    if (!low)
        return 0;
    key = low->key;
    j->ad.n = j->cloud.n = 0;
    for (size_t i = 0; i < j->runs_n; i++) {
        struct run *r = &j->runs[i];
        while (r->open && ra_str_eq(r->key, key)) {
            push(r->cloud ? &j->cloud : &j->ad, r->holder);
            if (advance(r) < 0)
                return damaged();
        }
    }
    return 1;
}

static void deliver_waiting(struct join *j)
{
    struct ra_join_group g = {.ad_n = 1, .cloud_n = 1};

    for (size_t i = 0; i < j->waiting; i++) {
        g.ad = &j->waiting_ad[i];
        g.cloud = &j->waiting_cloud[i];
        j->each(j->w, &g, j->ctx);
    }
    j->waiting = 0;
}

static void put_off(struct join *j)
{
    uint32_t ad = j->ad.all[0].number, cloud = j->cloud.all[0].number;

    __builtin_prefetch(&j->w->ad[ad], 1);
    __builtin_prefetch(&j->w->part[ad]);
    __builtin_prefetch(&j->w->cloud[cloud], 1);
    j->waiting_ad[j->waiting] = j->ad.all[0];
    j->waiting_cloud[j->waiting++] = j->cloud.all[0];
    if (j->waiting == AHEAD)
        deliver_waiting(j);
}

static void deliver(struct join *j)
{
    const struct ra_join_group g = {j->ad.all, j->cloud.all, j->ad.n, j->cloud.n};

    if (g.ad_n == 1 && g.cloud_n == 1)
        put_off(j);
    else if (g.ad_n > 1 || (g.ad_n && g.cloud_n))
        j->each(j->w, &g, j->ctx);
}

static void close_runs(struct join *j)
{
    for (size_t i = 0; i < j->runs_n; i++)
        if (j->runs[i].cursor)
            j->runs[i].side->close(j->runs[i].cursor);
    free(j->runs);
    free(j->ad.all);
    free(j->cloud.all);
}

int ra_join(struct ra_world *w, const struct ra_join_spec *spec, ra_join_fn *each, void *ctx)
{
    struct join j = {.w = w, .each = each, .ctx = ctx};
    int rc = open_runs(&j, spec);

    if (rc == 0)
        while ((rc = gather(&j)) > 0)
            deliver(&j);
    deliver_waiting(&j);
    close_runs(&j);
    return rc < 0 ? ra_fail(w->err, RA_EINTEGRITY, "a cached index cannot be read") : 0;
}
