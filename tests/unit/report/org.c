#include "tests/unit/report/org.h"

#include <stdlib.h>
#include <string.h>

#define FABRIKAM UINT32_C(0x40000000) /* marks a number of the second directory until org_end */

void org_begin(struct org *o)
{
    memset(o, 0, sizeof *o);
    o->ad_mem[0] = mem_side_new("contoso", NULL, 0);
    o->ad_mem[1] = mem_side_new("fabrikam", NULL, 0);
    o->cloud_mem = mem_side_new("cloud", NULL, 0);
    o->ad_n = ORG_SIDES;
    o->candidates[0] = (struct ra_candidate){RA_STR("mS-DS-ConsistencyGuid"), 9};
    o->candidates[1] = (struct ra_candidate){RA_STR("objectGUID"), 7};
    o->result.detection =
        (struct ra_detection){.candidates = o->candidates, .candidates_n = 2, .any = 9, .all = 10};
    o->policy.anchor_attribute = RA_STR("auto");
    o->policy.max_deletes = 500;
    o->policy.max_deletes_percent = 5;
    o->tenant.id = RA_STR("7f3c0000-0000-0000-0000-000000000001");
    o->tenant.initial_domain = RA_STR("contoso.onmicrosoft.com");
    o->tenant.flags_json = RA_STR("{\"blockSoftMatchEnabled\":true,\"passwordSyncEnabled\":true}");
    o->tenant.flags.block_soft_match = RA_YES;
}

struct ra_str org_guid(const char *text)
{
    static struct ra_guid rooms[64];
    static size_t next;
    struct ra_guid *g = &rooms[next++ % 64];

    if (!ra_guid_parse(ra_str(text), g))
        abort();
    return ra_str_n(g->b, 16);
}

struct ra_ad_object org_ad(const char *guid, const char *upn, const char *dn)
{
    return (struct ra_ad_object){.kind = RA_USER,
                                 .guid = org_guid(guid),
                                 .dn = ra_str(dn),
                                 .login = ra_str(upn),
                                 .upn = ra_str(upn)};
}

uint32_t org_put_ad(struct org *o, size_t d, struct ra_ad_object object)
{
    return mem_side_ad(o->ad_mem[d], &object);
}

struct ra_cloud_object org_cloud(const char *id, const char *upn, const char *immutable_id)
{
    return (struct ra_cloud_object){.kind = RA_USER,
                                    .synced = RA_YES,
                                    .id = ra_str(id),
                                    .upn = ra_str(upn),
                                    .immutable_id = ra_str(immutable_id)};
}

uint32_t org_put_cloud(struct org *o, struct ra_cloud_object object)
{
    return mem_side_cloud(o->cloud_mem, &object);
}

struct ra_verdict *org_verdict(struct org *o, size_t d, uint32_t ad, uint32_t cloud,
                               enum ra_verdict_code code, enum ra_kind kind)
{
    struct ra_verdict *v = &o->verdicts[o->result.verdicts_n++];

    *v = (struct ra_verdict){.ad = ad == RA_NONE ? RA_NONE : ad | (d ? FABRIKAM : 0),
                             .cloud = cloud,
                             .code = (uint8_t)code,
                             .kind = (uint8_t)kind};
    o->result.counts[code]++;
    return v;
}

const struct ra_report_input *org_end(struct org *o)
{
    const struct ra_str domains[] = {RA_STR("contoso.com"), RA_STR("contoso.onmicrosoft.com")};

    for (size_t d = 0; d < ORG_SIDES; d++) {
        o->ad[d] = *mem_side_open(o->ad_mem[d]);
        o->ad_snapshots[d] = (struct ra_report_snapshot){
            .number = 4 + d, .live = o->ad[d].count, .created = 1000, .complete = true};
    }
    for (size_t i = 0; i < o->result.verdicts_n; i++) {
        struct ra_verdict *v = &o->verdicts[i];
        if (v->ad != RA_NONE && v->ad & FABRIKAM)
            v->ad = (v->ad & ~FABRIKAM) + o->ad[0].count;
    }
    o->tenant.domains = ra_arena_alloc(&o->result.arena, sizeof domains);
    memcpy(o->tenant.domains, domains, sizeof domains);
    o->tenant.domains_n = 2;
    o->result.verdicts = o->verdicts;
    o->in.cloud = mem_side_open(o->cloud_mem);
    o->cloud_snapshot = (struct ra_report_snapshot){
        .number = 7, .live = o->in.cloud->count, .created = 900, .complete = true};
    o->in.result = &o->result;
    o->in.ad = o->ad;
    o->in.ad_n = o->ad_n;
    o->in.ad_snapshots = o->ad_snapshots;
    o->in.cloud_snapshot = &o->cloud_snapshot;
    o->in.tenant = &o->tenant;
    o->in.policy = &o->policy;
    o->in.now = 4500;
    return &o->in;
}

void org_free(struct org *o)
{
    for (size_t d = 0; d < ORG_SIDES; d++)
        mem_side_free(&o->ad_mem[d]);
    mem_side_free(&o->cloud_mem);
    ra_arena_free(&o->result.arena);
}
