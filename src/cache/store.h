/*
 * The cache's own structs, shared by the files of this folder.
 */
#ifndef RA_CACHE_STORE_H
#define RA_CACHE_STORE_H

#include "src/base/buf.h"
#include "src/cache/cache.h"
#include "src/cache/env.h"
#include "src/cache/group.h"
#include "src/cache/hash.h"
#include "src/cache/latest.h"

#include <pthread.h>

struct ra_cache {
    char *dir, *snapshots;
    bool write;
    int lock;                   /* descriptor, -1 without write */
    pthread_mutex_t mutex;      /* over fills: they may be opened from several threads */
    struct ra_fill *fills;      /* open ones: a side has one at most */
    pthread_mutex_t building;   /* held by the one fill that builds its indexes */
    struct ra_sweeper *sweeper; /* frees what was cleared away; NULL when nothing was */
    size_t pairs_max;           /* bytes of pairs in memory where it is more than one index's */
    size_t late_max; /* bytes of a table's values in memory before they are put in order */
};

struct ra_fill {
    struct ra_cache *cache;
    struct ra_fill *next;
    char *side;
    uint64_t number;
    struct ra_env env;
    MDB_dbi head, records;
    struct ra_group group;
    struct ra_latest latest;   /* of the group's records */
    struct ra_behind *behind;  /* the group of a commit in a thread, or NULL */
    struct ra_early *early;    /* keys of what is committed, or NULL */
    struct ra_late *late;      /* what goes into tables in order at the end, or NULL */
    bool under_way;            /* that one is being committed */
    uint32_t committed, given; /* records in the file; the next sequence number */
    struct ra_hash *hash;      /* of the first hashed records */
    uint32_t hashed;
    struct ra_buf value;  /* what ra_fill_get and ra_fill_read handed out */
    struct ra_snap *base; /* that it was begun from, or NULL */
};

/* Fills *err when the cache was opened for reading alone. */
int ra_cache_need_write(const struct ra_cache *c, struct ra_err *err);

/* The struct alone, entered among the cache's open fills; base is taken over, also on an error. */
int ra_fill_new(struct ra_cache *c, const char *side, struct ra_snap *base, struct ra_fill **out,
                struct ra_err *err);

/* Opens the partial file to go on with, or a new one. */
int ra_fill_begin(struct ra_fill *f, struct ra_str token, bool *resumed, struct ra_err *err);

/* Copies records and tables of f->base into the file just begun. */
int ra_fill_copy(struct ra_fill *f, struct ra_err *err);

/* Closes the gaps that dropped records left. */
int ra_fill_compact(struct ra_fill *f, struct ra_err *err);

/* Takes what an interrupted finish left out of a partial snapshot: indexes and "complete". */
int ra_fill_unfinish(struct ra_fill *f, struct ra_err *err);

#endif
