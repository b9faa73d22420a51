#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/cache/key.h"
#include "src/cache/names.h"
#include "src/cache/place.h"
#include "src/cache/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAP_START ((size_t)64 << 20) /* bytes; doubles as it fills */
#define VALUE_MAX ((size_t)1 << 32)

/* ---- the file's head ---- */

struct begin {
    struct ra_fill *f;
    struct ra_str token;
};

static int put_head(struct ra_fill *f, MDB_txn *txn, const char *key, struct ra_str value)
{
    MDB_val k = ra_val_z(key), v = ra_val(value.p, value.n);

    return mdb_put(txn, f->head, &k, &v, 0);
}

static int write_head(MDB_txn *txn, void *ctx)
{
    struct begin *b = ctx;
    char format[16];
    int rc = mdb_dbi_open(txn, RA_DB_HEAD, MDB_CREATE, &b->f->head);

    snprintf(format, sizeof format, "%d", RA_CACHE_FORMAT);
    if (rc == 0)
        rc = mdb_dbi_open(txn, RA_DB_RECORDS, MDB_CREATE | MDB_INTEGERKEY, &b->f->records);
    if (rc == 0)
        rc = put_head(b->f, txn, RA_HEAD_FORMAT, ra_str(format));
    if (rc == 0)
        rc = put_head(b->f, txn, RA_HEAD_SIDE, ra_str(b->f->side));
    if (rc == 0)
        rc = put_head(b->f, txn, RA_HEAD_TOKEN, b->token);
    return rc;
}

static bool head_is(struct ra_fill *f, MDB_txn *txn, const char *key, struct ra_str want)
{
    MDB_val k = ra_val_z(key), v;

    return mdb_get(txn, f->head, &k, &v) == 0 && ra_str_eq(ra_str_n(v.mv_data, v.mv_size), want);
}

/* Records are numbered 0, 1, 2 …: as many as the last one's number says. */
static bool count_records(struct ra_fill *f, MDB_txn *txn)
{
    MDB_stat stat;
    MDB_cursor *cursor;
    MDB_val key, value;
    uint32_t last = 0;
    int rc;

    if (mdb_stat(txn, f->records, &stat) != 0 || mdb_cursor_open(txn, f->records, &cursor) != 0)
        return false;
    rc = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    if (rc == 0 && key.mv_size == sizeof last)
        memcpy(&last, key.mv_data, sizeof last);
    mdb_cursor_close(cursor);
    f->committed = f->given = (uint32_t)stat.ms_entries;
    return rc == MDB_NOTFOUND ? stat.ms_entries == 0 : rc == 0 && stat.ms_entries == last + 1ULL;
}

/* Whether the partial file is whole, of this format, and was begun with this token. */
static bool fits(struct ra_fill *f, struct ra_str token)
{
    char format[16];
    MDB_txn *txn;
    bool ok;

    snprintf(format, sizeof format, "%d", RA_CACHE_FORMAT);
    if (mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn) != 0)
        return false;
    ok = mdb_dbi_open(txn, RA_DB_HEAD, 0, &f->head) == 0 &&
         mdb_dbi_open(txn, RA_DB_RECORDS, MDB_INTEGERKEY, &f->records) == 0 &&
         head_is(f, txn, RA_HEAD_FORMAT, ra_str(format)) &&
         head_is(f, txn, RA_HEAD_SIDE, ra_str(f->side)) && head_is(f, txn, RA_HEAD_TOKEN, token) &&
         count_records(f, txn);
    /* Commit, not abort: it keeps the handles that were opened in it. */
    return mdb_txn_commit(txn) == 0 && ok;
}

/* ---- begin and resume ---- */

/* One process holds the lock, one struct a file, and no one reads a partial file: LMDB's own
 * locking, with its second file, is not needed. */
static int open_part(struct ra_fill *f, const char *path, struct ra_err *err)
{
    return ra_env_open(path, MDB_NOLOCK, MAP_START, &f->env, err);
}

static int begin_new(struct ra_fill *f, struct ra_str token, struct ra_err *err)
{
    struct begin b = {f, token};
    char *path = ra_names_path(f->cache->snapshots, f->side, f->number, RA_FILE_PART);
    int rc = ra_place_create(f->cache->snapshots, path, err);

    if (rc == 0)
        rc = open_part(f, path, err);
    if (rc == 0)
        rc = ra_env_write(&f->env, 0, write_head, &b, err);
    if (rc != 0)
        unlink(path);
    free(path);
    f->committed = f->given = 0;
    return rc;
}

