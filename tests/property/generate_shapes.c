/* AD users in many shapes. */
#include "tests/property/generate_inner.h"

#include <string.h>

/* ---- anchors ---- */

static void no_guid_stamped(struct generator *g, struct pair *p)
{
    p->ad.consistency_guid = chance(g, 50) ? (struct org_bytes){0} : new_bytes(g, 0);
}

static void own_guid_stamped(struct generator *g, struct pair *p)
{
    const char *copy = ra_arena_copy(&g->org->arena, p->ad.guid, sizeof p->ad.guid);

    p->ad.consistency_guid = (struct org_bytes){(const unsigned char *)copy, sizeof p->ad.guid};
}

static void odd_guid(struct generator *g, struct pair *p)
{
    static const size_t lengths[] = {15, 17, 1, 40};

    p->ad.consistency_guid = new_bytes(g, lengths[any(g, 4)]);
}

static void no_custom_value(struct generator *g, struct pair *p)
{
    p->ad.custom[any(g, ORG_CUSTOMS)] = chance(g, 50) ? (struct org_bytes){0} : new_bytes(g, 0);
}

/* ---- sign-in names ---- */

static void odd_login(struct generator *g, struct pair *p)
{
    const char *local = p->local;
    const char *logins[] = {
        NULL,
        "",
        text(g, "%s@contoso.local", local),
        text(g, "%s@sub.contoso.com", local),
        local,
        text(g, "@%s", p->domain),
        text(g, "%s@", local),
        text(g, "%s x@%s", local, p->domain),
        text(g, "%s@home@%s", local, p->domain),
        text(g, "\xc3\xa9%s@%s", local, p->domain),
        text(g, "%s`@%s", local, p->domain),
        text(g, "'.-_!#^~%s@%s", local, p->domain),
        text(g, "%s@%s", upper(g, local), upper(g, p->domain)),
        text(g, "%s0042@%s", local, g->initial_domain),
    };

    p->ad.login = logins[any(g, sizeof logins / sizeof *logins)];
}

static void odd_nickname(struct generator *g, struct pair *p)
{
    const char *nicknames[] = {NULL, "", upper(g, p->local), text(g, "%s nick", p->local)};

    p->ad.nickname = nicknames[any(g, 4)];
}

/* ---- addresses ---- */

static void proxies(struct generator *g, struct pair *p, const char *first, const char *second)
{
    p->ad.proxies = (struct org_texts){0};
    if (first)
        add_text(g, &p->ad.proxies, first);
    if (second)
        add_text(g, &p->ad.proxies, second);
}

static void odd_addresses(struct generator *g, struct pair *p)
{
    const char *a = p->address, *big = upper(g, a);

    switch (any(g, 12)) {
    case 0: /* mail alone */
        proxies(g, p, NULL, NULL);
        break;
    case 1: /* nothing at all */
        proxies(g, p, NULL, NULL);
        p->ad.mail = chance(g, 50) ? NULL : "";
        break;
    case 2: /* two primaries */
        proxies(g, p, text(g, "SMTP:%s", a), text(g, "SMTP:b.%s", a));
        break;
    case 3: /* the same primary twice */
        proxies(g, p, text(g, "SMTP:%s", a), text(g, "SMTP:%s", big));
        break;
    case 4: /* no primary */
        proxies(g, p, text(g, "smtp:%s", a), text(g, "Smtp:b.%s", a));
        break;
    case 5: /* X500 or SIP alone: mail does not count then */
        proxies(g, p, chance(g, 50) ? "X500:/o=x/cn=y" : text(g, "SIP:%s", a), NULL);
        break;
    case 6: /* nothing behind the prefix: as if it were not there */
        proxies(g, p, chance(g, 50) ? "smtp:" : "SMTP:", chance(g, 50) ? "" : NULL);
        break;
    case 7:
        proxies(g, p, "SMTP:", text(g, "SMTP:%s", big));
        break;
    case 8: /* once more as a secondary */
        proxies(g, p, text(g, "SMTP:%s", a), text(g, "smtp:%s", big));
        break;
    case 9: /* no @ */
        proxies(g, p, text(g, "SMTP:%s", p->local), text(g, "X400:c=x"));
        break;
    case 10:
        proxies(g, p, text(g, "SMTP:%s", big), text(g, "sip:%s", a));
        break;
    default: /* mail that says something else */
        p->ad.mail = text(g, "other.%s", a);
        break;
    }
}

static void many_addresses(struct generator *g, struct pair *p)
{
    size_t n = rng_between(&g->rng, 297, 303);

    p->ad.proxies.at = ra_arena_alloc(&g->org->arena, (n + 2) * sizeof *p->ad.proxies.at);
    for (size_t i = 0; i < n; i++)
        p->ad.proxies.at[i] = text(g, "%s:a%zu.%s", i ? "smtp" : "SMTP", i, p->address);
    p->ad.proxies.at[n] = "X500:/o=not/cn=counted";
    p->ad.proxies.n = n + 1;
}

static void many_certificates(struct generator *g, struct pair *p)
{
    p->ad.certificates = (uint32_t)rng_between(&g->rng, 14, 17);
    p->ad.smime_certificates = chance(g, 30) ? (uint32_t)rng_between(&g->rng, 14, 17) : 0;
}

