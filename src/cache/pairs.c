#include "src/cache/pairs.h"

#include "src/base/mem.h"
#include "src/cache/key.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_BITS 16
#define WINDOW      7 /* key bytes in a window; the eighth says how many are meant */
#define MORE        8 /* in that byte: the key goes on behind the window */
#define FEW         16

struct ra_pairs_item {
    uint64_t window; /* what the pairs are compared by at this depth, as one number */
    uint64_t where;  /* the key's offset and, in the low bits, its length */
    uint64_t value;  /* big-endian, so that numbers order as the bytes do */
};

static size_t length_of(const struct ra_pairs_item *x)
{
    return x->where & ((1U << LENGTH_BITS) - 1);
}

static const unsigned char *key_of(const struct ra_pairs *p, const struct ra_pairs_item *x)
{
    return p->keys + (x->where >> LENGTH_BITS);
}

void ra_pairs_free(struct ra_pairs *p)
{
    free(p->at);
    free(p->keys);
    *p = (struct ra_pairs){0};
}

void ra_pairs_clear(struct ra_pairs *p)
{
    p->n = p->used = 0;
}

static uint64_t load(const unsigned char b[8])
{
    uint64_t v;

    memcpy(&v, b, sizeof v);
    return be64toh(v);
}

bool ra_pairs_add(struct ra_pairs *p, struct ra_str key, const unsigned char value[RA_PAIR_VALUE])
{
    size_t n = ra_key_size(key);

    if (n > RA_KEY_ROOM)
        return false;
    p->at = ra_grow(p->at, &p->cap, p->n + 1, sizeof *p->at);
    p->keys = ra_grow(p->keys, &p->room, p->used + n, 1);
    ra_key_store(p->keys + p->used, key);
    p->at[p->n++] = (struct ra_pairs_item){
        .where = (uint64_t)p->used << LENGTH_BITS | n,
        .value = load(value),
    };
    p->used += n;
    return true;
}

struct ra_str ra_pairs_key(const struct ra_pairs *p, size_t i)
{
    return (struct ra_str){(const char *)key_of(p, &p->at[i]), length_of(&p->at[i])};
}

void ra_pairs_value(const struct ra_pairs *p, size_t i, unsigned char out[RA_PAIR_VALUE])
{
    uint64_t v = htobe64(p->at[i].value);

    memcpy(out, &v, sizeof v);
}

/*
 * Multikey quicksort with a cached window: pairs are partitioned by seven bytes of the key at a
 * time, held beside the pair so that a comparison touches no key; only pairs that are equal in them
 * look at the next seven. Long common beginnings, as all SIDs of a domain have, cost one pass each.
 * The eighth byte of the window says how many of the seven are meant, which puts the shorter key
 * first. It works in place.
 */
static void load_windows(const struct ra_pairs *p, struct ra_pairs_item *x, size_t n, size_t depth)
{
    for (size_t i = 0; i < n; i++) {
        size_t left = length_of(&x[i]) - depth;
        unsigned char b[8] = {0};
        memcpy(b, key_of(p, &x[i]) + depth, left < WINDOW ? left : WINDOW);
        b[WINDOW] = left > WINDOW ? MORE : (unsigned char)left;
        x[i].window = load(b);
    }
}

static int compare(const struct ra_pairs *p, const struct ra_pairs_item *a,
                   const struct ra_pairs_item *b, size_t depth)
{
    size_t na = length_of(a), nb = length_of(b), n = na < nb ? na : nb;
    int d;

    if (a->window != b->window)
        return a->window < b->window ? -1 : 1;
    d = depth < n ? memcmp(key_of(p, a) + depth, key_of(p, b) + depth, n - depth) : 0;
    if (d == 0)
        d = (na > nb) - (na < nb);
    return d ? d : (a->value > b->value) - (a->value < b->value);
}

static void sort_few(const struct ra_pairs *p, struct ra_pairs_item *x, size_t n, size_t depth)
{
    for (size_t i = 1; i < n; i++) {
        struct ra_pairs_item moving = x[i];
        size_t j = i;
        for (; j > 0 && compare(p, &moving, &x[j - 1], depth) < 0; j--)
            x[j] = x[j - 1];
        x[j] = moving;
    }
}

static uint64_t median(uint64_t a, uint64_t b, uint64_t c)
{
    if (a > b) {
        uint64_t t = a;
        a = b;
        b = t;
    }
    return c <= a ? a : c < b ? c : b;
}

/* From places that the input cannot foresee well: keys come from outside. */
static uint64_t pivot(const struct ra_pairs_item *x, size_t n, uint64_t *seed)
{
    uint64_t m[3];

    for (int i = 0; i < 3; i++) {
        uint64_t at[3];
        for (int j = 0; j < 3; j++) {
            *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
            at[j] = x[(*seed >> 33) % n].window;
        }
        m[i] = median(at[0], at[1], at[2]);
    }
    return median(m[0], m[1], m[2]);
}

static void swap(struct ra_pairs_item *a, struct ra_pairs_item *b)
{
    struct ra_pairs_item t = *a;

    *a = *b;
    *b = t;
}

/* Below the pivot, equal to it, above it: [0, *low), [*low, *high), [*high, n). */
static void partition(struct ra_pairs_item *x, size_t n, uint64_t by, size_t *low, size_t *high)
{
    size_t a = 0, i = 0, z = n;

    while (i < z) {
        if (x[i].window < by)
            swap(&x[a++], &x[i++]);
        else if (x[i].window > by)
            swap(&x[i], &x[--z]);
        else
            i++;
    }
    *low = a;
    *high = z;
}

static void sort_equal(struct ra_pairs *p, struct ra_pairs_item *x, size_t n, size_t depth,
                       uint64_t *seed);

static void sort_windows(struct ra_pairs *p, struct ra_pairs_item *x, size_t n, size_t depth,
                         uint64_t *seed)
{
    while (n > FEW) {
        size_t low, high;
        partition(x, n, pivot(x, n, seed), &low, &high);
        sort_equal(p, x + low, high - low, depth, seed);
        if (low < n - high) { /* the smaller part recurses, so that the stack stays shallow */
            sort_windows(p, x, low, depth, seed);
            x += high;
            n -= high;
        } else {
            sort_windows(p, x + high, n - high, depth, seed);
            n = low;
        }
    }
    sort_few(p, x, n, depth);
}

#define BY_VALUE SIZE_MAX /* the depth at which keys are known to be equal */

static void sort_equal(struct ra_pairs *p, struct ra_pairs_item *x, size_t n, size_t depth,
                       uint64_t *seed)
{
    if (n < 2 || depth == BY_VALUE)
        return;
    if ((x[0].window & 0xFF) == MORE) {
        load_windows(p, x, n, depth + WINDOW);
        sort_windows(p, x, n, depth + WINDOW, seed);
        return;
    }
    for (size_t i = 0; i < n; i++)
        x[i].window = x[i].value;
    sort_windows(p, x, n, BY_VALUE, seed);
}

void ra_pairs_sort(struct ra_pairs *p)
{
    uint64_t seed = p->n;

    if (p->n < 2)
        return;
    load_windows(p, p->at, p->n, 0);
    sort_windows(p, p->at, p->n, 0, &seed);
}
