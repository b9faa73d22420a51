/* Certificates and keys for tests, made on the spot, as PEM files. */
#ifndef RA_TEST_GRAPH_CERTIFICATE_H
#define RA_TEST_GRAPH_CERTIFICATE_H

#include <openssl/evp.h>

struct test_certificate {
    EVP_PKEY *key;
    unsigned char sha256[32]; /* of the certificate's DER form */
    char crt[64], pem[64];    /* files */
};

/* Valid from..until seconds from now. bits 0 makes an EC key. passphrase may be NULL. */
void test_certificate_make(struct test_certificate *c, int bits, long from, long until,
                           const char *passphrase);
void test_certificate_free(struct test_certificate *c);

#endif
