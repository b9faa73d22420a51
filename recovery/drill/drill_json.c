/* rehearsal.ndjson, and what --json prints: an object a line, then the summary. */
#include "recovery/drill/inner.h"
#include "recovery/report/outputs.h"
#include "src/base/clock.h"
#include "src/base/json.h"

#include <stdlib.h>

struct telling {
    const struct ra_report_input *in;
    const struct ra_drill *d;
    struct ra_rows *rows;
    struct ra_arena arena; /* one row's tokens */
    struct ra_buf line, part;
    struct ra_json j;
};

static void text(struct ra_json *j, const char *key, const char *z)
{
    ra_json_key(j, key);
    ra_json_z(j, z);
}

static void number(struct ra_json *j, const char *key, uint64_t n)
{
    ra_json_key(j, key);
    ra_json_int(j, (long long)n);
}

static void put_names(struct telling *t, const char *key,
                      void (*names)(struct telling *t, const struct ra_verdict *v),
                      const struct ra_verdict *v)
{
    ra_json_key(&t->j, key);
    ra_json_array(&t->j);
    names(t, v);
    ra_json_array_end(&t->j);
}

static void blocks(struct telling *t, const struct ra_verdict *v)
{
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (v->blocks & UINT64_C(1) << c)
            ra_json_z(&t->j, ra_code_info((enum ra_verdict_code)c)->name);
}

static void warnings(struct telling *t, const struct ra_verdict *v)
{
    for (int w = 0; w < RA_WARNINGS; w++)
        if (v->warnings & UINT32_C(1) << w)
            ra_json_z(&t->j, ra_warning_name((enum ra_warning)w));
}

static void put_parting(struct telling *t, enum ra_parting p)
{
    text(&t->j, "agreement",
         p == RA_PART_NONE          ? "same"
         : p == RA_PART_UNEXPLAINED ? "unexplained"
                                    : "explained");
    text(&t->j, "reason",
         p == RA_PART_NONE || p == RA_PART_UNEXPLAINED ? NULL : ra_parting_name(p));
}

static void put_objects(struct telling *t, const struct ra_row *row)
{
    ra_buf_clear(&t->part);
    ra_ndjson_object(row, false, &t->part);
    ra_json_key(&t->j, "ad");
    ra_json_raw(&t->j, ra_str_n(t->part.p, t->part.n));
    ra_buf_clear(&t->part);
    ra_ndjson_object(row, true, &t->part);
    ra_json_key(&t->j, "cloud");
    ra_json_raw(&t->j, ra_str_n(t->part.p, t->part.n));
}

static int put_shown_at(struct telling *t, uint32_t cloud, struct ra_err *err)
{
    struct ra_cloud_object o;
    int rc = 0;

    ra_json_key(&t->j, "cloud_id");
    if (cloud == RA_NONE) {
        ra_json_null(&t->j);
        return 0;
    }
    rc = ra_drill_cloud(t->in, cloud, &o, err);
    if (rc == 0)
        ra_json_str(&t->j, o.id);
    return rc;
}

static int put_shown(struct telling *t, const struct ra_drill_item *i, struct ra_err *err)
{
    int rc;

    ra_json_key(&t->j, "shown");
    ra_json_object(&t->j);
    text(&t->j, "outcome", ra_deed_name((enum ra_deed)i->deed));
    text(&t->j, "error", i->error);
    text(&t->j, "attribute", i->attribute);
    rc = put_shown_at(t, i->cloud, err);
    ra_json_key(&t->j, "quarantined");
    ra_json_array(&t->j);
    if (i->upn_aside)
        ra_json_z(&t->j, "UserPrincipalName");
    if (i->proxies_aside)
        ra_json_z(&t->j, "ProxyAddresses");
    ra_json_array_end(&t->j);
    ra_json_key(&t->j, "uncertain");
    ra_json_bool(&t->j, i->uncertain);
    ra_json_object_end(&t->j);
    return rc;
}

static void put_end(struct telling *t, const struct ra_drill_cloud *c)
{
    ra_json_key(&t->j, "shown");
    ra_json_object(&t->j);
    text(&t->j, "outcome", ra_drill_end_name((enum ra_drill_end)c->end));
    ra_json_object_end(&t->j);
}

static int put_row(struct telling *t, const struct ra_row *row, struct ra_err *err)
{
    const struct ra_verdict *v = row->v;
    bool cloud = v->ad == RA_NONE, known = v->code < RA_VERDICT_CODES;
    int rc = 0;

    ra_buf_clear(&t->line);
    ra_json_init(&t->j, &t->line);
    ra_json_object(&t->j);
    text(&t->j, "type", "object");
    text(&t->j, "side", ra_row_side(v));
    text(&t->j, "kind", ra_kind_name((enum ra_kind)v->kind));
    text(&t->j, "predicted", known ? ra_drill_said(v) : NULL);
    put_names(t, "warnings", warnings, v);
    put_names(t, "blocks", blocks, v);
    if (cloud)
        put_end(t, &t->d->cloud[v->cloud]);
    else
        rc = put_shown(t, &t->d->ad[v->ad], err);
    put_parting(t,
                (enum ra_parting)(cloud ? t->d->cloud[v->cloud].parting : t->d->ad[v->ad].parting));
    put_objects(t, row);
    ra_json_object_end(&t->j);
    ra_buf_putc(&t->line, '\n');
    if (rc == 0 && t->line.overflow)
        rc = ra_fail(err, RA_EINTERNAL, "an object larger than %zu bytes", RA_ROW_MAX);
    return rc;
}

