#include "src/cache/store.h"

#include <string.h>

struct walk {
    MDB_cursor *records, *dropped; /* dropped: NULL when nothing was */
    MDB_val gap;                   /* the next number in it; mv_size 0 when there is none */
};

static void next_gap(struct walk *w, uint32_t seq)
{
    MDB_val value;

    w->gap = ra_val(&seq, sizeof seq);
    if (!w->dropped || mdb_cursor_get(w->dropped, &w->gap, &value, MDB_SET_RANGE) != 0)
        w->gap.mv_size = 0;
}

static bool is_gap(struct walk *w, uint32_t seq)
{
    uint32_t gap;

    if (w->gap.mv_size != sizeof gap)
        return false;
    memcpy(&gap, w->gap.mv_data, sizeof gap);
    if (gap < seq) {
        next_gap(w, seq);
        return is_gap(w, seq);
    }
    return gap == seq;
}

static int open_cursors(struct ra_fill *f, MDB_txn *txn, struct walk *w)
{
    MDB_dbi dropped;
    int rc = mdb_cursor_open(txn, f->records, &w->records);

    if (rc != 0)
        return rc;
    rc = mdb_dbi_open(txn, RA_DB_DROPPED, MDB_INTEGERKEY, &dropped);
    if (rc == 0)
        rc = mdb_cursor_open(txn, dropped, &w->dropped);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int walk(struct ra_fill *f, struct walk *w, uint32_t from,
                int (*each)(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err),
                void *ctx, struct ra_err *err)
{
    uint32_t seq = from;
    MDB_val key = ra_val(&seq, sizeof seq), value;
    int rc = 0, lmdb = mdb_cursor_get(w->records, &key, &value, MDB_SET_RANGE);

    next_gap(w, from);
    for (; rc == 0 && lmdb == 0; lmdb = mdb_cursor_get(w->records, &key, &value, MDB_NEXT)) {
        if (key.mv_size != sizeof seq)
            return ra_env_fail(f->env.path, "cannot be read", MDB_CORRUPTED, err);
        memcpy(&seq, key.mv_data, sizeof seq);
        if (!is_gap(w, seq))
            rc = each(ctx, seq, (struct ra_str){value.mv_data, value.mv_size}, err);
    }
    if (rc == 0 && lmdb != MDB_NOTFOUND)
        rc = ra_env_fail(f->env.path, "cannot be read", lmdb, err);
    return rc;
}

int ra_fill_walk(struct ra_fill *f, uint32_t from,
                 int (*each)(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err),
                 void *ctx, struct ra_err *err)
{
    struct walk w = {0};
    MDB_txn *txn;
    int lmdb, rc = ra_fill_settle(f, err);

    if (rc != 0)
        return rc;
    lmdb = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn);
    if (lmdb != 0)
        return ra_env_fail(f->env.path, "cannot be read", lmdb, err);
    lmdb = open_cursors(f, txn, &w);
    rc = lmdb == 0 ? walk(f, &w, from, each, ctx, err)
                   : ra_env_fail(f->env.path, "cannot be read", lmdb, err);
    if (w.dropped)
        mdb_cursor_close(w.dropped);
    if (w.records)
        mdb_cursor_close(w.records);
    mdb_txn_abort(txn);
    return rc;
}
