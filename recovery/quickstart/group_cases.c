/* What happened to groups. The cloud does not show a group's anchor: the SID is what ties it. */
#include "recovery/quickstart/sample.h"

#include <string.h>

typedef struct ra_sample_pair pair;

static void add_members(const struct ra_org *o, uint64_t i, struct ra_sample_ad *a)
{
    for (unsigned k = 0; k < 3; k++) {
        uint64_t who = ra_sample_hash(o, "member", 3 * i + k) % o->users;
        struct ra_sample_pair p;
        struct ra_buf dn;

        if (who % RA_SAMPLE_BLOCK < 100) /* people to whom something happened */
            continue;
        ra_sample_person(o, who, 0, &p);
        ra_buf_init(&dn, 4096);
        ra_sample_dn(o, &p.ad, &dn);
        /* Several of the three may be one person: a value that is there already. */
        if (!(k > 0 && strcmp(a->member[0], ra_buf_z(&dn)) == 0) &&
            !(k > 1 && strcmp(a->member[1], ra_buf_z(&dn)) == 0))
            ra_sample_print(a->member[k], sizeof a->member[k], "%s", ra_buf_z(&dn));
        ra_buf_free(&dn);
    }
}

static void set_mail(const struct ra_org *o, pair *p)
{
    p->ad.group_type = 8; /* universal, for mail */
    ra_sample_print(p->ad.mail, sizeof p->ad.mail, "%s@%s", p->ad.sam, o->domain);
    ra_sample_print(p->ad.nick, sizeof p->ad.nick, "%s", p->ad.sam);
    ra_sample_print(p->ad.address[0], sizeof p->ad.address[0], "SMTP:%s@%s", p->ad.sam, o->domain);
    memcpy(p->cloud.mail, p->ad.mail, sizeof p->cloud.mail);
    memcpy(p->cloud.address[0], p->ad.address[0], sizeof p->cloud.address[0]);
    p->cloud.security = false;
}

static void make(const struct ra_org *o, uint64_t i, bool mail, pair *p)
{
    struct ra_sample_ad *a = &p->ad;
    struct ra_sample_cloud *c = &p->cloud;

    memset(p, 0, sizeof *p);
    a->kind = "group";
    a->below = "OU=Groups,OU=Contoso";
    a->group_type = -2147483646; /* global, for security */
    a->rid = (uint32_t)(100000 + 2 * o->users + 2 * i);
    ra_sample_print(a->cn, sizeof a->cn, "%s team %llu", ra_sample_department(o, i),
                    (unsigned long long)i);
    memcpy(a->display, a->cn, sizeof a->display);
    ra_sample_print(a->sam, sizeof a->sam, "grp%06llu", (unsigned long long)i);
    ra_sample_guid(o, "group", i, a->guid);
    add_members(o, i, a);

    c->in = RA_OUT_GROUPS;
    c->synced = RA_SAMPLE_SYNCED;
    c->security = true;
    ra_sample_guid_text(o, "cloud group", i, c->id);
    memcpy(c->display, a->display, sizeof c->display);
    memcpy(c->sam, a->sam, sizeof c->sam);
    memcpy(c->nick, a->sam, sizeof a->sam);
    ra_sample_sid(a->rid, c->sid);
    if (mail)
        set_mail(o, p);
}

static void make_cloud_only(struct ra_sample_cloud *c)
{
    c->synced = RA_SAMPLE_NEVER;
    c->sid[0] = c->sam[0] = '\0';
}

static void healthy(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, i % 3 == 0, &p);
    ra_sample_ad(o, &p.ad, "MATCH_SID", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void recreated(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, true, &p);
    ra_sample_sid(p.ad.rid + 1, p.cloud.sid);
    ra_sample_ad(o, &p.ad, "ANCHOR_CONFLICT", NULL, p.cloud.id);
    ra_sample_orphan(o, &p.cloud, "anchor-drift");
}

static void gone(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, false, &p);
    ra_sample_orphan(o, &p.cloud, "not-found");
}

static void deleted_in_ad(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, false, &p);
    memset(p.ad.member, 0, sizeof p.ad.member);
    p.ad.deleted = true;
    ra_sample_put_ad(o, &p.ad);
    ra_sample_orphan(o, &p.cloud, "ad-deleted");
}

static void moved_out_of_scope(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, false, &p);
    p.ad.below = "OU=Service Accounts,OU=Contoso";
    ra_sample_ad_skipped(o, &p.ad, "excluded");
    ra_sample_orphan(o, &p.cloud, "out-of-scope");
}

static void made_new(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, true, &p);
    ra_sample_ad(o, &p.ad, "ADD", NULL, NULL);
}

static void same_name(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, false, &p);
    make_cloud_only(&p.cloud);
    ra_sample_ad(o, &p.ad, "ADD", "WARN_NAME", NULL);
    ra_sample_put_cloud(o, &p.cloud);
}

static void same_address(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, true, &p);
    make_cloud_only(&p.cloud);
    ra_sample_ad_by_policy(o, &p.ad, "SOFT_SMTP", "BLOCK_SOFT_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void role_assignable(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, true, &p);
    make_cloud_only(&p.cloud);
    p.cloud.role_assignable = p.cloud.security = true;
    ra_sample_ad_blocked(
        o, &p.ad, o->allow ? "BLOCK_ROLE_GROUP" : "BLOCK_ROLE_GROUP BLOCK_SOFT_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

/* Its source of authority went to the cloud and back, and nothing has synced it since. */
static void takeover(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, false, &p);
    p.cloud.synced = RA_SAMPLE_NEVER;
    ra_sample_ad_by_policy(o, &p.ad, "MATCH_SID_TAKEOVER", "BLOCK_TAKEOVER_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void managed_by_cloud(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, false, &p);
    p.cloud.synced = RA_SAMPLE_NEVER;
    p.cloud.cloud_managed = true;
    ra_sample_ad(o, &p.ad, "SKIP_SOA_CLOUD", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void without_mail(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, false, &p);
    p.ad.group_type = 8;
    ra_sample_ad_skipped(o, &p.ad, "not-mail-enabled");
}

static void kept_out_by_description(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, false, &p);
    ra_sample_print(p.ad.admin_description, sizeof p.ad.admin_description, "Group_NoSync");
    ra_sample_ad_skipped(o, &p.ad, "admin-description");
}

static void cloud_only(struct ra_org *o, uint64_t i)
{
    pair p;

    make(o, i, true, &p);
    make_cloud_only(&p.cloud);
    ra_sample_put_cloud(o, &p.cloud);
}

static const struct ra_sample_case cases[] = {
    {recreated, true, false},     {gone, true, false},
    {deleted_in_ad, true, false}, {moved_out_of_scope, true, false},
    {made_new, true, false},      {same_name, true, false},
    {same_address, true, false},  {role_assignable, true, false},
    {takeover, true, false},      {managed_by_cloud, false, false},
    {without_mail, false, false}, {kept_out_by_description, false, false},
    {cloud_only, false, false},
};

void ra_sample_groups(struct ra_org *o)
{
    uint64_t n = o->users / 10 > 40 ? o->users / 10 : 40;

    for (uint64_t i = 0; i < n; i++) {
        size_t at = i % RA_SAMPLE_BLOCK;
        const struct ra_sample_case *c = at < sizeof cases / sizeof cases[0] ? &cases[at] : NULL;

        if (!c || (c->disaster && !o->disaster))
            healthy(o, i);
        else
            c->write(o, i);
    }
}
