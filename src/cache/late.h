/*
 * Values of tables whose keys come in no order, gathered until all are there and put into the
 * tables in key order then: one after another they would touch a page each, and a table that is
 * larger than a group would be written many times over. In memory as far as they are few, beyond
 * that as sorted runs in a temporary file.
 */
#ifndef RA_CACHE_LATE_H
#define RA_CACHE_LATE_H

#include "src/cache/store.h"

/* What goes wrong is told by the fill's next commit. */
void ra_late_put(struct ra_fill *f, const char *table, struct ra_str key, struct ra_str value);
/* All of it, group by group, and what else waits for a commit. */
int ra_late_write(struct ra_fill *f, struct ra_err *err);
void ra_late_free(struct ra_fill *f);

#endif
