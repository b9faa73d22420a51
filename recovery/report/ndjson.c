#include "recovery/report/outputs.h"

#include "src/base/json.h"

/* A million of these lines are written: what every line has stands here as text, commas and all. */
#define PUT(out, literal) ra_buf_put(out, literal, sizeof(literal) - 1)

static void value(struct ra_buf *out, struct ra_str s)
{
    if (ra_str_absent(s))
        PUT(out, "null");
    else
        ra_json_escape(out, s);
}

/* Names of ours need no escapes. */
static void name(struct ra_buf *out, const char *z)
{
    if (!z) {
        PUT(out, "null");
        return;
    }
    ra_buf_putc(out, '"');
    ra_buf_puts(out, z);
    ra_buf_putc(out, '"');
}

static void key(struct ra_buf *out, const char *z)
{
    name(out, z);
    ra_buf_putc(out, ':');
}

static void synced(struct ra_buf *out, enum ra_tri v)
{
    static const char *const texts[] = {
        [RA_UNKNOWN] = "null", [RA_NO] = "false", [RA_YES] = "true"};

    PUT(out, ",\"sync_enabled\":");
    ra_buf_puts(out, texts[v]);
}

void ra_ndjson_object(const struct ra_row *row, bool cloud, struct ra_buf *out)
{
    char before = '{';

    if (cloud ? !row->has_cloud : !row->has_ad) {
        PUT(out, "null");
        return;
    }
    for (int f = 0; f < RA_FIELDS; f++) {
        if (ra_fields[f].cloud != cloud)
            continue;
        ra_buf_putc(out, before);
        before = ',';
        key(out, ra_fields[f].key);
        value(out, row->f[f]);
        if (f == RA_F_CLOUD_IMMUTABLE)
            synced(out, row->synced);
    }
    ra_buf_putc(out, '}');
}

static void warnings(struct ra_buf *out, uint32_t set)
{
    const char *before = "";

    for (int w = 0; set >> w; w++)
        if (set & UINT32_C(1) << w) {
            ra_buf_puts(out, before);
            name(out, ra_warning_name((enum ra_warning)w));
            before = ",";
        }
}

static void blocks(struct ra_buf *out, uint64_t set)
{
    const char *before = "";

    for (int c = 0; set >> c; c++)
        if (set & UINT64_C(1) << c) {
            ra_buf_puts(out, before);
            name(out, ra_code_info((enum ra_verdict_code)c)->name);
            before = ",";
        }
}

static void head(struct ra_buf *out, const struct ra_verdict *v)
{
    const struct ra_code_info *info = ra_code_info((enum ra_verdict_code)v->code);

    PUT(out, "{\"type\":\"verdict\",\"side\":");
    name(out, ra_row_side(v));
    PUT(out, ",\"kind\":");
    name(out, ra_kind_name((enum ra_kind)v->kind));
    PUT(out, ",\"code\":");
    name(out, info->name);
    PUT(out, ",\"class\":");
    name(out, ra_class_name(info->in));
    PUT(out, ",\"row\":");
    if (v->row)
        ra_buf_printf(out, "%u", (unsigned)v->row);
    else
        PUT(out, "null");
    PUT(out, ",\"confidence\":");
    name(out, ra_confidence_name((enum ra_confidence)v->confidence));
}

void ra_ndjson_verdict(const struct ra_row *row, struct ra_str remedy, struct ra_buf *out)
{
    const struct ra_verdict *v = row->v;

    head(out, v);
    PUT(out, ",\"ad\":");
    ra_ndjson_object(row, false, out);
    PUT(out, ",\"cloud\":");
    ra_ndjson_object(row, true, out);
    PUT(out, ",\"warnings\":[");
    warnings(out, v->warnings);
    PUT(out, "],\"blocks\":[");
    blocks(out, v->blocks);
    PUT(out, "],\"cause\":");
    name(out, ra_cause_name((enum ra_cause)v->cause));
    PUT(out, ",\"server_error\":");
    name(out, ra_verdict_server_error(v));
    PUT(out, ",\"remedy\":");
    value(out, remedy);
    ra_buf_putc(out, '}');
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
