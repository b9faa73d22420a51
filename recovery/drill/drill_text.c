/* The drill for people: what the gate says, predicted and shown side by side, then every difference
 * with its reason. */
#include "recovery/drill/inner.h"
#include "recovery/report/layout.h"
#include "recovery/report/outputs.h"
#include "recovery/report/redact.h"
#include "src/base/clock.h"

#include <stdlib.h>

struct page {
    const struct ra_report_input *in;
    const struct ra_drill *d;
    const struct ra_report_style *style;
    struct ra_rows *rows;
    struct ra_arena arena;
    struct ra_buf out;
};

void ra_drill_redact(const struct ra_report_input *in, struct ra_row *row, struct ra_arena *a)
{
    ra_arena_reset(a);
    if (in->redact_key)
        ra_redact_row(in->redact_key, row, a);
}

void ra_drill_origin(const struct ra_report_input *in, const struct ra_drill_from *from,
                     struct ra_buf *out)
{
    char when[RA_TIME_TEXT], age[32];

    ra_buf_printf(out, "Cloud side: %s %s",
                  from->kind[0] == 'b'   ? "backup"
                  : from->kind[0] == 'f' ? "the saved responses in"
                                         : "the store",
                  from->name);
    if (from->created) {
        ra_time_text(from->created, when);
        ra_duration_text(in->now > from->created ? in->now - from->created : 0, age);
        ra_buf_printf(out, " of %s, %s old", when, age);
    }
    ra_buf_puts(out, from->held ? ". AD side: as it was then" : ". AD side: read now");
    for (size_t i = 0; i < in->ad_n; i++)
        ra_buf_printf(out, "%s" RA_STR_FMT, i ? ", " : " (", RA_STR_ARG(in->ad[i].name));
    ra_buf_puts(out, in->ad_n ? ")." : ".");
}

/* ---- the head ---- */

static void headline(struct page *p)
{
    char n[RA_NUMBER_TEXT], e[RA_NUMBER_TEXT], u[RA_NUMBER_TEXT];
    uint64_t explained = ra_drill_explained(p->d), wrong = ra_drill_unexplained(p->d);

    ra_layout_colour(p->style, wrong ? RA_RED : RA_GREEN, wrong ? "DIFFERENT" : "AS PREDICTED",
                     &p->out);
    ra_buf_printf(&p->out, "  %s outcomes as predicted, %s different for a known reason, %s ",
                  ra_number_text(p->d->partings[RA_PART_NONE], n), ra_number_text(explained, e),
                  ra_number_text(wrong, u));
    ra_buf_puts(&p->out, "without one.\n");
}

static void gate(struct page *p)
{
    static const enum ra_colour colours[] = {RA_GREEN, RA_YELLOW, RA_RED};
    const struct ra_result *r = p->in->result;
    struct ra_buf b;

    ra_buf_puts(&p->out, "\nGate  ");
    ra_layout_colour(p->style, colours[r->gate], ra_gate_name(r->gate), &p->out);
    ra_buf_puts(&p->out, r->gate == RA_GATE_STOP
                             ? "  A rebuild would stop here, before any upload.\n"
                             : "\n");
    ra_buf_init(&b, 4096);
    for (size_t i = 0; r->gate == RA_GATE_STOP && i < r->reasons_n; i++) {
        ra_buf_clear(&b);
        ra_reason_in_words(p->in, r->reasons[i], &b);
        ra_layout_paragraph(p->style, "  - ", ra_str_n(b.p, b.n), &p->out);
    }
    ra_buf_free(&b);
    if (p->d->stopped)
        ra_layout_paragraph_z(p->style, "  - ",
                              "The tenant's prevention of accidental deletions stops the export. "
                              "Below is what it would have done.",
                              &p->out);
    if (p->d->stop_differs)
        ra_layout_paragraph_z(p->style, "  - ",
                              p->d->stopped ? "That stop was not predicted."
                                            : "A stop by the tenant's threshold was predicted, "
                                              "and did not come.",
                              &p->out);
}

/* ---- side by side ---- */

static void count_row(struct ra_table *t, const char *said, const char *shown, uint64_t n,
                      enum ra_parting p)
{
    char text[RA_NUMBER_TEXT];

    ra_table_row(t);
    ra_table_cell_z(t, said);
    ra_table_cell_z(t, shown);
    ra_table_cell_z(t, ra_number_text(n, text));
    ra_table_cell_z(t, ra_parting_name(p));
}

static void cloud_rows(struct page *p, struct ra_table *t)
{
    uint64_t n[2][2][RA_PARTINGS] = {0};

    for (size_t c = 0; c < p->d->cloud_n; c++) {
        const struct ra_drill_cloud *i = &p->d->cloud[c];
        n[i->orphan][i->end == RA_END_DELETED][i->parting]++;
    }
    for (int parting = 0; parting < RA_PARTINGS; parting++) {
        if (n[1][1][parting])
            count_row(t, "ORPHAN", "deleted", n[1][1][parting], (enum ra_parting)parting);
        if (n[1][0][parting])
            count_row(t, "ORPHAN", "kept", n[1][0][parting], (enum ra_parting)parting);
        if (n[0][1][parting])
            count_row(t, "kept", "deleted", n[0][1][parting], (enum ra_parting)parting);
    }
}

