#include "recovery/quickstart/cases.h"

#include <string.h>

/* People who were lost, made anew or moved, and anchors that the wrong one has. Each case says in
 * its expectation what it was planted for. */

/* ---- lost, recreated, gone ---- */

/* Moved from another forest, with an anchor of that time that was lost: only the SID tells. */
static void drifted(struct ra_org *o, uint64_t i)
{
    uint8_t moved[16];
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_guid(o, "moved", i, moved);
    if (o->mode != RA_ORG_CUSTOM)
        ra_base64(moved, sizeof moved, p.cloud.immutable_id);
    ra_sample_lose_anchor(o, &p.ad);
    ra_sample_ad(o, &p.ad, "ANCHOR_DRIFT", NULL, p.cloud.id);
    ra_sample_orphan(o, &p.cloud, "anchor-drift");
}

/* The account was deleted and made anew: same names, another objectGUID and SID. */
static void recreate(const struct ra_org *o, uint64_t i, struct ra_sample_pair *p)
{
    struct ra_sample_pair q;

    ra_sample_person(o, i, 0, p);
    ra_sample_person(o, i, 1, &q);
    memcpy(p->ad.guid, q.ad.guid, 16);
    p->ad.rid = q.ad.rid;
    ra_sample_lose_anchor(o, &p->ad);
}

static void recreated(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    recreate(o, i, &p);
    ra_sample_ad(o, &p.ad, "ANCHOR_CONFLICT", NULL, p.cloud.id);
    ra_sample_orphan(o, &p.cloud, "anchor-drift");
}

static void recreated_without_mail(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    recreate(o, i, &p);
    ra_sample_clear_ad_mail(&p.ad);
    ra_sample_clear_cloud_mail(&p.cloud);
    ra_sample_ad(o, &p.ad, "ANCHOR_CONFLICT", NULL, p.cloud.id);
    ra_sample_orphan(o, &p.cloud, "anchor-drift");
}

static void left(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_orphan(o, &p.cloud, "not-found");
}

static void deleted_in_ad(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.deleted = true;
    ra_sample_put_ad(o, &p.ad);
    ra_sample_orphan(o, &p.cloud, "ad-deleted");
}

static void moved_out_of_scope(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.below = "OU=Service Accounts,OU=Contoso";
    ra_sample_ad_skipped(o, &p.ad, "excluded");
    ra_sample_orphan(o, &p.cloud, "out-of-scope");
}

static void new_hire(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_ad(o, &p.ad, "ADD", NULL, NULL);
}

/* ---- anchors that two have, or that the wrong one has ---- */

static void duplicate_anchor(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    if (o->mode == RA_ORG_GUID) { /* no two objects of AD have the same objectGUID */
        memcpy(q.cloud.immutable_id, p.cloud.immutable_id, sizeof q.cloud.immutable_id);
        ra_sample_ad_blocked(o, &p.ad, "BLOCK_DUP_ANCHOR", NULL);
        ra_sample_put_cloud(o, &q.cloud);
    } else {
        memcpy(q.ad.consistency, p.ad.consistency, sizeof q.ad.consistency);
        memcpy(q.ad.employee, p.ad.employee, sizeof q.ad.employee);
        ra_sample_ad_blocked(o, &p.ad, "BLOCK_DUP_ANCHOR", p.cloud.id);
        ra_sample_ad_blocked(o, &q.ad, "BLOCK_DUP_ANCHOR", p.cloud.id);
    }
    ra_sample_put_cloud(o, &p.cloud);
}

/* Two people whose anchors were exchanged by hand. */
static void swapped(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    ra_sample_anchor(o, &q.ad, p.cloud.immutable_id);
    ra_sample_anchor(o, &p.ad, q.cloud.immutable_id);
    p.cloud.identifier[0] = q.cloud.identifier[0] = '\0';
    ra_sample_ad(o, &p.ad, "MATCH_HARD", "WARN_CROSS WARN_HELD WARN_SID", q.cloud.id);
    ra_sample_ad(o, &q.ad, "MATCH_HARD", "WARN_CROSS WARN_HELD WARN_SID", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_put_cloud(o, &q.cloud);
}

static void bound_elsewhere(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_guid_text(o, "old forest", i, p.cloud.identifier);
    ra_sample_ad_blocked(o, &p.ad, "BLOCK_OOI", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static const struct ra_sample_case all[] = {
    {drifted, true, false},
    {drifted, true, false},
    {recreated, true, false},
    {recreated_without_mail, true, false},
    {left, true, false},
    {deleted_in_ad, true, false},
    {moved_out_of_scope, true, false},
    {new_hire, true, false},
    {new_hire, true, false},
    {duplicate_anchor, true, true},
    {swapped, true, true},
    {bound_elsewhere, true, false},
};

const struct ra_sample_cases ra_sample_loss_cases = {all, sizeof all / sizeof *all};
