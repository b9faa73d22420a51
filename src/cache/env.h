/*
 * One LMDB file: opened, checked for its length, written in durable transactions that grow the map
 * when it is full, and LMDB's errors put into words with the file's name.
 */
#ifndef RA_CACHE_ENV_H
#define RA_CACHE_ENV_H

#include "src/base/err.h"
#include "src/base/text.h"

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>

/* The databases of a file. "head" is the cache's own: format, side, token, complete, the number of
 * pairs of each index, and of what a snapshot was begun from its number; "dropped", in a partial
 * file alone, has the numbers of the records that are to go. Tables and indexes carry a prefix, so
 * that none can be taken for these. */
#define RA_DB_HEAD    "head"
#define RA_DB_RECORDS "records"
#define RA_DB_DROPPED "dropped"
#define RA_DB_TABLE   "t:"
#define RA_DB_INDEX   "i:"
#define RA_DB_META    RA_DB_TABLE "meta"

#define RA_HEAD_FORMAT   "format"
#define RA_HEAD_SIDE     "side"
#define RA_HEAD_TOKEN    "token"
#define RA_HEAD_COMPLETE "complete"
#define RA_HEAD_BASE     "base"   /* number of the snapshot that this one was begun from */
#define RA_HEAD_COPIED   "copied" /* all that was in it is here */
#define RA_HEAD_MOVED    "moved"  /* records have other numbers than they were given */

struct ra_env {
    MDB_env *mdb;
    char *path;
    size_t map;
    bool pinned; /* others read through this map: it cannot be made larger now */
    void (*before_growing)(void *ctx); /* or it can, after this has waited for them */
    void *before_growing_ctx;
};

/* Fills *err from an LMDB or errno code; doing is what failed, such as "cannot be written". */
int ra_env_fail(const char *path, const char *doing, int rc, struct ra_err *err);

/* What a reader does that finds a committed page not to be what it must be, where it can give no
 * error back: "nothing is there" would be an answer, and a wrong one. Says so and ends the process,
 * which the store survives. */
_Noreturn void ra_env_lost(const char *path, int rc, const char *what); /* what: when rc is 0 */

/* Opens the file at path, which must be there. map is the wanted size of the map in bytes; it is
 * never less than the file. RA_EINTEGRITY when the file is shorter than it says. */
int ra_env_open(const char *path, unsigned flags, size_t map, struct ra_env *out,
                struct ra_err *err);
void ra_env_close(struct ra_env *e);

/* Runs body in one write transaction and commits it durably. body returns an LMDB code; when the
 * map is full everything is undone, the map doubled, and body called again from the start. about:
 * the bytes that body will write, for which room is made first. */
int ra_env_write(struct ra_env *e, size_t about, int (*body)(MDB_txn *txn, void *ctx), void *ctx,
                 struct ra_err *err);

/* Makes the map large enough for so many more bytes, so that a write need not. */
int ra_env_room(struct ra_env *e, size_t about, struct ra_err *err);

/* Names a database NAME with its prefix; NUL-terminated, false when it does not fit. */
#define RA_DB_NAME_MAX 128
bool ra_db_name(char out[RA_DB_NAME_MAX], const char *prefix, const char *name);

MDB_val ra_val(const void *p, size_t n);
MDB_val ra_val_z(const char *z);

#endif
