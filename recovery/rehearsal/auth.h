/*
 * Sign-in: the token endpoint of the v2.0 protocol for one registered application, and the access
 * tokens that it gave out. Refusals carry the codes and the body of the real service (graph 8).
 */
#ifndef RA_REHEARSAL_AUTH_H
#define RA_REHEARSAL_AUTH_H

#include "recovery/rehearsal/jwt.h"
#include "recovery/rehearsal/request.h"

#include <pthread.h>

struct ra_rehearsal;

#define RA_SIM_TOKEN_TEXT 4096

struct ra_sim_token {
    char text[RA_SIM_TOKEN_TEXT];
    int64_t expires; /* seconds since 1970 */
    bool revoked;
    bool cp1;              /* the client said it understands claims challenges */
    bool challenged;       /* it got one and is not good any more */
    bool claims_satisfied; /* it was asked for with the claims of a challenge */
};

struct ra_sim_auth {
    pthread_mutex_t lock;
    struct ra_sim_token *tokens;
    size_t n, cap;
    char *secret; /* of the application, or NULL */
    struct ra_sim_key *certificate, *federated;
    bool claims_needed; /* a challenge was sent and no token with its claims asked for yet */
    struct {
        char code[64];
        unsigned polls;
    } device;
};

int ra_sim_auth_open(struct ra_rehearsal *r, struct ra_err *err);
void ra_sim_auth_close(struct ra_rehearsal *r);

/* POST /{tenant}/oauth2/v2.0/token and /devicecode. operation is the last segment. */
void ra_sim_auth_token(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_str tenant,
                       struct ra_str operation, struct ra_sim_reply *a);

/* The managed identity endpoint of a virtual machine, which answers over plain HTTP (graph 8.4). */
void ra_sim_auth_imds(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a);

/* Whether the request's bearer token is good; else the reply is 401 as Graph's. */
bool ra_sim_auth_check(struct ra_rehearsal *r, const struct ra_sim_request *q,
                       struct ra_sim_reply *a);
/* 401 although the token was good: it is revoked, or challenged for claims (graph 8.7). False when
 * the fault does not apply, as for a token whose challenge was met. */
bool ra_sim_auth_revoke(struct ra_rehearsal *r, const struct ra_sim_request *q,
                        struct ra_sim_reply *a);
bool ra_sim_auth_challenge(struct ra_rehearsal *r, const struct ra_sim_request *q,
                           struct ra_sim_reply *a);

/* Makes an access token: a JSON Web Token that carries the granted roles. */
void ra_sim_auth_issue(struct ra_rehearsal *r, bool cp1, bool claims, char out[RA_SIM_TOKEN_TEXT]);

#endif
