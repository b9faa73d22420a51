#include "src/cache/env.h"

#include "src/base/log.h"
#include "src/base/mem.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SLACK   ((size_t)16 << 20) /* bytes for what LMDB writes beside: its list of free pages */
#define MAX_DBS 128 /* head, records, tables and indexes; mdb_dbi_open searches them in a row */

MDB_val ra_val(const void *p, size_t n)
{
    MDB_val v = {.mv_size = n};

    memcpy(&v.mv_data, &p, sizeof p); /* LMDB's type for input lacks the const that it keeps */
    return v;
}

MDB_val ra_val_z(const char *z)
{
    return ra_val(z, strlen(z));
}

bool ra_db_name(char out[RA_DB_NAME_MAX], const char *prefix, const char *name)
{
    return snprintf(out, RA_DB_NAME_MAX, "%s%s", prefix, name) < RA_DB_NAME_MAX;
}

static bool damage(int rc)
{
    return rc == MDB_CORRUPTED || rc == MDB_PAGE_NOTFOUND || rc == MDB_INVALID ||
           rc == MDB_VERSION_MISMATCH || rc == MDB_INCOMPATIBLE || rc == MDB_BAD_VALSIZE ||
           rc == MDB_CURSOR_FULL;
}

/* LMDB's word for a write that was cut short is EIO, and what cuts a write short is a full disk. */
static bool disk_full(const char *path, int rc)
{
    struct statvfs st;

    return rc == ENOSPC || rc == EDQUOT ||
           (rc == EIO && statvfs(path, &st) == 0 && st.f_bavail * st.f_frsize < (1U << 20));
}

int ra_env_fail(const char *path, const char *doing, int rc, struct ra_err *err)
{
    if (disk_full(path, rc)) {
        ra_fail(err, RA_EIO, "%s: %s: %s", path, doing, strerror(ENOSPC));
        return ra_hint(err, "make room on that disk and run again: what was committed is kept");
    }
    if (damage(rc)) {
        ra_fail(err, RA_EINTEGRITY, "%s: is damaged: %s", path, mdb_strerror(rc));
        return ra_hint(err, "reanchor fetch --full makes a new one");
    }
    if (rc > 0) /* errno: the disk, the mapping, permission */
        return ra_fail(err, RA_EIO, "%s: %s: %s", path, doing, mdb_strerror(rc));
    return ra_fail(err, RA_EINTERNAL, "%s: %s: %s", path, doing, mdb_strerror(rc));
}

/* The lock goes with the process and the committed state stays as it is. */
_Noreturn void ra_env_lost(const char *path, int rc, const char *what)
{
    struct ra_err err = {0};

    if (rc != 0)
        ra_env_fail(path, "cannot be read", rc, &err);
    else
        ra_fail(&err, RA_EINTEGRITY, "%s: is damaged: %s", path, what);
    if (err.code == RA_EINTEGRITY)
        ra_hint(&err, "remove the file, then run reanchor fetch --full");
    fprintf(stderr, "reanchor: %s\n", err.msg);
    if (err.hint[0])
        fprintf(stderr, "HINT: %s\n", err.hint);
    _exit(ra_exit_status(&err));
}

/* LMDB calls this where a page is not what it must be, and then aborts: there is no way back into
 * the caller. */
static void on_assert(MDB_env *mdb, const char *what)
{
    ra_env_lost(mdb_env_get_userctx(mdb), 0, what);
}

/* A page past the end of the file would end the process (SIGBUS) when it is read. */
static int check_length(const struct ra_env *e, struct ra_err *err)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat st;
    unsigned long long want;

    mdb_env_info(e->mdb, &info);
    mdb_env_stat(e->mdb, &stat);
    want = ((unsigned long long)info.me_last_pgno + 1) * stat.ms_psize;
    if (lstat(e->path, &st) != 0)
        return ra_fail(err, RA_EIO, "%s: %s", e->path, strerror(errno));
    if ((unsigned long long)st.st_size >= want)
        return 0;
    ra_fail(err, RA_EINTEGRITY, "%s: is damaged: has %lld bytes, want %llu", e->path,
            (long long)st.st_size, want);
    return ra_hint(err, "reanchor fetch --full makes a new one");
}

