/*
 * DIR/lock: flock()ed by the one process that writes the store, whose pid and start it names. The
 * kernel takes the lock away with the process, so a dead one never blocks the next.
 */
#ifndef RA_CACHE_LOCK_H
#define RA_CACHE_LOCK_H

#include "src/base/err.h"

/* The descriptor that holds the lock, or -RA_ELOCKED naming the holder. */
int ra_lock_take(const char *dir, struct ra_err *err);
void ra_lock_drop(int *fd); /* takes -1 */

#endif
