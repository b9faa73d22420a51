/*
 * What was asked of the simulated tenant: requests.ndjson has a line for every request and every
 * item of a batch, writes.ndjson one for each modifying request. No secrets and no tokens.
 * Thread-safe; lines are there once the request was answered.
 */
#ifndef RA_REHEARSAL_LOG_H
#define RA_REHEARSAL_LOG_H

#include "recovery/rehearsal/request.h"
#include "src/base/err.h"

#include <stdio.h>

struct ra_sim_log {
    pthread_mutex_t lock;
    FILE *requests, *writes;
};

int ra_sim_log_open(struct ra_sim_log *l, const char *dir, struct ra_err *err);
void ra_sim_log_close(struct ra_sim_log *l);
void ra_sim_log_request(struct ra_sim_log *l, const struct ra_sim_request *q,
                        const struct ra_sim_reply *a);

#endif
