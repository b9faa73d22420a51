#include "recovery/quickstart/cases.h"

#include <string.h>

/* People who have no anchor in the cloud: soft matches, and what stands in their way. Each case
 * says in its expectation what it was planted for. */

static void same_address(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_cloud_only(&p.cloud);
    ra_sample_ad_by_policy(o, &p.ad, "SOFT_SMTP", "BLOCK_SOFT_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void same_address_administrator(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_cloud_only(&p.cloud);
    ra_sample_ad_blocked(o, &p.ad, o->allow ? "BLOCK_ADMIN" : "BLOCK_ADMIN BLOCK_SOFT_POLICY",
                         p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_assign(o, p.cloud.id, "user", RA_ROLE_GLOBAL_ADMIN);
}

static void same_upn(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_cloud_only(&p.cloud);
    ra_sample_clear_cloud_mail(&p.cloud);
    ra_sample_clear_ad_mail(&p.ad);
    ra_sample_ad_by_policy(o, &p.ad, "SOFT_UPN", "BLOCK_SOFT_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void address_of_group(struct ra_org *o, uint64_t i)
{
    struct ra_sample_cloud g = {.in = RA_OUT_GROUPS};
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_guid_text(o, "mail group", i, g.id);
    memcpy(g.display, p.cloud.display, sizeof g.display);
    memcpy(g.nick, p.cloud.nick, sizeof g.nick);
    memcpy(g.mail, p.cloud.mail, sizeof g.mail);
    memcpy(g.address[0], p.cloud.address[0], sizeof g.address[0]);
    ra_sample_ad(o, &p.ad, "CONFLICT_TYPE", NULL, g.id);
    ra_sample_put_cloud(o, &g);
}

static void invited_as_guest(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_guest(o, &p.cloud);
    ra_sample_ad(o, &p.ad, "CONFLICT_GUEST", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

/* A shared mailbox of the cloud that has an address of a person of AD. */
static void borrow_address(struct ra_org *o, const struct ra_sample_pair *p,
                           struct ra_sample_pair *mailbox)
{
    ra_sample_make_cloud_only(&mailbox->cloud);
    memcpy(mailbox->cloud.address[1], p->ad.address[1], sizeof mailbox->cloud.address[1]);
    ra_sample_put_cloud(o, &mailbox->cloud);
}

static void address_in_use(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    ra_sample_ad(o, &p.ad, "CONFLICT_PROXY", NULL, q.cloud.id);
    borrow_address(o, &p, &q);
}

static void address_held(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    p.cloud.address[1][0] = '\0';
    ra_sample_matched(o, &p, "WARN_HELD");
    borrow_address(o, &p, &q);
}

static void sid_in_use(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    ra_sample_make_cloud_only(&q.cloud);
    ra_sample_sid(p.ad.rid, q.cloud.sid);
    ra_sample_ad(o, &p.ad, "CONFLICT_SID", NULL, q.cloud.id);
    ra_sample_put_cloud(o, &q.cloud);
}

static void split_in_two(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    ra_sample_make_cloud_only(&p.cloud);
    ra_sample_make_cloud_only(&q.cloud);
    memcpy(p.cloud.upn, q.ad.upn, sizeof p.cloud.upn);
    memcpy(q.cloud.upn, p.ad.upn, sizeof q.cloud.upn);
    ra_sample_clear_cloud_mail(&q.cloud);
    ra_sample_ad(o, &p.ad, "CONFLICT_SPLIT", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_put_cloud(o, &q.cloud);
}

static void shared_in_ad(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p, q;

    ra_sample_person(o, i, 0, &p);
    ra_sample_person(o, i, 1, &q);
    ra_sample_print(p.ad.address[3], sizeof p.ad.address[3], "smtp:shared.%llu@%s",
                    (unsigned long long)i, o->domain);
    memcpy(q.ad.address[3], p.ad.address[3], sizeof q.ad.address[3]);
    ra_sample_matched(o, &p, "WARN_AD_DUP");
    ra_sample_ad(o, &q.ad, "CONFLICT_AD_DUP", NULL, NULL);
}

static const struct ra_sample_case all[] = {
    {same_address, true, false},     {same_address_administrator, true, false},
    {same_upn, true, false},         {address_of_group, true, false},
    {invited_as_guest, true, false}, {address_in_use, true, false},
    {address_held, true, false},     {sid_in_use, true, false},
    {split_in_two, true, false},     {shared_in_ad, true, false},
};

const struct ra_sample_cases ra_sample_match_cases = {all, sizeof all / sizeof *all};
