/*
 * Where a read of the cloud puts its objects: into a snapshot begun anew, or into one begun from
 * the current snapshot. That one is opened only when something first differs: a read that finds
 * nothing new writes no million records. Objects are known by their folded id. Internal to collect.
 */
#ifndef RA_COLLECT_LEDGER_H
#define RA_COLLECT_LEDGER_H

#include "recovery/collect/internal.h"

#define RA_TABLE_MARKS    "marks"
#define RA_TABLE_REFUSALS "refusals"
#define RA_ID_ROOM        256 /* bytes of a folded id; longer ones are refused by the reader */

struct ra_ledger {
    struct ra_cache *cache;
    char token[128];
    struct ra_fill *fill;          /* NULL as long as nothing differs */
    struct ra_snap *base;          /* the current snapshot; NULL when the read is anew */
    struct ra_seen added;          /* id -> number of what this fill has added */
    uint64_t changed;              /* records added, replaced or dropped by this process */
    uint64_t live[RA_COLLECTIONS]; /* objects that there are, kept once they are counted */
    bool counted;
    struct ra_buf old; /* what ra_ledger_read handed out */
};

/* Begins anew, or goes on with what a read of the same token left: *resumed. */
int ra_ledger_open(struct ra_ledger *l, struct ra_cache *c, const char *token, bool *resumed,
                   struct ra_err *err);
/* On top of the current snapshot. RA_ENOTFOUND when there is none. */
int ra_ledger_open_next(struct ra_ledger *l, struct ra_cache *c, const char *token, bool *resumed,
                        struct ra_err *err);
void ra_ledger_close(struct ra_ledger *l);   /* what was committed stays for a resume */
void ra_ledger_discard(struct ra_ledger *l); /* and here it does not */

struct ra_str ra_folded_id(struct ra_str id, char room[RA_ID_ROOM]);

/* 1 and the object's number, 0 when there is none, negative for a damaged store. id is folded. */
int ra_ledger_find(struct ra_ledger *l, struct ra_str id, uint32_t *seq, struct ra_err *err);
/* Its bytes; absent when it was dropped. Valid until the ledger is next called. */
int ra_ledger_read(struct ra_ledger *l, uint32_t seq, struct ra_str *out, struct ra_err *err);
/* Makes the object's record these bytes; *changed, unless NULL, tells whether it was another. */
int ra_ledger_put(struct ra_ledger *l, struct ra_str id, struct ra_str record, bool *changed,
                  struct ra_err *err);
int ra_ledger_drop(struct ra_ledger *l, uint32_t seq, struct ra_err *err);

/* Every object: calls each; which may put and drop. */
int ra_ledger_walk(struct ra_ledger *l,
                   int (*each)(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err),
                   void *ctx, struct ra_err *err);

/* From now on live tells how many objects there are of each collection. What began empty was
 * counted as it came; anything else is walked over the first time. */
int ra_ledger_count(struct ra_ledger *l, struct ra_err *err);

/* A mark as it was committed; absent when there is none. Valid until the ledger is next called. */
struct ra_str ra_ledger_mark(struct ra_ledger *l, const char *key);

#endif
