/*
 * One chain of pages, each page's @odata.nextLink leading to the next, to the page without one.
 * Lost page tokens are mended: the page before is read again, and if that does not help the chain
 * is read from its start once more; so a page may come twice, but none is left out.
 */
#ifndef RA_GRAPH_CHAIN_H
#define RA_GRAPH_CHAIN_H

#include "src/graph/fault.h"
#include "src/graph/guard.h"
#include "src/graph/internal.h"
#include "src/graph/jsonarena.h"

struct ra_pages {
    /* the maker's */
    struct ra_graph *g;
    const char *where;
    unsigned flags; /* RA_HTTP_EVENTUAL or 0 */
    bool single;    /* a body without "value" is a page of its own */
    bool tokens;    /* a page token that is lost for good is told to refused, not an error */
    /* A page: value is the array (NULL for a single object); next is absent on the last one. A
     * negative return ends everything. */
    int (*page)(struct ra_pages *p, const cJSON *root, const cJSON *value, struct ra_str next,
                struct ra_err *err);
    /* A final answer that is not 200 and not about page tokens: 0 ends the chain quietly. */
    int (*refused)(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err);
    void *ctx;
    size_t index;
    uint64_t objects; /* delivered so far, the current page not included */
    bool ended;       /* the last page came */
    /* the machine's */
    char *first, *before; /* where the chain starts; the URL that the last page came from */
    enum { RA_BACK_NO, RA_BACK_REREADING, RA_BACK_REREAD } back; /* the page before, once */
    int doubtful; /* second readings in a row that took a retry */
    bool restarted;
    struct ra_guard guard;
    struct ra_ahead_page *parsed; /* the answer, or NULL: not yet */
    struct ra_request request;
};

/* url: the first page. mark: a next link to go on from, or NULL. RA_ESERVER for a mark that leads
 * to another host. Free with ra_pages_free in any case. */
int ra_pages_init(struct ra_pages *p, const char *path, const char *mark, struct ra_err *err);
void ra_pages_free(struct ra_pages *p);

/* RA_EINCOMPLETE when one of them, after a run, has not reached its end. */
int ra_pages_ended(const struct ra_pages *pages, size_t n, struct ra_err *err);

/* Runs all of them side by side, each to its end. */
int ra_pages_run(struct ra_graph *g, struct ra_pages *pages, size_t n, struct ra_err *err);

#endif
