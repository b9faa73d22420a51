#include "recovery/cli/verify_plan.h"

#include "recovery/apply/apply.h"
#include "recovery/cli/fresh.h"
#include "recovery/plan/plan.h"
#include "recovery/report/layout.h"
#include "recovery/verify/predicted.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/json.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 10 /* of each kind on the terminal */

struct verifying {
    struct ra_cli *cli;
    struct ra_plan plan;
    struct ra_fresh fresh;
    struct ra_comparison result;
    bool all;
};

/* ---- the plan ---- */

/* A plan that was made by hand may leave its expectations to its steps: who gets an anchor back is
 * to re-join by it. */
static void expect_steps(struct ra_plan *plan)
{
    size_t n = plan->expected_n;

    if (n || plan->expects_all)
        return;
    for (size_t i = 0; i < plan->steps_n; i++) {
        const struct ra_plan_step *s = &plan->steps[i];
        if (s->op == RA_OP_SET_CONSISTENCY_GUID)
            ra_plan_expect(plan, &(struct ra_prediction){.outcome = RA_WILL_MATCH,
                                                         .kind = RA_USER,
                                                         .why = s->why,
                                                         .anchor = s->want.text,
                                                         .directory = s->target.directory,
                                                         .dn = s->target.dn,
                                                         .object_guid = s->target.id});
    }
}

static int read_plan(struct verifying *v, const char *path, struct ra_err *err)
{
    struct ra_str tenant = ra_str(v->cli->config->tenant.id);
    struct ra_buf bytes;
    int rc = ra_file_read(path, RA_PLAN_MAX, RA_EUSAGE, &bytes, err);

    if (rc != 0)
        return ra_hint(err, "PLAN is the plan.json that 'reanchor rebuild --report DIR' writes");
    rc = ra_plan_decode(ra_str_n(bytes.p, bytes.n), &v->plan, err);
    ra_buf_free(&bytes);
    if (rc != 0)
        return rc;
    if (!ra_str_eq_fold(v->plan.tenant, tenant)) {
        ra_fail(err, RA_ESTALE, "%s: is of the tenant " RA_STR_FMT ", want " RA_STR_FMT, path,
                RA_STR_ARG(v->plan.tenant), RA_STR_ARG(tenant));
        return ra_hint(err, "name the configuration that the plan was made with: -c FILE");
    }
    expect_steps(&v->plan);
    return 0;
}

/* ---- the comparison ---- */

static int ask_identifiers(struct verifying *v, struct ra_err *err)
{
    uint32_t *needs = NULL;
    size_t n = 0;
    int rc;

    if (!v->fresh.graph || ra_graph_is_files(v->fresh.graph))
        return 0;
    rc = ra_predicted_needs(v->plan.expected, v->plan.expected_n, &v->fresh.study->view->cloud.side,
                            &needs, &n, err);
    if (rc == 0)
        rc = ra_fresh_ask(v->cli, &v->fresh, NULL, 0, needs, n, err);
    free(needs);
    return rc;
}

static int compare(struct verifying *v, bool cached, struct ra_err *err)
{
    int rc = ra_fresh_open(v->cli, cached, &v->fresh, err);

    if (rc == 0)
        rc = ask_identifiers(v, err);
    if (rc == 0)
        rc = ra_predicted_compare(v->plan.expected, v->plan.expected_n, v->plan.expects_all,
                                  &v->fresh.study->view->cloud.side, &v->result, err);
    return rc;
}

static bool found(const struct verifying *v, const struct ra_compared *c, struct ra_cloud_object *o)
{
    const struct ra_side *side = &v->fresh.study->view->cloud.side;

    return c->found != RA_NONE && ra_cloud_decode(side->record(side->ctx, c->found), o);
}

/* ---- as text ---- */

static void counts_text(const struct verifying *v, const struct ra_report_style *style,
                        struct ra_buf *out)
{
    struct ra_table *t = ra_table_new(style);
    char n[RA_NUMBER_TEXT];

