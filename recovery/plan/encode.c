#include "recovery/plan/plan.h"

#include "recovery/plan/form.h"
#include "src/base/clock.h"
#include "src/base/json.h"

#include <stdlib.h>
#include <string.h>

/*
 * The canonical form: members sorted by name, no white space, strings escaped no more than JSON
 * demands; what `jq -cS 'del(.hash)'` prints without its newline. The file is the same with the
 * hash among its members, indented so that a person can read and compare it.
 */

static void text(struct ra_json *j, const char *key, struct ra_str s)
{
    ra_json_key(j, key);
    ra_json_str(j, s);
}

static int by_code_name(const void *a, const void *b)
{
    return strcmp(ra_code_info(*(const enum ra_verdict_code *)a)->name,
                  ra_code_info(*(const enum ra_verdict_code *)b)->name);
}

static void counts(struct ra_json *j, const struct ra_plan *p)
{
    enum ra_verdict_code codes[RA_VERDICT_CODES];

    for (int c = 0; c < RA_VERDICT_CODES; c++)
        codes[c] = (enum ra_verdict_code)c;
    qsort(codes, RA_VERDICT_CODES, sizeof codes[0], by_code_name);
    ra_json_key(j, "counts");
    ra_json_object(j);
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        if (p->counts[codes[c]] == 0)
            continue;
        ra_json_key(j, ra_code_info(codes[c])->name);
        ra_json_int(j, (long long)p->counts[codes[c]]);
    }
    ra_json_object_end(j);
}

static void policy(struct ra_json *j, const struct ra_policy *p)
{
    ra_json_key(j, "policy");
    ra_json_object(j);
    text(j, "anchor_attribute", p->anchor_attribute);
    ra_json_key(j, "max_deletes");
    ra_json_int(j, p->max_deletes);
    ra_json_key(j, "max_deletes_percent");
    ra_json_real(j, p->max_deletes_percent);
    ra_json_key(j, "max_hard_deletes");
    ra_json_int(j, p->max_hard_deletes);
    ra_json_key(j, "soft_match");
    ra_json_z(j, ra_plan_soft_names[p->soft_match]);
    ra_json_key(j, "takeover");
    ra_json_z(j, ra_plan_takeover_names[p->takeover_allowed]);
    ra_json_object_end(j);
}

static void snapshots(struct ra_json *j, const struct ra_plan *p)
{
    ra_json_key(j, "snapshots");
    ra_json_object(j);
    for (size_t i = 0; i < p->snapshots_n; i++) {
        ra_json_key_str(j, p->snapshots[i].side);
        ra_json_object(j);
        text(j, "hash", p->snapshots[i].hash);
        text(j, "id", p->snapshots[i].id);
        text(j, "marker", p->snapshots[i].marker);
        ra_json_object_end(j);
    }
    ra_json_object_end(j);
}

static void value(struct ra_json *j, const char *key, const struct ra_plan_value *v)
{
    ra_json_key(j, key);
    if (v->features_n == 0) {
        ra_json_str(j, v->text);
        return;
    }
    ra_json_object(j);
    for (size_t i = 0; i < v->features_n; i++) {
        ra_json_key_str(j, v->features[i].name);
        ra_json_bool(j, v->features[i].on);
    }
    ra_json_object_end(j);
}

static void step(struct ra_json *j, const struct ra_plan_step *s)
{
    ra_json_object(j);
    value(j, "have", &s->have);
    text(j, "id", s->id);
    ra_json_key(j, "op");
    ra_json_z(j, ra_plan_op_name(s->op));
    ra_json_key(j, "target");
    ra_json_object(j);
    text(j, "directory", s->target.directory);
    text(j, "dn", s->target.dn);
    text(j, "id", s->target.id);
    ra_json_object_end(j);
    ra_json_key(j, "undo");
    if (s->undoable) {
        ra_json_object(j);
        ra_json_key(j, "op");
        ra_json_z(j, ra_plan_op_name(s->op));
        value(j, "want", &s->undo);
        ra_json_object_end(j);
    } else
        ra_json_null(j);
    value(j, "want", &s->want);
    ra_json_key(j, "why");
    ra_json_z(j, ra_code_info(s->why)->name);
    ra_json_object_end(j);
}

static void prediction(struct ra_json *j, const struct ra_prediction *e)
{
    ra_json_object(j);
    text(j, "anchor", e->anchor);
    text(j, "directory", e->directory);
    text(j, "dn", e->dn);
    text(j, "id", e->id);
    ra_json_key(j, "kind");
    ra_json_z(j, ra_kind_name(e->kind));
    text(j, "object_guid", e->object_guid);
    text(j, "sid", e->sid);
    text(j, "smtp", e->smtp);
    ra_json_key(j, "why");
    ra_json_z(j, ra_code_info(e->why)->name);
    ra_json_object_end(j);
}

static void reasons(struct ra_json *j, const struct ra_plan *p)
{
    ra_json_key(j, "reasons");
    ra_json_array(j);
    for (size_t i = 0; i < p->reasons_n; i++)
        ra_json_str(j, p->reasons[i]);
    ra_json_array_end(j);
}

/* ---- what may be a million: written piece by piece ---- */

#define PIECE ((size_t)64 << 10)

/* A plan on its way into its form. */
struct writer {
    const struct ra_plan *plan;
    const struct ra_plan_source *source; /* NULL for the plan's own steps and predictions */
    struct ra_plan_form *form;
    struct ra_json j;
    struct ra_buf piece;
    bool overflow; /* one step past the buffer's maximum */
};

