/* One directory: reached, verified, bound, and read as a run would read it. */
#include "recovery/cli/doctor.h"
#include "recovery/collect/collect.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE 100 /* entries of one small page */

struct sample {
    size_t entries;
    bool enough;
};

/* The first page is proof enough; what stops the search then is no fault. A dump is read whole,
 * whatever the filter. */
static int take(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct sample *s = ctx;

    if (ra_entry_kind(e) == RA_KINDS)
        return 0;
    s->enough = ++s->entries == SAMPLE;
    return s->enough ? ra_fail(err, RA_EINTERNAL, "enough was read") : 0;
}

static int take_deleted(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct sample *s = ctx;

    if (ra_str_absent(ra_dir_entry_first(e, "lastKnownParent")))
        return 0; /* the container itself, which every reader sees */
    s->entries++;
    s->enough = true;
    return ra_fail(err, RA_EINTERNAL, "enough was read");
}

static const char *const anchor_attributes[] = {
    "objectClass",           "objectGUID",      "objectSid", "sAMAccountName",
    "mS-DS-ConsistencyGuid", "lastKnownParent", NULL};

static bool check_root(struct ra_doctor *d, const struct ra_config_ad *ad, struct ra_dir *dir,
                       struct ra_dir_root *root)
{
    struct ra_err e;

    if (ra_dir_root(dir, root, &e) != 0) {
        ra_doctor_fault(d, "root", &e);
        return false;
    }
    if (ra_dir_is_ldif(dir)) {
        ra_doctor_ok(d, "dump", "%s", ad->uri + strlen("ldif:"));
        return true;
    }
    if (!root->active_directory) {
        ra_doctor_warn(d, "root", "name a domain controller in uri",
                       "%s does not say that it is Active Directory",
                       root->dns_host_name ? root->dns_host_name : "the server");
        return true;
    }
    ra_doctor_ok(d, "root", "%s, base %s, highest USN %llu",
                 root->dns_host_name ? root->dns_host_name : "Active Directory", root->base,
                 (unsigned long long)root->highest_committed_usn);
    return true;
}

static void check_reading(struct ra_doctor *d, struct ra_dir *dir)
{
    struct sample s = {0};
    struct ra_err e;
    const struct ra_dir_query q = {
        .filter = "(|(objectClass=user)(objectClass=inetOrgPerson)(objectClass=group)"
                  "(objectClass=contact))",
        .attributes = anchor_attributes,
        .page_size = SAMPLE,
    };

    if (ra_dir_search(dir, &q, take, &s, &e) != 0 && !s.enough) {
        ra_doctor_fault(d, "reading", &e);
    } else if (s.entries == 0) {
        ra_fail(&e, RA_EPERMISSION, "no user, group or contact can be seen below the base");
        ra_hint(&e, "check base, and that the account may read the domain");
        ra_doctor_fault(d, "reading", &e);
    } else {
        ra_doctor_ok(d, "reading", "%s%zu object%s read", s.enough ? "the first " : "", s.entries,
                     s.entries == 1 ? "" : "s");
    }
}

/* The deleted objects of a domain stand at its root, wherever the base is. */
static const char *domain_of(const char *base)
{
    for (const char *p = base; *p; p++)
        if ((p == base || p[-1] == ',') && ra_str_starts_fold(ra_str(p), RA_STR("DC=")))
            return p;
    return base;
}

static void check_deleted(struct ra_doctor *d, struct ra_dir *dir, const struct ra_dir_root *root)
{
    struct sample s = {0};
    struct ra_err e;
    const struct ra_dir_query q = {
        .base = domain_of(root->base),
        .filter = "(isDeleted=TRUE)",
        .attributes = anchor_attributes,
        .deleted = true,
        .page_size = SAMPLE,
    };
    static const char fix[] = "let the account list and read the Deleted Objects container, or run"
                              " as a domain administrator";

    if (ra_dir_search(dir, &q, take_deleted, &s, &e) == 0 && s.entries == 0)
        ra_doctor_warn(d, "deleted objects", fix,
                       "none can be seen: either there are none, or this account may not, and"
                       " orphans will not be explained as deleted");
    else if (!s.enough)
        ra_doctor_warn(d, "deleted objects", fix, "%s", e.msg);
    else
        ra_doctor_ok(d, "deleted objects", "can be read");
}

