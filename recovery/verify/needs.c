/* Which facts the checks would need beyond those that the decision asked for. */
#include "recovery/verify/checking.h"

#include <stdlib.h>

struct list {
    uint32_t *all;
    size_t n, cap;
};

static void push(struct list *l, uint32_t seq)
{
    l->all = ra_grow(l->all, &l->cap, l->n + 1, sizeof *l->all);
    l->all[l->n++] = seq;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* V5: the anchor is not the objectGUID, and the decision did without the identifier. */
static int need_identifiers(struct ra_checking *c, struct list *l)
{
    const struct ra_result *r = c->in->result;
    struct ra_arena scratch = {0};
    struct ra_ad_object o;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < r->verdicts_n; i++) {
        const struct ra_verdict *v = &r->verdicts[i];
        if (v->kind != RA_USER || v->ad == RA_NONE || v->cloud == RA_NONE ||
            !(v->warnings & 1u << RA_WARN_OOI_UNKNOWN))
            continue;
        ra_arena_reset(&scratch);
        rc = ra_checking_ad(c, v->ad, &o);
        if (rc == 0 && !ra_anchor_is_object_guid(&o, &c->anchor, &scratch))
            push(l, v->cloud);
    }
    ra_arena_free(&scratch);
    return rc;
}

/* V13: every live user with an anchor that is not synced; asking again for a few does no harm. */
static int need_managed(struct ra_checking *c, struct list *l)
{
    struct ra_cloud_object o;
    int rc = 0;

    for (uint32_t seq = 0; rc == 0 && seq < c->in->cloud->count; seq++) {
        rc = ra_checking_cloud(c, seq, &o);
        if (rc == 0 && o.kind == RA_USER && !o.deleted && !ra_str_absent(o.immutable_id) &&
            !ra_cloud_is_synced(&o))
            push(l, seq);
    }
    return rc;
}

int ra_verify_needs(const struct ra_report_input *in, struct ra_verify_needs *out,
                    struct ra_err *err)
{
    struct list ooi = {0}, soa = {0};
    struct ra_verified none;
    struct ra_checking c;
    int rc;

    ra_checking_begin(&c, in, &none, err);
    rc = need_identifiers(&c, &ooi);
    if (rc == 0)
        rc = need_managed(&c, &soa);
    if (ooi.n)
        qsort(ooi.all, ooi.n, sizeof *ooi.all, by_number);
    ra_checking_end(&c);
    *out = (struct ra_verify_needs){ooi.all, soa.all, ooi.n, soa.n};
    if (rc != 0)
        ra_verify_needs_free(out);
    return rc;
}

void ra_verify_needs_free(struct ra_verify_needs *n)
{
    free(n->ooi);
    free(n->soa);
    *n = (struct ra_verify_needs){0};
}
