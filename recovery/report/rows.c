#include "recovery/report/rows_state.h"

#include "recovery/model/address.h"
#include "recovery/model/repair.h"
#include "recovery/report/remedy.h"

#include <stdlib.h>
#include <string.h>

const struct ra_field_info ra_fields[RA_FIELDS] = {
    [RA_F_DIRECTORY] = {"directory", false, false},
    [RA_F_DN] = {"dn", false, true},
    [RA_F_GUID] = {"object_guid", false, false},
    [RA_F_ANCHOR] = {"anchor", false, false},
    [RA_F_CONSISTENCY] = {"consistency_guid", false, false},
    [RA_F_SID] = {"sid", false, false},
    [RA_F_UPN] = {"upn", false, true},
    [RA_F_SMTP] = {"smtp", false, true},
    [RA_F_SAM] = {"sam", false, true},
    [RA_F_NAME] = {"name", false, true},
    [RA_F_CLOUD_ID] = {"id", true, false},
    [RA_F_CLOUD_KIND] = {"kind", true, false},
    [RA_F_CLOUD_UPN] = {"upn", true, true},
    [RA_F_CLOUD_IMMUTABLE] = {"immutable_id", true, false},
    [RA_F_CLOUD_SID] = {"sid", true, false},
    [RA_F_CLOUD_SMTP] = {"smtp", true, true},
    [RA_F_CLOUD_OOI] = {"object_identifier", true, false},
    [RA_F_CLOUD_NAME] = {"name", true, true},
};

const char *ra_row_side(const struct ra_verdict *v)
{
    return v->ad == RA_NONE ? "cloud" : "ad";
}

int ra_rows_damaged(struct ra_err *err, struct ra_str side, uint32_t seq)
{
    ra_fail(err, RA_EINTEGRITY, "snapshot " RA_STR_FMT ": record %u is damaged", RA_STR_ARG(side),
            seq);
    return ra_hint(err, "read the side again: reanchor fetch --full");
}

int ra_rows_ad(const struct ra_report_input *in, uint32_t number, struct ra_ad_object *out,
               const struct ra_side **side, struct ra_err *err)
{
    for (size_t d = 0; d < in->ad_n; d++) {
        *side = &in->ad[d];
        if (number < in->ad[d].count) {
            struct ra_str record = in->ad[d].record(in->ad[d].ctx, number);
            return ra_ad_decode(record, out) ? 0 : ra_rows_damaged(err, in->ad[d].name, number);
        }
        number -= in->ad[d].count;
    }
    return ra_fail(err, RA_EINTERNAL, "a verdict names AD object %u past the last one", number);
}

int ra_rows_cloud(const struct ra_report_input *in, uint32_t seq, struct ra_cloud_object *out,
                  struct ra_err *err)
{
    struct ra_str record = in->cloud->record(in->cloud->ctx, seq);

    return ra_cloud_decode(record, out) ? 0 : ra_rows_damaged(err, in->cloud->name, seq);
}

void ra_rows_open_unsorted(const struct ra_report_input *in, struct ra_rows **out)
{
    struct ra_rows *rows = ra_calloc(1, sizeof *rows);

    rows->in = in;
    if (in->cloud->open_facts)
        rows->ooi = in->cloud->open_facts(in->cloud->ctx, RA_FACT_OOI);
    rows->anchor = ra_anchor_attribute(ra_report_anchor(in));
    rows->named = ra_named_by(in->result, in->cloud->count);
    rows->kin = ra_kin_open(in);
    *out = rows;
}

int ra_rows_open(const struct ra_report_input *in, struct ra_rows **out, struct ra_err *err)
{
    struct ra_rows *rows;
    int rc;

    ra_rows_open_unsorted(in, &rows);
    rows->n = in->result->verdicts_n;
    rows->places = ra_calloc(rows->n, sizeof *rows->places);
    rc = ra_rows_sort(rows, err);
    if (rc != 0)
        ra_rows_free(&rows);
    *out = rows;
    return rc;
}

