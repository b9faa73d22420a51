/* The rootDSE, and the DC's invocation id. */
#include "src/base/ident.h"
#include "src/directory/session.h"

#include <string.h>

static const char *const root_attributes[] = {"defaultNamingContext",
                                              "namingContexts",
                                              "configurationNamingContext",
                                              "schemaNamingContext",
                                              "dnsHostName",
                                              "dsServiceName",
                                              "highestCommittedUSN",
                                              "supportedCapabilities",
                                              "supportedControl",
                                              "subschemaSubentry",
                                              NULL};

static struct ra_str str_of(const struct berval *v)
{
    return ra_str_n(v->bv_val, v->bv_len);
}

/* A copy of the only value; NULL when there is none, or several. */
static const char *only(struct ra_dir *d, LDAPMessage *entry, const char *name)
{
    struct berval **v = ldap_get_values_len(d->ld, entry, name);
    const char *copy = NULL;

    if (v && v[0] && !v[1] && v[0]->bv_len)
        copy = ra_dir_keep(d, str_of(v[0]));
    ldap_value_free_len(v);
    return copy;
}

static bool has(struct ra_dir *d, LDAPMessage *entry, const char *name, const char *value)
{
    struct berval **v = ldap_get_values_len(d->ld, entry, name);
    bool found = false;

    for (size_t i = 0; v && v[i] && !found; i++)
        found = ra_str_eq(str_of(v[i]), ra_str(value));
    ldap_value_free_len(v);
    return found;
}

static uint64_t number(struct ra_dir *d, LDAPMessage *entry, const char *name)
{
    struct berval **v = ldap_get_values_len(d->ld, entry, name);
    unsigned long long n = 0;

    if (v && v[0] && !ra_parse_uint(str_of(v[0]), &n))
        n = 0;
    ldap_value_free_len(v);
    return n;
}

/* One entry at its own DN; *out stays NULL when the server does not let us see it. */
static int read_entry(struct ra_dir *d, const char *dn, const char *const *attributes,
                      LDAPMessage **out, struct ra_dir_result *result, struct ra_err *err)
{
    int rc = ra_dir_ask(d, dn, LDAP_SCOPE_BASE, "(objectClass=*)", attributes, out, result, err);

    if (!rc && (result->code != LDAP_SUCCESS || !ldap_first_entry(d->ld, *out))) {
        ldap_msgfree(*out);
        *out = NULL;
    }
    return rc;
}

static int read_invocation_id(struct ra_dir *d, struct ra_err *err)
{
    static const char *const attributes[] = {"invocationId", NULL};
    struct ra_dir_result result;
    LDAPMessage *res;
    struct berval **v;
    int rc;

    d->root.invocation_id[0] = '\0';
    if (!d->root.ds_service_name)
        return 0;
    rc = read_entry(d, d->root.ds_service_name, attributes, &res, &result, err);
    if (rc || !res)
        return rc;
    v = ldap_get_values_len(d->ld, ldap_first_entry(d->ld, res), "invocationId");
    if (v && v[0] && v[0]->bv_len == 16) {
        uint8_t bytes[16];

        memcpy(bytes, v[0]->bv_val, sizeof bytes);
        ra_guid_text(bytes, d->root.invocation_id);
    }
    ldap_value_free_len(v);
    ldap_msgfree(res);
    return 0;
}

static void take(struct ra_dir *d, LDAPMessage *e)
{
    struct ra_dir_root *r = &d->root;

    r->domain = only(d, e, "defaultNamingContext");
    r->base = d->o.base ? d->o.base : r->domain;
    if (!r->base)
        r->base = only(d, e, "namingContexts");
    r->configuration = only(d, e, "configurationNamingContext");
    r->schema = only(d, e, "schemaNamingContext");
    r->dns_host_name = only(d, e, "dnsHostName");
    r->ds_service_name = only(d, e, "dsServiceName");
    r->highest_committed_usn = number(d, e, "highestCommittedUSN");
    r->active_directory = has(d, e, "supportedCapabilities", RA_OID_ACTIVE_DIRECTORY);
    r->global_catalog = r->active_directory && d->port &&
                        (strcmp(d->port, "3268") == 0 || strcmp(d->port, "3269") == 0);
    d->subschema = only(d, e, "subschemaSubentry");
    d->offers_deleted = has(d, e, "supportedControl", RA_OID_SHOW_DELETED);
    d->offers_recycled = has(d, e, "supportedControl", RA_OID_SHOW_RECYCLED);
    d->offers_dirsync = has(d, e, "supportedControl", RA_OID_DIRSYNC);
    d->offers_domain_scope = has(d, e, "supportedControl", RA_OID_DOMAIN_SCOPE);
}

int ra_dir_read_root(struct ra_dir *d, struct ra_err *err)
{
    struct ra_dir_result result;
    LDAPMessage *res;
    int rc = read_entry(d, "", root_attributes, &res, &result, err);

    if (rc)
        return ra_prefix(err, "rootDSE");
    if (!res)
        return ra_fail(err, RA_ESERVER, "the rootDSE cannot be read: %s (%d)%s%s",
                       ldap_err2string(result.code), result.code, result.text[0] ? ": " : "",
                       result.text);
    take(d, ldap_first_entry(d->ld, res));
    ldap_msgfree(res);
    if (!d->root.base) {
        ra_fail(err, RA_ECONFIG, "no base is set, and the server names no defaultNamingContext");
        return ra_hint(err, "set base to the domain's DN");
    }
    return read_invocation_id(d, err);
}

/* The USN moves on all the time: it is asked for anew, the rest is what the session began with. */
static int refresh_usn(struct ra_dir *d, struct ra_err *err)
{
    static const char *const attributes[] = {"highestCommittedUSN", NULL};
    struct ra_dir_result result;
    LDAPMessage *res;
    int rc = read_entry(d, "", attributes, &res, &result, err);

    if (rc)
        return ra_prefix(err, "rootDSE");
    if (res)
        d->root.highest_committed_usn =
            number(d, ldap_first_entry(d->ld, res), "highestCommittedUSN");
    ldap_msgfree(res);
    return 0;
}

int ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err)
{
    bool used = d->used;
    int rc = d->ldif ? 0 : ra_dir_session(d, err);

    if (!rc && !d->ldif && refresh_usn(d, err))
        rc =
            ra_dir_again(d, used, ra_dir_blame(d, err), err); /* a new session has read all of it */
    if (rc)
        return rc;
    *out = d->root;
    return 0;
}
