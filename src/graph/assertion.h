/*
 * The app's certificate and the signed statement (JWT, PS256) that it proves itself with
 * (graph 8.2). Files are read once, the key stays in memory until freed.
 */
#ifndef RA_GRAPH_ASSERTION_H
#define RA_GRAPH_ASSERTION_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <stdint.h>

struct ra_certificate;

/* RA_ECONFIG for files that cannot be read, are not PEM, do not belong together, or hold a key that
 * is not RSA of 2048 bits or more. A key that others may read is refused. */
struct ra_certificate_files {
    const char *certificate, *key; /* PEM; with pkcs12, certificate holds both */
    bool pkcs12;
    const char *password; /* of the PKCS#12 file, or NULL */
};
int ra_certificate_load(const struct ra_certificate_files *files, struct ra_certificate **out,
                        struct ra_err *err);
void ra_certificate_free(struct ra_certificate **c);

/* RA_ESIGNIN saying when it expired, or from when on it is valid; a warning in its last 30 days. */
int ra_certificate_check(const struct ra_certificate *c, int64_t now, struct ra_err *err);

/* Appends the assertion, valid for ten minutes from now on, for this audience and app. */
int ra_assertion_sign(const struct ra_certificate *c, const char *audience, const char *client_id,
                      int64_t now, struct ra_buf *out, struct ra_err *err);

/* Appends Base64 in the URL alphabet, without padding (RFC 7515). */
void ra_base64url(struct ra_buf *out, const void *p, size_t n);

#endif
