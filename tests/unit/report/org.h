/*
 * A small organisation with hand-made verdicts for the tests of the report: what each output must
 * say of it is written in the tests, not computed.
 */
#ifndef RA_TESTS_REPORT_ORG_H
#define RA_TESTS_REPORT_ORG_H

#include "recovery/report/report.h"
#include "tests/support/mem_side.h"

#define ORG_SIDES 2

struct org {
    struct mem_side *ad_mem[ORG_SIDES], *cloud_mem;
    struct ra_side ad[ORG_SIDES];
    struct ra_report_snapshot ad_snapshots[ORG_SIDES], cloud_snapshot;
    struct ra_tenant tenant;
    struct ra_policy policy;
    struct ra_result result;
    struct ra_candidate candidates[2];
    struct ra_verdict verdicts[64];
    struct ra_report_input in;
    size_t ad_n;
};

/* Two directories, "contoso" and "fabrikam", and a cloud, all empty; the anchor is ConsistencyGuid.
 */
void org_begin(struct org *o);
/* An AD user in directory d of the GUID's text; fields may be changed before org_put_ad. */
struct ra_ad_object org_ad(const char *guid, const char *upn, const char *dn);
uint32_t org_put_ad(struct org *o, size_t d, struct ra_ad_object object);
struct ra_cloud_object org_cloud(const char *id, const char *upn, const char *immutable_id);
uint32_t org_put_cloud(struct org *o, struct ra_cloud_object object);
/* Adds a verdict; ad is the number in directory d, or RA_NONE. Numbers over all directories are
 * made by org_end, which must be called once everything is in. */
struct ra_verdict *org_verdict(struct org *o, size_t d, uint32_t ad, uint32_t cloud,
                               enum ra_verdict_code code, enum ra_kind kind);
const struct ra_report_input *org_end(struct org *o);
void org_free(struct org *o);

/* The three bytes runs of a GUID in AD's order, in static rooms that later calls reuse after 64. */
struct ra_str org_guid(const char *text);

#endif
