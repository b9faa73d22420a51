#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/cache/behind.h"
#include "src/cache/early.h"
#include "src/cache/key.h"
#include "src/cache/late.h"
#include "src/cache/names.h"
#include "src/cache/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VALUE_MAX ((size_t)1 << 32)

/* ---- the list of open fills ---- */

static int enter(struct ra_cache *c, struct ra_fill *f, struct ra_err *err)
{
    struct ra_fill *other;

    pthread_mutex_lock(&c->mutex);
    for (other = c->fills; other && strcmp(other->side, f->side) != 0; other = other->next)
        ;
    if (!other) {
        f->next = c->fills;
        c->fills = f;
    }
    pthread_mutex_unlock(&c->mutex);
    return other ? ra_fail(err, RA_EINTERNAL, "%s: is being filled already", f->side) : 0;
}

static void leave(struct ra_cache *c, const struct ra_fill *f)
{
    pthread_mutex_lock(&c->mutex);
    for (struct ra_fill **at = &c->fills; *at; at = &(*at)->next) {
        if (*at == f) {
            *at = f->next;
            break;
        }
    }
    pthread_mutex_unlock(&c->mutex);
}

int ra_fill_new(struct ra_cache *c, const char *side, struct ra_snap *base, struct ra_fill **out,
                struct ra_err *err)
{
    struct ra_fill *f = ra_calloc(1, sizeof *f);
    int rc;

    f->cache = c;
    f->side = ra_strdup(side);
    f->hash = ra_hash_new();
    f->base = base;
    ra_buf_init(&f->value, VALUE_MAX);
    rc = enter(c, f, err);
    if (rc != 0)
        ra_fill_close(&f);
    *out = f;
    return rc;
}

int ra_fill_open(struct ra_cache *c, const char *side, struct ra_str token, struct ra_fill **out,
                 bool *resumed, struct ra_err *err)
{
    int rc;

    *out = NULL;
    *resumed = false;
    rc = ra_cache_need_write(c, err);
    if (rc == 0)
        rc = ra_names_check(side, err);
    if (rc == 0)
        rc = ra_fill_new(c, side, NULL, out, err);
    if (rc != 0)
        return rc;
    rc = ra_fill_begin(*out, token, resumed, err);
    if (rc != 0)
        ra_fill_close(out);
    return rc;
}

void ra_fill_expect(struct ra_fill *f, const struct ra_index_builder *indexes, size_t n)
{
    ra_early_begin(f, indexes, n);
}

int ra_fill_sort_ahead(struct ra_fill *f, struct ra_err *err)
{
    int rc = ra_fill_settle(f, err);

    if (rc == 0)
        ra_early_sort(f);
    return rc;
}

/* ---- the group ---- */

uint32_t ra_fill_record(struct ra_fill *f, struct ra_str record)
{
    if (f->given == UINT32_MAX && f->group.bad.code == 0)
        ra_fail(&f->group.bad, RA_EINTERNAL, "%s: more records than the cache can number", f->side);
    else
        ra_group_record(&f->group, record);
    return f->given == UINT32_MAX ? f->given : f->given++;
}

uint32_t ra_fill_next(const struct ra_fill *f)
{
    return f->given;
}

/* The hash runs over the records in order: what it has of this one is no longer true, and finish
 * reads them all again. */
static void change(struct ra_fill *f, uint32_t seq, const char *how)
{
    if (seq >= f->given && f->group.bad.code == 0)
        ra_fail(&f->group.bad, RA_EINTERNAL, "%s: there is no record %u to %s", f->side, seq, how);
    f->hashed = UINT32_MAX;
    ra_early_spoil(f);
}

void ra_fill_replace(struct ra_fill *f, uint32_t seq, struct ra_str record)
{
    change(f, seq, "replace");
    ra_group_replace(&f->group, seq, record);
}

void ra_fill_drop(struct ra_fill *f, uint32_t seq)
{
    change(f, seq, "drop");
    ra_group_drop(&f->group, seq);
}

void ra_fill_put(struct ra_fill *f, const char *table, struct ra_str key, struct ra_str value)
{
    ra_group_put(&f->group, table, key, value);
}

void ra_fill_put_late(struct ra_fill *f, const char *table, struct ra_str key, struct ra_str value)
{
    ra_late_put(f, table, key, value);
}

void ra_fill_delete(struct ra_fill *f, const char *table, struct ra_str key)
{
    ra_group_delete(&f->group, table, key);
}

void ra_fill_clear(struct ra_fill *f, const char *table)
{
    ra_group_empty(&f->group, table);
}

size_t ra_fill_pending(const struct ra_fill *f)
{
    return f->group.n;
}

/* What is to be committed next, unless something of it cannot be. */
static int ready(struct ra_fill *f, struct ra_err *err)
{
    int rc = ra_fill_settle(f, err);

    if (rc != 0 || f->group.bad.code == 0)
        return rc;
    if (err)
        *err = f->group.bad;
    return -f->group.bad.code;
}

int ra_fill_commit_behind(struct ra_fill *f, struct ra_err *err)
{
    int rc = ready(f, err);

    if (rc == 0 && f->group.n > 0)
        ra_behind_start(f);
    return rc;
}

int ra_fill_settle(struct ra_fill *f, struct ra_err *err)
{
    return ra_behind_end(f, err);
}

