/*
 * Finding a side's current complete snapshot, for those who read it and those who add to it.
 */
#ifndef RA_CACHE_SNAP_H
#define RA_CACHE_SNAP_H

#include "src/cache/cache.h"
#include "src/cache/shared.h"

/* Opens the file of the side's current snapshot; *number, unless NULL, gets its number.
 * RA_ENOTFOUND when the side has none. */
int ra_snap_file(struct ra_cache *c, const char *side, struct ra_shared **out, uint64_t *number,
                 struct ra_err *err);

#endif
