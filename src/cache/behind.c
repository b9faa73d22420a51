#include "src/cache/behind.h"

#include "src/base/mem.h"
#include "src/cache/early.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* A group on its way into the file. Its thread alone touches the file until it was waited for. */
struct ra_behind {
    struct ra_fill *fill;
    struct ra_group group;
    uint32_t first, next; /* numbers of its new records, and behind them */
    bool hash;            /* its records follow on those that were hashed */
    pthread_t thread;
    bool running;
    int rc;
    struct ra_err err;
};

static int write_group(MDB_txn *txn, void *ctx)
{
    struct ra_behind *b = ctx;

    return ra_group_write(&b->group, txn, b->fill->records, b->first);
}

static void hash_record(void *ctx, struct ra_str record)
{
    ra_hash_add(ctx, record);
}

static void *commit(void *arg)
{
    struct ra_behind *b = arg;

    b->rc = ra_env_write(&b->fill->env, b->group.n, write_group, b, &b->err);
    if (b->rc == 0 && b->hash) /* else it was resumed or changed: finish reads them all again */
        ra_group_records(&b->group, hash_record, b->fill->hash);
    if (b->rc == 0)
        ra_early_take(b->fill, &b->group, b->first, b->next);
    return NULL;
}

static void start(struct ra_behind *b)
{
    sigset_t all, before;

    sigfillset(&all); /* signals are for the owner */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    b->running = pthread_create(&b->thread, NULL, commit, b) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!b->running) /* no thread to be had: it takes its time here */
        commit(b);
}

void ra_behind_start(struct ra_fill *f)
{
    struct ra_behind *b = f->behind ? f->behind : ra_calloc(1, sizeof *b);
    struct ra_group emptied = b->group;

    f->behind = b;
    b->fill = f;
    b->group = f->group;
    f->group = emptied;
    ra_latest_clear(&f->latest);
    b->first = f->committed;
    b->next = f->given;
    b->hash = f->hashed == f->committed;
    b->err = (struct ra_err){0};
    b->rc = 0;
    f->under_way = true;
    start(b);
}

int ra_behind_end(struct ra_fill *f, struct ra_err *err)
{
    struct ra_behind *b = f->behind;

    if (!f->under_way)
        return 0;
    if (b->running)
        pthread_join(b->thread, NULL);
    f->under_way = b->running = false;
    if (b->rc != 0) {
        f->group.bad = b->err; /* what was added since stands on what is not there */
        if (err)
            *err = b->err;
        return b->rc;
    }
    if (b->hash && f->hashed == b->first) /* nothing was changed meanwhile */
        f->hashed = b->next;
    f->committed = b->next;
    ra_group_clear(&b->group);
    return 0;
}

void ra_behind_free(struct ra_fill *f)
{
    ra_behind_end(f, NULL);
    if (f->behind)
        ra_group_free(&f->behind->group);
    free(f->behind);
    f->behind = NULL;
}
