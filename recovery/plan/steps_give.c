/* Steps and predictions in full, read again from the objects whenever they are asked for. */
#include "recovery/plan/steps_inner.h"

#include <stdio.h>
#include <string.h>

/* The first three fields of a GUID stand reversed in LDAP's order (domain 1.2). */
void ra_step_key(struct ra_str guid, unsigned char key[16])
{
    static const unsigned char place[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

    memset(key, 0, 16);
    for (size_t i = 0; i < 16 && guid.n == 16; i++)
        key[i] = (unsigned char)guid.p[place[i]];
}

void ra_step_key_text(struct ra_str id, unsigned char key[16])
{
    struct ra_guid guid;

    if (ra_guid_parse(id, &guid)) {
        ra_step_key(ra_str_n(guid.b, sizeof guid.b), key);
        return;
    }
    memset(key, 0, 16);
    if (id.n)
        memcpy(key, id.p, id.n < 16 ? id.n : 16);
}

static struct ra_str guid_text(struct ra_steps *s, struct ra_str bytes)
{
    char text[RA_GUID_TEXT];

    ra_guid_text((const uint8_t *)bytes.p, text);
    return ra_str_n(ra_arena_copy(&s->scratch, text, RA_GUID_TEXT - 1), RA_GUID_TEXT - 1);
}

/* ---- steps ---- */

static struct ra_plan_target ad_target(struct ra_steps *s, const struct ra_subject *x)
{
    return (struct ra_plan_target){x->side->name, guid_text(s, x->ad.guid), x->ad.dn};
}

static void window(struct ra_steps *s, struct ra_plan_step *out)
{
    out->op = RA_OP_SET_FEATURES;
    out->target.id = s->in.tenant_id;
    out->have = (struct ra_plan_value){.features = s->have, .features_n = s->features_n};
    out->want = (struct ra_plan_value){.features = s->want, .features_n = s->features_n};
    out->undoable = true;
    out->undo = out->have;
    out->why = RA_BLOCK_SOFT_FLAG;
    for (size_t i = 0; i < s->features_n; i++)
        if (ra_str_starts_fold(s->have[i].name, RA_STR("blockCloud")))
            out->why = RA_BLOCK_HARD_FLAG;
        else if (ra_str_starts_fold(s->have[i].name, RA_STR("allow")))
            out->why = RA_BLOCK_OOI;
}

static void fill(struct ra_steps *s, const struct ra_subject *x, struct ra_plan_step *out)
{
    out->why = (enum ra_verdict_code)x->v->code;
    out->target.id = x->cloud.id;
    if (out->op == RA_OP_SET_CONSISTENCY_GUID) {
        out->target = ad_target(s, x);
        out->have.text = ra_anchor_encode(x->ad.consistency_guid, &s->scratch);
        out->want.text = x->cloud.immutable_id;
    } else if (out->op == RA_OP_HOLD) {
        out->target = ad_target(s, x);
        out->have.text = x->ad.admin_description;
        out->want.text = ra_hold_value(x->ad.kind);
    } else if (out->op == RA_OP_SET_IMMUTABLE_ID) {
        out->want.text = x->anchor;
    } else
        out->have.text = x->ooi;
    out->undoable = out->op != RA_OP_CLEAR_OBJECT_IDENTIFIER; /* it can be cleared, not set */
    if (out->undoable)
        out->undo = out->have;
}

static enum ra_verdict_code promised(const struct ra_steps *s, enum ra_plan_op op,
                                     const struct ra_subject *x)
{
    bool synced = x->has_cloud && ra_cloud_is_synced(&x->cloud);

    if (op == RA_OP_HOLD)
        return RA_SKIP_SCOPE;
    if (synced)
        return RA_MATCH_HARD;
    if (op == RA_OP_SET_CONSISTENCY_GUID)
        return RA_VERDICT_CODES; /* a takeover, for which more facts are read */
    return s->in.policy->takeover_allowed ? RA_MATCH_HARD_TAKEOVER : RA_BLOCK_TAKEOVER_POLICY;
}

int ra_steps_get(struct ra_steps *s, size_t i, struct ra_plan_step *out,
                 struct ra_step_promise *promise, struct ra_err *err)
{
    const struct ra_step_entry *e = &s->steps.at[i];
    struct ra_subject x;
    int rc = 0;

    memset(out, 0, sizeof *out);
    out->id = ra_str_n(s->id, (size_t)snprintf(s->id, sizeof s->id, "s%06zu", i + 1));
    out->op = (enum ra_plan_op)e->op;
    if (promise)
        *promise = (struct ra_step_promise){RA_NONE, RA_VERDICT_CODES, {NULL, 0}};
    if (e->verdict == RA_NONE) {
        window(s, out);
        return 0;
    }
    rc = ra_subject_read(s, &s->decided->verdicts[e->verdict], &x, err);
    if (rc != 0)
        return rc;
    fill(s, &x, out);
    if (promise)
        *promise =
            (struct ra_step_promise){x.v->ad, promised(s, out->op, &x), guid_text(s, x.ad.guid)};
    return ra_steps_whole(s, err);
}

/* ---- predictions ---- */

static int of_entry(struct ra_steps *s, const struct ra_step_entry *e, struct ra_prediction *out,
                    struct ra_err *err)
{
    struct ra_subject x;
    struct ra_addresses addresses;
    int rc = ra_subject_read(s, &s->decided->verdicts[e->verdict], &x, err);

    if (rc != 0)
        return rc;
    *out = (struct ra_prediction){.outcome = (enum ra_outcome)e->op,
                                  .id = x.cloud.id,
                                  .kind = x.ad.kind,
                                  .why = (enum ra_verdict_code)x.v->code,
                                  .directory = x.side->name,
                                  .dn = x.ad.dn,
                                  .object_guid = guid_text(s, x.ad.guid)};
    if (x.ad.kind == RA_USER)
        out->anchor = x.v->code == RA_ANCHOR_DRIFT || x.v->code == RA_ANCHOR_CONFLICT
                          ? x.cloud.immutable_id
                          : x.anchor;
    else if (x.ad.kind == RA_GROUP)
        out->sid = x.ad.sid;
    if (x.ad.kind == RA_GROUP || x.ad.kind == RA_CONTACT) {
        ra_ad_addresses(&x.ad, &s->scratch, &addresses);
        out->smtp = addresses.primary;
    }
    return 0;
}

typedef void each_fn(void *to, const struct ra_prediction *prediction);

static int give_list(struct ra_steps *s, const struct ra_step_list *l, each_fn *each, void *to,
                     struct ra_err *err)
{
    struct ra_prediction p;
    int rc = 0;

    for (size_t i = 0; i < l->n && rc == 0; i++) {
        rc = of_entry(s, &l->at[i], &p, err);
        if (rc == 0)
            each(to, &p);
    }
    return rc;
}

/* Whether the object of an index entry has this fate; an open one only when it is live and synced.
 */
static bool has_fate(struct ra_steps *s, const struct ra_entry *e, unsigned char fate)
{
    const struct ra_side *cloud = s->in.cloud;
    struct ra_cloud_head h;

    if (s->fate[e->seq] != fate || (e->bits & RA_ENTRY_DELETED))
        return false;
    if (fate != RA_FATE_OPEN)
        return true;
    if (ra_cloud_head(cloud->record(cloud->ctx, e->seq), &h))
        return h.synced;
    s->damaged = true;
    return false;
}

/* In the order of their ids. */
static int give_fate(struct ra_steps *s, unsigned char fate, enum ra_outcome outcome, each_fn *each,
                     void *to, struct ra_err *err)
{
    const struct ra_side *cloud = s->in.cloud;
    struct ra_str key, value;
    struct ra_entry e;
    int rc = 1;

    if (!s->ids)
        s->ids = cloud->open_index(cloud->ctx, RA_IX_ID);
    if (!s->ids || cloud->seek(s->ids, RA_STR("")) < 0)
        rc = -1;
    while (rc == 1 && (rc = cloud->next(s->ids, &key, &value)) == 1)
        if (!ra_entry_unpack(value, &e) || e.seq >= cloud->count)
            rc = -1;
        else if (has_fate(s, &e, fate))
            each(to, &(struct ra_prediction){.outcome = outcome,
                                             .id = key,
                                             .kind = (enum ra_kind)e.kind,
                                             .why = RA_ORPHAN});
    if (rc != 0)
        return ra_fail(err, RA_EINTEGRITY, "snapshot cloud: the index of ids is damaged");
    return ra_steps_whole(s, err);
}

static int give_expected(void *ctx, enum ra_outcome outcome, each_fn *each, void *to,
                         struct ra_err *err)
{
    struct ra_steps *s = ctx;

    switch (outcome) {
    case RA_WILL_ADD:
        return give_list(s, &s->added, each, to, err);
    case RA_WILL_MATCH:
        return give_list(s, &s->matched, each, to, err);
    case RA_WILL_DELETE:
        return give_fate(s, RA_FATE_DELETE, outcome, each, to, err);
    case RA_WILL_REJOIN:
        return give_fate(s, RA_FATE_REJOIN, outcome, each, to, err);
    case RA_WILL_UNKNOWN:
    case RA_OUTCOMES:
        break;
    }
    return give_fate(s, RA_FATE_OPEN, outcome, each, to, err);
}

static int give_steps(void *ctx, void (*each)(void *to, const struct ra_plan_step *step), void *to,
                      struct ra_err *err)
{
    struct ra_steps *s = ctx;
    struct ra_plan_step step;
    int rc = 0;

    for (size_t i = 0; i < s->steps.n && rc == 0; i++) {
        rc = ra_steps_get(s, i, &step, NULL, err);
        if (rc == 0)
            each(to, &step);
    }
    return rc;
}

struct ra_plan_source ra_steps_source(struct ra_steps *s)
{
    return (struct ra_plan_source){.ctx = s, .steps = give_steps, .expected = give_expected};
}
