/* The app's certificate as the files of this room see it. */
#ifndef RA_GRAPH_CERTIFICATE_H
#define RA_GRAPH_CERTIFICATE_H

#include "src/graph/assertion.h"

#include <openssl/evp.h>

struct ra_certificate {
    char *file;
    EVP_PKEY *key;
    unsigned char thumbprint[32]; /* SHA-256 of the DER form */
    int64_t from, until;
};

#endif
