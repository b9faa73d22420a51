#include "recovery/report/intern.h"

#include <stdlib.h>

static uint64_t hash_of(struct ra_str s)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
    return h;
}

static uint32_t *slot_of(struct ra_intern *t, struct ra_str s)
{
    size_t at = (size_t)hash_of(s) & (t->slots_n - 1);

    while (t->slots[at] && !ra_str_eq(t->all[t->slots[at] - 1], s))
        at = (at + 1) & (t->slots_n - 1);
    return &t->slots[at];
}

static void grow(struct ra_intern *t)
{
    free(t->slots);
    t->slots_n = t->slots_n ? t->slots_n * 2 : 256;
    t->slots = ra_calloc(t->slots_n, sizeof *t->slots);
    for (size_t i = 0; i < t->n; i++)
        *slot_of(t, t->all[i]) = (uint32_t)i + 1;
}

uint32_t ra_intern(struct ra_intern *t, struct ra_str s)
{
    uint32_t *slot;

    if (2 * (t->n + 1) > t->slots_n)
        grow(t);
    slot = slot_of(t, s);
    if (*slot)
        return *slot - 1;
    t->all = ra_grow(t->all, &t->cap, t->n + 1, sizeof *t->all);
    t->all[t->n] = (struct ra_str){ra_arena_copy(&t->arena, s.p, s.n), s.n};
    t->bytes += s.n + 3;
    *slot = (uint32_t)++t->n;
    return *slot - 1;
}

void ra_intern_free(struct ra_intern *t)
{
    free(t->all);
    free(t->slots);
    ra_arena_free(&t->arena);
    *t = (struct ra_intern){0};
}
