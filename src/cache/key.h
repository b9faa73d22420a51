/*
 * Keys as LMDB can hold them: it knows none of zero bytes. A key that is empty or begins with a
 * zero byte gets one more in front. That keeps the order, keeps keys apart, and leaves every other
 * key as it is.
 */
#ifndef RA_CACHE_KEY_H
#define RA_CACHE_KEY_H

#include "src/base/text.h"

#include <lmdb.h>
#include <string.h>

#define RA_KEY_ROOM 511 /* LMDB's longest key */

/* Bytes that it takes when stored. Inline, as the next: called for every key of every record. */
static inline size_t ra_key_size(struct ra_str key)
{
    return key.n + (key.n == 0 || key.p[0] == '\0' ? 1 : 0);
}

static inline void ra_key_store(unsigned char *to, struct ra_str key)
{
    size_t front = ra_key_size(key) - key.n;

    to[0] = 0;
    if (key.n)
        memcpy(to + front, key.p, key.n);
}

/* Borrowed from what is stored. */
static inline struct ra_str ra_key_load(const MDB_val *stored)
{
    const char *p = stored->mv_data;
    size_t front = stored->mv_size && p[0] == '\0' ? 1 : 0;

    return (struct ra_str){p + front, stored->mv_size - front};
}

/* The key for a look-up: points at the key itself or into room. Past RA_KEY_ROOM it is cut. */
MDB_val ra_key_val(struct ra_str key, unsigned char room[RA_KEY_ROOM]);

#endif
