#include "recovery/backup/order.h"
#include "recovery/model/head.h"

#include <stdlib.h>
#include <string.h>

/* The first three fields are little-endian in LDAP's form and not in the text. */
static void text_order(const char *guid, unsigned char out[16])
{
    static const unsigned char at[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

    for (size_t i = 0; i < 16; i++)
        out[i] = (unsigned char)guid[at[i]];
}

static int by_place(const void *a, const void *b)
{
    const struct ra_order_ad *x = a, *y = b;
    int c;

    if (x->directory != y->directory)
        return x->directory < y->directory ? -1 : 1;
    c = memcmp(x->guid, y->guid, sizeof x->guid);
    return c ? c : (x->seq > y->seq) - (x->seq < y->seq);
}

static int add_directory(const struct ra_backup_input *in, uint32_t d, struct ra_order *o,
                         struct ra_err *err)
{
    const struct ra_side *side = &in->ad[d];

    for (uint32_t seq = 0; seq < side->count; seq++) {
        struct ra_ad_head head;
        struct ra_order_ad *a = &o->ad[o->ad_n];
        if (!ra_ad_head(side->record(side->ctx, seq), &head) || !head.guid)
            return ra_fail(err, RA_EINTEGRITY, "ad:" RA_STR_FMT ": record %u is damaged",
                           RA_STR_ARG(side->name), seq);
        *a = (struct ra_order_ad){
            .directory = d, .seq = seq, .verdict = RA_NONE, .cloud = RA_NONE, .next = RA_NONE};
        text_order(head.guid, a->guid);
        o->ad_n++;
    }
    return 0;
}

/* Numbers count over all directories, one after the other: before sorting, that is the place. */
static void add_verdicts(const struct ra_result *r, uint32_t cloud_n, struct ra_order *o)
{
    for (size_t i = 0; i < r->verdicts_n; i++) {
        const struct ra_verdict *v = &r->verdicts[i];
        if (v->ad != RA_NONE && v->ad < o->ad_n) {
            o->ad[v->ad].verdict = (uint32_t)i;
            if (v->cloud < cloud_n)
                o->ad[v->ad].cloud = v->cloud;
        } else if (v->cloud < cloud_n)
            o->cloud_verdict[v->cloud] = (uint32_t)i;
    }
}

/* From the last to the first, so that each list has the order of the array. */
static void link_peers(struct ra_order *o)
{
    for (size_t i = o->ad_n; i-- > 0;) {
        uint32_t cloud = o->ad[i].cloud;
        if (cloud == RA_NONE)
            continue;
        o->ad[i].next = o->first[cloud];
        o->first[cloud] = (uint32_t)i;
    }
}

int ra_order_make(const struct ra_backup_input *in, struct ra_order *out, struct ra_err *err)
{
    size_t n = 0;
    int rc = 0;

    *out = (struct ra_order){0};
    for (size_t d = 0; d < in->ad_n; d++)
        n += in->ad[d].count;
    out->ad = ra_malloc((n + 1) * sizeof *out->ad);
    out->first = ra_malloc(((size_t)in->cloud->count + 1) * sizeof *out->first);
    out->cloud_verdict = ra_malloc(((size_t)in->cloud->count + 1) * sizeof *out->cloud_verdict);
    memset(out->first, 0xFF, ((size_t)in->cloud->count + 1) * sizeof *out->first);
    memset(out->cloud_verdict, 0xFF, ((size_t)in->cloud->count + 1) * sizeof *out->cloud_verdict);
    for (uint32_t d = 0; rc == 0 && d < in->ad_n; d++)
        rc = add_directory(in, d, out, err);
    if (rc == 0) {
        add_verdicts(in->result, in->cloud->count, out);
        if (out->ad_n)
            qsort(out->ad, out->ad_n, sizeof *out->ad, by_place);
        link_peers(out);
    } else
        ra_order_free(out);
    return rc;
}

void ra_order_free(struct ra_order *o)
{
    free(o->ad);
    free(o->first);
    free(o->cloud_verdict);
    *o = (struct ra_order){0};
}
