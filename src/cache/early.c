#include "src/cache/early.h"

#include "src/base/mem.h"

#include <pthread.h>
#include <signal.h>
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
    /* ---- the sorter: the pairs are its own as long as it runs */
    pthread_t thread;
    bool sorting;
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t more;
    size_t sorted; /* of the indexes, in their order; under lock while it runs */
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
    atomic_init(&e->stop, false);
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->more, NULL);
}

/* ---- the sorter ---- */

static void *sort(void *arg)
{
    struct ra_early *e = arg;

    for (size_t i = e->sorted; i < e->n && !atomic_load(&e->stop); i++) {
        ra_pairs_sort(&e->of[i].pairs);
        pthread_mutex_lock(&e->lock);
        e->sorted = i + 1;
        pthread_cond_broadcast(&e->more);
        pthread_mutex_unlock(&e->lock);
    }
    return NULL;
}

void ra_early_sort(struct ra_fill *f)
{
    struct ra_early *e = f->early;
    sigset_t all, before;

    if (!e || e->sorting || e->sorted == e->n)
        return;
    sigfillset(&all); /* signals are for the owner */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    e->sorting = pthread_create(&e->thread, NULL, sort, e) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Whose pairs they are then. */
static void stop_sorting(struct ra_early *e)
{
    if (!e->sorting)
        return;
    atomic_store(&e->stop, true);
    pthread_join(e->thread, NULL);
    atomic_store(&e->stop, false);
    e->sorting = false;
}

/* Sorted by now, or here where there is no sorter. */
static void wait_for(struct ra_early *e, size_t i)
{
    if (!e->sorting && i >= e->sorted)
        ra_pairs_sort(&e->of[i].pairs);
    pthread_mutex_lock(&e->lock);
    while (e->sorting && e->sorted <= i)
        pthread_cond_wait(&e->more, &e->lock);
    pthread_mutex_unlock(&e->lock);
}

/* ---- taking ---- */

static bool is_sound(const struct ra_early *e)
{
    return !e->bad && !atomic_load(&e->spoilt);
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

void ra_early_take(struct ra_fill *f, const struct ra_group *g, uint32_t first, uint32_t next)
{
    struct ra_early *e = f->early;

    if (!e || (first == next && is_sound(e))) /* nothing is new: what was sorted stays so */
        return;
    stop_sorting(e);
    e->sorted = 0;
    if (e->records != first || !is_sound(e))
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

static struct one *find(const struct ra_early *e, const struct ra_index_builder *index)
{
    for (size_t i = 0; i < e->n; i++)
        if (!e->of[i].given && e->of[i].index == index)
            return &e->of[i];
    return NULL;
}

bool ra_early_has(const struct ra_fill *f, const struct ra_index_builder *index)
{
    const struct ra_early *e = f->early;

    return e && e->records == f->committed && is_sound(e) && find(e, index);
}

void ra_early_give(struct ra_fill *f, const struct ra_index_builder *index, struct ra_pairs *out)
{
    struct ra_early *e = f->early;
    struct one *x = find(e, index);

    wait_for(e, (size_t)(x - e->of));
    x->given = true;
    ra_pairs_free(out);
    *out = x->pairs;
    x->pairs = (struct ra_pairs){0};
}

void ra_early_free(struct ra_fill *f)
{
    struct ra_early *e = f->early;

    if (!e)
        return;
    stop_sorting(e);
    give_up_to(e, 0);
    pthread_cond_destroy(&e->more);
    pthread_mutex_destroy(&e->lock);
    free(e->of);
    free(e);
    f->early = NULL;
}
