#include "tests/unit/graph/certificate.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *temp(char *path, size_t n)
{
    int fd;

    snprintf(path, n, "/tmp/ra-test-XXXXXX");
    fd = mkstemp(path); /* 0600 */
    return fdopen(fd, "w");
}

void test_certificate_make(struct test_certificate *c, int bits, long from, long until,
                           const char *passphrase)
{
    X509 *x = X509_new();
    unsigned n = sizeof c->sha256;
    FILE *f;

    c->key = bits ? EVP_RSA_gen((unsigned)bits) : EVP_EC_gen("P-256");
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
    X509_gmtime_adj(X509_getm_notBefore(x), from);
    X509_gmtime_adj(X509_getm_notAfter(x), until);
    X509_set_pubkey(x, c->key);
    X509_sign(x, c->key, EVP_sha256());
    X509_digest(x, EVP_sha256(), c->sha256, &n);
    f = temp(c->crt, sizeof c->crt);
    PEM_write_X509(f, x);
    fclose(f);
    f = temp(c->pem, sizeof c->pem);
    PEM_write_PKCS8PrivateKey(f, c->key, passphrase ? EVP_aes_256_cbc() : NULL, passphrase,
                              passphrase ? (int)strlen(passphrase) : 0, NULL, NULL);
    fclose(f);
    X509_free(x);
}

void test_certificate_free(struct test_certificate *c)
{
    EVP_PKEY_free(c->key);
    unlink(c->crt);
    unlink(c->pem);
}
