#include "src/cache/early.h"

#include "src/base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>

struct one {
    const struct ra_index_builder *index;
    struct ra_pairs pairs;
    bool given;
};

struct ra_early {
    struct one *of;
    size_t n;         /* indexes that fit so far */
    uint32_t records; /* of which their keys were taken */
    bool bad;         /* a record or a key: finish comes upon it again, and tells */
    atomic_bool spoilt;
};

void ra_early_begin(struct ra_fill *f, const struct ra_index_builder *indexes, size_t n)
{
    struct ra_early *e;

    if (f->committed > 0 || f->early || f->base)
        return;
    e = f->early = ra_calloc(1, sizeof *e);
    e->of = ra_calloc(n, sizeof *e->of);
    e->n = n;
    for (size_t i = 0; i < n; i++)
        e->of[i].index = &indexes[i];
    atomic_init(&e->spoilt, false);
}

static void give_up_to(struct ra_early *e, size_t n)
{
    while (e->n > n)
        ra_pairs_free(&e->of[--e->n].pairs);
}

struct taking {
    struct ra_early *early;
    struct ra_pairs *pairs;
};

static void take_key(void *to, struct ra_str key, const unsigned char value[8])
{
    struct taking *t = to;

    if (!ra_pairs_add(t->pairs, key, value))
        t->early->bad = true;
}

static void take_record(void *ctx, struct ra_str record)
{
    struct ra_early *e = ctx;
    struct ra_err none;

    for (size_t i = 0; i < e->n; i++) {
        const struct ra_index_builder *ix = e->of[i].index;
        struct taking t = {e, &e->of[i].pairs};
        if (ix->keys(ix->ctx, e->records, record, take_key, &t, &none) != 0)
            e->bad = true;
    }
    e->records++;
}

static size_t size_of(const struct ra_early *e)
{
    size_t sum = 0;

    for (size_t i = 0; i < e->n; i++)
        sum += ra_pairs_size(&e->of[i].pairs);
    return sum;
}

void ra_early_take(struct ra_fill *f, const struct ra_group *g, uint32_t first)
{
    struct ra_early *e = f->early;

    if (!e)
        return;
    if (e->records != first || e->bad || atomic_load(&e->spoilt))
        give_up_to(e, 0);
    if (e->n > 0)
        ra_group_records(g, take_record, e);
    while (e->n > 0 && size_of(e) > f->cache->pairs_max * 3 / 4)
        give_up_to(e, e->n - 1);
}

void ra_early_spoil(struct ra_fill *f)
{
    if (f->early)
        atomic_store(&f->early->spoilt, true);
}

bool ra_early_give(struct ra_fill *f, const struct ra_index_builder *index, struct ra_pairs *out)
{
    struct ra_early *e = f->early;

    if (!e || e->records != f->committed || e->bad || atomic_load(&e->spoilt))
        return false;
    for (size_t i = 0; i < e->n; i++) {
        struct one *x = &e->of[i];
        if (x->given || x->index != index)
            continue;
        x->given = true;
        ra_pairs_free(out);
        *out = x->pairs;
        x->pairs = (struct ra_pairs){0};
        return true;
    }
    return false;
}

void ra_early_free(struct ra_fill *f)
{
    if (!f->early)
        return;
    give_up_to(f->early, 0);
    free(f->early->of);
    free(f->early);
    f->early = NULL;
}
