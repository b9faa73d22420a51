#include "recovery/report/layout.h"
#include "recovery/report/outputs.h"
#include "recovery/restore/telling.h"
#include "src/base/clock.h"

#include <string.h>

struct page {
    struct ra_telling t;
    const struct ra_restored *r;
    const struct ra_report_style *style;
    struct ra_buf out;
};

static enum ra_colour colour_of(const struct ra_restored *r)
{
    if (ra_restored_undecided(r))
        return RA_YELLOW;
    return RA_GREEN;
}

static void headline(struct page *p, const struct ra_restore_then *then)
{
    const struct ra_restored *r = p->r;
    uint64_t undecided = ra_restored_undecided(r);
    char when[RA_TIME_TEXT], age[32], n[RA_NUMBER_TEXT], m[RA_NUMBER_TEXT];

    ra_time_text(then->created, when);
    ra_duration_text(p->t.now->now - then->created, age);
    if (r->n == 0) {
        ra_layout_colour(p->style, RA_GREEN, "NOTHING TO RESTORE", &p->out);
        ra_buf_puts(&p->out, "  Every anchor is as the backup has it.\n");
    } else {
        ra_layout_colour(p->style, colour_of(r), "RESTORE", &p->out);
        ra_buf_printf(&p->out, "  %s to put back, %s for a person to decide.\n",
                      ra_number_text(r->outcomes[RA_RESTORE_WRITE], n),
                      ra_number_text(undecided, m));
    }
    ra_buf_printf(&p->out, "  Backup " RA_STR_FMT " of %s, %s old; source anchor " RA_STR_FMT ".\n",
                  RA_STR_ARG(then->name), when, age, RA_STR_ARG(r->attribute));
}

static void row(struct ra_table *t, uint64_t n, const char *what)
{
    char text[RA_NUMBER_TEXT];

    if (n == 0)
        return;
    ra_table_row(t);
    ra_table_cell_z(t, ra_number_text(n, text));
    ra_table_cell_z(t, what);
}

static void counts(struct page *p)
{
    static const char *const words[RA_RESTORE_OUTCOMES] = {
        [RA_RESTORE_WRITE] = "put back by the plan, or by fixes.ldif",
        [RA_RESTORE_MANUAL] = "found, but no step can write their anchor attribute",
        [RA_RESTORE_CONFIRM] = "found by one name alone: to be confirmed",
        [RA_RESTORE_AMBIGUOUS] = "ambiguous: not guessed",
        [RA_RESTORE_HELD] = "whose anchor somebody else in scope has",
        [RA_RESTORE_CHANGED] = "whose cloud user has another anchor now",
        [RA_RESTORE_DELETED] = "deleted in AD",
        [RA_RESTORE_MISSING] = "not found in AD",
    };
    const struct ra_restored *r = p->r;
    struct ra_table *t = ra_table_new(p->style);

    ra_table_column(t, "", RA_COLUMN_RIGHT);
    ra_table_column(t, "", 0);
    for (int o = 0; o < RA_RESTORE_OUTCOMES; o++)
        row(t, r->outcomes[o], words[o]);
    row(t, r->healthy, "as the backup has them");
    row(t, r->reanchored, "with another anchor, on both sides the same");
    row(t, r->gone, "whose cloud object is gone");
    row(t, r->others, "contacts and computers, whose anchor is objectGUID");
    ra_buf_putc(&p->out, '\n');
    ra_table_print(&t, &p->out);
}

static void ages(struct page *p)
{
    const struct ra_report_input *now = p->t.now;
    int64_t oldest = now->cloud_snapshot->created;
    char age[32];

    for (size_t d = 0; d < now->ad_n; d++)
        if (now->ad_snapshots[d].created < oldest)
            oldest = now->ad_snapshots[d].created;
    ra_duration_text(now->now > oldest ? now->now - oldest : 0, age);
    ra_buf_printf(&p->out, "  Compared with what was read %s ago.\n", age);
}

/* ---- items ---- */

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

static void line_of(struct page *p, const char *first, struct ra_buf *line)
{
    if (line->n)
        ra_layout_paragraph(p->style, first, ra_str_n(line->p, line->n), &p->out);
    ra_buf_clear(line);
}

static void then_line(struct page *p, const struct ra_restore_item *i, struct ra_buf *line)
{
    const struct ra_restore_item shown = ra_telling_then(&p->t, i);

    add(line, "", shown.dn);
    add(line, "UPN", shown.upn);
    add(line, "anchor", i->anchor);
    add(line, "objectGUID", ra_telling_guid(&p->t, i->guid, 16));
    line_of(p, "  - then       ", line);
}

static void now_line(struct page *p, struct ra_buf *line, const char *first)
{
    const struct ra_row *row_ = &p->t.row;

    add(line, "", row_->f[RA_F_DN]);
    add(line, "UPN", row_->f[RA_F_UPN]);
    add(line, "anchor", row_->f[RA_F_ANCHOR]);
    add(line, "objectGUID", row_->f[RA_F_GUID]);
    line_of(p, first, line);
}

