#include "recovery/rehearsal/jwt.h"

#include "src/base/file.h"
#include "src/base/ident.h"
#include "src/base/mem.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PART ((size_t)16 << 10)

struct ra_sim_key {
    EVP_PKEY *key;
    char thumbprint[64];
};

void ra_sim_base64url(const void *p, size_t n, char *out)
{
    ra_base64(p, n, out);
    size_t to = 0;
    for (size_t i = 0; out[i] && out[i] != '='; i++)
        out[to++] = out[i];
    out[to] = 0;
    for (char *c = out; *c; c++) {
        if (*c == '+')
            *c = '-';
        else if (*c == '/')
            *c = '_';
    }
}

bool ra_sim_base64url_decode(struct ra_str s, void *out, size_t *n)
{
    if (!s.n || s.n > MAX_PART || s.n % 4 == 1)
        return false;
    char *z = ra_malloc(s.n + 4);
    size_t len = 0;
    for (; len < s.n; len++) {
        char c = s.p[len];
        z[len] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    while (len % 4)
        z[len++] = '=';
    bool ok = ra_base64_decode((struct ra_str){z, len}, out, n);
    free(z);
    return ok;
}

/* ---- keys ---- */

int ra_sim_key_read(const char *path, struct ra_sim_key **out, struct ra_err *err)
{
    struct ra_buf b;
    int rc = ra_file_read(path, 1U << 20, RA_ECONFIG, &b, err);
    if (rc)
        return rc;
    struct ra_sim_key *k = ra_calloc(1, sizeof(*k));
    BIO *bio = BIO_new_mem_buf(b.p, (int)b.n);
    X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    if (x) {
        unsigned char digest[SHA256_DIGEST_LENGTH];
        unsigned n = sizeof(digest);
        X509_digest(x, EVP_sha256(), digest, &n);
        ra_sim_base64url(digest, n, k->thumbprint);
        k->key = X509_get_pubkey(x);
    } else {
        (void)BIO_reset(bio);
        k->key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    }
    X509_free(x);
    BIO_free(bio);
    ra_buf_free(&b);
    *out = k;
    if (k->key)
        return 0;
    ra_sim_key_free(out);
    return ra_fail(err, RA_ECONFIG, "%s: holds neither a certificate nor a public key in PEM",
                   path);
}

void ra_sim_key_free(struct ra_sim_key **k)
{
    if (*k)
        EVP_PKEY_free((*k)->key);
    free(*k);
    *k = NULL;
}

const char *ra_sim_key_thumbprint(const struct ra_sim_key *k)
{
    return k->thumbprint;
}

/* ---- taking apart ---- */

static cJSON *part(struct ra_str s)
{
    char *json = ra_malloc(MAX_PART);
    size_t n = MAX_PART;
    cJSON *v = ra_sim_base64url_decode(s, json, &n) ? cJSON_ParseWithLength(json, n) : NULL;
    free(json);
    if (cJSON_IsObject(v))
        return v;
    cJSON_Delete(v);
    return NULL;
}

static void copy(const cJSON *o, const char *key, char *out, size_t cap)
{
    const char *z = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
    size_t n = z ? strlen(z) : 0;
    if (n >= cap)
        n = 0;
    memcpy(out, z ? z : "", n);
    out[n] = 0;
}

static int64_t seconds(const cJSON *o, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsNumber(v) ? (int64_t)v->valuedouble : 0;
}

static void copy_claims(const cJSON *header, const cJSON *payload, struct ra_sim_claims *c)
{
    copy(header, "alg", c->alg, sizeof(c->alg));
    copy(header, "typ", c->typ, sizeof(c->typ));
    copy(header, "x5t#S256", c->thumbprint, sizeof(c->thumbprint));
    copy(payload, "aud", c->aud, sizeof(c->aud));
    copy(payload, "iss", c->iss, sizeof(c->iss));
    copy(payload, "sub", c->sub, sizeof(c->sub));
    copy(payload, "jti", c->jti, sizeof(c->jti));
    c->exp = seconds(payload, "exp");
    c->nbf = seconds(payload, "nbf");
}

bool ra_sim_jwt_parse(struct ra_str s, struct ra_sim_claims *out)
{
    *out = (struct ra_sim_claims){0};
    const char *dot = s.n ? memchr(s.p, '.', s.n) : NULL;
    long last = ra_str_last(s, '.');
    if (!dot || dot == s.p + last)
        return false;
    size_t head = (size_t)(dot - s.p), end = (size_t)last;
    out->signed_part = (struct ra_str){s.p, end};
    out->signature_n = sizeof(out->signature);
    cJSON *header = part((struct ra_str){s.p, head});
    cJSON *payload = part((struct ra_str){dot + 1, end - head - 1});
    bool ok = header && payload &&
              ra_sim_base64url_decode(ra_str_from(s, end + 1), out->signature, &out->signature_n);
    if (ok)
        copy_claims(header, payload, out);
    cJSON_Delete(header);
    cJSON_Delete(payload);
    return ok;
}

bool ra_sim_jwt_verify(const struct ra_sim_claims *c, const struct ra_sim_key *k)
{
    bool pss = !strcmp(c->alg, "PS256");
    if ((!pss && strcmp(c->alg, "RS256")) || EVP_PKEY_get_base_id(k->key) != EVP_PKEY_RSA)
        return false;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pc;
    bool ok = EVP_DigestVerifyInit(ctx, &pc, EVP_sha256(), NULL, k->key) == 1;
    if (ok && pss) /* RFC 7518 3.5: the salt is as long as the digest */
        ok = EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST) == 1;
    ok = ok && EVP_DigestVerify(ctx, c->signature, c->signature_n,
                                (const unsigned char *)c->signed_part.p, c->signed_part.n) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}
