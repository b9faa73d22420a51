/*
 * The loop guard of one chain: a service that hands out the same link twice, the same page again
 * and again under new links, or empty pages without end would keep a reader busy for ever
 * (graph 12.4).
 */
#ifndef RA_GRAPH_GUARD_H
#define RA_GRAPH_GUARD_H

#include "src/base/err.h"
#include "src/base/text.h"

#include <stdint.h>

enum { RA_GUARD_EMPTY_MAX = 500, RA_GUARD_SAME_MAX = 10 };

struct ra_hashes {
    uint64_t *slots; /* open addressing; 0 is free */
    size_t n, cap;
};

struct ra_guard {
    struct ra_hashes links, pages;
    uint64_t excused; /* a link that a re-read page may give once more */
    uint64_t count;   /* pages so far */
    int empty, same;  /* in a row */
};

void ra_guard_reset(struct ra_guard *g); /* the chain starts over; frees */
void ra_guard_excuse(struct ra_guard *g, const char *link);

/* RA_ESERVER when the link was given before. The URL that the chain starts with counts. */
int ra_guard_link(struct ra_guard *g, const char *where, const char *link, struct ra_err *err);

/* RA_ESERVER when too many pages in a row brought nothing. digest: 0 for an empty page. */
int ra_guard_page(struct ra_guard *g, const char *where, uint64_t digest, struct ra_err *err);

uint64_t ra_hash_more(uint64_t hash, struct ra_str s); /* FNV-1a; start with 0 */

#endif
