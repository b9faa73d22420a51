/*
 * Where in a group the latest bytes of each record stand, so that what is not yet committed can be
 * read back. Made when first asked, and kept up with what is added: a fill that never asks pays
 * nothing.
 */
#ifndef RA_CACHE_LATEST_H
#define RA_CACHE_LATEST_H

#include "src/cache/group.h"

/* Zero-initialise. */
struct ra_latest {
    struct ra_latest_slot *slots;
    size_t cap, n;
    size_t at;      /* of the group: looked through so far */
    uint32_t added; /* new records in that part */
};

/* Whether the group has something for the record: its bytes, absent when it is dropped. first: the
 * number of the group's first new record. Borrowed until the group's next addition. */
bool ra_latest(struct ra_latest *l, const struct ra_group *g, uint32_t first, uint32_t seq,
               struct ra_str *out);
void ra_latest_clear(struct ra_latest *l); /* as the group is cleared */
void ra_latest_free(struct ra_latest *l);

#endif
