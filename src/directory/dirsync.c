/*
 * AD's DirSync control: what changed since a cookie, answer by answer until the server says that
 * there is no more. An answer may be empty and still not be the last.
 */
#include "src/base/log.h"
#include "src/directory/entry.h"
#include "src/directory/session.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_BYTES (4 << 20) /* that the server is asked to keep an answer below */
#define COOKIE_MAX   ((size_t)1 << 20)
#define ANSWERS_MAX  10000000ULL

struct telling {
    struct ra_dir *d;
    const struct ra_dir_changes *q;
    ra_entry_fn *each;
    void *ctx;
    struct berval *cookie;
    struct ra_dir_entry entry;
    unsigned long long answers, came;
    unsigned same; /* answers in a row that brought nothing and moved nothing */
    bool more;
    enum ra_dir_told told;
};

static int ask(struct telling *t, int *msgid, struct ra_err *err)
{
    int flags = t->q->own_rights ? LDAP_CONTROL_X_DIRSYNC_OBJECT_SECURITY : 0, rc;
    struct berval none = {.bv_len = 0};
    LDAPControl *controls[2] = {NULL};
    char **attributes;

    rc = ldap_create_dirsync_control(t->d->ld, flags, ANSWER_BYTES, t->cookie ? t->cookie : &none,
                                     &controls[0]);
    if (rc != LDAP_SUCCESS)
        return ra_fail(err, RA_EINTERNAL, "DirSync control: %s", ldap_err2string(rc));
    controls[0]->ldctl_iscritical = 1;
    memcpy(&attributes, &t->q->attributes, sizeof attributes);
    rc = ldap_search_ext(t->d->ld, t->q->base, LDAP_SCOPE_SUBTREE, t->q->filter, attributes, 0,
                         controls, NULL, NULL, LDAP_NO_LIMIT, msgid);
    ldap_control_free(controls[0]);
    t->answers++;
    return rc == LDAP_SUCCESS ? 0 : ra_dir_send_failed(t->d, t->q->filter, rc, err);
}

static int hand_out(struct telling *t, LDAPMessage *msg, struct ra_err *err)
{
    int rc;

    ra_entry_begin(&t->entry);
    rc = ra_dir_decode(t->d, msg, &t->entry, err);
    t->came++;
    return rc != 0 ? rc : t->each(t->ctx, &t->entry, err);
}

/* ---- the end of one answer ---- */

static int moved(struct telling *t, struct berval *cookie, unsigned long long before,
                 struct ra_err *err)
{
    bool same = t->cookie && t->cookie->bv_len == cookie->bv_len &&
                memcmp(t->cookie->bv_val, cookie->bv_val, cookie->bv_len) == 0;

    t->same = same && before == t->came ? t->same + 1 : 0;
    if (t->more && (t->same > 100 || t->answers > ANSWERS_MAX))
        return ra_fail(err, RA_ESERVER, "DirSync says that there is more, and it never comes");
    ber_bvfree(t->cookie);
    t->cookie = ber_bvdup(cookie);
    return 0;
}

static int take_cookie(struct telling *t, LDAPControl **controls, unsigned long long before,
                       struct ra_err *err)
{
    LDAPControl *c = ldap_control_find(LDAP_CONTROL_X_DIRSYNC, controls, NULL);
    struct berval cookie = {0};
    int more = 0, rc;

    if (!c)
        return ra_fail(err, RA_EINCOMPLETE,
                       "the answer ended without the DirSync control: nothing proves that it is "
                       "whole");
    rc = ldap_parse_dirsync_control(t->d->ld, c, &more, &cookie);
    t->more = more != 0;
    if (rc != LDAP_SUCCESS || cookie.bv_len == 0 || cookie.bv_len > COOKIE_MAX)
        rc = ra_fail(err, RA_ESERVER, "a DirSync control that is malformed");
    else
        rc = moved(t, &cookie, before, err);
    ldap_memfree(cookie.bv_val);
    return rc;
}

