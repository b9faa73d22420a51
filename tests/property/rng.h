/* A small random number generator (splitmix64): the same seed gives the same organisation anywhere.
 */
#ifndef RA_TESTS_PROPERTY_RNG_H
#define RA_TESTS_PROPERTY_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

uint64_t rng_next(struct rng *r);
size_t rng_below(struct rng *r, size_t n);             /* 0 … n-1; 0 for n = 0 */
size_t rng_between(struct rng *r, size_t a, size_t b); /* both included */
bool rng_percent(struct rng *r, unsigned percent);
void rng_bytes(struct rng *r, void *p, size_t n);
void rng_shuffle(struct rng *r, uint32_t *order, size_t n);

#endif
