/* Distinguished names, read part by part. */
#include "tests/property/oracle_inner.h"

#include <string.h>

#define PARTS 64

struct part {
    const char *type, *value; /* value unescaped */
};

struct dn {
    struct part at[PARTS];
    size_t n;
};

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The value up to the next comma that is not escaped; *s then stands on it, or at the end. */
static const char *read_value(struct ra_arena *a, const char **s)
{
    const char *p = *s;
    char *value = ra_arena_alloc(a, strlen(p) + 1);
    size_t n = 0, kept = 0; /* kept: unescaped blanks behind it are not part of the value */

    while (*p == ' ')
        p++;
    while (*p && *p != ',') {
        bool escaped = *p == '\\' && p[1];

        if (escaped && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
            value[n++] = (char)(hex(p[1]) * 16 + hex(p[2]));
            p += 3;
        } else {
            p += escaped;
            value[n++] = *p++;
        }
        if (escaped || value[n - 1] != ' ')
            kept = n;
    }
    value[kept] = 0;
    *s = p;
    return value;
}

static void read_dn(struct ra_arena *a, const char *s, struct dn *dn)
{
    dn->n = 0;
    while (*s && dn->n < PARTS) {
        while (*s == ' ')
            s++;
        size_t type = strcspn(s, "=,");

        dn->at[dn->n].type = ra_arena_copy(a, s, type);
        s += type;
        if (*s == '=')
            s++;
        dn->at[dn->n].value = read_value(a, &s);
        dn->n++;
        if (*s == ',')
            s++;
    }
}

bool dn_below(struct ra_arena *a, const char *dn, const char *base)
{
    struct dn whole, end;

    read_dn(a, dn, &whole);
    read_dn(a, base, &end);
    if (end.n > whole.n)
        return false;
    for (size_t i = 0; i < end.n; i++) {
        const struct part *x = &whole.at[whole.n - end.n + i], *y = &end.at[i];

        if (!same_folded(x->type, y->type) || !same_folded(x->value, y->value))
            return false;
    }
    return true;
}

const char *dn_dns_name(struct ra_arena *a, const char *text)
{
    const char *name = "";
    struct dn dn;

    read_dn(a, text, &dn);
    for (size_t i = 0; i < dn.n; i++)
        if (same_folded(dn.at[i].type, "DC"))
            name = format(a, "%s%s%s", name, *name ? "." : "", dn.at[i].value);
    return name;
}

bool dn_is_conflict(struct ra_arena *a, const char *text)
{
    struct dn dn;

    read_dn(a, text, &dn);
    return dn.n && contains(dn.at[0].value, "\nCNF:");
}
