/*
 * How a long list of users is cut into parts that can be read side by side: by how the UPN begins,
 * each part one $filter, together every UPN there can be. Where many begin alike the cut goes
 * deeper. Internal to collect.
 */
#ifndef RA_COLLECT_PARTS_H
#define RA_COLLECT_PARTS_H

#include "src/base/buf.h"
#include "src/graph/graph.h"

/* Below so many users one chain is as quick. */
#define RA_PARTS_FROM (4 * 999)

/* Appends one filter a line to *out; nothing when the list is better read in one chain: too short,
 * or the service does not count such parts. total: users. Asks for counts. */
int ra_parts_plan(struct ra_graph *g, uint64_t total, struct ra_buf *out, struct ra_err *err);

#endif
