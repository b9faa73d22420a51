#include "recovery/plan/steps_inner.h"

#include <stdlib.h>
#include <string.h>

#define NO_DIRECTORY UINT16_MAX

static void add(struct ra_step_list *l, const struct ra_step_entry *e)
{
    l->at = ra_grow(l->at, &l->cap, l->n + 1, sizeof *l->at);
    l->at[l->n++] = *e;
}

static bool in_ad(enum ra_plan_op op)
{
    return op == RA_OP_SET_CONSISTENCY_GUID || op == RA_OP_HOLD;
}

static void add_step(struct ra_steps *s, const struct ra_subject *x, enum ra_plan_op op, size_t i)
{
    struct ra_step_entry e = {.verdict = (uint32_t)i, .op = (uint8_t)op, .directory = NO_DIRECTORY};

    if (in_ad(op)) {
        e.directory = x->directory;
        ra_step_key(x->ad.guid, e.key);
    } else {
        ra_step_key_text(x->cloud.id, e.key);
    }
    add(&s->steps, &e);
    s->by_op[op]++;
}

static void add_prediction(struct ra_step_list *l, const struct ra_subject *x,
                           enum ra_outcome outcome, size_t i)
{
    struct ra_step_entry e = {
        .verdict = (uint32_t)i, .op = (uint8_t)outcome, .directory = x->directory};

    ra_step_key(x->ad.guid, e.key);
    add(l, &e);
}

/* ---- what is expected of each AD object ---- */

static void decide_fate(struct ra_steps *s, uint32_t cloud, unsigned char fate)
{
    if (s->fate[cloud] == RA_FATE_MATCH)
        return; /* an orphan that a step gives back to its AD object */
    s->fate[cloud] = fate;
}

/* Whether the cloud object becomes this AD object's by the first export, and was not before. */
static bool becomes(const struct ra_steps *s, const struct ra_subject *x, unsigned ops)
{
    enum ra_verdict_code code = (enum ra_verdict_code)x->v->code;
    enum ra_class in = ra_code_info(code)->in;

    if (ops & 1u << RA_OP_HOLD)
        return false;
    if (code == RA_ANCHOR_DRIFT || code == RA_ANCHOR_CONFLICT)
        return ops && ra_cloud_is_synced(&x->cloud); /* else it is a takeover, to be read anew */
    if (code == RA_BLOCK_OOI)
        return ops;
    if (in == RA_CLASS_SOFT && x->ad.kind == RA_USER && !ops &&
        s->in.policy->soft_match == RA_SOFT_STAMP)
        return false; /* to be stamped, and cannot be */
    if (in == RA_CLASS_SOFT || in == RA_CLASS_TAKEOVER)
        return s->named[x->v->cloud] == 1;
    return in == RA_CLASS_MATCHED && x->v->cloud != RA_NONE;
}

/* MATCH_* as things are needs no look: it stays. */
static bool stays(const struct ra_steps *s, size_t i)
{
    const struct ra_verdict *v = &s->decided->verdicts[i];

    return ra_code_info((enum ra_verdict_code)v->code)->in == RA_CLASS_MATCHED &&
           v->code != RA_MATCH_DEVICE && s->in.result->verdicts[i].code == v->code;
}

static bool of_interest(const struct ra_steps *s, const struct ra_verdict *v)
{
    enum ra_class in = ra_code_info((enum ra_verdict_code)v->code)->in;

    return in == RA_CLASS_SOFT || in == RA_CLASS_TAKEOVER || in == RA_CLASS_NEW ||
           in == RA_CLASS_MATCHED || ra_step_possible(s, v);
}

static void take(struct ra_steps *s, const struct ra_subject *x, size_t i)
{
    unsigned ops = ra_step_possible(s, x->v) ? ra_steps_of(s, x) : 0;

    for (int op = 0; op < RA_PLAN_OPS; op++)
        if (ops & 1u << op)
            add_step(s, x, (enum ra_plan_op)op, i);
    if (x->v->code == RA_ADD)
        add_prediction(&s->added, x, RA_WILL_ADD, i);
    if (x->v->code == RA_MATCH_DEVICE && ra_cloud_is_synced(&x->cloud))
        decide_fate(s, x->v->cloud, RA_FATE_REJOIN);
    else if (becomes(s, x, ops)) {
        add_prediction(&s->matched, x, RA_WILL_MATCH, i);
        decide_fate(s, x->v->cloud, RA_FATE_MATCH);
    }
}

