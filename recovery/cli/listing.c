/*
 * The plan as a listing: what the first export would do once the steps are carried out, and the
 * steps. + created, ~ changed, - deleted, = as it is, ! stays wrong, ? not known.
 */
#include "recovery/cli/study.h"
#include "recovery/report/layout.h"
#include "src/base/json.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN_STEPS 20  /* on the terminal */
#define PAGE_STEPS  500 /* in report.html */

/* ---- what the first export would do ---- */

struct line {
    const char *sign, *what;
    enum ra_colour colour;
    uint64_t n;
    uint64_t by[RA_VERDICT_CODES];
};

static void of_class(struct line *l, const struct ra_result *r, enum ra_class in)
{
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (ra_code_info((enum ra_verdict_code)c)->in == in)
            l->n += l->by[c] = r->counts[c];
}

static void of_outcome(struct line *l, const struct ra_steps *s, enum ra_outcome outcome)
{
    l->n = ra_steps_expected(s, outcome);
    if (outcome == RA_WILL_ADD || outcome == RA_WILL_MATCH)
        ra_steps_expected_by(s, outcome, l->by);
}

/* What a step or the window settles is told with what is matched. */
static void less_matched(struct line *l, const struct line *matched)
{
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        uint64_t settled = matched->by[c] < l->by[c] ? matched->by[c] : l->by[c];
        l->by[c] -= settled;
        l->n -= settled;
    }
}

static void codes_text(const struct line *l, struct ra_buf *out)
{
    char n[RA_NUMBER_TEXT];
    const char *before = "";

    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (l->by[c]) {
            ra_buf_printf(out, "%s%s %s", before, ra_code_info((enum ra_verdict_code)c)->name,
                          ra_number_text(l->by[c], n));
            before = ", ";
        }
}

static void print_lines(const struct line *lines, size_t n, const struct ra_report_style *style,
                        struct ra_buf *out)
{
    struct ra_table *t = ra_table_new(style);
    char number[RA_NUMBER_TEXT];
    struct ra_buf codes;

    ra_buf_init(&codes, 1 << 16);
    ra_table_column(t, "", 0);
    ra_table_column(t, "", RA_COLUMN_RIGHT);
    ra_table_column(t, "", 0);
    ra_table_column(t, "", RA_COLUMN_WRAP);
    for (size_t i = 0; i < n; i++) {
        if (lines[i].n == 0)
            continue;
        ra_buf_clear(&codes);
        codes_text(&lines[i], &codes);
        ra_table_row(t);
        ra_table_cell_z(t, lines[i].sign);
        ra_table_cell_z(t, ra_number_text(lines[i].n, number));
        ra_table_cell_z(t, lines[i].what);
        ra_table_cell(t, ra_str_n(codes.p, codes.n));
    }
    ra_table_print(&t, out);
    ra_buf_free(&codes);
}

static const struct ra_result *decided(const struct ra_study *s)
{
    return ra_steps_count_of(s->steps, RA_OP_SET_FEATURES) ? &s->opened : &s->result;
}

static void export_lines(const struct ra_study *s, const struct ra_report_style *style,
                         struct ra_buf *out)
{
    const struct ra_result *r = decided(s);
    struct line lines[] = {
        {.sign = "=", .what = "stay as they are"},
        {.sign = "~", .what = "become an AD object's, or its again"},
        {.sign = "+", .what = "are created"},
        {.sign = "-", .what = "are deleted"},
        {.sign = "!", .what = "blocked or in conflict"},
        {.sign = "?", .what = "not known, or left to chance"},
    };

    of_outcome(&lines[0], s->steps, RA_WILL_REJOIN);
    of_outcome(&lines[1], s->steps, RA_WILL_MATCH);
    of_outcome(&lines[2], s->steps, RA_WILL_ADD);
    of_outcome(&lines[3], s->steps, RA_WILL_DELETE);
    of_class(&lines[4], r, RA_CLASS_BLOCKED);
    of_class(&lines[4], r, RA_CLASS_CONFLICT);
    of_class(&lines[5], r, RA_CLASS_UNKNOWN);
    of_class(&lines[5], r, RA_CLASS_SOFT);
    of_class(&lines[5], r, RA_CLASS_TAKEOVER);
    less_matched(&lines[4], &lines[1]);
    less_matched(&lines[5], &lines[1]);
    print_lines(lines, sizeof lines / sizeof lines[0], style, out);
}

