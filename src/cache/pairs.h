/*
 * The (key, value) pairs of one index: collected in any order, then sorted as LMDB orders them, by
 * key (memcmp, then length) and value. A pair costs its key's bytes and 24 more.
 */
#ifndef RA_CACHE_PAIRS_H
#define RA_CACHE_PAIRS_H

#include "src/base/text.h"

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RA_PAIR_VALUE 8

struct ra_pairs_item {
    uint64_t window; /* what the pairs are compared by while they are sorted */
    uint64_t where;  /* the key's place and, in the low bits, its length */
    uint64_t value;  /* big-endian, so that numbers order as the bytes do */
};

#define RA_PAIRS_LENGTH_BITS 16
#define RA_PAIRS_BLOCK       ((size_t)8 << 20)

/* Keys stand in blocks that never move, as they are stored (key.h). */
struct ra_pairs {
    struct ra_pairs_item *at;
    size_t n, cap;
    unsigned char **blocks;
    size_t block_count, block_cap;
    size_t used, bytes; /* of the blocks from the first; of the keys */
};

static inline size_t ra_pairs_length(const struct ra_pairs_item *x)
{
    return x->where & ((1U << RA_PAIRS_LENGTH_BITS) - 1);
}

static inline unsigned char *ra_pairs_at(const struct ra_pairs *p, const struct ra_pairs_item *x)
{
    size_t at = x->where >> RA_PAIRS_LENGTH_BITS;

    return p->blocks[at / RA_PAIRS_BLOCK] + at % RA_PAIRS_BLOCK;
}

void ra_pairs_free(struct ra_pairs *p);
void ra_pairs_clear(struct ra_pairs *p); /* keeps its memory */

/* Copies the pair; false when the key is longer than LMDB's longest. */
bool ra_pairs_add(struct ra_pairs *p, struct ra_str key, const unsigned char value[RA_PAIR_VALUE]);

size_t ra_pairs_size(const struct ra_pairs *p); /* bytes that the pairs take */
void ra_pairs_sort(struct ra_pairs *p);

/* The i-th pair: the stored key, borrowed until the next add, and its value. */
static inline struct ra_str ra_pairs_key(const struct ra_pairs *p, size_t i)
{
    return (struct ra_str){(const char *)ra_pairs_at(p, &p->at[i]), ra_pairs_length(&p->at[i])};
}

static inline void ra_pairs_value(const struct ra_pairs *p, size_t i,
                                  unsigned char out[RA_PAIR_VALUE])
{
    uint64_t v = htobe64(p->at[i].value);

    memcpy(out, &v, sizeof v);
}

/* Asks the memory for keys a little behind i: sorted keys lie about at random. */
void ra_pairs_fetch(const struct ra_pairs *p, size_t i);

#endif
