#include "recovery/report/layout.h"
#include "recovery/report/outputs.h"

#include "src/base/clock.h"

#include <stdlib.h>
#include <string.h>

/* One terminal summary on its way. */
struct summary {
    const struct ra_report_input *in;
    const struct ra_report_style *style;
    struct ra_buf *out;
    unsigned steps; /* numbered under "Next" so far */
};

static void heading(struct summary *s, const char *text)
{
    ra_buf_putc(s->out, '\n');
    ra_layout_colour(s->style, RA_BOLD, text, s->out);
    ra_buf_putc(s->out, '\n');
}

/* ---- the gate ---- */

static bool stopped_by(const struct ra_result *r, const char *name)
{
    for (size_t i = 0; i < r->reasons_n; i++)
        if (ra_reason_is(r->reasons[i], name))
            return true;
    return false;
}

static void stop_reasons(struct summary *s)
{
    struct ra_buf b;

    ra_buf_init(&b, 4096);
    for (size_t i = 0; i < s->in->result->reasons_n; i++) {
        ra_buf_clear(&b);
        ra_reason_in_words(s->in, s->in->result->reasons[i], &b);
        ra_layout_paragraph(s->style, "  - ", ra_str_n(b.p, b.n), s->out);
    }
    ra_buf_free(&b);
}

static void gate(struct summary *s)
{
    static const enum ra_colour colours[] = {RA_GREEN, RA_YELLOW, RA_RED};
    const struct ra_result *r = s->in->result;
    char n[RA_NUMBER_TEXT];

    ra_layout_colour(s->style, colours[r->gate], ra_gate_name(r->gate), s->out);
    if (r->gate == RA_GATE_STOP) {
        ra_buf_puts(s->out, "  Do not start the sync server.\n");
        stop_reasons(s);
    } else if (r->gate == RA_GATE_ACTION) {
        ra_buf_puts(s->out, "  Settle what is listed before the first sync.\n");
    } else {
        ra_buf_puts(s->out,
                    "  Every object in scope re-joins; nothing is created, nothing deleted.\n");
        ra_buf_printf(s->out, "  %s of them were matched without a visible anchor.\n",
                      ra_number_text(r->matched_unseen, n));
    }
}

/* ---- numbers ---- */

static uint64_t in_class(const struct ra_result *r, enum ra_class c)
{
    uint64_t n = 0;

    for (int code = 0; code < RA_VERDICT_CODES; code++)
        if (ra_code_info((enum ra_verdict_code)code)->in == c)
            n += r->counts[code];
    return n;
}

static void number_row(struct ra_table *t, uint64_t n, const char *what, const char *more)
{
    char text[RA_NUMBER_TEXT];

    ra_table_row(t);
    ra_table_cell_z(t, ra_number_text(n, text));
    ra_table_cell_z(t, what);
    ra_table_cell_z(t, more);
}

static void five_numbers(struct summary *s)
{
    const struct ra_result *r = s->in->result;
    struct ra_table *t = ra_table_new(s->style);
    uint64_t n[RA_NUMBERS];
    char more[128], a[RA_NUMBER_TEXT], b[RA_NUMBER_TEXT], c[RA_NUMBER_TEXT];

    ra_numbers(r, n);
    ra_table_column(t, "", RA_COLUMN_RIGHT);
    ra_table_column(t, "", 0);
    ra_table_column(t, "", RA_COLUMN_WRAP);
    snprintf(more, sizeof more, "%s of them without a visible anchor",
             ra_number_text(r->matched_unseen, a));
    number_row(t, n[RA_NUMBER_REJOIN], "re-join", r->matched_unseen ? more : "");
    snprintf(more, sizeof more, "%.2f %% of what is synced; %s for good", r->deletes_percent,
             ra_number_text(r->hard_deletes, a));
    number_row(t, n[RA_NUMBER_DELETED], "would be deleted", n[RA_NUMBER_DELETED] ? more : "");
    number_row(t, n[RA_NUMBER_CREATED], "would be created", "");
    snprintf(more, sizeof more, "%s blocked, %s in conflict",
             ra_number_text(in_class(r, RA_CLASS_BLOCKED), a),
             ra_number_text(in_class(r, RA_CLASS_CONFLICT), b));
    number_row(t, n[RA_NUMBER_BLOCKED], "blocked or in conflict", n[RA_NUMBER_BLOCKED] ? more : "");
    snprintf(more, sizeof more, "%s takeovers, %s soft matches, %s unknown",
             ra_number_text(in_class(r, RA_CLASS_TAKEOVER), a),
             ra_number_text(in_class(r, RA_CLASS_SOFT), b),
             ra_number_text(in_class(r, RA_CLASS_UNKNOWN), c));
    number_row(t, n[RA_NUMBER_DECISION], "need a decision", n[RA_NUMBER_DECISION] ? more : "");
    ra_buf_putc(s->out, '\n');
    ra_table_print(&t, s->out);
}

