/* rehearsal.html: the same as the text, and every object, in one file without scripts. Whatever
 * comes from outside goes through put(). */
#include "recovery/drill/inner.h"
#include "recovery/report/outputs.h"
#include "recovery/report/page.h"
#include "src/base/clock.h"

#include <inttypes.h>
#include <stdlib.h>

#define OBJECTS_MAX 20000 /* on the page; rehearsal.ndjson has all */

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n"
    "<meta name=\"robots\" content=\"noindex, nofollow\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
    "<title>reanchor rehearsal</title>\n<style>\n";

static const char own_style[] =
    ".facts td:last-child, .facts td { text-align: left; white-space: normal; padding-right: 1rem; "
    "}\n"
    ".facts td.n { text-align: right; }\n"
    ".objects { table-layout: fixed; min-width: 60rem; }\n"
    ".objects th:nth-child(1) { width: 4rem; } .objects th:nth-child(2) { width: 5.5rem; }\n"
    ".objects th:nth-child(n+5) { width: 13%; } .objects th:last-child { width: 10%; }\n"
    "@media print { .scroll { display: block; } .objects { min-width: 0; } }\n"
    ".good { color: var(--green); } .look { color: var(--amber); } .bad { color: var(--red); }\n"
    "</style>\n</head>\n<body>\n";

static void put(FILE *fp, struct ra_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '<')
            fputs("&lt;", fp);
        else if (c == '>')
            fputs("&gt;", fp);
        else if (c == '&')
            fputs("&amp;", fp);
        else if (c == '"')
            fputs("&quot;", fp);
        else
            fputc((unsigned char)c < 0x20 ? ' ' : c, fp);
    }
}

static void cell(FILE *fp, struct ra_str s)
{
    fputs("<td>", fp);
    put(fp, s);
    fputs("</td>", fp);
}

static const char *class_of(enum ra_parting p)
{
    return p == RA_PART_NONE ? "good" : p == RA_PART_UNEXPLAINED ? "bad" : "look";
}

static void parting_cell(FILE *fp, enum ra_parting p)
{
    fprintf(fp, "<td class=\"%s\">%s</td>", class_of(p), ra_parting_name(p));
}

/* ---- the head ---- */

static void top(const struct ra_report_input *in, FILE *fp)
{
    char when[RA_TIME_TEXT];

    ra_time_text(in->now, when);
    fputs(head, fp);
    fwrite(ra_page_css, 1, ra_page_css_size, fp);
    fputs(own_style, fp);
    fprintf(
        fp,
        "<header class=\"top\"><p class=\"brand\">reanchor</p><p>Rehearsal of the first export, "
        "made on %s by reanchor %s with a simulated tenant</p></header>\n<main>\n",
        when, RA_VERSION);
}

static void reason_items(const struct ra_report_input *in, const struct ra_drill *d, FILE *fp)
{
    const struct ra_result *r = in->result;
    struct ra_buf b;

    ra_buf_init(&b, 4096);
    for (size_t i = 0; r->gate == RA_GATE_STOP && i < r->reasons_n; i++) {
        ra_buf_clear(&b);
        ra_reason_in_words(in, r->reasons[i], &b);
        fputs("<li>", fp);
        put(fp, ra_str_n(b.p, b.n));
        fputs("</li>\n", fp);
    }
    ra_buf_free(&b);
    if (d->stopped)
        fputs("<li>The tenant's prevention of accidental deletions stops the export. Below is what "
              "it would have done.</li>\n",
              fp);
}

static void gate(const struct ra_report_input *in, const struct ra_drill *d, FILE *fp)
{
    const char *name = ra_gate_name(in->result->gate);

    fprintf(fp, "<section class=\"gate %s\"><h1>%s</h1><div><p class=\"lead\">%s</p><ul>\n", name,
            name,
            in->result->gate == RA_GATE_STOP ? "A rebuild would stop here, before any upload."
                                             : "A rebuild would go on from here.");
    reason_items(in, d, fp);
    fputs("</ul></div></section>\n", fp);
}

static void summary(const struct ra_report_input *in, const struct ra_drill *d,
                    const struct ra_drill_from *from, FILE *fp)
{
    uint64_t wrong = ra_drill_unexplained(d);
    struct ra_buf b;

    fprintf(fp,
            "<section><h2 class=\"%s\">%s</h2><p>%" PRIu64 " outcomes as predicted, %" PRIu64
            " different for a known reason, %" PRIu64 " without one.</p>\n",
            wrong ? "bad" : "good", wrong ? "Different" : "As predicted", d->partings[RA_PART_NONE],
            ra_drill_explained(d), wrong);
    if (d->stop_differs)
        fputs("<p class=\"bad\">Whether the tenant's prevention stops the export was predicted "
              "wrongly.</p>\n",
              fp);
    ra_buf_init(&b, 1 << 16);
    ra_drill_origin(in, from, &b);
    fputs("<p class=\"quiet\">", fp);
    put(fp, ra_str_n(b.p, b.n));
    fputs("</p></section>\n", fp);
    ra_buf_free(&b);
}

