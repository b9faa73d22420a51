#include "src/cache/gather.h"

#include "src/cache/early.h"

#include <string.h>

#define LOOK 256 /* records, after which the memory is looked at */

void ra_gather_init(struct ra_gather *g)
{
    *g = (struct ra_gather){0};
    pthread_mutex_init(&g->mutex, NULL);
    pthread_cond_init(&g->more, NULL);
}

void ra_gather_free(struct ra_gather *g)
{
    ra_gather_wait(g, NULL);
    ra_pairs_free(&g->pairs);
    pthread_cond_destroy(&g->more);
    pthread_mutex_destroy(&g->mutex);
}

void ra_gather_go_on(struct ra_gather *g)
{
    pthread_mutex_lock(&g->mutex);
    g->most = SIZE_MAX;
    pthread_cond_signal(&g->more);
    pthread_mutex_unlock(&g->mutex);
}

static void wait_for_memory(struct ra_gather *g)
{
    pthread_mutex_lock(&g->mutex);
    while (ra_pairs_size(&g->pairs) > g->most)
        pthread_cond_wait(&g->more, &g->mutex);
    pthread_mutex_unlock(&g->mutex);
}

static void take(void *to, struct ra_str key, const unsigned char value[8])
{
    struct ra_gather *g = to;

    if (!ra_pairs_add(&g->pairs, key, value) && g->rc == 0)
        g->rc = ra_fail(&g->err, RA_EINTERNAL, "key of %zu bytes for index %s, want at most %d",
                        key.n, g->index->name, RA_CACHE_KEY_MAX);
}

static int take_record(struct ra_gather *g, uint32_t want, const MDB_val *key, const MDB_val *value)
{
    struct ra_str record = {value->mv_data, value->mv_size};
    uint32_t seq = 0;
    int rc;

    if (key->mv_size == sizeof seq)
        memcpy(&seq, key->mv_data, sizeof seq);
    if (key->mv_size != sizeof seq || seq != want)
        return ra_fail(&g->err, RA_EINTEGRITY, "%s: is damaged: record %u is missing",
                       g->fill->env.path, want);
    rc = g->index->keys(g->index->ctx, seq, record, take, g, &g->err);
    return rc == 0 ? g->rc : rc;
}

static int take_all(struct ra_gather *g)
{
    MDB_val key, value;
    uint32_t seq = 0;
    int rc = 0, lmdb = 0;

    while (rc == 0 && (lmdb = mdb_cursor_get(g->cursor, &key, &value, MDB_NEXT)) == 0) {
        rc = take_record(g, seq++, &key, &value);
        if (seq % LOOK == 0)
            wait_for_memory(g);
    }
    if (rc == 0 && lmdb != MDB_NOTFOUND)
        rc = ra_env_fail(g->fill->env.path, "cannot be read", lmdb, &g->err);
    if (rc == 0 && seq != g->fill->committed)
        rc = ra_fail(&g->err, RA_EINTEGRITY, "%s: is damaged: has %u records, want %u",
                     g->fill->env.path, seq, g->fill->committed);
    return rc;
}

static void *run(void *arg)
{
    struct ra_gather *g = arg;

    if (g->early) {
        ra_early_give(g->fill, g->index, &g->pairs);
        return NULL;
    }
    g->rc = take_all(g);
    if (g->rc == 0)
        ra_pairs_sort(&g->pairs);
    return NULL;
}

static void end_reading(struct ra_gather *g)
{
    if (g->cursor)
        mdb_cursor_close(g->cursor);
    if (g->txn)
        mdb_txn_abort(g->txn);
    g->cursor = NULL;
    g->txn = NULL;
}

/* The cursor is opened here and not in the thread: from then on it knows the root of the records
 * and reads none of the pages that the writer replaces. LMDB, which does no locking in a partial
 * file, may use those again. */
void ra_gather_start(struct ra_gather *g, struct ra_fill *f, const struct ra_index_builder *index,
                     size_t most)
{
    int lmdb;

    g->fill = f;
    g->index = index;
    g->rc = 0;
    g->most = most;
    ra_pairs_clear(&g->pairs);
    g->early = ra_early_has(f, index);
    lmdb = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &g->txn);
    if (lmdb == 0)
        lmdb = mdb_cursor_open(g->txn, f->records, &g->cursor);
    if (lmdb != 0) {
        g->rc = ra_env_fail(f->env.path, "cannot be read", lmdb, &g->err);
        end_reading(g);
        return;
    }
    g->running = pthread_create(&g->thread, NULL, run, g) == 0;
    if (g->running)
        return;
    g->most = SIZE_MAX; /* no thread to be had: it takes its time here */
    run(g);
}

int ra_gather_wait(struct ra_gather *g, struct ra_err *err)
{
    if (g->running) {
        ra_gather_go_on(g);
        pthread_join(g->thread, NULL);
    }
    g->running = false;
    end_reading(g);
    if (g->rc != 0 && err)
        *err = g->err;
    return g->rc;
}
