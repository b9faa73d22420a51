/*
 * A reply as bytes on the wire: Graph's headers, chunked bodies, gzip, and the faults that cut or
 * stall a body.
 */
#ifndef RA_REHEARSAL_WIRE_H
#define RA_REHEARSAL_WIRE_H

#include "recovery/rehearsal/request.h"

struct MHD_Response;

/* Makes the response; what it needs of q and a is copied. stopping ends a stalled body. */
struct MHD_Response *ra_sim_wire(const struct ra_sim_request *q, struct ra_sim_reply *a,
                                 const volatile bool *stopping);

#endif
