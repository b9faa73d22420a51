#include "tests/property/meetings.h"

#include <string.h>

static void *cleared(struct ra_arena *a, size_t n, size_t size)
{
    return memset(ra_arena_alloc(a, (n + 1) * size), 0, (n + 1) * size);
}

static const char *key(struct meetings *m, const char *sort, const char *value)
{
    return present(value) ? format(&m->arena, "%s %s", sort, fold(&m->arena, value)) : NULL;
}

/* The n-th key by which AD objects clash with one another: a user's UPN, then the addresses. */
static const char *clash_key(struct meetings *m, const struct ad_view *v, size_t n)
{
    if (n == 0)
        return v->is->kind == ORG_USER ? key(m, "upn", v->upn) : NULL;
    return n <= v->mail.all.n ? key(m, "mail", v->mail.all.at[n - 1]) : NULL;
}

static void read_cloud(struct meetings *m, const struct org *org)
{
    for (size_t c = 0; c < org->cloud_n; c++) {
        const struct org_cloud *is = &org->cloud[c];
        book_add(&m->cloud, key(m, "upn", is->upn), c);
        book_add(&m->cloud, key(m, "sid", is->sid), c);
        for (size_t i = 0; i < is->proxies.n; i++)
            if (starts_folded(is->proxies.at[i], "smtp:"))
                book_add(&m->cloud, key(m, "mail", is->proxies.at[i] + 5), c);
    }
    book_sort(&m->cloud);
}

static void read_ad(struct meetings *m, const struct org *org)
{
    m->views = (struct oracle){.org = org, .arena = &m->arena};
    m->views.ad = cleared(&m->arena, org->ad_n, sizeof *m->views.ad);
    for (size_t i = 0; i < org->ad_n; i++) {
        view_ad(&m->views, i);
        book_add(&m->ad_sid, org->ad[i].sid, i);
        for (size_t k = 0; k <= m->views.ad[i].mail.all.n; k++)
            book_add(&m->ad_name, clash_key(m, &m->views.ad[i], k), i);
        if (org->ad[i].kind == ORG_CONTACT || org->ad[i].kind == ORG_COMPUTER)
            book_add(&m->ad_guid, m->views.ad[i].guid, i);
    }
    book_sort(&m->ad_sid);
    book_sort(&m->ad_guid);
    book_sort(&m->ad_name);
}

void meetings_read(struct meetings *m, const struct org *org, const struct deeds *deeds)
{
    *m = (struct meetings){0};
    m->changed = cleared(&m->arena, org->cloud_n, sizeof *m->changed);
    for (size_t i = 0; i < org->ad_n; i++)
        if (deeds->ad[i].cloud >= 0 && !same(deeds->ad[i].did, "refused"))
            m->changed[deeds->ad[i].cloud] = true;
    read_cloud(m, org);
    read_ad(m, org);
}

void meetings_free(struct meetings *m)
{
    book_free(&m->cloud);
    book_free(&m->ad_sid);
    book_free(&m->ad_guid);
    book_free(&m->ad_name);
    ra_arena_free(&m->arena);
}

static bool any_changed(const struct meetings *m, const struct deed *d, const char *k)
{
    size_t n;
    const struct entry *e = book_find(&m->cloud, k, &n);

    for (size_t i = 0; i < n; i++)
        if (m->changed[e[i].who] && ((int)e[i].who != d->cloud || same(d->did, "refused")))
            return true;
    return false;
}

bool meets_changed(const struct meetings *m, const struct deeds *deeds, size_t i)
{
    struct meetings keys = {.arena = {0}};
    const struct ad_view *v = &m->views.ad[i];
    const struct deed *d = &deeds->ad[i];
    bool found = any_changed(m, d, key(&keys, "sid", v->is->sid)) ||
                 any_changed(m, d, key(&keys, "upn", v->upn));

    for (size_t k = 0; !found && k < v->mail.all.n; k++)
        found = any_changed(m, d, key(&keys, "mail", v->mail.all.at[k]));
    ra_arena_free(&keys.arena);
    return found;
}

static bool other_sent(const struct meetings *m, const struct deeds *deeds, const struct book *b,
                       const char *k, size_t i)
{
    size_t n;
    const struct entry *e = book_find(b, k, &n);

    for (size_t o = 0; o < n; o++)
        if (e[o].who != i && !same(deeds->ad[e[o].who].did, "not_sent") &&
            (b == &m->ad_name || m->views.ad[e[o].who].is->kind == m->views.ad[i].is->kind))
            return true;
    return false;
}

bool meets_sid_twin(const struct meetings *m, const struct deeds *deeds, size_t i)
{
    return other_sent(m, deeds, &m->ad_sid, m->views.ad[i].is->sid, i);
}

bool meets_guid_twin(const struct meetings *m, const struct deeds *deeds, size_t i)
{
    return other_sent(m, deeds, &m->ad_guid, m->views.ad[i].guid, i);
}

bool meets_namesake(const struct meetings *m, const struct deeds *deeds, size_t i)
{
    struct meetings keys = {.arena = {0}};
    const struct ad_view *v = &m->views.ad[i];
    bool found = false;

    for (size_t k = 0; !found && k <= v->mail.all.n; k++)
        found = other_sent(m, deeds, &m->ad_name, clash_key(&keys, v, k), i);
    ra_arena_free(&keys.arena);
    return found;
}
