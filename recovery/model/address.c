#include "recovery/model/address.h"

#include "recovery/model/tenant.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SMTP RA_STR("smtp:")

static struct ra_str folded(struct ra_str s, struct ra_arena *a)
{
    char *copy = ra_arena_alloc(a, s.n);

    ra_fold_into(copy, s.p, s.n);
    return (struct ra_str){copy, s.n};
}

static int by_text(const void *a, const void *b)
{
    return ra_str_cmp(*(const struct ra_str *)a, *(const struct ra_str *)b);
}

static void sort_unique(struct ra_addresses *out)
{
    uint32_t kept = 0;

    if (out->count < 2)
        return;
    qsort(out->all, out->count, sizeof *out->all, by_text);
    for (uint32_t i = 0; i < out->count; i++)
        if (kept == 0 || !ra_str_eq(out->all[kept - 1], out->all[i]))
            out->all[kept++] = out->all[i];
    out->count = kept;
}

/* Fills *out from proxyAddresses; false when it has no value at all, of any prefix. */
static bool from_proxies(const struct ra_list *proxies, struct ra_arena *a,
                         struct ra_addresses *out)
{
    struct ra_str rest = proxies->bytes, item;
    bool any = false;
    uint32_t primaries = 0;

    *out = (struct ra_addresses){0};
    if (proxies->bytes.n) /* an item takes four bytes at least, whatever count says */
        out->all = ra_arena_alloc(a, proxies->bytes.n / 4 * sizeof *out->all);
    while (ra_list_next(&rest, &item)) {
        bool smtp = ra_str_starts_fold(item, SMTP);
        if (item.n == 0 || (smtp && item.n == SMTP.n)) /* empty is absent */
            continue;
        any = true;
        if (!smtp)
            continue;
        out->all[out->count] = folded(ra_str_from(item, SMTP.n), a);
        if (memcmp(item.p, "SMTP:", 5) == 0 && primaries++ == 0)
            out->primary = out->all[out->count];
        out->count++;
    }
    out->values = out->count;
    out->two_primaries = primaries > 1;
    if (primaries > 1)
        out->primary = (struct ra_str){NULL, 0};
    sort_unique(out);
    return any;
}

struct ra_address_survey ra_ad_survey(const struct ra_ad_object *o)
{
    struct ra_address_survey out = {0};
    struct ra_str rest = o->proxies.bytes, item;
    uint32_t primaries = 0;
    bool any = false;

    while (ra_list_next(&rest, &item)) {
        bool smtp = ra_str_starts_fold(item, SMTP);
        if (item.n == 0 || (smtp && item.n == SMTP.n))
            continue;
        any = true;
        out.values += smtp;
        primaries += smtp && memcmp(item.p, "SMTP:", 5) == 0;
    }
    out.two_primaries = primaries > 1;
    if (!any && !ra_str_absent(o->mail))
        out.values = 1;
    return out;
}

void ra_ad_addresses(const struct ra_ad_object *o, struct ra_arena *a, struct ra_addresses *out)
{
    if (from_proxies(&o->proxies, a, out) || ra_str_absent(o->mail))
        return;
    out->all = ra_arena_alloc(a, sizeof *out->all);
    out->all[0] = out->primary = folded(o->mail, a);
    out->count = out->values = 1;
}

void ra_cloud_addresses(const struct ra_cloud_object *o, struct ra_arena *a,
                        struct ra_addresses *out)
{
    from_proxies(&o->proxies, a, out);
}

static struct ra_str joined(struct ra_str local, struct ra_str domain, struct ra_arena *a)
{
    char *text = ra_arena_alloc(a, local.n + 1 + domain.n);

    ra_fold_into(text, local.p, local.n);
    text[local.n] = '@';
    ra_fold_into(text + local.n + 1, domain.p, domain.n);
    return (struct ra_str){text, local.n + 1 + domain.n};
}

/* The DC= parts of a DN key, which has them first and root first, as "contoso.com". */
static struct ra_str dns_name(struct ra_str dn_key, struct ra_arena *a)
{
    char *text = ra_arena_alloc(a, dn_key.n + 1);
    size_t at = dn_key.n;

    for (struct ra_str rest = dn_key; ra_str_starts_fold(rest, RA_STR("dc="));) {
        const char *end = memchr(rest.p, '\0', rest.n);
        size_t len = end ? (size_t)(end - rest.p) : rest.n;
        if (at < dn_key.n)
            text[--at] = '.';
        at -= len - 3;
        memcpy(text + at, rest.p + 3, len - 3);
        rest = ra_str_from(rest, len + 1);
    }
    return (struct ra_str){text + at, dn_key.n - at};
}

struct ra_str ra_ad_login(const struct ra_ad_object *o, struct ra_arena *a)
{
    if (!ra_str_absent(o->login))
        return folded(o->login, a);
    if (ra_str_absent(o->sam))
        return (struct ra_str){NULL, 0};
    return joined(o->sam, dns_name(o->dn_key, a), a);
}

static bool upn_character(char c)
{
    char f = ra_fold(c);

    if ((f >= 'a' && f <= 'z') || (c >= '0' && c <= '9') || c == '.')
        return true;
    return c && strchr("'-_!#^~", c);
}

static bool local_part_allowed(struct ra_str local)
{
    for (size_t i = 0; i < local.n; i++)
        if (!upn_character(local.p[i]))
            return false;
    return local.n > 0;
}

struct ra_str ra_effective_upn(const struct ra_ad_object *o, struct ra_str login,
                               const struct ra_tenant *tenant, struct ra_arena *a, bool *replaced)
{
    long at = ra_str_last(login, '@');
    struct ra_str local = at < 0 ? login : (struct ra_str){login.p, (size_t)at};
    struct ra_str suffix = at < 0 ? (struct ra_str){NULL, 0} : ra_str_from(login, (size_t)at + 1);

    *replaced = !ra_tenant_verified(tenant, suffix) || !local_part_allowed(local);
    if (!*replaced)
        return login;
    return joined(ra_str_absent(o->nickname) ? local : o->nickname, tenant->initial_domain, a);
}

size_t ra_login_suffix(struct ra_str login)
{
    long at = ra_str_last(login, '@');

    if (at < 1 || at >= UINT16_MAX || !local_part_allowed((struct ra_str){login.p, (size_t)at}))
        return 0;
    return (size_t)at + 1;
}

bool ra_upn_is_placeholder(struct ra_str upn, const struct ra_tenant *tenant)
{
    long at = ra_str_last(upn, '@');

    if (at < 4 || !ra_str_eq_fold(ra_str_from(upn, (size_t)at + 1), tenant->initial_domain) ||
        !ra_str_ends_fold(upn, RA_STR("onmicrosoft.com")))
        return false;
    for (long i = at - 4; i < at; i++)
        if (upn.p[i] < '0' || upn.p[i] > '9')
            return false;
    return true;
}
