#include "src/graph/certificate.h"

#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/base/secret.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <time.h>

enum { KEY_BITS_MIN = 2048, WARN_DAYS = 30, PEM_MAX = 1 << 20 };

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

static int read_certificate(const char *path, X509 **out, struct ra_err *err)
{
    struct ra_buf text;
    BIO *bio;
    int rc = ra_file_read(path, PEM_MAX, RA_ECONFIG, &text, err);

    if (rc != 0)
        return rc;
    bio = BIO_new_mem_buf(text.p, (int)text.n);
    *out = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    ra_buf_free(&text);
    if (!*out) {
        ra_fail(err, RA_ECONFIG, "certificate_file = %s: holds no certificate in PEM form", path);
        return ra_hint(err, "convert it: openssl x509 -in FILE -inform DER -out FILE.crt");
    }
    return 0;
}

static void note_validity(const X509 *x, struct ra_certificate *c)
{
    c->from = seconds_of(X509_get0_notBefore(x));
    c->until = seconds_of(X509_get0_notAfter(x));
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
        return ra_fail(err, RA_ECONFIG,
                       "%s: want an RSA key of at least %d bits, which PS256 needs", key_file,
                       KEY_BITS_MIN);
    if (X509_check_private_key(x, c->key) == 1)
        return 0;
    ra_fail(err, RA_ECONFIG, "%s: is not the key of certificate %s", key_file, c->file);
    return ra_hint(err, "name the key that the certificate was made with");
}

/* ---- PKCS#12: both in one file ---- */

static int read_pkcs12(const char *path, PKCS12 **out, struct ra_err *err)
{
    struct ra_buf bytes;
    const unsigned char *p;
    int rc = ra_file_read_private(path, &bytes, err);

    if (rc != 0)
        return ra_prefix(err, "certificate_file");
    p = (const unsigned char *)bytes.p;
    *out = d2i_PKCS12(NULL, &p, (long)bytes.n);
    OPENSSL_cleanse(bytes.p, bytes.cap);
    ra_buf_free(&bytes);
    if (*out)
        return 0;
    ra_fail(err, RA_ECONFIG, "certificate_file = %s: is not PKCS#12", path);
    return ra_hint(err, "a certificate in PEM form must not be named .pfx or .p12, and needs "
                        "private_key_file");
}

static int open_pkcs12(PKCS12 *p12, const char *path, const char *password,
                       struct ra_certificate *c, X509 **x, struct ra_err *err)
{
    if (PKCS12_parse(p12, password, &c->key, x, NULL) == 1 && c->key && *x)
        return 0;
    if (!PKCS12_verify_mac(p12, password, -1)) {
        ra_fail(err, RA_ECONFIG, "certificate_file = %s: %s", path,
                password ? "certificate_password_file does not hold its password"
                         : "has a password");
        return ra_hint(err, "put the password into a file of mode 0600 and name it as "
                            "certificate_password_file");
    }
    return ra_fail(err, RA_ECONFIG,
                   "certificate_file = %s: want a certificate and its private key in it", path);
}

static int load_pkcs12(const char *path, const char *password_file, struct ra_certificate *c,
                       X509 **x, struct ra_err *err)
{
    struct ra_secret *password = NULL;
    PKCS12 *p12 = NULL;
    int rc = password_file ? ra_secret_read(password_file, &password, err) : 0;

    if (rc == 0)
        rc = read_pkcs12(path, &p12, err);
    if (rc == 0)
        rc = open_pkcs12(p12, path, password ? ra_secret_reveal(password).p : NULL, c, x, err);
    PKCS12_free(p12);
    ra_secret_free(&password);
    return rc;
}

int ra_certificate_load(const struct ra_certificate_files *files, struct ra_certificate **out,
                        struct ra_err *err)
{
    struct ra_certificate *c = ra_calloc(1, sizeof *c);
    unsigned n = sizeof c->thumbprint;
    X509 *x = NULL;
    int rc = 0;

    c->file = ra_strdup(files->certificate);
    if (files->pkcs12) {
        rc = load_pkcs12(files->certificate, files->password, c, &x, err);
    } else {
        rc = read_certificate(files->certificate, &x, err);
        if (rc == 0)
            rc = read_key(files->key, c, err);
    }
    if (rc == 0)
        rc = check_pair(c, x, files->pkcs12 ? files->certificate : files->key, err);
    if (rc == 0 && X509_digest(x, EVP_sha256(), c->thumbprint, &n) != 1)
        rc = ra_fail(err, RA_EINTERNAL, "no SHA-256 of certificate %s", c->file);
    if (rc == 0)
        note_validity(x, c);
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
