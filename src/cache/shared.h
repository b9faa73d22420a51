/*
 * A complete snapshot's file as this process has it open. LMDB wants a file opened once a process
 * (a second close would take the first one's locks away), and database handles opened once for
 * all transactions; so snapshots that are read and the one that is supplemented share it here. The
 * list is the process's, as LMDB's rule is, and safe for threads.
 */
#ifndef RA_CACHE_SHARED_H
#define RA_CACHE_SHARED_H

#include "src/cache/env.h"

struct ra_shared;

/* Opens the file or takes the open one. Files that cannot be written, and folders, are read without
 * LMDB's locks. RA_ENOTFOUND when it is not there, RA_EINTEGRITY when it is damaged. */
int ra_shared_open(const char *snapshots, const char *path, struct ra_shared **out,
                   struct ra_err *err);
void ra_shared_close(struct ra_shared **s);

const char *ra_shared_path(const struct ra_shared *s);

/* LMDB's page size, and the bytes of the file that are in use. */
void ra_shared_size(const struct ra_shared *s, size_t *page, size_t *bytes);

/* Begins a read transaction; it ends with mdb_txn_abort. */
int ra_shared_read(struct ra_shared *s, MDB_txn **out, struct ra_err *err);

/* The handle of a named database; false when there is none. */
bool ra_shared_dbi(struct ra_shared *s, const char *prefix, const char *name, MDB_dbi *out);

/* The i-th name that the file had when it was opened or got since; NULL past the last. Borrowed. */
const char *ra_shared_name(struct ra_shared *s, size_t i);

/* As ra_env_write; body changes the tables, which are made when they are not there. dbis: their
 * handles, in the order of the names. */
int ra_shared_write(struct ra_shared *s, const char *const *tables, size_t n, size_t about,
                    int (*body)(MDB_txn *txn, const MDB_dbi *dbis, void *ctx), void *ctx,
                    struct ra_err *err);

#endif
