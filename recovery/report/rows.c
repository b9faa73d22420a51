#include "recovery/report/rows.h"

#include "recovery/model/address.h"
#include "recovery/model/anchor.h"
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

/* Where a verdict stands in the output. guid: the identifier's 16 bytes in the order of its text.
 * An identifier that is no GUID is kept as text, by its place in texts. */
struct place {
    unsigned char key[16];
    uint32_t index;
    uint8_t rank; /* of side and kind */
    bool text;
};

struct ra_rows {
    const struct ra_report_input *in;
    struct place *places;
    size_t n;
    struct ra_arena arena;   /* texts of places */
    struct ra_arena scratch; /* one row */
    struct ra_side_cursor *ooi;
    struct ra_anchor_attribute anchor;
    uint32_t *contended; /* cloud objects that several AD objects name as their peer, ascending */
    size_t contended_n;
    struct ra_notes notes;
};

const char *ra_row_side(const struct ra_verdict *v)
{
    return v->ad == RA_NONE ? "cloud" : "ad";
}

static int damaged(struct ra_err *err, struct ra_str side, uint32_t seq)
{
    ra_fail(err, RA_EINTEGRITY, "snapshot " RA_STR_FMT ": record %u is damaged", RA_STR_ARG(side),
            seq);
    return ra_hint(err, "read the side again: reanchor fetch --full");
}

static int ad_object(const struct ra_report_input *in, uint32_t number, struct ra_ad_object *out,
                     const struct ra_side **side, struct ra_err *err)
{
    for (size_t d = 0; d < in->ad_n; d++) {
        *side = &in->ad[d];
        if (number < in->ad[d].count) {
            struct ra_str record = in->ad[d].record(in->ad[d].ctx, number);
            return ra_ad_decode(record, out) ? 0 : damaged(err, in->ad[d].name, number);
        }
        number -= in->ad[d].count;
    }
    return ra_fail(err, RA_EINTERNAL, "a verdict names AD object %u past the last one", number);
}

static int cloud_object(const struct ra_report_input *in, uint32_t seq, struct ra_cloud_object *out,
                        struct ra_err *err)
{
    struct ra_str record = in->cloud->record(in->cloud->ctx, seq);

    return ra_cloud_decode(record, out) ? 0 : damaged(err, in->cloud->name, seq);
}

/* ---- order ---- */

static uint8_t rank_of(const struct ra_verdict *v)
{
    static const uint8_t alphabetic[RA_KINDS] = {
        [RA_COMPUTER] = 0, [RA_CONTACT] = 1, [RA_DEVICE] = 2, [RA_GROUP] = 3, [RA_USER] = 4};

    return (uint8_t)((v->ad == RA_NONE ? 8 : 0) + alphabetic[v->kind]);
}

/* AD's bytes have the first three fields little-endian; text has them the other way. */
static void in_text_order(const uint8_t guid[16], unsigned char out[16])
{
    static const unsigned char from[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

    for (int i = 0; i < 16; i++)
        out[i] = guid[from[i]];
}

static struct ra_str lower(struct ra_str s, struct ra_arena *a)
{
    char *copy = ra_arena_alloc(a, s.n + 1);

    ra_fold_into(copy, s.p, s.n);
    return ra_str_n(copy, s.n);
}

static void place_id(struct ra_rows *rows, struct ra_str id, struct place *p)
{
    struct ra_guid guid;
    struct ra_str text;

    if (id.n == RA_GUID_TEXT - 1 && ra_guid_parse(id, &guid)) {
        in_text_order(guid.b, p->key);
        return;
    }
    text = (struct ra_str){ra_arena_copy(&rows->arena, id.p, id.n), id.n};
    _Static_assert(sizeof text <= sizeof p->key, "a borrowed text fits the key");
    memcpy(p->key, &text, sizeof text);
    p->text = true;
}

static int place_verdict(struct ra_rows *rows, uint32_t index, struct ra_err *err)
{
    const struct ra_verdict *v = &rows->in->result->verdicts[index];
    struct place *p = &rows->places[index];
    const struct ra_side *side;
    struct ra_cloud_object cloud;
    struct ra_ad_object ad;
    int rc;

    *p = (struct place){.index = index, .rank = rank_of(v)};
    if (v->ad == RA_NONE) {
        rc = cloud_object(rows->in, v->cloud, &cloud, err);
        if (rc == 0)
            place_id(rows, cloud.id, p);
        return rc;
    }
    rc = ad_object(rows->in, v->ad, &ad, &side, err);
    if (rc == 0 && ad.guid.n != 16)
        rc = damaged(err, side->name, v->ad);
    if (rc == 0)
        in_text_order((const uint8_t *)ad.guid.p, p->key);
    return rc;
}

static struct ra_str text_of(const struct place *p, char room[RA_GUID_TEXT])
{
    struct ra_str text;
    uint8_t bytes[16];

    if (p->text) {
        memcpy(&text, p->key, sizeof text);
        return text;
    }
    in_text_order(p->key, bytes); /* its own reverse */
    ra_guid_text(bytes, room);
    return ra_str(room);
}

static int compare_texts(const struct place *a, const struct place *b)
{
    char room_a[RA_GUID_TEXT], room_b[RA_GUID_TEXT];

    return ra_str_cmp(text_of(a, room_a), text_of(b, room_b));
}

/* One objectGUID in two directories, or twice in a dump: by directory, then DN, then number. */
static int compare_twins(const struct ra_rows *rows, const struct place *a, const struct place *b)
{
    const struct ra_verdict *v = rows->in->result->verdicts;
    const struct ra_side *side_a = NULL, *side_b = NULL;
    struct ra_ad_object x, y;
    int d = 0;

    if (v[a->index].ad != RA_NONE && ad_object(rows->in, v[a->index].ad, &x, &side_a, NULL) == 0 &&
        ad_object(rows->in, v[b->index].ad, &y, &side_b, NULL) == 0) {
        d = ra_str_cmp(side_a->name, side_b->name);
        d = d ? d : ra_str_cmp(x.dn, y.dn);
    }
    return d ? d : (a->index > b->index) - (a->index < b->index);
}

static int compare(const void *pa, const void *pb, void *ctx)
{
    const struct place *a = pa, *b = pb;
    int d = (a->rank > b->rank) - (a->rank < b->rank);

    if (d)
        return d;
    d = a->text || b->text ? compare_texts(a, b) : memcmp(a->key, b->key, sizeof a->key);
    return d ? d : a == b ? 0 : compare_twins(ctx, a, b);
}

/* ---- peers named more than once ---- */

static bool is_anchor_finding(const struct ra_verdict *v)
{
    return v->code == RA_ANCHOR_DRIFT || v->code == RA_ANCHOR_CONFLICT;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static size_t collect_peers(const struct ra_result *r, uint32_t *out)
{
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < r->verdicts_n; i++)
        if (is_anchor_finding(&r->verdicts[i]) && r->verdicts[i].cloud != RA_NONE)
            out[n++] = r->verdicts[i].cloud;
    qsort(out, n, sizeof *out, by_number);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || out[i] != out[i - 1])
            out[kept++] = out[i];
    return kept;
}

