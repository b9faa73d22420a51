#include "src/cache/index.h"

#include "src/cache/behind.h"
#include "src/cache/key.h"
#include "src/cache/pairs.h"

#include <string.h>

/* Bytes of an index that go into one transaction: LMDB keeps what is written in memory until the
 * commit. Durable each time: without it the file could not be trusted after a power cut, and the
 * records in it, which took hours to read, would be lost with the index. */
#define CHUNK ((size_t)64 << 20)

/* ---- collecting ---- */

struct collect {
    struct ra_pairs *pairs;
    size_t too_long; /* length of the first key that does not fit, 0 when none */
};

static void emit(void *to, struct ra_str key, const unsigned char value[8])
{
    struct collect *c = to;

    if (!ra_pairs_add(c->pairs, key, value) && c->too_long == 0)
        c->too_long = key.n;
}

static int collect_record(const struct ra_index_builder *ix, struct collect *c, uint32_t want,
                          const MDB_val *key, const MDB_val *value, struct ra_err *err)
{
    uint32_t seq = 0;
    int rc;

    if (key->mv_size == sizeof seq)
        memcpy(&seq, key->mv_data, sizeof seq);
    if (key->mv_size != sizeof seq || seq != want)
        return ra_fail(err, RA_EINTEGRITY, "record %u: is missing", want);
    rc = ix->keys(ix->ctx, seq, (struct ra_str){value->mv_data, value->mv_size}, emit, c, err);
    if (rc == 0 && c->too_long)
        rc = ra_fail(err, RA_EINTERNAL, "record %u: key of %zu bytes for index %s, want at most %d",
                     seq, c->too_long, ix->name, RA_CACHE_KEY_MAX);
    return rc;
}

static int collect_all(struct ra_fill *f, MDB_cursor *cursor, const struct ra_index_builder *ix,
                       struct ra_pairs *pairs, struct ra_err *err)
{
    struct collect c = {.pairs = pairs};
    MDB_val key, value;
    uint32_t seq = 0;
    int rc, lmdb;

    while ((lmdb = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        rc = collect_record(ix, &c, seq++, &key, &value, err);
        if (rc != 0)
            return rc;
    }
    if (lmdb != MDB_NOTFOUND)
        return ra_env_fail(f->env.path, "cannot be read", lmdb, err);
    if (seq != f->committed)
        return ra_fail(err, RA_EINTEGRITY, "%s: is damaged: has %u records, want %u", f->env.path,
                       seq, f->committed);
    return 0;
}

/* While the last of the index before is being committed. */
static int collect(struct ra_fill *f, const struct ra_index_builder *ix, struct ra_behind *behind,
                   struct ra_pairs *pairs, struct ra_err *err)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    int rc, lmdb = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn);

    ra_pairs_clear(pairs);
    if (lmdb != 0)
        return ra_env_fail(f->env.path, "cannot be read", lmdb, err);
    lmdb = mdb_cursor_open(txn, f->records, &cursor);
    if (lmdb == 0) {
        ra_behind_start(behind);
        rc = collect_all(f, cursor, ix, pairs, err);
        mdb_cursor_close(cursor);
    } else {
        rc = ra_env_fail(f->env.path, "cannot be read", lmdb, err);
    }
    mdb_txn_abort(txn);
    return rc;
}

/* ---- appending ---- */

struct append {
    const char *name;
    const struct ra_pairs *pairs;
    size_t from, to;        /* of the sorted pairs: this chunk */
    uint64_t stored, chunk; /* pairs in the index before the chunk, and of it */
};

static bool same_pair(const struct ra_pairs *p, size_t i)
{
    unsigned char a[RA_PAIR_VALUE], b[RA_PAIR_VALUE];

    ra_pairs_value(p, i, a);
    ra_pairs_value(p, i - 1, b);
    return memcmp(a, b, sizeof a) == 0;
}

static int append_pair(struct append *a, MDB_cursor *cursor, size_t i)
{
    struct ra_str key = ra_pairs_key(a->pairs, i);
    bool same_key = i > 0 && ra_str_eq(key, ra_pairs_key(a->pairs, i - 1));
    unsigned char bytes[RA_PAIR_VALUE];
    MDB_val k = ra_val(key.p, key.n), v = ra_val(bytes, sizeof bytes);

    if (same_key && same_pair(a->pairs, i))
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
static size_t chunk_end(const struct ra_pairs *p, size_t from, size_t *bytes)
{
    size_t i = from;

    for (*bytes = 0; i < p->n && *bytes < CHUNK; i++)
        *bytes += ra_pairs_key(p, i).n + RA_PAIR_VALUE + 10; /* a node's header and its slot */
    return i;
}

static int append(struct ra_fill *f, const char *name, const struct ra_pairs *pairs,
                  struct ra_behind *behind, uint64_t *n, struct ra_err *err)
{
    struct append a = {.name = name, .pairs = pairs};
    size_t bytes;
    int rc;

    do { /* once at least: an index without keys is there, and empty */
        a.to = chunk_end(pairs, a.from, &bytes);
        rc = behind && a.to == pairs->n
                 ? ra_behind_write(behind, &f->env, bytes, append_chunk, &a, err)
                 : ra_env_write(&f->env, bytes, append_chunk, &a, err);
        a.stored += a.chunk;
        a.from = a.to;
    } while (rc == 0 && a.from < pairs->n);
    *n = a.stored;
    return rc;
}

/* ---- all of them ---- */

/* waits: every commit is waited for where it is made. */
static int build(struct ra_fill *f, const struct ra_index_builder *ix, struct ra_behind *behind,
                 bool waits, struct ra_pairs *work, uint64_t *pairs, struct ra_err *err)
{
    char name[RA_DB_NAME_MAX];
    int rc;

    if (!ra_db_name(name, RA_DB_INDEX, ix->name))
        return ra_fail(err, RA_EINTERNAL, "%.60s: the index's name is too long", ix->name);
    rc = collect(f, ix, behind, work, err);
    if (rc != 0)
        return rc;
    ra_pairs_sort(work);
    rc = ra_behind_end(behind, err);
    return rc == 0 ? append(f, name, work, waits ? NULL : behind, pairs, err) : rc;
}

static int build_all(struct ra_fill *f, const struct ra_index_builder *indexes, size_t n,
                     bool waits, uint64_t *pairs, struct ra_err *err)
{
    struct ra_behind behind = {0};
    struct ra_pairs work = {0};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = build(f, &indexes[i], &behind, waits, &work, &pairs[i], err);
    if (rc == 0)
        rc = ra_behind_end(&behind, err);
    ra_behind_abandon(&behind);
    ra_pairs_free(&work);
    return rc;
}

int ra_index_build(struct ra_fill *f, const struct ra_index_builder *indexes, size_t n,
                   uint64_t *pairs, struct ra_err *err)
{
    int rc = build_all(f, indexes, n, false, pairs, err);

    if (rc != RA_BEHIND_AGAIN)
        return rc;
    rc = ra_fill_unfinish(f, err); /* seldom: room is made before each transaction */
    return rc == 0 ? build_all(f, indexes, n, true, pairs, err) : rc;
}