static void counts(const struct ra_drill *d, FILE *fp)
{
    size_t n;
    struct ra_drill_count *all = ra_drill_counts(d, &n);

    fputs("<section><h2>Predicted and shown</h2>\n<table "
          "class=\"facts\"><tr><th>Predicted</th><th>Shown</th>"
          "<th>Objects</th><th></th></tr>\n",
          fp);
    for (size_t i = 0; i < n; i++) {
        fprintf(fp, "<tr><td>%s</td><td>%s</td><td class=\"n\">%" PRIu64 "</td>",
                ra_code_info(all[i].code)->name, ra_deed_name(all[i].deed), all[i].n);
        parting_cell(fp, all[i].parting);
        fputs("</tr>\n", fp);
    }
    fprintf(fp,
            "<tr><td>ORPHAN</td><td>deleted</td><td class=\"n\">%" PRIu64
            "</td><td></td></tr>\n</table></section>\n",
            d->deleted);
    free(all);
}

static void reasons(const struct ra_drill *d, FILE *fp)
{
    if (ra_drill_explained(d) + ra_drill_unexplained(d) == 0)
        return;
    fputs("<section><h2>Why some differ</h2>\n<table class=\"facts\">\n", fp);
    for (int p = RA_PARTINGS - 1; p > RA_PART_NONE; p--) {
        if (d->partings[p] == 0)
            continue;
        fputs("<tr>", fp);
        parting_cell(fp, (enum ra_parting)p);
        fprintf(fp, "<td class=\"n\">%" PRIu64 "</td>", d->partings[p]);
        cell(fp, ra_str(ra_parting_text((enum ra_parting)p)));
        fputs("</tr>\n", fp);
    }
    fputs("</table></section>\n", fp);
}

/* ---- the objects ---- */

static enum ra_parting parting_of(const struct ra_drill *d, const struct ra_verdict *v)
{
    return (enum ra_parting)(v->ad == RA_NONE ? d->cloud[v->cloud].parting : d->ad[v->ad].parting);
}

static void object(const struct ra_drill *d, const struct ra_row *row, FILE *fp)
{
    const struct ra_verdict *v = row->v;
    bool cloud = v->ad == RA_NONE;
    const struct ra_drill_item *i = cloud ? NULL : &d->ad[v->ad];

    fprintf(fp, "<tr><td>%s</td><td>%s</td>", ra_row_side(v), ra_kind_name((enum ra_kind)v->kind));
    cell(fp, row->f[cloud ? RA_F_CLOUD_NAME : RA_F_DN]);
    cell(fp, row->f[cloud ? RA_F_CLOUD_UPN : RA_F_UPN]);
    fprintf(fp, "<td>%s</td><td>%s%s%s</td>", ra_drill_said(v),
            cloud ? ra_drill_end_name((enum ra_drill_end)d->cloud[v->cloud].end)
                  : ra_deed_name((enum ra_deed)i->deed),
            i && i->error ? " " : "", i && i->error ? i->error : "");
    parting_cell(fp, parting_of(d, v));
    fputs("</tr>\n", fp);
}

/* Those that differ come first: when not all fit, they do. */
static int objects(const struct ra_report_input *in, const struct ra_drill *d, struct ra_rows *rows,
                   FILE *fp, struct ra_err *err)
{
    struct ra_arena tokens = {0};
    struct ra_row row;
    size_t shown = 0;
    int rc = 0;

    fputs("<section><h2>Every object</h2>\n<div class=\"scroll\"><table "
          "class=\"facts objects\"><tr><th>Side</th><th>Kind</th><th>Name</th><th>UPN</th>"
          "<th>Predicted</th><th>Shown</th><th></th></tr>\n",
          fp);
    for (int same = 0; same < 2; same++)
        for (size_t i = 0; rc == 0 && i < ra_rows_count(rows) && shown < OBJECTS_MAX; i++) {
            if ((parting_of(d, ra_rows_verdict(rows, i)) == RA_PART_NONE) != (same == 1))
                continue;
            rc = ra_rows_get(rows, i, &row, err);
            if (rc != 0)
                break;
            ra_drill_redact(in, &row, &tokens);
            object(d, &row, fp);
            shown++;
        }
    fputs("</table></div></section>\n", fp);
    if (rc == 0 && shown < ra_rows_count(rows))
        fprintf(fp, "<p>%zu of %zu objects are on this page; rehearsal.ndjson has all.</p>\n",
                shown, ra_rows_count(rows));
    ra_arena_free(&tokens);
    return rc;
}

int ra_drill_html(const struct ra_report_input *in, const struct ra_drill *d,
                  const struct ra_drill_from *from, FILE *fp, struct ra_err *err)
{
    struct ra_rows *rows = NULL;
    int rc = ra_rows_open(in, &rows, err);

    top(in, fp);
    gate(in, d, fp);
    summary(in, d, from, fp);
    counts(d, fp);
    reasons(d, fp);
    if (rc == 0)
        rc = objects(in, d, rows, fp, err);
    fputs("</main></body></html>\n", fp);
    ra_rows_free(&rows);
    return rc;
}