static void spill(struct writer *w)
{
    w->overflow = w->overflow || w->piece.overflow;
    ra_plan_form_put(w->form, ra_str_n(w->piece.p, w->piece.n));
    ra_buf_clear(&w->piece);
}

static void each_step(void *to, const struct ra_plan_step *s)
{
    struct writer *w = to;

    step(&w->j, s);
    if (w->piece.n > PIECE)
        spill(w);
}

static void each_prediction(void *to, const struct ra_prediction *e)
{
    struct writer *w = to;

    if (e->outcome >= RA_WILL_REJOIN)
        ra_json_str(&w->j, e->id);
    else
        prediction(&w->j, e);
    if (w->piece.n > PIECE)
        spill(w);
}

static int steps(struct writer *w, struct ra_err *err)
{
    const struct ra_plan *p = w->plan;
    int rc = 0;

    ra_json_key(&w->j, "steps");
    ra_json_array(&w->j);
    if (w->source)
        rc = w->source->steps(w->source->ctx, each_step, w, err);
    for (size_t i = 0; !w->source && i < p->steps_n; i++)
        each_step(w, &p->steps[i]);
    ra_json_array_end(&w->j);
    return rc;
}

static int expected(struct writer *w, struct ra_err *err)
{
    const struct ra_plan *p = w->plan;
    int rc = 0;

    ra_json_key(&w->j, "expected");
    ra_json_object(&w->j);
    for (int o = 0; o < RA_OUTCOMES && rc == 0; o++) {
        if (o == RA_WILL_DELETE) { /* the members in the order of their names */
            ra_json_key(&w->j, "complete");
            ra_json_bool(&w->j, p->expects_all);
        }
        ra_json_key(&w->j, ra_outcome_name((enum ra_outcome)o));
        ra_json_array(&w->j);
        if (w->source)
            rc = w->source->expected(w->source->ctx, (enum ra_outcome)o, each_prediction, w, err);
        for (size_t i = 0; !w->source && i < p->expected_n; i++)
            if (p->expected[i].outcome == (enum ra_outcome)o)
                each_prediction(w, &p->expected[i]);
        ra_json_array_end(&w->j);
    }
    ra_json_object_end(&w->j);
    return rc;
}

/* The members in the order of their names. */
static int members(struct writer *w, const char *hash, struct ra_err *err)
{
    const struct ra_plan *p = w->plan;
    char created[RA_TIME_TEXT];
    int rc;

    ra_time_text(p->created, created);
    text(&w->j, "anchor", p->anchor);
    counts(&w->j, p);
    ra_json_key(&w->j, "created");
    ra_json_z(&w->j, created);
    rc = expected(w, err);
    ra_json_key(&w->j, "format");
    ra_json_int(&w->j, RA_PLAN_FORMAT);
    ra_json_key(&w->j, "gate");
    ra_json_z(&w->j, ra_gate_name(p->gate));
    if (hash) {
        ra_json_key(&w->j, "hash");
        ra_json_z(&w->j, hash);
    }
    policy(&w->j, &p->policy);
    reasons(&w->j, p);
    snapshots(&w->j, p);
    if (rc == 0)
        rc = steps(w, err);
    text(&w->j, "tenant", p->tenant);
    return rc;
}

static int canonical(const struct ra_plan *p, const struct ra_plan_source *source, const char *hash,
                     struct ra_plan_form *form, struct ra_err *err)
{
    struct writer w = {.plan = p, .source = source, .form = form};
    int rc;

    ra_buf_init(&w.piece, RA_PLAN_MAX);
    ra_json_init(&w.j, &w.piece);
    ra_json_object(&w.j);
    rc = members(&w, hash, err);
    ra_json_object_end(&w.j);
    spill(&w);
    ra_buf_free(&w.piece);
    if (rc == 0 && w.overflow)
        rc = ra_fail(err, RA_EINTERNAL, "one step of the plan is larger than %zu bytes",
                     RA_PLAN_MAX);
    return rc;
}

static int hash_of(const struct ra_plan *p, const struct ra_plan_source *source, char hash[65],
                   struct ra_err *err)
{
    struct ra_plan_form form;
    int rc;

    ra_plan_form_hash(&form);
    rc = canonical(p, source, NULL, &form, err);
    ra_plan_form_end(&form, hash);
    return rc;
}

int ra_plan_encode(const struct ra_plan *plan, struct ra_buf *out, struct ra_err *err)
{
    struct ra_plan_form form;
    char hash[65];
    int rc = hash_of(plan, NULL, hash, err);

    ra_plan_form_buf(&form, out);
    if (rc == 0)
        rc = canonical(plan, NULL, hash, &form, err);
    ra_plan_form_end(&form, hash);
    if (rc == 0 && out->overflow)
        return ra_fail(err, RA_EINTERNAL, "the plan is larger than %zu bytes", out->max);
    return rc;
}

int ra_plan_write(const struct ra_plan *plan, const struct ra_plan_source *source, FILE *fp,
                  char hash[65], struct ra_err *err)
{
    struct ra_plan_form form;
    char own[65];
    int rc = hash_of(plan, source, own, err);

    ra_plan_form_file(&form, fp);
    if (rc == 0)
        rc = canonical(plan, source, own, &form, err);
    if (rc == 0)
        ra_plan_form_end(&form, own);
    if (hash)
        memcpy(hash, own, sizeof own);
    return rc;
}
