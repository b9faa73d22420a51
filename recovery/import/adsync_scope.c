#include "recovery/import/adsync_scope.h"

#include "src/directory/directory.h"

#include <string.h>

#define KEY_MAX  ((size_t)1 << 16)
#define LIST_MAX 10000

static bool make(struct ra_arena *a, struct ra_str dn, struct ra_dn *out)
{
    struct ra_buf key;
    bool ok;

    ra_buf_init(&key, KEY_MAX);
    ok = !ra_str_absent(dn) && !memchr(dn.p, '\n', dn.n) && !memchr(dn.p, '\r', dn.n) &&
         ra_dn_key(dn, &key) && key.n && !key.overflow;
    if (ok)
        *out = (struct ra_dn){{ra_arena_copy(a, dn.p, dn.n), dn.n},
                              {ra_arena_copy(a, key.p, key.n), key.n}};
    ra_buf_free(&key);
    return ok;
}

bool ra_dn_list_add(struct ra_dn_list *l, struct ra_str dn)
{
    struct ra_dn made;

    if (l->n == LIST_MAX || !make(l->arena, dn, &made))
        return false;
    l->all = ra_grow(l->all, &l->cap, l->n + 1, sizeof *l->all);
    l->all[l->n++] = made;
    return true;
}

/* The key has the root first: "dc=com\0dc=contoso\0". */
static struct ra_str dns_of(struct ra_arena *a, struct ra_str key)
{
    char *out = ra_arena_alloc(a, key.n + 1);
    size_t n = 0, end = key.n;

    while (end > 0) {
        size_t from = end - 1;
        while (from > 0 && key.p[from - 1] != '\0')
            from--;
        if (strncmp(key.p + from, "dc=", 3) != 0 || strchr(key.p + from, '+'))
            return ra_str_n(NULL, 0);
        if (n)
            out[n++] = '.';
        memcpy(out + n, key.p + from + 3, end - 1 - from - 3);
        n += end - 1 - from - 3;
        end = from;
    }
    return ra_str_n(out, n);
}

bool ra_adsync_domain_named(struct ra_arena *a, struct ra_str dn, struct ra_adsync_domain *out)
{
    struct ra_dn made;

    if (!make(a, dn, &made))
        return false;
    *out = (struct ra_adsync_domain){.dn = made.dn, .key = made.key, .dns = dns_of(a, made.key)};
    return true;
}

static bool below(struct ra_str key, struct ra_str other) /* at or below */
{
    return key.n >= other.n && memcmp(key.p, other.p, other.n) == 0;
}

/* The nearest container of the list above key, itself only when at is set; 0 bytes for none. */
static size_t nearest(const struct ra_dn_list *l, struct ra_str key, bool at)
{
    size_t best = 0;

    for (size_t i = 0; i < l->n; i++)
        if (below(key, l->all[i].key) && (at || l->all[i].key.n < key.n) && l->all[i].key.n > best)
            best = l->all[i].key.n;
    return best;
}

static void put(struct ra_arena *a, struct ra_str **list, size_t *n, struct ra_str dn, size_t room)
{
    if (!*list)
        *list = ra_arena_alloc(a, (room + 1) * sizeof **list);
    (*list)[(*n)++] = dn;
}

/* Whether everything is in unless something says otherwise: the domain itself is selected, or
 * nothing is said of it and nothing else is selected either. */
static bool all_selected(const struct ra_adsync_domain *d, const struct ra_dn_list *in,
                         const struct ra_dn_list *out)
{
    bool selected = false, deselected = false;

    for (size_t i = 0; i < in->n; i++)
        selected = selected || ra_str_eq(in->all[i].key, d->key);
    for (size_t i = 0; i < out->n; i++)
        deselected = deselected || ra_str_eq(out->all[i].key, d->key);
    return selected || (!deselected && in->n == 0);
}

void ra_adsync_scope(struct ra_arena *a, struct ra_adsync_domain *d, const struct ra_dn_list *in,
                     const struct ra_dn_list *out)
{
    bool all = all_selected(d, in, out);

    for (size_t i = 0; i < in->n; i++) {
        const struct ra_dn *c = &in->all[i];
        size_t above_in = nearest(in, c->key, false), above_out = nearest(out, c->key, true);
        if (ra_str_eq(c->key, d->key) || (above_out <= above_in && (all || above_in)))
            continue; /* in already */
        if (above_in || (all && above_out))
            put(a, &d->unsaid, &d->unsaids, c->dn, in->n);
        else
            put(a, &d->include, &d->includes, c->dn, in->n);
    }
    for (size_t i = 0; i < out->n; i++) {
        const struct ra_dn *c = &out->all[i];
        size_t above_in = nearest(in, c->key, false), above_out = nearest(out, c->key, false);
        if (above_in > above_out || (all && !above_out && !ra_str_eq(c->key, d->key)))
            put(a, &d->exclude, &d->excludes, c->dn, out->n);
    }
    d->unselected = !all && d->includes == 0;
}
