/*
 * Carrying out the faults that change an answer; those of the wire are in wire.h.
 */
#ifndef RA_REHEARSAL_SPOIL_H
#define RA_REHEARSAL_SPOIL_H

#include "recovery/rehearsal/sim.h"

/* The faults that stand in for the answer; true when the reply is complete. */
bool ra_sim_spoil(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a);

/* The faults that bend the finished answer. */
void ra_sim_bend(const struct ra_sim_request *q, struct ra_sim_reply *a);

#endif
