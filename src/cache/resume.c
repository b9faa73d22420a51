#include "src/base/log.h"
#include "src/cache/names.h"
#include "src/cache/place.h"
#include "src/cache/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAP_START ((size_t)64 << 20) /* bytes; doubles as it fills */

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

static struct ra_str base_text(const struct ra_fill *f, char room[24])
{
    snprintf(room, 24, "%" PRIu64, ra_snap_info(f->base)->number);
    return ra_str(room);
}

static int write_head(MDB_txn *txn, void *ctx)
{
    struct begin *b = ctx;
    char format[24];
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
    if (rc == 0 && b->f->base)
        rc = put_head(b->f, txn, RA_HEAD_BASE, base_text(b->f, format));
    return rc;
}

/* MDB_NOTFOUND also when it is another. */
static int head_is(struct ra_fill *f, MDB_txn *txn, const char *key, struct ra_str want)
{
    MDB_val k = ra_val_z(key), v;
    int rc = mdb_get(txn, f->head, &k, &v);

    return rc == 0 && !ra_str_eq(ra_str_n(v.mv_data, v.mv_size), want) ? MDB_NOTFOUND : rc;
}

/* Records are numbered 0, 1, 2 …: as many as the last one's number says. */
static int count_records(struct ra_fill *f, MDB_txn *txn)
{
    MDB_stat stat;
    MDB_cursor *cursor;
    MDB_val key, value;
    uint32_t last = 0;
    int rc = mdb_stat(txn, f->records, &stat);

    if (rc == 0)
        rc = mdb_cursor_open(txn, f->records, &cursor);
    if (rc != 0)
        return rc;
    rc = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    if (rc == 0 && key.mv_size == sizeof last)
        memcpy(&last, key.mv_data, sizeof last);
    mdb_cursor_close(cursor);
    f->committed = f->given = (uint32_t)stat.ms_entries;
    if (rc == MDB_NOTFOUND && stat.ms_entries == 0)
        return 0;
    return rc == 0 && stat.ms_entries != last + 1ULL ? MDB_CORRUPTED : rc;
}

/* What was begun from a snapshot goes on from that one only, once it has all of it, and as long as
 * the numbers in that one's indexes are its own too. */
static int check_base(struct ra_fill *f, MDB_txn *txn)
{
    MDB_val k = ra_val_z(RA_HEAD_BASE), v;
    char room[24];
    int rc;

    if (!f->base) {
        rc = mdb_get(txn, f->head, &k, &v);
        return rc == 0 ? MDB_NOTFOUND : rc == MDB_NOTFOUND ? 0 : rc;
    }
    rc = head_is(f, txn, RA_HEAD_BASE, base_text(f, room));
    if (rc == 0)
        rc = head_is(f, txn, RA_HEAD_COPIED, ra_str("1"));
    if (rc != 0)
        return rc;
    k = ra_val_z(RA_HEAD_MOVED);
    rc = mdb_get(txn, f->head, &k, &v);
    return rc == 0 ? MDB_NOTFOUND : rc == MDB_NOTFOUND ? 0 : rc;
}

static int read_head(struct ra_fill *f, MDB_txn *txn, struct ra_str token)
{
    char format[16];
    int rc = mdb_dbi_open(txn, RA_DB_HEAD, 0, &f->head);

    snprintf(format, sizeof format, "%d", RA_CACHE_FORMAT);
    if (rc == 0)
        rc = mdb_dbi_open(txn, RA_DB_RECORDS, MDB_INTEGERKEY, &f->records);
    if (rc == 0)
        rc = head_is(f, txn, RA_HEAD_FORMAT, ra_str(format));
    if (rc == 0)
        rc = head_is(f, txn, RA_HEAD_SIDE, ra_str(f->side));
    if (rc == 0)
        rc = head_is(f, txn, RA_HEAD_TOKEN, token);
    if (rc == 0)
        rc = check_base(f, txn);
    return rc == 0 ? count_records(f, txn) : rc;
}

