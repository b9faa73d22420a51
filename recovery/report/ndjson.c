#include "recovery/report/outputs.h"

#include "src/base/json.h"

static void tri(struct ra_json *j, enum ra_tri v)
{
    if (v == RA_UNKNOWN)
        ra_json_null(j);
    else
        ra_json_bool(j, v == RA_YES);
}

static void fields(struct ra_json *j, const struct ra_row *row, bool cloud)
{
    for (int f = 0; f < RA_FIELDS; f++) {
        if (ra_fields[f].cloud != cloud)
            continue;
        ra_json_key(j, ra_fields[f].key);
        ra_json_str(j, row->f[f]);
        if (f == RA_F_CLOUD_IMMUTABLE) {
            ra_json_key(j, "sync_enabled");
            tri(j, row->synced);
        }
    }
}

static void object(struct ra_json *j, const char *key, const struct ra_row *row, bool there)
{
    ra_json_key(j, key);
    if (!there) {
        ra_json_null(j);
        return;
    }
    ra_json_object(j);
    fields(j, row, key[0] == 'c');
    ra_json_object_end(j);
}

static void warnings(struct ra_json *j, uint32_t set)
{
    ra_json_key(j, "warnings");
    ra_json_array(j);
    for (int w = 0; w < RA_WARNINGS; w++)
        if (set & UINT32_C(1) << w)
            ra_json_z(j, ra_warning_name((enum ra_warning)w));
    ra_json_array_end(j);
}

static void blocks(struct ra_json *j, uint64_t set)
{
    ra_json_key(j, "blocks");
    ra_json_array(j);
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (set & UINT64_C(1) << c)
            ra_json_z(j, ra_code_info((enum ra_verdict_code)c)->name);
    ra_json_array_end(j);
}

static void head(struct ra_json *j, const struct ra_verdict *v)
{
    const struct ra_code_info *info = ra_code_info((enum ra_verdict_code)v->code);

    ra_json_key(j, "type");
    ra_json_z(j, "verdict");
    ra_json_key(j, "side");
    ra_json_z(j, ra_row_side(v));
    ra_json_key(j, "kind");
    ra_json_z(j, ra_kind_name((enum ra_kind)v->kind));
    ra_json_key(j, "code");
    ra_json_z(j, info->name);
    ra_json_key(j, "class");
    ra_json_z(j, ra_class_name(info->in));
    ra_json_key(j, "row");
    if (v->row)
        ra_json_int(j, v->row);
    else
        ra_json_null(j);
    ra_json_key(j, "confidence");
    ra_json_z(j, ra_confidence_name((enum ra_confidence)v->confidence));
}

void ra_ndjson_verdict(const struct ra_row *row, struct ra_str remedy, struct ra_buf *out)
{
    const struct ra_verdict *v = row->v;
    struct ra_json j;

    ra_json_init(&j, out);
    ra_json_object(&j);
    head(&j, v);
    object(&j, "ad", row, row->has_ad);
    object(&j, "cloud", row, row->has_cloud);
    warnings(&j, v->warnings);
    blocks(&j, v->blocks);
    ra_json_key(&j, "cause");
    ra_json_z(&j, ra_cause_name((enum ra_cause)v->cause));
    ra_json_key(&j, "server_error");
    ra_json_z(&j, ra_verdict_server_error(v));
    ra_json_key(&j, "remedy");
    ra_json_str(&j, remedy);
    ra_json_object_end(&j);
}

void ra_ndjson_row(const struct ra_report_input *in, const struct ra_row *row, struct ra_str remedy,
                   struct ra_buf *out)
{
    (void)in;
    ra_ndjson_verdict(row, remedy, out);
    ra_buf_putc(out, '\n');
}

void ra_ndjson_end(const struct ra_report_input *in, struct ra_buf *out)
{
    ra_report_summary_json(in, out);
    ra_buf_putc(out, '\n');
}
