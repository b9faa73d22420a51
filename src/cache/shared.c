#include "src/cache/shared.h"

#include "src/base/buf.h"
#include "src/base/mem.h"
#include "src/cache/place.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The map cannot grow while snapshots are read through it, so a supplement needs room from the
 * start. It is address space, neither memory nor disk. */
#define HEADROOM ((size_t)4 << 30)

struct name {
    char *name;
    MDB_dbi dbi;
};

struct ra_shared {
    struct ra_shared *next;
    struct ra_env env;
    dev_t dev;
    ino_t ino;
    pid_t pid; /* LMDB's environments do not survive fork() */
    unsigned users;
    bool writable;
    struct name *names;
    size_t name_count, name_cap;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct ra_shared *all;

/* ---- handles ---- */

static void add_name(struct ra_shared *s, const char *name, size_t n, MDB_dbi dbi)
{
    s->names = ra_grow(s->names, &s->name_cap, s->name_count + 1, sizeof *s->names);
    s->names[s->name_count++] = (struct name){ra_strndup(name, n), dbi};
}

static const struct name *find_name(const struct ra_shared *s, const char *name)
{
    for (size_t i = 0; i < s->name_count; i++)
        if (strcmp(s->names[i].name, name) == 0)
            return &s->names[i];
    return NULL;
}

static int open_name(struct ra_shared *s, MDB_txn *txn, const MDB_val *key)
{
    char name[RA_DB_NAME_MAX];
    MDB_dbi dbi;
    int rc;

    if (key->mv_size >= sizeof name)
        return MDB_CORRUPTED;
    memcpy(name, key->mv_data, key->mv_size);
    name[key->mv_size] = '\0';
    rc = mdb_dbi_open(txn, name, 0, &dbi);
    if (rc == 0)
        add_name(s, name, key->mv_size, dbi);
    return rc;
}

static int open_names(struct ra_shared *s, MDB_txn *txn)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    MDB_dbi main_dbi;
    int rc = mdb_dbi_open(txn, NULL, 0, &main_dbi);

    if (rc == 0)
        rc = mdb_cursor_open(txn, main_dbi, &cursor);
    if (rc != 0)
        return rc;
    while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        rc = open_name(s, txn, &key);
        if (rc != 0)
            break;
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int begin_reading(struct ra_shared *s, MDB_txn **txn)
{
    int rc = mdb_txn_begin(s->env.mdb, NULL, MDB_RDONLY, txn);

    if (rc == MDB_READERS_FULL) { /* of processes that were killed */
        int dead;
        mdb_reader_check(s->env.mdb, &dead);
        rc = mdb_txn_begin(s->env.mdb, NULL, MDB_RDONLY, txn);
    }
    return rc;
}

/* ---- open ---- */

static int open_env(struct ra_shared *s, const char *path, unsigned flags, size_t map,
                    struct ra_err *err)
{
    MDB_txn *txn;
    int rc = ra_env_open(path, flags, map, &s->env, err);

    if (rc != 0)
        return rc;
    rc = begin_reading(s, &txn);
    if (rc == 0) {
        rc = open_names(s, txn);
        if (rc == 0)
            rc = mdb_txn_commit(txn); /* keeps the handles */
        else
            mdb_txn_abort(txn);
    }
    if (rc == 0)
        return 0;
    rc = ra_env_fail(path, "cannot be read", rc, err);
    ra_env_close(&s->env);
    return rc;
}

/* LMDB would make it with the umask's bits taken away, and through a link. */
static int ensure_lock_file(const char *path, struct ra_err *err)
{
    struct ra_buf b;
    int rc;

    ra_buf_init(&b, (size_t)1 << 16);
    ra_buf_printf(&b, "%s-lock", path);
    rc = ra_place_ensure(ra_buf_z(&b), err);
    ra_buf_free(&b);
    return rc;
}

static int open_new(struct ra_shared *s, const char *snapshots, const char *path,
                    const struct stat *st, struct ra_err *err)
{
    size_t map = (size_t)st->st_size;
    int rc;

    s->writable =
        ra_place_writable(snapshots) && faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0;
    if (!s->writable)
        return open_env(s, path, MDB_RDONLY | MDB_NOLOCK, map, err);
    rc = ensure_lock_file(path, err);
    if (rc != 0)
        return rc;
    rc = open_env(s, path, 0, map + HEADROOM, err);
    if (rc == -(int)RA_EIO) /* where address space is short */
        rc = open_env(s, path, 0, map, err);
    return rc;
}

static struct ra_shared *find_open(const struct stat *st)
{
    struct ra_shared *s = all;

    while (s && (s->dev != st->st_dev || s->ino != st->st_ino || s->pid != getpid()))
        s = s->next;
    return s;
}

static void free_shared(struct ra_shared *s)
{
    for (size_t i = 0; i < s->name_count; i++)
        free(s->names[i].name);
    free(s->names);
    ra_env_close(&s->env);
    free(s);
}

static int open_locked(const char *snapshots, const char *path, struct ra_shared **out,
                       struct ra_err *err)
{
    struct ra_shared *s;
    struct stat st;
    int rc = ra_place_regular(path, err);