/* Only peers of ANCHOR_* verdicts are of interest: to give two AD objects one anchor would turn a
 * finding into a worse one. */
static void find_contended(struct ra_rows *rows)
{
    const struct ra_result *r = rows->in->result;
    uint32_t *peers, *named;
    size_t n = 0;

    for (size_t i = 0; i < r->verdicts_n; i++)
        n += is_anchor_finding(&r->verdicts[i]);
    peers = ra_calloc(n, sizeof *peers);
    n = collect_peers(r, peers);
    named = ra_calloc(n, sizeof *named);
    for (size_t i = 0; i < r->verdicts_n && n; i++) {
        const struct ra_verdict *v = &r->verdicts[i];
        const uint32_t *at = v->ad == RA_NONE || v->cloud == RA_NONE
                                 ? NULL
                                 : bsearch(&v->cloud, peers, n, sizeof *peers, by_number);
        if (at)
            named[at - peers]++;
    }
    for (size_t i = 0; i < n; i++)
        if (named[i] > 1)
            peers[rows->contended_n++] = peers[i];
    rows->contended = peers;
    free(named);
}

void ra_rows_open_unsorted(const struct ra_report_input *in, struct ra_rows **out)
{
    struct ra_rows *rows = ra_calloc(1, sizeof *rows);

    rows->in = in;
    if (in->cloud->open_facts)
        rows->ooi = in->cloud->open_facts(in->cloud->ctx, RA_FACT_OOI);
    rows->anchor = ra_anchor_attribute(ra_report_anchor(in));
    find_contended(rows);
    *out = rows;
}

int ra_rows_open(const struct ra_report_input *in, struct ra_rows **out, struct ra_err *err)
{
    struct ra_rows *rows;
    int rc = 0;

    ra_rows_open_unsorted(in, &rows);
    rows->n = in->result->verdicts_n;
    rows->places = ra_calloc(rows->n, sizeof *rows->places);
    for (size_t i = 0; i < rows->n && rc == 0; i++)
        rc = place_verdict(rows, (uint32_t)i, err);
    if (rc != 0) {
        ra_rows_free(&rows);
        return rc;
    }
    qsort_r(rows->places, rows->n, sizeof *rows->places, compare, rows);
    *out = rows;
    return 0;
}

void ra_rows_free(struct ra_rows **rows)
{
    struct ra_rows *r = *rows;

    if (!r)
        return;
    if (r->ooi)
        r->in->cloud->close(r->ooi);
    ra_arena_free(&r->arena);
    ra_arena_free(&r->scratch);
    free(r->places);
    free(r->contended);
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
        rc = ad_object(rows->in, v->ad, &out->ad, &side, err);
        if (rc == 0)
            fill_ad(rows, side, out);
    }
    if (rc == 0 && out->has_cloud) {
        rc = cloud_object(rows->in, v->cloud, &out->cloud, err);
        if (rc == 0) {
            fill_cloud(rows, out);
            out->contended =
                rows->contended_n &&
                bsearch(&v->cloud, rows->contended, rows->contended_n, sizeof(uint32_t), by_number);
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