static int take_all(struct ra_steps *s, struct ra_err *err)
{
    const struct ra_result *r = s->decided;
    struct ra_subject x;
    int rc = 0;

    for (size_t i = 0; i < r->verdicts_n && rc == 0; i++) {
        const struct ra_verdict *v = &r->verdicts[i];
        if (v->ad == RA_NONE) {
            if (v->code == RA_ORPHAN)
                decide_fate(s, v->cloud, RA_FATE_DELETE);
        } else if (stays(s, i)) {
            decide_fate(s, v->cloud, RA_FATE_REJOIN);
        } else if (of_interest(s, v)) {
            rc = ra_subject_read(s, v, &x, err);
            if (rc == 0)
                take(s, &x, i);
        }
    }
    return rc;
}

/* Of the live synced objects; what is not synced is nobody's loss. */
static void count_fates(struct ra_steps *s)
{
    const struct ra_side *cloud = s->in.cloud;
    struct ra_cloud_head h;

    for (uint32_t seq = 0; seq < cloud->count; seq++)
        if (s->fate[seq] != RA_FATE_OPEN)
            s->fates[s->fate[seq]]++;
        else if (!ra_cloud_head(cloud->record(cloud->ctx, seq), &h))
            s->damaged = true;
        else if (!h.deleted && h.synced)
            s->fates[RA_FATE_OPEN]++;
}

/* ---- order ---- */

static struct ra_str directory_name(const struct ra_steps *s, uint16_t d)
{
    return d == NO_DIRECTORY ? (struct ra_str){NULL, 0} : s->in.ad[d].name;
}

/* Equal keys are rare: one objectGUID twice, or identifiers that are no GUIDs and begin alike. */
static struct ra_str dn_of(struct ra_steps *s, const struct ra_step_entry *e)
{
    uint32_t number = s->decided->verdicts[e->verdict].ad;
    struct ra_ad_object o = {0};
    size_t d = 0;

    for (; d + 1 < s->in.ad_n && number >= s->in.ad[d].count; d++)
        number -= s->in.ad[d].count;
    if (!ra_ad_decode(s->in.ad[d].record(s->in.ad[d].ctx, number), &o))
        s->damaged = true;
    return s->damaged ? (struct ra_str){NULL, 0} : o.dn;
}

static struct ra_str cloud_id(struct ra_steps *s, const struct ra_step_entry *e)
{
    const struct ra_side *cloud = s->in.cloud;
    struct ra_cloud_object o;

    if (!ra_cloud_decode(cloud->record(cloud->ctx, s->decided->verdicts[e->verdict].cloud), &o))
        s->damaged = true;
    return s->damaged ? (struct ra_str){NULL, 0} : o.id;
}

static int by_target(const void *a, const void *b, void *ctx)
{
    const struct ra_step_entry *x = a, *y = b;
    struct ra_steps *s = ctx;
    int c = ra_str_cmp(directory_name(s, x->directory), directory_name(s, y->directory));

    if (c == 0)
        c = memcmp(x->key, y->key, sizeof x->key);
    if (c || x->verdict == RA_NONE || y->verdict == RA_NONE)
        return c;
    return x->directory == NO_DIRECTORY ? ra_str_cmp_fold(cloud_id(s, x), cloud_id(s, y))
                                        : ra_str_cmp(dn_of(s, x), dn_of(s, y));
}

static int by_rank(const void *a, const void *b, void *ctx)
{
    const struct ra_step_entry *x = a, *y = b;
    unsigned i = ra_plan_op_rank((enum ra_plan_op)x->op);
    unsigned j = ra_plan_op_rank((enum ra_plan_op)y->op);

    return i != j ? (i > j) - (i < j) : by_target(a, b, ctx);
}

static void sort(struct ra_steps *s)
{
    if (s->steps.n > 1)
        qsort_r(s->steps.at, s->steps.n, sizeof *s->steps.at, by_rank, s);
    if (s->matched.n > 1)
        qsort_r(s->matched.at, s->matched.n, sizeof *s->matched.at, by_target, s);
    if (s->added.n > 1)
        qsort_r(s->added.at, s->added.n, sizeof *s->added.at, by_target, s);
}

/* ---- the whole ---- */

/* The window's decision when the window is worth opening and harms nobody, else that of now. */
static int choose(struct ra_steps *s, const struct ra_result *opened, const struct ra_flags *flags,
                  struct ra_err *err)
{
    uint64_t none[RA_VERDICT_CODES] = {0};
    int rc;

    if (!opened || !ra_window_gains(s->in.result, opened))
        return 0;
    s->named = ra_named_by(opened, s->in.cloud->count);
    rc = ra_window_exposes(s, opened, flags, err);
    if (rc == 0 && memcmp(s->exposed, none, sizeof none) == 0) {
        s->decided = opened;
        s->bypassed = flags->allow_identifier_update == RA_YES;
        ra_window_features(s, flags);
    }
    free(s->named);
    s->named = NULL;
    return rc;
}

