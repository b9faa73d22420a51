/*
 * The application permissions of the one registered application: what its tokens carry in `roles`,
 * and the 403 for what they do not cover.
 */
#ifndef RA_REHEARSAL_GRANTS_H
#define RA_REHEARSAL_GRANTS_H

#include "recovery/rehearsal/request.h"
#include "src/base/json.h"

struct ra_rehearsal;

/* Separated by commas; without the option everything that a run could need. */
const char *ra_sim_granted(const struct ra_rehearsal *r);
/* The claim of a token. */
void ra_sim_grants_put(const struct ra_rehearsal *r, struct ra_json *j);
/* Whether the request is covered; else the reply is 403 as Graph's. */
bool ra_sim_grants_check(const struct ra_rehearsal *r, const struct ra_sim_request *q,
                         struct ra_sim_reply *a);

#endif
