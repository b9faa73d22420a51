/*
 * A second look at a collection whose objects and count differ by no more than the count may lag:
 * is the count behind, or is something missing? The index that the count comes from is asked for
 * the ids that it counts, and what of those is not here is looked for one by one. Where the index
 * does not list what it counts either, changes from the beginning on list the ids once more.
 * Internal to collect.
 */
#ifndef RA_COLLECT_RECHECK_H
#define RA_COLLECT_RECHECK_H

#include "recovery/collect/cloud.h"

struct ra_recheck {
    bool looked;     /* false: the service lists no ids so, nothing was learned */
    uint64_t missed; /* objects that are there and were not here; taken up now */
    uint64_t gone;   /* objects that were here and are there no more */
};

/* After a read of everything: takes up what is missing. RA_EINCOMPLETE when the count cannot be
 * explained, or a list goes on leaving out what is there. */
int ra_recheck_anew(struct ra_cloud_fill *f, enum ra_collection c, struct ra_recheck *out,
                    struct ra_err *err);
/* After changes: only counts what is missing and gone, of which no change told. */
int ra_recheck_refresh(struct ra_cloud_fill *f, enum ra_collection c, struct ra_recheck *out,
                       struct ra_err *err);

#endif