static int write_row(struct telling *t, struct ra_row *row, FILE *fp, struct ra_err *err)
{
    int rc;

    ra_drill_redact(t->in, row, &t->arena);
    rc = put_row(t, row, err);
    fwrite(t->line.p, 1, t->line.n, fp);
    return rc;
}

static int put_rows(struct telling *t, FILE *fp, struct ra_err *err)
{
    struct ra_row row;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < ra_rows_count(t->rows); i++) {
        rc = ra_rows_get(t->rows, i, &row, err);
        if (rc == 0)
            rc = write_row(t, &row, fp, err);
    }
    return rc;
}

/* Deleted, although an AD object was to be joined with it: it has no verdict of its own. */
static int put_unforeseen(struct telling *t, FILE *fp, struct ra_err *err)
{
    struct ra_row row;
    int rc = 0;

    for (size_t c = 0; rc == 0 && c < t->d->cloud_n; c++) {
        struct ra_verdict v = {.ad = RA_NONE, .cloud = (uint32_t)c, .code = RA_VERDICT_CODES};
        struct ra_cloud_object o;
        if (t->d->cloud[c].end != RA_END_DELETED || t->d->cloud[c].orphan)
            continue;
        rc = ra_drill_cloud(t->in, v.cloud, &o, err);
        v.kind = (uint8_t)o.kind;
        if (rc == 0)
            rc = ra_rows_resolve(t->rows, &v, &row, err);
        if (rc == 0)
            rc = write_row(t, &row, fp, err);
    }
    return rc;
}

/* ---- the summary ---- */

static void put_from(struct telling *t, const struct ra_drill_from *from)
{
    char when[RA_TIME_TEXT] = "";

    if (from->created)
        ra_time_text(from->created, when);
    ra_json_key(&t->j, "source");
    ra_json_object(&t->j);
    text(&t->j, "kind", from->kind);
    text(&t->j, "name", from->name);
    text(&t->j, "created", when[0] ? when : NULL);
    ra_json_object_end(&t->j);
    ra_json_key(&t->j, "ad");
    ra_json_object(&t->j);
    text(&t->j, "read", from->held ? "held by the source" : "now");
    ra_json_key(&t->j, "directories");
    ra_json_array(&t->j);
    for (size_t i = 0; i < t->in->ad_n; i++)
        ra_json_str(&t->j, t->in->ad[i].name);
    ra_json_array_end(&t->j);
    ra_json_object_end(&t->j);
}

static void put_counts(struct telling *t)
{
    size_t n;
    struct ra_drill_count *all = ra_drill_counts(t->d, &n);

    ra_json_key(&t->j, "counts");
    ra_json_array(&t->j);
    for (size_t i = 0; i < n; i++) {
        ra_json_object(&t->j);
        text(&t->j, "predicted", ra_code_info(all[i].code)->name);
        text(&t->j, "shown", ra_deed_name(all[i].deed));
        put_parting(t, all[i].parting);
        number(&t->j, "objects", all[i].n);
        ra_json_object_end(&t->j);
    }
    ra_json_array_end(&t->j);
    free(all);
}

static void put_summary(struct telling *t, const struct ra_drill_from *from)
{
    const struct ra_drill *d = t->d;
    const struct ra_result *r = t->in->result;

    ra_buf_clear(&t->line);
    ra_json_init(&t->j, &t->line);
    ra_json_object(&t->j);
    text(&t->j, "type", "summary");
    ra_json_key(&t->j, "tenant");
    ra_json_str(&t->j, from->tenant);
    put_from(t, from);
    text(&t->j, "gate", ra_gate_name(r->gate));
    ra_json_key(&t->j, "reasons");
    ra_json_array(&t->j);
    for (size_t i = 0; i < r->reasons_n; i++)
        ra_json_z(&t->j, r->reasons[i]);
    ra_json_array_end(&t->j);
    ra_json_key(&t->j, "stopped");
    ra_json_bool(&t->j, d->stopped);
    ra_json_key(&t->j, "stop_foreseen");
    ra_json_bool(&t->j, d->stopped != d->stop_differs);
    number(&t->j, "same", d->partings[RA_PART_NONE]);
    number(&t->j, "explained", ra_drill_explained(d));
    number(&t->j, "unexplained", ra_drill_unexplained(d));
    number(&t->j, "deleted", d->deleted);
    put_counts(t);
    ra_json_object_end(&t->j);
    ra_buf_putc(&t->line, '\n');
}

int ra_drill_json(const struct ra_report_input *in, const struct ra_drill *d,
                  const struct ra_drill_from *from, FILE *fp, struct ra_err *err)
{
    struct telling t = {.in = in, .d = d};
    int rc = ra_rows_open(in, &t.rows, err);

    ra_buf_init(&t.line, RA_ROW_MAX);
    ra_buf_init(&t.part, RA_ROW_MAX);
    if (rc == 0)
        rc = put_rows(&t, fp, err);
    if (rc == 0)
        rc = put_unforeseen(&t, fp, err);
    if (rc == 0) {
        put_summary(&t, from);
        fwrite(t.line.p, 1, t.line.n, fp);
    }
    ra_rows_free(&t.rows);
    ra_arena_free(&t.arena);
    ra_buf_free(&t.line);
    ra_buf_free(&t.part);
    return rc;
}
