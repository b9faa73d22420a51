/*
 * A group that is committed by a thread while its fill takes the next one. One at a time.
 */
#ifndef RA_CACHE_BEHIND_H
#define RA_CACHE_BEHIND_H

#include "src/cache/store.h"

/* Takes the fill's group, which is empty afterwards. Nothing may be under way. */
void ra_behind_start(struct ra_fill *f);
/* Waits, and takes note of what is committed; 0 when nothing was under way. After an error the fill
 * takes no further group. */
int ra_behind_end(struct ra_fill *f, struct ra_err *err);
void ra_behind_free(struct ra_fill *f); /* waits first */

#endif
