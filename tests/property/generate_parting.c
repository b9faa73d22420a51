/* What has happened to a user's cloud object since it was in step. */
#include "tests/property/generate_inner.h"

#include "src/base/ident.h"

#include <string.h>

static enum org_fact some_fact(struct generator *g)
{
    return (enum org_fact)any(g, 3);
}

static void gone(struct generator *g, struct pair *p)
{
    (void)g;
    p->in_cloud = false;
}

static const char *spelled_identifier(struct generator *g, const char *guid)
{
    if (chance(g, 10))
        return text(g, "{%s}", guid);
    if (chance(g, 5))
        return "not-a-guid";
    return chance(g, 40) ? upper(g, guid) : guid;
}

static void any_identifier(struct generator *g, struct pair *p)
{
    const char *own = guid_of(g, p->ad.guid);
    struct org_cloud *c = &p->cloud;

    c->ooi_state = (enum org_identifier)any(g, 3);
    if (chance(g, 40))
        c->ooi_state = ORG_OOI_SET;
    if (c->ooi_state == ORG_OOI_SET)
        c->ooi = spelled_identifier(g, chance(g, 60) ? own : new_id(g));
}

static void any_roles(struct generator *g, struct pair *p)
{
    static const unsigned sets[] = {ORG_ASSIGNED,
                                    ORG_ELIGIBLE,
                                    ORG_ASSIGNED | ORG_ELIGIBLE,
                                    ORG_PRIVILEGED | ORG_ASSIGNED,
                                    ORG_PRIVILEGED | ORG_ELIGIBLE,
                                    ORG_PRIVILEGED | ORG_ASSIGNED | ORG_ELIGIBLE};

    p->cloud.roles = sets[any(g, 6)];
}

static void sometimes(struct generator *g, struct pair *p,
                      void (*make)(struct generator *, struct pair *), unsigned percent)
{
    if (chance(g, percent))
        make(g, p);
}

static void guest(struct generator *g, struct pair *p)
{
    if (chance(g, 50))
        p->cloud.user_type = chance(g, 70) ? "Guest" : "guest";
    else
        p->cloud.upn = text(g, "%s_%s%s@%s", p->local, p->domain, chance(g, 70) ? "#EXT#" : "#ext#",
                            g->initial_domain);
}

static void not_synced(struct generator *g, struct pair *p)
{
    p->cloud.synced = chance(g, 50) ? ORG_NO : ORG_UNKNOWN;
    if (chance(g, 30))
        p->cloud.cloud_managed = some_fact(g);
    sometimes(g, p, any_identifier, 40);
    sometimes(g, p, any_roles, 20);
    sometimes(g, p, guest, 5);
}

static void soft_deleted(struct generator *g, struct pair *p)
{
    not_synced(g, p);
    if (chance(g, 50))
        p->cloud.synced = ORG_YES;
    p->cloud.deleted = true;
    if (chance(g, 70))
        p->cloud.upn = text(g, "%s%s", new_id(g), p->cloud.upn ? p->cloud.upn : "");
}

/* The anchor as it would be for another GUID. */
static const char *other_anchor(struct generator *g)
{
    struct org_bytes b = new_bytes(g, 16);
    char *s = ra_arena_alloc(&g->org->arena, RA_ANCHOR_TEXT);

    ra_base64(b.p, b.n, s);
    return s;
}

static void other_sid(struct generator *g, struct pair *p)
{
    p->cloud.sid = chance(g, 30) ? NULL : new_sid(g, p->ad.directory);
}

static void fewer_addresses(struct generator *g, struct pair *p)
{
    p->cloud.proxies = (struct org_texts){0};
    if (chance(g, 40))
        add_text(g, &p->cloud.proxies, text(g, "smtp:%s", p->address));
    if (chance(g, 40))
        add_text(g, &p->cloud.proxies, text(g, "SMTP:new.%s", p->address));
    if (chance(g, 10))
        add_text(g, &p->cloud.proxies, text(g, "SMTP:%s", p->address));
    if (chance(g, 20))
        add_text(g, &p->cloud.proxies, text(g, "SIP:%s", p->address));
}

static void other_upn(struct generator *g, struct pair *p)
{
    const char *initial = g->initial_domain;
    const char *upns[] = {
        text(g, "married.%s@%s", p->local, p->domain),
        text(g, "%s+1234@%s", p->local, initial),
        text(g, "%s1234@%s", p->local, initial),
        text(g, "%s+123@%s", p->local, initial),
        text(g, "%s+1234@%s", p->local, p->domain),
        text(g, "+0001@%s", initial),
        text(g, "0001@%s", upper(g, initial)),
        text(g, "001@%s", initial),
        text(g, "%s+1234@other.onmicrosoft.com", p->local),
        NULL,
    };

    p->cloud.upn = upns[any(g, sizeof upns / sizeof *upns)];
}

/* AD was rebuilt, or the person was created anew: the cloud holds another anchor. */
static void other_anchor_held(struct generator *g, struct pair *p)
{
    p->cloud.immutable_id = other_anchor(g);
    sometimes(g, p, other_sid, 60);
    sometimes(g, p, fewer_addresses, 40);
    sometimes(g, p, other_upn, 30);
    sometimes(g, p, not_synced, 30);
}

