/*
 * Whether who may list one child of an object may list all of them. In Active Directory the right
 * to list contents is the parent's and goes for all children; only in List Object mode (the third
 * character of dSHeuristics) may single children be hidden.
 */
#include "src/directory/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool list_object_mode(struct ra_dir *d, LDAPMessage *entry)
{
    struct berval **v = ldap_get_values_len(d->ld, entry, "dSHeuristics");
    bool on = v && v[0] && v[0]->bv_len >= 3 && v[0]->bv_val[2] != '0';

    ldap_value_free_len(v);
    return on;
}

static int look(struct ra_dir *d, const char *dn, bool *yes, struct ra_err *err)
{
    static const char *const wanted[] = {"objectClass", "dSHeuristics", NULL};
    struct ra_dir_result result;
    LDAPMessage *res = NULL, *entry;
    int rc = ra_dir_ask(d, dn, LDAP_SCOPE_BASE, "(objectClass=*)", wanted, &res, &result, err);

    if (rc)
        return ra_dir_blame(d, err);
    entry = ldap_first_entry(d->ld, res);
    *yes = result.code == LDAP_SUCCESS && entry && !list_object_mode(d, entry);
    ldap_msgfree(res);
    return 0;
}

int ra_dir_lists_all(struct ra_dir *d, bool *yes, struct ra_err *err)
{
    static const char rest[] = "CN=Directory Service,CN=Windows NT,CN=Services,";
    size_t n;
    char *dn;
    int rc;

    *yes = false;
    if (d->ldif || !d->root.configuration)
        return 0;
    rc = ra_dir_session(d, err);
    if (rc)
        return rc;
    n = sizeof rest + strlen(d->root.configuration);
    dn = ra_malloc(n);
    snprintf(dn, n, "%s%s", rest, d->root.configuration);
    rc = look(d, dn, yes, err);
    free(dn);
    return rc;
}
