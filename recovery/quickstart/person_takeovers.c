#include "recovery/quickstart/cases.h"

#include <string.h>

/* People whose account in the cloud is not synced, or not any more. Each case says in
 * its expectation what it was planted for. */

static void takeover(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_unsynced(&p.cloud);
    ra_sample_ad_by_policy(o, &p.ad, "MATCH_HARD_TAKEOVER", "BLOCK_TAKEOVER_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void role_holder(struct ra_org *o, uint64_t i, char id[RA_GUID_TEXT])
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_unsynced(&p.cloud);
    ra_sample_ad_blocked(o, &p.ad, "BLOCK_ROLE", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    memcpy(id, p.cloud.id, RA_GUID_TEXT);
}

static void administrator(struct ra_org *o, uint64_t i)
{
    char id[RA_GUID_TEXT];

    role_holder(o, i, id);
    ra_sample_assign(o, id, "user", RA_ROLE_USER_ADMIN);
}

static void reports_reader(struct ra_org *o, uint64_t i)
{
    char id[RA_GUID_TEXT];

    role_holder(o, i, id);
    ra_sample_assign(o, id, "user", RA_ROLE_REPORTS_READER);
}

static void eligible_administrator(struct ra_org *o, uint64_t i)
{
    char id[RA_GUID_TEXT];

    role_holder(o, i, id);
    ra_sample_eligible(o, id, RA_ROLE_GLOBAL_ADMIN);
}

static void administrator_by_group(struct ra_org *o, uint64_t i)
{
    struct ra_sample_cloud g = {.in = RA_OUT_GROUPS, .role_assignable = true, .security = true};
    char id[RA_GUID_TEXT];

    role_holder(o, i, id);
    ra_sample_guid_text(o, "role group", i, g.id);
    ra_sample_print(g.display, sizeof g.display, "Help desk %llu", (unsigned long long)i);
    ra_sample_print(g.nick, sizeof g.nick, "helpdesk%llu", (unsigned long long)i);
    ra_sample_put_cloud(o, &g);
    ra_sample_assign(o, g.id, "group", RA_ROLE_USER_ADMIN);
    ra_sample_role_group(o, g.id, id);
}

static void managed_by_cloud(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    p.cloud.synced = RA_SAMPLE_NEVER;
    p.cloud.cloud_managed = true;
    ra_sample_ad(o, &p.ad, "SKIP_SOA_CLOUD", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void in_recycle_bin(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_deleted(&p.cloud);
    ra_sample_ad_by_policy(o, &p.ad, "MATCH_HARD_RESTORE", "BLOCK_TAKEOVER_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void administrator_in_recycle_bin(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_deleted(&p.cloud);
    ra_sample_ad_blocked(o, &p.ad, "BLOCK_ROLE_DELETED", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_assign(o, p.cloud.id, "user", RA_ROLE_GLOBAL_ADMIN);
}

static const struct ra_sample_case all[] = {
    {takeover, true, false},
    {administrator, true, false},
    {reports_reader, true, false},
    {eligible_administrator, true, false},
    {administrator_by_group, true, true},
    {managed_by_cloud, false, false},
    {in_recycle_bin, true, false},
    {administrator_in_recycle_bin, true, false},
};

const struct ra_sample_cases ra_sample_takeover_cases = {all, sizeof all / sizeof *all};
