#include "recovery/import/compare.h"

#include "recovery/model/lookup.h"

#include <stdlib.h>
#include <string.h>

enum { AD_ANCHOR, AD_GUID, AD_SID, AD_UPN, AD_ADDRESS, AD_CUSTOM, AD_INDEXES };
enum { CLOUD_ID, CLOUD_ANCHOR, CLOUD_SID, CLOUD_UPN, CLOUD_ADDRESS, CLOUD_INDEXES };

struct ra_import_comparison {
    struct ra_import_now now;
    struct ra_anchor_attribute attribute;
    struct ra_lookup_index (*ad)[AD_INDEXES];
    struct ra_lookup_index cloud[CLOUD_INDEXES];
    struct ra_arena scratch;
};

static const char *const states[RA_STATES] = {"same", "different", "unseen", "deleted", "missing"};

static const struct {
    const char *name, *text;
} findings[RA_FINDINGS] = {
    [RA_FINDING_NONE] = {"none", "as the file has it"},
    [RA_FINDING_GONE] = {"gone", "neither in the tenant nor in AD any more"},
    [RA_FINDING_CLOUD_CHANGED] = {"cloud-changed",
                                  "the cloud user has another anchor now; who changed it, and why"},
    [RA_FINDING_CLOUD_CLEARED] = {"cloud-cleared", "the cloud user has no anchor any more"},
    [RA_FINDING_CLOUD_DELETED] = {"cloud-deleted",
                                  "in the tenant's recycle bin, while AD still has it"},
    [RA_FINDING_CLOUD_MISSING] = {"cloud-missing",
                                  "no longer in the tenant: the first export creates it anew"},
    [RA_FINDING_AD_CHANGED] =
        {"ad-changed", "the AD object would present another anchor: 'reanchor restore FILE' "
                       "prepares putting it back"},
    [RA_FINDING_AD_MISSING] = {"ad-missing",
                               "nobody in AD has this anchor: the first export deletes the cloud "
                               "object"},
    [RA_FINDING_OUT_OF_SCOPE] =
        {"out-of-scope", "its AD object is out of scope: the first export deletes the cloud "
                         "object"},
    [RA_FINDING_JOINED_OTHERWISE] = {"joined-otherwise",
                                     "the old server had joined this AD object to another cloud "
                                     "object than the prediction does"},
};

const char *ra_import_state_name(enum ra_import_state s)
{
    return states[s];
}

const char *ra_import_finding_name(enum ra_import_finding f)
{
    return findings[f].name;
}

const char *ra_import_finding_text(enum ra_import_finding f)
{
    return findings[f].text;
}

bool ra_import_finding_counts(enum ra_import_finding f)
{
    return f != RA_FINDING_NONE && f != RA_FINDING_GONE;
}

/* ---- opening ---- */

void ra_import_compare_open(const struct ra_import_now *now, struct ra_import_comparison **out)
{
    static const int ad[] = {RA_IX_ANCHOR, RA_IX_GUID, RA_IX_SID, RA_IX_UPN, RA_IX_ADDRESS};
    static const int cloud[] = {RA_IX_ID, RA_IX_ANCHOR, RA_IX_SID, RA_IX_UPN, RA_IX_ADDRESS};
    const struct ra_detection *d = &now->result->detection;
    struct ra_import_comparison *c = ra_calloc(1, sizeof *c);

    c->now = *now;
    c->attribute =
        ra_anchor_attribute(d->candidates_n ? d->candidates[d->chosen].name : RA_STR("objectGUID"));
    c->ad = ra_calloc(now->ad_n + 1, sizeof *c->ad);
    for (size_t i = 0; i < now->ad_n; i++) {
        int custom = ra_anchor_index(&now->ad[i], &c->attribute);
        for (int k = 0; k < AD_CUSTOM; k++)
            ra_lookup_open(&now->ad[i], ad[k], &c->ad[i][k]);
        if (custom >= RA_IX_CUSTOM)
            ra_lookup_open(&now->ad[i], custom, &c->ad[i][AD_CUSTOM]);
    }
    for (int k = 0; k < CLOUD_INDEXES; k++)
        ra_lookup_open(now->cloud, cloud[k], &c->cloud[k]);
    *out = c;
}

