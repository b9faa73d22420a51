/*
 * A write transaction whose commit, which waits for the disk, is left to a thread while its caller
 * reads and computes what comes next. One at a time for a file, and no other write until its end.
 */
#ifndef RA_CACHE_BEHIND_H
#define RA_CACHE_BEHIND_H

#include "src/cache/env.h"

#include <pthread.h>

/* Zero-initialise. */
struct ra_behind {
    struct ra_env *env;
    MDB_txn *txn;
    enum { RA_BEHIND_IDLE, RA_BEHIND_WRITTEN, RA_BEHIND_COMMITTING, RA_BEHIND_ENDED } state;
    pthread_t thread;
    int result; /* LMDB's code of the commit */
};

/* As ra_env_write up to the commit. */
int ra_behind_write(struct ra_behind *b, struct ra_env *e, size_t about,
                    int (*body)(MDB_txn *txn, void *ctx), void *ctx, struct ra_err *err);

/* Starts the commit of what was written, if anything was. The caller's read transaction for the
 * time until the end must have been begun before. */
void ra_behind_start(struct ra_behind *b);

/* Waits until all is committed, durably; harmless when nothing was written. RA_BEHIND_AGAIN: the
 * map was full and nothing of it is committed; what body wrote from may be gone by now, so the
 * caller must begin again, with ra_env_write. */
#define RA_BEHIND_AGAIN 1
int ra_behind_end(struct ra_behind *b, struct ra_err *err);

/* Undoes what was written and not started; waits for what was, whatever comes of it. */
void ra_behind_abandon(struct ra_behind *b);

#endif
