/* From an organisation as nasty as can be thought of to one that the service could hold. */
#include "tests/property/oracle_inner.h"
#include "tests/property/rehearse.h"

#include <string.h>

static void settle_tenant(struct org *org)
{
    struct org_tenant *t = &org->tenant;
    uint64_t bits = org->seed;

    for (int f = 0; f < ORG_FLAGS; f++, bits /= 2)
        if (t->flags[f] == ORG_UNKNOWN)
            t->flags[f] = bits & 1 ? ORG_YES : ORG_NO;
    if (t->prevention == ORG_PREVENTION_UNKNOWN)
        t->prevention = ORG_PREVENTION_OFF;
    if (!present(t->initial_domain))
        t->initial_domain = t->domains.at[0];
    t->roles_known = t->definitions_known = true;
    org->complete = true;
}

/* Mostly what the service would do; now and then what our own policies make of it. */
static void settle_policy(struct org_policy *p, uint64_t seed)
{
    p->takeover_allowed = seed % 4 != 2;
    p->soft_match = seed % 4 == 2 ? ORG_DENY : seed % 4 == 3 ? ORG_STAMP : ORG_SERVER;
}

/* The service writes a GUID without braces. */
static const char *unbraced(struct ra_arena *a, const char *guid)
{
    size_t n = present(guid) ? strlen(guid) : 0;

    return n > 2 && guid[0] == '{' && guid[n - 1] == '}' ? ra_arena_copy(a, guid + 1, n - 2) : guid;
}

static void settle_object(struct ra_arena *a, struct org_cloud *c)
{
    c->ooi = unbraced(a, c->ooi);
    if (c->cloud_managed == ORG_UNKNOWN)
        c->cloud_managed = ORG_NO;
    if (c->ooi_state == ORG_OOI_UNKNOWN)
        c->ooi_state = ORG_OOI_NULL;
    if ((c->roles & ORG_PRIVILEGED) && !(c->roles & (ORG_ASSIGNED | ORG_ELIGIBLE)))
        c->roles |= ORG_ELIGIBLE;
    if (c->kind != ORG_USER)
        c->deleted = false;
    if (c->kind == ORG_DEVICE)
        c->proxies = (struct org_texts){0};
}

/* ---- what is unique in the service (domain 3) ---- */

enum { ANCHOR, SID, UPN, MAIL, DEVICE_ID, VALUES };

struct uniqueness {
    struct ra_arena *arena;
    struct book books[VALUES]; /* who has each value */
    bool *drop;                /* by place */
    bool clash;                /* of the object that is looked at */
};

typedef void value_fn(struct uniqueness *u, int which, const char *value, size_t who);

static void each_value(struct uniqueness *u, const struct org_cloud *c, size_t who, value_fn *each)
{
    if (c->kind == ORG_USER)
        each(u, ANCHOR, c->immutable_id, who);
    if (c->deleted)
        return; /* what else it has is free for others */
    if (c->kind == ORG_USER)
        each(u, UPN, c->upn, who);
    each(u, SID, c->sid, who);
    each(u, DEVICE_ID, c->kind == ORG_DEVICE ? c->device_id : NULL, who);
    for (size_t i = 0; c->kind != ORG_DEVICE && i < c->proxies.n; i++)
        if (starts_folded(c->proxies.at[i], "smtp:"))
            each(u, MAIL, c->proxies.at[i] + 5, who);
}

static const char *key_of(struct uniqueness *u, int which, const char *value)
{
    return which == ANCHOR || !present(value) ? value : fold(u->arena, value);
}

static void enter(struct uniqueness *u, int which, const char *value, size_t who)
{
    book_add(&u->books[which], key_of(u, which, value), who);
}

static void look(struct uniqueness *u, int which, const char *value, size_t who)
{
    size_t n;
    const struct entry *e = book_find(&u->books[which], key_of(u, which, value), &n);

    for (size_t i = 0; i < n; i++)
        u->clash = u->clash || (e[i].who < who && !u->drop[e[i].who]);
}

static void keep_unique(struct org *org)
{
    struct uniqueness u = {.arena = &org->arena};
    size_t kept = 0;

    u.drop = memset(ra_arena_alloc(&org->arena, org->cloud_n + 1), 0, org->cloud_n + 1);
    for (size_t i = 0; i < org->cloud_n; i++)
        each_value(&u, &org->cloud[i], i, enter);
    for (int v = 0; v < VALUES; v++)
        book_sort(&u.books[v]);
    for (size_t i = 0; i < org->cloud_n; i++) {
        u.clash = false;
        each_value(&u, &org->cloud[i], i, look);
        u.drop[i] = u.clash;
    }
    for (size_t i = 0; i < org->cloud_n; i++)
        if (!u.drop[i])
            org->cloud[kept++] = org->cloud[i];
    org->cloud_n = kept;
    for (int v = 0; v < VALUES; v++)
        book_free(&u.books[v]);
}

void rehearse_settle(struct org *org)
{
    settle_tenant(org);
    settle_policy(&org->policy, org->seed);
    for (size_t i = 0; i < org->cloud_n; i++)
        settle_object(&org->arena, &org->cloud[i]);
    keep_unique(org);
}
