#include "tests/crash/cache/steps.h"

#include "tests/crash/cache/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static enum steps_do todo;
static long target, seen;
static const char *done, *named;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* commits may be in another thread */

void steps_set(enum steps_do what, long at)
{
    pthread_mutex_lock(&mutex);
    todo = what;
    target = at;
    seen = 0;
    done = named = NULL;
    pthread_mutex_unlock(&mutex);
}

void steps_fail_named(const char *name)
{
    steps_set(STEPS_FAIL, 0);
    named = name;
}

long steps_seen(void)
{
    return seen;
}

const char *steps_name(void)
{
    return done;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    pause();
}

/* Counts the call; whether it is the one, and what is to be done. */
static enum steps_do enter(const char *name)
{
    enum steps_do what = STEPS_COUNT;

    pthread_mutex_lock(&mutex);
    if (++seen == target || (named && !done && strcmp(name, named) == 0)) {
        what = todo;
        done = name;
    }
    pthread_mutex_unlock(&mutex);
    if (what == STEPS_DIE)
        die();
    return what;
}

/* LMDB's calls return their error, the system's set errno: two families of wrappers. */
#define WRAP_LMDB(name, parameters, arguments)                                                     \
    int __real_##name parameters;                                                                  \
    int __wrap_##name parameters;                                                                  \
    int __wrap_##name parameters                                                                   \
    {                                                                                              \
        enum steps_do what = enter(#name);                                                         \
        if (what == STEPS_FAIL)                                                                    \
            return ENOSPC;                                                                         \
        return __real_##name arguments;                                                            \
    }

#define WRAP_SYSTEM(name, parameters, arguments)                                                   \
    int __real_##name parameters;                                                                  \
    int __wrap_##name parameters;                                                                  \
    int __wrap_##name parameters                                                                   \
    {                                                                                              \
        enum steps_do what = enter(#name);                                                         \
        if (what == STEPS_FAIL) {                                                                  \
            errno = ENOSPC;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
        return __real_##name arguments;                                                            \
    }

WRAP_LMDB(mdb_env_open, (MDB_env * env, const char *path, unsigned flags, mdb_mode_t mode),
          (env, path, flags, mode))
WRAP_LMDB(mdb_dbi_open, (MDB_txn * txn, const char *name, unsigned flags, MDB_dbi *dbi),
          (txn, name, flags, dbi))
WRAP_LMDB(mdb_cursor_open, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **cursor), (txn, dbi, cursor))
WRAP_LMDB(mdb_del, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data), (txn, dbi, key, data))
WRAP_LMDB(mdb_drop, (MDB_txn * txn, MDB_dbi dbi, int del), (txn, dbi, del))
WRAP_SYSTEM(rename, (const char *from, const char *to), (from, to))
WRAP_SYSTEM(fsync, (int fd), (fd))
WRAP_SYSTEM(unlink, (const char *path), (path))
WRAP_SYSTEM(flock, (int fd, int operation), (fd, operation))
WRAP_SYSTEM(ftruncate, (int fd, off_t length), (fd, length))

int __real_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __real_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags);
int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags);
int __real_mdb_cursor_put(MDB_cursor *cursor, MDB_val *key, MDB_val *data, unsigned flags);
int __wrap_mdb_cursor_put(MDB_cursor *cursor, MDB_val *key, MDB_val *data, unsigned flags);
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg);

static MDB_txn *writing; /* only a write can find the map full */

int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn)
{
    enum steps_do what = enter("mdb_txn_begin");
    int rc;

    if (what == STEPS_FAIL)
        return ENOSPC;
    rc = __real_mdb_txn_begin(env, parent, flags, txn);
    if (rc == 0 && !(flags & MDB_RDONLY))
        writing = *txn;
    else if (rc == 0 && writing == *txn)
        writing = NULL; /* of a file that was closed: its memory is another's */
    return rc;
}

int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags)
{
    enum steps_do what = enter("mdb_put");

    if (what == STEPS_FAIL || what == STEPS_MAP_FULL)
        return what == STEPS_FAIL ? ENOSPC : MDB_MAP_FULL;
    return __real_mdb_put(txn, dbi, key, data, flags);
}

int __wrap_mdb_cursor_put(MDB_cursor *cursor, MDB_val *key, MDB_val *data, unsigned flags)
{
    enum steps_do what = enter("mdb_cursor_put");

    if (what == STEPS_FAIL || what == STEPS_MAP_FULL)
        return what == STEPS_FAIL ? ENOSPC : MDB_MAP_FULL;
    return __real_mdb_cursor_put(cursor, key, data, flags);
}

/* LMDB ends the transaction also when the commit fails. */
int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    enum steps_do what = enter("mdb_txn_commit");

    if (what == STEPS_FAIL || (what == STEPS_MAP_FULL && txn == writing)) {
        mdb_txn_abort(txn);
        return what == STEPS_FAIL ? ENOSPC : MDB_MAP_FULL;
    }
    return __real_mdb_txn_commit(txn);
}

int __wrap_open(const char *path, int flags, ...)
{
    enum steps_do what = enter("open");
    mode_t mode = 0;
    va_list ap;
    int fd;

    if (what == STEPS_FAIL) {
        errno = ENOSPC;
        return -1;
    }
    if (flags & O_CREAT) {
        va_start(ap, flags);
        mode = va_arg(ap, mode_t);
        va_end(ap);
    }
    fd = __real_open(path, flags, mode);
    if (fd >= 0 && flags & O_EXCL)
        disk_created(path);
    return fd;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg)
{
    enum steps_do what = enter("pthread_create");

    if (what == STEPS_FAIL)
        return EAGAIN;
    return __real_pthread_create(thread, attr, run, arg);
}