    if (rc != 0)
        return rc;
    if (lstat(path, &st) != 0)
        return ra_fail(err, RA_EIO, "%s: %s", path, strerror(errno));
    s = find_open(&st);
    if (!s) {
        s = ra_calloc(1, sizeof *s);
        rc = open_new(s, snapshots, path, &st, err);
        if (rc != 0) {
            free_shared(s);
            return rc;
        }
        s->dev = st.st_dev;
        s->ino = st.st_ino;
        s->pid = getpid();
        s->next = all;
        all = s;
    }
    s->users++;
    *out = s;
    return 0;
}

int ra_shared_open(const char *snapshots, const char *path, struct ra_shared **out,
                   struct ra_err *err)
{
    int rc;

    *out = NULL;
    pthread_mutex_lock(&mutex);
    rc = open_locked(snapshots, path, out, err);
    pthread_mutex_unlock(&mutex);
    return rc;
}

void ra_shared_close(struct ra_shared **sp)
{
    struct ra_shared *s = *sp;

    if (!s)
        return;
    pthread_mutex_lock(&mutex);
    if (--s->users == 0) {
        for (struct ra_shared **at = &all; *at; at = &(*at)->next) {
            if (*at == s) {
                *at = s->next;
                break;
            }
        }
        free_shared(s);
    }
    pthread_mutex_unlock(&mutex);
    *sp = NULL;
}

const char *ra_shared_path(const struct ra_shared *s)
{
    return s->env.path;
}

void ra_shared_size(const struct ra_shared *s, size_t *page, size_t *bytes)
{
    MDB_envinfo info;
    MDB_stat stat;

    mdb_env_info(s->env.mdb, &info);
    mdb_env_stat(s->env.mdb, &stat);
    *page = stat.ms_psize;
    *bytes = (info.me_last_pgno + 1) * stat.ms_psize;
}

/* ---- transactions ---- */

int ra_shared_read(struct ra_shared *s, MDB_txn **out, struct ra_err *err)
{
    int rc;

    pthread_mutex_lock(&mutex);
    rc = begin_reading(s, out);
    if (rc == MDB_MAP_RESIZED && s->users == 1) { /* another process has supplemented it */
        rc = mdb_env_set_mapsize(s->env.mdb, 0);
        if (rc == 0)
            rc = begin_reading(s, out);
    }
    pthread_mutex_unlock(&mutex);
    return rc == 0 ? 0 : ra_env_fail(s->env.path, "cannot be read", rc, err);
}

bool ra_shared_dbi(struct ra_shared *s, const char *prefix, const char *name, MDB_dbi *out)
{
    char full[RA_DB_NAME_MAX];
    const struct name *found = NULL;

    if (!ra_db_name(full, prefix, name))
        return false;
    pthread_mutex_lock(&mutex);
    found = find_name(s, full);
    if (found)
        *out = found->dbi;
    pthread_mutex_unlock(&mutex);
    return found != NULL;
}

const char *ra_shared_name(struct ra_shared *s, size_t i)
{
    const char *name;

    pthread_mutex_lock(&mutex);
    name = i < s->name_count ? s->names[i].name : NULL;
    pthread_mutex_unlock(&mutex);
    return name;
}

struct write {
    char (*names)[RA_DB_NAME_MAX];
    MDB_dbi *dbis;
    size_t n;
    int (*body)(MDB_txn *txn, const MDB_dbi *dbis, void *ctx);
    void *ctx;
};

static int write_tables(MDB_txn *txn, void *ctx)
{
    struct write *w = ctx;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < w->n; i++)
        rc = mdb_dbi_open(txn, w->names[i], MDB_CREATE, &w->dbis[i]);
    return rc == 0 ? w->body(txn, w->dbis, w->ctx) : rc;
}

static int write_locked(struct ra_shared *s, struct write *w, size_t about, struct ra_err *err)
{
    int dead, rc;

    if (!s->writable)
        return ra_fail(err, RA_EIO, "%s: cannot be written: no permission", s->env.path);
    mdb_reader_check(s->env.mdb, &dead); /* readers that were killed would keep old pages */
    s->env.pinned = s->users > 1;
    rc = ra_env_write(&s->env, about, write_tables, w, err);
    for (size_t i = 0; rc == 0 && i < w->n; i++)
        if (!find_name(s, w->names[i]))
            add_name(s, w->names[i], strlen(w->names[i]), w->dbis[i]);
    return rc;
}

int ra_shared_write(struct ra_shared *s, const char *const *tables, size_t n, size_t about,
                    int (*body)(MDB_txn *txn, const MDB_dbi *dbis, void *ctx), void *ctx,
                    struct ra_err *err)
{
    struct write w = {.n = n, .body = body, .ctx = ctx};
    int rc = 0;

    w.names = ra_calloc(n, sizeof *w.names);
    w.dbis = ra_calloc(n, sizeof *w.dbis);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (!ra_db_name(w.names[i], RA_DB_TABLE, tables[i]))
            rc = ra_fail(err, RA_EINTERNAL, "%.60s: the table's name is too long", tables[i]);
    if (rc == 0) {
        pthread_mutex_lock(&mutex);
        rc = write_locked(s, &w, about, err);
        pthread_mutex_unlock(&mutex);
    }
    free(w.names);
    free(w.dbis);
    return rc;
}