/* Which results mean that there is another way to learn it. */
static enum ra_dir_told meaning(const struct telling *t, int code)
{
    switch (code) {
    case LDAP_INSUFFICIENT_ACCESS:
    case LDAP_OPERATIONS_ERROR:
    case LDAP_UNWILLING_TO_PERFORM:
        return RA_DIR_NOT_FOR;
    case LDAP_UNAVAILABLE_CRITICAL_EXTENSION:
    case LDAP_PROTOCOL_ERROR:
    case LDAP_CONSTRAINT_VIOLATION:
        return t->cookie ? RA_DIR_STALE : RA_DIR_NOT_FOR;
    default:
        return RA_DIR_TOLD;
    }
}

static int end_of_answer(struct telling *t, LDAPMessage *msg, unsigned long long before,
                         struct ra_err *err)
{
    struct ra_dir_result result;
    LDAPControl **controls = NULL;
    int rc = ra_dir_result(t->d, msg, &result, &controls, err);

    if (rc == 0 && result.code == LDAP_SUCCESS) {
        rc = take_cookie(t, controls, before, err);
    } else if (rc == 0 && (t->told = meaning(t, result.code)) != RA_DIR_TOLD) {
        t->more = false;
        ra_log(RA_LOG_REQUESTS, "%s: DirSync refused: %s (%d)%s%s", t->d->o.name,
               ldap_err2string(result.code), result.code, result.text[0] ? ": " : "", result.text);
    } else if (rc == 0) {
        rc = ra_dir_gave_up(t->d, &result, err);
    }
    ldap_controls_free(controls);
    return rc;
}

static int one_answer(struct telling *t, struct ra_err *err)
{
    unsigned long long before = t->came;
    int msgid, rc = ask(t, &msgid, err);
    bool done = false;

    while (rc == 0 && !done) {
        LDAPMessage *msg;

        if ((rc = ra_dir_wait(t->d, msgid, LDAP_MSG_ONE, &msg, err)) != 0)
            break;
        if (ldap_msgtype(msg) == LDAP_RES_SEARCH_ENTRY)
            rc = hand_out(t, msg, err);
        else if ((done = ldap_msgtype(msg) == LDAP_RES_SEARCH_RESULT))
            rc = end_of_answer(t, msg, before, err);
        ldap_msgfree(msg);
        if (rc != 0 && !done && t->d->ld && !t->d->lost)
            ldap_abandon_ext(t->d->ld, msgid, NULL, NULL);
    }
    return rc;
}

/* A cookie holds for every connection: after a fault the same answer is asked for again. */
static int answer_with_patience(struct telling *t, struct ra_err *err)
{
    int rc = ra_dir_session(t->d, err);

    if (rc == 0)
        rc = one_answer(t, err);
    for (int i = 0; i < t->q->tries && ra_dir_may_pass(t->d, rc); i++) {
        rc = ra_dir_come_back(t->d, i, rc, err);
        if (rc == 0)
            rc = one_answer(t, err);
    }
    return rc;
}

static void keep_cookie(const struct telling *t, struct ra_buf *cookie)
{
    ra_buf_clear(cookie);
    ra_buf_put(cookie, t->cookie->bv_val, t->cookie->bv_len);
}

int ra_dir_changes(struct ra_dir *d, const struct ra_dir_changes *q, ra_entry_fn *each, void *ctx,
                   struct ra_buf *cookie, enum ra_dir_told *told, struct ra_err *err)
{
    struct telling t = {.d = d, .q = q, .each = each, .ctx = ctx, .told = RA_DIR_TOLD};
    struct berval old = {.bv_len = cookie->n, .bv_val = (char *)cookie->p};
    int rc = 0;

    *told = RA_DIR_NOT_FOR;
    if (d->ldif || !d->offers_dirsync)
        return 0;
    t.cookie = cookie->n ? ber_bvdup(&old) : NULL;
    do {
        rc = answer_with_patience(&t, err);
    } while (rc == 0 && t.more);
    *told = t.told;
    if (rc == 0 && t.told == RA_DIR_TOLD)
        keep_cookie(&t, cookie);
    ber_bvfree(t.cookie);
    ra_entry_free(&t.entry);
    if (rc != 0)
        return ra_prefix(err, "DirSync of %s, answer %llu", q->base, t.answers),
               ra_dir_blame(d, err);
    ra_log(RA_LOG_REQUESTS, "%s: DirSync told of %llu objects in %llu answers", d->o.name, t.came,
           t.answers);
    return 0;
}