static void case_turned(struct generator *g, struct pair *p)
{
    const char *twin = p->cloud.immutable_id ? case_twin(g, p->cloud.immutable_id) : NULL;

    if (twin)
        p->cloud.immutable_id = twin;
}

/* A cloud user that was never synchronised. */
static void cloud_born(struct generator *g, struct pair *p)
{
    struct org_cloud *c = &p->cloud;

    c->immutable_id = chance(g, 90) ? NULL : "";
    c->synced = chance(g, 95) ? ORG_UNKNOWN : ORG_YES;
    c->sid = chance(g, 15) ? c->sid : NULL;
    sometimes(g, p, fewer_addresses, 50);
    sometimes(g, p, other_upn, 40);
    sometimes(g, p, guest, 8);
    sometimes(g, p, any_roles, 25);
}

/* The same, and another cloud user has the sign-in name. */
static void split(struct generator *g, struct pair *p)
{
    struct org_cloud other = new_cloud(g, ORG_USER);

    cloud_born(g, p);
    other.synced = chance(g, 70) ? ORG_UNKNOWN : ORG_YES;
    other.upn = p->ad.login;
    p->cloud.upn = text(g, "second.%s", p->address);
    add_cloud(g, &other);
}

/* A cloud object of another kind has the address. */
static void other_kind(struct generator *g, struct pair *p)
{
    struct org_cloud *c = &p->cloud;
    const char *id = c->id, *name = c->display_name;
    struct org_texts proxies = c->proxies;

    *c = new_cloud(g, chance(g, 50) ? ORG_GROUP : ORG_CONTACT);
    c->id = id;
    c->display_name = name;
    c->proxies = proxies;
    if (chance(g, 50))
        c->synced = ORG_UNKNOWN;
    if (c->kind == ORG_GROUP && chance(g, 20))
        c->sid = p->ad.sid;
}

/* A second cloud object beside the first. */
static void doubled(struct generator *g, struct pair *p)
{
    struct pair copy = *p;

    copy.cloud.id = new_id(g);
    switch (any(g, 4)) {
    case 0:
        soft_deleted(g, &copy);
        break;
    case 1:
        other_anchor_held(g, &copy);
        break;
    case 2:
        cloud_born(g, &copy);
        break;
    default:
        not_synced(g, &copy);
        break;
    }
    add_cloud(g, &copy.cloud);
}

/* The deleted twins of one person, and nobody live. */
static void deleted_twice(struct generator *g, struct pair *p)
{
    soft_deleted(g, p);
    struct pair copy = *p;

    copy.cloud.id = new_id(g);
    add_cloud(g, &copy.cloud);
}

static void two_primaries(struct generator *g, struct pair *p)
{
    add_text(g, &p->cloud.proxies, text(g, "SMTP:second.%s", p->address));
}

static void ad_only_gone(struct generator *g, struct pair *p)
{
    (void)g;
    p->in_ad = false;
}

/* ---- in step ---- */

static void in_step(struct generator *g, struct pair *p)
{
    struct org_cloud *c = &p->cloud;

    *c = new_cloud(g, ORG_USER);
    c->immutable_id = true_anchor(g, &p->ad);
    c->sid = p->ad.sid;
    c->display_name = p->ad.display_name;
    c->upn = p->ad.login ? p->ad.login : text(g, "%s@%s", p->local, p->domain);
    if (chance(g, 10))
        c->upn = upper(g, c->upn);
    for (size_t i = 0; i < p->ad.proxies.n; i++)
        add_text(g, &c->proxies, p->ad.proxies.at[i]);
    add_text(g, &c->proxies, text(g, "smtp:%s@%s", p->local, g->initial_domain));
    if (g->ooi_asked && chance(g, 30)) {
        c->ooi_state = ORG_OOI_SET;
        c->ooi = guid_of(g, p->ad.guid);
    }
    p->in_cloud = c->immutable_id != NULL;
}

void part_user(struct generator *g, struct pair *p)
{
    static const struct twist twists[] = {
        {USUAL, gone},
        {USUAL, not_synced},
        {USUAL, not_synced},
        {USUAL, not_synced},
        {USUAL, soft_deleted},
        {USUAL, soft_deleted},
        {USUAL, other_sid},
        {USUAL, fewer_addresses},
        {USUAL, other_upn},
        {USUAL, other_upn},
        {USUAL, other_anchor_held},
        {USUAL, other_anchor_held},
        {NASTY, case_turned},
        {USUAL, cloud_born},
        {USUAL, cloud_born},
        {USUAL, cloud_born},
        {USUAL, split},
        {USUAL, other_kind},
        {NASTY, doubled},
        {NASTY, deleted_twice},
        {USUAL, any_identifier},
        {USUAL, any_identifier},
        {USUAL, any_roles},
        {NASTY, two_primaries},
        {USUAL, guest},
        {USUAL, ad_only_gone},
    };

    in_step(g, p);
    if (p->in_cloud)
        apply(g, p, twists, sizeof twists / sizeof *twists, 45);
}
