/*
 * What the account may do in AD beside reading. The server works effective rights out itself
 * (allowedAttributesEffective, sDRightsEffective), memberships and inheritance included; nothing is
 * written to find out. Reading has no such attribute: what may not be read is simply not there.
 */
#include "recovery/cli/doctor.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE 20 /* objects of each kind below each place */

enum { WRITE_OWNER = 1, WRITE_DACL = 4 }; /* of sDRightsEffective */

/* What is looked for on the objects of one kind. */
struct right {
    const char *check, *plural, *filter, *attribute;
    const char *class_name, *class_guid, *attribute_guid; /* for dsacls and SDDL */
    const char *use;
};

static const struct right rights[] = {
    {"anchors of users", "users",
     "(&(|(objectClass=user)(objectClass=inetOrgPerson))(!(objectClass=computer)))",
     "mS-DS-ConsistencyGuid", "user", "bf967aba-0de6-11d0-a285-00aa003049e2",
     "23773dc2-b63a-11d2-90e1-00c04fd91ab1", "ad.set_consistency_guid"},
    {"anchors of groups", "groups", "(objectClass=group)", "mS-DS-ConsistencyGuid", "group",
     "bf967a9c-0de6-11d0-a285-00aa003049e2", "23773dc2-b63a-11d2-90e1-00c04fd91ab1",
     "ad.set_consistency_guid"},
    {"holding users back", "users",
     "(&(|(objectClass=user)(objectClass=inetOrgPerson))(!(objectClass=computer)))",
     "adminDescription", "user", "bf967aba-0de6-11d0-a285-00aa003049e2",
     "bf967919-0de6-11d0-a285-00aa003049e2", "ad.hold"},
};

struct looking {
    struct ra_doctor *d;
    const struct ra_config_ad *ad;
    struct ra_dir *dir;
    const struct ra_dir_root *root;
    char account[300], sid[RA_SID_TEXT]; /* who is to be granted; "SID" when not found */
};

/* ---- the sample ---- */

struct sample {
    const char *attribute;
    size_t seen, may, others; /* objects; of them writable; most further attributes of one */
    long long security;       /* bits of sDRightsEffective, of any */
    char refused[512];        /* the first object that may not be written */
    bool enough;
};

static int take(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct sample *s = ctx;
    struct ra_str dn = ra_dir_entry_dn(e);
    size_t n = 0;
    const struct ra_str *all = ra_dir_entry_values(e, "allowedAttributesEffective", &n);
    long long bits = 0;
    bool may = false;

    for (size_t i = 0; all && i < n; i++)
        may = may || ra_str_eq_fold(all[i], ra_str(s->attribute));
    if (ra_parse_int(ra_dir_entry_first(e, "sDRightsEffective"), &bits))
        s->security |= bits;
    s->may += may;
    if (all && n - may > s->others)
        s->others = n - may;
    if (!may && !s->refused[0])
        snprintf(s->refused, sizeof s->refused, RA_STR_FMT, RA_STR_ARG(dn));
    s->enough = ++s->seen % SAMPLE == 0;
    return s->enough ? ra_fail(err, RA_EINTERNAL, "enough was read") : 0;
}

static int sample_below(struct looking *l, const struct right *r, const char *base,
                        struct sample *s, struct ra_err *e)
{
    static const char *const wanted[] = {"allowedAttributesEffective", "sDRightsEffective", NULL};
    const struct ra_dir_query q = {
        .base = base, .filter = r->filter, .attributes = wanted, .page_size = SAMPLE};
    int rc = ra_dir_search(l->dir, &q, take, s, e);

    return rc != 0 && s->enough ? 0 : rc;
}

static const char *place(const struct looking *l, size_t i)
{
    return l->ad->include.n ? l->ad->include.items[i] : l->root->base;
}

static int take_sample(struct looking *l, const struct right *r, struct sample *s, struct ra_err *e)
{
    size_t places = l->ad->include.n ? l->ad->include.n : 1;
    int rc = 0;

    *s = (struct sample){.attribute = r->attribute};
    for (size_t i = 0; i < places && rc == 0; i++) {
        s->enough = false;
        rc = sample_below(l, r, place(l, i), s, e);
    }
    return rc;
}

/* ---- what grants it ---- */

static void grant_text(const struct looking *l, const struct right *r, struct ra_buf *out)
{
    ra_buf_printf(out, "dsacls \"%s\" /I:S /G \"%s:WP;%s;%s\", as SDDL (OA;CIIO;WP;%s;%s;%s)",
                  place(l, 0), l->account, r->attribute, r->class_name, r->attribute_guid,
                  r->class_guid, l->sid);
}

