/*
 * The service's quotas: resource units per ten seconds by the size of the tenant, writes per two
 * and a half minutes (graph 7.1), and what each request costs. Thread-safe.
 */
#ifndef RA_REHEARSAL_THROTTLE_H
#define RA_REHEARSAL_THROTTLE_H

#include "recovery/rehearsal/request.h"

struct ra_rehearsal;

struct ra_sim_bucket {
    int64_t from_ms; /* when this window began */
    unsigned used;
};

struct ra_sim_throttle {
    pthread_mutex_t lock;
    struct ra_sim_bucket units, writes;
};

/* Charges the request; false with a 429 when a quota is used up. */
bool ra_sim_throttle_charge(struct ra_rehearsal *r, struct ra_sim_request *q,
                            struct ra_sim_reply *a);

/* Graph's 429, with the Retry-After that the text says; NULL for none. */
void ra_sim_throttled(const struct ra_sim_request *q, struct ra_sim_reply *a,
                      const char *retry_after);

#endif
