/*
 * The SHA-256 of a snapshot's records in order. Each goes in with its length before it, as four
 * bytes, the highest first: bytes that move from one record to the next change the hash.
 */
#ifndef RA_CACHE_HASH_H
#define RA_CACHE_HASH_H

#include "src/base/text.h"

#define RA_HASH_TEXT 65

struct ra_hash;

struct ra_hash *ra_hash_new(void);
void ra_hash_add(struct ra_hash *h, struct ra_str record);
void ra_hash_text(struct ra_hash *h, char out[RA_HASH_TEXT]); /* ends it */
void ra_hash_free(struct ra_hash **h);

#endif
