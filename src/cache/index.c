#include "src/cache/index.h"

#include "src/cache/early.h"
#include "src/cache/gather.h"

#include <malloc.h>
#include <string.h>

/* Bytes of an index that go into one transaction: LMDB keeps what is written in memory until the
 * commit. Durable each time: without it the file could not be trusted after a power cut, and the
 * records in it, which took hours to read, would be lost with the index. */
#define CHUNK       ((size_t)12 << 20)
#define SMALL_CHUNK ((size_t)4 << 20) /* where the pairs take the memory */

/* ---- appending ---- */

struct append {
    const char *name;
    const struct ra_pairs *pairs;
    size_t from, to;        /* of the sorted pairs: this chunk */
    uint64_t stored, chunk; /* pairs in the index before the chunk, and of it */
};

static int append_pair(struct append *a, MDB_cursor *cursor, size_t i)
{
    struct ra_str key = ra_pairs_key(a->pairs, i);
    bool same_key = i > 0 && ra_str_eq(key, ra_pairs_key(a->pairs, i - 1));
    unsigned char bytes[RA_PAIR_VALUE];
    MDB_val k = ra_val(key.p, key.n), v = ra_val(bytes, sizeof bytes);

    if (same_key && a->pairs->at[i].value == a->pairs->at[i - 1].value)
        return 0;
    ra_pairs_value(a->pairs, i, bytes);
    a->chunk++;
    return mdb_cursor_put(cursor, &k, &v, same_key ? MDB_APPENDDUP : MDB_APPEND);
}

static int append_chunk(MDB_txn *txn, void *ctx)
{
    struct append *a = ctx;
    MDB_cursor *cursor;
    MDB_dbi dbi;
    int rc = mdb_dbi_open(txn, a->name, MDB_CREATE | MDB_DUPSORT | MDB_DUPFIXED, &dbi);

    if (rc == 0)
        rc = mdb_cursor_open(txn, dbi, &cursor);
    if (rc != 0)
        return rc;
    a->chunk = 0; /* a full map calls us again from the start */
    for (size_t i = a->from; rc == 0 && i < a->to; i++) {
        ra_pairs_fetch(a->pairs, i);
        rc = append_pair(a, cursor, i);
    }
    mdb_cursor_close(cursor);
    return rc;
}

/* Where the chunk that begins at from ends; *bytes is what it takes in the file. */
static size_t chunk_end(const struct ra_pairs *p, size_t from, size_t chunk, size_t *bytes)
{
    size_t i = from;

    for (*bytes = 0; i < p->n && *bytes < chunk; i++)
        *bytes += ra_pairs_key(p, i).n + RA_PAIR_VALUE + 10; /* a node's header and its slot */
    return i;
}

static int append(struct ra_fill *f, const char *index, const struct ra_pairs *pairs, uint64_t *n,
                  struct ra_err *err)
{
    char name[RA_DB_NAME_MAX];
    struct append a = {.name = name, .pairs = pairs};
    size_t chunk = ra_pairs_size(pairs) > f->cache->pairs_max ? SMALL_CHUNK : CHUNK, bytes;
    int rc;

    if (!ra_db_name(name, RA_DB_INDEX, index))
        return ra_fail(err, RA_EINTERNAL, "%.60s: the index's name is too long", index);
    do { /* once at least: an index without keys is there, and empty */
        a.to = chunk_end(pairs, a.from, chunk, &bytes);
        rc = ra_env_write(&f->env, bytes, append_chunk, &a, err);
        a.stored += a.chunk;
        a.from = a.to;
    } while (rc == 0 && a.from < pairs->n);
    *n = a.stored;
    return rc;
}

/* ---- all of them ---- */

static void wait_for_reader(void *ctx)
{
    ra_gather_wait(ctx, NULL);
}

/* Writes what was gathered in now, while the next index, if there is one, is gathered. */
static int build(struct ra_fill *f, struct ra_gather *now, struct ra_gather *next,
                 const struct ra_index_builder *next_index, uint64_t *n, struct ra_err *err)
{
    int rc = ra_gather_wait(now, err);
    size_t size = ra_pairs_size(&now->pairs), most = f->cache->pairs_max;

    if (rc == 0)
        rc = ra_env_room(&f->env, 2 * size, err);
    if (rc != 0)
        return rc;
    f->env.before_growing = wait_for_reader;
    f->env.before_growing_ctx = next;
    if (next_index)
        ra_gather_start(next, f, next_index, size < most ? most - size : 0);
    rc = append(f, now->index->name, &now->pairs, n, err);
    f->env.before_growing = NULL;
    if (size > most / 2) /* else the index after the next one finds the memory ready */
        ra_pairs_free(&now->pairs);
    ra_gather_go_on(next);
    return rc;
}

static int build_all(struct ra_fill *f, const struct ra_index_builder *indexes, size_t n,
                     uint64_t *pairs, struct ra_err *err)
{
    struct ra_gather two[2];
    int rc = 0;

    for (int i = 0; i < 2; i++)
        ra_gather_init(&two[i]);
    if (n > 0)
        ra_gather_start(&two[0], f, &indexes[0], SIZE_MAX);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = build(f, &two[i % 2], &two[(i + 1) % 2], i + 1 < n ? &indexes[i + 1] : NULL, &pairs[i],
                   err);
    for (int i = 0; i < 2; i++)
        ra_gather_free(&two[i]);
    return rc;
}

/* One side after the other: the memory that it takes is bounded for all of them. */
int ra_index_build(struct ra_fill *f, const struct ra_index_builder *indexes, size_t n,
                   uint64_t *pairs, struct ra_err *err)
{
    int rc;

    pthread_mutex_lock(&f->cache->building);
    malloc_trim(0); /* what the pages of the lists have left behind: the most is needed now */
    ra_early_sort(f);
    rc = build_all(f, indexes, n, pairs, err);
    pthread_mutex_unlock(&f->cache->building);
    return rc;
}
