/* Which attribute is the source anchor: every candidate is counted against the tenant. */
#include "tests/property/oracle_inner.h"

#include <string.h>

struct candidate {
    const char *name;
    enum attribute mode;
    int custom; /* -1 for an attribute that was not read */
    bool is_tenants, is_configured;
    bool *reproduces; /* by cloud object */
    uint64_t count;
};

struct detection {
    struct candidate at[OUTCOME_ATTRIBUTES];
    size_t n;
};

/* ---- the candidates, in their order ---- */

static int custom_index(const struct org *org, const char *name)
{
    for (int i = 0; i < org->customs_n; i++)
        if (same_folded(org->customs[i].name, name))
            return i;
    return -1;
}

static struct candidate *candidate(struct oracle *o, struct detection *d, const char *name)
{
    for (size_t i = 0; i < d->n; i++)
        if (same_folded(d->at[i].name, name))
            return &d->at[i];
    struct candidate *c = &d->at[d->n++];

    *c = (struct candidate){.name = name, .mode = CUSTOM, .custom = custom_index(o->org, name)};
    if (same_folded(name, "mS-DS-ConsistencyGuid"))
        c->mode = CONSISTENCY_GUID;
    if (same_folded(name, "objectGUID"))
        c->mode = OBJECT_GUID;
    return c;
}

static void list_candidates(struct oracle *o, struct detection *d)
{
    const struct org_policy *p = &o->org->policy;

    candidate(o, d, "mS-DS-ConsistencyGuid");
    candidate(o, d, "objectGUID");
    for (size_t i = 0; i < p->candidates.n; i++)
        candidate(o, d, p->candidates.at[i]);
    if (!same_folded(p->attribute, "auto"))
        candidate(o, d, p->attribute)->is_configured = true;
    if (present(o->org->tenant.anchor_attribute))
        candidate(o, d, o->org->tenant.anchor_attribute)->is_tenants = true;
}

/* ---- counting ---- */

static bool any_live_synced_user(const struct oracle *o)
{
    for (size_t c = 0; c < o->org->cloud_n; c++)
        if (o->org->cloud[c].kind == ORG_USER && o->cloud[c].live && o->cloud[c].synced)
            return true;
    return false;
}

static bool is_counted(const struct oracle *o, size_t c, bool synced_only)
{
    const struct org_cloud *is = &o->org->cloud[c];

    if (is->kind != ORG_USER || !o->cloud[c].live)
        return false;
    return synced_only ? o->cloud[c].synced : present(is->immutable_id);
}

static bool takes_part(const struct ad_view *a)
{
    return a->is->kind == ORG_USER && !a->is->deleted && !a->cause && !a->linked;
}

static void count(struct oracle *o, struct candidate *k, bool synced_only)
{
    struct book anchors = {0};

    for (size_t i = 0; i < o->org->ad_n; i++)
        if (takes_part(&o->ad[i]))
            book_add(&anchors, anchor_by(o, o->ad[i].is, k->mode, k->custom), i);
    book_sort(&anchors);
    k->reproduces = ra_arena_alloc(o->arena, o->org->cloud_n + 1);
    for (size_t c = 0; c < o->org->cloud_n; c++) {
        k->reproduces[c] =
            is_counted(o, c, synced_only) && book_has(&anchors, o->org->cloud[c].immutable_id);
        k->count += k->reproduces[c];
    }
    book_free(&anchors);
}

static void count_population(struct oracle *o, const struct detection *d, bool synced_only)
{
    struct summary *s = &o->out->summary;

    for (size_t c = 0; c < o->org->cloud_n; c++) {
        bool any = false;

        for (size_t k = 0; k < d->n; k++)
            any |= d->at[k].reproduces[c];
        s->any += any;
        s->all += is_counted(o, c, synced_only);
    }
}

/* ---- choosing ---- */

static const struct candidate *best(const struct detection *d)
{
    const struct candidate *b = &d->at[0];

    for (size_t k = 1; k < d->n; k++)
        if (d->at[k].count > b->count || (d->at[k].count == b->count && d->at[k].is_tenants))
            b = &d->at[k];
    return b;
}

static const struct candidate *choose(struct oracle *o, const struct detection *d)
{
    struct summary *s = &o->out->summary;
    const struct candidate *b = best(d);

    for (size_t k = 0; k < d->n; k++)
        if (d->at[k].is_configured) {
            uint64_t n = d->at[k].count;

            s->weak = (n * 100 < s->any * 99 && b->count > n) || n * 2 < s->all;
            return &d->at[k];
        }
    s->undetermined = b->count == 0 || b->count * 100 < s->any * 99 || b->count * 2 < s->all;
    return b;
}

void detect_anchor(struct oracle *o)
{
    struct summary *s = &o->out->summary;
    struct detection d = {0};
    bool synced_only = any_live_synced_user(o);

    list_candidates(o, &d);
    for (size_t k = 0; k < d.n; k++) {
        count(o, &d.at[k], synced_only);
        s->attributes[s->attributes_n++] = (struct outcome_count){d.at[k].name, d.at[k].count};
    }
    count_population(o, &d, synced_only);
    const struct candidate *chosen = choose(o, &d);

    s->attribute = chosen->name;
    o->mode = chosen->mode;
    o->custom = chosen->custom;
}
