#include "src/cache/pairs.h"

#include "src/base/mem.h"
#include "src/cache/key.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE ((size_t)2 << 20)
#define AHEAD      8 /* pairs whose keys are fetched before they are needed */

void ra_pairs_free(struct ra_pairs *p)
{
    for (size_t i = 0; i < p->block_count; i++)
        free(p->blocks[i]);
    free(p->blocks);
    free(p->at);
    *p = (struct ra_pairs){0};
}

void ra_pairs_clear(struct ra_pairs *p)
{
    p->n = p->used = p->bytes = 0;
}

size_t ra_pairs_size(const struct ra_pairs *p)
{
    return p->n * sizeof *p->at + p->bytes;
}

/* Sorted keys lie about at random: large pages spare a walk of the page table for each of them. The
 * pages of the first block the processor knows by heart, and fresh large ones are to be cleared. */
static unsigned char *new_block(bool first)
{
    void *block = aligned_alloc(LARGE_PAGE, RA_PAIRS_BLOCK);

    if (!block)
        return ra_malloc(RA_PAIRS_BLOCK);
#ifdef MADV_HUGEPAGE
    if (!first)
        madvise(block, RA_PAIRS_BLOCK, MADV_HUGEPAGE);
#endif
    return block;
}

/* Room for n bytes within one block. */
static size_t reserve(struct ra_pairs *p, size_t n)
{
    size_t left = RA_PAIRS_BLOCK - p->used % RA_PAIRS_BLOCK, at;

    if (left < n)
        p->used += left;
    at = p->used;
    if (at / RA_PAIRS_BLOCK == p->block_count) {
        p->blocks = ra_grow(p->blocks, &p->block_cap, p->block_count + 1, sizeof *p->blocks);
        p->blocks[p->block_count] = new_block(p->block_count == 0);
        p->block_count++;
    }
    p->used += n;
    p->bytes += n;
    return at;
}

bool ra_pairs_add(struct ra_pairs *p, struct ra_str key, const unsigned char value[RA_PAIR_VALUE])
{
    size_t n = ra_key_size(key);
    struct ra_pairs_item *x;

    if (n > RA_KEY_ROOM)
        return false;
    if (p->n == p->cap)
        p->at = ra_grow(p->at, &p->cap, p->n + 1, sizeof *p->at);
    x = &p->at[p->n++];
    x->where = (uint64_t)reserve(p, n) << RA_PAIRS_LENGTH_BITS | n;
    memcpy(&x->value, value, sizeof x->value);
    x->value = be64toh(x->value);
    ra_key_store(ra_pairs_at(p, x), key);
    return true;
}

/* Not to be inlined: gcc takes a function that only prefetches for one without effect. */
void ra_pairs_fetch(const struct ra_pairs *p, size_t i)
{
    const unsigned char *key;

    if (i + AHEAD >= p->n)
        return;
    key = ra_pairs_at(p, &p->at[i + AHEAD]);
    __builtin_prefetch(key);
    __builtin_prefetch(key + ra_pairs_length(&p->at[i + AHEAD]) - 1);
}
