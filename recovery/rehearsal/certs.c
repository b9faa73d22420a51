#include "recovery/rehearsal/certs.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define DAY (24L * 3600)

static bool extend(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = e && X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    return ok;
}

static X509 *certificate_for(EVP_PKEY *key, const char *name, X509 *issuer)
{
    X509 *x = X509_new();
    uint64_t serial = 0;
    RAND_bytes((unsigned char *)&serial, sizeof(serial));
    X509_set_version(x, 2);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 30 * DAY);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
    X509_set_pubkey(x, key);
    return x;
}

static X509 *make_ca(EVP_PKEY *key)
{
    X509 *x = certificate_for(key, "reanchor rehearsal CA", NULL);
    if (extend(x, x, NID_basic_constraints, "critical,CA:TRUE") &&
        extend(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        extend(x, x, NID_subject_key_identifier, "hash") && X509_sign(x, key, EVP_sha256()))
        return x;
    X509_free(x);
    return NULL;
}

static X509 *make_server(EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key)
{
    X509 *x = certificate_for(key, "localhost", ca);
    if (extend(x, ca, NID_basic_constraints, "CA:FALSE") &&
        extend(x, ca, NID_key_usage, "critical,digitalSignature") &&
        extend(x, ca, NID_ext_key_usage, "serverAuth") &&
        extend(x, ca, NID_subject_alt_name, "DNS:localhost,DNS:graph.contoso.test,IP:127.0.0.1,IP:::1") &&
        X509_sign(x, ca_key, EVP_sha256()))
        return x;
    X509_free(x);
    return NULL;
}

static void take_bio(BIO *bio, struct ra_buf *out)
{
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    ra_buf_init(out, 1U << 16);
    if (n > 0)
        ra_buf_put(out, p, (size_t)n);
    ra_buf_z(out);
    BIO_free(bio);
}

static void pem_certificate(X509 *x, struct ra_buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, x);
    take_bio(bio, out);
}

static void pem_key(EVP_PKEY *key, struct ra_buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    take_bio(bio, out);
}

int ra_sim_certs(struct ra_buf *ca, struct ra_buf *certificate, struct ra_buf *key,
                 struct ra_err *err)
{
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *own_key = EVP_EC_gen("P-256");
    X509 *root = ca_key ? make_ca(ca_key) : NULL;
    X509 *own = root && own_key ? make_server(own_key, root, ca_key) : NULL;
    int rc = 0;
    if (own) {
        pem_certificate(root, ca);
        pem_certificate(own, certificate);
        pem_key(own_key, key);
    } else {
        rc = ra_fail(err, RA_EINTERNAL, "cannot make the rehearsal's certificates");
    }
    X509_free(own);
    X509_free(root);
    EVP_PKEY_free(own_key);
    EVP_PKEY_free(ca_key);
    return rc;
}
