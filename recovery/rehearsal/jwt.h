/*
 * Client assertions: JSON Web Tokens signed with the application's certificate (PS256), or by an
 * outside issuer (RS256), taken apart and verified.
 */
#ifndef RA_REHEARSAL_JWT_H
#define RA_REHEARSAL_JWT_H

#include "src/base/err.h"
#include "src/base/text.h"

#include <stdint.h>

struct ra_sim_key; /* a public key, and its certificate's SHA-256 when it came in one */

/* A PEM certificate or public key file. */
int ra_sim_key_read(const char *path, struct ra_sim_key **out, struct ra_err *err);
void ra_sim_key_free(struct ra_sim_key **k);

/* What the assertion says; "" or 0 where it says nothing. */
struct ra_sim_claims {
    char alg[16], typ[16], thumbprint[64]; /* x5t#S256 */
    char aud[512], iss[512], sub[512], jti[128];
    int64_t exp, nbf;
    struct ra_str signed_part; /* borrowed from the assertion */
    unsigned char signature[1024];
    size_t signature_n;
};

bool ra_sim_jwt_parse(struct ra_str assertion, struct ra_sim_claims *out);
bool ra_sim_jwt_verify(const struct ra_sim_claims *c, const struct ra_sim_key *k);

/* The certificate's x5t#S256 as base64url without padding; "" for a bare key. */
const char *ra_sim_key_thumbprint(const struct ra_sim_key *k);

/* base64url without padding. out takes 4 characters for 3 bytes and a NUL. */
void ra_sim_base64url(const void *p, size_t n, char *out);
/* *n: the capacity of out, then the length. */
bool ra_sim_base64url_decode(struct ra_str s, void *out, size_t *n);

#endif
