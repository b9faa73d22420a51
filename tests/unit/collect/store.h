/* A store of its own for each test of the cloud's reader, and records to put there. */
#ifndef RA_TESTS_COLLECT_STORE_H
#define RA_TESTS_COLLECT_STORE_H

#include "recovery/collect/cloud.h"

struct store {
    char dir[64];
    struct ra_cache *cache;
    struct ra_buf record;
    struct ra_err err;
};

void store_begin(struct store *s);
void store_end(struct store *s);

/* A record of that id and name; valid until the next call. */
struct ra_str store_record(struct store *s, enum ra_kind kind, const char *id, const char *name,
                           bool deleted);
/* Finishes what the ledger has as the cloud's snapshot. */
void store_finish(struct store *s, struct ra_ledger *l);

#endif
