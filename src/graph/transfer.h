/* One try of one request on libcurl: options, headers, and the callbacks that collect the answer.
 */
#ifndef RA_GRAPH_TRANSFER_H
#define RA_GRAPH_TRANSFER_H

#include "src/graph/http.h"

#include <curl/curl.h>

struct ra_transfer_setup {
    const struct ra_graph_options *o;
    size_t answer_max;
    long stall_seconds;
    struct ra_str bearer; /* for RA_HTTP_AUTH */
};

/* Sets the handle up for r and clears what an earlier try left in r->in. */
void ra_transfer_prepare(CURL *c, struct ra_request *r, const struct ra_transfer_setup *s);

/* When the last byte is there: what came packed is opened. The result for the request's owner. */
CURLcode ra_transfer_end(CURL *c, CURLcode result);

/* Frees the headers of the try, the token in them wiped. */
void ra_transfer_forget(struct ra_request *r);

#endif
