#include "src/cache/key.h"
#include "src/cache/names.h"
#include "src/cache/snap.h"
#include "src/cache/store.h"

#include <string.h>

#define CHUNK ((size_t)32 << 20) /* bytes copied in one transaction */

/* ---- copying ---- */

/* One database. What key and value point at stays: the snapshot is not written meanwhile. */
struct copy {
    const struct ra_snap *from;
    MDB_cursor *cursor;
    const char *name;
    unsigned flags;
    MDB_val key, value; /* the next pair to be copied */
    bool more;
    MDB_val first; /* and this one when the transaction began: a full map goes back to it */
    bool any;
};

static int step(struct copy *c, MDB_cursor_op op)
{
    int rc = mdb_cursor_get(c->cursor, &c->key, &c->value, op);

    c->more = rc == 0;
    if (rc == 0 && (!ra_snap_sane(c->from, &c->key) || !ra_snap_sane(c->from, &c->value)))
        return MDB_CORRUPTED;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int copy_some(MDB_txn *txn, void *ctx)
{
    struct copy *c = ctx;
    size_t bytes = 0;
    MDB_dbi to;
    int rc = mdb_dbi_open(txn, c->name, MDB_CREATE | c->flags, &to);

    c->more = c->any;
    if (c->more) {
        c->key = c->first;
        rc = rc == 0 ? mdb_cursor_get(c->cursor, &c->key, &c->value, MDB_SET_KEY) : rc;
    }
    while (rc == 0 && c->more && bytes < CHUNK) {
        bytes += c->key.mv_size + c->value.mv_size;
        rc = mdb_put(txn, to, &c->key, &c->value, MDB_APPEND);
        if (rc == 0)
            rc = step(c, MDB_NEXT);
    }
    return rc;
}

static int copy_cursor(struct ra_fill *f, struct copy *c, struct ra_err *err)
{
    int rc = step(c, MDB_FIRST);

    if (rc != 0)
        return ra_env_fail(ra_shared_path(c->from->file), "cannot be read", rc, err);
    do { /* once at least: an empty table is there */
        c->first = c->key;
        c->any = c->more;
        rc = ra_env_write(&f->env, CHUNK, copy_some, c, err);
    } while (rc == 0 && c->more);
    return rc;
}

static int copy_database(struct ra_fill *f, const char *name, unsigned flags, struct ra_err *err)
{
    struct copy c = {.from = f->base, .name = name, .flags = flags};
    MDB_dbi dbi;
    int rc;

    if (!ra_shared_dbi(f->base->file, "", name, &dbi))
        return 0;
    rc = mdb_cursor_open(f->base->txn, dbi, &c.cursor);
    if (rc != 0)
        return ra_env_fail(ra_shared_path(f->base->file), "cannot be read", rc, err);
    rc = copy_cursor(f, &c, err);
    mdb_cursor_close(c.cursor);
    return rc;
}

static int copy_tables(struct ra_fill *f, struct ra_err *err)
{
    const char *name;
    int rc = 0;

    for (size_t i = 0; rc == 0 && (name = ra_shared_name(f->base->file, i)); i++)
        if (strncmp(name, RA_DB_TABLE, strlen(RA_DB_TABLE)) == 0)
            rc = copy_database(f, name, 0, err);
    return rc;
}

static int write_copied(MDB_txn *txn, void *ctx)
{
    struct ra_fill *f = ctx;
    MDB_val key = ra_val_z(RA_HEAD_COPIED), value = ra_val_z("1");

    return mdb_put(txn, f->head, &key, &value, 0);
}

int ra_fill_copy(struct ra_fill *f, struct ra_err *err)
{
    int rc = copy_database(f, RA_DB_RECORDS, MDB_INTEGERKEY, err);

    if (rc == 0)
        rc = copy_tables(f, err);
    if (rc == 0)
        rc = ra_env_write(&f->env, 0, write_copied, f, err);
    if (rc != 0)
        return rc;
    f->committed = f->given = ra_snap_info(f->base)->records;
    f->hashed = UINT32_MAX;
    return 0;
}

/* ---- open and find ---- */

int ra_fill_open_next(struct ra_cache *c, const char *side, struct ra_str token,
                      struct ra_fill **out, bool *resumed, struct ra_err *err)
{
    struct ra_snap *base = NULL;
    int rc = ra_cache_need_write(c, err);

    *out = NULL;
    *resumed = false;
    if (rc == 0)
        rc = ra_names_check(side, err);
    if (rc == 0)
        rc = ra_snap_open(c, side, &base, err);
    if (rc == 0)
        rc = ra_fill_new(c, side, base, out, err);
    if (rc != 0)
        return rc;
    rc = ra_fill_begin(*out, token, resumed, err);
    if (rc != 0)
        ra_fill_close(out);
    return rc;
}

int ra_fill_find(struct ra_fill *f, const char *index, struct ra_str key, unsigned char value[8],
                 struct ra_err *err)
{
    unsigned char room[RA_KEY_ROOM];
    MDB_val k = ra_key_val(key, room), v;
    MDB_dbi dbi;
    int rc;

    if (!f->base || !ra_shared_dbi(f->base->file, RA_DB_INDEX, index, &dbi))
        return ra_fail(err, RA_EINTERNAL, "%s: there is no index %.40s to look into", f->side,
                       index);
    rc = ra_key_size(key) > RA_KEY_ROOM ? MDB_NOTFOUND : mdb_get(f->base->txn, dbi, &k, &v);
    if (rc == MDB_NOTFOUND)
        return 0;
    if (rc == 0 && (v.mv_size != 8 || !ra_snap_sane(f->base, &v)))
        rc = MDB_CORRUPTED;
    if (rc != 0)
        return ra_env_fail(ra_shared_path(f->base->file), "cannot be read", rc, err);
    memcpy(value, v.mv_data, 8);
    return 1;
}