/* ---- steps ---- */

static void value_text(const struct ra_plan_value *v, struct ra_buf *out)
{
    if (v->features_n == 0 && ra_str_absent(v->text))
        ra_buf_puts(out, "null");
    else if (v->features_n == 0)
        ra_layout_safe(out, v->text);
    for (size_t i = 0; i < v->features_n; i++)
        ra_buf_printf(out, "%s" RA_STR_FMT "=%s", i ? " " : "", RA_STR_ARG(v->features[i].name),
                      v->features[i].on ? "true" : "false");
}

/* + where there was nothing, - where there will be nothing, else ~. */
static char sign_of(const struct ra_plan_step *s)
{
    if (s->have.features_n == 0 && ra_str_absent(s->have.text))
        return '+';
    return s->want.features_n == 0 && ra_str_absent(s->want.text) ? '-' : '~';
}

static void step_text(const struct ra_plan_step *step, enum ra_verdict_code promised,
                      struct ra_buf *out)
{
    struct ra_str target = ra_str_absent(step->target.dn) ? step->target.id : step->target.dn;

    ra_buf_printf(out, "  %c " RA_STR_FMT " %s  ", sign_of(step), RA_STR_ARG(step->id),
                  ra_plan_op_name(step->op));
    ra_layout_safe(out, target);
    ra_buf_puts(out, "\n      ");
    value_text(&step->have, out);
    ra_buf_puts(out, " -> ");
    value_text(&step->want, out);
    ra_buf_printf(out, "   %s", ra_code_info(step->why)->name);
    if (promised != RA_VERDICT_CODES && promised != step->why)
        ra_buf_printf(out, " -> %s", ra_code_info(promised)->name);
    if (step->op == RA_OP_HOLD)
        ra_buf_puts(out, " (confidence L)");
    ra_buf_puts(out, step->undoable ? "\n" : ", cannot be undone\n");
}

static int steps_text(struct ra_study *s, struct ra_buf *out, struct ra_err *err)
{
    size_t n = ra_steps_count(s->steps), shown = n > SHOWN_STEPS ? SHOWN_STEPS : n;
    struct ra_step_promise promise;
    struct ra_plan_step step;
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        if (i == shown - (n > SHOWN_STEPS)) /* the last one, the window, is always shown */
            i = n - 1;
        rc = ra_steps_get(s->steps, i, &step, &promise, err);
        if (rc == 0 && i == n - 1 && n > SHOWN_STEPS)
            ra_buf_printf(out, "  … and %zu more, in plan.json\n", n - SHOWN_STEPS);
        if (rc == 0)
            step_text(&step, promise.code, out);
    }
    return rc;
}

/* ---- the window, and the one line ---- */

static void exposures(struct ra_study *s, const struct ra_report_style *style, struct ra_buf *out)
{
    struct line l = {0};
    struct ra_buf text;

    if (!ra_steps_exposed(s->steps, l.by))
        return;
    ra_buf_init(&text, 1 << 16);
    ra_buf_puts(&text, "The window stays closed: open, it would let the service match what the "
                       "decision does not permit (");
    codes_text(&l, &text);
    ra_buf_puts(&text, "). Settle these, or run again with --hold, which plans to keep them out of "
                       "the first sync.");
    ra_layout_paragraph(style, "  ! ", ra_str_n(text.p, text.n), out);
    ra_buf_free(&text);
}

static void one_line(const struct ra_steps *s, struct ra_buf *out)
{
    size_t ad = ra_steps_count_of(s, RA_OP_SET_CONSISTENCY_GUID) + ra_steps_count_of(s, RA_OP_HOLD);
    size_t window = ra_steps_count_of(s, RA_OP_SET_FEATURES), all = ra_steps_count(s);
    char a[RA_NUMBER_TEXT], b[RA_NUMBER_TEXT], c[RA_NUMBER_TEXT];

    ra_buf_printf(out, "Plan: %s step%s: %s in AD, %s in Entra ID, %s.\n", ra_number_text(all, a),
                  all == 1 ? "" : "s", ra_number_text(ad, b), ra_number_text(all - ad - window, c),
                  window ? "a window that opens tenant features" : "no window");
}

