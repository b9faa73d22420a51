#include "src/cache/latest.h"

#include "src/base/mem.h"

#include <stdlib.h>
#include <string.h>

struct ra_latest_slot {
    size_t before; /* where in the group its thing is looked for, plus one; 0 is free */
    uint32_t seq;
};

static struct ra_latest_slot *slot_of(const struct ra_latest *l, uint32_t seq)
{
    size_t i = (seq * (size_t)0x9E3779B97F4A7C15u >> 20) & (l->cap - 1);

    while (l->slots[i].before && l->slots[i].seq != seq)
        i = (i + 1) & (l->cap - 1);
    return &l->slots[i];
}

static void widen(struct ra_latest *l)
{
    struct ra_latest old = *l;

    l->cap = old.cap ? old.cap * 2 : 256;
    l->slots = ra_calloc(l->cap, sizeof *l->slots);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].before)
            *slot_of(l, old.slots[i].seq) = old.slots[i];
    free(old.slots);
}

static void note(struct ra_latest *l, uint32_t seq, size_t before)
{
    struct ra_latest_slot *slot;

    if ((l->n + 1) * 4 > l->cap * 3)
        widen(l);
    slot = slot_of(l, seq);
    if (!slot->before)
        l->n++;
    *slot = (struct ra_latest_slot){before + 1, seq};
}

bool ra_latest(struct ra_latest *l, const struct ra_group *g, uint32_t first, uint32_t seq,
               struct ra_str *out)
{
    const struct ra_latest_slot *slot;
    size_t before = l->at;
    uint32_t found;

    for (; ra_group_next_record(g, &l->at, &found, out); before = l->at)
        note(l, found == UINT32_MAX ? first + l->added++ : found, before);
    slot = l->cap ? slot_of(l, seq) : NULL;
    if (!slot || !slot->before)
        return false;
    before = slot->before - 1;
    return ra_group_next_record(g, &before, &found, out);
}

void ra_latest_clear(struct ra_latest *l)
{
    if (l->n)
        memset(l->slots, 0, l->cap * sizeof *l->slots);
    l->n = l->at = 0;
    l->added = 0;
}

void ra_latest_free(struct ra_latest *l)
{
    free(l->slots);
    *l = (struct ra_latest){0};
}
