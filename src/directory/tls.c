/*
 * TLS: always verified, against ca_file alone when it is given, at least 1.2. What the environment
 * or ldap.conf say about verification is overridden.
 */
#include "src/directory/session.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#define HANDSHAKE_S   15

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

static int context(struct ra_dir *d, struct ra_err *err)
{
    int demand = LDAP_OPT_X_TLS_DEMAND, client = 0, least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    int rc = trust(d, err);

    if (rc)
        return rc;
    if (ldap_set_option(d->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) != LDAP_OPT_SUCCESS ||
        ldap_set_option(d->ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least) != LDAP_OPT_SUCCESS)
        return ra_fail(err, RA_EINTERNAL, "libldap does not take the TLS options");
    if (ldap_set_option(d->ld, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_OPT_SUCCESS)
        return 0;
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

static int handshake(struct ra_dir *d, struct ra_err *err)
{
    int64_t limit = d->timeout_ms / 1000 < HANDSHAKE_S ? d->timeout_ms / 1000 : HANDSHAKE_S;
    struct timeval tv = {.tv_sec = limit ? (time_t)limit : 1};
    char text[512];
    int rc;

    ldap_set_option(d->ld, LDAP_OPT_NETWORK_TIMEOUT, &tv);
    rc = ldap_install_tls(d->ld);
    if (rc == LDAP_SUCCESS)
        return 0;
    if (ra_dir_stopped(d, err))
        return -RA_ESIGNAL;
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
