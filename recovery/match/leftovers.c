#include "recovery/match/case.h"

/* Cloud objects that nothing claimed (decision, the section of that name). */

static enum ra_cause orphan_cause(const struct ra_cloud_fact *c)
{
    if (c->bits & RA_CLOUD_CONTESTED)
        return RA_CAUSE_ANCHOR_DRIFT;
    if (c->bits & RA_CLOUD_OUT_OF_SCOPE)
        return RA_CAUSE_OUT_OF_SCOPE;
    if (c->bits & RA_CLOUD_AD_DELETED)
        return RA_CAUSE_AD_DELETED;
    return RA_CAUSE_NOT_FOUND;
}

static void orphan(const struct ra_cloud_fact *c, struct ra_verdict *v)
{
    v->code = RA_ORPHAN;
    v->cause = (uint8_t)orphan_cause(c);
    v->row = v->cause == RA_CAUSE_OUT_OF_SCOPE ? 32 : 43;
}

static void stale_anchor(const struct ra_cloud_fact *c, struct ra_verdict *v)
{
    bool deleted = c->bits & RA_CLOUD_AD_DELETED;

    v->code = RA_STALE_ANCHOR;
    v->cause = deleted ? RA_CAUSE_AD_DELETED : RA_CAUSE_NONE;
    v->row = deleted ? 45 : 0;
}

static void leftover(struct ra_world *w, uint32_t seq)
{
    const struct ra_cloud_fact *c = &w->cloud[seq];
    struct ra_result *r = w->result;
    struct ra_verdict v = {.ad = RA_NONE, .cloud = seq, .kind = c->kind};

    if (c->bits & RA_CLOUD_SYNCED)
        orphan(c, &v);
    else if (c->kind == RA_USER && (c->bits & RA_CLOUD_ANCHORED))
        stale_anchor(c, &v);
    else {
        r->counts[RA_CLOUD_ONLY]++;
        return;
    }
    r->counts[v.code]++;
    if (v.code == RA_ORPHAN) {
        r->deletes++;
        r->hard_deletes += c->kind != RA_USER; /* no recycle bin for these (domain 5) */
    }
    r->verdicts[r->verdicts_n++] = v;
}

void ra_leftovers(struct ra_world *w)
{
    for (uint32_t seq = 0; seq < w->cloud_n; seq++) {
        unsigned bits = w->cloud[seq].bits;
        if (bits & RA_CLOUD_LIVE) {
            w->result->live_synced += (bits & RA_CLOUD_SYNCED) != 0;
            if (!(bits & RA_CLOUD_CLAIMED))
                leftover(w, seq);
        } else if (!(bits & RA_CLOUD_CLAIMED)) {
            w->result->deleted_unclaimed++;
        }
    }
}
