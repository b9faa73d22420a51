/*
 * What every paged answer shares: $top, the token that a request carries, and the links that lead
 * on, with the faults that bend them.
 */
#ifndef RA_REHEARSAL_PAGE_H
#define RA_REHEARSAL_PAGE_H

#include "recovery/rehearsal/sim.h"

struct ra_sim_page {
    struct ra_sim_mark mark; /* of the request; at 0 and page 1 without a token */
    bool resumed;            /* it carried one */
    size_t limit;            /* objects at most */
    bool from_retry;         /* the next token will not be found (graph 1.3) */
};

/* Checks $top, $skip and the token against the request; false with the refusal. */
bool ra_sim_page_open(struct ra_rehearsal *r, const struct ra_sim_request *q,
                      struct ra_sim_reply *a, struct ra_sim_page *out);

/* The token's content without any check, for the page number; false when there is none. */
bool ra_sim_page_peek(struct ra_rehearsal *r, const struct ra_sim_request *q,
                      struct ra_sim_mark *out);

/* Writes ,"@odata.nextLink":"…" for the page that begins at; nothing when a fault drops it. */
void ra_sim_page_next(struct ra_rehearsal *r, const struct ra_sim_request *q,
                      const struct ra_sim_page *p, uint64_t at, bool advanced, struct ra_buf *out);

/* Writes the scheme, host and version of a link, which a fault may turn elsewhere. */
void ra_sim_link_base(const struct ra_sim_request *q, struct ra_buf *out);

/* Writes {"@odata.context":"…$metadata#WHAT" and leaves the object open. */
void ra_sim_context(const struct ra_sim_request *q, const char *what, struct ra_buf *out);

/* Refuses the options that a resource does not take. */
bool ra_sim_only(const struct ra_sim_request *q, const enum ra_sim_option *allowed, size_t n,
                 struct ra_sim_reply *a);

#endif
