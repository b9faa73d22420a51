/* The header fields of an answer that mean something to us: waits, quotas, challenges, redirects.
 * What is kept of them is visible ASCII, cut to its place. */
#ifndef RA_GRAPH_HEADER_H
#define RA_GRAPH_HEADER_H

#include "src/graph/http.h"

/* Forgets status, headers and quota, not the body. */
void ra_answer_clear(struct ra_answer *in);

/* One line as it came, with or without its CRLF; a status line begins the answer anew, for there
 * may have been an interim one. Never fails: what makes no sense is as if it were not there. */
void ra_answer_header(struct ra_answer *in, struct ra_str line);

#endif