static void rest(struct summary *s)
{
    const struct ra_result *r = s->in->result;
    char a[RA_NUMBER_TEXT], b[RA_NUMBER_TEXT], c[RA_NUMBER_TEXT], text[256];
    uint64_t n[RA_NUMBERS];

    ra_numbers(r, n);
    snprintf(text, sizeof text,
             "Beside these: %s out of scope or managed by the cloud, %s in the cloud alone, "
             "%s deleted users that nothing claims.",
             ra_number_text(n[RA_NUMBER_SKIPPED], a), ra_number_text(n[RA_NUMBER_CLOUD], b),
             ra_number_text(r->deleted_unclaimed, c));
    ra_layout_paragraph_z(s->style, "  ", text, s->out);
}

static bool is_finding(int code)
{
    enum ra_number n = ra_number_of(ra_code_info((enum ra_verdict_code)code)->in);

    return n == RA_NUMBER_DELETED || n == RA_NUMBER_CREATED || n == RA_NUMBER_BLOCKED ||
           n == RA_NUMBER_DECISION;
}

static void findings(struct summary *s)
{
    const struct ra_result *r = s->in->result;
    struct ra_table *t = ra_table_new(s->style);
    size_t rows = 0;

    ra_table_column(t, "", RA_COLUMN_RIGHT);
    ra_table_column(t, "", 0);
    ra_table_column(t, "", RA_COLUMN_WRAP);
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (r->counts[c] && is_finding(c)) {
            const struct ra_code_info *info = ra_code_info((enum ra_verdict_code)c);
            number_row(t, r->counts[c], info->name, info->meaning);
            rows++;
        }
    for (int w = 0; w < RA_WARNINGS; w++)
        if (r->warnings[w]) {
            number_row(t, r->warnings[w], ra_warning_name((enum ra_warning)w),
                       ra_warning_meaning((enum ra_warning)w));
            rows++;
        }
    if (rows)
        heading(s, "Findings");
    if (rows)
        ra_table_print(&t, s->out);
    else {
        struct ra_buf none;
        ra_buf_init(&none, 4096);
        ra_table_print(&t, &none);
        ra_buf_free(&none);
    }
}

/* ---- where it comes from ---- */

static void anchor(struct summary *s)
{
    const struct ra_detection *d = &s->in->result->detection;
    struct ra_table *t = ra_table_new(s->style);
    char n[RA_NUMBER_TEXT], line[256];
    struct ra_str name = ra_report_anchor(s->in);

    heading(s, "Source anchor");
    snprintf(line, sizeof line,
             RA_STR_FMT ", %s; each attribute gives so many of the cloud's %s "
                        "anchors:",
             RA_STR_ARG(name),
             d->undetermined ? "undetermined, the best of several"
             : d->weak       ? "configured, but weak"
             : ra_str_eq_fold(s->in->policy->anchor_attribute, RA_STR("auto")) ? "found"
                                                                               : "configured",
             ra_number_text(d->all, n));
    ra_layout_paragraph_z(s->style, "  ", line, s->out);
    ra_table_column(t, "", RA_COLUMN_RIGHT);
    ra_table_column(t, "", 0);
    for (size_t i = 0; i < d->candidates_n; i++) {
        ra_table_row(t);
        ra_table_cell_z(t, ra_number_text(d->candidates[i].reproduced, n));
        ra_table_cell(t, d->candidates[i].name);
    }
    ra_table_print(&t, s->out);
}

