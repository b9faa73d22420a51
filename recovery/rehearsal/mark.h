/*
 * Page and delta tokens: opaque to the client, bound to the query they came from, told apart from
 * forgeries by a MAC, and with an age. Thread-safe.
 */
#ifndef RA_REHEARSAL_MARK_H
#define RA_REHEARSAL_MARK_H

#include "src/base/buf.h"
#include "src/base/text.h"

#include <pthread.h>
#include <stdint.h>

enum ra_sim_mark_kind { RA_SIM_MARK_PAGE, RA_SIM_MARK_DELTA_PAGE, RA_SIM_MARK_DELTA };

struct ra_sim_mark {
    uint32_t kind;  /* enum ra_sim_mark_kind */
    uint32_t flags; /* RA_SIM_MARK_… */
    uint32_t page;  /* the place in the chain of the page that the token fetches */
    uint32_t query; /* of a delta: its registered query */
    uint64_t bound; /* of a list: a hash of its path and options */
    uint64_t at;    /* where the page begins */
    uint64_t since,
        upto;       /* of a delta round: places in the change log; since 0 in the first round */
    int64_t issued; /* seconds since 1970 */
    uint64_t nonce;
};

enum { RA_SIM_MARK_ADVANCED = 1, RA_SIM_MARK_FROM_RETRY = 2, RA_SIM_MARK_INITIAL = 4 };

struct ra_sim_marks {
    pthread_mutex_t lock;
    unsigned char key[32];
    size_t least; /* characters of a token at least */
    char **queries;
    size_t n, cap;
    uint64_t *troubled; /* nonces of tokens whose last use met an injected fault */
    size_t troubled_n, troubled_cap;
};

void ra_sim_marks_init(struct ra_sim_marks *m, size_t least);
void ra_sim_marks_free(struct ra_sim_marks *m);

/* The token's text. issued and nonce are set here. */
void ra_sim_mark_write(struct ra_sim_marks *m, struct ra_sim_mark *k, struct ra_buf *out);
bool ra_sim_mark_read(struct ra_sim_marks *m, struct ra_str token, struct ra_sim_mark *out);

/* Registers a delta query ("select\nfilter") and says it again. */
uint32_t ra_sim_marks_query(struct ra_sim_marks *m, const char *query);
const char *ra_sim_marks_query_text(struct ra_sim_marks *m, uint32_t query); /* until free */

/* Remembers that a use of the token met a fault; asks and forgets whether one did. */
void ra_sim_marks_trouble(struct ra_sim_marks *m, uint64_t nonce);
bool ra_sim_marks_was_troubled(struct ra_sim_marks *m, uint64_t nonce);

uint64_t ra_sim_hash(uint64_t h, struct ra_str s);

#endif
