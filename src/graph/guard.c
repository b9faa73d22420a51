#include "src/graph/guard.h"

#include "src/base/mem.h"

#include <stdlib.h>

uint64_t ra_hash_more(uint64_t hash, struct ra_str s)
{
    if (hash == 0)
        hash = 0xCBF29CE484222325U;
    for (size_t i = 0; i < s.n; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001B3U;
    return hash ? hash : 1;
}

static void free_hashes(struct ra_hashes *h)
{
    free(h->slots);
    *h = (struct ra_hashes){0};
}

static uint64_t *slot_of(const struct ra_hashes *h, uint64_t hash)
{
    size_t i = hash & (h->cap - 1);

    while (h->slots[i] && h->slots[i] != hash)
        i = (i + 1) & (h->cap - 1);
    return &h->slots[i];
}

static void make_room(struct ra_hashes *h)
{
    struct ra_hashes bigger = {.n = h->n, .cap = h->cap ? h->cap * 2 : 64};

    if (h->cap && h->n * 2 < h->cap)
        return;
    bigger.slots = ra_calloc(bigger.cap, sizeof *bigger.slots);
    for (size_t i = 0; i < h->cap; i++)
        if (h->slots[i])
            *slot_of(&bigger, h->slots[i]) = h->slots[i];
    free(h->slots);
    *h = bigger;
}

/* False when it was there already. */
static bool add(struct ra_hashes *h, uint64_t hash)
{
    uint64_t *slot;

    make_room(h);
    slot = slot_of(h, hash);
    if (*slot)
        return false;
    *slot = hash;
    h->n++;
    return true;
}

void ra_guard_reset(struct ra_guard *g)
{
    free_hashes(&g->links);
    free_hashes(&g->pages);
    *g = (struct ra_guard){0};
}

void ra_guard_excuse(struct ra_guard *g, const char *link)
{
    g->excused = ra_hash_more(0, ra_str(link));
}

static int fail(const struct ra_guard *g, const char *where, const char *what, struct ra_err *err)
{
    ra_fail(err, RA_ESERVER, "%s: after %llu pages %s: the chain goes in circles", where,
            (unsigned long long)g->count, what);
    return ra_hint(err, "run again; when it stays so, report it to Microsoft with the request-id "
                        "that -v shows");
}

int ra_guard_link(struct ra_guard *g, const char *where, const char *link, struct ra_err *err)
{
    uint64_t hash = ra_hash_more(0, ra_str(link));

    if (add(&g->links, hash) || hash == g->excused)
        return 0;
    return fail(g, where, "a nextLink came for the second time", err);
}

int ra_guard_page(struct ra_guard *g, const char *where, uint64_t digest, struct ra_err *err)
{
    g->count++;
    g->empty = digest ? 0 : g->empty + 1;
    if (digest)
        g->same = add(&g->pages, digest) ? 0 : g->same + 1;
    if (g->empty >= RA_GUARD_EMPTY_MAX)
        return fail(g, where, "500 in a row were empty", err);
    if (g->same >= RA_GUARD_SAME_MAX)
        return fail(g, where, "10 in a row brought what had come before", err);
    return 0;
}
