#include "src/cache/key.h"
#include "src/cache/shared.h"
#include "src/cache/snap.h"
#include "src/cache/store.h"

struct batch {
    const struct ra_pair *pairs;
    size_t n;
};

static int put_pairs(MDB_txn *txn, MDB_dbi dbi, void *ctx)
{
    const struct batch *b = ctx;
    unsigned char room[RA_KEY_ROOM];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < b->n; i++) {
        MDB_val key = ra_key_val(b->pairs[i].key, room);
        MDB_val value = ra_val(b->pairs[i].value.p, b->pairs[i].value.n);
        rc = mdb_put(txn, dbi, &key, &value, 0);
    }
    return rc;
}

/* Bytes that the pairs take, or 0 with *err filled when a key is too long. */
static int measure(const struct batch *b, size_t *bytes, struct ra_err *err)
{
    *bytes = 0;
    for (size_t i = 0; i < b->n; i++) {
        size_t n = ra_key_size(b->pairs[i].key);
        if (n > RA_KEY_ROOM)
            return ra_fail(err, RA_EINTERNAL, "table key of %zu bytes, the cache holds at most %d",
                           b->pairs[i].key.n, RA_CACHE_KEY_MAX);
        *bytes += n + b->pairs[i].value.n + 16;
    }
    return 0;
}

int ra_cache_supplement(struct ra_cache *c, const char *side, const char *table,
                        const struct ra_pair *pairs, size_t n, struct ra_err *err)
{
    struct batch b = {pairs, n};
    struct ra_shared *file;
    size_t bytes;
    int rc = ra_cache_need_write(c, err);

    if (rc == 0)
        rc = measure(&b, &bytes, err);
    if (rc == 0)
        rc = ra_snap_file(c, side, &file, NULL, err);
    if (rc != 0)
        return rc;
    rc = ra_shared_write(file, table, bytes, put_pairs, &b, err);
    ra_shared_close(&file);
    return rc;
}
