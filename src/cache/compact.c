#include "src/cache/store.h"

#include <string.h>

/* Records moved in one transaction: LMDB keeps the pages that it changed in memory until then. */
#define MOVES 20000

struct compact {
    struct ra_fill *f;
    MDB_dbi dropped;
    struct ra_buf *room;
    uint32_t left; /* records after this transaction */
    bool done;
};

static int is_dropped(const struct compact *c, MDB_txn *txn, uint32_t seq)
{
    MDB_val key = ra_val(&seq, sizeof seq), value;

    return mdb_get(txn, c->dropped, &key, &value);
}

static int forget(const struct compact *c, MDB_txn *txn, MDB_dbi dbi, uint32_t seq)
{
    MDB_val key = ra_val(&seq, sizeof seq);

    (void)c;
    return mdb_del(txn, dbi, &key, NULL);
}

static int first_gap(const struct compact *c, MDB_txn *txn, uint32_t *gap)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    int rc = mdb_cursor_open(txn, c->dropped, &cursor);

    if (rc != 0)
        return rc;
    rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    if (rc == 0 && key.mv_size != sizeof *gap)
        rc = MDB_CORRUPTED;
    if (rc == 0)
        memcpy(gap, key.mv_data, sizeof *gap);
    mdb_cursor_close(cursor);
    return rc;
}

/* The value is copied: what LMDB points at may move when the page is changed. */
static int move(const struct compact *c, MDB_txn *txn, uint32_t from, uint32_t to)
{
    MDB_val key = ra_val(&from, sizeof from), value;
    int rc = mdb_get(txn, c->f->records, &key, &value);

    ra_buf_clear(c->room);
    if (rc == 0 && !ra_buf_put(c->room, value.mv_data, value.mv_size))
        rc = MDB_CORRUPTED;
    if (rc != 0)
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    key = ra_val(&to, sizeof to);
    value = ra_val(c->room->p, c->room->n);
    rc = mdb_put(txn, c->f->records, &key, &value, 0);
    return rc == 0 ? forget(c, txn, c->dropped, to) : rc;
}

/* Takes the last record away: it was dropped, or goes into the first gap. MDB_NOTFOUND at the end.
 */
static int shorten(struct compact *c, MDB_txn *txn)
{
    uint32_t gap = 0;
    int rc = first_gap(c, txn, &gap);

    if (rc != 0)
        return rc;
    if (gap >= c->left)
        return MDB_CORRUPTED;
    rc = is_dropped(c, txn, c->left - 1);
    if (rc == 0)
        rc = forget(c, txn, c->dropped, c->left - 1);
    else if (rc == MDB_NOTFOUND)
        rc = move(c, txn, c->left - 1, gap);
    if (rc == 0)
        rc = forget(c, txn, c->f->records, c->left - 1);
    if (rc == 0)
        c->left--;
    return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
}

static int shorten_by_some(MDB_txn *txn, void *ctx)
{
    struct compact *c = ctx;
    MDB_val moved = ra_val_z(RA_HEAD_MOVED), yes = ra_val_z("1");
    int rc = mdb_dbi_open(txn, RA_DB_DROPPED, MDB_INTEGERKEY, &c->dropped);

    c->left = c->f->committed; /* a full map calls us again from the start */
    c->done = rc == MDB_NOTFOUND;
    if (rc == 0)
        rc = mdb_put(txn, c->f->head, &moved, &yes, 0);
    for (int i = 0; rc == 0 && i < MOVES; i++)
        rc = shorten(c, txn);
    if (rc == MDB_NOTFOUND && !c->done) {
        c->done = true;
        rc = mdb_drop(txn, c->dropped, 1);
    }
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static bool has_gaps(struct ra_fill *f)
{
    MDB_txn *txn;
    MDB_dbi dropped;
    int rc = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn);

    if (rc != 0)
        return true; /* the write that follows tells it */
    rc = mdb_dbi_open(txn, RA_DB_DROPPED, MDB_INTEGERKEY, &dropped);
    mdb_txn_abort(txn);
    return rc != MDB_NOTFOUND;
}

/* Killed between two transactions it has closed some gaps and left others: a fill that can be gone
 * on with by who learns its numbers from the records, but not by those of another snapshot. */
int ra_fill_compact(struct ra_fill *f, struct ra_err *err)
{
    struct ra_buf room;
    struct compact c = {.f = f, .room = &room};
    int rc = 0;

    if (!has_gaps(f))
        return 0;
    ra_buf_init(&room, UINT32_MAX);
    f->hashed = UINT32_MAX;
    while (rc == 0 && !c.done) {
        rc = ra_env_write(&f->env, 0, shorten_by_some, &c, err);
        if (rc == 0)
            f->committed = f->given = c.left;
    }
    ra_buf_free(&room);
    return rc;
}
