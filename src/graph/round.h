/*
 * Requests of several kinds that go out side by side. Each kind makes its own, adds them to the
 * round's list, and is asked to end once all are answered, or once one of them failed.
 */
#ifndef RA_GRAPH_ROUND_H
#define RA_GRAPH_ROUND_H

#include "src/graph/chain.h"
#include "src/graph/decode.h"
#include "src/graph/document.h"

struct ra_round {
    struct ra_request **list;
    size_t n, cap;
};

void ra_round_add(struct ra_round *r, struct ra_request *request);
/* Runs all, and forgets them. */
int ra_round_run(struct ra_graph *g, struct ra_round *r, struct ra_err *err);

/* ---- the kinds; end frees what begin made, whatever begin returned ---- */

struct ra_documents_round {
    struct ra_pages *pages;
    struct document *documents;
    size_t made;
};
int ra_documents_begin(struct ra_graph *g, struct ra_document_read *reads, size_t n,
                       struct ra_documents_round *d, struct ra_round *r, struct ra_err *err);
/* rc: what became of the round; returned, or why not all came. */
int ra_documents_end(struct ra_documents_round *d, int rc, struct ra_err *err);

struct ra_delta_round {
    struct ra_pages *pages;
    struct round *rounds;
    size_t n;
    struct ra_objects *objects; /* of one page: shared, pages come one after another */
};
int ra_delta_begin(struct ra_graph *g, struct ra_delta *deltas, size_t n, ra_delta_fn *page,
                   void *ctx, struct ra_delta_round *d, struct ra_round *r, struct ra_err *err);
int ra_delta_end(struct ra_delta_round *d, int rc, struct ra_err *err);

struct ra_counts_round {
    struct counting *all;
    struct ra_request *requests;
    size_t n;
};
void ra_counts_begin(const struct ra_graph *g, struct ra_count *counts, size_t n,
                     struct ra_counts_round *c, struct ra_round *r);
void ra_counts_end(struct ra_counts_round *c);

#endif
