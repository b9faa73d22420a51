/* Whether an attribute holds text, bytes or numbers: by AD's schema, else by the subschema. */
#include "src/base/buf.h"
#include "src/directory/session.h"

#include <ldap_schema.h>
#include <string.h>

#define SUP_DEPTH 8 /* an attribute type may take its syntax from the type above it */

static const struct {
    const char *oid;
    enum ra_dir_syntax syntax;
} syntaxes[] = {
    {"2.5.5.10", RA_SYNTAX_BINARY},  /* octet string */
    {"2.5.5.15", RA_SYNTAX_BINARY},  /* security descriptor */
    {"2.5.5.17", RA_SYNTAX_BINARY},  /* SID */
    {"2.5.5.9", RA_SYNTAX_INTEGER},  /* integer, enumeration */
    {"2.5.5.16", RA_SYNTAX_INTEGER}, /* large integer */
    {"1.3.6.1.4.1.1466.115.121.1.5", RA_SYNTAX_BINARY},
    {"1.3.6.1.4.1.1466.115.121.1.8", RA_SYNTAX_BINARY},
    {"1.3.6.1.4.1.1466.115.121.1.28", RA_SYNTAX_BINARY},
    {"1.3.6.1.4.1.1466.115.121.1.40", RA_SYNTAX_BINARY},
    {"1.3.6.1.4.1.1466.115.121.1.27", RA_SYNTAX_INTEGER},
};

static enum ra_dir_syntax by_oid(struct ra_str oid)
{
    for (size_t i = 0; i < sizeof syntaxes / sizeof syntaxes[0]; i++)
        if (ra_str_eq(oid, ra_str(syntaxes[i].oid)))
            return syntaxes[i].syntax;
    return ra_str_absent(oid) ? RA_SYNTAX_UNKNOWN : RA_SYNTAX_STRING;
}

static bool filter_for(const char *attribute, struct ra_buf *out)
{
    struct berval plain = {.bv_len = strlen(attribute)}, escaped = {0};
    bool ok;

    memcpy(&plain.bv_val, &attribute, sizeof plain.bv_val);
    ok = ldap_bv2escaped_filter_value(&plain, &escaped) == 0 &&
         ra_buf_puts(out, "(&(objectClass=attributeSchema)(lDAPDisplayName=") &&
         ra_buf_put(out, escaped.bv_val, escaped.bv_len) && ra_buf_puts(out, "))");
    ldap_memfree(escaped.bv_val);
    return ok;
}

static int by_ad_schema(struct ra_dir *d, const char *attribute, enum ra_dir_syntax *out,
                        struct ra_err *err)
{
    static const char *const wanted[] = {"attributeSyntax", NULL};
    struct ra_dir_result result;
    LDAPMessage *res = NULL, *entry;
    struct ra_buf filter;
    int rc;

    ra_buf_init(&filter, 4096);
    if (!filter_for(attribute, &filter)) {
        ra_buf_free(&filter);
        return ra_fail(err, RA_ECONFIG, "%s is no attribute name", attribute);
    }
    rc = ra_dir_ask(d, d->root.schema, LDAP_SCOPE_ONELEVEL, ra_buf_z(&filter), wanted, &res,
                    &result, err);
    ra_buf_free(&filter);
    if (rc)
        return ra_prefix(err, "schema");
    entry = ldap_first_entry(d->ld, res);
    if (entry) {
        struct berval **v = ldap_get_values_len(d->ld, entry, "attributeSyntax");

        if (v && v[0])
            *out = by_oid(ra_str_n(v[0]->bv_val, v[0]->bv_len));
        ldap_value_free_len(v);
    }
    ldap_msgfree(res);
    return 0;
}

static bool is_named(const LDAPAttributeType *t, const char *name)
{
    for (size_t i = 0; t->at_names && t->at_names[i]; i++)
        if (ra_str_eq_fold(ra_str(t->at_names[i]), ra_str(name)))
            return true;
    return t->at_oid && strcmp(t->at_oid, name) == 0;
}

static LDAPAttributeType *find_type(struct berval *const *v, const char *name)
{
    for (size_t i = 0; v && v[i]; i++) {
        const char *where;
        int code;
        LDAPAttributeType *t =
            ldap_str2attributetype(v[i]->bv_val, &code, &where, LDAP_SCHEMA_ALLOW_ALL);

        if (t && is_named(t, name))
            return t;
        ldap_attributetype_free(t);
    }
    return NULL;
}

static enum ra_dir_syntax by_types(struct berval *const *v, const char *name)
{
    enum ra_dir_syntax found = RA_SYNTAX_UNKNOWN;
    LDAPAttributeType *t = find_type(v, name);

    for (int depth = 0; t && depth < SUP_DEPTH; depth++) {
        LDAPAttributeType *above = NULL;

        found = by_oid(ra_str(t->at_syntax_oid));
        if (found == RA_SYNTAX_UNKNOWN && t->at_sup_oid)
            above = find_type(v, t->at_sup_oid);
        ldap_attributetype_free(t);
        t = above;
    }
    ldap_attributetype_free(t);
    return found;
}

static int by_subschema(struct ra_dir *d, const char *attribute, enum ra_dir_syntax *out,
                        struct ra_err *err)
{
    static const char *const wanted[] = {"attributeTypes", NULL};
    struct ra_dir_result result;
    LDAPMessage *res = NULL, *entry;
    int rc = ra_dir_ask(d, d->subschema, LDAP_SCOPE_BASE, "(objectClass=subschema)", wanted, &res,
                        &result, err);

    if (rc)
        return ra_prefix(err, "schema");
    entry = ldap_first_entry(d->ld, res);
    if (entry) {
        struct berval **v = ldap_get_values_len(d->ld, entry, "attributeTypes");

        *out = by_types(v, attribute);
        ldap_value_free_len(v);
    }
    ldap_msgfree(res);
    return 0;
}

static int look_up(struct ra_dir *d, const char *attribute, enum ra_dir_syntax *out,
                   struct ra_err *err)
{
    int rc = 0;

    if (d->root.schema)
        rc = by_ad_schema(d, attribute, out, err);
    if (!rc && *out == RA_SYNTAX_UNKNOWN && d->subschema)
        rc = by_subschema(d, attribute, out, err);
    return rc ? ra_dir_blame(d, err) : 0;
}

int ra_dir_syntax(struct ra_dir *d, const char *attribute, enum ra_dir_syntax *out,
                  struct ra_err *err)
{
    bool used = d->used;
    int rc;

    *out = RA_SYNTAX_UNKNOWN;
    if (d->ldif)
        return 0;
    rc = ra_dir_session(d, err);
    if (rc)
        return rc;
    rc = look_up(d, attribute, out, err);
    if (rc && (rc = ra_dir_again(d, used, rc, err)) == 0)
        rc = look_up(d, attribute, out, err);
    return rc;
}
