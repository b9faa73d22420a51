/* Soups: every value of every object is drawn from a few that all share, whatever its kind. */
#include "tests/property/generate_inner.h"

#include "src/base/ident.h"

#include <string.h>

struct soup {
    size_t guids_n, sids, names, upns; /* so many different values of each */
    unsigned char *guids;              /* 16 bytes each */
};

static const char *person(struct generator *g, size_t different)
{
    return text(g, "p%zu", any(g, different));
}

static const char *soup_sid(struct generator *g, const struct soup *s)
{
    return chance(g, 20) ? NULL : text(g, "S-1-5-21-1-2-%zu", any(g, s->sids));
}

static const unsigned char *soup_guid(struct generator *g, const struct soup *s)
{
    return s->guids + 16 * any(g, s->guids_n);
}

static const char *soup_address(struct generator *g, const struct soup *s)
{
    static const char *const prefixes[] = {
        "SMTP:", "SMTP:", "smtp:", "smtp:", "smtp:", "Smtp:", "sip:", "X500:", NULL};
    const char *address = text(g, "%s%s@contoso.com", one_of(g, prefixes), person(g, s->names));

    return chance(g, 3) ? "smtp:" : address;
}

static void soup_addresses(struct generator *g, const struct soup *s, struct org_texts *to)
{
    for (size_t n = any(g, 3); n > 0; n--)
        add_text(g, to, soup_address(g, s));
}

static const char *soup_upn(struct generator *g, const struct soup *s)
{
    static const char *const forms[] = {"%s@contoso.com", "%s@contoso.com", "%s@CONTOSO.com",
                                        "%s@fabrikam.co.uk", NULL};
    const char *who = person(g, s->upns), *initial = g->initial_domain;

    switch (any(g, 10)) {
    case 0:
        return NULL;
    case 1:
        return text(g, "%s@%s", who, initial);
    case 2:
        return text(g, "%s%s1234@%s", who, chance(g, 50) ? "+" : "", initial);
    case 3:
        return text(g, "%s@contoso.local", who);
    case 4:
        return text(g, "%s#EXT#@%s", who, initial);
    default:
        break;
    }
    const char *form = one_of(g, forms), *at = strchr(form, '@');

    return text(g, "%s%s", who, at);
}

static struct org_bytes soup_consistency_guid(struct generator *g, const struct soup *s)
{
    size_t length = chance(g, 90) ? 16 : chance(g, 50) ? 15 : 0;

    if (chance(g, 40))
        return (struct org_bytes){0};
    return (struct org_bytes){soup_guid(g, s), length};
}

static const char *soup_anchor(struct generator *g, const struct soup *s)
{
    struct org_ad ad = {.kind = ORG_USER};
    const char *number = text(g, "E%zu", any(g, s->guids_n));

    memcpy(ad.guid, soup_guid(g, s), 16);
    if (g->truth == BY_CUSTOM)
        ad.custom[g->custom] = (struct org_bytes){(const unsigned char *)number, strlen(number)};
    const char *anchor = true_anchor(g, &ad);

    return chance(g, 5) ? case_twin(g, anchor) : anchor;
}

static void soup_customs(struct generator *g, const struct soup *s, struct org_ad *ad)
{
    const char *number = text(g, "E%zu", any(g, s->guids_n));

    for (int i = 0; i < ORG_CUSTOMS; i++)
        if (chance(g, 90))
            ad->custom[i] = (struct org_bytes){(const unsigned char *)number, strlen(number)};
}

static enum org_kind soup_kind(struct generator *g, bool cloud)
{
    size_t n = any(g, 10);

    if (n < 6)
        return ORG_USER;
    if (n < 8)
        return ORG_GROUP;
    return n == 8 ? ORG_CONTACT : cloud ? ORG_DEVICE : ORG_COMPUTER;
}

