#include "recovery/collect/parts.h"

#include "src/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* graph 1.1: what a UPN may hold; letters compare without case. Behind the first character there
 * may be the @. */
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789'.-_!#^~@";

enum {
    FIRST = sizeof alphabet - 2, /* characters that can be the first */
    DEPTH_MAX = 24,              /* bytes of a prefix */
    TOGETHER = 10,               /* prefixes in one filter: keeps its URL short */
    PAGE = 999,
    LEAVES_MAX = 20000,
};

struct leaf {
    char prefix[DEPTH_MAX + 1];
    uint64_t n;
    bool split; /* something else stands for it: its children, or the part that it is in */
};

struct leaves {
    struct leaf *at;
    size_t n, cap;
};

static void put_clause(struct ra_buf *out, const char *prefix)
{
    ra_buf_puts(out, "startswith(userPrincipalName,'");
    for (; *prefix; prefix++) {
        ra_buf_putc(out, *prefix);
        if (*prefix == '\'')
            ra_buf_putc(out, '\'');
    }
    ra_buf_puts(out, "')");
}

/* ---- counting ---- */

static void add_children(struct leaves *l, const char *prefix, size_t kinds)
{
    size_t n = strlen(prefix);

    for (size_t i = 0; i < kinds; i++) {
        struct leaf *one;
        l->at = ra_grow(l->at, &l->cap, l->n + 1, sizeof *l->at);
        one = &l->at[l->n++];
        memset(one, 0, sizeof *one);
        memcpy(one->prefix, prefix, n);
        one->prefix[n] = alphabet[i];
    }
}

/* Asks for the counts of the leaves from one on. *all: each was counted. */
static int count_from(struct ra_graph *g, struct leaves *l, size_t from, bool *all,
                      struct ra_err *err)
{
    size_t n = l->n - from;
    struct ra_count *counts = ra_calloc(n, sizeof *counts);
    struct ra_buf *texts = ra_calloc(n, sizeof *texts);
    int rc;

    for (size_t i = 0; i < n; i++) {
        ra_buf_init(&texts[i], 1024);
        put_clause(&texts[i], l->at[from + i].prefix);
        counts[i] = (struct ra_count){.collection = RA_USERS, .filter = ra_buf_z(&texts[i])};
    }
    rc = ra_graph_counts_many(g, counts, n, err);
    for (size_t i = 0; i < n; i++) {
        l->at[from + i].n = counts[i].value;
        *all = *all && counts[i].counted;
        ra_buf_free(&texts[i]);
    }
    free(texts);
    free(counts);
    return rc;
}

/* ---- cutting ---- */

static bool too_large(const struct leaf *l, uint64_t most)
{
    return !l->split && l->n > most && strlen(l->prefix) < DEPTH_MAX;
}

static uint64_t sum_of(const struct leaves *l, size_t from, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = from; i < from + n; i++)
        sum += l->at[i].n;
    return sum;
}

/* The children of what is too large, one level down. They take its place when they hold what it
 * holds; one that begins with something unforeseen stays as it is. */
static int cut(struct ra_graph *g, struct leaves *l, uint64_t most, bool *more, bool *all,
               struct ra_err *err)
{
    size_t before = l->n, kinds = sizeof alphabet - 1, at = before;
    size_t *parents = ra_calloc(before, sizeof *parents), n = 0;
    int rc;

    for (size_t i = 0; i < before; i++)
        if (too_large(&l->at[i], most) && before + (n + 1) * kinds < LEAVES_MAX) {
            char prefix[DEPTH_MAX + 1];
            memcpy(prefix, l->at[i].prefix, sizeof prefix);
            add_children(l, prefix, kinds);
            parents[n++] = i;
        }
    rc = n ? count_from(g, l, before, all, err) : 0;
    for (size_t i = 0; rc == 0 && i < n; i++, at += kinds) {
        struct leaf *parent = &l->at[parents[i]];
        parent->split = sum_of(l, at, kinds) == parent->n;
        for (size_t k = at; !parent->split && k < at + kinds; k++)
            l->at[k].split = true; /* stands for nothing itself */
        if (!parent->split)
            parent->n = most; /* as good as it gets */
    }
    *more = n > 0;
    free(parents);
    return rc;
}

/* ---- putting together ---- */

static int larger_first(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;

    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    return strcmp(x->prefix, y->prefix);
}

/* One filter: the leaf at i, and those behind it that fit beside it. A part's last page is seldom
 * full, so that fewer parts are fewer requests. */
static void write_part(struct leaves *l, size_t i, uint64_t most, struct ra_buf *out)
{
    size_t together = 0;
    uint64_t sum = 0;

    for (; i < l->n && together < TOGETHER; i++) {
        struct leaf *one = &l->at[i];
        if (one->split || (together > 0 && sum + one->n > most))
            continue;
        ra_buf_puts(out, together ? " or " : "");
        put_clause(out, one->prefix);
        one->split = true;
        sum += one->n;
        together++;
    }
    ra_buf_putc(out, '\n');
}

/* The largest first: what ends early takes one of the small ones that are left. */
static void write_filters(struct leaves *l, uint64_t most, struct ra_buf *out)
{
    qsort(l->at, l->n, sizeof *l->at, larger_first);
    for (size_t i = 0; i < l->n; i++)
        if (!l->at[i].split)
            write_part(l, i, most, out);
}

int ra_parts_plan(struct ra_graph *g, uint64_t total, struct ra_buf *out, struct ra_err *err)
{
    /* What one connection reads. A part of a fifth more is not cut up: with 46 counts a cut costs
     * more than it saves. */
    uint64_t share = total / (uint64_t)ra_graph_connections(g);
    struct leaves l = {0};
    bool more = true, all = true;
    int rc;

    if (total <= RA_PARTS_FROM)
        return 0;
    if (share < PAGE)
        share = PAGE;
    add_children(&l, "", FIRST);
    rc = count_from(g, &l, 0, &all, err);
    while (rc == 0 && all && more)
        rc = cut(g, &l, share + share / 5, &more, &all, err);
    if (rc == 0 && all)
        write_filters(&l, (share + PAGE - 1) / PAGE * PAGE, out);
    free(l.at);
    return rc;
}
