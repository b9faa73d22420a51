#include "recovery/report/rows_state.h"

#include <stdlib.h>
#include <string.h>

/* The order of the outputs: side, kind, objectGUID or cloud id, then directory and DN, all as text.
 */

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
        rc = ra_rows_cloud(rows->in, v->cloud, &cloud, err);
        if (rc == 0)
            place_id(rows, cloud.id, p);
        return rc;
    }
    rc = ra_rows_ad(rows->in, v->ad, &ad, &side, err);
    if (rc == 0 && ad.guid.n != 16)
        rc = ra_rows_damaged(err, side->name, v->ad);
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

    if (v[a->index].ad != RA_NONE && ra_rows_ad(rows->in, v[a->index].ad, &x, &side_a, NULL) == 0 &&
        ra_rows_ad(rows->in, v[b->index].ad, &y, &side_b, NULL) == 0) {
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

static bool is_whole(bool cloud, struct ra_str record)
{
    struct ra_cloud_object c;
    struct ra_ad_object a;

    return cloud ? ra_cloud_decode(record, &c) : ra_ad_decode(record, &a);
}

static int read_through(const struct ra_side *side, bool cloud, struct ra_err *err)
{
    for (uint32_t i = 0; i < side->count; i++)
        if (!is_whole(cloud, side->record(side->ctx, i)))
            return ra_rows_damaged(err, side->name, i);
    return 0;
}

/* Rows in the order of identifiers read the records' pages at random. A store that is not in memory
 * any more, because the indexes are larger than it, comes back far sooner from end to end. */
static int bring_back(const struct ra_report_input *in, struct ra_err *err)
{
    int rc = read_through(in->cloud, true, err);

    for (size_t i = 0; rc == 0 && i < in->ad_n; i++)
        rc = read_through(&in->ad[i], false, err);
    return rc;
}

int ra_rows_sort(struct ra_rows *rows, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < rows->n && rc == 0; i++)
        rc = place_verdict(rows, (uint32_t)i, err);
    if (rc == 0)
        qsort_r(rows->places, rows->n, sizeof *rows->places, compare, rows);
    if (rc == 0)
        rc = bring_back(rows->in, err);
    return rc;
}
