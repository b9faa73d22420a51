/* Contacts, which only their address ties together, and computers, which their objectGUID does. */
#include "recovery/quickstart/sample.h"

#include <string.h>

typedef struct ra_sample_pair pair;

/* ---- contacts ---- */

static void make_contact(const struct ra_org *o, uint64_t i, pair *p)
{
    struct ra_sample_name n = ra_sample_name(o, ra_sample_hash(o, "contact name", i));
    struct ra_sample_ad *a = &p->ad;
    struct ra_sample_cloud *c = &p->cloud;

    memset(p, 0, sizeof *p);
    a->kind = "contact";
    a->below = "OU=Contacts,OU=Contoso";
    ra_sample_print(a->given, sizeof a->given, "%s", n.given);
    ra_sample_print(a->sn, sizeof a->sn, "%s", n.sn);
    ra_sample_print(a->display, sizeof a->display, "%s %s (Fabrikam)", n.given, n.sn);
    ra_sample_print(a->cn, sizeof a->cn, "%s %s contact %llu", n.given, n.sn,
                    (unsigned long long)i);
    ra_sample_print(a->mail, sizeof a->mail, "%s.%s.c%llu@fabrikam.test", n.given_ascii, n.sn_ascii,
                    (unsigned long long)i);
    ra_sample_print(a->nick, sizeof a->nick, "c%llu", (unsigned long long)i);
    ra_sample_print(a->address[0], sizeof a->address[0], "SMTP:%s", a->mail);
    ra_sample_guid(o, "contact", i, a->guid);

    c->in = RA_OUT_CONTACTS;
    c->synced = RA_SAMPLE_SYNCED;
    ra_sample_guid_text(o, "cloud contact", i, c->id);
    memcpy(c->display, a->display, sizeof c->display);
    memcpy(c->mail, a->mail, sizeof c->mail);
    memcpy(c->nick, a->nick, sizeof c->nick);
    memcpy(c->address[0], a->address[0], sizeof c->address[0]);
}

