/* Graph's error body, and how it is told to the operator. */
#ifndef RA_GRAPH_FAULT_H
#define RA_GRAPH_FAULT_H

#include "src/graph/graph.h"
#include "src/graph/http.h"

struct ra_fault {
    long status;
    bool json; /* the body was Graph's error form */
    char code[96];
    char message[512];
    char request_id[64];
};

/* Never fails: a body that is not Graph's leaves code empty (proxies, gateways). */
void ra_fault_read(const struct ra_answer *in, struct ra_fault *out);
bool ra_fault_read_json(struct ra_str body, struct ra_fault *out);

/* Fills err: "where: graph answered 403 Authorization_RequestDenied: … (request-id …)". */
int ra_fault_fail(struct ra_err *err, enum ra_code code, const char *where,
                  const struct ra_fault *f);

/* The same, or for a 403 RA_EPERMISSION with the hint which permission to grant. */
int ra_fault_fail_permission(struct ra_err *err, const char *where, const struct ra_fault *f,
                             const struct ra_permission *p);

/* graph 1.3: the page token is not good any more. */
bool ra_fault_is_page_token(const struct ra_fault *f);

#endif