int ra_steps_decide(const struct ra_steps_input *in, const struct ra_result *opened,
                    const struct ra_flags *flags, struct ra_steps **out, struct ra_err *err)
{
    const struct ra_detection *d = &in->result->detection;
    struct ra_steps *s = ra_calloc(1, sizeof *s);
    int rc;

    s->in = *in;
    s->decided = in->result;
    s->bypassed = in->tenant->flags.allow_identifier_update == RA_YES;
    s->anchor = ra_anchor_attribute(d->candidates_n ? d->candidates[d->chosen].name
                                                    : RA_STR("mS-DS-ConsistencyGuid"));
    rc = choose(s, opened, flags, err);
    s->named = ra_named_by(s->decided, in->cloud->count);
    s->fate = ra_calloc((size_t)in->cloud->count + 1, 1);
    if (rc == 0)
        rc = take_all(s, err);
    if (rc == 0) {
        count_fates(s);
        if (s->features_n) {
            add(&s->steps, &(struct ra_step_entry){.verdict = RA_NONE,
                                                   .op = RA_OP_SET_FEATURES,
                                                   .directory = NO_DIRECTORY});
            s->by_op[RA_OP_SET_FEATURES]++;
        }
        sort(s);
        rc = ra_steps_whole(s, err);
    }
    if (rc != 0)
        ra_steps_free(&s);
    *out = s;
    return rc;
}

static void close_cursor(const struct ra_side *side, struct ra_side_cursor *c)
{
    if (c)
        side->close(c);
}

void ra_steps_free(struct ra_steps **sp)
{
    struct ra_steps *s = *sp;

    if (!s)
        return;
    close_cursor(s->in.cloud, s->ooi);
    close_cursor(s->in.cloud, s->soa);
    close_cursor(s->in.cloud, s->anchors);
    close_cursor(s->in.cloud, s->sids);
    close_cursor(s->in.cloud, s->ids);
    free(s->steps.at);
    free(s->matched.at);
    free(s->added.at);
    free(s->named);
    free(s->fate);
    ra_arena_free(&s->scratch);
    free(s);
    *sp = NULL;
}

/* ---- numbers ---- */

size_t ra_steps_count(const struct ra_steps *s)
{
    return s->steps.n;
}

size_t ra_steps_count_of(const struct ra_steps *s, enum ra_plan_op op)
{
    return s->by_op[op];
}

bool ra_steps_exposed(const struct ra_steps *s, uint64_t counts[RA_VERDICT_CODES])
{
    uint64_t all = 0;

    for (int c = 0; c < RA_VERDICT_CODES; c++)
        all += counts[c] = s->exposed[c];
    return all > 0;
}

size_t ra_steps_expected(const struct ra_steps *s, enum ra_outcome outcome)
{
    switch (outcome) {
    case RA_WILL_ADD:
        return s->added.n;
    case RA_WILL_MATCH:
        return s->matched.n;
    case RA_WILL_DELETE:
        return s->fates[RA_FATE_DELETE];
    case RA_WILL_REJOIN:
        return s->fates[RA_FATE_REJOIN];
    case RA_WILL_UNKNOWN:
    case RA_OUTCOMES:
        break;
    }
    return s->fates[RA_FATE_OPEN];
}

void ra_steps_expected_by(const struct ra_steps *s, enum ra_outcome outcome,
                          uint64_t counts[RA_VERDICT_CODES])
{
    const struct ra_step_list *l = outcome == RA_WILL_ADD ? &s->added : &s->matched;

    memset(counts, 0, RA_VERDICT_CODES * sizeof *counts);
    for (size_t i = 0; i < l->n; i++)
        counts[s->decided->verdicts[l->at[i].verdict].code]++;
}

static size_t find(const struct ra_steps *s, uint32_t ad, uint32_t cloud, size_t *out, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < s->steps.n && n < max; i++) {
        const struct ra_step_entry *e = &s->steps.at[i];
        const struct ra_verdict *v =
            e->verdict == RA_NONE ? NULL : &s->decided->verdicts[e->verdict];
        if (v && (v->ad == ad || v->cloud == cloud) &&
            (ad != RA_NONE ? v->ad == ad : v->cloud == cloud))
            out[n++] = i;
    }
    return n;
}

size_t ra_steps_of_ad(const struct ra_steps *s, uint32_t number, size_t *out, size_t max)
{
    return number == RA_NONE ? 0 : find(s, number, RA_NONE, out, max);
}

size_t ra_steps_of_cloud(const struct ra_steps *s, uint32_t seq, size_t *out, size_t max)
{
    return seq == RA_NONE ? 0 : find(s, RA_NONE, seq, out, max);
}
