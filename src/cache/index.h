/*
 * Building a snapshot's indexes, one after another: keys collected from all records, sorted, and
 * appended. The memory of one index's pairs is used again for the next.
 */
#ifndef RA_CACHE_INDEX_H
#define RA_CACHE_INDEX_H

#include "src/cache/store.h"

/* Builds the n indexes of the records committed; pairs[i] gets the number of pairs of each. */
int ra_index_build(struct ra_fill *f, const struct ra_index_builder *indexes, size_t n,
                   uint64_t *pairs, struct ra_err *err);

#endif
