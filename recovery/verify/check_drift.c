/* V14: what a backup has of an object, against what it is now. An anchor is immutable by definition
 * (domain 1.1), so that a change is an incident. Who appeared or vanished is not looked at here. */
#include "recovery/model/lookup.h"
#include "recovery/verify/checking.h"

#include <stdlib.h>

struct drift {
    struct ra_checking *c;
    struct ra_anchor_attribute anchor; /* the one that the backup's anchors were computed with */
    struct ra_lookup_index id, *guid;
    struct ra_side_cursor *ooi;
    struct ra_arena scratch;
};

static int cloud_identifier(struct drift *d, const struct ra_baseline_object *then, uint32_t seq)
{
    const struct ra_side *cloud = d->c->in->cloud;
    struct ra_str key, value;
    int rc = d->ooi ? cloud->seek(d->ooi, then->key) : 0;

    if (rc == 0 && d->ooi)
        rc = cloud->next(d->ooi, &key, &value);
    if (rc < 0)
        return ra_checking_damaged(d->c, cloud->name);
    if (rc > 0 && ra_str_eq(key, then->key) && !ra_str_eq_fold(value, then->identifier))
        ra_found_value(d->c,
                       ra_found(d->c, RA_R_CHANGED_IDENTIFIER, then->kind, d->c->peer[seq], seq),
                       then->identifier);
    return 0;
}

static int compare_cloud(struct drift *d, const struct ra_baseline_object *then)
{
    struct ra_cloud_object now;
    struct ra_entry e;
    int rc = ra_lookup_live(&d->id, then->key, RA_NONE, &e);

    if (rc < 0)
        return ra_checking_damaged(d->c, d->c->in->cloud->name);
    if (rc == 0)
        return 0;
    rc = ra_checking_cloud(d->c, e.seq, &now);
    if (rc == 0 && !ra_str_absent(then->anchor) && !ra_str_eq(now.immutable_id, then->anchor))
        ra_found_value(d->c,
                       ra_found(d->c, RA_R_CHANGED_CLOUD, then->kind, d->c->peer[e.seq], e.seq),
                       then->anchor);
    return rc == 0 && then->identifier_known && !ra_str_absent(then->identifier)
               ? cloud_identifier(d, then, e.seq)
               : rc;
}

static int compare_ad(struct drift *d, const struct ra_baseline_object *then)
{
    struct ra_str key = ra_anchor_encode(then->key, &d->scratch);
    const struct ra_verdict *v;
    struct ra_ad_object now;
    struct ra_entry e;
    int rc = 0;

    for (size_t i = 0; i < d->c->in->ad_n; i++) {
        uint32_t number;
        rc = ra_lookup_live(&d->guid[i], key, RA_NONE, &e);
        if (rc < 0)
            return ra_checking_damaged(d->c, d->c->in->ad[i].name);
        if (rc == 0)
            continue;
        number = d->c->base[i] + e.seq;
        rc = ra_checking_ad(d->c, number, &now);
        v = ra_checking_verdict(d->c, number);
        if (rc == 0 && !ra_str_absent(then->anchor) &&
            !ra_str_eq(ra_anchor_of(&now, &d->anchor, &d->scratch), then->anchor))
            ra_found_value(
                d->c, ra_found(d->c, RA_R_CHANGED_AD, then->kind, number, v ? v->cloud : RA_NONE),
                then->anchor);
        return rc;
    }
    return 0;
}

static int compare(void *to, const struct ra_baseline_object *then)
{
    struct drift *d = to;

    ra_arena_reset(&d->scratch);
    return then->ad ? compare_ad(d, then) : compare_cloud(d, then);
}

int ra_check_drift(struct ra_checking *c, const struct ra_baseline *baseline)
{
    const struct ra_report_input *in = c->in;
    struct drift d = {.c = c, .anchor = c->anchor};
    int rc;

    if (!baseline) {
        ra_not_checked(c, 14, 0, "no backup to compare with was named (--against)");
        return 0;
    }
    if (!ra_str_absent(baseline->attribute))
        d.anchor = ra_anchor_attribute(baseline->attribute);
    d.guid = ra_calloc(in->ad_n + 1, sizeof *d.guid);
    ra_lookup_open(in->cloud, RA_IX_ID, &d.id);
    for (size_t i = 0; i < in->ad_n; i++)
        ra_lookup_open(&in->ad[i], RA_IX_GUID, &d.guid[i]);
    d.ooi = in->cloud->open_facts ? in->cloud->open_facts(in->cloud->ctx, RA_FACT_OOI) : NULL;
    rc = baseline->walk(baseline->ctx, compare, &d, c->err);
    ra_lookup_close(&d.id);
    for (size_t i = 0; i < in->ad_n; i++)
        ra_lookup_close(&d.guid[i]);
    if (d.ooi)
        in->cloud->close(d.ooi);
    free(d.guid);
    ra_arena_free(&d.scratch);
    return rc;
}
