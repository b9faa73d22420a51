#include "src/base/mem.h"
#include "src/cache/key.h"
#include "src/cache/shared.h"
#include "src/cache/snap.h"
#include "src/cache/store.h"

#include <stdlib.h>
#include <string.h>

/* What is to be written, and the tables that it is for, each once. */
struct batch {
    const struct ra_amendment *all;
    size_t n;
    const char **tables;
    size_t *of; /* the i-th one's table */
    size_t table_count, bytes;
};

static size_t table_of(struct batch *b, const char *name)
{
    size_t i = 0;

    while (i < b->table_count && strcmp(b->tables[i], name) != 0)
        i++;
    if (i == b->table_count)
        b->tables[b->table_count++] = name;
    return i;
}

static int prepare(struct batch *b, struct ra_err *err)
{
    b->tables = ra_calloc(b->n, sizeof *b->tables);
    b->of = ra_calloc(b->n, sizeof *b->of);
    for (size_t i = 0; i < b->n; i++) {
        size_t n = ra_key_size(b->all[i].key);
        if (n > RA_KEY_ROOM)
            return ra_fail(err, RA_EINTERNAL, "table key of %zu bytes, the cache holds at most %d",
                           b->all[i].key.n, RA_CACHE_KEY_MAX);
        b->bytes += n + b->all[i].value.n + 16;
        b->of[i] = table_of(b, b->all[i].table);
    }
    return 0;
}

static int write_one(MDB_txn *txn, MDB_dbi dbi, const struct ra_amendment *a)
{
    unsigned char room[RA_KEY_ROOM];
    MDB_val key = ra_key_val(a->key, room), value = ra_val(a->value.p, a->value.n);
    int rc;

    if (!a->key.p)
        return mdb_drop(txn, dbi, 0);
    if (a->value.p)
        return mdb_put(txn, dbi, &key, &value, 0);
    rc = mdb_del(txn, dbi, &key, NULL);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int write_all(MDB_txn *txn, const MDB_dbi *dbis, void *ctx)
{
    const struct batch *b = ctx;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < b->n; i++)
        rc = write_one(txn, dbis[b->of[i]], &b->all[i]);
    return rc;
}

static int write_batch(struct ra_cache *c, const char *side, struct batch *b, struct ra_err *err)
{
    struct ra_shared *file;
    int rc = prepare(b, err);

    if (rc == 0)
        rc = ra_snap_file(c, side, &file, NULL, err);
    if (rc != 0)
        return rc;
    rc = ra_shared_write(file, b->tables, b->table_count, b->bytes, write_all, b, err);
    ra_shared_close(&file);
    return rc;
}

int ra_cache_amend(struct ra_cache *c, const char *side, const struct ra_amendment *all, size_t n,
                   struct ra_err *err)
{
    struct batch b = {.all = all, .n = n};
    int rc = ra_cache_need_write(c, err);

    if (rc == 0)
        rc = write_batch(c, side, &b, err);
    free(b.tables);
    free(b.of);
    return rc;
}

/* Pairs without bytes of their own are empty ones here: no pair is a deletion. */
int ra_cache_supplement(struct ra_cache *c, const char *side, const char *table,
                        const struct ra_pair *pairs, size_t n, struct ra_err *err)
{
    struct ra_amendment *all = ra_calloc(n, sizeof *all);
    int rc;

    for (size_t i = 0; i < n; i++)
        all[i] = (struct ra_amendment){
            table,
            {pairs[i].key.p ? pairs[i].key.p : "", pairs[i].key.n},
            {pairs[i].value.p ? pairs[i].value.p : "", pairs[i].value.n},
        };
    rc = ra_cache_amend(c, side, all, n, err);
    free(all);
    return rc;
}
