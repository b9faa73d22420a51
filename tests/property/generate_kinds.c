/* Users, groups, contacts, computers and their cloud peers, and what lives in the cloud alone. */
#include "tests/property/generate_inner.h"

#include <string.h>

void generate_user(struct generator *g)
{
    struct pair p;

    name_pair(g, &p, ORG_USER);
    shape_user(g, &p);
    part_user(g, &p);
    keep(g, &p);
}

/* ---- what groups, contacts and computers have in common ---- */

static void gone(struct generator *g, struct pair *p)
{
    (void)g;
    p->in_cloud = false;
}

static void gone_from_ad(struct generator *g, struct pair *p)
{
    if (chance(g, 50))
        p->ad.deleted = true;
    else
        p->in_ad = false;
}

static void critical(struct generator *g, struct pair *p)
{
    (void)g;
    p->ad.critical = true;
}

static void conflict(struct generator *g, struct pair *p)
{
    p->ad.dn = text(g, "CN=%s\\0ACNF:%s,%s", p->local, new_id(g),
                    g->org->directories[p->ad.directory].base);
}

static void described(struct generator *g, struct pair *p)
{
    static const char *const words[] = {"User_x",   "Group_",     "gROUP_x", "Contact_y",
                                        "cONTACT_", "Computer_x", NULL};

    p->ad.admin_description = one_of(g, words);
}

static void not_synced(struct generator *g, struct pair *p)
{
    p->cloud.synced = chance(g, 50) ? ORG_NO : ORG_UNKNOWN;
    if (chance(g, 40))
        p->cloud.cloud_managed = (enum org_fact)any(g, 3);
}

static void other_kind(struct generator *g, struct pair *p)
{
    static const enum org_kind kinds[] = {ORG_USER, ORG_GROUP, ORG_CONTACT};
    struct org_cloud c = new_cloud(g, kinds[any(g, 3)]);

    c.proxies = p->cloud.proxies;
    c.synced = (enum org_fact)any(g, 3);
    p->cloud = c;
}

/* What is held as a secondary is no match, but in the way. */
static void secondary_only(struct generator *g, struct pair *p)
{
    p->cloud.proxies = (struct org_texts){0};
    p->cloud.sid = NULL;
    p->cloud.synced = ORG_UNKNOWN;
    add_text(g, &p->cloud.proxies, text(g, "SMTP:main.%s", p->address));
    add_text(g, &p->cloud.proxies, text(g, "smtp:%s", p->address));
}

static void doubled(struct generator *g, struct pair *p)
{
    struct org_cloud copy = p->cloud;

    copy.id = new_id(g);
    copy.synced = (enum org_fact)any(g, 3);
    add_cloud(g, &copy);
}

static void primary_shared(struct generator *g, struct pair *p)
{
    struct org_cloud other = new_cloud(g, chance(g, 50) ? ORG_USER : p->cloud.kind);

    add_text(g, &other.proxies, text(g, "SMTP:%s", upper(g, p->address)));
    if (chance(g, 50))
        p->cloud.sid = NULL;
    add_cloud(g, &other);
}

static void odd_mail(struct generator *g, struct pair *p)
{
    struct org_ad *ad = &p->ad;
    const char *address = p->address;

    ad->proxies = (struct org_texts){0};
    switch (any(g, 7)) {
    case 0: /* mail alone, as it is */
        break;
    case 1:
        ad->mail = "no-at-sign";
        break;
    case 2:
        ad->mail = NULL;
        add_text(g, &ad->proxies, text(g, "SMTP:%s", address));
        break;
    case 3:
        ad->mail = NULL;
        add_text(g, &ad->proxies, text(g, "smtp:%s", address));
        break;
    case 4:
        ad->mail = NULL;
        break;
    case 5:
        add_text(g, &ad->proxies, "X500:/o=x");
        break;
    default:
        add_text(g, &ad->proxies, text(g, "SMTP:%s", address));
        add_text(g, &ad->proxies, text(g, "SMTP:two.%s", address));
        break;
    }
}

