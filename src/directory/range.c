/*
 * AD hands out at most 1,500 (or 5,000) values of an attribute and names the rest by a range. They
 * are fetched to the end here, so that whoever reads an entry sees all of its values.
 */
#include "src/directory/entry.h"
#include "src/directory/session.h"

#include <stdio.h>
#include <stdlib.h>

/* The values lie in a message that is freed: they move to the entry's arena. */
static int take_values(struct ra_dir_entry *e, struct ra_dir_attr *a, const struct berval *values,
                       struct ra_err *err)
{
    for (size_t i = 0; values && values[i].bv_val; i++) {
        const char *copy = ra_arena_copy(&e->arena, values[i].bv_val, values[i].bv_len);

        if (!ra_entry_add(e, a, (struct ra_str){copy, values[i].bv_len}))
            return ra_fail(err, RA_ESERVER, "more than %zu MiB of values",
                           RA_ENTRY_MAX_BYTES >> 20);
    }
    return 0;
}

/* Adds the values of one attribute of the answer if they are the ones that come next. */
static int take_if_next(struct ra_dir_entry *e, struct ra_dir_attr *a, const struct berval *name,
                        const struct berval *values, struct ra_err *err)
{
    struct ra_attr_desc got = ra_attr_desc(ra_str_n(name->bv_val, name->bv_len));
    bool next = a->open && got.ranged && got.low == a->next && ra_str_eq_fold(got.name, a->name);

    if (!next)
        return 0;
    a->low = got.low;
    a->next = got.high + 1;
    a->open = !got.last;
    return take_values(e, a, values, err);
}

static int take_part(struct ra_dir *d, LDAPMessage *msg, struct ra_dir_entry *e,
                     struct ra_dir_attr *a, struct ra_err *err)
{
    struct berval dn, name, *values = NULL;
    size_t before = a->next;
    BerElement *ber = NULL;
    int rc = 0;

    if (ldap_get_dn_ber(d->ld, msg, &ber, &dn) != LDAP_SUCCESS)
        return ra_fail(err, RA_ESERVER, "an entry that is not LDAP");
    while (!rc && ldap_get_attribute_ber(d->ld, msg, ber, &name, &values) == LDAP_SUCCESS &&
           name.bv_val) {
        rc = take_if_next(e, a, &name, values, err);
        ber_memfree(values);
        values = NULL;
    }
    ber_free(ber, 0);
    if (!rc && a->open && a->next == before)
        rc = ra_fail(err, RA_EINCOMPLETE, "the values from %zu on did not come", a->next);
    return rc;
}

static int fetch_part(struct ra_dir *d, struct ra_dir_entry *e, struct ra_dir_attr *a,
                      struct ra_err *err)
{
    char want[320], *dn = ra_strndup(e->dn.p, e->dn.n);
    const char *const attributes[] = {want, NULL};
    struct ra_dir_result result;
    LDAPMessage *res = NULL, *entry;
    int rc;

    snprintf(want, sizeof want, RA_STR_FMT ";range=%zu-*", RA_STR_ARG(a->name), a->next);
    rc = ra_dir_ask(d, dn, LDAP_SCOPE_BASE, "(objectClass=*)", attributes, &res, &result, err);
    free(dn);
    if (rc)
        return rc;
    entry = ldap_first_entry(d->ld, res);
    d->busy = result.code == LDAP_BUSY || result.code == LDAP_UNAVAILABLE;
    if (result.code != LDAP_SUCCESS || !entry)
        rc = ra_fail(err, RA_EINCOMPLETE, "%s: %s (%d)%s%s", want, ldap_err2string(result.code),
                     result.code, result.text[0] ? ": " : "", result.text);
    else
        rc = take_part(d, entry, e, a, err);
    ldap_msgfree(res);
    return rc;
}

/* All that is left of one attribute. */
static int fetch_rest(struct ra_dir *d, struct ra_dir_entry *e, struct ra_dir_attr *a,
                      struct ra_err *err)
{
    int rc = 0;

    if (a->name.n > 256)
        return ra_fail(err, RA_ESERVER, "an attribute name of %zu bytes", a->name.n);
    while (a->open && !rc)
        rc = fetch_part(d, e, a, err);
    return rc;
}

int ra_dir_ranges(struct ra_dir *d, struct ra_dir_entry *e, struct ra_err *err)
{
    for (size_t i = 0; i < e->n; i++) {
        struct ra_dir_attr *a = &e->attrs[i];

        if (a->open && fetch_rest(d, e, a, err))
            return ra_prefix(err, RA_STR_FMT " of " RA_STR_FMT, RA_STR_ARG(a->name),
                             RA_STR_ARG(e->dn));
    }
    return 0;
}
