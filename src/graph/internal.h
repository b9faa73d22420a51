/* What the files of this room share: the handle, and the tables of collections and documents. */
#ifndef RA_GRAPH_INTERNAL_H
#define RA_GRAPH_INTERNAL_H

#include "src/base/mem.h"
#include "src/graph/ahead.h"
#include "src/graph/endpoint.h"
#include "src/graph/graph.h"
#include "src/graph/http.h"
#include "src/graph/token.h"

struct ra_graph {
    struct ra_graph_options o; /* its strings are owned */
    struct ra_http_tuning tuning;
    struct ra_endpoint graph, login;
    struct ra_http *http;   /* NULL for saved responses */
    struct ra_token *token; /* the same */
    struct ra_arena page;   /* the tree and the objects of one page */
    struct ra_ahead_pages ahead;
};

/* The seam for tests: as ra_graph_open, with what they turn. */
int ra_graph_open_tuned(const struct ra_graph_options *o, const struct ra_http_tuning *tuning,
                        struct ra_graph **out, struct ra_err *err);

/* RA_ESIGNAL once the run must end, else 0. */
int ra_graph_stopped(const struct ra_graph *g, struct ra_err *err);

/* The path behind the host with version and $select, such as "/v1.0/users?$select=…&$top=999". */
const char *ra_collection_path(enum ra_collection c);
const char *ra_collection_count_path(enum ra_collection c);
/* NULL for what has no path of its own. */
const char *ra_document_path(enum ra_document d);

/* Where a page is from, and the code for one that is not what it should be: live answers are the
 * server's fault, saved ones bad input. */
struct ra_source {
    const char *name;   /* "users", or the file's path */
    enum ra_code fault; /* RA_ESERVER or RA_EINPUT */
    bool delta;         /* changes: @removed may stand in an object */
};

#endif