static void mail_in_step(struct generator *g, struct pair *p)
{
    p->ad.mail = p->address;
    add_text(g, &p->ad.proxies, text(g, "SMTP:%s", p->address));
    add_text(g, &p->cloud.proxies, text(g, "SMTP:%s", p->address));
}

/* ---- groups ---- */

static void created_anew(struct generator *g, struct pair *p)
{
    p->cloud.sid = new_sid(g, p->ad.directory);
}

static void cloud_born(struct generator *g, struct pair *p)
{
    p->cloud.sid = NULL;
    p->cloud.synced = ORG_UNKNOWN;
    p->cloud.role_assignable = (enum org_fact)any(g, 3);
}

static void group_out(struct generator *g, struct pair *p)
{
    static const char *const names[] = {"MSOL_AD_Sync_RichCoexistence",
                                        "msol_ad_sync_richcoexistence", "MSOL_AD_Sync_Rich", NULL};

    switch (any(g, 5)) {
    case 0:
        p->ad.sam = one_of(g, names);
        break;
    case 1:
        p->ad.recipient_type = chance(g, 70) ? 0x40000000 : (int64_t)1 << 32;
        break;
    case 2:
        p->ad.members = (uint32_t)rng_between(&g->rng, 249999, 250001);
        break;
    case 3: /* what keeps a user out does not keep a group out */
        p->ad.recipient_type = chance(g, 50) ? 2 : 0x1000;
        break;
    default:
        p->ad.group_type = chance(g, 70) ? 2 : 0;
        odd_mail(g, p);
        break;
    }
}

static void stamped(struct generator *g, struct pair *p)
{
    static const size_t lengths[] = {16, 16, 15, 17, 0};

    p->ad.consistency_guid = new_bytes(g, lengths[any(g, 5)]);
}

static void odd_name(struct generator *g, struct pair *p)
{
    p->ad.display_name = chance(g, 50) ? NULL : "";
    if (chance(g, 50))
        p->cloud.display_name = p->ad.cn;
    p->cloud.sid = chance(g, 50) ? NULL : p->cloud.sid;
}

static void without_sid(struct generator *g, struct pair *p)
{
    (void)g;
    p->ad.sid = NULL;
}

void generate_group(struct generator *g)
{
    static const struct twist twists[] = {
        {USUAL, gone},         {USUAL, gone_from_ad},   {USUAL, critical},
        {USUAL, conflict},     {USUAL, described},      {USUAL, not_synced},
        {USUAL, not_synced},   {USUAL, other_kind},     {USUAL, odd_mail},
        {USUAL, created_anew}, {USUAL, created_anew},   {USUAL, cloud_born},
        {USUAL, cloud_born},   {USUAL, cloud_born},     {USUAL, group_out},
        {USUAL, group_out},    {USUAL, group_out},      {USUAL, odd_name},
        {USUAL, odd_name},     {USUAL, secondary_only}, {NASTY, doubled},
        {NASTY, stamped},      {USUAL, primary_shared}, {USUAL, without_sid},
    };
    struct pair p;

    name_pair(g, &p, ORG_GROUP);
    p.cloud = new_cloud(g, ORG_GROUP);
    p.cloud.sid = p.ad.sid;
    p.cloud.display_name = p.ad.display_name ? upper(g, p.ad.display_name) : p.ad.cn;
    p.ad.sam = p.local;
    p.ad.group_type = 0x80000002u;
    if (chance(g, 50))
        mail_in_step(g, &p);
    if (p.ad.mail && chance(g, 50))
        p.ad.group_type = 8;
    apply(g, &p, twists, sizeof twists / sizeof *twists, 60);
    keep(g, &p);
}

/* ---- contacts ---- */

