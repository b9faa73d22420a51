/*
 * Keys that were taken of records while these were committed, so that finish need not read all
 * records again for them: of as many indexes, in their order, as fit into a part of the memory.
 * They are there or they are not: whatever does not go as foreseen gives them up, and finish reads.
 */
#ifndef RA_CACHE_EARLY_H
#define RA_CACHE_EARLY_H

#include "src/cache/pairs.h"
#include "src/cache/store.h"

/* Nothing may have been committed yet. The builders are the caller's until finish. */
void ra_early_begin(struct ra_fill *f, const struct ra_index_builder *indexes, size_t n);
/* Of a group that is in the file now; first: the number of its first new record, next: the one
 * behind its last. One group at a time. */
void ra_early_take(struct ra_fill *f, const struct ra_group *g, uint32_t first, uint32_t next);
/* A record was changed. Safe while another thread takes. */
void ra_early_spoil(struct ra_fill *f);
/* Sorts what was taken, in a thread. Keys that are taken later cost it once more. */
void ra_early_sort(struct ra_fill *f);
/* Whether the index's pairs, of all records, can be handed over. */
bool ra_early_has(const struct ra_fill *f, const struct ra_index_builder *index);
/* Hands them over, sorted, once; *out is empty. */
void ra_early_give(struct ra_fill *f, const struct ra_index_builder *index, struct ra_pairs *out);
void ra_early_free(struct ra_fill *f);

#endif
