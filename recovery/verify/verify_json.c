#include "recovery/report/outputs.h"
#include "recovery/report/remedy.h"
#include "recovery/verify/render.h"
#include "src/base/json.h"

static void put(struct ra_buf *out, const char *key, const char *z)
{
    ra_buf_printf(out, ",\"%s\":", key);
    if (z)
        ra_json_escape(out, ra_str(z));
    else
        ra_buf_puts(out, "null");
}

static void put_str(struct ra_buf *out, const char *key, struct ra_str s)
{
    ra_buf_printf(out, ",\"%s\":", key);
    if (ra_str_absent(s))
        ra_buf_puts(out, "null");
    else
        ra_json_escape(out, s);
}

static int put_pair(struct ra_rendering *r, const struct ra_verify_finding *f, bool other,
                    struct ra_buf *out)
{
    struct ra_row row;
    int rc = ra_rendering_row(r, f, other, &row);

    if (rc != 0)
        return rc;
    ra_buf_puts(out, "\"ad\":");
    ra_ndjson_object(&row, false, out);
    ra_buf_puts(out, ",\"cloud\":");
    ra_ndjson_object(&row, true, out);
    return 0;
}

static int put_finding(struct ra_rendering *r, const struct ra_verify_finding *f,
                       struct ra_buf *out)
{
    const struct ra_reason_info *info = ra_reason_info((enum ra_reason)f->reason);
    bool objects = f->ad != RA_NONE || f->cloud != RA_NONE;
    int rc;

    ra_buf_printf(out, "{\"type\":\"finding\",\"check\":\"V%u\"", info->check);
    put(out, "name", ra_check_name(info->check));
    put(out, "reason", info->name);
    put(out, "severity", ra_severity_name(info->severity));
    put(out, "kind", objects ? ra_kind_name((enum ra_kind)f->kind) : NULL);
    put(out, "what", info->what);
    ra_buf_putc(out, ',');
    rc = put_pair(r, f, false, out);
    ra_buf_puts(out, ",\"other\":");
    if (f->other_ad == RA_NONE && f->other_cloud == RA_NONE) {
        ra_buf_puts(out, "null");
    } else if (rc == 0) {
        ra_buf_putc(out, '{');
        rc = put_pair(r, f, true, out);
        ra_buf_putc(out, '}');
    }
    put_str(out, "value", ra_rendering_value(r, f));
    put(out, "remedy", info->remedy);
    ra_buf_puts(out, "}\n");
    return rc;
}

static void put_counts(const struct ra_verified *v, struct ra_json *j, unsigned check)
{
    for (int s = RA_SEVERITIES - 1; s >= 0; s--) {
        ra_json_key(j, ra_severity_name((enum ra_severity)s));
        ra_json_int(j, (long long)(check ? ra_verified_count(v, check, (enum ra_severity)s)
                                         : ra_verified_total(v, (enum ra_severity)s)));
    }
}

static void put_checks(const struct ra_verified *v, struct ra_json *j)
{
    char id[8];

    ra_json_key(j, "checks");
    ra_json_array(j);
    for (unsigned check = 1; check <= RA_CHECKS; check++) {
        ra_json_object(j);
        snprintf(id, sizeof id, "V%u", check);
        ra_json_key(j, "check");
        ra_json_z(j, id);
        ra_json_key(j, "name");
        ra_json_z(j, ra_check_name(check));
        put_counts(v, j, check);
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
}

static void put_unchecked(const struct ra_verified *v, struct ra_json *j)
{
    char id[8];

    ra_json_key(j, "unchecked");
    ra_json_array(j);
    for (size_t i = 0; i < v->unchecked_n; i++) {
        ra_json_object(j);
        snprintf(id, sizeof id, "V%u", v->unchecked[i].check);
        ra_json_key(j, "check");
        ra_json_z(j, id);
        ra_json_key(j, "objects");
        ra_json_int(j, (long long)v->unchecked[i].objects);
        ra_json_key(j, "why");
        ra_json_z(j, v->unchecked[i].why);
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
}

static void put_anchor(const struct ra_report_input *in, struct ra_json *j)
{
    const struct ra_detection *d = &in->result->detection;

    ra_json_key(j, "anchor");
    ra_json_object(j);
    ra_json_key(j, "attribute");
    ra_json_str(j, ra_report_anchor(in));
    ra_json_key(j, "reproduced");
    ra_json_int(j, d->candidates_n ? (long long)d->candidates[d->chosen].reproduced : 0);
    ra_json_key(j, "of");
    ra_json_int(j, (long long)d->all);
    ra_json_object_end(j);
}

static void put_objects(const struct ra_report_input *in, struct ra_json *j)
{
    uint64_t ad = 0;

    for (size_t d = 0; d < in->ad_n; d++)
        ad += in->ad_snapshots[d].live;
    ra_json_key(j, "objects");
    ra_json_object(j);
    ra_json_key(j, "ad");
    ra_json_int(j, (long long)ad);
    ra_json_key(j, "cloud");
    ra_json_int(j, (long long)in->cloud_snapshot->live);
    ra_json_object_end(j);
}

static void put_summary(const struct ra_report_input *in, const struct ra_verified *v,
                        struct ra_buf *out)
{
    enum ra_severity worst;
    struct ra_json j;

    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "summary");
    ra_json_key(&j, "worst");
    ra_json_z(&j, ra_verified_worst(v, &worst) ? ra_severity_name(worst) : NULL);
    ra_json_key(&j, "findings");
    ra_json_object(&j);
    put_counts(v, &j, 0);
    ra_json_object_end(&j);
    put_checks(v, &j);
    ra_json_key(&j, "migrated");
    ra_json_int(&j, (long long)v->migrated);
    put_unchecked(v, &j);
    put_anchor(in, &j);
    put_objects(in, &j);
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
}

/* What fits into one piece; a finding that does not is an error, not a short one. */
static int hand_over(struct ra_buf *b, size_t at_least, ra_sink_fn *sink, void *ctx,
                     struct ra_err *err)
{
    int rc;

    if (b->overflow)
        return ra_fail(err, RA_EINTERNAL, "a finding larger than %zu bytes", b->max);
    if (b->n < at_least)
        return 0;
    rc = sink(ctx, b, err);
    ra_buf_clear(b);
    return rc;
}

int ra_verify_json(const struct ra_report_input *in, const struct ra_verified *v, ra_sink_fn *sink,
                   void *ctx, struct ra_err *err)
{
    struct ra_rendering r;
    struct ra_buf b;
    int rc = 0;

    ra_rendering_open(in, &r, err);
    ra_buf_init(&b, RA_ROW_MAX);
    for (size_t i = 0; rc == 0 && i < v->n; i++) {
        rc = put_finding(&r, &v->findings[i], &b);
        if (rc == 0)
            rc = hand_over(&b, 1 << 16, sink, ctx, err);
    }
    if (rc == 0) {
        put_summary(in, v, &b);
        rc = hand_over(&b, 0, sink, ctx, err);
    }
    ra_buf_free(&b);
    ra_rendering_close(&r);
    return rc;
}
