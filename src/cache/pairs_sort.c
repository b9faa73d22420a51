#include "src/cache/pairs.h"

#include <endian.h>
#include <string.h>

#define WINDOW   7        /* key bytes in a window; the eighth says how many are meant */
#define MORE     8        /* in that byte: the key goes on behind the window */
#define FEW      16       /* pairs, for insertion */
#define MANY     64       /* pairs, for buckets */
#define AHEAD    8        /* pairs whose keys are fetched before they are needed */
#define BY_VALUE SIZE_MAX /* the depth at which keys are known to be equal */

/*
 * Seven bytes of each key are held beside the pair as one number, its window, so that sorting
 * touches no key. Many pairs are dealt into buckets by one byte of the window after the other, in
 * place; a bucket with few is finished by quicksort on the whole window. Only pairs whose windows
 * are equal look at the next seven bytes: a long common beginning, as all SIDs of a domain have,
 * costs one pass per seven bytes. The window's eighth byte says how many of the seven are meant,
 * which puts the shorter key first.
 */
static void load_window(const struct ra_pairs *p, struct ra_pairs_item *x, size_t depth)
{
    size_t left = ra_pairs_length(x) - depth;
    const unsigned char *key = ra_pairs_at(p, x) + depth;
    unsigned char b[8] = {0};

    if (left > WINDOW) {
        memcpy(b, key, 8);
        b[WINDOW] = MORE;
    } else {
        memcpy(b, key, left);
        b[WINDOW] = (unsigned char)left;
    }
    memcpy(&x->window, b, sizeof b);
    x->window = be64toh(x->window);
}

/* The bits in which the windows differ. */
static uint64_t load_windows(const struct ra_pairs *p, struct ra_pairs_item *x, size_t n,
                             size_t depth)
{
    uint64_t differ = 0;

    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n)
            __builtin_prefetch(ra_pairs_at(p, &x[i + AHEAD]) + depth);
        load_window(p, &x[i], depth);
        differ |= x[i].window ^ x[0].window;
    }
    return differ;
}

static int compare(const struct ra_pairs *p, const struct ra_pairs_item *a,
                   const struct ra_pairs_item *b, size_t depth)
{
    size_t na = ra_pairs_length(a), nb = ra_pairs_length(b), n = na < nb ? na : nb;
    int d;

    if (a->window != b->window)
        return a->window < b->window ? -1 : 1;
    d = depth < n ? memcmp(ra_pairs_at(p, a) + depth, ra_pairs_at(p, b) + depth, n - depth) : 0;
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

static unsigned byte_of(const struct ra_pairs_item *x, unsigned byte)
{
    return (unsigned)(x->window >> (56 - 8 * byte)) & 0xFF;
}

/* Moves every pair to its bucket, by cycles; end[b] is where bucket b ends. */
static void deal(struct ra_pairs_item *x, size_t n, unsigned byte, size_t end[256])
{
    size_t next[256], sum = 0;

    memset(end, 0, 256 * sizeof *end);
    for (size_t i = 0; i < n; i++)
        end[byte_of(&x[i], byte)]++;
    for (unsigned b = 0; b < 256; b++) {
        next[b] = sum;
        sum = end[b] += sum;
    }
    for (unsigned b = 0; b < 256; b++) {
        while (next[b] < end[b]) {
            unsigned home = byte_of(&x[next[b]], byte);
            if (home == b)
                next[b]++;
            else
                swap(&x[next[b]], &x[next[home]++]);
        }
    }
}

static void sort_bytes(struct ra_pairs *p, struct ra_pairs_item *x, size_t n, size_t depth,
                       unsigned byte, uint64_t *seed)
{
    size_t end[256], from = 0;

    if (n <= MANY) {
        sort_windows(p, x, n, depth, seed);
        return;
    }
    if (byte == 8) {
        sort_equal(p, x, n, depth, seed);
        return;
    }
    deal(x, n, byte, end);
    for (unsigned b = 0; b < 256; from = end[b++])
        if (end[b] - from > 1)
            sort_bytes(p, x + from, end[b] - from, depth, byte + 1, seed);
}

/* All windows are loaded; differ has the bits in which they are not all the same. */
static void sort_range(struct ra_pairs *p, struct ra_pairs_item *x, size_t n, size_t depth,
                       uint64_t differ, uint64_t *seed)
{
    unsigned same = differ ? (unsigned)__builtin_clzll(differ) / 8 : 8;

    sort_bytes(p, x, n, depth, same, seed);
}

static uint64_t load_values(struct ra_pairs_item *x, size_t n)
{
    uint64_t differ = 0;

    for (size_t i = 0; i < n; i++) {
        x[i].window = x[i].value;
        differ |= x[i].window ^ x[0].window;
    }
    return differ;
}

static void sort_equal(struct ra_pairs *p, struct ra_pairs_item *x, size_t n, size_t depth,
                       uint64_t *seed)
{
    if (n < 2 || depth == BY_VALUE)
        return;
    if ((x[0].window & 0xFF) == MORE)
        sort_range(p, x, n, depth + WINDOW, load_windows(p, x, n, depth + WINDOW), seed);
    else
        sort_range(p, x, n, BY_VALUE, load_values(x, n), seed);
}

void ra_pairs_sort(struct ra_pairs *p)
{
    uint64_t seed = p->n;

    if (p->n > 1)
        sort_range(p, p->at, p->n, 0, load_windows(p, p->at, p->n, 0), &seed);
}
