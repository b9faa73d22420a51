/*
 * What is tried again, and when: a pure function of what came back. Waiting itself is the engine's.
 */
#ifndef RA_GRAPH_RETRY_H
#define RA_GRAPH_RETRY_H

#include "src/base/text.h"

#include <stdint.h>

enum ra_fault_kind {
    RA_FAULT_NONE,      /* not a fault that a second try mends */
    RA_FAULT_THROTTLED, /* 429 */
    RA_FAULT_BUSY,      /* 503, 504, 408 */
    RA_FAULT_BROKEN,    /* 500, 502, a cut or malformed body */
    RA_FAULT_LINE,      /* reset, time-out, stall */
    RA_FAULT_UNREACHED, /* no connection, and there never was one to this host */
    RA_FAULT_REFUSED,   /* the host is there, but nobody listens any more */
    RA_FAULT_IDENTITY   /* the managed identity endpoint's own rules */
};

/* graph 7.6: SDKs retry 429, 503, 504; reads of ours are idempotent, so 500, 502 and 408 as well.
 */
enum ra_fault_kind ra_fault_of_status(long status);
enum ra_fault_kind ra_fault_of_identity_status(long status); /* graph 8.4 */

/* Retry-After as seconds, whole or decimal, or an HTTP date; milliseconds, or -1 when it is
 * neither. now: seconds since 1970. */
int64_t ra_retry_after_ms(struct ra_str value, int64_t now);

struct ra_retry_rule {
    int64_t budget_ms; /* from the first fault to the last try */
    int64_t base_ms;   /* the first wait without a Retry-After */
};

/* How many tries a fault of this kind gets at most; 0: as many as the budget holds. */
int ra_retry_tries(enum ra_fault_kind kind);

/* Milliseconds until the next try, after tries that failed and spent_ms since the first fault, or
 * -1: give up. asked_ms is the service's Retry-After or -1, honoured to the millisecond or not at
 * all. dice is any random number: the jitter. */
int64_t ra_retry_wait(const struct ra_retry_rule *rule, enum ra_fault_kind kind, int tries,
                      int64_t spent_ms, int64_t asked_ms, uint32_t dice);

#endif