#define PROOF_COLUMNS 60

static void snapshot_row(struct ra_table *t, int64_t now, struct ra_str side,
                         const struct ra_report_snapshot *snapshot)
{
    char age[32], n[RA_NUMBER_TEXT], text[80];

    ra_duration_text(now > snapshot->created ? now - snapshot->created : 0, age);
    ra_table_row(t);
    ra_table_cell(t, side);
    snprintf(text, sizeof text, "%s objects",
             ra_number_text((uint64_t)snapshot->live + snapshot->deleted, n));
    ra_table_cell_z(t, text);
    snprintf(text, sizeof text, "%s old", age);
    ra_table_cell_z(t, text);
    ra_table_cell_z(t, snapshot->complete ? "complete" : "NOT COMPLETE");
    ra_table_cell_lines(t, snapshot->proof, PROOF_COLUMNS);
}

static void snapshots(struct summary *s)
{
    struct ra_table *t = ra_table_new(s->style);

    heading(s, "Read from");
    for (int i = 0; i < 5; i++)
        ra_table_column(t, "", i == 1 ? RA_COLUMN_RIGHT : i == 4 ? RA_COLUMN_LINES : 0);
    snapshot_row(t, s->in->now, RA_STR("Entra ID"), s->in->cloud_snapshot);
    for (size_t d = 0; d < s->in->ad_n; d++) {
        struct ra_buf name;
        ra_buf_init(&name, 4096);
        ra_buf_puts(&name, "AD ");
        ra_buf_put(&name, s->in->ad[d].name.p, s->in->ad[d].name.n);
        snapshot_row(t, s->in->now, ra_str_n(name.p, name.n), &s->in->ad_snapshots[d]);
        ra_buf_free(&name);
    }
    ra_table_print(&t, s->out);
}

void ra_unknown_text(const struct ra_tenant *tenant, const struct ra_report_style *style,
                     const char *head, struct ra_buf *out)
{
    struct summary s = {.style = style, .out = out};

    if (tenant->unknown_n == 0)
        return;
    heading(&s, head);
    for (size_t i = 0; i < tenant->unknown_n; i++)
        ra_layout_paragraph(style, "  - ", tenant->unknown[i], out);
}

/* ---- what to do next ---- */

static void step(struct summary *s, const char *text)
{
    char first[16];

    snprintf(first, sizeof first, "  %u. ", ++s->steps);
    ra_layout_paragraph_z(s->style, first, text, s->out);
}

/* A command line, with the configuration that this run was given. */
static void command(struct summary *s, const char *what, const char *arguments)
{
    ra_buf_puts(s->out, "       ");
    ra_buf_puts(s->out, "reanchor ");
    if (s->style->config)
        ra_buf_printf(s->out, "-c %s ", s->style->config);
    ra_buf_printf(s->out, "%s%s%s\n", what, *arguments ? " " : "", arguments);
}

static void again(struct summary *s)
{
    char arguments[1200] = "";

    if (s->style->dir)
        snprintf(arguments, sizeof arguments, "--report %s", s->style->dir);
    command(s, "rebuild", arguments);
}

static void stop_steps(struct summary *s)
{
    const struct ra_result *r = s->in->result;

    if (stopped_by(r, "SNAPSHOT_INCOMPLETE")) {
        step(s, "Read the incomplete side again, to its end:");
        command(s, "fetch all", "--full");
    }
    if (stopped_by(r, "ANCHOR_UNDETERMINED") || stopped_by(r, "ANCHOR_WEAK"))
        step(s, "Find out which attribute the old server took as source anchor, name it under "
                "[anchor] attribute or candidates, and see that every domain is configured.");
    if (stopped_by(r, "WARN_CROSS"))
        step(s, "Look at each WARN_CROSS first: two people are about to be swapped.");
    if (stopped_by(r, "BLOCK_DUP_ANCHOR"))
        step(s,
             "Decide for each BLOCK_DUP_ANCHOR whose anchor it is, and correct the others in AD.");
    if (stopped_by(r, "GATE_TENANT_THRESHOLD") || stopped_by(r, "GATE_MAX_DELETES") ||
        stopped_by(r, "GATE_HARD_DELETES"))
        step(s, "Explain the deletions: a domain or OU that is not read, a filter narrower than "
                "the old server's, or anchors that drifted. Each ORPHAN names its cause.");
}

