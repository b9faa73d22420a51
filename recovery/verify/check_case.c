/*
 * Anchors that differ in the case of letters alone (V15): different GUIDs, and one and the same for
 * whoever compares without case. Every anchor is kept as two hashes, with and without case; equal
 * ones without case stand beside each other once sorted.
 */
#include "recovery/verify/checking.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct anchor_hash {
    uint64_t fold, exact;
    uint32_t number;
    bool cloud;
};

struct hashes {
    struct anchor_hash *all;
    size_t n, cap;
};

static uint64_t hash(const char *p, size_t n)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    uint64_t h;

    SHA256((const unsigned char *)p, n, digest);
    memcpy(&h, digest, sizeof h);
    return h;
}

static void add(struct hashes *h, struct ra_str anchor, uint32_t number, bool cloud)
{
    char room[RA_KEY_MAX], fold[RA_KEY_MAX];
    struct ra_str key = ra_index_key(anchor, room);

    ra_fold_into(fold, key.p, key.n);
    h->all = ra_grow(h->all, &h->cap, h->n + 1, sizeof *h->all);
    h->all[h->n++] = (struct anchor_hash){hash(fold, key.n), hash(key.p, key.n), number, cloud};
}

/* All users' anchors of one index. */
static int read_index(struct ra_checking *c, const struct ra_side *side, int index, uint32_t base,
                      bool cloud, struct hashes *h)
{
    struct ra_side_cursor *cursor =
        index < 0 ? NULL : side->open_index(side->ctx, (enum ra_index)index);
    struct ra_str key, value;
    struct ra_entry e;
    int rc = 0;

    while (cursor && (rc = side->next(cursor, &key, &value)) > 0) {
        if (!ra_entry_unpack(value, &e) || e.seq >= side->count) {
            rc = -1;
            break;
        }
        if (e.kind == RA_USER && !(e.bits & RA_ENTRY_DELETED) &&
            (cloud || ra_checking_in_scope(c, base + e.seq)))
            add(h, key, base + e.seq, cloud);
    }
    if (cursor)
        side->close(cursor);
    return rc < 0 ? ra_checking_damaged(c, side->name) : 0;
}

static int by_hash(const void *a, const void *b)
{
    const struct anchor_hash *x = a, *y = b;

    if (x->fold != y->fold)
        return x->fold < y->fold ? -1 : 1;
    if (x->exact != y->exact)
        return x->exact < y->exact ? -1 : 1;
    if (x->cloud != y->cloud)
        return x->cloud ? 1 : -1;
    return (x->number > y->number) - (x->number < y->number);
}

/* A spelling that stands on both sides is a pair; one without the other side is half of a false
 * pair when another spelling is the other half. */
struct spelling {
    uint32_t ad, cloud;
};

static struct spelling next_spelling(const struct anchor_hash *all, size_t *i, size_t end)
{
    struct spelling s = {RA_NONE, RA_NONE};
    uint64_t exact = all[*i].exact;

    for (; *i < end && all[*i].exact == exact; ++*i) {
        uint32_t *to = all[*i].cloud ? &s.cloud : &s.ad;
        if (*to == RA_NONE)
            *to = all[*i].number;
    }
    return s;
}

static void compare(struct ra_checking *c, const struct spelling *a, const struct spelling *b)
{
    bool false_pair =
        (a->ad != RA_NONE && a->cloud == RA_NONE && b->cloud != RA_NONE && b->ad == RA_NONE);
    struct ra_verify_finding *f;

    if (false_pair) {
        ra_found(c, RA_R_CASE_FALSE, RA_USER, a->ad, b->cloud);
        return;
    }
    if (b->ad != RA_NONE && b->cloud == RA_NONE && a->cloud != RA_NONE && a->ad == RA_NONE) {
        ra_found(c, RA_R_CASE_FALSE, RA_USER, b->ad, a->cloud);
        return;
    }
    f = ra_found(c, RA_R_CASE_TWINS, RA_USER, a->ad, a->cloud);
    f->other_ad = b->ad;
    f->other_cloud = b->cloud;
}

static void compare_all(struct ra_checking *c, const struct anchor_hash *all, size_t i, size_t end)
{
    struct spelling first = next_spelling(all, &i, end), other;

    while (i < end) {
        other = next_spelling(all, &i, end);
        compare(c, &first, &other);
    }
}

static void find_twins(struct ra_checking *c, const struct hashes *h)
{
    for (size_t i = 0, end; i < h->n; i = end) {
        for (end = i + 1; end < h->n && h->all[end].fold == h->all[i].fold;)
            end++;
        if (h->all[end - 1].exact != h->all[i].exact)
            compare_all(c, h->all, i, end);
    }
}

int ra_check_case(struct ra_checking *c)
{
    struct hashes h = {0};
    int rc = read_index(c, c->in->cloud, RA_IX_ANCHOR, 0, true, &h);

    for (size_t d = 0; rc == 0 && d < c->in->ad_n; d++)
        rc = read_index(c, &c->in->ad[d], ra_anchor_index(&c->in->ad[d], &c->anchor), c->base[d],
                        false, &h);
    if (rc == 0 && h.n) {
        qsort(h.all, h.n, sizeof *h.all, by_hash);
        find_twins(c, &h);
    }
    free(h.all);
    return rc;
}