void ra_import_compare_close(struct ra_import_comparison **cp)
{
    struct ra_import_comparison *c = *cp;

    if (!c)
        return;
    for (size_t i = 0; i < c->now.ad_n; i++)
        for (int k = 0; k < AD_INDEXES; k++)
            if (c->ad[i][k].side)
                ra_lookup_close(&c->ad[i][k]);
    for (int k = 0; k < CLOUD_INDEXES; k++)
        ra_lookup_close(&c->cloud[k]);
    free(c->ad);
    ra_arena_free(&c->scratch);
    free(c);
    *cp = NULL;
}

/* ---- finding ---- */

/* Verdicts of AD objects come first, in the order of their numbers. */
static const struct ra_verdict *verdict_of(const struct ra_import_comparison *c, uint32_t number)
{
    const struct ra_result *r = c->now.result;
    size_t low = 0, high = r->verdicts_n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (r->verdicts[mid].ad != RA_NONE && r->verdicts[mid].ad < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low < r->verdicts_n && r->verdicts[low].ad == number ? &r->verdicts[low] : NULL;
}

struct hit {
    uint32_t seq;
    bool live, deleted; /* a live one was found; a deleted one */
    bool sure;          /* the live one is in scope, or nobody asks for that */
    /* of a directory: whose scope decides, and its first number */
    const struct ra_import_comparison *c;
    uint32_t base;
};

static bool in_scope(const struct hit *hit, uint32_t seq)
{
    const struct ra_verdict *v = hit->c ? verdict_of(hit->c, hit->base + seq) : NULL;

    return !hit->c || (v && v->code != RA_SKIP_SCOPE && v->code != RA_SKIP_LINKED);
}

/* The first live holder of the key that is of the kind; one in scope before one that is not, as
 * the old account of somebody who was moved is not. */
static int look(struct ra_lookup_index *index, struct ra_str key, enum ra_kind kind,
                struct hit *hit)
{
    struct ra_entry e;
    int rc;

    if (hit->sure || !index->cursor || ra_str_absent(key))
        return 0;
    rc = ra_lookup_seek(index, key);
    while (rc >= 0 && !hit->sure && (rc = ra_lookup_next(index, key, &e)) > 0) {
        bool live = !(e.bits & RA_ENTRY_DELETED);
        if (e.kind != kind)
            continue;
        hit->deleted = hit->deleted || !live;
        hit->sure = live && in_scope(hit, e.seq);
        if (hit->sure || (live && !hit->live))
            hit->seq = e.seq;
        hit->live = hit->live || live;
    }
    return rc < 0 ? rc : 0;
}

static struct ra_str folded(struct ra_import_comparison *c, struct ra_str s)
{
    char *p = ra_arena_alloc(&c->scratch, s.n + 1);

    ra_fold_into(p, s.p, s.n);
    return ra_str_n(p, s.n);
}

static int damaged(const struct ra_side *side, struct ra_err *err)
{
    return ra_fail(err, RA_EINTEGRITY, "cache of " RA_STR_FMT ": an index cannot be read",
                   RA_STR_ARG(side->name));
}

/* An id names the object; a user may have come back under another one, with the same anchor. */
int ra_import_find_cloud(struct ra_import_comparison *c, const struct ra_import_entry *e,
                         uint32_t *seq, bool *deleted, struct ra_err *err)
{
    struct hit hit = {.seq = RA_NONE};
    int rc;

    if (!ra_str_absent(e->id)) {
        rc = look(&c->cloud[CLOUD_ID], e->id, e->kind, &hit);
        if (rc == 0 && e->kind == RA_USER)
            rc = look(&c->cloud[CLOUD_ANCHOR], e->anchor, e->kind, &hit);
    } else {
        rc = e->kind == RA_USER ? look(&c->cloud[CLOUD_ANCHOR], e->anchor, e->kind, &hit) : 0;
        if (rc == 0 && !hit.deleted)
            rc = look(&c->cloud[CLOUD_UPN], folded(c, e->upn), e->kind, &hit);
        if (rc == 0 && !hit.deleted)
            rc = look(&c->cloud[CLOUD_SID], e->sid, e->kind, &hit);
        if (rc == 0 && !hit.deleted && e->kind != RA_USER)
            rc = look(&c->cloud[CLOUD_ADDRESS], folded(c, e->smtp), e->kind, &hit);
    }
    *seq = hit.live ? hit.seq : RA_NONE;
    *deleted = !hit.live && hit.deleted;
    return rc < 0 ? damaged(c->now.cloud, err) : 0;
}

static enum ra_kind ad_kind(enum ra_kind kind)
{
    return kind == RA_DEVICE ? RA_COMPUTER : kind;
}

/* decision: anchor by kind. */
static int anchor_index(const struct ra_import_comparison *c, enum ra_kind kind)
{
    if (kind != RA_USER && kind != RA_GROUP)
        return AD_GUID;
    if (c->attribute.kind == RA_ANCHOR_CONSISTENCY_GUID)
        return AD_ANCHOR;
    return c->attribute.kind == RA_ANCHOR_CUSTOM && kind == RA_USER ? AD_CUSTOM : AD_GUID;
}

/* One directory: by what carries the anchor, or by what else tells who it is. */
static int look_in(struct ra_import_comparison *c, size_t d, const struct ra_import_entry *e,
                   bool by_anchor, struct hit *hit)
{
    struct ra_lookup_index *ix = c->ad[d];
    enum ra_kind kind = ad_kind(e->kind);
    struct ra_guid guid;
    int rc = 0;

    if (by_anchor)
        return look(&ix[anchor_index(c, e->kind)], e->anchor, kind, hit);
    if (ra_guid_parse(e->identifier, &guid))
        rc = look(&ix[AD_GUID], ra_anchor_encode(ra_str_n(guid.b, 16), &c->scratch), kind, hit);
    if (rc == 0)
        rc = look(&ix[AD_SID], e->sid, kind, hit);
    if (rc == 0)
        rc = look(&ix[AD_UPN], folded(c, e->upn), kind, hit);
    return rc == 0 ? look(&ix[AD_ADDRESS], folded(c, e->smtp), kind, hit) : rc;
}

struct ad_hit {
    uint32_t number;
    bool sure, deleted;
};

static int find_ad(struct ra_import_comparison *c, const struct ra_import_entry *e, bool by_anchor,
                   struct ad_hit *out, struct ra_err *err)
{
    uint32_t base = 0;

    out->number = RA_NONE;
    for (size_t d = 0; d < c->now.ad_n; base += c->now.ad[d++].count) {
        struct hit hit = {.seq = RA_NONE, .c = c, .base = base};
        if (look_in(c, d, e, by_anchor, &hit) < 0)
            return damaged(&c->now.ad[d], err);
        out->deleted = out->deleted || hit.deleted;
        if (hit.live && (out->number == RA_NONE || (hit.sure && !out->sure)))
            out->number = base + hit.seq;
        out->sure = out->sure || hit.sure;
    }
    return 0;
}

/* ---- reading what was found ---- */

static int read_cloud(struct ra_import_comparison *c, struct ra_import_compared *out,
                      struct ra_err *err)
{
    const struct ra_side *side = c->now.cloud;

    if (out->cloud_seq == RA_NONE ||
        ra_cloud_decode(side->record(side->ctx, out->cloud_seq), &out->cloud))
        return 0;
    return damaged(side, err);
}

static int read_ad(struct ra_import_comparison *c, struct ra_import_compared *out,
                   struct ra_err *err)
{
    uint32_t seq = out->ad_number;
    size_t d = 0;

    if (seq == RA_NONE)
        return 0;
    for (; d + 1 < c->now.ad_n && seq >= c->now.ad[d].count; d++)
        seq -= c->now.ad[d].count;
    out->directory = c->now.ad[d].name;
    if (!ra_ad_decode(c->now.ad[d].record(c->now.ad[d].ctx, seq), &out->ad))
        return damaged(&c->now.ad[d], err);
    out->ad_anchor = ra_anchor_of(&out->ad, &c->attribute, &c->scratch);
    return 0;
}

/* ---- judging ---- */

/* What AD still has and the tenant no longer: joined to somebody else, restored, or made anew. */
static enum ra_import_finding judge_lost(const struct ra_import_compared *m,
                                         const struct ra_verdict *v)
{
    if (m->ad_state != RA_STATE_SAME)
        return RA_FINDING_GONE;
    if (m->cloud_state == RA_STATE_DELETED)
        return RA_FINDING_CLOUD_DELETED;
    return v && v->cloud != RA_NONE ? RA_FINDING_JOINED_OTHERWISE : RA_FINDING_CLOUD_MISSING;
}

/* Without a peer in AD only what is synced is deleted. */
static enum ra_import_finding judge_ad(const struct ra_import_compared *m,
                                       const struct ra_verdict *v)
{
    bool synced = ra_cloud_is_synced(&m->cloud);

    if (m->ad_state == RA_STATE_DIFFERENT)
        return RA_FINDING_AD_CHANGED;
    if (m->ad_state != RA_STATE_SAME)
        return synced ? RA_FINDING_AD_MISSING : RA_FINDING_NONE;
    if (v && (v->code == RA_SKIP_SCOPE || v->code == RA_SKIP_LINKED))
        return synced ? RA_FINDING_OUT_OF_SCOPE : RA_FINDING_NONE;
    return v && v->cloud == m->cloud_seq ? RA_FINDING_NONE : RA_FINDING_JOINED_OTHERWISE;
}

static enum ra_import_finding judge(const struct ra_import_comparison *c,
                                    const struct ra_import_compared *m)
{
    const struct ra_verdict *v = m->ad_number == RA_NONE ? NULL : verdict_of(c, m->ad_number);

    if (m->cloud_state == RA_STATE_DELETED || m->cloud_state == RA_STATE_MISSING)
        return judge_lost(m, v);
    if (m->cloud_state == RA_STATE_DIFFERENT)
        return ra_str_absent(m->cloud.immutable_id) ? RA_FINDING_CLOUD_CLEARED
                                                    : RA_FINDING_CLOUD_CHANGED;
    return judge_ad(m, v);
}

static enum ra_import_state cloud_state(const struct ra_import_compared *m,
                                        const struct ra_import_entry *e, bool deleted)
{
    if (m->cloud_seq == RA_NONE)
        return deleted ? RA_STATE_DELETED : RA_STATE_MISSING;
    if (e->kind != RA_USER)
        return RA_STATE_UNSEEN;
    return ra_str_eq(m->cloud.immutable_id, e->anchor) ? RA_STATE_SAME : RA_STATE_DIFFERENT;
}

int ra_import_compare(struct ra_import_comparison *c, const struct ra_import_entry *e,
                      struct ra_import_compared *out, struct ra_err *err)
{
    struct ad_hit ad = {0};
    bool deleted, same = true;
    int rc;

    ra_arena_reset(&c->scratch);
    *out = (struct ra_import_compared){.ad_number = RA_NONE};
    rc = ra_import_find_cloud(c, e, &out->cloud_seq, &deleted, err);
    if (rc == 0)
        rc = find_ad(c, e, true, &ad, err);
    if (rc == 0 && ad.number == RA_NONE) {
        same = false;
        rc = find_ad(c, e, false, &ad, err);
    }
    if (rc != 0)
        return rc;
    out->ad_number = ad.number;
    rc = read_cloud(c, out, err);
    if (rc == 0)
        rc = read_ad(c, out, err);
    out->cloud_state = cloud_state(out, e, deleted);
    if (ad.number != RA_NONE)
        out->ad_state = same ? RA_STATE_SAME : RA_STATE_DIFFERENT;
    else
        out->ad_state = ad.deleted ? RA_STATE_DELETED : RA_STATE_MISSING;
    out->finding = judge(c, out);
    return rc;
}
