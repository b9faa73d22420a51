#include "recovery/report/outputs.h"

#include "src/base/json.h"

#include <string.h>

/* What AD's and the cloud's fields are preceded by, and followed by. */
static const char *const before[] = {"side", "kind", "code", "class", "row", "confidence"};
static const char *const after[] = {"warnings", "blocks", "cause",    "server_error",
                                    "remedy",   "owner",  "decision", "note"};

void ra_csv_begin(const struct ra_report_input *in, struct ra_buf *out)
{
    (void)in;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        ra_buf_printf(out, "%s,", before[i]);
    for (int f = 0; f < RA_FIELDS; f++) {
        ra_buf_printf(out, "%s_%s,", ra_fields[f].cloud ? "cloud" : "ad", ra_fields[f].key);
        if (f == RA_F_CLOUD_IMMUTABLE)
            ra_buf_puts(out, "cloud_sync_enabled,");
    }
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++)
        ra_buf_printf(out, "%s%s", i ? "," : "", after[i]);
    ra_buf_putc(out, '\n');
}

static void field(struct ra_buf *out, struct ra_str s)
{
    /* Base64 that ends in == is no formula to any spreadsheet, and an anchor must stay what it is.
     */
    if (ra_str_ends_fold(s, RA_STR("==")) && s.n == RA_ANCHOR_TEXT - 1)
        ra_buf_put(out, s.p, s.n);
    else
        ra_csv_field(out, s);
    ra_buf_putc(out, ',');
}

static void word(struct ra_buf *out, const char *z)
{
    if (z)
        ra_buf_puts(out, z);
    ra_buf_putc(out, ',');
}

static void synced(struct ra_buf *out, const struct ra_row *row)
{
    static const char *const names[] = {[RA_UNKNOWN] = NULL, [RA_NO] = "false", [RA_YES] = "true"};

    word(out, row->has_cloud ? names[row->synced] : NULL);
}

void ra_csv_row(const struct ra_report_input *in, const struct ra_row *row, struct ra_str remedy,
                struct ra_buf *out)
{
    const struct ra_verdict *v = row->v;
    const struct ra_code_info *info = ra_code_info((enum ra_verdict_code)v->code);

    (void)in;
    word(out, ra_row_side(v));
    word(out, ra_kind_name((enum ra_kind)v->kind));
    word(out, info->name);
    word(out, ra_class_name(info->in));
    if (v->row)
        ra_buf_printf(out, "%u", (unsigned)v->row);
    ra_buf_putc(out, ',');
    word(out, ra_confidence_name((enum ra_confidence)v->confidence));
    for (int f = 0; f < RA_FIELDS; f++) {
        field(out, row->f[f]);
        if (f == RA_F_CLOUD_IMMUTABLE)
            synced(out, row);
    }
    ra_row_warnings(v->warnings, " ", out);
    ra_buf_putc(out, ',');
    ra_row_blocks(v->blocks, " ", out);
    ra_buf_putc(out, ',');
    word(out, ra_cause_name((enum ra_cause)v->cause));
    word(out, ra_verdict_server_error(v));
    field(out, remedy);
    ra_buf_puts(out, ",,\n"); /* owner, decision, note: for the administrator to fill */
}
