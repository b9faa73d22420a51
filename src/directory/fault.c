/*
 * Searches that fail: what the server's result means to whoever wanted all of it, which faults may
 * pass, and how a search is tried again after one.
 */
#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/directory/session.h"

#include <poll.h>
#include <string.h>

#define WAIT_FIRST_MS 500
#define WAIT_MOST_MS  15000

LDAPControl ra_dir_plain_control(const char *oid, char critical)
{
    LDAPControl c = {.ldctl_iscritical = critical};

    memcpy(&c.ldctl_oid, &oid, sizeof c.ldctl_oid);
    return c;
}

int ra_dir_send_failed(struct ra_dir *d, const char *filter, int rc, struct ra_err *err)
{
    char text[512];

    d->lost = rc == LDAP_SERVER_DOWN;
    ra_dir_local_text(d, rc, text, sizeof text);
    if (rc == LDAP_FILTER_ERROR)
        return ra_fail(err, RA_EINTERNAL, "the filter %s is malformed", filter);
    return ra_fail(err, RA_ENETWORK, "the request could not be sent: %s", text);
}

int ra_dir_gave_up(struct ra_dir *d, const struct ra_dir_result *res, struct ra_err *err)
{
    enum ra_code code = RA_EINCOMPLETE;
    const char *hint = "";

    d->busy = res->code == LDAP_BUSY || res->code == LDAP_UNAVAILABLE;
    switch (res->code) {
    case LDAP_NO_SUCH_OBJECT:
        code = RA_ENOTFOUND;
        hint = "check base: there is no such DN, or the account may not see it";
        break;
    case LDAP_INSUFFICIENT_ACCESS:
        code = RA_EPERMISSION;
        hint = "the account needs to read the domain";
        break;
    case LDAP_REFERRAL:
        code = RA_ECONFIG;
        hint = "base lies on another server; referrals are never followed: add a section for it";
        break;
    case LDAP_UNAVAILABLE_CRITICAL_EXTENSION:
        code = RA_ESERVER;
        hint = "without paged results there is no proof that a list is whole";
        break;
    case LDAP_SIZELIMIT_EXCEEDED:
    case LDAP_ADMINLIMIT_EXCEEDED:
    case LDAP_TIMELIMIT_EXCEEDED:
        hint = "the server limits what this account may read at once";
        break;
    default:
        break;
    }
    ra_fail(err, code, "%s (%d)%s%s", ldap_err2string(res->code), res->code,
            res->text[0] ? ": " : "", res->text);
    return ra_hint(err, "%s", hint);
}

bool ra_dir_may_pass(const struct ra_dir *d, int rc)
{
    return rc != 0 && (d->lost || d->silent || d->busy) && !ra_dir_stopped(d, NULL);
}

/* 0.5 s, 1 s, 2 s ...; a signal ends it. */
static int wait_a_little(const struct ra_dir *d, int tried, struct ra_err *err)
{
    int64_t ms = WAIT_FIRST_MS << (tried > 5 ? 5 : tried);
    int64_t end = ra_monotonic_ms() + (ms > WAIT_MOST_MS ? WAIT_MOST_MS : ms);
    int rc;

    while ((rc = ra_dir_stopped(d, err)) == 0 && ra_monotonic_ms() < end)
        poll(NULL, 0, RA_DIR_POLL_MS);
    return rc;
}

int ra_dir_come_back(struct ra_dir *d, int tried, int rc, struct ra_err *err)
{
    bool broken = d->lost || d->silent;
    int stopped;

    ra_log(RA_LOG_REQUESTS, "directory %s: %s; trying again", d->o.name,
           err && rc != 0 ? err->msg : "interrupted");
    if ((stopped = wait_a_little(d, tried, err)) != 0)
        return stopped;
    if (broken)
        ra_dir_hang_up(d);
    d->silent = d->busy = false;
    rc = ra_dir_session(d, err);
    /* A domain controller that is being restarted refuses for a while. */
    if (rc == -(int)RA_ENETWORK)
        d->silent = true;
    return rc;
}
