/*
 * Joining by merging: the AD side's directories and the cloud side walked together over one index
 * each, key by key, with everybody on both sides who holds the key. Internal to match.
 */
#ifndef RA_MATCH_JOIN_H
#define RA_MATCH_JOIN_H

#include "recovery/match/world.h"

struct ra_holder {
    uint32_t number; /* over all directories; of the cloud: the sequence number */
    uint8_t kind, bits;
};

struct ra_join_group {
    const struct ra_holder *ad, *cloud; /* borrowed for the call */
    size_t ad_n, cloud_n;
};

typedef void ra_join_fn(struct ra_world *w, const struct ra_join_group *g, void *ctx);

/* which(side, of) names the index in each directory, or -1 where a directory has none; cloud_index:
 * an enum ra_index, or -1; overrides: the world's UPN overrides are walked too. */
struct ra_join_spec {
    int (*which)(const struct ra_side *side, const void *of);
    const void *of;
    int cloud_index;
    bool overrides;
};

/* Calls each for every key that an AD object shares with another object of either side, in no
 * particular order; the key itself is not told. RA_EINTEGRITY for a damaged store. */
int ra_join(struct ra_world *w, const struct ra_join_spec *spec, ra_join_fn *each, void *ctx);

#endif