static void tell(struct looking *l, const struct right *r, const struct sample *s)
{
    struct ra_buf fix;

    ra_buf_init(&fix, 1 << 14);
    grant_text(l, r, &fix);
    if (s->seen == 0)
        ra_doctor_skip(l->d, r->check, "none can be seen where objects are read");
    else if (s->may == s->seen)
        ra_doctor_ok(l->d, r->check, "%s may be written on all %zu sampled %s", r->attribute,
                     s->seen, r->plural);
    else if (s->may == 0)
        ra_doctor_note(l->d, r->check, ra_buf_z(&fix),
                       "%s may not be written on any of %zu sampled %s, which nothing but apply"
                       " needs (%s)",
                       r->attribute, s->seen, r->plural, r->use);
    else
        ra_doctor_warn(
            l->d, r->check, ra_buf_z(&fix),
            "%s may be written on %zu of %zu sampled %s only, not on %s; what AdminSDHolder"
            " protects inherits nothing",
            r->attribute, s->may, s->seen, r->plural, s->refused);
    ra_buf_free(&fix);
}

/* More than apply needs: said, not blamed. */
static void tell_more(struct looking *l, const struct sample *s)
{
    if (s->seen && (s->security & (WRITE_OWNER | WRITE_DACL)))
        ra_doctor_ok(l->d, "other rights",
                     "this account may also change permissions or owners of users, more than"
                     " reanchor ever needs");
    else if (s->seen && s->others)
        ra_doctor_ok(l->d, "other rights",
                     "this account may write up to %zu further attributes of a user", s->others);
    else if (s->seen)
        ra_doctor_ok(l->d, "other rights", "none on the sampled users");
}

/* ---- DirSync ---- */

static int stop_at_once(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    (void)e;
    *(bool *)ctx = true;
    return ra_fail(err, RA_EINTERNAL, "enough was read");
}

/* The last thing on this connection: the answer is left where it stands. */
static void check_changes(struct looking *l)
{
    static const char *const wanted[] = {"objectGUID", NULL};
    const struct ra_dir_changes q = {
        .base = l->root->domain, .filter = "(objectClass=*)", .attributes = wanted};
    enum ra_dir_told told = RA_DIR_NOT_FOR;
    struct ra_buf cookie, fix;
    struct ra_err e;
    bool answered = false;
    int rc;

    ra_buf_init(&cookie, 1 << 20);
    ra_buf_init(&fix, 1 << 12);
    rc = ra_dir_changes(l->dir, &q, stop_at_once, &answered, &cookie, &told, &e);
    ra_buf_printf(&fix,
                  "dsacls \"%s\" /G \"%s:CA;Replicating Directory Changes\", as SDDL"
                  " (OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;%s)",
                  l->root->domain, l->account, l->sid);
    if (answered || (rc == 0 && told == RA_DIR_TOLD))
        ra_doctor_ok(l->d, "Replicating Directory Changes",
                     "granted: later runs ask by DirSync what has changed");
    else if (rc == 0)
        ra_doctor_note(l->d, "Replicating Directory Changes", ra_buf_z(&fix),
                       "not granted, and not needed: with it later runs are quicker");
    else
        ra_doctor_warn(l->d, "Replicating Directory Changes", NULL, "%s", e.msg);
    ra_buf_free(&cookie);
    ra_buf_free(&fix);
}

/* ---- who ---- */

static int take_sid(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct ra_str sid = ra_dir_entry_first(e, "objectSid");
    char text[RA_SID_TEXT];

    (void)err;
    if (ra_sid_text(sid.p, sid.n, text))
        memcpy(ctx, text, sizeof text);
    return 0;
}

/* A DN or a userPrincipalName; another form of name, or a ticket, is left for the reader. */
static void find_account(struct looking *l)
{
    static const char *const wanted[] = {"objectSid", NULL};
    const char *name = l->ad->auth == RA_DIR_SIMPLE ? l->ad->bind_dn : NULL;
    bool dn = name && strchr(name, '=');
    char filter[400];
    struct ra_err e;
    struct ra_dir_query q = {.filter = "(objectClass=*)", .attributes = wanted};

    snprintf(l->account, sizeof l->account, "%.250s", name ? name : "DOMAIN\\ACCOUNT");
    snprintf(l->sid, sizeof l->sid, "SID");
    if (!name || strpbrk(name, "()*\\"))
        return;
    snprintf(filter, sizeof filter, "(|(userPrincipalName=%.150s)(sAMAccountName=%.*s))", name,
             (int)strcspn(name, "@"), name);
    if (dn) {
        q.base = name;
        q.scope = RA_DIR_BASE;
    } else {
        q.filter = filter;
    }
    if (dn || strchr(name, '@'))
        ra_dir_search(l->dir, &q, take_sid, l->sid, &e);
}

void ra_doctor_rights(struct ra_doctor *d, const struct ra_config_ad *ad, struct ra_dir *dir,
                      const struct ra_dir_root *root)
{
    struct looking l = {.d = d, .ad = ad, .dir = dir, .root = root};
    struct sample s, users = {0};
    struct ra_err e;

    if (!root->active_directory || root->global_catalog) /* a catalog is read-only */
        return;
    find_account(&l);
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
        if (take_sample(&l, &rights[i], &s, &e) != 0) {
            ra_doctor_warn(d, rights[i].check, NULL, "%s", e.msg);
            continue;
        }
        tell(&l, &rights[i], &s);
        if (i == 0)
            users = s;
    }
    tell_more(&l, &users);
    if (root->domain)
        check_changes(&l);
}
