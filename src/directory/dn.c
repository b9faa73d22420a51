#include "src/base/mem.h"
#include "src/directory/directory.h"

#include <ldap.h>
#include <stdlib.h>
#include <string.h>

#define DN_MAX 65536

/* "type=value", folded. False when it holds a NUL, which is what ends an RDN. */
static bool put_ava(struct ra_buf *out, const LDAPAVA *ava)
{
    size_t at = out->n;

    const struct berval *value = &ava->la_value;

    if ((value->bv_len && memchr(value->bv_val, '\0', value->bv_len)) ||
        !ra_buf_put(out, ava->la_attr.bv_val, ava->la_attr.bv_len) || !ra_buf_putc(out, '=') ||
        !ra_buf_put(out, value->bv_val, value->bv_len))
        return false;
    ra_fold_into(out->p + at, out->p + at, out->n - at);
    return true;
}

static int compare_texts(const void *a, const void *b)
{
    const struct ra_buf *x = a, *y = b;

    return ra_str_cmp(ra_str_n(x->p, x->n), ra_str_n(y->p, y->n));
}

/* CN=a+OU=b and OU=b+CN=a are the same RDN. */
static bool put_several(struct ra_buf *out, LDAPAVA *const *avas, size_t n)
{
    struct ra_buf *texts = ra_calloc(n, sizeof *texts);
    bool ok = true;

    for (size_t i = 0; i < n; i++) {
        ra_buf_init(&texts[i], DN_MAX);
        ok = ok && put_ava(&texts[i], avas[i]);
    }
    qsort(texts, n, sizeof *texts, compare_texts);
    for (size_t i = 0; i < n && ok; i++)
        ok = (i == 0 || ra_buf_putc(out, '+')) && ra_buf_put(out, texts[i].p, texts[i].n);
    for (size_t i = 0; i < n; i++)
        ra_buf_free(&texts[i]);
    free(texts);
    return ok;
}

static bool put_rdn(struct ra_buf *out, LDAPAVA *const *avas)
{
    size_t n = 0;

    while (avas[n])
        n++;
    return (n == 1 ? put_ava(out, avas[0]) : put_several(out, avas, n)) && ra_buf_putc(out, '\0');
}

/* libldap looks at the byte behind a DN, whatever length it is told: it gets a copy with a NUL. */
static LDAPDN parse(struct ra_str dn)
{
    char small[512], *z = dn.n < sizeof small ? small : ra_malloc(dn.n + 1);
    LDAPDN parsed = NULL;
    int rc;

    memcpy(z, dn.p, dn.n);
    z[dn.n] = '\0';
    rc = ldap_str2dn(z, &parsed, LDAP_DN_FORMAT_LDAPV3);
    if (rc == LDAP_NO_MEMORY)
        ra_die("out of memory (libldap)");
    if (rc != LDAP_SUCCESS)
        parsed = NULL;
    if (z != small)
        free(z);
    return parsed;
}

/* Nearly all DNs are of this kind, as AD writes them: nothing escaped, no blank beside a separator,
 * one value in each RDN, so that each lies between two commas as it stands. Anything else is
 * libldap's to take apart, which takes several times as long. */
static bool is_plain(struct ra_str dn)
{
    bool type = true; /* within the type of an RDN */
    size_t at = 0;    /* where the type, or the value, begins */

    for (size_t i = 0; i <= dn.n; i++) {
        char c = i < dn.n ? dn.p[i] : ',';
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (type && c == '=' && i > at) {
            type = false;
            at = i + 1;
        } else if (type) {
            if (!letter)
                return false;
        } else if (c == ',') {
            if (i == at || dn.p[at] == ' ' || dn.p[i - 1] == ' ')
                return false;
            type = true;
            at = i + 1;
        } else if ((unsigned char)c < ' ' || (unsigned char)c > '~' || strchr("\\\"+#<>;=", c)) {
            return false;
        }
    }
    return true;
}

static bool put_plain(struct ra_str dn, struct ra_buf *out)
{
    size_t end = dn.n;

    for (size_t i = dn.n; i-- > 0;) {
        size_t from = dn.p[i] == ',' ? i + 1 : i, at = out->n;

        if (dn.p[i] != ',' && i > 0)
            continue;
        if (!ra_buf_put(out, dn.p + from, end - from) || !ra_buf_putc(out, '\0'))
            return false;
        ra_fold_into(out->p + at, out->p + at, end - from);
        end = i;
    }
    return true;
}

bool ra_dn_key(struct ra_str dn, struct ra_buf *out)
{
    size_t start = out->n, n = 0;
    LDAPDN parsed;
    bool ok = true;

    if (dn.n == 0)
        return true; /* the root, of which all is below */
    if (dn.n <= DN_MAX && is_plain(dn)) {
        ok = put_plain(dn, out);
        if (!ok)
            out->n = start;
        return ok;
    }
    if (dn.n > DN_MAX || memchr(dn.p, '\0', dn.n) || !(parsed = parse(dn)))
        return false;
    while (parsed[n])
        n++;
    while (n > 0 && ok)
        ok = put_rdn(out, parsed[--n]);
    ldap_dnfree(parsed);
    if (!ok)
        out->n = start;
    return ok;
}
