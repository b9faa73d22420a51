/*
 * The simulated tenant's own certificate authority and server certificate, made anew at each start
 * for localhost and the loopback addresses. The authority's key is thrown away.
 */
#ifndef RA_REHEARSAL_CERTS_H
#define RA_REHEARSAL_CERTS_H

#include "src/base/buf.h"
#include "src/base/err.h"

/* Makes both; all three are PEM, filled into buffers made here. */
int ra_sim_certs(struct ra_buf *ca, struct ra_buf *certificate, struct ra_buf *key,
                 struct ra_err *err);

#endif
