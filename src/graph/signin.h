/* What the sign-in service says when it refuses, and what the operator can do about it. */
#ifndef RA_GRAPH_SIGNIN_H
#define RA_GRAPH_SIGNIN_H

#include "src/graph/http.h"

struct ra_signin_fault {
    char error[64];        /* "invalid_client", "authorization_pending" … */
    char description[512]; /* the first line */
    char trace_id[64];
    long code; /* the AADSTS number, 0 when there is none */
};

void ra_signin_fault_read(const struct ra_answer *in, struct ra_signin_fault *out);

/* RA_ESIGNIN with the service's own words, what they mean here, and what to do. */
int ra_signin_fail(const struct ra_answer *in, const struct ra_signin_fault *f, struct ra_err *err);

/* The same for the managed identity endpoint (graph 8.4): what its status means, and what to do. */
int ra_identity_fail(const struct ra_answer *in, const struct ra_signin_fault *f,
                     struct ra_err *err);

#endif
