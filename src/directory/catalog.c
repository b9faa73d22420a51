/*
 * The global catalog has every object of the forest, and of each only the attributes of the partial
 * attribute set, which the schema names. An attribute that is not among them does not come, as one
 * without a value does not: only the schema tells the two apart.
 */
#include "src/directory/session.h"

#include <stdlib.h>
#include <string.h>

/* Names are of letters, digits and hyphens; anything else could mean something in a filter. */
static bool plain(const char *name)
{
    size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    return n && !name[n];
}

static void filter_of(const char *const *attributes, struct ra_buf *out)
{
    ra_buf_puts(out, "(&(objectClass=attributeSchema)"
                     "(!(isMemberOfPartialAttributeSet=TRUE))(|");
    for (size_t i = 0; attributes[i]; i++)
        if (plain(attributes[i]))
            ra_buf_printf(out, "(lDAPDisplayName=%s)", attributes[i]);
    ra_buf_puts(out, "))");
}

static size_t place_of(const char *const *attributes, const struct berval *name)
{
    size_t i = 0;

    while (attributes[i] &&
           !ra_str_eq_fold(ra_str_n(name->bv_val, name->bv_len), ra_str(attributes[i])))
        i++;
    return i;
}

static void mark(struct ra_dir *d, LDAPMessage *found, const char *const *attributes, bool *lacks)
{
    for (LDAPMessage *e = ldap_first_entry(d->ld, found); e; e = ldap_next_entry(d->ld, e)) {
        struct berval **v = ldap_get_values_len(d->ld, e, "lDAPDisplayName");
        size_t i = v && v[0] ? place_of(attributes, v[0]) : 0;

        if (v && v[0] && attributes[i])
            lacks[i] = true;
        ldap_value_free_len(v);
    }
}

static int ask_schema(struct ra_dir *d, const char *const *attributes, bool *lacks,
                      struct ra_err *err)
{
    static const char *const wanted[] = {"lDAPDisplayName", NULL};
    struct ra_dir_result result;
    LDAPMessage *found = NULL;
    struct ra_buf filter;
    int rc;

    if (!d->root.schema)
        return ra_fail(err, RA_EINCOMPLETE,
                       "the global catalog does not name its schema: what it has cannot be told");
    ra_buf_init(&filter, 1 << 16);
    filter_of(attributes, &filter);
    rc = ra_dir_ask(d, d->root.schema, LDAP_SCOPE_ONELEVEL, ra_buf_z(&filter), wanted, &found,
                    &result, err);
    ra_buf_free(&filter);
    if (rc == 0 && result.code != LDAP_SUCCESS)
        rc = ra_fail(err, RA_EINCOMPLETE,
                     "the schema cannot be read (%s): what a global catalog has cannot be told",
                     ldap_err2string(result.code));
    if (rc == 0)
        mark(d, found, attributes, lacks);
    ldap_msgfree(found);
    return rc;
}

int ra_dir_catalog_lacks(struct ra_dir *d, const char *const *attributes, bool *lacks,
                         struct ra_err *err)
{
    size_t n = 0;
    int rc;

    while (attributes[n])
        n++;
    memset(lacks, 0, n * sizeof *lacks);
    if (d->ldif || !d->root.global_catalog)
        return 0;
    rc = ra_dir_session(d, err);
    if (rc == 0)
        rc = ask_schema(d, attributes, lacks, err);
    return rc ? ra_dir_blame(d, err) : 0;
}
