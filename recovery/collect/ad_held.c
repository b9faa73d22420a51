/* A directory's side made of objects that somebody has at hand, in the place of reading it. */
#include "recovery/collect/ad.h"

#include "src/base/json.h"

#include <stdlib.h>

struct ra_ad_hold {
    struct ra_fill *fill;
    const struct ra_ad_held *held;
    struct ra_buf record, dn_key;
};

int ra_ad_hold_open(struct ra_cache *c, const struct ra_ad_held *held, struct ra_ad_hold **out,
                    struct ra_err *err)
{
    struct ra_ad_hold *h = ra_calloc(1, sizeof *h);
    char *side = ra_side_of_directory(held->name);
    struct ra_guid token;
    bool resumed;
    int rc;

    ra_guid_random(&token);
    h->held = held;
    ra_buf_init(&h->record, RA_AD_RECORD_MAX);
    ra_buf_init(&h->dn_key, 1 << 20);
    rc = ra_fill_open(c, side, ra_str_n(token.b, sizeof token.b), &h->fill, &resumed, err);
    free(side);
    *out = h;
    if (rc != 0)
        ra_ad_hold_abandon(out);
    return rc;
}

int ra_ad_hold_put(struct ra_ad_hold *h, const struct ra_ad_object *object, struct ra_err *err)
{
    struct ra_ad_object o = *object;

    ra_buf_clear(&h->dn_key);
    if (!ra_dn_key(o.dn, &h->dn_key))
        return ra_fail(err, RA_EINPUT, "'" RA_STR_FMT "' is not a distinguished name",
                       RA_STR_ARG(o.dn));
    o.dn_key = ra_str_n(h->dn_key.p, h->dn_key.n);
    ra_buf_clear(&h->record);
    ra_ad_encode(&o, &h->record);
    if (h->record.overflow)
        return ra_fail(err, RA_EINPUT, RA_STR_FMT ": larger than %zu bytes", RA_STR_ARG(o.dn),
                       h->record.max);
    ra_fill_record(h->fill, ra_str_n(h->record.p, h->record.n));
    return ra_fill_pending(h->fill) > RA_GROUP_BYTES ? ra_fill_commit(h->fill, err) : 0;
}

static void put_meta(struct ra_ad_hold *h)
{
    struct ra_buf b;
    struct ra_json j;

    ra_buf_init(&b, 1 << 20);
    ra_json_init(&j, &b);
    ra_json_array(&j);
    for (size_t i = 0; i < h->held->customs; i++)
        ra_json_str(&j, h->held->custom[i]);
    ra_json_array_end(&j);
    ra_fill_put(h->fill, RA_TABLE_META, RA_STR("custom"), ra_str_n(b.p, b.n));
    ra_buf_free(&b);
    ra_fill_put(h->fill, RA_TABLE_META, RA_STR("login_attribute"),
                ra_str(h->held->login_attribute));
}

int ra_ad_hold_finish(struct ra_ad_hold **hp, struct ra_err *err)
{
    struct ra_ad_hold *h = *hp;
    struct ra_index_plan plan;
    int rc;

    put_meta(h);
    ra_index_plan(&plan, false, h->held->custom, h->held->customs);
    rc = ra_fill_finish(&h->fill, h->held->proof, plan.builders, plan.n, err);
    ra_index_plan_free(&plan);
    ra_ad_hold_abandon(hp);
    return rc;
}

void ra_ad_hold_abandon(struct ra_ad_hold **hp)
{
    struct ra_ad_hold *h = *hp;

    if (!h)
        return;
    if (h->fill)
        ra_fill_discard(&h->fill);
    ra_buf_free(&h->record);
    ra_buf_free(&h->dn_key);
    free(h);
    *hp = NULL;
}