static int write_group(MDB_txn *txn, void *ctx)
{
    struct ra_fill *f = ctx;

    return ra_group_write(&f->group, txn, f->records, f->committed);
}

static void hash_record(void *ctx, struct ra_str record)
{
    struct ra_fill *f = ctx;

    ra_hash_add(f->hash, record);
    f->hashed++;
}

int ra_fill_commit(struct ra_fill *f, struct ra_err *err)
{
    int rc = ready(f, err);

    if (rc != 0 || f->group.n == 0)
        return rc;
    rc = ra_env_write(&f->env, f->group.n, write_group, f, err);
    if (rc != 0)
        return rc;
    if (f->hashed == f->committed) /* else it was resumed: finish reads them all again */
        ra_group_records(&f->group, hash_record, f);
    ra_early_take(f, &f->group, f->committed, f->given);
    f->committed = f->given;
    ra_group_clear(&f->group);
    ra_latest_clear(&f->latest);
    return 0;
}

uint32_t ra_fill_count(struct ra_fill *f)
{
    ra_fill_settle(f, NULL); /* an error of it is told to the next that commits */
    return f->committed;
}

static int get(struct ra_fill *f, MDB_txn *txn, const char *table, struct ra_str key)
{
    unsigned char room[RA_KEY_ROOM];
    char name[RA_DB_NAME_MAX];
    MDB_val k = ra_key_val(key, room), v;
    MDB_dbi dbi;
    int rc;

    if (!ra_db_name(name, RA_DB_TABLE, table) || ra_key_size(key) > RA_KEY_ROOM)
        return MDB_NOTFOUND;
    rc = mdb_dbi_open(txn, name, 0, &dbi);
    if (rc == 0)
        rc = mdb_get(txn, dbi, &k, &v);
    ra_buf_clear(&f->value);
    if (rc == 0 && !ra_buf_put(&f->value, v.mv_data, v.mv_size))
        rc = MDB_CORRUPTED;
    return rc;
}

int ra_fill_get(struct ra_fill *f, const char *table, struct ra_str key, struct ra_str *out,
                struct ra_err *err)
{
    MDB_txn *txn;
    int rc = ra_fill_settle(f, err);

    *out = (struct ra_str){NULL, 0};
    if (rc != 0)
        return rc;
    rc = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn);
    if (rc == 0) {
        rc = get(f, txn, table, key);
        mdb_txn_abort(txn);
    }
    if (rc == MDB_NOTFOUND)
        return ra_fail(err, RA_ENOTFOUND, "%s: table %s has no such key", f->env.path, table);
    if (rc != 0)
        return ra_env_fail(f->env.path, "cannot be read", rc, err);
    *out = (struct ra_str){ra_buf_z(&f->value), f->value.n};
    return 0;
}

static int read_record(struct ra_fill *f, MDB_txn *txn, uint32_t seq)
{
    MDB_val k = ra_val(&seq, sizeof seq), v;
    MDB_dbi dropped;
    int rc = mdb_dbi_open(txn, RA_DB_DROPPED, MDB_INTEGERKEY, &dropped);

    ra_buf_clear(&f->value);
    if (rc == 0)
        rc = mdb_get(txn, dropped, &k, &v);
    if (rc != MDB_NOTFOUND)
        return rc == 0 ? MDB_NOTFOUND : rc;
    rc = mdb_get(txn, f->records, &k, &v);
    if (rc == 0 && !ra_buf_put(&f->value, v.mv_data, v.mv_size))
        rc = MDB_CORRUPTED;
    return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
}

int ra_fill_read(struct ra_fill *f, uint32_t seq, struct ra_str *out, struct ra_err *err)
{
    MDB_txn *txn;
    int rc;

    *out = (struct ra_str){NULL, 0};
    if (seq >= f->given)
        return ra_fail(err, RA_ENOTFOUND, "%s: there is no record %u", f->side, seq);
    rc = ra_fill_settle(f, err);
    if (rc != 0)
        return rc;
    if (ra_latest(&f->latest, &f->group, f->committed, seq, out))
        return 0;
    rc = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn);
    if (rc == 0) {
        rc = read_record(f, txn, seq);
        mdb_txn_abort(txn);
    }
    if (rc != 0 && rc != MDB_NOTFOUND)
        return ra_env_fail(f->env.path, "cannot be read", rc, err);
    if (rc == 0)
        *out = (struct ra_str){ra_buf_z(&f->value), f->value.n};
    return 0;
}

/* ---- end ---- */

void ra_fill_close(struct ra_fill **fp)
{
    struct ra_fill *f = *fp;

    if (!f)
        return;
    ra_behind_free(f);
    ra_early_free(f);
    ra_late_free(f);
    leave(f->cache, f);
    ra_env_close(&f->env);
    ra_group_free(&f->group);
    ra_latest_free(&f->latest);
    ra_snap_close(&f->base);
    ra_hash_free(&f->hash);
    ra_buf_free(&f->value);
    free(f->side);
    free(f);
    *fp = NULL;
}

void ra_fill_discard(struct ra_fill **fp)
{
    char *path = *fp && (*fp)->env.path ? ra_strdup((*fp)->env.path) : NULL;

    if (*fp)
        ra_fill_settle(*fp, NULL);
    if (path && unlink(path) != 0)
        ra_warn("%s: cannot be removed: %s", path, strerror(errno));
    ra_fill_close(fp);
    free(path);
}
