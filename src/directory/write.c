#include "src/directory/write.h"

#include "src/directory/session.h"

#include <string.h>

enum { WINDOW = 16 }; /* requests under way: enough that the server never waits for us */

struct sending {
    struct ra_dir *d;
    struct ra_dir_change *all;
    size_t n, next, under_way;
    struct {
        int msgid; /* 0: free */
        struct ra_dir_change *change;
    } slot[WINDOW];
    ra_changed_fn *done;
    void *ctx;
};

/* libldap takes values as char *, and only reads them. */
static struct berval berval_of(struct ra_str s)
{
    struct berval b = {.bv_len = s.n};

    memcpy(&b.bv_val, &s.p, sizeof b.bv_val);
    return b;
}

static char *unconst(const char *z)
{
    char *p;

    memcpy(&p, &z, sizeof p);
    return p;
}

/* ---- send ---- */

static int send_one(struct sending *s, struct ra_dir_change *c, int *msgid)
{
    struct berval old = berval_of(c->have), new = berval_of(c->want);
    struct berval *olds[] = {&old, NULL}, *news[] = {&new, NULL};
    LDAPMod out = {.mod_op = LDAP_MOD_DELETE | LDAP_MOD_BVALUES, .mod_type = unconst(c->attribute)};
    LDAPMod in = {.mod_op = LDAP_MOD_ADD | LDAP_MOD_BVALUES, .mod_type = unconst(c->attribute)};
    LDAPMod *mods[3] = {NULL};
    size_t n = 0;

    out.mod_bvalues = olds;
    in.mod_bvalues = news;
    if (!ra_str_absent(c->have))
        mods[n++] = &out;
    if (!ra_str_absent(c->want))
        mods[n++] = &in;
    return ldap_modify_ext(s->d->ld, c->dn, mods, NULL, NULL, msgid);
}

static int fill_window(struct sending *s, struct ra_err *err)
{
    char text[512];

    for (size_t i = 0; i < WINDOW && s->next < s->n; i++) {
        struct ra_dir_change *c = &s->all[s->next];
        int rc;
        if (s->slot[i].msgid)
            continue;
        c->outcome = RA_CHANGE_UNKNOWN; /* from here on a part of it may be on its way */
        rc = send_one(s, c, &s->slot[i].msgid);
        if (rc != LDAP_SUCCESS) {
            s->slot[i].msgid = 0;
            s->d->lost = true;
            ra_dir_local_text(s->d, rc, text, sizeof text);
            return ra_fail(err, RA_ENETWORK, "the change could not be sent: %s", text);
        }
        s->slot[i].change = c;
        s->next++;
        s->under_way++;
    }
    return 0;
}

/* ---- receive ---- */

static enum ra_change_outcome outcome_of(int code)
{
    switch (code) {
    case LDAP_SUCCESS:
        return RA_CHANGE_DONE;
    case LDAP_NO_SUCH_ATTRIBUTE:
    case LDAP_TYPE_OR_VALUE_EXISTS:
        return RA_CHANGE_CONFLICT;
    case LDAP_NO_SUCH_OBJECT:
        return RA_CHANGE_GONE;
    case LDAP_INSUFFICIENT_ACCESS:
        return RA_CHANGE_DENIED;
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
        return RA_CHANGE_BUSY;
    default:
        return RA_CHANGE_REFUSED;
    }
}

static int take_answer(struct sending *s, LDAPMessage *msg, struct ra_err *err)
{
    struct ra_dir_result result;
    int rc = ra_dir_result(s->d, msg, &result, NULL, err), id = ldap_msgid(msg);
    struct ra_dir_change *c = NULL;

    for (size_t i = 0; i < WINDOW && !c; i++)
        if (s->slot[i].msgid == id) {
            c = s->slot[i].change;
            s->slot[i].msgid = 0;
        }
    if (rc != 0 || !c)
        return rc; /* an answer to nothing of ours is passed over */
    s->under_way--;
    c->outcome = outcome_of(result.code);
    c->why = (struct ra_err){0};
    if (c->outcome != RA_CHANGE_DONE)
        ra_fail(&c->why, c->outcome == RA_CHANGE_DENIED ? RA_EPERMISSION : RA_ESERVER,
                "%s (%d)%s%s", ldap_err2string(result.code), result.code,
                result.text[0] ? ": " : "", result.text);
    return s->done(s->ctx, c, err);
}

static int send_all(struct sending *s, struct ra_err *err)
{
    int rc = fill_window(s, err);

    while (rc == 0 && s->under_way) {
        LDAPMessage *msg;
        rc = ra_dir_wait(s->d, LDAP_RES_ANY, LDAP_MSG_ONE, &msg, err);
        if (rc == 0) {
            rc = take_answer(s, msg, err);
            ldap_msgfree(msg);
        }
        if (rc == 0)
            rc = fill_window(s, err);
    }
    return rc;
}

int ra_dir_modify(const struct ra_writer *w, struct ra_dir *d, struct ra_dir_change *all, size_t n,
                  ra_changed_fn *done, void *ctx, struct ra_err *err)
{
    struct sending s = {.d = d, .all = all, .n = n, .done = done, .ctx = ctx};
    int rc;

    if (!w)
        return ra_fail(err, RA_EINTERNAL,
                       "directory %s: a change was asked for without the right to write",
                       d->o.name);
    if (d->ldif) {
        ra_fail(err, RA_ECONFIG, "directory %s (%s) is a dump", d->o.name, d->o.uri);
        return ra_hint(err, "set uri to a domain controller");
    }
    if (d->ld && d->lost)
        ra_dir_hang_up(d);
    rc = ra_dir_session(d, err);
    if (rc != 0)
        return rc;
    rc = send_all(&s, err);
    if (rc == 0)
        return 0;
    /* Whatever is still under way must not be answered into a later call. */
    ra_dir_hang_up(d);
    return ra_dir_blame(d, err);
}
