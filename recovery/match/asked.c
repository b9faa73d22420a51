#include "recovery/match/world.h"

/*
 * Facts that were asked for beside the objects: isCloudManaged and onPremisesObjectIdentifier, each
 * in a table sorted by object id. They are walked together with the ids, once; where they belong is
 * scattered over all objects, so a few are put off until the cache has their places.
 */
#define AHEAD 32

struct fact {
    void (*note)(struct ra_world *w, uint32_t seq, struct ra_str value);
    struct ra_side_cursor *cursor; /* NULL when nobody ever asked */
    struct ra_str id, value;
    int more; /* as ra_side.next gives it */
};

struct noted {
    const struct fact *fact;
    uint32_t seq;
    struct ra_str value;
};

struct asking {
    struct ra_world *w;
    struct fact facts[2];
    struct noted waiting[AHEAD];
    size_t waiting_n;
};

static void note_soa(struct ra_world *w, uint32_t seq, struct ra_str value)
{
    bool cloud = ra_str_eq(value, RA_STR("1"));

    w->cloud[seq].bits |= (uint16_t)(RA_CLOUD_SOA_KNOWN | (cloud ? RA_CLOUD_SOA_CLOUD : 0));
}

/* EQUAL stands for "a GUID to compare with" until there is an object to compare it with. */
static void note_ooi(struct ra_world *w, uint32_t seq, struct ra_str value)
{
    if (ra_str_absent(value))
        w->ooi_state[seq] = RA_OOI_NULL;
    else if (ra_guid_parse(value, &w->ooi[seq]))
        w->ooi_state[seq] = RA_OOI_EQUAL;
    else
        w->ooi_state[seq] = RA_OOI_DIFFERENT;
}

static void note_waiting(struct asking *a)
{
    for (size_t i = 0; i < a->waiting_n; i++)
        a->waiting[i].fact->note(a->w, a->waiting[i].seq, a->waiting[i].value);
    a->waiting_n = 0;
}

static void put_off(struct asking *a, const struct fact *f, uint32_t seq)
{
    if (f->note == note_ooi) {
        __builtin_prefetch(&a->w->ooi[seq], 1);
        __builtin_prefetch(&a->w->ooi_state[seq], 1);
    } else {
        __builtin_prefetch(&a->w->cloud[seq], 1);
    }
    a->waiting[a->waiting_n++] = (struct noted){f, seq, f->value};
    if (a->waiting_n == AHEAD)
        note_waiting(a);
}

/* Moves a fact up to this id; true when it is one of it. */
static bool reach(struct asking *a, struct fact *f, struct ra_str id)
{
    const struct ra_side *side = a->w->in->cloud;
    int d = -1;

    while (f->more > 0 && (d = ra_str_cmp(f->id, id)) < 0)
        f->more = side->next(f->cursor, &f->id, &f->value);
    return f->more > 0 && d == 0;
}

static int walk(struct asking *a, struct ra_side_cursor *ids)
{
    const struct ra_side *side = a->w->in->cloud;
    struct ra_entry entry;
    struct ra_str id, value;
    int rc = 1;

    while ((a->facts[0].more > 0 || a->facts[1].more > 0) &&
           (rc = side->next(ids, &id, &value)) > 0) {
        if (!ra_entry_unpack(value, &entry) || entry.seq >= side->count)
            return -(int)RA_EINTEGRITY;
        for (int i = 0; i < 2; i++)
            if (reach(a, &a->facts[i], id))
                put_off(a, &a->facts[i], entry.seq);
    }
    note_waiting(a);
    return a->facts[0].more < 0 || a->facts[1].more < 0 ? -(int)RA_EINTEGRITY : rc;
}

static void open_fact(struct asking *a, struct fact *f, const char *name)
{
    const struct ra_side *side = a->w->in->cloud;

    f->cursor = side->open_facts(side->ctx, name);
    if (f->cursor)
        f->more = side->next(f->cursor, &f->id, &f->value);
}

int ra_world_asked(struct ra_world *w)
{
    const struct ra_side *side = w->in->cloud;
    struct asking a = {.w = w, .facts = {{.note = note_soa}, {.note = note_ooi}}};
    struct ra_side_cursor *ids = side->open_index(side->ctx, RA_IX_ID);
    int rc = 0;

    open_fact(&a, &a.facts[0], RA_FACT_SOA);
    open_fact(&a, &a.facts[1], RA_FACT_OOI);
    if (a.facts[1].cursor) {
        w->ooi = ra_calloc(w->cloud_n, sizeof *w->ooi);
        w->ooi_state = ra_calloc(w->cloud_n, 1);
    }
    if (ids)
        rc = walk(&a, ids);
    for (int i = 0; i < 2; i++)
        if (a.facts[i].cursor)
            side->close(a.facts[i].cursor);
    if (ids)
        side->close(ids);
    if (rc >= 0)
        return 0;
    ra_fail(w->err, RA_EINTEGRITY, "cache of " RA_STR_FMT ": a fact cannot be read",
            RA_STR_ARG(side->name));
    return ra_hint(w->err, "fetch this side again: reanchor fetch --full");
}