void ra_rows_free(struct ra_rows **rows)
{
    struct ra_rows *r = *rows;

    if (!r)
        return;
    if (r->ooi)
        r->in->cloud->close(r->ooi);
    ra_kin_close(&r->kin);
    ra_arena_free(&r->arena);
    ra_arena_free(&r->scratch);
    free(r->places);
    free(r->named);
    free(r);
    *rows = NULL;
}

size_t ra_rows_count(const struct ra_rows *rows)
{
    return rows->n;
}

const struct ra_verdict *ra_rows_verdict(const struct ra_rows *rows, size_t i)
{
    return &rows->in->result->verdicts[rows->places[i].index];
}

/* ---- fields ---- */

static struct ra_str lower(struct ra_str s, struct ra_arena *a)
{
    char *copy = ra_arena_alloc(a, s.n + 1);

    ra_fold_into(copy, s.p, s.n);
    return ra_str_n(copy, s.n);
}

/* A GUID's text in lower case with dashes; anything else as it is. */
static struct ra_str guid_or_text(struct ra_str s, struct ra_arena *a)
{
    struct ra_guid guid;
    char *text;

    if (!ra_guid_parse(s, &guid))
        return ra_str_n(s.p, s.n);
    text = ra_arena_alloc(a, RA_GUID_TEXT);
    ra_guid_text(guid.b, text);
    return ra_str(text);
}

static struct ra_str guid_text(struct ra_str bytes, struct ra_arena *a)
{
    char *text;

    if (bytes.n != 16)
        return ra_anchor_encode(bytes, a);
    text = ra_arena_alloc(a, RA_GUID_TEXT);
    ra_guid_text((const uint8_t *)bytes.p, text);
    return ra_str(text);
}

static struct ra_str either(struct ra_str a, struct ra_str b)
{
    return ra_str_absent(a) ? b : a;
}

static bool among(struct ra_str s, const struct ra_addresses *addresses)
{
    for (uint32_t i = 0; i < addresses->count; i++)
        if (ra_str_eq_fold(s, addresses->all[i]))
            return true;
    return false;
}

static void fill_ad(struct ra_rows *rows, const struct ra_side *side, struct ra_row *row)
{
    struct ra_ad_object *o = &row->ad;
    struct ra_arena *a = &rows->scratch;
    struct ra_addresses addresses;
    bool replaced;

    ra_ad_addresses(o, a, &addresses);
    row->mail_unlisted = !ra_str_absent(o->mail) && !among(o->mail, &addresses);
    row->f[RA_F_DIRECTORY] = side->name;
    row->f[RA_F_DN] = o->dn;
    row->f[RA_F_GUID] = guid_text(o->guid, a);
    row->f[RA_F_ANCHOR] = ra_anchor_of(o, &rows->anchor, a);
    row->f[RA_F_CONSISTENCY] = guid_text(o->consistency_guid, a);
    row->f[RA_F_SID] = o->sid;
    row->f[RA_F_SMTP] = addresses.primary;
    row->f[RA_F_SAM] = o->sam;
    row->f[RA_F_NAME] = either(o->display_name, o->cn);
    if (o->kind == RA_USER) {
        struct ra_str login = ra_ad_login(o, a);
        if (!ra_str_absent(login))
            row->f[RA_F_UPN] = ra_effective_upn(o, login, rows->in->tenant, a, &replaced);
    }
}

static int read_ooi(struct ra_rows *rows, struct ra_row *row, struct ra_err *err)
{
    const struct ra_side *cloud = rows->in->cloud;
    struct ra_str key = lower(row->cloud.id, &rows->scratch), found, value;
    int rc;

    if (!rows->ooi || row->cloud.kind != RA_USER)
        return 0;
    rc = cloud->seek(rows->ooi, key);
    if (rc == 0)
        rc = cloud->next(rows->ooi, &found, &value);
    if (rc < 0)
        return ra_fail(err, RA_EINTEGRITY, "snapshot cloud: the facts %s are damaged", RA_FACT_OOI);
    if (rc == 0 || !ra_str_eq(found, key))
        return 0;
    row->ooi_known = true;
    row->f[RA_F_CLOUD_OOI] = guid_or_text(value, &rows->scratch);
    return 0;
}