/* Whether the partial file is of this format and was begun with this token: 1 or 0. */
static int fits(struct ra_fill *f, struct ra_str token, struct ra_err *err)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn);

    if (rc == 0) {
        rc = read_head(f, txn, token);
        if (rc == 0)
            rc = mdb_txn_commit(txn); /* keeps the handles that were opened */
        else
            mdb_txn_abort(txn);
    }
    if (rc == 0 || rc == MDB_NOTFOUND)
        return rc == 0;
    return ra_env_fail(f->env.path, "cannot be read", rc, err);
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
    f->committed = f->given = 0;
    if (rc == 0 && f->base)
        rc = ra_fill_copy(f, err);
    if (rc != 0)
        unlink(path);
    free(path);
    return rc;
}

/* 1 when it goes on, 0 when the file is to be discarded: it is another token's, or damaged, which
 * is only work lost. A full or failing disk is an error: what was read in hours stays. */
static int resume(struct ra_fill *f, const char *path, struct ra_str token, struct ra_err *err)
{
    struct ra_err why = {0};
    int rc = ra_place_regular(path, &why);

    if (rc == 0)
        rc = open_part(f, path, &why);
    if (rc == 0)
        rc = fits(f, token, &why);
    if (rc == 1 && ra_fill_unfinish(f, &why) == 0)
        return 1;
    ra_env_close(&f->env);
    if (why.code == 0 || why.code == RA_EINTEGRITY) {
        ra_log(RA_LOG_REQUESTS, "%s: partial snapshot discarded%s%s", path, why.code ? ": " : "",
               why.msg);
        return 0;
    }
    if (err)
        *err = why;
    return -why.code;
}

static int resume_or_discard(struct ra_fill *f, const struct ra_file *part, struct ra_str token,
                             struct ra_err *err)
{
    char *path = ra_names_path(f->cache->snapshots, f->side, part->number, RA_FILE_PART);
    int rc = resume(f, path, token, err);

    if (rc == 0 && unlink(path) != 0 && errno != ENOENT)
        rc = ra_fail(err, RA_EIO, "%s: cannot be removed: %s", path, strerror(errno));
    free(path);
    return rc;
}

int ra_fill_begin(struct ra_fill *f, struct ra_str token, bool *resumed, struct ra_err *err)
{
    struct ra_files files;
    const struct ra_file *part, *complete;
    int rc = ra_files_list(f->cache->snapshots, &files, err);

    part = ra_files_newest(&files, f->side, RA_FILE_PART);
    complete = ra_files_newest(&files, f->side, RA_FILE_COMPLETE);
    f->number = 1 + (complete ? complete->number : 0);
    if (rc == 0 && part && part->number >= f->number) {
        f->number = part->number;
        rc = resume_or_discard(f, part, token, err);
    }
    ra_files_free(&files);
    *resumed = rc == 1;
    return rc == 0 ? begin_new(f, token, err) : rc < 0 ? rc : 0;
}

/* ---- does one wait ---- */

static bool has_token(const char *path, struct ra_str token)
{
    struct ra_env env;
    MDB_val key = ra_val_z(RA_HEAD_TOKEN), value;
    MDB_txn *txn;
    MDB_dbi head;
    bool has = false;

    if (ra_place_regular(path, NULL) != 0 ||
        ra_env_open(path, MDB_NOLOCK | MDB_RDONLY, MAP_START, &env, NULL) != 0)
        return false;
    if (mdb_txn_begin(env.mdb, NULL, MDB_RDONLY, &txn) == 0) {
        has = mdb_dbi_open(txn, RA_DB_HEAD, 0, &head) == 0 &&
              mdb_get(txn, head, &key, &value) == 0 &&
              ra_str_eq(ra_str_n(value.mv_data, value.mv_size), token);
        mdb_txn_abort(txn);
    }
    ra_env_close(&env);
    return has;
}

bool ra_fill_waits(struct ra_cache *c, const char *side, struct ra_str token)
{
    struct ra_files files;
    const struct ra_file *part, *complete;
    bool waits = false;

    ra_files_list(c->snapshots, &files, NULL);
    part = ra_files_newest(&files, side, RA_FILE_PART);
    complete = ra_files_newest(&files, side, RA_FILE_COMPLETE);
    if (part && (!complete || part->number > complete->number)) {
        char *path = ra_names_path(c->snapshots, side, part->number, RA_FILE_PART);
        waits = has_token(path, token);
        free(path);
    }
    ra_files_free(&files);
    return waits;
}