static int set_up(struct ra_env *e, size_t map)
{
    int rc = mdb_env_create(&e->mdb);

    if (rc == 0)
        rc = mdb_env_set_maxdbs(e->mdb, MAX_DBS);
    if (rc == 0)
        rc = mdb_env_set_mapsize(e->mdb, map);
    if (rc == 0)
        rc = mdb_env_set_userctx(e->mdb, e->path);
    if (rc == 0)
        rc = mdb_env_set_assert(e->mdb, on_assert);
    return rc;
}

/* Read-ahead stays on (no MDB_NORDAHEAD): the pages of an index lie in key order because it was
 * appended, and match reads them from end to end. Memory is always cleared (no MDB_NOMEMINIT), so
 * that nothing of the heap, where secrets are, reaches the file. */
int ra_env_open(const char *path, unsigned flags, size_t map, struct ra_env *out,
                struct ra_err *err)
{
    MDB_envinfo info;
    int rc;

    *out = (struct ra_env){.path = ra_strdup(path)};
    rc = set_up(out, map);
    if (rc == 0)
        rc = mdb_env_open(out->mdb, path, flags | MDB_NOSUBDIR | MDB_NOTLS, 0600);
    if (rc != 0) {
        rc = ra_env_fail(path, "cannot be opened", rc, err);
        ra_env_close(out);
        return rc;
    }
    mdb_env_info(out->mdb, &info);
    out->map = info.me_mapsize;
    rc = check_length(out, err);
    if (rc != 0)
        ra_env_close(out);
    return rc;
}

void ra_env_close(struct ra_env *e)
{
    if (e->mdb)
        mdb_env_close(e->mdb);
    free(e->path);
    *e = (struct ra_env){0};
}

static int grow(struct ra_env *e, size_t want)
{
    size_t map = e->map;
    int rc;

    if (e->pinned)
        return MDB_MAP_FULL;
    if (e->before_growing)
        e->before_growing(e->before_growing_ctx);
    while (map < want) {
        if (map > SIZE_MAX / 2)
            return ENOMEM;
        map *= 2;
    }
    rc = mdb_env_set_mapsize(e->mdb, map);
    if (rc != 0)
        return rc;
    e->map = map;
    ra_log(RA_LOG_REQUESTS, "%s: map grown to %zu MiB", e->path, map >> 20);
    return 0;
}

/* Doubling after MDB_MAP_FULL throws a whole group's work away: make room first where we can. */
static int make_room(struct ra_env *e, size_t about)
{
    MDB_envinfo info;
    MDB_stat stat;
    size_t want;

    mdb_env_info(e->mdb, &info);
    mdb_env_stat(e->mdb, &stat);
    want = (info.me_last_pgno + 1) * stat.ms_psize + about + about / 2 + SLACK;
    return want <= e->map || e->pinned ? 0 : grow(e, want);
}

int ra_env_room(struct ra_env *e, size_t about, struct ra_err *err)
{
    int rc = make_room(e, about);

    return rc == 0 ? 0 : ra_env_fail(e->path, "cannot be mapped", rc, err);
}

static int attempt(struct ra_env *e, int (*body)(MDB_txn *, void *), void *ctx)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(e->mdb, NULL, 0, &txn);

    if (rc != 0)
        return rc;
    rc = body(txn, ctx);
    if (rc == 0)
        return mdb_txn_commit(txn); /* ends it in any case */
    mdb_txn_abort(txn);
    return rc;
}

int ra_env_write(struct ra_env *e, size_t about, int (*body)(MDB_txn *txn, void *ctx), void *ctx,
                 struct ra_err *err)
{
    int rc = make_room(e, about), grown;

    if (rc == 0)
        rc = attempt(e, body, ctx);
    while (rc == MDB_MAP_FULL) {
        grown = grow(e, e->map + 1);
        if (grown != 0)
            return ra_env_fail(e->path, "cannot be mapped", grown, err);
        rc = attempt(e, body, ctx);
    }
    return rc == 0 ? 0 : ra_env_fail(e->path, "cannot be written", rc, err);
}