    ra_table_column(t, "", 0);
    for (int came = 0; came < RA_CAMES; came++)
        ra_table_column(t, ra_came_name((enum ra_came)came), RA_COLUMN_RIGHT);
    for (int o = 0; o < RA_WILL_UNKNOWN; o++) {
        ra_table_row(t);
        ra_table_cell_z(t, ra_outcome_name((enum ra_outcome)o));
        for (int came = 0; came < RA_CAMES; came++)
            ra_table_cell_z(t, ra_number_text(v->result.counts[o][came], n));
    }
    if (v->plan.expects_all) {
        ra_table_row(t);
        ra_table_cell_z(t, "not predicted");
        ra_table_cell_z(t, "");
        ra_table_cell_z(t, "");
        ra_table_cell_z(t, ra_number_text(v->result.unpredicted, n));
    }
    ra_table_print(&t, out);
}

static void pair(struct ra_buf *out, const char *name, struct ra_str value)
{
    if (ra_str_absent(value))
        return;
    ra_buf_printf(out, "  %s ", name);
    ra_layout_safe(out, value);
}

static void predicted_text(const struct ra_prediction *p, struct ra_buf *out)
{
    ra_buf_puts(out, "      predicted:");
    pair(out, "id", p->id);
    pair(out, "anchor", p->anchor);
    pair(out, "SID", p->sid);
    pair(out, "address", p->smtp);
    pair(out, "objectGUID", p->object_guid);
    ra_buf_putc(out, '\n');
}

static void found_text(const struct ra_cloud_object *o, struct ra_buf *out)
{
    ra_buf_puts(out, "      found:    ");
    pair(out, "id", o->id);
    pair(out, "UPN", o->upn);
    pair(out, "anchor", o->immutable_id);
    pair(out, "synced", ra_cloud_is_synced(o) ? RA_STR("yes") : RA_STR("no"));
    pair(out, "deleted", o->deleted ? RA_STR("yes") : (struct ra_str){NULL, 0});
    pair(out, "errors", o->provisioning_errors);
    ra_buf_putc(out, '\n');
}

static void one_text(const struct verifying *v, const struct ra_compared *c, struct ra_buf *out)
{
    const struct ra_prediction *p = c->predicted;
    struct ra_cloud_object o;
    bool there = found(v, c, &o);
    struct ra_str name = p ? p->id : (struct ra_str){NULL, 0};

    if (there)
        name = ra_str_absent(o.upn) ? o.id : o.upn;
    if (p && !ra_str_absent(p->dn))
        name = p->dn;
    ra_buf_printf(out, "  %c %s ", c->came == RA_CAME_OTHERWISE ? '!' : '?',
                  p ? ra_outcome_name(p->outcome) : "not predicted");
    if (p && p->outcome < RA_WILL_REJOIN)
        ra_buf_printf(out, "(%s) ", ra_code_info(p->why)->name);
    ra_layout_safe(out, name);
    ra_buf_printf(out, ": %s\n", c->why);
    if (p)
        predicted_text(p, out);
    if (there)
        found_text(&o, out);
}

static void list_text(const struct verifying *v, enum ra_came came, const char *title,
                      const struct ra_report_style *style, struct ra_buf *out)
{
    size_t shown = 0, n = 0;

    for (size_t i = 0; i < v->result.n; i++) {
        if (v->result.all[i].came != came)
            continue;
        if (n++ == 0) {
            ra_buf_putc(out, '\n');
            ra_layout_colour(style, RA_BOLD, title, out);
            ra_buf_putc(out, '\n');
        }
        if (v->all || shown < SHOWN) {
            one_text(v, &v->result.all[i], out);
            shown++;
        }
    }
    if (n > shown)
        ra_buf_printf(out, "  … and %zu more: --all\n", n - shown);
}

static void text(const struct verifying *v, struct ra_buf *out)
{
    struct ra_report_style style = {.width = ra_study_width(), .colour = v->cli->color};
    bool differs = ra_comparison_differs(&v->result), pends = ra_comparison_pends(&v->result);
    char made[RA_TIME_TEXT];

    ra_time_text(v->plan.created, made);
    ra_layout_colour(&style,
                     differs ? RA_RED
                     : pends ? RA_YELLOW
                             : RA_GREEN,
                     differs ? "DIFFERENT"
                     : pends ? "PENDING"
                             : "AS PREDICTED",
                     out);
    ra_buf_printf(out, "  the tenant now, beside the plan of %s\n\n", made);
    counts_text(v, &style, out);
    list_text(v, RA_CAME_OTHERWISE, "Different", &style, out);
    list_text(v, RA_CAME_NOT_YET, "Pending", &style, out);
}

/* ---- as JSON ---- */