/* A partial file that cannot be gone on with is only work lost: it goes, and a new one begins. */
static bool resume(struct ra_fill *f, const char *path, struct ra_str token)
{
    struct ra_err why = {0};

    if (ra_place_regular(path, &why) == 0 && open_part(f, path, &why) == 0) {
        if (fits(f, token) && ra_fill_unfinish(f, &why) == 0)
            return true;
        ra_env_close(&f->env);
    }
    ra_log(RA_LOG_REQUESTS, "%s: partial snapshot discarded%s%s", path, why.code ? ": " : "",
           why.msg);
    return false;
}

static int begin(struct ra_fill *f, struct ra_str token, bool *resumed, struct ra_err *err)
{
    struct ra_files files;
    const struct ra_file *part, *complete;
    int rc = ra_files_list(f->cache->snapshots, &files, err);

    part = ra_files_newest(&files, f->side, RA_FILE_PART);
    complete = ra_files_newest(&files, f->side, RA_FILE_COMPLETE);
    f->number = 1 + (complete ? complete->number : 0);
    if (rc == 0 && part && part->number >= f->number) {
        char *path = ra_names_path(f->cache->snapshots, f->side, part->number, RA_FILE_PART);
        f->number = part->number;
        *resumed = resume(f, path, token);
        if (!*resumed && unlink(path) != 0 && errno != ENOENT)
            rc = ra_fail(err, RA_EIO, "%s: cannot be removed: %s", path, strerror(errno));
        free(path);
    }
    ra_files_free(&files);
    return rc == 0 && !*resumed ? begin_new(f, token, err) : rc;
}

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

int ra_fill_open(struct ra_cache *c, const char *side, struct ra_str token, struct ra_fill **out,
                 bool *resumed, struct ra_err *err)
{
    struct ra_fill *f;
    int rc;

    *out = NULL;
    *resumed = false;
    rc = ra_cache_need_write(c, err);
    if (rc == 0)
        rc = ra_names_check(side, err);
    if (rc != 0)
        return rc;
    f = ra_calloc(1, sizeof *f);
    f->cache = c;
    f->side = ra_strdup(side);
    f->hash = ra_hash_new();
    ra_buf_init(&f->value, VALUE_MAX);
    rc = enter(c, f, err);
    if (rc == 0)
        rc = begin(f, token, resumed, err);
    if (rc != 0)
        ra_fill_close(&f);
    *out = f;
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

/* The hash runs over the records in order: what it has of this one is no longer true, and finish
 * reads them all again. */
void ra_fill_replace(struct ra_fill *f, uint32_t seq, struct ra_str record)
{
    if (seq >= f->given && f->group.bad.code == 0)
        ra_fail(&f->group.bad, RA_EINTERNAL, "%s: there is no record %u to replace", f->side, seq);
    ra_group_replace(&f->group, seq, record);
    f->hashed = UINT32_MAX;
}

void ra_fill_put(struct ra_fill *f, const char *table, struct ra_str key, struct ra_str value)
{
    ra_group_put(&f->group, table, key, value);
}

void ra_fill_delete(struct ra_fill *f, const char *table, struct ra_str key)
{
    ra_group_delete(&f->group, table, key);
}

size_t ra_fill_pending(const struct ra_fill *f)
{
    return f->group.n;
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
    int rc;

    if (f->group.bad.code != 0) {
        if (err)
            *err = f->group.bad;
        return -f->group.bad.code;
    }
    if (f->group.n == 0)
        return 0;
    rc = ra_env_write(&f->env, f->group.n, write_group, f, err);
    if (rc != 0)
        return rc;
    if (f->hashed == f->committed) /* else it was resumed: finish reads them all again */
        ra_group_records(&f->group, hash_record, f);
    f->committed = f->given;
    ra_group_clear(&f->group);
    return 0;
}

uint32_t ra_fill_count(const struct ra_fill *f)
{
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
    int rc = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn);

    *out = (struct ra_str){NULL, 0};
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

/* ---- end ---- */

void ra_fill_close(struct ra_fill **fp)
{
    struct ra_fill *f = *fp;

    if (!f)
        return;
    leave(f->cache, f);
    ra_env_close(&f->env);
    ra_group_free(&f->group);
    ra_hash_free(&f->hash);
    ra_buf_free(&f->value);
    free(f->side);
    free(f);
    *fp = NULL;
}

void ra_fill_discard(struct ra_fill **fp)
{
    char *path = *fp && (*fp)->env.path ? ra_strdup((*fp)->env.path) : NULL;

    if (path && unlink(path) != 0)
        ra_warn("%s: cannot be removed: %s", path, strerror(errno));
    ra_fill_close(fp);
    free(path);
}
