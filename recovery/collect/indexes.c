#include "recovery/collect/internal.h"
#include "recovery/model/head.h"

const char *ra_index_name(enum ra_index index)
{
    static const char *const names[RA_IX_CUSTOM_MAX] = {
        "id",       "anchor",   "guid",     "sid",      "address",  "upn",
        "name",     "tie",      "custom0",  "custom1",  "custom2",  "custom3",
        "custom4",  "custom5",  "custom6",  "custom7",  "custom8",  "custom9",
        "custom10", "custom11", "custom12", "custom13", "custom14", "custom15"};

    return names[index];
}

struct receiver {
    ra_key_fn *emit;
    void *to;
};

static void receive(void *ctx, struct ra_str key, const struct ra_entry *entry)
{
    struct receiver *r = ctx;
    unsigned char value[RA_ENTRY_SIZE];

    ra_entry_pack(entry, value);
    r->emit(r->to, key, value);
}

/* Few objects name another's SID, devices alone have a deviceId, and groups alone are looked for by
 * their name: the rest need not be decoded for it. */
static bool has_none(const struct ra_index_context *c, struct ra_str record)
{
    struct ra_cloud_head cloud;
    struct ra_ad_head ad;

    if (!c->cloud)
        return c->index == RA_IX_TIE && ra_ad_head(record, &ad) && !(ad.own & RA_OWN_TIED);
    return ((c->index == RA_IX_GUID && ra_cloud_head(record, &cloud) && cloud.kind != RA_DEVICE) ||
            (c->index == RA_IX_NAME && ra_cloud_head(record, &cloud) && cloud.kind != RA_GROUP));
}

static int keys(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                struct ra_err *err)
{
    struct ra_index_context *c = ctx;
    struct receiver r = {emit, to};
    struct ra_cloud_object cloud;
    struct ra_ad_object ad;

    if (has_none(c, record))
        return 0;
    if (c->cloud && ra_cloud_decode_for(record, c->index, &cloud))
        ra_cloud_keys(&cloud, seq, c->index, &c->scratch, receive, &r);
    else if (!c->cloud && ra_ad_decode_for(record, c->index, &ad))
        ra_ad_keys(&ad, seq, c->index, c->custom, c->customs, &c->scratch, receive, &r);
    else
        return ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", seq);
    return 0;
}

static void add(struct ra_index_plan *p, enum ra_index index, bool cloud,
                const struct ra_str *custom, size_t customs)
{
    struct ra_index_context *c = &p->contexts[p->n];

    *c = (struct ra_index_context){
        .index = index, .cloud = cloud, .custom = custom, .customs = customs};
    p->builders[p->n++] = (struct ra_index_builder){ra_index_name(index), keys, c};
}

void ra_index_plan(struct ra_index_plan *p, bool cloud, const struct ra_str *custom, size_t customs)
{
    p->n = 0;
    for (int i = cloud ? RA_IX_ID : RA_IX_ANCHOR; i < RA_IX_CUSTOM; i++)
        if (i != RA_IX_TIE || !cloud)
            add(p, (enum ra_index)i, cloud, NULL, 0);
    for (size_t i = 0; i < customs; i++)
        add(p, (enum ra_index)(RA_IX_CUSTOM + (int)i), cloud, custom, customs);
}

void ra_index_plan_free(struct ra_index_plan *p)
{
    for (size_t i = 0; i < p->n; i++)
        ra_arena_free(&p->contexts[i].scratch);
}
