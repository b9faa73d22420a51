/*
 * What a fill has been given since its last commit, in one growing buffer, in order. It is kept
 * until a commit succeeds, so that a group can be written again when the map was full.
 */
#ifndef RA_CACHE_GROUP_H
#define RA_CACHE_GROUP_H

#include "src/base/err.h"
#include "src/base/text.h"

#include <lmdb.h>
#include <stdint.h>

struct ra_group_table {
    char *name; /* with its prefix */
    MDB_dbi dbi;
    bool open; /* in the transaction at hand */
};

struct ra_group {
    unsigned char *p;
    size_t n, cap;
    struct ra_group_table *tables;
    size_t table_count, table_cap;
    struct ra_group_table dropped; /* its name is not used */
    struct ra_err bad;             /* what could not be taken; the commit reports it */
};

void ra_group_free(struct ra_group *g);
void ra_group_record(struct ra_group *g, struct ra_str record);
void ra_group_replace(struct ra_group *g, uint32_t seq, struct ra_str record);
void ra_group_drop(struct ra_group *g, uint32_t seq);
void ra_group_put(struct ra_group *g, const char *table, struct ra_str key, struct ra_str value);
void ra_group_delete(struct ra_group *g, const char *table, struct ra_str key);
void ra_group_empty(struct ra_group *g, const char *table);

/* Writes all of it; records are numbered from first. LMDB codes. */
int ra_group_write(struct ra_group *g, MDB_txn *txn, MDB_dbi records, uint32_t first);

/* Calls each for the records, in order. */
void ra_group_records(const struct ra_group *g, void (*each)(void *ctx, struct ra_str record),
                      void *ctx);

/* The next thing from *at on, which starts as 0, that makes, replaces or drops a record: its
 * number, UINT32_MAX for a new one, and its bytes, absent when it is dropped. Borrowed until the
 * next addition. False at the end, where *at stays good for what is added later. */
bool ra_group_next_record(const struct ra_group *g, size_t *at, uint32_t *seq,
                          struct ra_str *bytes);

/* Forgets what was written. */
void ra_group_clear(struct ra_group *g);

#endif
