#include "recovery/match/match.h"

#include "recovery/match/case.h"

#include <stdlib.h>

static void decide(struct ra_case *c)
{
    static void (*const rules[RA_KINDS])(struct ra_case *) = {
        [RA_USER] = ra_decide_user,       [RA_GROUP] = ra_decide_group,
        [RA_CONTACT] = ra_decide_contact, [RA_COMPUTER] = ra_decide_computer,
        [RA_DEVICE] = ra_decide_computer, /* only the cloud has devices */
    };

    rules[c->f->kind](c);
    ra_case_evidence(c);
}

static void skip(struct ra_case *c)
{
    c->v->code = c->f->skip;
    c->v->cause = c->f->cause;
    c->v->row = c->f->skip == RA_SKIP_LINKED ? 31 : 0;
    c->v->confidence =
        c->f->cause == RA_CAUSE_ADMIN_DESCRIPTION ? RA_CONFIDENCE_M : RA_CONFIDENCE_H;
}

static void count(struct ra_result *r, const struct ra_verdict *v)
{
    r->counts[v->code]++;
    for (int i = 0; v->warnings && i < RA_WARNINGS; i++)
        r->warnings[i] += v->warnings >> i & 1;
}

/* What a case most likely looks at is asked for some cases in advance: of its peer by anchor, and
 * the record, whose objectGUID is held against the peer's identifier. */
#define AHEAD 16

static void look_ahead(const struct ra_world *w, uint32_t n)
{
    uint32_t peer = n < w->ad_n ? w->ad[n].first[RA_SLOT_ANCHOR] : RA_NONE;

    if (peer == RA_NONE)
        return;
    __builtin_prefetch(&w->cloud[peer], 1);
    if (!w->ooi)
        return;
    __builtin_prefetch(&w->ooi[peer]);
    __builtin_prefetch(&w->ooi_state[peer]);
    __builtin_prefetch(ra_world_ad_record(w, n).p);
}

static void decide_all(struct ra_world *w)
{
    struct ra_result *r = w->result;
    struct ra_arena scratch = {0};
    struct ra_case c = {.w = w, .scratch = &scratch};

    for (uint32_t n = 0; n < w->ad_n; n++) {
        look_ahead(w, n + AHEAD);
        if (w->part[n] == RA_PART_DELETED)
            continue;
        c.number = n;
        c.decoded = false;
        c.f = &w->ad[n];
        c.v = &r->verdicts[r->verdicts_n++];
        *c.v = (struct ra_verdict){.ad = n, .cloud = RA_NONE, .kind = c.f->kind};
        ra_arena_reset(&scratch);
        if (c.f->skip)
            skip(&c);
        else
            decide(&c);
        count(r, c.v);
    }
    ra_arena_free(&scratch);
}

/* Room for a verdict each of the AD objects and of the cloud objects; only what is used is touched.
 */
static void make_room(struct ra_world *w)
{
    w->result->verdicts = ra_arena_alloc(&w->result->arena, ((size_t)w->ad_n + w->cloud_n) *
                                                                sizeof *w->result->verdicts);
}

static void list_needs(struct ra_world *w, unsigned bit, uint32_t **out, size_t *n)
{
    *n = 0;
    for (uint32_t i = 0; i < w->cloud_n; i++)
        *n += (w->cloud[i].bits & bit) != 0;
    *out = ra_arena_alloc(&w->result->arena, *n * sizeof **out);
    *n = 0;
    for (uint32_t i = 0; i < w->cloud_n; i++)
        if (w->cloud[i].bits & bit)
            (*out)[(*n)++] = i;
}

int ra_match(const struct ra_match_input *in, struct ra_result *out, struct ra_err *err)
{
    struct ra_world w = {.in = in, .result = out, .err = err};
    int rc;

    *out = (struct ra_result){0};
    rc = ra_world_read(&w);
    if (rc == 0)
        rc = ra_detect(&w);
    if (rc == 0)
        rc = ra_world_link(&w);
    if (rc == 0) {
        make_room(&w);
        decide_all(&w);
        rc = w.damage;
    }
    if (rc == 0) {
        ra_leftovers(&w);
        ra_gate(&w);
        list_needs(&w, RA_CLOUD_NEED_SOA, &out->need_soa, &out->need_soa_n);
        list_needs(&w, RA_CLOUD_NEED_OOI, &out->need_ooi, &out->need_ooi_n);
    }
    ra_world_free(&w);
    if (rc != 0)
        ra_result_free(out);
    return rc;
}
