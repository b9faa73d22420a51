#include "recovery/match/join.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* One sorted run of (key, holder): an index, or the overrides. */
struct run {
    const struct ra_side *side; /* NULL for the overrides */
    struct ra_side_cursor *cursor;
    const struct ra_upn_override *item, *end;
    uint32_t base;
    enum ra_hold as;
    bool open;
    uint64_t start; /* of the key: its first bytes as a number, which tells most keys apart */
    struct ra_str key;
    struct ra_holder holder;
};

struct list {
    struct ra_holder *all;
    size_t n, cap;
};

/*
 * Most keys are held by one object in each way. Their groups are put off until a few are together,
 * so that what the receiver will look up, scattered over all objects, is already on its way to the
 * cache.
 */
#define AHEAD 32

struct waiting {
    struct ra_holder holder[RA_HOLDS];
    uint8_t n[RA_HOLDS];
};

struct join {
    struct ra_world *w;
    struct run *runs;
    size_t runs_n, cap;
    struct list of[RA_HOLDS];
    struct waiting waiting[AHEAD];
    size_t waiting_n;
    ra_join_fn *each;
    void *ctx;
};

static int damaged(void)
{
    return -(int)RA_EINTEGRITY;
}

/* The first eight bytes, the highest first, zeroes behind a shorter key: ordered as the keys are.
 */
static uint64_t start_of(struct ra_str key)
{
    unsigned char b[8] = {0};
    uint64_t v;

    memcpy(b, key.p ? key.p : "", key.n < sizeof b ? key.n : sizeof b);
    memcpy(&v, b, sizeof v);
    return be64toh(v);
}

static int advance_override(struct run *r)
{
    r->open = r->item < r->end;
    if (r->open) {
        r->key = r->item->upn;
        r->start = start_of(r->key);
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
    r->start = start_of(r->key);
    r->holder = (struct ra_holder){r->base + entry.seq, entry.kind, entry.bits};
    return 0;
}

static void add_run(struct join *j, const struct run *run)
{
    j->runs = ra_grow(j->runs, &j->cap, j->runs_n + 1, sizeof *j->runs);
    j->runs[j->runs_n++] = *run;
}

static void add_index(struct join *j, const struct ra_join_index *i, const struct ra_side *side,
                      uint32_t base)
{
    int index = i->anchor ? ra_anchor_index(side, i->anchor) : (int)i->index;
    struct ra_side_cursor *c = index < 0 ? NULL : side->open_index(side->ctx, (enum ra_index)index);

    if (c)
        add_run(j, &(struct run){.side = side, .cursor = c, .base = base, .as = i->as});
}

static int open_runs(struct join *j, const struct ra_join_spec *spec)
{
    const struct ra_world *w = j->w;

    for (size_t i = 0; i < spec->n; i++) {
        if (spec->indexes[i].as >= RA_HOLD_CLOUD)
            add_index(j, &spec->indexes[i], w->in->cloud, 0);
        for (size_t d = 0; spec->indexes[i].as < RA_HOLD_CLOUD && d < w->in->ad_n; d++)
            add_index(j, &spec->indexes[i], &w->in->ad[d], w->base[d]);
    }
    if (spec->overrides && w->overrides_n)
        add_run(j, &(struct run){.item = w->overrides,
                                 .end = w->overrides + w->overrides_n,
                                 .as = RA_HOLD_AD});
    for (size_t i = 0; i < j->runs_n; i++)
        if (advance(&j->runs[i]) < 0)
            return damaged();
    return 0;
}

static bool before(const struct run *a, const struct run *b)
{
    return a->start != b->start ? a->start < b->start : ra_str_cmp(a->key, b->key) < 0;
}

/* The run with the lowest key. */
static const struct run *lowest(const struct join *j)
{
    const struct run *low = NULL;

    for (size_t i = 0; i < j->runs_n; i++)
        if (j->runs[i].open && (!low || before(&j->runs[i], low)))
            low = &j->runs[i];
    return low;
}

static void push(struct list *l, struct ra_holder holder)
{
    if (l->n == l->cap)
        l->all = ra_grow(l->all, &l->cap, l->n + 1, sizeof *l->all);
    l->all[l->n++] = holder;
}

/* Gathers everybody who holds the lowest key; 0 at the end. */
static int gather(struct join *j)
{
    const struct run *low = lowest(j);
    struct ra_str key;
    uint64_t start;

    if (!low)
        return 0;
    key = low->key;
    start = low->start;
    for (int h = 0; h < RA_HOLDS; h++)
        j->of[h].n = 0;
    for (size_t i = 0; i < j->runs_n; i++) {
        struct run *r = &j->runs[i];
        while (r->open && r->start == start && ra_str_eq(r->key, key)) {
            push(&j->of[r->as], r->holder);
            if (advance(r) < 0)
                return damaged();
        }
    }
    return 1;
}

static void deliver_waiting(struct join *j)
{
    for (size_t i = 0; i < j->waiting_n; i++) {
        const struct waiting *wait = &j->waiting[i];
        struct ra_holders of[RA_HOLDS];
        for (int h = 0; h < RA_HOLDS; h++)
            of[h] = (struct ra_holders){&wait->holder[h], wait->n[h]};
        j->each(j->w, of, j->ctx);
    }
    j->waiting_n = 0;
}

static void put_off(struct join *j)
{
    struct waiting *wait = &j->waiting[j->waiting_n++];

    for (int h = 0; h < RA_HOLDS; h++) {
        wait->n[h] = (uint8_t)j->of[h].n;
        if (!wait->n[h])
            continue;
        wait->holder[h] = j->of[h].all[0];
        if (h < RA_HOLD_CLOUD) {
            __builtin_prefetch(&j->w->ad[wait->holder[h].number], 1);
            __builtin_prefetch(&j->w->part[wait->holder[h].number]);
        } else {
            __builtin_prefetch(&j->w->cloud[wait->holder[h].number], 1);
        }
    }
    if (j->waiting_n == AHEAD)
        deliver_waiting(j);
}

static void deliver(struct join *j)
{
    const struct list *of = j->of;
    struct ra_holders holders[RA_HOLDS];
    bool several = of[RA_HOLD_AD].n > 1 || of[RA_HOLD_GUID].n > 1;
    bool meet =
        (of[RA_HOLD_AD].n || of[RA_HOLD_GUID].n) && (of[RA_HOLD_CLOUD].n || of[RA_HOLD_DEVICE].n);

    if (!several && !meet)
        return;
    if (!several && of[RA_HOLD_CLOUD].n < 2 && of[RA_HOLD_DEVICE].n < 2) {
        put_off(j);
        return;
    }
    for (int h = 0; h < RA_HOLDS; h++)
        holders[h] = (struct ra_holders){of[h].all, of[h].n};
    j->each(j->w, holders, j->ctx);
}

static void close_runs(struct join *j)
{
    for (size_t i = 0; i < j->runs_n; i++)
        if (j->runs[i].cursor)
            j->runs[i].side->close(j->runs[i].cursor);
    free(j->runs);
    for (int h = 0; h < RA_HOLDS; h++)
        free(j->of[h].all);
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

int ra_join_two(struct ra_world *w, enum ra_index ad, enum ra_index cloud, ra_join_fn *each)
{
    const struct ra_join_index indexes[] = {{RA_HOLD_AD, ad, NULL}, {RA_HOLD_CLOUD, cloud, NULL}};

    return ra_join(w, &(struct ra_join_spec){indexes, 2, false}, each, NULL);
}
