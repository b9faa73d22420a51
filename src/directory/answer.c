#include "src/base/clock.h"
#include "src/directory/session.h"

#include <stdio.h>
#include <string.h>

int ra_dir_stopped(const struct ra_dir *d, struct ra_err *err)
{
    int signal = d->o.stop ? *d->o.stop : 0;

    if (!signal)
        return 0;
    ra_fail(err, RA_ESIGNAL, "stopped by signal %d while reading", signal);
    if (err)
        err->signal = signal;
    return -RA_ESIGNAL;
}

int ra_dir_blame(const struct ra_dir *d, struct ra_err *err)
{
    for (char *p = err ? err->msg : NULL; p && *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    return ra_prefix(err, "directory %s (%s)", d->o.name, d->o.uri);
}

/* AD ends its texts with a line end and a NUL; what a server sends must not steer a terminal. */
static void printable(const char *from, char *out, size_t size)
{
    size_t n = 0;

    for (; from && *from && n + 1 < size; from++)
        out[n++] = (unsigned char)*from < ' ' || *from == 0x7f ? ' ' : *from;
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

void ra_dir_local_text(struct ra_dir *d, int rc, char *out, size_t size)
{
    char *diag = NULL, own[256];

    ldap_get_option(d->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diag);
    printable(diag, own, sizeof own);
    ldap_memfree(diag);
    if (own[0])
        snprintf(out, size, "%s: %s", ldap_err2string(rc), own);
    else
        snprintf(out, size, "%s", ldap_err2string(rc));
}

static int lost(struct ra_dir *d, struct ra_err *err)
{
    int rc = LDAP_SERVER_DOWN;
    char text[512];

    d->lost = true;
    ldap_get_option(d->ld, LDAP_OPT_RESULT_CODE, &rc);
    if (rc == LDAP_SERVER_DOWN)
        return ra_fail(err, RA_ENETWORK, "the connection was cut");
    ra_dir_local_text(d, rc, text, sizeof text);
    return ra_fail(err, RA_ENETWORK, "the connection failed: %s", text);
}

int ra_dir_wait(struct ra_dir *d, int msgid, int all, LDAPMessage **out, struct ra_err *err)
{
    int64_t end = ra_monotonic_ms() + d->timeout_ms;
    int rc;

    *out = NULL;
    d->silent = d->busy = false;
    for (;;) {
        struct timeval slice = {.tv_usec = RA_DIR_POLL_MS * 1000};

        if ((rc = ra_dir_stopped(d, err)) != 0)
            return rc;
        rc = ldap_result(d->ld, msgid, all, &slice, out);
        if (rc > 0) {
            d->used = true;
            return 0;
        }
        if (rc < 0)
            return ra_dir_stopped(d, err) ? -RA_ESIGNAL : lost(d, err);
        if (ra_monotonic_ms() >= end) {
            d->silent = true;
            return ra_fail(err, RA_ENETWORK, "no answer for %lld s",
                           (long long)(d->timeout_ms / 1000));
        }
    }
}

int ra_dir_result(struct ra_dir *d, LDAPMessage *msg, struct ra_dir_result *out,
                  LDAPControl ***controls, struct ra_err *err)
{
    char *diag = NULL;
    int rc = ldap_parse_result(d->ld, msg, &out->code, NULL, &diag, NULL, controls, 0);

    printable(diag, out->text, sizeof out->text);
    ldap_memfree(diag);
    if (rc != LDAP_SUCCESS)
        return ra_fail(err, RA_ESERVER, "an answer that is not LDAP: %s", ldap_err2string(rc));
    return 0;
}

/* libldap takes the attribute list as char ** but only reads it. */
static char **list(const char *const *names)
{
    char **out;

    memcpy(&out, &names, sizeof out);
    return out;
}

static LDAPMessage *last_of(struct ra_dir *d, LDAPMessage *chain)
{
    LDAPMessage *last = chain;

    for (LDAPMessage *m = chain; m; m = ldap_next_message(d->ld, m))
        if (ldap_msgtype(m) == LDAP_RES_SEARCH_RESULT)
            last = m;
    return last;
}

int ra_dir_ask(struct ra_dir *d, const char *base, int scope, const char *filter,
               const char *const *attributes, LDAPMessage **out, struct ra_dir_result *result,
               struct ra_err *err)
{
    char text[512];
    int msgid, rc;

    *out = NULL;
    rc = ldap_search_ext(d->ld, base, scope, filter, list(attributes), 0, NULL, NULL, NULL,
                         LDAP_NO_LIMIT, &msgid);
    if (rc != LDAP_SUCCESS) {
        d->lost = rc == LDAP_SERVER_DOWN;
        ra_dir_local_text(d, rc, text, sizeof text);
        return ra_fail(err, RA_ENETWORK, "the request could not be sent: %s", text);
    }
    rc = ra_dir_wait(d, msgid, LDAP_MSG_ALL, out, err);
    if (rc) {
        ldap_abandon_ext(d->ld, msgid, NULL, NULL);
        return rc;
    }
    rc = ra_dir_result(d, last_of(d, *out), result, NULL, err);
    if (rc) {
        ldap_msgfree(*out);
        *out = NULL;
    }
    return rc;
}