static void fill_cloud(struct ra_rows *rows, struct ra_row *row)
{
    const struct ra_cloud_object *o = &row->cloud;
    struct ra_addresses addresses;

    ra_cloud_addresses(o, &rows->scratch, &addresses);
    row->synced = o->synced;
    row->f[RA_F_CLOUD_ID] = guid_or_text(o->id, &rows->scratch);
    row->f[RA_F_CLOUD_KIND] = ra_str(ra_kind_name(o->kind));
    row->f[RA_F_CLOUD_UPN] = o->upn;
    row->f[RA_F_CLOUD_IMMUTABLE] = o->immutable_id;
    row->f[RA_F_CLOUD_SID] = o->sid;
    row->f[RA_F_CLOUD_SMTP] = addresses.primary;
    row->f[RA_F_CLOUD_NAME] = o->display_name;
}

int ra_rows_resolve(struct ra_rows *rows, const struct ra_verdict *v, struct ra_row *out,
                    struct ra_err *err)
{
    const struct ra_side *side;
    int rc = 0;

    ra_arena_reset(&rows->scratch);
    memset(out, 0, sizeof *out);
    out->v = v;
    out->has_ad = v->ad != RA_NONE;
    out->has_cloud = v->cloud != RA_NONE;
    if (out->has_ad) {
        rc = ra_rows_ad(rows->in, v->ad, &out->ad, &side, err);
        if (rc == 0)
            fill_ad(rows, side, out);
        if (rc == 0)
            rc = ra_kin_find(rows->kin, &out->ad, v, &out->kin, err);
    }
    if (rc == 0 && out->has_cloud) {
        rc = ra_rows_cloud(rows->in, v->cloud, &out->cloud, err);
        if (rc == 0) {
            fill_cloud(rows, out);
            out->contended = rows->named[v->cloud] > 1;
            rc = read_ooi(rows, out, err);
        }
    }
    return rc;
}

int ra_rows_get(struct ra_rows *rows, size_t i, struct ra_row *out, struct ra_err *err)
{
    return ra_rows_resolve(rows, ra_rows_verdict(rows, i), out, err);
}

/* ---- notes ---- */

/* decision: "Known and not modelled" */
void ra_rows_note(struct ra_rows *rows, const struct ra_row *row)
{
    enum ra_verdict_code code = (enum ra_verdict_code)row->v->code;
    struct ra_notes *n = &rows->notes;
    bool by_anchor = row->has_ad && row->has_cloud && row->v->kind == RA_USER &&
                     ra_str_eq(row->f[RA_F_ANCHOR], row->f[RA_F_CLOUD_IMMUTABLE]);

    n->mail_unlisted += row->mail_unlisted && !ra_verdict_is_skip(code);
    n->linked += code == RA_SKIP_LINKED;
    n->takeovers += by_anchor && row->synced != RA_YES;
    n->groups += row->v->kind == RA_GROUP && (code == RA_SOFT_SMTP || code == RA_BLOCK_SOFT_FLAG ||
                                              code == RA_BLOCK_SOFT_POLICY);
}

const struct ra_notes *ra_rows_notes(const struct ra_rows *rows)
{
    return &rows->notes;
}

/* ---- sets ---- */

void ra_row_warnings(uint32_t warnings, const char *separator, struct ra_buf *out)
{
    const char *before = "";

    for (int w = 0; w < RA_WARNINGS; w++) {
        if (!(warnings & UINT32_C(1) << w))
            continue;
        ra_buf_puts(out, before);
        ra_buf_puts(out, ra_warning_name((enum ra_warning)w));
        before = separator;
    }
}

void ra_row_blocks(uint64_t blocks, const char *separator, struct ra_buf *out)
{
    const char *before = "";

    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        if (!(blocks & UINT64_C(1) << c))
            continue;
        ra_buf_puts(out, before);
        ra_buf_puts(out, ra_code_info((enum ra_verdict_code)c)->name);
        before = separator;
    }
}
