/* Keys that several objects hold: an index of every directory walked together, or one of the
 * cloud's alone. */
#include "recovery/verify/checking.h"

#include <stdlib.h>

struct run {
    const struct ra_side *side;
    struct ra_side_cursor *cursor;
    uint32_t base;
    bool open;
    struct ra_str key;
    struct ra_key_holder holder;
};

struct sharing {
    struct ra_checking *c;
    struct run *runs;
    size_t n;
    struct ra_key_holder *held;
    size_t held_n, held_cap;
};

static int step(struct sharing *s, struct run *r)
{
    struct ra_entry e;
    struct ra_str value;
    int rc = r->side->next(r->cursor, &r->key, &value);

    r->open = rc > 0;
    if (rc < 0 || (rc > 0 && (!ra_entry_unpack(value, &e) || e.seq >= r->side->count)))
        return ra_checking_damaged(s->c, r->side->name);
    if (rc > 0)
        r->holder = (struct ra_key_holder){r->base + e.seq, e.kind, e.bits};
    return 0;
}

static int add_run(struct sharing *s, const struct ra_side *side, int index, uint32_t base)
{
    struct run r = {.side = side, .base = base};

    r.cursor = index < 0 ? NULL : side->open_index(side->ctx, (enum ra_index)index);
    if (!r.cursor)
        return ra_checking_damaged(s->c, side->name);
    s->runs[s->n++] = r;
    return step(s, &s->runs[s->n - 1]);
}

static int collect(struct sharing *s, struct ra_str key)
{
    int rc = 0;

    s->held_n = 0;
    for (size_t i = 0; i < s->n; i++)
        while (rc == 0 && s->runs[i].open && ra_str_eq(s->runs[i].key, key)) {
            s->held = ra_grow(s->held, &s->held_cap, s->held_n + 1, sizeof *s->held);
            s->held[s->held_n++] = s->runs[i].holder;
            rc = step(s, &s->runs[i]);
        }
    return rc;
}

static int walk(struct sharing *s, ra_shared_fn *each)
{
    for (;;) {
        const struct run *low = NULL;
        struct ra_str key;
        int rc;

        for (size_t i = 0; i < s->n; i++)
            if (s->runs[i].open && (!low || ra_str_cmp(s->runs[i].key, low->key) < 0))
                low = &s->runs[i];
        if (!low)
            return 0;
        key = low->key;
        rc = collect(s, key);
        if (rc == 0 && s->held_n > 1) {
            const struct ra_key_group g = {key, s->held, s->held_n};
            rc = each(s->c, &g);
        }
        if (rc != 0)
            return rc;
    }
}

static int finish(struct sharing *s, int rc)
{
    for (size_t i = 0; i < s->n; i++)
        s->runs[i].side->close(s->runs[i].cursor);
    free(s->runs);
    free(s->held);
    return rc;
}

int ra_shared_in_ad(struct ra_checking *c,
                    int (*which)(const struct ra_side *side, const struct ra_checking *c),
                    ra_shared_fn *each)
{
    struct sharing s = {.c = c, .runs = ra_calloc(c->in->ad_n + 1, sizeof *s.runs)};
    int rc = 0;

    for (size_t d = 0; rc == 0 && d < c->in->ad_n; d++)
        rc = add_run(&s, &c->in->ad[d], which(&c->in->ad[d], c), c->base[d]);
    return finish(&s, rc == 0 ? walk(&s, each) : rc);
}

int ra_shared_in_cloud(struct ra_checking *c, enum ra_index index, ra_shared_fn *each)
{
    struct sharing s = {.c = c, .runs = ra_calloc(1, sizeof *s.runs)};
    int rc = add_run(&s, c->in->cloud, (int)index, 0);

    return finish(&s, rc == 0 ? walk(&s, each) : rc);
}
