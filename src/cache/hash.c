#include "src/cache/hash.h"

#include "src/base/mem.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct ra_hash {
    EVP_MD_CTX *md;
};

/* SHA-256 over memory fails only where OpenSSL itself is broken. */
static void must(int ok)
{
    if (!ok)
        ra_die("OpenSSL has no working SHA-256");
}

struct ra_hash *ra_hash_new(void)
{
    struct ra_hash *h = ra_malloc(sizeof *h);

    h->md = EVP_MD_CTX_new();
    must(h->md && EVP_DigestInit_ex(h->md, EVP_sha256(), NULL));
    return h;
}

void ra_hash_add(struct ra_hash *h, struct ra_str record)
{
    unsigned char length[4] = {(unsigned char)(record.n >> 24), (unsigned char)(record.n >> 16),
                               (unsigned char)(record.n >> 8), (unsigned char)record.n};

    must(EVP_DigestUpdate(h->md, length, sizeof length));
    must(EVP_DigestUpdate(h->md, record.p, record.n));
}

void ra_hash_text(struct ra_hash *h, char out[RA_HASH_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char d[32];
    unsigned n = 0;

    must(EVP_DigestFinal_ex(h->md, d, &n) && n == sizeof d);
    for (size_t i = 0; i < sizeof d; i++) {
        out[2 * i] = digits[d[i] >> 4];
        out[2 * i + 1] = digits[d[i] & 15];
    }
    out[2 * sizeof d] = '\0';
}

void ra_hash_free(struct ra_hash **h)
{
    if (*h)
        EVP_MD_CTX_free((*h)->md);
    free(*h);
    *h = NULL;
}
