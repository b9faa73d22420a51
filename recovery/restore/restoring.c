#include "recovery/restore/restoring.h"

#include <stdlib.h>
#include <string.h>

int ra_restoring_damaged(struct ra_restoring *r, struct ra_str side)
{
    ra_fail(r->err, RA_EINTEGRITY, "cache of " RA_STR_FMT " cannot be read", RA_STR_ARG(side));
    return ra_hint(r->err, "fetch this side again: reanchor fetch --full");
}

static size_t directory_of(const struct ra_restoring *r, uint32_t number)
{
    size_t d = r->now->ad_n - 1;

    while (d > 0 && number < r->keys[d].base)
        d--;
    return d;
}

int ra_restoring_ad(struct ra_restoring *r, uint32_t number, struct ra_ad_object *out)
{
    size_t d = directory_of(r, number);
    const struct ra_side *side = &r->now->ad[d];

    return ra_ad_decode(side->record(side->ctx, number - r->keys[d].base), out)
               ? 0
               : ra_restoring_damaged(r, side->name);
}

int ra_restoring_cloud(struct ra_restoring *r, uint32_t seq, struct ra_cloud_object *out)
{
    const struct ra_side *side = r->now->cloud;

    return ra_cloud_decode(side->record(side->ctx, seq), out) ? 0
                                                              : ra_restoring_damaged(r, side->name);
}

const struct ra_verdict *ra_restoring_verdict(const struct ra_restoring *r, uint32_t number)
{
    uint32_t i = number < r->ad_n ? r->verdict[number] : RA_NONE;

    return i == RA_NONE ? NULL : &r->now->result->verdicts[i];
}

bool ra_restoring_in_scope(const struct ra_restoring *r, uint32_t number)
{
    const struct ra_verdict *v = ra_restoring_verdict(r, number);

    return v && v->code != RA_SKIP_SCOPE && v->code != RA_SKIP_LINKED;
}

int ra_restoring_by_guid(struct ra_restoring *r, const unsigned char guid[16], uint32_t *out,
                         bool *deleted)
{
    struct ra_str key = ra_anchor_encode(ra_str_n(guid, 16), &r->scratch);
    struct ra_entry e;

    *out = RA_NONE;
    for (size_t d = 0; d < r->now->ad_n; d++) {
        int rc = ra_lookup_seek(&r->keys[d].guid, key);
        while (rc >= 0 && (rc = ra_lookup_next(&r->keys[d].guid, key, &e)) > 0) {
            if (e.bits & RA_ENTRY_DELETED)
                *deleted = true;
            else
                *out = r->keys[d].base + e.seq;
        }
        if (rc < 0)
            return ra_restoring_damaged(r, r->now->ad[d].name);
    }
    return 0;
}

/* Anchors of now must be computed by the attribute of then. */
static int check_attribute(struct ra_restoring *r)
{
    for (size_t d = 0; d < r->now->ad_n; d++) {
        if (ra_anchor_index(&r->now->ad[d], &r->anchor) >= 0)
            continue;
        ra_fail(r->err, RA_EINCOMPLETE,
                "ad:" RA_STR_FMT " was read without " RA_STR_FMT
                ", which the backup has as source anchor",
                RA_STR_ARG(r->now->ad[d].name), RA_STR_ARG(r->anchor.name));
        return ra_hint(r->err, "name it under [anchor] candidates, and read AD again");
    }
    return 0;
}

static void open_directory(struct ra_restoring *r, size_t d)
{
    const struct ra_side *side = &r->now->ad[d];
    struct ra_directory_keys *k = &r->keys[d];

    k->base = r->ad_n;
    r->ad_n += side->count;
    ra_lookup_open(side, RA_IX_GUID, &k->guid);
    ra_lookup_open(side, RA_IX_SID, &k->sid);
    ra_lookup_open(side, RA_IX_TIE, &k->tie);
    ra_lookup_open(side, RA_IX_UPN, &k->upn);
    ra_lookup_open(side, RA_IX_ADDRESS, &k->address);
    ra_lookup_open(side, RA_IX_ANCHOR, &k->anchor);
}

int ra_restoring_open(struct ra_restoring *r)
{
    const struct ra_result *result = r->now->result;
    const struct ra_side *cloud = r->now->cloud;

    r->anchor = ra_anchor_attribute(r->then->anchor_attribute);
    r->keys = ra_calloc(r->now->ad_n + 1, sizeof *r->keys);
    for (size_t d = 0; d < r->now->ad_n; d++)
        open_directory(r, d);
    ra_lookup_open(cloud, RA_IX_ID, &r->id);
    r->ooi = cloud->open_facts ? cloud->open_facts(cloud->ctx, RA_FACT_OOI) : NULL;
    r->soa = cloud->open_facts ? cloud->open_facts(cloud->ctx, RA_FACT_SOA) : NULL;
    r->known = ra_calloc(r->ad_n + 1, 1);
    r->verdict = ra_malloc(((size_t)r->ad_n + 1) * sizeof *r->verdict);
    memset(r->verdict, 0xFF, ((size_t)r->ad_n + 1) * sizeof *r->verdict);
    for (size_t i = 0; i < result->verdicts_n; i++)
        if (result->verdicts[i].ad < r->ad_n)
            r->verdict[result->verdicts[i].ad] = (uint32_t)i;
    return check_attribute(r);
}

void ra_restoring_close(struct ra_restoring *r)
{
    for (size_t d = 0; r->keys && d < r->now->ad_n; d++) {
        ra_lookup_close(&r->keys[d].guid);
        ra_lookup_close(&r->keys[d].sid);
        ra_lookup_close(&r->keys[d].tie);
        ra_lookup_close(&r->keys[d].upn);
        ra_lookup_close(&r->keys[d].address);
        ra_lookup_close(&r->keys[d].anchor);
    }
    ra_lookup_close(&r->id);
    if (r->ooi)
        r->now->cloud->close(r->ooi);
    if (r->soa)
        r->now->cloud->close(r->soa);
    free(r->keys);
    free(r->known);
    free(r->verdict);
    free(r->dn_found);
    ra_arena_free(&r->scratch);
}
