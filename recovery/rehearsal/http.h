/*
 * The HTTPS server under the simulated tenant: one thread for each connection, the faults of the
 * wire included. Listens on the loopback only.
 */
#ifndef RA_REHEARSAL_HTTP_H
#define RA_REHEARSAL_HTTP_H

#include "recovery/rehearsal/sim.h"

/* Listens on r->o.port (0: any) and sets it to the port it got. key and certificate are PEM. */
int ra_sim_http_open(struct ra_rehearsal *r, const char *key, const char *certificate,
                     struct ra_err *err);
void ra_sim_http_close(struct ra_rehearsal *r); /* waits for running exchanges, which end early */

#endif
