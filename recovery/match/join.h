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
    struct ra_str key;
    const struct ra_holder *ad, *cloud; /* valid until the next group */
    size_t ad_n, cloud_n;
};

struct ra_join;

/* which(side) names the index in each directory, or -1 for none of this side's. cloud_index: an
 * enum ra_index, or -1. overrides: the world's UPN overrides are walked too. */
struct ra_join *ra_join_open(const struct ra_world *w,
                             int (*which)(const struct ra_side *side, const void *ctx),
                             const void *ctx, int cloud_index, bool overrides);
int ra_join_next(struct ra_join *j, struct ra_join_group *out); /* 1, 0 at the end, negative */
void ra_join_close(struct ra_join *j);

#endif
