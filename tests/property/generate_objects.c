/* Pairs of an AD object and its cloud peer, in step with each other. */
#include "tests/property/generate_inner.h"

#include "src/base/ident.h"

#include <string.h>

void add_ad(struct generator *g, const struct org_ad *ad)
{
    struct org *org = g->org;

    org->ad = ra_grow(org->ad, &org->ad_cap, org->ad_n + 1, sizeof *org->ad);
    org->ad[org->ad_n++] = *ad;
}

void add_cloud(struct generator *g, const struct org_cloud *cloud)
{
    struct org *org = g->org;

    org->cloud = ra_grow(org->cloud, &org->cloud_cap, org->cloud_n + 1, sizeof *org->cloud);
    org->cloud[org->cloud_n++] = *cloud;
}

struct org_cloud new_cloud(struct generator *g, enum org_kind kind)
{
    struct org_cloud c = {.kind = kind, .id = new_id(g), .synced = ORG_YES};

    c.cloud_managed = g->soa_asked && !chance(g, 5) ? ORG_NO : ORG_UNKNOWN;
    c.ooi_state = g->ooi_asked && !chance(g, 5) ? ORG_OOI_NULL : ORG_OOI_UNKNOWN;
    if (kind == ORG_USER)
        c.user_type = chance(g, 10) ? NULL : "Member";
    return c;
}

static const char *encoded(struct generator *g, const void *p, size_t n)
{
    char *s = ra_arena_alloc(&g->org->arena, ra_base64_size(n));

    ra_base64(p, n, s);
    return s;
}

const char *true_anchor(struct generator *g, const struct org_ad *ad)
{
    const struct org_bytes *b = &ad->consistency_guid;

    if (g->truth == BY_CUSTOM) {
        b = &ad->custom[g->custom];
        if (!b->n)
            return NULL;
        return g->org->customs[g->custom].binary ? encoded(g, b->p, b->n)
                                                 : ra_arena_copy(&g->org->arena, b->p, b->n);
    }
    if (g->truth == BY_CONSISTENCY_GUID && b->n)
        return encoded(g, b->p, b->n);
    return encoded(g, ad->guid, sizeof ad->guid);
}

static const char *place_of(struct generator *g, struct org_ad *ad)
{
    const char *base = g->org->directories[ad->directory].base;

    return chance(g, 70) ? text(g, "%s,%s", new_unit(g), base) : base;
}

void name_pair(struct generator *g, struct pair *p, enum org_kind kind)
{
    static const char *const domains[] = {"contoso.com", "fabrikam.co.uk", "mail.contoso.com"};
    struct org_ad *ad = &p->ad;

    *p = (struct pair){.in_ad = true, .in_cloud = true};
    ad->kind = kind;
    ad->directory = (int)any(g, (size_t)g->org->directories_n);
    rng_bytes(&g->rng, ad->guid, sizeof ad->guid);
    ad->sid = kind == ORG_CONTACT ? NULL : new_sid(g, ad->directory);
    p->local = text(g, "%c%zu", "bcdegs"[any(g, 6)], g -> serial++);
    p->domain = domains[ad->directory];
    p->address = text(g, "%s@%s", p->local, p->domain);
    ad->cn = new_name(g);
    ad->display_name = chance(g, 80) ? ad->cn : NULL;
    ad->dn = text(g, "CN=%s,%s", escaped(g, ad->cn), place_of(g, ad));
}

void apply(struct generator *g, struct pair *p, const struct twist *twists, size_t n,
           unsigned percent)
{
    while (chance(g, percent)) {
        const struct twist *t = &twists[any(g, n)];

        if (t->mood <= g->mood)
            t->make(g, p);
        percent /= 2;
    }
}

void keep(struct generator *g, struct pair *p)
{
    if (g->never_synced && p->cloud.synced == ORG_YES)
        p->cloud.synced = ORG_UNKNOWN;
    if (p->in_ad)
        add_ad(g, &p->ad);
    if (p->in_cloud)
        add_cloud(g, &p->cloud);
}
