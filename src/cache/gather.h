/*
 * The sorted pairs of one index, gathered from all records in a thread of its own while the caller
 * writes another index. The records do not change meanwhile; the map must not be made larger. When
 * there would be too many pairs in memory, the thread waits until the other index is written.
 */
#ifndef RA_CACHE_GATHER_H
#define RA_CACHE_GATHER_H

#include "src/cache/pairs.h"
#include "src/cache/store.h"

struct ra_gather {
    struct ra_fill *fill;
    const struct ra_index_builder *index;
    struct ra_pairs pairs; /* the caller's to use after ra_gather_wait */
    MDB_txn *txn;
    MDB_cursor *cursor;
    pthread_t thread;
    bool running; /* in the thread */
    bool early;   /* the pairs are there already */
    int rc;
    struct ra_err err;
    pthread_mutex_t mutex; /* over most */
    pthread_cond_t more;
    size_t most; /* bytes of pairs to stop at for now */
};

void ra_gather_init(struct ra_gather *g);
void ra_gather_free(struct ra_gather *g); /* waits first */

/* Begins, up to most bytes of pairs; what goes wrong is told by ra_gather_wait. */
void ra_gather_start(struct ra_gather *g, struct ra_fill *f, const struct ra_index_builder *index,
                     size_t most);
void ra_gather_go_on(struct ra_gather *g); /* without a limit */

/* Waits for the end, also a second time; lifts the limit. */
int ra_gather_wait(struct ra_gather *g, struct ra_err *err);

#endif