static void without_sid(struct generator *g, struct pair *p)
{
    p->ad.sid = chance(g, 50) ? NULL : "";
}

/* ---- out of scope ---- */

static void critical(struct generator *g, struct pair *p)
{
    (void)g;
    p->ad.critical = true;
}

static void odd_sam(struct generator *g, struct pair *p)
{
    const char *sams[] = {NULL,
                          "",
                          text(g, "MSOL_%s", p->local),
                          text(g, "aad_%s", p->local),
                          text(g, "Msol%s", p->local),
                          "SUPPORT_388945a0",
                          "support_388945A0",
                          "SUPPORT_388945a01",
                          text(g, "CAS_{%s}", p->local),
                          text(g, "cas_%s", p->local)};

    p->ad.sam = sams[any(g, sizeof sams / sizeof *sams)];
}

static void system_nickname(struct generator *g, struct pair *p)
{
    static const char *const nicknames[] = {"SystemMailbox{1f05}",
                                            "systemmailbox{x}",
                                            "SystemMailbox",
                                            "CAS_{4f}",
                                            "cas_x}",
                                            "CAS_x",
                                            NULL};

    p->ad.nickname = one_of(g, nicknames);
}

static void odd_recipient(struct generator *g, struct pair *p)
{
    static const int64_t types[] = {1,
                                    2,
                                    2,
                                    2 + ((int64_t)1 << 32),
                                    0x1000,
                                    0x2000,
                                    0x4000,
                                    0x400000,
                                    0x800000,
                                    0x1000000,
                                    0x20000000,
                                    0x40000000,
                                    (int64_t)1 << 31,
                                    (int64_t)1 << 33,
                                    (int64_t)1 << 44,
                                    ((int64_t)1 << 40) | 0x1000,
                                    0x21C07000 >> 16,
                                    -1};

    p->ad.recipient_type = types[any(g, sizeof types / sizeof *types)];
}

static void conflict(struct generator *g, struct pair *p)
{
    static const char *const marks[] = {"\\0ACNF:", "\\0acnf:", "\\0ADEL:", "CNF:", NULL};
    const char *base = g->org->directories[p->ad.directory].base;

    if (chance(g, 80))
        p->ad.dn = text(g, "CN=%s\\0ACNF:%s,%s", p->local, new_id(g), base);
    else if (chance(g, 50))
        p->ad.dn = text(g, "CN=%s,OU=x%sy,%s", p->local, one_of(g, marks), base);
    else
        p->ad.dn = text(g, "CN=%s%sx,%s", p->local, one_of(g, marks + 2), base);
}

static void described(struct generator *g, struct pair *p)
{
    static const char *const words[] = {"User_x",    "user_", "Group_1", "gROUP_ 2", "Contact_",
                                        "contact_y", "User",  " User_",  "x User_",  NULL};

    p->ad.admin_description = one_of(g, words);
}

static void deleted(struct generator *g, struct pair *p)
{
    p->ad.deleted = true;
    p->ad.dn = text(g, "CN=%s\\0ADEL:%s,CN=Deleted Objects,%s", p->local, guid_of(g, p->ad.guid),
                    g->org->directories[p->ad.directory].base);
    if (chance(g, 50)) { /* a tombstone keeps little */
        p->ad.consistency_guid = (struct org_bytes){0};
        p->ad.mail = p->ad.login = NULL;
        p->ad.proxies = (struct org_texts){0};
    }
}

/* ---- the base that all of them change ---- */

static void fill_customs(struct generator *g, struct pair *p)
{
    const char *number = text(g, "%s%05zu", chance(g, 50) ? "E" : "e", g->serial);

    for (int i = 0; i < g->org->customs_n; i++)
        p->ad.custom[i] = g->org->customs[i].binary
                              ? new_bytes(g, rng_between(&g->rng, 4, 24))
                              : (struct org_bytes){(const unsigned char *)number, strlen(number)};
}

void shape_user(struct generator *g, struct pair *p)
{
    static const struct twist twists[] = {
        {TIDY, no_guid_stamped},  {TIDY, own_guid_stamped}, {USUAL, odd_guid},
        {USUAL, no_custom_value}, {USUAL, odd_login},       {USUAL, odd_login},
        {TIDY, odd_nickname},     {USUAL, odd_addresses},   {USUAL, odd_addresses},
        {USUAL, odd_addresses},   {NASTY, many_addresses},  {USUAL, many_certificates},
        {USUAL, without_sid},     {USUAL, critical},        {USUAL, odd_sam},
        {USUAL, odd_sam},         {USUAL, system_nickname}, {USUAL, odd_recipient},
        {USUAL, odd_recipient},   {USUAL, conflict},        {USUAL, described},
        {USUAL, deleted},         {USUAL, deleted},
    };
    struct org_ad *ad = &p->ad;

    ad->sam = p->local;
    ad->nickname = p->local;
    ad->login = text(g, "%s@%s", p->local, p->domain);
    ad->mail = p->address;
    proxies(g, p, text(g, "SMTP:%s", p->address),
            chance(g, 40) ? text(g, "smtp:alias.%s", p->address) : NULL);
    if (chance(g, g->stamped))
        ad->consistency_guid = new_bytes(g, 16);
    fill_customs(g, p);
    ad->mailbox_guid = chance(g, 20);
    apply(g, p, twists, sizeof twists / sizeof *twists, 40);
}
