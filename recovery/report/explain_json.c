#include "recovery/report/explain.h"
#include "recovery/report/outputs.h"

#include "src/base/json.h"

static void pairings(struct ra_json *j, const struct ra_explanation *e)
{
    ra_json_key(j, "attributes");
    ra_json_array(j);
    for (size_t i = 0; i < e->pairings_n; i++) {
        const struct ra_pairing *p = &e->pairings[i];
        ra_json_object(j);
        ra_json_key(j, "name");
        ra_json_z(j, p->name);
        ra_json_key(j, "ad");
        ra_json_str(j, p->ad);
        ra_json_key(j, "cloud");
        ra_json_str(j, p->cloud);
        ra_json_key(j, "differs");
        ra_json_bool(j, ra_pairing_differs(p));
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
}

static void facts(struct ra_json *j, const struct ra_explanation *e)
{
    ra_json_key(j, "facts");
    ra_json_object(j);
    for (size_t i = 0; i < e->facts_n; i++) {
        ra_json_key(j, e->facts[i].name);
        ra_json_str(j, e->facts[i].value);
    }
    ra_json_object_end(j);
}

static void related(struct ra_json *j, const struct ra_explanation *e)
{
    ra_json_key(j, "related");
    ra_json_object(j);
    for (size_t i = 0; i < e->kin_n; i++) {
        ra_json_key(j, e->kin[i].name);
        ra_json_str(j, e->kin[i].value);
    }
    ra_json_object_end(j);
}

static void meanings(struct ra_json *j, const struct ra_verdict *v)
{
    ra_json_key(j, "meanings");
    ra_json_object(j);
    ra_json_key(j, ra_code_info((enum ra_verdict_code)v->code)->name);
    ra_json_z(j, ra_code_info((enum ra_verdict_code)v->code)->meaning);
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (c != v->code && v->blocks & UINT64_C(1) << c) {
            ra_json_key(j, ra_code_info((enum ra_verdict_code)c)->name);
            ra_json_z(j, ra_code_info((enum ra_verdict_code)c)->meaning);
        }
    for (int w = 0; w < RA_WARNINGS; w++)
        if (v->warnings & UINT32_C(1) << w) {
            ra_json_key(j, ra_warning_name((enum ra_warning)w));
            ra_json_z(j, ra_warning_meaning((enum ra_warning)w));
        }
    if (v->cause) {
        ra_json_key(j, ra_cause_name((enum ra_cause)v->cause));
        ra_json_z(j, ra_cause_meaning((enum ra_cause)v->cause));
    }
    ra_json_object_end(j);
}

static void verdict(struct ra_json *j, const struct ra_explanation *e)
{
    const struct ra_verdict *v = e->row.v;

    ra_json_key(j, "verdict");
    if (v->code >= RA_VERDICT_CODES) {
        ra_json_null(j);
        return;
    }
    ra_ndjson_verdict(&e->row, ra_str_n(e->remedy.p, e->remedy.n), j->out);
    j->comma = true;
    meanings(j, v);
    ra_json_key(j, "step");
    ra_json_z(j, e->step);
    facts(j, e);
    ra_json_key(j, "would_change");
    ra_json_z(j, e->would_change);
}

int ra_report_explain_json(const struct ra_report_input *in, const struct ra_verdict *v,
                           struct ra_buf *out, struct ra_err *err)
{
    struct ra_explanation e;
    struct ra_json j;
    int rc = ra_explanation_make(in, v, &e, err);

    if (rc != 0)
        return rc;
    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "explanation");
    verdict(&j, &e);
    pairings(&j, &e);
    related(&j, &e);
    if (!ra_str_absent(in->own_steps)) {
        ra_json_key(&j, "plan_steps");
        ra_json_raw(&j, in->own_steps);
    }
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
    ra_explanation_free(&e);
    return 0;
}
