#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/graph/signin.h"
#include "src/graph/token.h"

#include <openssl/crypto.h>
#include <string.h>

#define IMDS_URL   "http://169.254.169.254"
#define JWT_BEARER "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

enum { FEDERATED_MAX = 65536 };

/* The projected token of a workload is readable by its whole pod: its mode is not ours to judge. */
static int read_federated(const struct ra_token *t, struct ra_secret **out, struct ra_err *err)
{
    struct ra_buf b;
    int rc = ra_file_read(t->o->federated_token_file, FEDERATED_MAX, RA_ECONFIG, &b, err);

    if (rc != 0)
        return rc;
    while (b.n && strchr("\r\n \t", b.p[b.n - 1]))
        b.n--;
    if (b.n == 0)
        rc = ra_fail(err, RA_ECONFIG, "federated_token_file = %s: is empty",
                     t->o->federated_token_file);
    else
        *out = ra_secret_new(b.p, b.n);
    if (b.p)
        OPENSSL_cleanse(b.p, b.cap);
    ra_buf_free(&b);
    return rc;
}

static int want(const char *option, const char *value, const char *auth, struct ra_err *err)
{
    if (value && *value)
        return 0;
    ra_fail(err, RA_ECONFIG, "[tenant] %s is not set, auth = %s needs it", option, auth);
    return ra_hint(err, "set %s in the configuration", option);
}

static int check_secret(struct ra_token *t, struct ra_err *err)
{
    struct ra_secret *s = NULL;
    int rc = want("client_secret_file", t->o->client_secret_file, "secret", err);

    if (rc == 0)
        rc = ra_secret_read(t->o->client_secret_file, &s, err);
    ra_secret_free(&s);
    return rc;
}

static int check_certificate(struct ra_token *t, struct ra_err *err)
{
    int rc = want("certificate_file", t->o->certificate_file, "certificate", err);

    if (rc == 0 && !t->o->pkcs12)
        rc = want("private_key_file", t->o->private_key_file, "certificate", err);
    if (rc == 0)
        rc = ra_certificate_load(
            &(struct ra_certificate_files){.certificate = t->o->certificate_file,
                                           .key = t->o->private_key_file,
                                           .pkcs12 = t->o->pkcs12,
                                           .password = t->o->certificate_password_file},
            &t->certificate, err);
    return rc;
}

static int check_federated(struct ra_token *t, struct ra_err *err)
{
    struct ra_secret *s = NULL;
    int rc = want("federated_token_file", t->o->federated_token_file, "federated-token", err);

    if (rc == 0)
        rc = read_federated(t, &s, err);
    ra_secret_free(&s);
    return rc;
}

int ra_grant_check(struct ra_token *t, struct ra_err *err)
{
    int rc = 0;

    if (t->o->auth != RA_AUTH_MANAGED_IDENTITY) {
        rc = want("id", t->o->tenant_id, "anything but managed-identity", err);
        if (rc == 0)
            rc = want("client_id", t->o->client_id, "anything but managed-identity", err);
    }
    if (rc == 0 && t->o->auth == RA_AUTH_SECRET)
        rc = check_secret(t, err);
    if (rc == 0 && t->o->auth == RA_AUTH_CERTIFICATE)
        rc = check_certificate(t, err);
    if (rc == 0 && t->o->auth == RA_AUTH_FEDERATED_TOKEN)
        rc = check_federated(t, err);
    return rc;
}

/* ---- the credential's part of the form ---- */

static int put_secret(struct ra_token *t, struct ra_buf *form, struct ra_err *err)
{
    struct ra_secret *s = NULL;
    int rc = ra_secret_read(t->o->client_secret_file, &s, err);

    if (rc == 0)
        ra_form_put(form, "client_secret", ra_secret_reveal(s));
    ra_secret_free(&s);
    return rc;
}

static int put_assertion(struct ra_token *t, struct ra_buf *form, struct ra_err *err)
{
    struct ra_buf jwt;
    int rc = ra_certificate_check(t->certificate, ra_now(), err);

    ra_buf_init(&jwt, 16384);
    if (rc == 0)
        rc = ra_assertion_sign(t->certificate, t->token_url, t->o->client_id, ra_now(), &jwt, err);
    if (rc == 0) {
        ra_form_put(form, "client_assertion_type", RA_STR(JWT_BEARER));
        ra_form_put(form, "client_assertion", ra_str_n(jwt.p, jwt.n));
    }
    if (jwt.p)
        OPENSSL_cleanse(jwt.p, jwt.cap);
    ra_buf_free(&jwt);
    return rc;
}

/* graph 8.3: read again each time, since whoever writes the file replaces it. */
static int put_federated(struct ra_token *t, struct ra_buf *form, struct ra_err *err)
{
    struct ra_secret *s = NULL;
    int rc = read_federated(t, &s, err);

    if (rc == 0) {
        ra_form_put(form, "client_assertion_type", RA_STR(JWT_BEARER));
        ra_form_put(form, "client_assertion", ra_secret_reveal(s));
    }
    ra_secret_free(&s);
    return rc;
}

int ra_grant_put(struct ra_token *t, struct ra_buf *form, struct ra_err *err)
{
    if (t->o->auth == RA_AUTH_DEVICE_CODE) {
        ra_form_put(form, "grant_type", RA_STR("refresh_token"));
        ra_form_put(form, "refresh_token", ra_secret_reveal(t->refresh));
        return 0;
    }
    ra_form_put(form, "grant_type", RA_STR("client_credentials"));
    if (t->o->auth == RA_AUTH_SECRET)
        return put_secret(t, form, err);
    if (t->o->auth == RA_AUTH_CERTIFICATE)
        return put_assertion(t, form, err);
    return put_federated(t, form, err);
}

/* ---- managed identity (graph 8.4) ---- */

static char *identity_url(const struct ra_token *t)
{
    struct ra_buf url;

    ra_buf_init(&url, 4096);
    ra_buf_puts(&url, t->tuning->imds_url ? t->tuning->imds_url : IMDS_URL);
    ra_buf_puts(&url, "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=");
    ra_url_encode(&url, ra_str(t->resource));
    if (t->o->client_id && *t->o->client_id) {
        ra_buf_puts(&url, "&client_id=");
        ra_url_encode(&url, ra_str(t->o->client_id));
    }
    ra_buf_z(&url);
    return url.p;
}

int ra_grant_managed_identity(struct ra_token *t, struct ra_err *err)
{
    struct ra_request r;
    int rc;

    ra_request_init(&r, "managed identity", RA_HTTP_IDENTITY);
    r.url = identity_url(t);
    rc = ra_token_ask(t, &r, err);
    if (rc == 0)
        rc = ra_token_take(t, &r, err);
    ra_request_free(&r);
    return rc;
}
