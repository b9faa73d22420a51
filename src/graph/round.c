#include "src/graph/round.h"

#include <stdlib.h>

void ra_round_add(struct ra_round *r, struct ra_request *request)
{
    r->list = ra_grow(r->list, &r->cap, r->n + 1, sizeof(struct ra_request *));
    r->list[r->n++] = request;
}

int ra_round_run(struct ra_graph *g, struct ra_round *r, struct ra_err *err)
{
    int rc = r->n ? ra_http_run(g->http, r->list, r->n, err) : 0;

    free(r->list);
    *r = (struct ra_round){0};
    return rc;
}

static int run(struct ra_graph *g, const struct ra_questions *q, struct ra_err *err)
{
    struct ra_documents_round documents = {0};
    struct ra_delta_round deltas = {0};
    struct ra_counts_round counts = {0};
    struct ra_round round = {0};
    int rc = ra_documents_begin(g, q->documents, q->documents_n, &documents, &round, err);

    if (rc == 0)
        rc = ra_delta_begin(g, q->deltas, q->deltas_n, q->page, q->ctx, &deltas, &round, err);
    if (rc == 0)
        ra_counts_begin(g, q->counts, q->counts_n, &counts, &round);
    if (rc == 0)
        rc = ra_round_run(g, &round, err);
    free(round.list);
    rc = ra_documents_end(&documents, rc, err);
    rc = ra_delta_end(&deltas, rc, err);
    ra_counts_end(&counts);
    return rc;
}

int ra_graph_ask(struct ra_graph *g, const struct ra_questions *q, struct ra_err *err)
{
    int rc;

    for (size_t i = 0; i < q->documents_n; i++)
        ra_document_read_init(&q->documents[i]);
    rc = run(g, q, err);
    for (size_t i = 0; rc != 0 && i < q->documents_n; i++)
        ra_buf_free(&q->documents[i].json);
    return rc;
}