static void side_by_side(struct page *p)
{
    struct ra_table *t = ra_table_new(p->style);
    size_t n;
    struct ra_drill_count *all = ra_drill_counts(p->d, &n);

    ra_table_column(t, "Predicted", 0);
    ra_table_column(t, "Shown", 0);
    ra_table_column(t, "Objects", RA_COLUMN_RIGHT);
    ra_table_column(t, "", 0);
    for (size_t i = 0; i < n; i++)
        count_row(t, ra_code_info(all[i].code)->name, ra_deed_name(all[i].deed), all[i].n,
                  all[i].parting);
    cloud_rows(p, t);
    ra_buf_putc(&p->out, '\n');
    ra_table_print(&t, &p->out);
    free(all);
}

/* ---- differences ---- */

static struct ra_str name_of(const struct ra_row *row)
{
    static const enum ra_field first[] = {RA_F_UPN, RA_F_SMTP, RA_F_DN, RA_F_CLOUD_UPN,
                                          RA_F_CLOUD_NAME};

    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
        if (!ra_str_absent(row->f[first[i]]))
            return row->f[first[i]];
    return row->f[RA_F_CLOUD_ID]; /* which every cloud object has, and every AD object a DN */
}

static void differing(struct page *p, const struct ra_row *row)
{
    const struct ra_verdict *v = row->v;
    struct ra_buf b;

    ra_buf_init(&b, RA_ROW_MAX);
    ra_buf_printf(&b, "%s ", ra_kind_name((enum ra_kind)v->kind));
    ra_layout_safe(&b, name_of(row));
    ra_buf_printf(&b, ": %s, ", ra_drill_said(v));
    if (v->ad == RA_NONE) {
        ra_buf_puts(&b, ra_drill_end_name((enum ra_drill_end)p->d->cloud[v->cloud].end));
    } else {
        const struct ra_drill_item *i = &p->d->ad[v->ad];
        ra_buf_puts(&b, ra_deed_text((enum ra_deed)i->deed));
        if (i->error)
            ra_buf_printf(&b, " (%s%s%s)", i->error, i->attribute ? ": " : "",
                          i->attribute ? i->attribute : "");
    }
    ra_layout_paragraph(p->style, "  - ", ra_str_n(b.p, b.n), &p->out);
    ra_buf_free(&b);
}

static enum ra_parting parting_of(const struct ra_drill *d, const struct ra_verdict *v)
{
    return (enum ra_parting)(v->ad == RA_NONE ? d->cloud[v->cloud].parting : d->ad[v->ad].parting);
}

static int objects(struct page *p, enum ra_parting parting, size_t each, struct ra_err *err)
{
    size_t shown = 0, n = 0;
    char text[RA_NUMBER_TEXT];
    struct ra_row row;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < ra_rows_count(p->rows); i++) {
        if (parting_of(p->d, ra_rows_verdict(p->rows, i)) != parting ||
            (++n, each && shown == each))
            continue;
        shown++;
        rc = ra_rows_get(p->rows, i, &row, err);
        if (rc == 0) {
            ra_drill_redact(p->in, &row, &p->arena);
            differing(p, &row);
        }
    }
    if (rc == 0 && n > shown)
        ra_buf_printf(&p->out, "    and %s more: --all, or rehearsal.ndjson of --report\n",
                      ra_number_text(n - shown, text));
    return rc;
}

static int differences(struct page *p, size_t each, struct ra_err *err)
{
    char n[RA_NUMBER_TEXT];
    int rc = 0;

    for (int at = RA_PARTINGS - 1; rc == 0 && at > RA_PART_NONE; at--) {
        enum ra_parting parting = (enum ra_parting)at;
        if (p->d->partings[at] == 0)
            continue;
        ra_buf_putc(&p->out, '\n');
        ra_layout_colour(p->style, parting == RA_PART_UNEXPLAINED ? RA_RED : RA_YELLOW,
                         ra_parting_name(parting), &p->out);
        ra_buf_printf(&p->out, "  %s\n", ra_number_text(p->d->partings[at], n));
        ra_layout_paragraph_z(p->style, "  ", ra_parting_text(parting), &p->out);
        rc = objects(p, parting, each, err);
    }
    return rc;
}

int ra_drill_text(const struct ra_report_input *in, const struct ra_drill *d,
                  const struct ra_drill_from *from, const struct ra_report_style *style,
                  size_t each, FILE *fp, struct ra_err *err)
{
    struct page p = {.in = in, .d = d, .style = style};
    struct ra_buf origin;
    int rc = ra_rows_open(in, &p.rows, err);

    ra_buf_init(&p.out, (size_t)256 << 20);
    ra_buf_init(&origin, 1 << 16);
    headline(&p);
    ra_drill_origin(in, from, &origin);
    ra_layout_paragraph(style, "  ", ra_str_n(origin.p, origin.n), &p.out);
    gate(&p);
    side_by_side(&p);
    if (rc == 0)
        rc = differences(&p, each, err);
    if (rc == 0)
        fwrite(p.out.p, 1, p.out.n, fp);
    ra_buf_free(&origin);
    ra_buf_free(&p.out);
    ra_arena_free(&p.arena);
    ra_rows_free(&p.rows);
    return rc;
}
