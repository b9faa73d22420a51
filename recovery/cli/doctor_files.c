/* The files that the configuration names, and whether the certificate still holds. */
#include "recovery/cli/doctor.h"

#include "src/base/clock.h"
#include "src/base/secret.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define EXPIRES_SOON_DAYS 30

struct files {
    struct ra_doctor *d;
};

static void file_fault(void *ctx, const struct ra_err *e)
{
    struct files *f = ctx;

    ra_doctor_fault(f->d, "files", e);
}

static X509 *read_certificate(const char *path)
{
    FILE *f = fopen(path, "re");
    X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

    if (f)
        fclose(f);
    return x;
}

/* An encrypted key asks for nothing: it cannot be used. */
static int no_passphrase(char *buf, int size, int rw, void *ctx)
{
    (void)buf, (void)size, (void)rw, (void)ctx;
    return -1;
}

static EVP_PKEY *read_key(const char *path)
{
    struct ra_secret *s = NULL;
    struct ra_str text;
    EVP_PKEY *key;
    BIO *bio;

    if (ra_secret_read(path, &s, NULL) != 0)
        return NULL;
    text = ra_secret_reveal(s);
    bio = BIO_new_mem_buf(text.p, (int)text.n);
    key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    ra_secret_free(&s);
    return key;
}

static void check_dates(struct ra_doctor *d, const X509 *x)
{
    int days = 0, seconds = 0, since_days = 0, since_seconds = 0;
    struct ra_err e;

    if (!ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x)) ||
        !ASN1_TIME_diff(&since_days, &since_seconds, X509_get0_notBefore(x), NULL)) {
        ra_doctor_warn(d, "certificate", NULL, "its dates cannot be read");
    } else if (since_days < 0 || since_seconds < 0) {
        ra_fail(&e, RA_ECONFIG, "is not valid yet");
        ra_hint(&e, "check this machine's clock");
        ra_doctor_fault(d, "certificate", &e);
    } else if (days < 0 || seconds < 0) {
        ra_fail(&e, RA_ESIGNIN, "expired %d days ago", -days);
        ra_hint(&e, "add a new certificate to the app registration and name it here");
        ra_doctor_fault(d, "certificate", &e);
    } else if (days < EXPIRES_SOON_DAYS) {
        ra_doctor_warn(d, "certificate", "add a new certificate to the app registration",
                       "expires in %d days", days);
    } else {
        ra_doctor_ok(d, "certificate", "valid for %d more days", days);
    }
}

static void check_pair(struct ra_doctor *d, X509 *x)
{
    EVP_PKEY *key = read_key(d->cli->config->tenant.private_key_file);
    struct ra_err e;

    if (!key) {
        ra_fail(&e, RA_ECONFIG, "%s: no private key without a passphrase in PEM form",
                d->cli->config->tenant.private_key_file);
        ra_doctor_fault(d, "private key", &e);
    } else if (X509_check_private_key(x, key) != 1) {
        ra_fail(&e, RA_ECONFIG, "%s does not belong to %s", d->cli->config->tenant.private_key_file,
                d->cli->config->tenant.certificate_file);
        ra_doctor_fault(d, "private key", &e);
    } else {
        ra_doctor_ok(d, "private key", "belongs to the certificate");
    }
    EVP_PKEY_free(key);
}

static void check_certificate(struct ra_doctor *d)
{
    const struct ra_config *c = d->cli->config;
    X509 *x = read_certificate(c->tenant.certificate_file);
    struct ra_err e;

    if (!x) {
        ra_fail(&e, RA_ECONFIG, "%s: no certificate in PEM form", c->tenant.certificate_file);
        ra_doctor_fault(d, "certificate", &e);
        return;
    }
    check_dates(d, x);
    check_pair(d, x);
    X509_free(x);
}

/* The scope's DNs are read here, so that a slip shows before anything is fetched. */
static void check_policy(struct ra_doctor *d)
{
    struct ra_cli_policy policy;
    struct ra_err e;

    if (ra_cli_policy(d->cli, &policy, &e) != 0)
        ra_doctor_fault(d, "scope", &e);
    else
        ra_cli_policy_free(&policy);
}

int ra_doctor_files(struct ra_doctor *d, struct ra_err *err)
{
    const struct ra_config *c = d->cli->config;
    struct files f = {.d = d};

    d->group = "configuration";
    ra_doctor_ok(d, "file", "%s: tenant %s, %zu director%s", c->path, c->tenant.id, c->ad_n,
                 c->ad_n == 1 ? "y" : "ies");
    if (ra_config_check_files(c, file_fault, &f) == 0)
        ra_doctor_ok(d, "files", "all that it names can be read");
    check_policy(d);
    if (!ra_config_files_dir(c) && (int)RA_AUTH_CERTIFICATE == c->tenant.auth)
        check_certificate(d);
    return ra_cli_stopped(d->cli, err);
}
