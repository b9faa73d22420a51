#include "src/directory/entry.h"

#include <stdlib.h>
#include <string.h>

void ra_entry_free(struct ra_dir_entry *e)
{
    ra_arena_free(&e->arena);
    free(e->attrs);
    *e = (struct ra_dir_entry){0};
}

void ra_entry_begin(struct ra_dir_entry *e)
{
    ra_arena_reset(&e->arena);
    e->dn = (struct ra_str){0};
    e->n = 0;
    e->bytes = 0;
}

/* "low-high" or "low-*" behind "range=". */
static bool parse_range(struct ra_str s, struct ra_attr_desc *d)
{
    unsigned long long low, high = 0;
    const char *dash = s.n ? memchr(s.p, '-', s.n) : NULL;
    struct ra_str tail;

    if (!dash || !ra_parse_uint(ra_str_n(s.p, (size_t)(dash - s.p)), &low))
        return false;
    tail = ra_str_from(s, (size_t)(dash - s.p) + 1);
    d->last = ra_str_eq(tail, RA_STR("*"));
    if (!d->last && (!ra_parse_uint(tail, &high) || high < low))
        return false;
    d->ranged = true;
    d->low = (size_t)low;
    d->high = (size_t)high;
    return true;
}

struct ra_attr_desc ra_attr_desc(struct ra_str description)
{
    const char *semi = description.n ? memchr(description.p, ';', description.n) : NULL;
    struct ra_attr_desc d = {.name = description};
    struct ra_str rest;

    if (!semi)
        return d;
    d.name = ra_str_n(description.p, (size_t)(semi - description.p));
    rest = ra_str_from(description, d.name.n + 1);
    while (!ra_str_absent(rest)) {
        const char *end = memchr(rest.p, ';', rest.n);
        struct ra_str option = end ? ra_str_n(rest.p, (size_t)(end - rest.p)) : rest;
        bool known = ra_str_eq_fold(option, RA_STR("binary")) ||
                     (ra_str_starts_fold(option, RA_STR("range=")) &&
                      parse_range(ra_str_from(option, 6), &d));

        /* A language tag or an unknown option makes it another attribute. */
        if (!known)
            return (struct ra_attr_desc){.name = description};
        rest = end ? ra_str_from(rest, option.n + 1) : (struct ra_str){0};
    }
    return d;
}

static struct ra_dir_attr *find(const struct ra_dir_entry *e, struct ra_str name)
{
    for (size_t i = 0; i < e->n; i++)
        if (e->attrs[i].name.n == name.n && ra_str_eq_fold(e->attrs[i].name, name))
            return &e->attrs[i];
    return NULL;
}

struct ra_dir_attr *ra_entry_attr(struct ra_dir_entry *e, struct ra_str description, bool *gap)
{
    struct ra_attr_desc d = ra_attr_desc(description);
    struct ra_dir_attr *a = find(e, d.name);

    if (!a) {
        if (e->n == RA_ENTRY_MAX_ATTRIBUTES)
            return NULL;
        e->attrs = ra_grow(e->attrs, &e->cap, e->n + 1, sizeof *e->attrs);
        a = &e->attrs[e->n++];
        *a = (struct ra_dir_attr){.name = d.name};
    }
    /* In a dump every value repeats the range that it came in. */
    if (d.ranged && !(a->ranged && a->low == d.low)) {
        *gap = d.low != a->next;
        a->ranged = true;
        a->open = !d.last;
        a->low = d.low;
        a->next = d.high + 1;
    }
    return a;
}

bool ra_entry_add(struct ra_dir_entry *e, struct ra_dir_attr *a, struct ra_str value)
{
    e->bytes += value.n + 2 * sizeof value;
    if (value.n > RA_ENTRY_MAX_VALUE || e->bytes > RA_ENTRY_MAX_BYTES)
        return false;
    if (a->n == a->cap) {
        size_t cap = a->cap ? a->cap * 2 : 1;
        struct ra_str *values = ra_arena_alloc(&e->arena, cap * sizeof *values);

        if (a->n)
            memcpy(values, a->values, a->n * sizeof *values);
        a->values = values;
        a->cap = cap;
    }
    a->values[a->n++] = value;
    return true;
}

struct ra_str ra_dir_entry_dn(const struct ra_dir_entry *e)
{
    return e->dn;
}

const struct ra_str *ra_dir_entry_values(const struct ra_dir_entry *e, const char *name, size_t *n)
{
    const struct ra_dir_attr *a = find(e, ra_str(name));

    *n = a ? a->n : 0;
    return *n ? a->values : NULL;
}

struct ra_str ra_dir_entry_first(const struct ra_dir_entry *e, const char *name)
{
    size_t n;
    const struct ra_str *values = ra_dir_entry_values(e, name, &n);

    return values ? values[0] : (struct ra_str){0};
}

bool ra_dir_entry_has(const struct ra_dir_entry *e, const char *name)
{
    return find(e, ra_str(name)) != NULL;
}