/* decision: an integer attribute as anchor is refused. */
static void check_attribute(struct ra_doctor *d, struct ra_dir *dir, const char *key,
                            const char *attribute)
{
    enum ra_dir_syntax syntax;
    struct ra_err e;

    if (ra_dir_syntax(dir, attribute, &syntax, &e) != 0) {
        ra_doctor_warn(d, key, NULL, "%s", e.msg);
    } else if (syntax == RA_SYNTAX_INTEGER) {
        ra_fail(&e, RA_ECONFIG, "%s is an integer, want a string or binary attribute", attribute);
        ra_doctor_fault(d, key, &e);
    } else if (syntax == RA_SYNTAX_UNKNOWN) {
        ra_doctor_warn(d, key, "check its spelling", "%s is not in the schema", attribute);
    } else {
        ra_doctor_ok(d, key, "%s is in the schema", attribute);
    }
}

static void check_attributes(struct ra_doctor *d, struct ra_dir *dir)
{
    const struct ra_config *c = d->cli->config;

    if (!ra_str_eq_fold(ra_str(c->anchor.attribute), RA_STR("auto")))
        check_attribute(d, dir, "anchor attribute", c->anchor.attribute);
    for (size_t i = 0; i < c->anchor.candidates.n; i++)
        check_attribute(d, dir, "anchor candidate", c->anchor.candidates.items[i]);
    check_attribute(d, dir, "login attribute", c->anchor.login_attribute);
}

/* A global catalog lacks what the schema does not give it; the tenant's own attribute is not known
 * here. */
static bool check_catalog(struct ra_doctor *d, const struct ra_config_ad *ad, struct ra_dir *dir)
{
    const struct ra_config *c = d->cli->config;
    struct ra_str *custom = ra_calloc(c->anchor.candidates.n + 1, sizeof *custom);
    struct ra_ad_read read = {
        .name = ad->name, .login_attribute = c->anchor.login_attribute, .custom = custom};
    struct ra_err e;
    int rc;

    for (size_t i = 0; i < c->anchor.candidates.n; i++)
        custom[read.customs++] = ra_str(c->anchor.candidates.items[i]);
    if (!ra_str_eq_fold(ra_str(c->anchor.attribute), RA_STR("auto")))
        custom[read.customs++] = ra_str(c->anchor.attribute);
    rc = ra_ad_has_all(dir, &read, &e);
    if (rc != 0)
        ra_doctor_fault(d, "global catalog", &e);
    else
        ra_doctor_ok(d, "global catalog",
                     "has every attribute that decides; each read is a full "
                     "one");
    free(custom);
    return rc == 0;
}

static void check_open(struct ra_doctor *d, const struct ra_config_ad *ad, struct ra_dir *dir)
{
    struct ra_dir_root root;

    if (!check_root(d, ad, dir, &root))
        return;
    if (root.global_catalog && !check_catalog(d, ad, dir))
        return;
    check_reading(d, dir);
    if (ra_dir_is_ldif(dir))
        return;
    check_deleted(d, dir, &root);
    check_attributes(d, dir);
    ra_doctor_rights(d, ad, dir, &root);
}

int ra_doctor_directory(struct ra_doctor *d, const struct ra_config_ad *ad, struct ra_err *err)
{
    static const char *const ways[] = {"Kerberos", "a simple bind", "a client certificate"};
    struct ra_dir_options o;
    struct ra_dir *dir = NULL;
    char group[64];
    struct ra_err e;

    snprintf(group, sizeof group, "directory %s", ad->name);
    d->group = group;
    ra_cli_dir_options(d->cli, ad, &o);
    o.timeout_s = 20;
    if (ra_dir_open(&o, &dir, &e) != 0) {
        ra_doctor_fault(d, e.code == RA_ESIGNIN ? "bind" : "connection", &e);
    } else {
        if (!ra_dir_is_ldif(dir))
            ra_doctor_ok(d, "connection", "%s, bound by %s", ad->uri, ways[ad->auth]);
        check_open(d, ad, dir);
    }
    ra_dir_close(&dir);
    d->group = d->heading = "directory"; /* group ends here */
    return ra_cli_stopped(d->cli, err);
}
