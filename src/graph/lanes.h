/*
 * Many small requests in $batch calls of 20 (graph 6). Lanes, as many as there are connections,
 * take the next items of one list; what is throttled or failed inside a batch is put back and asked
 * for again, by the same rules as a request of its own. What an item asks and what its answer means
 * is its maker's affair.
 */
#ifndef RA_GRAPH_LANES_H
#define RA_GRAPH_LANES_H

#include "src/base/json.h"
#include "src/graph/fault.h"
#include "src/graph/internal.h"
#include "src/graph/jsonarena.h"

struct ra_lanes {
    /* the maker's */
    struct ra_graph *g;
    const char *path; /* of the service, such as "/v1.0/$batch" */
    size_t n;         /* items */
    void *ctx;
    /* Whether the item is still worth asking; NULL: each is. */
    bool (*worth)(void *ctx, size_t at);
    const char *(*name)(void *ctx, size_t at); /* for messages */
    /* Adds the item's url, and its headers if it has any, to the JSON object that is open. */
    void (*put)(void *ctx, size_t at, struct ra_json *j);
    /* The body of an answer 200; NULL when it has none. */
    void (*take)(void *ctx, size_t at, const cJSON *body);
    /* Any other answer that is final. */
    void (*refuse)(void *ctx, size_t at, const struct ra_fault *f);
    /* the machine's */
    unsigned char *tries; /* of each item */
    size_t *again;        /* items to ask for again, a stack */
    size_t again_n, next;
};

/* Until each item was taken or refused. An answer that is no batch's, and a fault of the way, is an
 * error. */
int ra_lanes_run(struct ra_lanes *l, struct ra_err *err);

#endif
