#include "recovery/rehearsal/index.h"

#include "src/base/mem.h"

#include <stdlib.h>

void ra_sim_index_free(struct ra_sim_index *x)
{
    free(x->slots);
    x->slots = NULL;
    x->cap = x->n = 0;
}

/* FNV-1a with a final mix: spread is all that is asked of it. */
static uint64_t hash(const struct ra_sim_index *x, struct ra_str key)
{
    uint64_t h = 0xcbf29ce484222325U;
    for (size_t i = 0; i < key.n; i++) {
        h ^= (unsigned char)(x->fold ? ra_fold(key.p[i]) : key.p[i]);
        h *= 0x100000001b3U;
    }
    h ^= h >> 32;
    h *= 0x9e3779b97f4a7c15U;
    return h ^ h >> 29;
}

static void place(struct ra_sim_index *x, uint64_t h, struct ra_sim_object *o)
{
    size_t i = h & (x->cap - 1);
    while (x->slots[i].used)
        i = (i + 1) & (x->cap - 1);
    x->slots[i] = (struct ra_sim_slot){.hash = h, .object = o, .used = true};
    x->n++;
}

static void grow(struct ra_sim_index *x)
{
    struct ra_sim_slot *old = x->slots;
    size_t cap = x->cap;
    x->cap = cap ? cap * 2 : 1024;
    x->slots = ra_calloc(x->cap, sizeof(*x->slots));
    x->n = 0;
    for (size_t i = 0; i < cap; i++) {
        if (old[i].object)
            place(x, old[i].hash, old[i].object);
    }
    free(old);
}

void ra_sim_index_add(struct ra_sim_index *x, struct ra_str key, struct ra_sim_object *o)
{
    if (ra_str_absent(key))
        return;
    if (x->n * 4 >= x->cap * 3)
        grow(x);
    place(x, hash(x, key), o);
}

void ra_sim_index_remove(struct ra_sim_index *x, struct ra_str key, const struct ra_sim_object *o)
{
    if (ra_str_absent(key) || !x->cap)
        return;
    uint64_t h = hash(x, key);
    for (size_t i = h & (x->cap - 1); x->slots[i].used; i = (i + 1) & (x->cap - 1)) {
        if (x->slots[i].hash == h && x->slots[i].object == o) {
            x->slots[i].object = NULL;
            return;
        }
    }
}

struct ra_sim_object *ra_sim_index_next(const struct ra_sim_index *x, struct ra_str key, size_t *at)
{
    if (ra_str_absent(key) || !x->cap)
        return NULL;
    uint64_t h = hash(x, key);
    for (;; ++*at) {
        const struct ra_sim_slot *s = &x->slots[(h + *at) & (x->cap - 1)];
        if (!s->used)
            return NULL;
        if (s->hash == h && s->object) {
            ++*at;
            return s->object;
        }
    }
}
