/*
 * From a key to the objects that carry it: a table of 64-bit hashes with any number of objects a
 * key. A hit is a candidate: whoever asks compares the property itself. Not for threads to share
 * unlocked.
 */
#ifndef RA_REHEARSAL_INDEX_H
#define RA_REHEARSAL_INDEX_H

#include "src/base/text.h"

#include <stdint.h>

struct ra_sim_object;

struct ra_sim_index {
    struct ra_sim_slot {
        uint64_t hash;
        struct ra_sim_object *object; /* NULL: free or left */
        bool used;                    /* was ever taken: a search goes on past it */
    } * slots;
    size_t cap, n; /* cap is a power of two; n counts used slots */
    bool fold;     /* keys are compared without letter case */
};

void ra_sim_index_free(struct ra_sim_index *x);
void ra_sim_index_add(struct ra_sim_index *x, struct ra_str key, struct ra_sim_object *o);
void ra_sim_index_remove(struct ra_sim_index *x, struct ra_str key, const struct ra_sim_object *o);

/* The next candidate for key; *at starts at 0 and is the place to go on from. NULL at the end. */
struct ra_sim_object *ra_sim_index_next(const struct ra_sim_index *x, struct ra_str key,
                                        size_t *at);

#endif
