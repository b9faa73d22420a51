#include "recovery/report/explain.h"
#include "recovery/report/layout.h"

#include <string.h>

#define LABEL 22 /* columns of the widest name of an attribute */
#define MARK  7  /* "differs" */

/* One explanation on its way to the terminal. */
struct telling {
    const struct ra_explanation *e;
    const struct ra_report_style *style;
    struct ra_buf *out;
};

static void heading(struct telling *t, const char *text)
{
    ra_buf_putc(t->out, '\n');
    ra_layout_colour(t->style, RA_BOLD, text, t->out);
    ra_buf_putc(t->out, '\n');
}

static enum ra_colour colour_of(enum ra_class c)
{
    static const enum ra_colour colours[RA_CLASSES] = {
        [RA_CLASS_MATCHED] = RA_GREEN,  [RA_CLASS_TAKEOVER] = RA_YELLOW,
        [RA_CLASS_SOFT] = RA_YELLOW,    [RA_CLASS_NEW] = RA_YELLOW,
        [RA_CLASS_BLOCKED] = RA_RED,    [RA_CLASS_CONFLICT] = RA_RED,
        [RA_CLASS_UNKNOWN] = RA_YELLOW, [RA_CLASS_SKIPPED] = RA_PLAIN,
        [RA_CLASS_ORPHAN] = RA_RED,     [RA_CLASS_CLOUD] = RA_PLAIN,
    };

    return colours[c];
}

static void title(struct telling *t)
{
    const struct ra_verdict *v = t->e->row.v;
    const struct ra_code_info *info;
    const char *error;

    if (v->code >= RA_VERDICT_CODES) {
        ra_layout_colour(t->style, RA_BOLD, "NO VERDICT", t->out);
        ra_buf_puts(t->out, t->e->row.has_ad
                                ? "  a deleted AD object; it only explains what it left behind\n"
                                : "  a deleted cloud object that nothing in AD claims\n");
        return;
    }
    info = ra_code_info((enum ra_verdict_code)v->code);
    error = ra_verdict_server_error(v);
    ra_layout_colour(t->style, colour_of(info->in), info->name, t->out);
    ra_buf_printf(t->out, "  %s\n", info->meaning);
    ra_buf_printf(t->out, "  %s, class %s, confidence %s", ra_kind_name((enum ra_kind)v->kind),
                  ra_class_name(info->in), ra_confidence_name((enum ra_confidence)v->confidence));
    if (v->row)
        ra_buf_printf(t->out, ", row %u", (unsigned)v->row);
    if (error)
        ra_buf_printf(t->out, ", server error %s", error);
    ra_buf_putc(t->out, '\n');
}

static void stacked_row(struct ra_table *table, const char *name, const char *side,
                        struct ra_str value, bool differs)
{
    ra_table_row(table);
    ra_table_cell_z(table, name);
    ra_table_cell_z(table, side);
    ra_table_cell_z(table, differs ? "*" : "");
    ra_table_cell(table, value);
}

/* On a narrow terminal one below the other, so that identifiers stay whole and can be copied. What
 * differs has a star. */
static void stacked(struct telling *t, struct ra_table *table)
{
    for (int i = 0; i < 4; i++)
        ra_table_column(table, "", 0);
    for (size_t i = 0; i < t->e->pairings_n; i++) {
        const struct ra_pairing *p = &t->e->pairings[i];
        bool differs = ra_pairing_differs(p), ad = !ra_str_absent(p->ad);
        if (ra_str_eq(p->ad, p->cloud)) {
            stacked_row(table, p->name, "both", p->ad, false);
            continue;
        }
        if (ad)
            stacked_row(table, p->name, "AD", p->ad, differs);
        if (!ra_str_absent(p->cloud))
            stacked_row(table, ad ? "" : p->name, "Entra ID", p->cloud, differs);
    }
}

