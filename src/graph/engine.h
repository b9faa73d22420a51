/* Inside the HTTP engine: its state, and the split between the loop (http.c) and the judgement of a
 * finished try (outcome.c). */
#ifndef RA_GRAPH_ENGINE_H
#define RA_GRAPH_ENGINE_H

#include "src/graph/http.h"
#include "src/graph/pump.h"

#include <curl/curl.h>

struct ra_http {
    struct ra_pump *pump;
    const struct ra_graph_options *o;
    const struct ra_endpoint *graph;
    struct ra_bearer bearer;
    struct ra_retry_rule rule;
    size_t answer_max;
    long stall_seconds;
    struct ra_request **list;
    size_t n, cap;
    int sending; /* requests that carry the token */
    uint64_t turn;
    int64_t hold_until_ms; /* graph 7.5: asking while throttled counts against us */
    struct ra_governor governor;
    int64_t paced_until_ms; /* told so far */
    bool renewing;
    bool reached[2]; /* an answer ever came: from the login host, from the Graph host */
    CURL **idle;
    size_t idle_n, idle_cap;
    struct ra_graph_stats stats;
};

/* The one setter. Entering SENDING is http.c's affair alone. */
void ra_request_set_state(struct ra_http *h, struct ra_request *r, enum ra_request_state to);

/* A new URL is a new request: its counters begin again, and it is queued. */
void ra_request_begin_next(struct ra_http *h, struct ra_request *r);

/* What the end of a try means: sets the next state, or fails for good with a negative code. */
int ra_http_outcome(struct ra_http *h, struct ra_request *r, CURLcode result, struct ra_err *err);

#endif
