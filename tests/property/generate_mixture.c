/* Values copied and swapped between any two objects: duplicates, mistaken identities, case twins.
 */
#include "tests/property/generate_inner.h"

#include "src/base/ident.h"

static struct org_ad *any_ad(struct generator *g)
{
    return &g->org->ad[any(g, g->org->ad_n)];
}

static struct org_cloud *any_cloud(struct generator *g)
{
    return &g->org->cloud[any(g, g->org->cloud_n)];
}

/* Another of the same kind, more often than not. */
static struct org_ad *similar_ad(struct generator *g, const struct org_ad *x)
{
    struct org_ad *y = any_ad(g);

    for (int i = 0; i < 20 && (y->kind != x->kind || y == x); i++)
        y = any_ad(g);
    return y;
}

static struct org_cloud *similar_cloud(struct generator *g, const struct org_cloud *x)
{
    struct org_cloud *y = any_cloud(g);

    for (int i = 0; i < 20 && (y->kind != x->kind || y == x); i++)
        y = any_cloud(g);
    return y;
}

static const char *some_address(struct generator *g, const struct org_texts *t)
{
    return t->n ? t->at[any(g, t->n)] : "smtp:";
}

static const char *recased(struct generator *g, const char *s)
{
    return s && chance(g, 30) ? upper(g, s) : s;
}

static void anchor_twin(struct generator *g, struct org_ad *x, struct org_ad *y)
{
    const char *own = true_anchor(g, x), *twin = own ? case_twin(g, own) : NULL;
    unsigned char *bytes = ra_arena_alloc(&g->org->arena, 64);
    size_t n = 64;

    if (twin && ra_base64_decode(ra_str(twin), bytes, &n) && n == 16)
        y->consistency_guid = (struct org_bytes){bytes, n};
}

static void within_ad(struct generator *g)
{
    struct org_ad *x = any_ad(g), *y = chance(g, 90) ? similar_ad(g, x) : any_ad(g);

    switch (any(g, 9)) {
    case 0:
        y->consistency_guid = x->consistency_guid;
        break;
    case 1:
        y->consistency_guid = (struct org_bytes){
            (const unsigned char *)ra_arena_copy(&g->org->arena, x->guid, 16), 16};
        break;
    case 2:
        y->custom[g->custom] = x->custom[g->custom];
        break;
    case 3:
        y->sid = x->sid;
        break;
    case 4:
    case 5:
        add_text(g, &y->proxies, some_address(g, &x->proxies));
        break;
    case 6:
        y->mail = recased(g, x->mail);
        break;
    case 7:
        y->login = recased(g, x->login);
        break;
    default:
        anchor_twin(g, x, y);
        break;
    }
}

static void swap_anchors(struct org_cloud *x, struct org_cloud *y)
{
    const char *held = x->immutable_id;

    x->immutable_id = y->immutable_id;
    y->immutable_id = held;
}

/* Graph shows a SID on users and groups alone. */
static bool has_sid(const struct org_cloud *c)
{
    return c->kind == ORG_USER || c->kind == ORG_GROUP;
}

static void within_cloud(struct generator *g)
{
    struct org_cloud *x = any_cloud(g), *y = chance(g, 90) ? similar_cloud(g, x) : any_cloud(g);

    switch (any(g, 8)) {
    case 0:
        if (y->kind == ORG_USER)
            y->immutable_id = x->immutable_id;
        break;
    case 1:
    case 2:
        if (x->kind == ORG_USER && y->kind == ORG_USER)
            swap_anchors(x, y);
        break;
    case 3:
        if (has_sid(y))
            y->sid = x->sid;
        break;
    case 4:
    case 5:
        if (y->kind != ORG_DEVICE)
            add_text(g, &y->proxies, some_address(g, &x->proxies));
        break;
    case 6:
        if (y->kind == ORG_USER)
            y->upn = recased(g, x->upn);
        break;
    default:
        y->device_id = x->device_id;
        y->display_name = recased(g, x->display_name);
        break;
    }
}

static void across(struct generator *g)
{
    struct org_ad *x = any_ad(g);
    struct org_cloud *y = any_cloud(g);

    switch (any(g, 6)) {
    case 0:
        if (y->kind == ORG_USER)
            y->immutable_id = true_anchor(g, x);
        break;
    case 1:
        if (has_sid(y))
            y->sid = x->sid;
        break;
    case 2:
        if (y->kind == ORG_USER)
            y->upn = recased(g, x->login);
        break;
    case 3:
        add_text(g, &y->proxies, some_address(g, &x->proxies));
        break;
    case 4:
        if (y->kind == ORG_GROUP)
            y->display_name = x->display_name;
        break;
    default:
        if (y->kind == ORG_DEVICE)
            y->device_id = guid_of(g, x->guid);
        break;
    }
}

void mix(struct generator *g)
{
    size_t times = g->mood == NASTY ? any(g, g->org->ad_n / 8 + 10) : 0;

    if (!g->org->ad_n || !g->org->cloud_n)
        return;
    for (size_t i = 0; i < times; i++) {
        size_t what = any(g, 3);

        if (what == 0)
            within_ad(g);
        else if (what == 1)
            within_cloud(g);
        else
            across(g);
    }
}
