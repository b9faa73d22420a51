#include "src/graph/certificate.h"

#include "src/base/ident.h"
#include "src/base/json.h"
#include "src/base/mem.h"

#include <openssl/rsa.h>
#include <stdlib.h>

enum { VALID_SECONDS = 600 };

void ra_base64url(struct ra_buf *out, const void *p, size_t n)
{
    char *text = ra_malloc(ra_base64_size(n));

    ra_base64(p, n, text);
    for (char *c = text; *c && *c != '='; c++)
        ra_buf_putc(out, *c == '+' ? '-' : *c == '/' ? '_' : *c);
    free(text);
}

static void put_header(const struct ra_certificate *c, struct ra_buf *out)
{
    struct ra_buf thumb, text;
    struct ra_json j;

    ra_buf_init(&thumb, 64);
    ra_buf_init(&text, 1024);
    ra_base64url(&thumb, c->thumbprint, sizeof c->thumbprint);
    ra_json_init(&j, &text);
    ra_json_object(&j);
    ra_json_key(&j, "alg");
    ra_json_z(&j, "PS256");
    ra_json_key(&j, "typ");
    ra_json_z(&j, "JWT");
    ra_json_key(&j, "x5t#S256");
    ra_json_z(&j, ra_buf_z(&thumb));
    ra_json_object_end(&j);
    ra_base64url(out, text.p, text.n);
    ra_buf_free(&thumb);
    ra_buf_free(&text);
}

static void put_claims(const char *audience, const char *client_id, int64_t now, struct ra_buf *out)
{
    struct ra_guid id;
    char jti[RA_GUID_TEXT];
    struct ra_buf text;
    struct ra_json j;

    ra_guid_random(&id);
    ra_guid_text(id.b, jti);
    ra_buf_init(&text, 8192);
    ra_json_init(&j, &text);
    ra_json_object(&j);
    ra_json_key(&j, "aud");
    ra_json_z(&j, audience);
    ra_json_key(&j, "iss");
    ra_json_z(&j, client_id);
    ra_json_key(&j, "sub");
    ra_json_z(&j, client_id);
    ra_json_key(&j, "jti");
    ra_json_z(&j, jti);
    ra_json_key(&j, "nbf");
    ra_json_int(&j, now);
    ra_json_key(&j, "iat");
    ra_json_int(&j, now);
    ra_json_key(&j, "exp");
    ra_json_int(&j, now + VALID_SECONDS);
    ra_json_object_end(&j);
    ra_base64url(out, text.p, text.n);
    ra_buf_free(&text);
}

/* RFC 7518, 3.5: MGF1 with SHA-256, a salt as long as the hash. */
static bool sign_ps256(EVP_PKEY *key, struct ra_str text, unsigned char *sig, size_t *n)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how = NULL;
    bool ok = ctx && EVP_DigestSignInit(ctx, &how, EVP_sha256(), NULL, key) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1 &&
              EVP_DigestSign(ctx, sig, n, (const unsigned char *)text.p, text.n) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

int ra_assertion_sign(const struct ra_certificate *c, const char *audience, const char *client_id,
                      int64_t now, struct ra_buf *out, struct ra_err *err)
{
    size_t from = out->n, n = (size_t)EVP_PKEY_get_size(c->key);
    unsigned char *sig = ra_malloc(n);
    bool ok;

    put_header(c, out);
    ra_buf_putc(out, '.');
    put_claims(audience, client_id, now, out);
    ok = sign_ps256(c->key, ra_str_n(out->p + from, out->n - from), sig, &n);
    ra_buf_putc(out, '.');
    ra_base64url(out, sig, ok ? n : 0);
    free(sig);
    if (!ok || out->overflow)
        return ra_fail(err, RA_EINTERNAL, "%s: the sign-in statement cannot be signed", c->file);
    return 0;
}