static void contact(struct ra_org *o, uint64_t i)
{
    pair p;

    make_contact(o, i, &p);
    ra_sample_ad(o, &p.ad, "MATCH_SMTP", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void contact_gone(struct ra_org *o, uint64_t i)
{
    pair p;

    make_contact(o, i, &p);
    ra_sample_orphan(o, &p.cloud, "not-found");
}

static void contact_out_of_scope(struct ra_org *o, uint64_t i)
{
    pair p;

    make_contact(o, i, &p);
    p.ad.below = "OU=Service Accounts,OU=Contoso";
    ra_sample_ad_skipped(o, &p.ad, "excluded");
    ra_sample_orphan(o, &p.cloud, "out-of-scope");
}

static void contact_new(struct ra_org *o, uint64_t i)
{
    pair p;

    make_contact(o, i, &p);
    ra_sample_ad(o, &p.ad, "ADD", NULL, NULL);
}

static void contact_soft(struct ra_org *o, uint64_t i)
{
    pair p;

    make_contact(o, i, &p);
    p.cloud.synced = RA_SAMPLE_NEVER;
    ra_sample_ad_by_policy(o, &p.ad, "SOFT_SMTP", "BLOCK_SOFT_POLICY", p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void contact_managed_by_cloud(struct ra_org *o, uint64_t i)
{
    pair p;

    make_contact(o, i, &p);
    p.cloud.synced = RA_SAMPLE_NEVER;
    p.cloud.cloud_managed = true;
    ra_sample_ad(o, &p.ad, "SKIP_SOA_CLOUD", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

/* Somebody invited the contact as a guest: the address belongs to a user now. */
static void contact_invited(struct ra_org *o, uint64_t i)
{
    pair p;

    make_contact(o, i, &p);
    p.cloud.in = RA_OUT_USERS;
    p.cloud.synced = RA_SAMPLE_NEVER;
    p.cloud.guest = true;
    ra_sample_print(p.cloud.upn, sizeof p.cloud.upn, "c%llu_fabrikam.test#EXT#@%s",
                    (unsigned long long)i, o->initial);
    ra_sample_ad(o, &p.ad, "CONFLICT_TYPE", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void contact_without_mail(struct ra_org *o, uint64_t i)
{
    pair p;

    make_contact(o, i, &p);
    p.ad.mail[0] = p.ad.address[0][0] = '\0';
    ra_sample_ad_skipped(o, &p.ad, "not-mail-enabled");
}

/* ---- computers ---- */

static void make_computer(const struct ra_org *o, uint64_t i, pair *p)
{
    uint64_t groups = o->users / 10 > 40 ? o->users / 10 : 40;
    struct ra_sample_ad *a = &p->ad;
    struct ra_sample_cloud *c = &p->cloud;

    memset(p, 0, sizeof *p);
    a->kind = "computer";
    a->below = "OU=Computers,OU=Contoso";
    a->control = 4096; /* workstation trust */
    a->certificate = true;
    a->rid = (uint32_t)(100000 + 2 * o->users + 2 * groups + i);
    ra_sample_print(a->cn, sizeof a->cn, "PC%06llu", (unsigned long long)i);
    ra_sample_print(a->sam, sizeof a->sam, "PC%06llu$", (unsigned long long)i);
    ra_sample_guid(o, "computer", i, a->guid);

    c->in = RA_OUT_DEVICES;
    c->synced = RA_SAMPLE_SYNCED;
    memcpy(c->display, a->cn, sizeof c->display);
    ra_sample_guid_text(o, "cloud device", i, c->id);
    ra_guid_text(a->guid, c->device_id);
    ra_sample_sid(a->rid, c->sid);
}

static void computer(struct ra_org *o, uint64_t i)
{
    pair p;

    make_computer(o, i, &p);
    ra_sample_ad(o, &p.ad, "MATCH_DEVICE", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void computer_not_joined(struct ra_org *o, uint64_t i)
{
    pair p;

    make_computer(o, i, &p);
    p.ad.certificate = false;
    ra_sample_ad_skipped(o, &p.ad, "no-user-certificate");
}

static void computer_new(struct ra_org *o, uint64_t i)
{
    pair p;

    make_computer(o, i, &p);
    ra_sample_ad(o, &p.ad, "ADD", NULL, NULL);
}

static void computer_registered(struct ra_org *o, uint64_t i)
{
    pair p;

    make_computer(o, i, &p);
    p.cloud.synced = RA_SAMPLE_NEVER;
    ra_sample_ad(o, &p.ad, "MATCH_DEVICE", NULL, p.cloud.id);
    ra_sample_put_cloud(o, &p.cloud);
}

static void computer_gone(struct ra_org *o, uint64_t i)
{
    pair p;

    make_computer(o, i, &p);
    ra_sample_orphan(o, &p.cloud, "not-found");
}

static void computer_deleted(struct ra_org *o, uint64_t i)
{
    pair p;

    make_computer(o, i, &p);
    p.ad.deleted = true;
    ra_sample_put_ad(o, &p.ad);
    ra_sample_orphan(o, &p.cloud, "ad-deleted");
}

static void computer_lost_certificate(struct ra_org *o, uint64_t i)
{
    pair p;

    make_computer(o, i, &p);
    p.ad.certificate = false;
    ra_sample_ad_skipped(o, &p.ad, "no-user-certificate");
    ra_sample_orphan(o, &p.cloud, "out-of-scope");
}

static void device_of_cloud(struct ra_org *o, uint64_t i)
{
    pair p;

    make_computer(o, i, &p);
    p.cloud.synced = RA_SAMPLE_NEVER;
    p.cloud.sid[0] = '\0';
    ra_sample_put_cloud(o, &p.cloud);
}

/* ---- both ---- */

static const struct ra_sample_case contact_cases[] = {
    {contact_gone, true, false},
    {contact_out_of_scope, true, false},
    {contact_new, true, false},
    {contact_soft, true, false},
    {contact_managed_by_cloud, false, false},
    {contact_invited, true, false},
    {contact_without_mail, false, false},
};

static const struct ra_sample_case computer_cases[] = {
    {computer_not_joined, false, false}, {computer_new, true, false},
    {computer_registered, false, false}, {computer_gone, true, false},
    {computer_deleted, true, false},     {computer_lost_certificate, true, false},
    {device_of_cloud, false, false},
};

static void write(struct ra_org *o, const struct ra_sample_case *cases, size_t cases_n,
                  void (*healthy)(struct ra_org *o, uint64_t i))
{
    uint64_t n = o->users / 20 > 20 ? o->users / 20 : 20;

    for (uint64_t i = 0; i < n; i++) {
        size_t at = i % RA_SAMPLE_BLOCK;
        const struct ra_sample_case *c = at < cases_n ? &cases[at] : NULL;

        if (!c || (c->disaster && !o->disaster))
            healthy(o, i);
        else
            c->write(o, i);
    }
}

void ra_sample_contacts(struct ra_org *o)
{
    write(o, contact_cases, sizeof contact_cases / sizeof contact_cases[0], contact);
}

void ra_sample_computers(struct ra_org *o)
{
    write(o, computer_cases, sizeof computer_cases / sizeof computer_cases[0], computer);
}