int ra_listing_text(struct ra_study *s, const struct ra_report_style *style, struct ra_buf *out,
                    struct ra_err *err)
{
    size_t n = ra_steps_count(s->steps);
    int rc = 0;

    ra_buf_putc(out, '\n');
    ra_layout_colour(style, RA_BOLD,
                     n ? "The first export, with the plan's steps carried out" : "The first export",
                     out);
    ra_buf_putc(out, '\n');
    export_lines(s, style, out);
    if (n) {
        ra_buf_putc(out, '\n');
        ra_layout_colour(style, RA_BOLD, "Steps", out);
        ra_buf_putc(out, '\n');
        rc = steps_text(s, out, err);
    }
    exposures(s, style, out);
    one_line(s->steps, out);
    return rc;
}

/* ---- for report.html and show ---- */

static void value_json(struct ra_json *j, const char *key, const struct ra_plan_value *v)
{
    struct ra_buf text;

    ra_json_key(j, key);
    if (v->features_n == 0 && ra_str_absent(v->text)) {
        ra_json_null(j);
        return;
    }
    ra_buf_init(&text, 1 << 16);
    value_text(v, &text);
    ra_json_str(j, ra_str_n(text.p, text.n));
    ra_buf_free(&text);
}

static void step_json(struct ra_json *j, const struct ra_plan_step *step,
                      const struct ra_step_promise *promise, bool redact)
{
    bool personal = redact && step->op == RA_OP_HOLD; /* what adminDescription says */

    ra_json_object(j);
    ra_json_key(j, "id");
    ra_json_str(j, step->id);
    ra_json_key(j, "op");
    ra_json_z(j, ra_plan_op_name(step->op));
    ra_json_key(j, "directory");
    ra_json_str(j, step->target.directory);
    ra_json_key(j, "target");
    ra_json_str(j, step->target.id);
    ra_json_key(j, "object_guid");
    ra_json_str(j, promise->object_guid);
    ra_json_key(j, "dn");
    ra_json_str(j, redact ? (struct ra_str){NULL, 0} : step->target.dn);
    value_json(j, "have", personal ? &(struct ra_plan_value){0} : &step->have);
    value_json(j, "want", &step->want);
    ra_json_key(j, "why");
    ra_json_z(j, ra_code_info(step->why)->name);
    ra_json_key(j, "promise");
    ra_json_z(j, promise->code == RA_VERDICT_CODES ? NULL : ra_code_info(promise->code)->name);
    ra_json_key(j, "undo");
    ra_json_bool(j, step->undoable);
    ra_json_object_end(j);
}

int ra_listing_json(struct ra_study *s, bool redact, struct ra_buf *out, struct ra_err *err)
{
    size_t n = ra_steps_count(s->steps);
    struct ra_step_promise promise;
    struct ra_plan_step step;
    struct ra_json j;
    int rc = 0;

    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "total");
    ra_json_int(&j, (long long)n);
    ra_json_key(&j, "steps");
    ra_json_array(&j);
    for (size_t i = 0; i < n && i < PAGE_STEPS && rc == 0; i++) {
        rc = ra_steps_get(s->steps, i, &step, &promise, err);
        if (rc == 0)
            step_json(&j, &step, &promise, redact);
    }
    ra_json_array_end(&j);
    ra_json_object_end(&j);
    return rc;
}

#define OWN_STEPS 8

int ra_listing_of(struct ra_study *s, const struct ra_verdict *v, bool json, struct ra_buf *out,
                  struct ra_err *err)
{
    size_t at[OWN_STEPS];
    size_t n = v->ad != RA_NONE ? ra_steps_of_ad(s->steps, v->ad, at, OWN_STEPS)
                                : ra_steps_of_cloud(s->steps, v->cloud, at, OWN_STEPS);
    struct ra_step_promise promise;
    struct ra_plan_step step;
    struct ra_json j;
    int rc = 0;

    if (n == 0)
        return 0;
    ra_json_init(&j, out);
    if (json)
        ra_json_array(&j);
    else
        ra_buf_puts(out, "\nSteps of the plan\n");
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = ra_steps_get(s->steps, at[i], &step, &promise, err);
        if (rc == 0 && json)
            step_json(&j, &step, &promise, false);
        else if (rc == 0)
            step_text(&step, promise.code, out);
    }
    if (json)
        ra_json_array_end(&j);
    return rc;
}
