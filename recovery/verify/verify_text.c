#include "recovery/report/layout.h"
#include "recovery/report/outputs.h"
#include "recovery/report/remedy.h"
#include "recovery/verify/render.h"

#include <inttypes.h>
#include <string.h>

static const enum ra_colour colours[RA_SEVERITIES] = {
    [RA_SEVERITY_INFO] = RA_PLAIN,
    [RA_SEVERITY_WARNING] = RA_YELLOW,
    [RA_SEVERITY_HIGH] = RA_RED,
    [RA_SEVERITY_CRITICAL] = RA_RED,
};

/* One report on its way. */
struct telling {
    struct ra_rendering r;
    const struct ra_verified *v;
    const struct ra_report_style *style;
    struct ra_buf out;
};

/* ---- the counts ---- */

static void counts(const struct ra_verified *v, struct ra_buf *out)
{
    const char *before = "";

    for (int s = RA_SEVERITIES - 1; s >= 0; s--) {
        ra_buf_printf(out, "%s%" PRIu64 " %s", before, ra_verified_total(v, (enum ra_severity)s),
                      ra_severity_name((enum ra_severity)s));
        before = ", ";
    }
}

static void headline(struct telling *t)
{
    enum ra_severity worst;

    if (!ra_verified_worst(t->v, &worst)) {
        ra_layout_colour(t->style, RA_GREEN, "OK", &t->out);
        ra_buf_puts(&t->out, "  No check found anything.\n");
        return;
    }
    ra_layout_colour(t->style, colours[worst], ra_severity_name(worst), &t->out);
    ra_buf_printf(&t->out, "  %zu finding%s: ", t->v->n, t->v->n == 1 ? "" : "s");
    counts(t->v, &t->out);
    ra_buf_putc(&t->out, '\n');
}

static void cell(struct ra_table *t, uint64_t n)
{
    char text[RA_NUMBER_TEXT];

    ra_table_cell_z(t, n ? ra_number_text(n, text) : "-");
}

static void checks(struct telling *t)
{
    struct ra_table *table = ra_table_new(t->style);
    char id[8];

    ra_table_column(table, "check", 0);
    ra_table_column(table, "", 0);
    for (int s = RA_SEVERITIES - 1; s >= 0; s--)
        ra_table_column(table, ra_severity_name((enum ra_severity)s), RA_COLUMN_RIGHT);
    for (unsigned c = 1; c <= RA_CHECKS; c++) {
        snprintf(id, sizeof id, "V%u", c);
        ra_table_row(table);
        ra_table_cell_z(table, id);
        ra_table_cell_z(table, ra_check_name(c));
        for (int s = RA_SEVERITIES - 1; s >= 0; s--)
            cell(table, ra_verified_count(t->v, c, (enum ra_severity)s));
    }
    ra_buf_putc(&t->out, '\n');
    ra_table_print(&table, &t->out);
}

static void unchecked(struct telling *t)
{
    char line[400], n[RA_NUMBER_TEXT];

    if (t->v->unchecked_n == 0)
        return;
    ra_buf_putc(&t->out, '\n');
    ra_layout_colour(t->style, RA_BOLD, "Not looked at", &t->out);
    ra_buf_putc(&t->out, '\n');
    for (size_t i = 0; i < t->v->unchecked_n; i++) {
        const struct ra_unchecked *u = &t->v->unchecked[i];
        snprintf(line, sizeof line, "V%u: %s", u->check, u->why);
        if (u->objects)
            snprintf(line + strlen(line), sizeof line - strlen(line), " (%s)",
                     ra_number_text(u->objects, n));
        ra_layout_paragraph_z(t->style, "  - ", line, &t->out);
    }
}

/* ---- the findings ---- */

static void add(struct ra_buf *line, const char *name, struct ra_str value)
{
    if (ra_str_absent(value))
        return;
    if (line->n)
        ra_buf_puts(line, ", ");
    if (*name)
        ra_buf_printf(line, "%s ", name);
    ra_buf_put(line, value.p, value.n);
}

static void ad_line(const struct ra_row *row, struct ra_buf *line)
{
    add(line, "", row->f[RA_F_DN]);
    add(line, "UPN", row->f[RA_F_UPN]);
    add(line, "anchor", row->f[RA_F_ANCHOR]);
    add(line, "objectGUID", row->f[RA_F_GUID]);
    add(line, "SID", row->f[RA_F_SID]);
}

static void cloud_line(const struct ra_row *row, struct ra_buf *line)
{
    add(line, "",
        ra_str_absent(row->f[RA_F_CLOUD_UPN]) ? row->f[RA_F_CLOUD_NAME] : row->f[RA_F_CLOUD_UPN]);
    add(line, "anchor", row->f[RA_F_CLOUD_IMMUTABLE]);
    add(line, "id", row->f[RA_F_CLOUD_ID]);
    add(line, "SID", row->f[RA_F_CLOUD_SID]);
    add(line, "identifier", row->f[RA_F_CLOUD_OOI]);
}

static void side(struct telling *t, const char *first, const struct ra_buf *line)
{
    ra_layout_paragraph(t->style, first, ra_str_n(line->p, line->n), &t->out);
}

static int pair(struct telling *t, const struct ra_verify_finding *f, bool other)
{
    struct ra_buf line;
    struct ra_row row;
    int rc = ra_rendering_row(&t->r, f, other, &row);

    if (rc != 0)
        return rc;
    ra_buf_init(&line, RA_ROW_MAX);
    ad_line(&row, &line);
    if (row.has_ad)
        side(t, other ? "    beside AD  " : "  - AD         ", &line);
    ra_buf_clear(&line);
    cloud_line(&row, &line);
    if (row.has_cloud)
        side(t,
             row.has_ad ? "    Entra ID   "
             : other    ? "    beside it  "
                        : "  - Entra ID   ",
             &line);
    ra_buf_free(&line);
    return 0;
}

