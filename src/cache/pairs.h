/*
 * The (key, value) pairs of one index: collected in any order, then sorted as LMDB orders them, by
 * key (memcmp, then length) and value. A pair costs its key's bytes and 24 more.
 */
#ifndef RA_CACHE_PAIRS_H
#define RA_CACHE_PAIRS_H

#include "src/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RA_PAIR_VALUE 8

struct ra_pairs_item;

struct ra_pairs {
    struct ra_pairs_item *at;
    size_t n, cap;
    unsigned char *keys; /* as stored, see key.h */
    size_t used, room;
};

void ra_pairs_free(struct ra_pairs *p);
void ra_pairs_clear(struct ra_pairs *p); /* keeps its memory */

/* Copies the pair; false when the key is longer than LMDB's longest. */
bool ra_pairs_add(struct ra_pairs *p, struct ra_str key, const unsigned char value[RA_PAIR_VALUE]);

void ra_pairs_sort(struct ra_pairs *p);

/* The i-th pair: the stored key, borrowed until the next add, and its value. */
struct ra_str ra_pairs_key(const struct ra_pairs *p, size_t i);
/* Asks the memory for keys a little behind i: sorted keys lie about at random. */
void ra_pairs_fetch(const struct ra_pairs *p, size_t i);
void ra_pairs_value(const struct ra_pairs *p, size_t i, unsigned char out[RA_PAIR_VALUE]);

#endif