static void side_by_side(struct telling *t, struct ra_table *table, unsigned columns)
{
    ra_table_column(table, "", 0);
    ra_table_column(table, "AD", RA_COLUMN_LINES);
    ra_table_column(table, "Entra ID", RA_COLUMN_LINES);
    ra_table_column(table, "", 0);
    for (size_t i = 0; i < t->e->pairings_n; i++) {
        const struct ra_pairing *p = &t->e->pairings[i];
        ra_table_row(table);
        ra_table_cell_z(table, p->name);
        ra_table_cell_lines(table, p->ad, columns);
        ra_table_cell_lines(table, p->cloud, columns);
        ra_table_cell_z(table, ra_pairing_differs(p) ? "differs" : "");
    }
}

static void sides(struct telling *t)
{
    const struct ra_report_style unlimited = {.width = 0};
    unsigned width = t->style->width, fixed = 2 + LABEL + MARK + 6;
    unsigned half = width > fixed ? (width - fixed) / 2 : 0;
    bool beside = width == 0 || half > RA_GUID_TEXT;
    struct ra_table *table = ra_table_new(beside ? t->style : &unlimited);

    if (beside)
        side_by_side(t, table, width ? half : 0);
    else
        stacked(t, table);
    ra_buf_putc(t->out, '\n');
    ra_table_print(&table, t->out);
}

static void named(struct telling *t, const char *name, const char *meaning)
{
    struct ra_buf b;

    ra_buf_init(&b, 4096);
    ra_buf_printf(&b, "%s: %s", name, meaning);
    ra_layout_paragraph_z(t->style, "  ", ra_buf_z(&b), t->out);
    ra_buf_free(&b);
}

static void decided_by(struct telling *t)
{
    struct ra_buf b;

    heading(t, "Decided by");
    ra_layout_paragraph_z(t->style, "  ", t->e->step, t->out);
    for (size_t i = 0; i < t->e->facts_n; i++) {
        ra_buf_init(&b, 4096);
        ra_buf_printf(&b, "%s: ", t->e->facts[i].name);
        ra_buf_put(&b, t->e->facts[i].value.p, t->e->facts[i].value.n);
        ra_layout_paragraph(t->style, "  - ", ra_str_n(b.p, b.n), t->out);
        ra_buf_free(&b);
    }
}

static void related(struct telling *t)
{
    if (t->e->kin_n)
        heading(t, "Who else");
    for (size_t i = 0; i < t->e->kin_n; i++) {
        struct ra_buf b;
        ra_buf_init(&b, (size_t)1 << 20);
        ra_buf_printf(&b, "%s: ", t->e->kin[i].name);
        ra_buf_put(&b, t->e->kin[i].value.p, t->e->kin[i].value.n);
        ra_layout_paragraph(t->style, "  - ", ra_str_n(b.p, b.n), t->out);
        ra_buf_free(&b);
    }
}

static void sets(struct telling *t)
{
    const struct ra_verdict *v = t->e->row.v;

    if (v->cause) {
        heading(t, "Cause");
        named(t, ra_cause_name((enum ra_cause)v->cause), ra_cause_meaning((enum ra_cause)v->cause));
    }
    if (v->blocks)
        heading(t, "In the way, in this order");
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (v->blocks & UINT64_C(1) << c)
            named(t, ra_code_info((enum ra_verdict_code)c)->name,
                  ra_code_info((enum ra_verdict_code)c)->meaning);
    if (v->warnings)
        heading(t, "Warnings");
    for (int w = 0; w < RA_WARNINGS; w++)
        if (v->warnings & UINT32_C(1) << w)
            named(t, ra_warning_name((enum ra_warning)w), ra_warning_meaning((enum ra_warning)w));
}

int ra_report_explain_text(const struct ra_report_input *in, const struct ra_verdict *v,
                           const struct ra_report_style *style, struct ra_buf *out,
                           struct ra_err *err)
{
    struct ra_explanation e;
    struct telling t = {&e, style, out};
    int rc = ra_explanation_make(in, v, &e, err);

    if (rc != 0)
        return rc;
    title(&t);
    sides(&t);
    if (v->code < RA_VERDICT_CODES) {
        decided_by(&t);
        sets(&t);
        related(&t);
        heading(&t, "What would change it");
        ra_layout_paragraph_z(style, "  ", e.would_change, out);
        heading(&t, "What to do");
        ra_layout_paragraph(style, "  ", ra_str_n(e.remedy.p, e.remedy.n), out);
    }
    ra_explanation_free(&e);
    return 0;
}
