#include "recovery/quickstart/cases.h"

/* People outside of what is synchronised, and accounts of the cloud alone. Each case says in
 * its expectation what it was planted for. */

/* ---- outside of what is synchronised ---- */

static void linked_mailbox(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    if (o->clean) {
        ra_sample_healthy(o, i);
        return;
    }
    ra_sample_person(o, i, 0, &p);
    p.ad.recipient_type = 2;
    p.ad.control = 514;
    ra_sample_ad(o, &p.ad, "SKIP_LINKED", NULL, NULL);
}

static void sync_account(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_clear_ad_mail(&p.ad);
    p.ad.nick[0] = '\0';
    ra_sample_print(p.ad.sam, sizeof p.ad.sam, "MSOL_%06llu", (unsigned long long)i);
    ra_sample_ad_skipped(o, &p.ad, "sync-account");
}

static void service_account(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_clear_ad_mail(&p.ad);
    p.ad.below = "OU=Service Accounts,OU=Contoso";
    ra_sample_ad_skipped(o, &p.ad, "excluded");
}

static void kept_out_by_description(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_print(p.ad.admin_description, sizeof p.ad.admin_description, "User_NoSync");
    ra_sample_ad_skipped(o, &p.ad, "admin-description");
}

static void outside(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.below = "CN=Users";
    ra_sample_ad_skipped(o, &p.ad, "outside-include");
}

static void discovery_mailbox(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    p.ad.recipient_type = 0x20000000;
    ra_sample_ad_skipped(o, &p.ad, "recipient-type");
}

static void system_mailbox(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_guid_text(o, "system mailbox", i, p.cloud.id);
    ra_sample_print(p.ad.nick, sizeof p.ad.nick, "SystemMailbox{%s}", p.cloud.id);
    ra_sample_ad_skipped(o, &p.ad, "system-mailbox");
}

static void without_anchor(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    if (o->mode != RA_ORG_CUSTOM) {
        ra_sample_matched(o, &p, NULL);
        return;
    }
    p.ad.employee[0] = '\0';
    ra_sample_ad(o, &p.ad, "SKIP_NO_ANCHOR", NULL, NULL);
}

/* ---- only in the cloud ---- */

static void cloud_only(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_cloud_only(&p.cloud);
    ra_sample_put_cloud(o, &p.cloud);
}

static void break_glass(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_cloud_only(&p.cloud);
    ra_sample_clear_cloud_mail(&p.cloud);
    ra_sample_print(p.cloud.upn, sizeof p.cloud.upn, "break.glass.%llu@%s", (unsigned long long)i,
                    o->initial);
    ra_sample_put_cloud(o, &p.cloud);
    ra_sample_assign(o, p.cloud.id, "user", RA_ROLE_GLOBAL_ADMIN);
}

static void guest(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_guest(o, &p.cloud);
    ra_sample_put_cloud(o, &p.cloud);
}

static void deleted_long_ago(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_deleted(&p.cloud);
    ra_sample_put_cloud(o, &p.cloud);
}

static void stale(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_unsynced(&p.cloud);
    ra_sample_cloud(o, &p.cloud, "STALE_ANCHOR", NULL);
}

static void restored_in_cloud(struct ra_org *o, uint64_t i)
{
    struct ra_sample_pair p;

    ra_sample_person(o, i, 0, &p);
    ra_sample_make_unsynced(&p.cloud);
    p.ad.deleted = true;
    ra_sample_put_ad(o, &p.ad);
    ra_sample_cloud(o, &p.cloud, "STALE_ANCHOR", "ad-deleted");
}

static const struct ra_sample_case all[] = {
    {linked_mailbox, false, false},
    {sync_account, false, true},
    {service_account, false, false},
    {kept_out_by_description, false, false},
    {outside, false, false},
    {discovery_mailbox, false, false},
    {system_mailbox, false, false},
    {without_anchor, false, false},
    {cloud_only, false, false},
    {break_glass, false, true},
    {guest, false, false},
    {guest, false, false},
    {deleted_long_ago, false, false},
    {stale, true, false},
    {restored_in_cloud, true, false},
};

const struct ra_sample_cases ra_sample_outside_cases = {all, sizeof all / sizeof *all};
