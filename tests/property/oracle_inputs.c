/* What the rules compare, worked out for each object by itself. */
#include "tests/property/oracle_inner.h"

#include <string.h>

#define MANY_ADDRESSES    300
#define MANY_CERTIFICATES 15

static const char *custom_anchor(struct oracle *o, const struct org_ad *ad, int custom)
{
    const struct org_bytes *value = custom < 0 ? NULL : &ad->custom[custom];

    if (!value || !value->n)
        return NULL;
    return o->org->customs[custom].binary ? base64(o->arena, value->p, value->n)
                                          : ra_arena_copy(o->arena, value->p, value->n);
}

const char *anchor_by(struct oracle *o, const struct org_ad *ad, enum attribute mode, int custom)
{
    bool takes_consistency_guid = ad->kind == ORG_USER || ad->kind == ORG_GROUP;

    if (mode == CUSTOM && ad->kind == ORG_USER)
        return custom_anchor(o, ad, custom);
    if (mode == CONSISTENCY_GUID && takes_consistency_guid && ad->consistency_guid.n)
        return base64(o->arena, ad->consistency_guid.p, ad->consistency_guid.n);
    return base64(o->arena, ad->guid, sizeof ad->guid);
}

/* ---- addresses ---- */

static bool is_value(const char *proxy)
{
    return present(proxy) && !same_folded(proxy, "smtp:");
}

static bool any_value(const struct org_texts *proxies)
{
    for (size_t i = 0; i < proxies->n; i++)
        if (is_value(proxies->at[i]))
            return true;
    return false;
}

static void add_address(struct ra_arena *a, struct addresses *to, const char *address)
{
    address = fold(a, address);
    to->values++;
    for (size_t i = 0; i < to->all.n; i++)
        if (same(to->all.at[i], address))
            return;
    to->all.at[to->all.n++] = address;
}

static void read_proxies(struct ra_arena *a, const struct org_texts *proxies, struct addresses *to)
{
    size_t primaries = 0;

    to->all.at = ra_arena_alloc(a, (proxies->n + 1) * sizeof *to->all.at);
    for (size_t i = 0; i < proxies->n; i++) {
        const char *proxy = proxies->at[i];

        if (!is_value(proxy) || !starts_folded(proxy, "smtp:"))
            continue;
        add_address(a, to, proxy + 5);
        if (!strncmp(proxy, "SMTP:", 5)) {
            to->primary = fold(a, proxy + 5);
            primaries++;
        }
    }
    if (primaries > 1) {
        to->two_primaries = true;
        to->primary = NULL;
    }
}

static void read_addresses(struct ra_arena *a, const struct org_ad *o, struct addresses *to)
{
    read_proxies(a, &o->proxies, to);
    if (!any_value(&o->proxies) && present(o->mail)) {
        add_address(a, to, o->mail);
        to->primary = fold(a, o->mail);
    }
}

/* ---- sign-in names ---- */

static bool is_verified(const struct org_tenant *t, const char *domain)
{
    for (size_t i = 0; i < t->domains.n; i++)
        if (same(t->domains.at[i], domain))
            return true;
    return false;
}

static bool is_local_part(const char *s)
{
    return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789'.-_!#^~") == strlen(s);
}

static void read_upn(struct oracle *o, struct ad_view *v)
{
    const struct org_ad *is = v->is;
    const char *login = present(is->login) ? is->login
                                           : format(o->arena, "%s@%s", is->sam ? is->sam : "",
                                                    dn_dns_name(o->arena, is->dn));
    login = fold(o->arena, login);
    const char *at = strrchr(login, '@');
    const char *local = at ? ra_arena_copy(o->arena, login, (size_t)(at - login)) : login;

    v->upn = login;
    v->upn_replaced = !at || !is_verified(&o->org->tenant, at + 1) || !is_local_part(local);
    if (v->upn_replaced)
        v->upn = fold(o->arena,
                      format(o->arena, "%s@%s", present(is->nickname) ? is->nickname : local,
                             o->org->tenant.initial_domain ? o->org->tenant.initial_domain : ""));
}

/* ---- the views ---- */

void view_ad(struct oracle *o, size_t i)
{
    struct ad_view *v = &o->ad[i];

    v->is = &o->org->ad[i];
    v->guid = guid_text(o->arena, v->is->guid);
    v->guid_anchor = base64(o->arena, v->is->guid, sizeof v->is->guid);
    v->name = fold(o->arena, present(v->is->display_name) ? v->is->display_name : v->is->cn);
    read_addresses(o->arena, v->is, &v->mail);
    if (v->is->kind == ORG_USER)
        read_upn(o, v);
    v->cause = v->is->deleted ? NULL : scope_cause(o, v->is);
    v->linked = v->is->kind == ORG_USER && v->is->recipient_type == 2;
}

void view_anchor(struct oracle *o, size_t i)
{
    struct ad_view *v = &o->ad[i];
    size_t length = v->is->consistency_guid.n;

    v->anchor = anchor_by(o, v->is, o->mode, o->custom);
    v->no_anchor = v->is->kind == ORG_USER && !present(v->anchor);
    v->in_scope = !v->is->deleted && !v->cause && !v->linked && !v->no_anchor;
    v->odd_guid = o->mode == CONSISTENCY_GUID && length && length != 16 &&
                  (v->is->kind == ORG_USER || v->is->kind == ORG_GROUP);
}

void view_cloud(struct oracle *o, size_t i)
{
    struct cloud_view *v = &o->cloud[i];
    const struct org_cloud *is = &o->org->cloud[i];

    v->is = is;
    v->live = !is->deleted;
    v->synced = is->synced == ORG_YES;
    read_proxies(o->arena, &is->proxies, &v->mail);
    v->name = fold(o->arena, is->display_name);
    v->device_guid = fold(o->arena, is->device_id);
    v->upn = fold(o->arena, is->upn);
    v->guest = same_folded(is->user_type, "guest") || contains(v->upn, "#ext#");
}

/* ---- the warnings that the inputs themselves give ---- */

void warn_of_inputs(struct oracle *o, size_t i)
{
    const struct ad_view *v = &o->ad[i];
    struct ruling *r = &o->rulings[i];

    if (v->upn_replaced)
        warn(r, "WARN_UPN"); /* row 46 */
    if (v->mail.two_primaries)
        warn(r, "WARN_TWO_PRIMARIES");
    if (v->mail.values > MANY_ADDRESSES || v->is->certificates > MANY_CERTIFICATES ||
        v->is->smime_certificates > MANY_CERTIFICATES)
        warn(r, "WARN_SIZE"); /* row 47 */
    if (v->odd_guid)
        warn(r, "WARN_GUID_LENGTH");
    if (r->looked_in_vain)
        warn(r, "WARN_FLAG_UNKNOWN"); /* row 48 */
}