static void why_lines(struct page *p, const struct ra_restore_item *i, struct ra_buf *line)
{
    ra_telling_evidence(i->evidence, line);
    line_of(p, "    evidence   ", line);
    for (unsigned b = 0; b < RA_NOTES; b++)
        if (i->notes & 1u << b)
            ra_layout_paragraph_z(p->style, "    note       ", ra_note_text(b), &p->out);
    if (i->clear_identifier)
        ra_layout_paragraph_z(p->style, "    note       ",
                              "onPremisesObjectIdentifier of the cloud user is to be cleared",
                              &p->out);
}

static int item(struct page *p, const struct ra_restore_item *i)
{
    struct ra_buf line;
    int rc = ra_telling_item(&p->t, i);

    if (rc != 0)
        return rc;
    ra_buf_init(&line, RA_ROW_MAX);
    then_line(p, i, &line);
    if (p->t.row.has_ad)
        now_line(p, &line, "    now        ");
    why_lines(p, i, &line);
    if (i->other_ad != RA_NONE) {
        rc = ra_telling_other(&p->t, i);
        now_line(p, &line, "    beside it  ");
        ra_telling_evidence(i->against, &line);
        line_of(p, "    evidence   ", &line);
    }
    ra_buf_free(&line);
    return rc;
}

static void group_head(struct page *p, const struct ra_restore_item *i, uint64_t n)
{
    char text[RA_NUMBER_TEXT];

    ra_buf_putc(&p->out, '\n');
    ra_layout_colour(p->style, i->outcome == RA_RESTORE_WRITE ? RA_GREEN : RA_YELLOW,
                     ra_restore_outcome_name((enum ra_restore_outcome)i->outcome), &p->out);
    ra_buf_printf(&p->out, "  %s  %s\n", ra_restore_reason_name((enum ra_restore_reason)i->reason),
                  ra_number_text(n, text));
    ra_layout_paragraph_z(p->style, "  ", ra_restore_reason_text((enum ra_restore_reason)i->reason),
                          &p->out);
}

static int spill(struct page *p, FILE *fp)
{
    if (p->out.overflow)
        return ra_fail(p->t.err, RA_EINTERNAL, "an object larger than %zu bytes", p->out.max);
    fwrite(p->out.p, 1, p->out.n, fp);
    ra_buf_clear(&p->out);
    return 0;
}

static int items(struct page *p, size_t each, FILE *fp)
{
    const struct ra_restored *r = p->r;
    char n[RA_NUMBER_TEXT];
    int rc = 0;

    for (size_t i = 0, end; rc == 0 && i < r->n; i = end) {
        size_t shown = 0;
        for (end = i; end < r->n && r->items[end].reason == r->items[i].reason;)
            end++;
        group_head(p, &r->items[i], end - i);
        for (; rc == 0 && i + shown < end && (!each || shown < each); shown++) {
            rc = item(p, &r->items[i + shown]);
            if (rc == 0)
                rc = spill(p, fp);
        }
        if (end - i > shown)
            ra_buf_printf(&p->out, "  … and %s more; --all or --json lists them\n",
                          ra_number_text(end - i - shown, n));
    }
    return rc;
}

/* Why an identifier was not read. */
static void unknown(struct page *p)
{
    unsigned notes = 0;

    for (size_t i = 0; i < p->r->n; i++)
        notes |= p->r->items[i].notes;
    if (notes & RA_NOTE_IDENTIFIER_UNREAD)
        ra_unknown_text(p->t.now->tenant, p->style, "Not known of the tenant", &p->out);
}

/* ---- what to do next ---- */

static void next(struct page *p)
{
    const struct ra_report_style *s = p->style;
    const char *dir = s->dir ? s->dir : "DIR", *c = s->config ? " -c " : "";
    const char *config = s->config ? s->config : "";

    if (p->r->n == 0)
        return;
    ra_buf_putc(&p->out, '\n');
    ra_layout_colour(s, RA_BOLD, "Next", &p->out);
    ra_buf_putc(&p->out, '\n');
    if (!s->dir)
        ra_layout_paragraph_z(s, "  - ",
                              "Write plan.json, fixes.ldif and restore.ndjson: the same command "
                              "with --report DIR",
                              &p->out);
    ra_layout_paragraph_z(s, "  - ", "Stop the sync server, or put it into staging mode, first.",
                          &p->out);
    ra_buf_printf(&p->out,
                  "  - Review %s/fixes.ldif; then: ldapmodify -H ldaps://DC -f %s/fixes.ldif\n"
                  "    or: reanchor%s%s apply %s/plan.json%s\n"
                  "  - Decide again: reanchor%s%s rebuild\n",
                  dir, dir, c, config, dir,
                  p->t.now->result->gate == RA_GATE_STOP ? " --override REASON" : "", c, config);
}

int ra_restore_text(const struct ra_report_input *now, const struct ra_restore_then *then,
                    const struct ra_restored *r, const struct ra_report_style *style, size_t each,
                    FILE *fp, struct ra_err *err)
{
    struct page p = {.r = r, .style = style};
    int rc;

    ra_telling_open(now, &p.t, err);
    ra_buf_init(&p.out, RA_ROW_MAX);
    headline(&p, then);
    ages(&p);
    counts(&p);
    rc = items(&p, each, fp);
    if (rc == 0) {
        unknown(&p);
        next(&p);
        rc = spill(&p, fp);
    }
    ra_buf_free(&p.out);
    ra_telling_close(&p.t);
    return rc;
}