static void soup_ad(struct generator *g, const struct soup *s, size_t i)
{
    struct org_ad ad = {
        .kind = soup_kind(g, false), .sam = person(g, s->names), .cn = person(g, s->names)};
    const char *base;

    ad.directory = (int)any(g, (size_t)g->org->directories_n);
    base = g->org->directories[ad.directory].base;
    memcpy(ad.guid, i < s->guids_n && !chance(g, 3) ? s->guids + 16 * i : soup_guid(g, s), 16);
    ad.dn = text(g, "CN=%s,%s,%s", ad.cn, new_unit(g), base);
    ad.sid = soup_sid(g, s);
    ad.login = soup_upn(g, s);
    ad.nickname = chance(g, 50) ? person(g, s->names) : NULL;
    ad.mail = chance(g, 60) ? text(g, "%s@contoso.com", person(g, s->names)) : NULL;
    ad.display_name = chance(g, 50) ? person(g, s->names) : NULL;
    ad.consistency_guid = soup_consistency_guid(g, s);
    soup_customs(g, s, &ad);
    soup_addresses(g, s, &ad.proxies);
    ad.group_type = chance(g, 50) ? 0x80000002u : 2;
    ad.certificates = chance(g, 90);
    ad.mailbox_guid = chance(g, 30);
    ad.critical = chance(g, 5);
    ad.deleted = chance(g, 8);
    ad.recipient_type = chance(g, 3) ? 2 : 0;
    add_ad(g, &ad);
}

static unsigned soup_roles(struct generator *g)
{
    static const unsigned sets[] = {ORG_ASSIGNED, ORG_ELIGIBLE, ORG_ASSIGNED | ORG_ELIGIBLE,
                                    ORG_PRIVILEGED | ORG_ASSIGNED, ORG_PRIVILEGED | ORG_ELIGIBLE};

    return chance(g, 20) ? sets[any(g, 5)] : 0;
}

static void soup_user(struct generator *g, const struct soup *s, struct org_cloud *c)
{
    c->upn = soup_upn(g, s);
    c->immutable_id = chance(g, 60) ? soup_anchor(g, s) : NULL;
    c->user_type = chance(g, 5) ? "Guest" : NULL;
    c->deleted = chance(g, 15);
    c->roles = soup_roles(g);
    c->ooi_state = (enum org_identifier)any(g, 3);
    if (c->ooi_state == ORG_OOI_SET)
        c->ooi = guid_of(g, soup_guid(g, s));
}

static void soup_cloud(struct generator *g, const struct soup *s)
{
    struct org_cloud c = {.kind = soup_kind(g, true), .id = new_id(g)};

    c.synced = g->never_synced ? ORG_NO : (enum org_fact)any(g, 3);
    c.cloud_managed = chance(g, 70) ? ORG_NO : (enum org_fact)any(g, 3);
    c.display_name = person(g, s->names);
    if (c.kind == ORG_USER)
        soup_user(g, s, &c);
    if (c.kind == ORG_USER || c.kind == ORG_GROUP)
        c.sid = soup_sid(g, s);
    if (c.kind == ORG_GROUP)
        c.role_assignable = chance(g, 20) ? ORG_YES : ORG_UNKNOWN;
    if (c.kind == ORG_DEVICE)
        c.device_id = guid_of(g, soup_guid(g, s));
    else
        soup_addresses(g, s, &c.proxies);
    add_cloud(g, &c);
}

/* The fewer values there are, the more objects share them; the more, the more meet nobody. */
static size_t how_many(struct generator *g, size_t n)
{
    static const size_t parts[] = {2, 4, 8, 16, 16, 40, 40};

    return n * parts[any(g, 7)] / 4 + 1;
}

void generate_soup(struct generator *g, size_t n)
{
    struct soup s = {how_many(g, n), how_many(g, n), how_many(g, n), how_many(g, n), NULL};

    s.guids = ra_arena_alloc(&g->org->arena, s.guids_n * 16);
    rng_bytes(&g->rng, s.guids, s.guids_n * 16);
    for (size_t i = 0; i < n; i++)
        soup_ad(g, &s, i);
    for (size_t i = 0; i < n; i++)
        soup_cloud(g, &s);
}
