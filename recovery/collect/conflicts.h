/*
 * Objects of which one round of changes told twice, and not the same. Rounds have no order and may
 * repeat what is older, so neither is taken: the object itself is asked for (graph 5.5). Internal
 * to collect.
 */
#ifndef RA_COLLECT_CONFLICTS_H
#define RA_COLLECT_CONFLICTS_H

#include "recovery/collect/cloud.h"

struct ra_conflicts {
    struct ra_cloud_fill *f;
    struct ra_seen told[RA_DELTA_KINDS];    /* ids of this round */
    struct ra_seen removed[RA_DELTA_KINDS]; /* of those, told as removed in whatever way */
    struct ra_seen purged[RA_DELTA_KINDS];  /* and those told as removed for good */
    struct ra_sought *at;
    size_t n, cap;
};

void ra_conflicts_begin(struct ra_conflicts *x, struct ra_cloud_fill *f);
void ra_conflicts_end(struct ra_conflicts *x);

/* Takes a change up, and notes it when it contradicts one of the same round. */
int ra_conflicts_take(struct ra_conflicts *x, const struct ra_graph_object *o, struct ra_err *err);

/* After the rounds: asks for those that were noted. */
int ra_conflicts_settle(struct ra_conflicts *x, struct ra_err *err);

/* A read that was killed between the two cannot be gone on with: what it has is not settled. */
bool ra_conflicts_open(struct ra_ledger *l);

#endif
