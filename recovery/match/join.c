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

struct ra_join {
    struct run *runs;
    size_t runs_n;
    struct holders ad, cloud;
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

static void add_run(struct ra_join *j, const struct ra_side *side, int index, uint32_t base,
                    bool cloud)
{
    struct ra_side_cursor *c = index < 0 ? NULL : side->open_index(side->ctx, (enum ra_index)index);

    if (c)
        j->runs[j->runs_n++] =
            (struct run){.side = side, .cursor = c, .base = base, .cloud = cloud};
}

struct ra_join *ra_join_open(const struct ra_world *w,
                             int (*which)(const struct ra_side *side, const void *ctx),
                             const void *ctx, int cloud_index, bool overrides)
{
    struct ra_join *j = ra_calloc(1, sizeof *j);

    j->runs = ra_calloc(w->in->ad_n + 2, sizeof *j->runs);
    for (size_t d = 0; d < w->in->ad_n; d++)
        add_run(j, &w->in->ad[d], which(&w->in->ad[d], ctx), w->base[d], false);
    add_run(j, w->in->cloud, cloud_index, 0, true);
    if (overrides && w->overrides_n)
        j->runs[j->runs_n++] =
            (struct run){.item = w->overrides, .end = w->overrides + w->overrides_n};
    for (size_t i = 0; i < j->runs_n; i++)
        if (advance(&j->runs[i]) < 0) {
            ra_join_close(j);
            return NULL;
        }
    return j;
}

static const struct run *lowest(const struct ra_join *j)
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

int ra_join_next(struct ra_join *j, struct ra_join_group *out)
{
    const struct run *low = lowest(j);

    if (!low)
        return 0;
    out->key = low->key;
    j->ad.n = j->cloud.n = 0;
    for (size_t i = 0; i < j->runs_n; i++) {
        struct run *r = &j->runs[i];
        while (r->open && ra_str_eq(r->key, out->key)) {
            push(r->cloud ? &j->cloud : &j->ad, r->holder);
            if (advance(r) < 0)
                return damaged();
        }
    }
    out->ad = j->ad.all;
    out->ad_n = j->ad.n;
    out->cloud = j->cloud.all;
    out->cloud_n = j->cloud.n;
    return 1;
}

void ra_join_close(struct ra_join *j)
{
    if (!j)
        return;
    for (size_t i = 0; i < j->runs_n; i++)
        if (j->runs[i].cursor)
            j->runs[i].side->close(j->runs[i].cursor);
    free(j->runs);
    free(j->ad.all);
    free(j->cloud.all);
    free(j);
}