static void action_steps(struct summary *s)
{
    const struct ra_result *r = s->in->result;

    if (r->counts[RA_ANCHOR_DRIFT] || r->counts[RA_ANCHOR_CONFLICT])
        step(s, "Review fixes.ldif, which gives the anchors back in AD, and apply it to a domain "
                "controller.");
    if (in_class(r, RA_CLASS_UNKNOWN) || s->in->tenant->unknown_n)
        step(s, "Grant what is listed as not known, and read again:");
    if (in_class(r, RA_CLASS_UNKNOWN) || s->in->tenant->unknown_n)
        command(s, "rebuild", "");
    if (r->counts[RA_ADD] || r->counts[RA_ORPHAN])
        step(s, "Explain every ADD and ORPHAN: after a plain reinstallation there is none.");
}

static void read_step(struct summary *s)
{
    char text[1200];

    if (s->style->dir) {
        snprintf(text, sizeof text, "Read %s/report.html; verdicts.csv beside it is for lists.",
                 s->style->dir);
        step(s, text);
    } else {
        step(s, "Write the report, every verdict with its remedy:");
        command(s, "plan", "--report DIR");
    }
}

/* The plan's own steps, and what to do when they are done. */
static void plan_steps(struct summary *s)
{
    bool stop = s->in->result->gate == RA_GATE_STOP;
    char file[1200], arguments[1300];

    snprintf(file, sizeof file, "%s/plan.json", s->style->dir ? s->style->dir : "DIR");
    snprintf(arguments, sizeof arguments, "%s%s%s", file, s->in->plan_window ? " --hold 60" : "",
             stop ? " --override \"REASON\" --dry-run" : "");
    if (s->in->plan_steps && stop)
        step(s, "The plan's steps can be carried out before the gate lets it, for a reason that is "
                "kept; first see what would be done, without --dry-run it is:");
    else if (s->in->plan_steps)
        step(s, s->in->plan_window
                    ? "Carry out the plan's steps; the window stays open for the sync server's "
                      "first export, at most so many minutes. With --dry-run nothing is written:"
                    : "Carry out the plan's steps; with --dry-run nothing is written:");
    if (s->in->plan_steps)
        command(s, "apply", arguments);
    if (!s->in->plan_expects || stop)
        return;
    step(s, "After the sync server's first export, compare it with what was predicted; a window "
            "closes when all has come:");
    snprintf(arguments, sizeof arguments, "--plan %s", file);
    command(s, "verify", arguments);
}

static void next_steps(struct summary *s)
{
    const struct ra_result *r = s->in->result;

    heading(s, "Next");
    if (r->gate == RA_GATE_SAFE) {
        step(s, "Install the sync server in staging mode, let it import, and compare its pending "
                "exports with this: none but updates. Then leave staging mode.");
        step(s, "After the first sync, decide again: it must still say SAFE.");
        again(s);
        return;
    }
    if (r->gate == RA_GATE_STOP)
        stop_steps(s);
    read_step(s);
    action_steps(s);
    plan_steps(s);
    step(s, "One object in full, by UPN, address, GUID, anchor, SID or DN:");
    command(s, "show", "KEY");
    step(s, "Then decide again, until it says SAFE, or what is left is meant:");
    again(s);
}

int ra_report_summary_text(const struct ra_report_input *in, const struct ra_report_style *style,
                           struct ra_buf *out, struct ra_err *err)
{
    struct summary s = {.in = in, .style = style, .out = out};

    gate(&s);
    five_numbers(&s);
    rest(&s);
    findings(&s);
    anchor(&s);
    snapshots(&s);
    ra_unknown_text(in->tenant, style, "Not known, so the strict case was taken", out);
    if (!ra_str_absent(in->listing))
        ra_buf_put(out, in->listing.p, in->listing.n);
    next_steps(&s);
    if (out->overflow)
        return ra_fail(err, RA_EINTERNAL, "the summary is larger than %zu bytes", out->max);
    return 0;
}
