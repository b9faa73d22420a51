/* Inside the HTTP engine: a whole answer that came compressed, opened in one go. */
#ifndef RA_GRAPH_GZIP_H
#define RA_GRAPH_GZIP_H

#include "src/base/buf.h"
#include "src/base/text.h"

/* Puts into out what is packed. False when it is cut short, damaged, or not gzip; and when it is
 * more than out may hold, with out's overflow set. */
bool ra_gzip_open(struct ra_str packed, struct ra_buf *out);

#endif
