#include "recovery/match/links.h"

#include <stdlib.h>

/* The counted users: live synced ones; in a tenant without any, live ones with an immutableId. */
static uint64_t mark_counted(struct ra_world *w)
{
    const unsigned synced = RA_CLOUD_LIVE | RA_CLOUD_SYNCED;
    const unsigned anchored = RA_CLOUD_LIVE | RA_CLOUD_ANCHORED;
    unsigned wanted = anchored;
    uint64_t all = 0;

    for (uint32_t i = 0; i < w->cloud_n; i++)
        if (w->cloud[i].kind == RA_USER && (w->cloud[i].bits & synced) == synced)
            wanted = synced;
    for (uint32_t i = 0; i < w->cloud_n; i++)
        if (w->cloud[i].kind == RA_USER && (w->cloud[i].bits & wanted) == wanted) {
            w->cloud[i].bits |= RA_CLOUD_COUNTED;
            all++;
        }
    return all;
}

static void add_candidate(struct ra_detection *d, struct ra_str name)
{
    struct ra_anchor_attribute a, known;

    if (ra_str_absent(name))
        return;
    a = ra_anchor_attribute(name);
    for (size_t i = 0; i < d->candidates_n; i++) {
        known = ra_anchor_attribute(d->candidates[i].name);
        if (ra_anchor_attribute_eq(&a, &known))
            return;
    }
    d->candidates[d->candidates_n++] = (struct ra_candidate){.name = a.name};
}

static bool is_auto(const struct ra_policy *p)
{
    return ra_str_absent(p->anchor_attribute) ||
           ra_str_eq_fold(p->anchor_attribute, RA_STR("auto"));
}

/* decision: "Candidates, in this order". The configured attribute is never missing from the list.
 */
static void list_candidates(struct ra_world *w, struct ra_detection *d)
{
    const struct ra_policy *p = w->in->policy;

    d->candidates =
        ra_arena_alloc(&w->result->arena, (p->candidates_n + 4) * sizeof *d->candidates);
    add_candidate(d, RA_STR("mS-DS-ConsistencyGuid"));
    add_candidate(d, RA_STR("objectGUID"));
    for (size_t i = 0; i < p->candidates_n; i++)
        add_candidate(d, p->candidates[i]);
    if (!is_auto(p))
        add_candidate(d, p->anchor_attribute);
    add_candidate(d, w->in->tenant->anchor_attribute);
}

/* Of one that is in the list. */
static size_t position(const struct ra_detection *d, struct ra_str name)
{
    struct ra_anchor_attribute wanted = ra_anchor_attribute(name), a;
    size_t i = 0;

    for (; i + 1 < d->candidates_n; i++) {
        a = ra_anchor_attribute(d->candidates[i].name);
        if (ra_anchor_attribute_eq(&a, &wanted))
            break;
    }
    return i;
}

/* The best; a tie goes to the tenant's own attribute, then by the order of the list. */
static size_t best(const struct ra_detection *d, struct ra_str tenants_own)
{
    size_t own = ra_str_absent(tenants_own) ? d->candidates_n : position(d, tenants_own), b = 0;

    for (size_t i = 1; i < d->candidates_n; i++)
        if (d->candidates[i].reproduced > d->candidates[b].reproduced)
            b = i;
    if (own < d->candidates_n && d->candidates[own].reproduced == d->candidates[b].reproduced)
        b = own;
    return b;
}

static bool fewer_than_99_percent(uint64_t n, uint64_t of)
{
    return n * 100 < of * 99;
}

static void choose(struct ra_world *w, struct ra_detection *d)
{
    const struct ra_policy *p = w->in->policy;
    size_t b = best(d, w->in->tenant->anchor_attribute);
    uint64_t n;

    d->chosen = is_auto(p) ? b : position(d, p->anchor_attribute);
    n = d->candidates[d->chosen].reproduced;
    if (is_auto(p))
        d->undetermined = n == 0 || fewer_than_99_percent(n, d->any) || n * 2 < d->all;
    else
        d->weak =
            (fewer_than_99_percent(n, d->any) && d->candidates[b].reproduced > n) || n * 2 < d->all;
}

/* A snapshot of before the attribute was configured has no values of it: everybody would seem to
 * have no anchor. */
static int configured_was_read(const struct ra_world *w)
{
    const struct ra_policy *p = w->in->policy;
    struct ra_anchor_attribute a;

    if (is_auto(p))
        return 0;
    a = ra_anchor_attribute(p->anchor_attribute);
    for (size_t i = 0; i < w->in->ad_n; i++) {
        const struct ra_side *side = &w->in->ad[i];
        if (ra_anchor_index(side, &a) >= 0)
            continue;
        ra_fail(w->err, RA_ECONFIG,
                "anchor attribute " RA_STR_FMT " is not in the snapshot of directory " RA_STR_FMT,
                RA_STR_ARG(a.name), RA_STR_ARG(side->name));
        return ra_hint(w->err, "run reanchor fetch ad --full: the attribute was configured later");
    }
    return 0;
}

/* Which candidate will be chosen, most likely: what is configured, else what the tenant says. */
static struct ra_anchor_attribute guess(const struct ra_world *w)
{
    const struct ra_policy *p = w->in->policy;

    if (!is_auto(p))
        return ra_anchor_attribute(p->anchor_attribute);
    if (!ra_str_absent(w->in->tenant->anchor_attribute))
        return ra_anchor_attribute(w->in->tenant->anchor_attribute);
    return ra_anchor_attribute(RA_STR("mS-DS-ConsistencyGuid"));
}

/* The first two candidates are always those whose counts the walk over the anchors gives. */
static int count_candidates(struct ra_world *w, struct ra_detection *d)
{
    struct ra_anchor_attribute first = guess(w);
    int rc = ra_anchors_walk(w, &first, &d->candidates[0].reproduced, &d->candidates[1].reproduced);

    for (size_t i = 2; rc == 0 && i < d->candidates_n; i++) {
        struct ra_anchor_attribute a = ra_anchor_attribute(d->candidates[i].name);
        rc = ra_anchors_count(w, &a, &d->candidates[i].reproduced);
    }
    return rc;
}

int ra_detect(struct ra_world *w)
{
    struct ra_detection *d = &w->result->detection;
    int rc;

    if (configured_was_read(w) != 0)
        return -(int)RA_ECONFIG;
    list_candidates(w, d);
    d->all = mark_counted(w);
    rc = count_candidates(w, d);
    if (rc != 0)
        return rc;
    for (uint32_t i = 0; i < w->cloud_n; i++)
        d->any += (w->cloud[i].bits & RA_CLOUD_ANY) != 0;
    choose(w, d);
    w->anchor = ra_anchor_attribute(d->candidates[d->chosen].name);
    return 0;
}
