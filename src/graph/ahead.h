/*
 * Pages that were parsed before it was their turn, in the thread that has the transfers. A few at
 * most: the rest is parsed when it is worked on, by whoever works on it.
 */
#ifndef RA_GRAPH_AHEAD_H
#define RA_GRAPH_AHEAD_H

#include "src/graph/jsonarena.h"

#include <stdatomic.h>

enum { RA_AHEAD_PAGES = 2, RA_AHEAD_FROM = 32768 };

struct ra_ahead_page {
    atomic_bool busy;
    struct ra_arena arena;
    cJSON *root; /* NULL: no good from at on */
    size_t at;
};

struct ra_ahead_pages {
    struct ra_ahead_page of[RA_AHEAD_PAGES];
};

/* NULL when there is no room, or too little text to be worth it. */
struct ra_ahead_page *ra_ahead_parse(struct ra_ahead_pages *all, struct ra_str text);
/* The tree, whose memory changes places with the arena's; NULL as from ra_json_parse. */
cJSON *ra_ahead_take(struct ra_ahead_page *page, struct ra_arena *arena, size_t *at);
void ra_ahead_forget(struct ra_ahead_page *page); /* NULL does nothing */
void ra_ahead_free(struct ra_ahead_pages *all);

#endif