static void contact_out(struct generator *g, struct pair *p)
{
    if (chance(g, 50)) {
        p->ad.display_name = text(g, chance(g, 80) ? "x (MSOL) %s" : "x (msol) %s", p->local);
        p->ad.hidden = chance(g, 80);
    } else {
        p->ad.nickname = chance(g, 80) ? "CAS_{1}" : "CAS_1";
    }
}

void generate_contact(struct generator *g)
{
    static const struct twist twists[] = {
        {USUAL, gone},           {USUAL, gone_from_ad}, {USUAL, critical},
        {USUAL, conflict},       {USUAL, described},    {USUAL, not_synced},
        {USUAL, not_synced},     {USUAL, not_synced},   {USUAL, other_kind},
        {USUAL, odd_mail},       {USUAL, odd_mail},     {USUAL, contact_out},
        {USUAL, contact_out},    {NASTY, doubled},      {USUAL, primary_shared},
        {USUAL, secondary_only},
    };
    struct pair p;

    name_pair(g, &p, ORG_CONTACT);
    p.cloud = new_cloud(g, ORG_CONTACT);
    p.cloud.display_name = p.ad.display_name;
    mail_in_step(g, &p);
    apply(g, &p, twists, sizeof twists / sizeof *twists, 60);
    keep(g, &p);
}

/* ---- computers ---- */

static void without_certificate(struct generator *g, struct pair *p)
{
    (void)g;
    p->ad.certificates = 0;
}

static void many_certificates(struct generator *g, struct pair *p)
{
    p->ad.certificates = (uint32_t)rng_between(&g->rng, 15, 16);
}

static void other_device(struct generator *g, struct pair *p)
{
    p->cloud.device_id = chance(g, 10)   ? "not-a-guid"
                         : chance(g, 50) ? new_id(g)
                                         : upper(g, p->cloud.device_id);
}

static void with_address(struct generator *g, struct pair *p)
{
    add_text(g, &p->ad.proxies, text(g, "SMTP:%s", p->address));
}

void generate_computer(struct generator *g)
{
    static const struct twist twists[] = {
        {USUAL, gone},
        {USUAL, gone_from_ad},
        {USUAL, critical},
        {USUAL, conflict},
        {USUAL, described},
        {USUAL, not_synced},
        {USUAL, not_synced},
        {USUAL, without_certificate},
        {USUAL, many_certificates},
        {USUAL, other_device},
        {NASTY, doubled},
        {NASTY, with_address},
    };
    struct pair p;

    name_pair(g, &p, ORG_COMPUTER);
    p.ad.sam = text(g, "%s$", p.local);
    p.ad.certificates = 1;
    p.cloud = new_cloud(g, ORG_DEVICE);
    p.cloud.device_id = guid_of(g, p.ad.guid);
    apply(g, &p, twists, sizeof twists / sizeof *twists, 50);
    keep(g, &p);
}

/* ---- in the cloud alone ---- */

void generate_cloud_only(struct generator *g)
{
    static const enum org_kind kinds[] = {ORG_USER, ORG_USER, ORG_GROUP, ORG_CONTACT, ORG_DEVICE};
    struct org_cloud c = new_cloud(g, kinds[any(g, 5)]);

    c.synced = g->mood != TIDY && chance(g, 20) ? ORG_YES : (enum org_fact)any(g, 2);
    c.display_name = new_name(g);
    if (c.kind == ORG_USER)
        c.upn = text(g, "cloud%zu@%s", g->serial, g->initial_domain);
    if (c.kind == ORG_DEVICE)
        c.device_id = new_id(g);
    else
        add_text(g, &c.proxies, text(g, "SMTP:cloud%zu@contoso.com", g->serial));
    if (c.kind == ORG_USER && chance(g, 20))
        c.deleted = true;
    if (g->never_synced && c.synced == ORG_YES)
        c.synced = ORG_NO;
    g->serial++;
    add_cloud(g, &c);
}
