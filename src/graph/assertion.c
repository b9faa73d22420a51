#include "src/graph/assertion.h"

#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/ident.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/mem.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEY_BITS_MIN = 2048, VALID_SECONDS = 600, WARN_DAYS = 30, PEM_MAX = 1 << 20 };

struct ra_certificate {
    char *file;
    EVP_PKEY *key;
    unsigned char thumbprint[32]; /* SHA-256 of the DER form */
    int64_t from, until;
};

/* A key with a passphrase is an error: nobody is there to type it. */
static int no_passphrase(char *buf, int size, int writing, void *ctx)
{
    (void)buf;
    (void)size;
    (void)writing;
    *(bool *)ctx = true;
    return -1;
}

static int64_t seconds_of(const ASN1_TIME *t)
{
    struct tm tm;

    return t && ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static int read_certificate(const char *path, struct ra_certificate *c, X509 **out,
                            struct ra_err *err)
{
    struct ra_buf text;
    unsigned n = sizeof c->thumbprint;
    BIO *bio;
    int rc = ra_file_read(path, PEM_MAX, RA_ECONFIG, &text, err);

    if (rc != 0)
        return rc;
    bio = BIO_new_mem_buf(text.p, (int)text.n);
    *out = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    ra_buf_free(&text);
    if (!*out || X509_digest(*out, EVP_sha256(), c->thumbprint, &n) != 1) {
        ra_fail(err, RA_ECONFIG, "certificate_file = %s: holds no certificate in PEM form", path);
        return ra_hint(err, "convert it: openssl x509 -in FILE -inform DER -out FILE.crt");
    }
    c->from = seconds_of(X509_get0_notBefore(*out));
    c->until = seconds_of(X509_get0_notAfter(*out));
    return 0;
}

static int read_key(const char *path, struct ra_certificate *c, struct ra_err *err)
{
    struct ra_buf text;
    bool asked = false;
    BIO *bio;
    int rc = ra_file_read_secret(path, &text, err);

    if (rc != 0)
        return rc;
    bio = BIO_new_mem_buf(text.p, (int)text.n);
    c->key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked) : NULL;
    BIO_free(bio);
    OPENSSL_cleanse(text.p, text.cap);
    ra_buf_free(&text);
    if (asked) {
        ra_fail(err, RA_ECONFIG, "private_key_file = %s: the key has a passphrase", path);
        return ra_hint(err,
                       "take it off and rely on the file's mode: openssl pkey -in FILE -out NEW");
    }
    if (!c->key)
        return ra_fail(err, RA_ECONFIG, "private_key_file = %s: holds no private key in PEM form",
                       path);
    return 0;
}

static int check_pair(const struct ra_certificate *c, X509 *x, const char *key_file,
                      struct ra_err *err)
{
    if (EVP_PKEY_get_base_id(c->key) != EVP_PKEY_RSA || EVP_PKEY_get_bits(c->key) < KEY_BITS_MIN)
        return ra_fail(
            err, RA_ECONFIG,
            "private_key_file = %s: want an RSA key of at least %d bits, which PS256 needs",
            key_file, KEY_BITS_MIN);
    if (X509_check_private_key(x, c->key) == 1)
        return 0;
    ra_fail(err, RA_ECONFIG, "private_key_file = %s: is not the key of certificate %s", key_file,
            c->file);
    return ra_hint(err, "name the key that the certificate was made with");
}

int ra_certificate_load(const char *certificate_file, const char *key_file,
                        struct ra_certificate **out, struct ra_err *err)
{
    struct ra_certificate *c = ra_calloc(1, sizeof *c);
    X509 *x = NULL;
    int rc = read_certificate(certificate_file, c, &x, err);

    c->file = ra_strdup(certificate_file);
    if (rc == 0)
        rc = read_key(key_file, c, err);
    if (rc == 0)
        rc = check_pair(c, x, key_file, err);
    X509_free(x);
    ERR_clear_error();
    if (rc != 0)
        ra_certificate_free(&c);
    *out = c;
    return rc;
}

void ra_certificate_free(struct ra_certificate **c)
{
    if (!c || !*c)
        return;
    EVP_PKEY_free((*c)->key);
    free((*c)->file);
    free(*c);
    *c = NULL;
}

int ra_certificate_check(const struct ra_certificate *c, int64_t now, struct ra_err *err)
{
    char when[RA_TIME_TEXT];
    int64_t days = (c->until - now) / 86400;

    if (now >= c->until) {
        ra_time_text(c->until, when);
        ra_fail(err, RA_ESIGNIN, "certificate_file = %s: the certificate expired at %s", c->file,
                when);
        return ra_hint(err, "make a new one and add it to the app registration under Certificates");
    }
    if (now < c->from) {
        ra_time_text(c->from, when);
        ra_fail(err, RA_ESIGNIN, "certificate_file = %s: the certificate is valid from %s on",
                c->file, when);
        return ra_hint(err, "check this machine's clock");
    }
    if (days < WARN_DAYS)
        ra_warn("%s: the certificate expires in %lld days", c->file, (long long)days);
    return 0;
}

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
