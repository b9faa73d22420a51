/*
 * Joining by merging: several sorted indexes of both sides walked together once, key by key, with
 * everybody who holds the key. Internal to match.
 */
#ifndef RA_MATCH_JOIN_H
#define RA_MATCH_JOIN_H

#include "recovery/match/world.h"

/* As what an object holds a key. Most joins are of two ways; only the one over all anchors has the
 * others: objectGUID beside the anchor, deviceId beside immutableId. */
enum ra_hold {
    RA_HOLD_AD,
    RA_HOLD_GUID,
    RA_HOLD_CLOUD, /* this and what follows: of the cloud */
    RA_HOLD_DEVICE,
    RA_HOLDS
};

struct ra_holder {
    uint32_t number; /* over all directories; of the cloud: the sequence number */
    uint8_t kind, bits;
};

struct ra_holders {
    const struct ra_holder *all; /* borrowed for the call */
    size_t n;
};

/* One index that is walked: of each directory, or of the cloud. anchor: the index that carries this
 * attribute, where a directory has one; NULL: index. */
struct ra_join_index {
    enum ra_hold as;
    enum ra_index index;
    const struct ra_anchor_attribute *anchor;
};

struct ra_join_spec {
    const struct ra_join_index *indexes;
    size_t n;
    bool overrides; /* the world's UPN overrides are walked too, as RA_HOLD_AD */
};

/* of: the holders of one key, by how they hold it. */
typedef void ra_join_fn(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx);

/* Calls each for every key that an AD object shares with a cloud object, or in the same way with
 * another AD object, in no particular order; the key itself is not told. RA_EINTEGRITY for a
 * damaged store. */
int ra_join(struct ra_world *w, const struct ra_join_spec *spec, ra_join_fn *each, void *ctx);

/* Over one index of all directories and one of the cloud. */
int ra_join_two(struct ra_world *w, enum ra_index ad, enum ra_index cloud, ra_join_fn *each);

#endif