static void predicted_json(struct ra_json *j, const struct ra_prediction *p)
{
    ra_json_key(j, "predicted");
    if (!p) {
        ra_json_null(j);
        return;
    }
    ra_json_object(j);
    ra_json_key(j, "outcome");
    ra_json_z(j, ra_outcome_name(p->outcome));
    ra_json_key(j, "id");
    ra_json_str(j, p->id);
    if (p->outcome < RA_WILL_REJOIN) {
        const struct {
            const char *key;
            struct ra_str value;
        } rest[] = {{"anchor", p->anchor}, {"directory", p->directory},
                    {"dn", p->dn},         {"object_guid", p->object_guid},
                    {"sid", p->sid},       {"smtp", p->smtp}};
        for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
            ra_json_key(j, rest[i].key);
            ra_json_str(j, rest[i].value);
        }
        ra_json_key(j, "kind");
        ra_json_z(j, ra_kind_name(p->kind));
        ra_json_key(j, "why");
        ra_json_z(j, ra_code_info(p->why)->name);
    }
    ra_json_object_end(j);
}

static void found_json(struct ra_json *j, const struct verifying *v, const struct ra_compared *c)
{
    struct ra_cloud_object o;

    ra_json_key(j, "found");
    if (!found(v, c, &o)) {
        ra_json_null(j);
        return;
    }
    ra_json_object(j);
    ra_json_key(j, "id");
    ra_json_str(j, o.id);
    ra_json_key(j, "kind");
    ra_json_z(j, ra_kind_name(o.kind));
    ra_json_key(j, "upn");
    ra_json_str(j, o.upn);
    ra_json_key(j, "immutable_id");
    ra_json_str(j, o.immutable_id);
    ra_json_key(j, "sync_enabled");
    ra_json_bool(j, ra_cloud_is_synced(&o));
    ra_json_key(j, "deleted");
    ra_json_bool(j, o.deleted);
    ra_json_object_end(j);
}

static void one_json(const struct verifying *v, const struct ra_compared *c, struct ra_buf *out)
{
    struct ra_json j;

    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "prediction");
    ra_json_key(&j, "state");
    ra_json_z(&j, ra_came_name(c->came));
    ra_json_key(&j, "message");
    ra_json_z(&j, c->why);
    predicted_json(&j, c->predicted);
    found_json(&j, v, c);
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
}

static void summary_json(const struct verifying *v, struct ra_buf *out)
{
    struct ra_json j;

    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "comparison");
    ra_json_key(&j, "plan");
    ra_json_z(&j, v->plan.hash);
    ra_json_key(&j, "counts");
    ra_json_object(&j);
    for (int o = 0; o < RA_WILL_UNKNOWN; o++) {
        ra_json_key(&j, ra_outcome_name((enum ra_outcome)o));
        ra_json_object(&j);
        for (int came = 0; came < RA_CAMES; came++) {
            ra_json_key(&j, ra_came_name((enum ra_came)came));
            ra_json_int(&j, (long long)v->result.counts[o][came]);
        }
        ra_json_object_end(&j);
    }
    ra_json_object_end(&j);
    ra_json_key(&j, "unpredicted");
    ra_json_int(&j, (long long)v->result.unpredicted);
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
}

/* ---- the run ---- */

static void print(const struct verifying *v)
{
    struct ra_buf out;

    ra_buf_init(&out, (size_t)1 << 30);
    for (size_t i = 0; v->cli->json && i < v->result.n; i++)
        one_json(v, &v->result.all[i], &out);
    if (v->cli->json)
        summary_json(v, &out);
    else if (!v->cli->quiet)
        text(v, &out);
    fwrite(out.p, 1, out.n, stdout);
    ra_buf_free(&out);
}

int ra_verify_plan(struct ra_cli *cli, const char *path, bool cached, bool all, struct ra_err *err)
{
    struct verifying v = {.cli = cli, .all = all};
    int rc = read_plan(&v, path, err);

    if (rc == 0)
        rc = compare(&v, cached, err);
    if (rc == 0)
        print(&v);
    ra_fresh_close(&v.fresh); /* the run that holds the window open must get at the store */
    if (rc == 0 && !ra_comparison_pends(&v.result))
        rc = ra_apply_window_done(cli->config->store.dir, cli->stop, err);
    if (rc == 0)
        rc = ra_comparison_differs(&v.result) ? 7 : 0;
    ra_comparison_free(&v.result);
    ra_plan_free(&v.plan);
    return rc;
}
