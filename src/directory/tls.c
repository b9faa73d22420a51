/*
 * TLS: always verified, against ca_file alone when it is given, at least 1.2. What the environment
 * or ldap.conf say about verification is overridden.
 */
#include "src/base/clock.h"
#include "src/directory/session.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

static int readable(const char *path, const char *what, struct ra_err *err)
{
    if (access(path, R_OK) == 0)
        return 0;
    return ra_fail(err, RA_ECONFIG, "%s %s: %s", what, path, strerror(errno));
}

/* Which certificates to trust: ca_file and no other, or the system's. */
static int trust(struct ra_dir *d, struct ra_err *err)
{
    char *known = NULL;
    int rc = 0;

    if (d->o.ca_file) {
        if ((rc = readable(d->o.ca_file, "ca_file", err)) != 0)
            return rc;
        ldap_set_option(d->ld, LDAP_OPT_X_TLS_CACERTDIR, "");
        ldap_set_option(d->ld, LDAP_OPT_X_TLS_CACERTFILE, d->o.ca_file);
        return 0;
    }
    ldap_get_option(d->ld, LDAP_OPT_X_TLS_CACERTFILE, &known);
    if (!known && access(SYSTEM_BUNDLE, R_OK) == 0)
        ldap_set_option(d->ld, LDAP_OPT_X_TLS_CACERTFILE, SYSTEM_BUNDLE);
    ldap_memfree(known);
    return 0;
}

/* This side's certificate; what the environment names is not used. */
static int identity(struct ra_dir *d, struct ra_err *err)
{
    const char *cert = d->o.certificate_file, *key = d->o.private_key_file;
    int rc = cert ? readable(cert, "certificate_file", err) : 0;

    if (!rc && key)
        rc = readable(key, "private_key_file", err);
    ldap_set_option(d->ld, LDAP_OPT_X_TLS_CERTFILE, cert ? cert : "");
    ldap_set_option(d->ld, LDAP_OPT_X_TLS_KEYFILE, cert && key ? key : "");
    return rc;
}

static int context(struct ra_dir *d, struct ra_err *err)
{
    int demand = LDAP_OPT_X_TLS_DEMAND, client = 0, least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    int rc = trust(d, err);

    if (!rc)
        rc = identity(d, err);
    if (rc)
        return rc;
    if (ldap_set_option(d->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) != LDAP_OPT_SUCCESS ||
        ldap_set_option(d->ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least) != LDAP_OPT_SUCCESS)
        return ra_fail(err, RA_EINTERNAL, "libldap does not take the TLS options");
    if (ldap_set_option(d->ld, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_OPT_SUCCESS)
        return 0;
    if (d->o.certificate_file)
        return ra_fail(err, RA_ECONFIG,
                       "TLS cannot use ca_file %s, certificate_file %s and its key",
                       d->o.ca_file ? d->o.ca_file : "of the system", d->o.certificate_file);
    return ra_fail(err, RA_ECONFIG, "ca_file %s: no certificates that TLS can use",
                   d->o.ca_file ? d->o.ca_file : "of the system");
}

static int ask_for_tls(struct ra_dir *d, struct ra_err *err)
{
    struct ra_dir_result result;
    LDAPMessage *msg = NULL;
    int msgid, rc = ldap_start_tls(d->ld, NULL, NULL, &msgid);

    if (rc != LDAP_SUCCESS)
        return ra_fail(err, RA_ENETWORK, "StartTLS could not be asked for: %s",
                       ldap_err2string(rc));
    rc = ra_dir_wait(d, msgid, LDAP_MSG_ALL, &msg, err);
    if (rc)
        return ra_prefix(err, "StartTLS");
    rc = ra_dir_result(d, msg, &result, NULL, err);
    ldap_msgfree(msg);
    if (rc || result.code == LDAP_SUCCESS)
        return rc;
    ra_fail(err, RA_ENETWORK, "the server refuses StartTLS: %s (%d)%s%s",
            ldap_err2string(result.code), result.code, result.text[0] ? ": " : "", result.text);
    return ra_hint(err, "does the domain controller have a certificate?");
}

/* libldap over GnuTLS lets the least version that it was told pass unheeded, so what was agreed on
 * is looked at, before anything is said over it. */
static int version_agreed(struct ra_dir *d, struct ra_err *err)
{
    char *version = NULL;
    struct ra_str v;
    bool good;

    ldap_get_option(d->ld, LDAP_OPT_X_TLS_VERSION, &version);
    v = ra_str(version);
    good = ra_str_ends_fold(v, RA_STR("1.2")) || ra_str_ends_fold(v, RA_STR("1.3"));
    if (!good)
        ra_fail(err, RA_ENETWORK, "TLS with %s failed: it offers %s, wanted TLS 1.2 or later",
                d->host, version ? version : "no version");
    ldap_memfree(version);
    return good ? 0 : ra_hint(err, "turn on TLS 1.2 on the domain controller");
}

static int handshake(struct ra_dir *d, struct ra_err *err)
{
    int64_t end = ra_monotonic_ms() + d->timeout_ms;
    char text[512] = "";
    int rc;

    d->patient = true;
    rc = ldap_install_tls(d->ld);
    d->patient = false;
    if (rc == LDAP_SUCCESS)
        return version_agreed(d, err);
    if (ra_dir_stopped(d, err))
        return -RA_ESIGNAL;
    if (ra_monotonic_ms() >= end)
        return ra_fail(err, RA_ENETWORK, "no answer to the TLS handshake for %lld s",
                       (long long)(d->timeout_ms / 1000));
    ra_dir_tls_why(d, text, sizeof text);
    if (!text[0])
        ra_dir_local_text(d, rc, text, sizeof text);
    ra_fail(err, RA_ENETWORK, "TLS with %s failed: %s", d->host, text);
    return ra_hint(err,
                   "the certificate must be in date, name %s, and come from an authority in %s; "
                   "ca_file names the bundle with your own authority",
                   d->host, d->o.ca_file ? d->o.ca_file : "the system's bundle");
}

int ra_dir_start_tls(struct ra_dir *d, struct ra_err *err)
{
    int rc = context(d, err);

    if (!rc && strncmp(d->o.uri, "ldaps:", 6) != 0)
        rc = ask_for_tls(d, err);
    return rc ? rc : handshake(d, err);
}