static int finding(struct telling *t, const struct ra_verify_finding *f)
{
    bool objects = f->ad != RA_NONE || f->cloud != RA_NONE;
    int rc = pair(t, f, false);

    if (rc == 0 && (f->other_ad != RA_NONE || f->other_cloud != RA_NONE))
        rc = pair(t, f, true);
    if (rc == 0 && !ra_str_absent(f->value))
        ra_layout_paragraph(t->style, objects ? "    value      " : "  - ",
                            ra_rendering_value(&t->r, f), &t->out);
    return rc;
}

static void group_head(struct telling *t, const struct ra_verify_finding *f)
{
    const struct ra_reason_info *info = ra_reason_info((enum ra_reason)f->reason);
    char n[RA_NUMBER_TEXT];

    ra_buf_printf(&t->out, "\nV%u ", info->check);
    ra_layout_colour(t->style, colours[info->severity], ra_severity_name(info->severity), &t->out);
    ra_buf_printf(&t->out, "  %s  %s\n", info->name, ra_number_text(t->v->reasons[f->reason], n));
    ra_layout_paragraph_z(t->style, "  ", info->what, &t->out);
    ra_layout_paragraph_z(t->style, "  To do: ", info->remedy, &t->out);
}

static void more(struct telling *t, uint64_t left)
{
    char n[RA_NUMBER_TEXT];

    if (left)
        ra_buf_printf(&t->out, "  … and %s more; --all or --json lists them\n",
                      ra_number_text(left, n));
}

static int hand_over(struct telling *t, ra_sink_fn *sink, void *ctx)
{
    int rc;

    if (t->out.overflow)
        return ra_fail(t->r.err, RA_EINTERNAL, "a finding larger than %zu bytes", t->out.max);
    rc = sink(ctx, &t->out, t->r.err);
    ra_buf_clear(&t->out);
    return rc;
}

static int findings(struct telling *t, size_t per_check, ra_sink_fn *sink, void *ctx)
{
    const struct ra_verified *v = t->v;
    int rc = 0;

    for (size_t i = 0, end; rc == 0 && i < v->n; i = end) {
        size_t shown = v->reasons[v->findings[i].reason];
        end = i + shown;
        if (per_check && shown > per_check)
            shown = per_check;
        group_head(t, &v->findings[i]);
        for (size_t k = i; rc == 0 && k < i + shown; k++) {
            rc = finding(t, &v->findings[k]);
            if (rc == 0)
                rc = hand_over(t, sink, ctx);
        }
        more(t, end - i - shown);
    }
    return rc;
}

int ra_verify_text(const struct ra_report_input *in, const struct ra_verified *v,
                   const struct ra_report_style *style, size_t per_check, ra_sink_fn *sink,
                   void *ctx, struct ra_err *err)
{
    struct telling t = {.v = v, .style = style};
    int rc;

    ra_rendering_open(in, &t.r, err);
    ra_buf_init(&t.out, RA_ROW_MAX);
    headline(&t);
    checks(&t);
    unchecked(&t);
    rc = findings(&t, per_check, sink, ctx);
    if (rc == 0)
        rc = hand_over(&t, sink, ctx);
    ra_buf_free(&t.out);
    ra_rendering_close(&t.r);
    return rc;
}

/* ---- one line for a monitoring system ---- */

enum ra_plugin_status ra_verify_status(const struct ra_verified *v, enum ra_severity at_least)
{
    enum ra_severity worst;

    if (!ra_verified_worst(v, &worst) || worst < at_least)
        return RA_PLUGIN_OK;
    return worst >= RA_SEVERITY_HIGH ? RA_PLUGIN_CRITICAL : RA_PLUGIN_WARNING;
}

static void named_checks(const struct ra_verified *v, struct ra_buf *out)
{
    const char *before = " (";

    for (unsigned c = 1; c <= RA_CHECKS; c++) {
        uint64_t n = 0;
        for (int s = 0; s < RA_SEVERITIES; s++)
            n += ra_verified_count(v, c, (enum ra_severity)s);
        if (n)
            ra_buf_printf(out, "%sV%u %" PRIu64, before, c, n);
        if (n)
            before = ", ";
    }
    ra_buf_puts(out, *before == ',' ? ")" : "");
}

void ra_verify_check_line(const struct ra_report_input *in, const struct ra_verified *v,
                          enum ra_severity at_least, struct ra_buf *out)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL"};

    ra_buf_printf(out, "ANCHORS %s - ", words[ra_verify_status(v, at_least)]);
    if (v->n)
        counts(v, out);
    else
        ra_buf_puts(out, "no findings");
    named_checks(v, out);
    ra_buf_puts(out, " |");
    for (int s = RA_SEVERITIES - 1; s >= 0; s--)
        ra_buf_printf(out, " %s=%" PRIu64 ";;;0", ra_severity_name((enum ra_severity)s),
                      ra_verified_total(v, (enum ra_severity)s));
    for (unsigned c = 1; c <= RA_CHECKS; c++) {
        uint64_t n = 0;
        for (int s = 0; s < RA_SEVERITIES; s++)
            n += ra_verified_count(v, c, (enum ra_severity)s);
        ra_buf_printf(out, " V%u=%" PRIu64 ";;;0", c, n);
    }
    ra_buf_printf(out, " deletes=%" PRIu64 ";;;0", in->result->deletes);
}
