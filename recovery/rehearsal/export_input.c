#include "recovery/rehearsal/export_inner.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE  ((size_t)8 << 20)
#define MAX_COUNT ((size_t)20 << 20)

/* ---- an AD object ---- */

static struct ra_str keep(struct ra_sim_run *x, const cJSON *o, const char *key)
{
    const char *z = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
    size_t n = z ? strlen(z) : 0;
    return n ? (struct ra_str){ra_arena_copy(&x->arena, z, n), n} : (struct ra_str){0};
}

static void read_proxies(struct ra_sim_run *x, const cJSON *o, struct ra_sim_ad *ad)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(o, "proxyAddresses"), *v;
    int n = cJSON_GetArraySize(list);
    ad->proxies = ra_arena_alloc(&x->arena, ((size_t)n + 1) * sizeof(*ad->proxies));
    cJSON_ArrayForEach(v, list)
    {
        const char *z = cJSON_GetStringValue(v);
        if (z && *z && !ra_str_eq_fold(ra_str(z), RA_STR("smtp:"))) /* empty is absent */
            ad->proxies[ad->proxies_n++] =
                (struct ra_str){ra_arena_copy(&x->arena, z, strlen(z)), strlen(z)};
    }
}

/* domain 6.2: the mail attribute becomes the primary address when there is no other. */
static void use_mail(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    if (ad->proxies_n || ra_str_absent(ad->mail))
        return;
    char *z = ra_arena_alloc(&x->arena, ad->mail.n + 6);
    memcpy(z, "SMTP:", 5);
    memcpy(z + 5, ad->mail.p, ad->mail.n);
    z[ad->mail.n + 5] = 0;
    ad->proxies[ad->proxies_n++] = (struct ra_str){z, ad->mail.n + 5};
}

static void find_primary(struct ra_sim_ad *ad)
{
    size_t n = 0;
    for (size_t i = 0; i < ad->proxies_n; i++) {
        struct ra_str p = ad->proxies[i];
        if (p.n > 5 && !memcmp(p.p, "SMTP:", 5)) {
            ad->primary = ra_str_from(p, 5);
            n++;
        }
    }
    if (n != 1) /* domain 2.3: the key is the single one */
        ad->primary = (struct ra_str){0};
}

static bool flag(const cJSON *o, const char *key, bool otherwise)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsBool(v) ? cJSON_IsTrue(v) : otherwise;
}

/* ---- the UPN in the cloud (domain 6.2) ---- */

static bool verified(const struct ra_sim_run *x, struct ra_str suffix)
{
    for (size_t i = 0; i < x->domains_n; i++) {
        if (ra_str_eq_fold(x->domains[i], suffix))
            return true;
    }
    return false;
}

static bool valid_local(struct ra_str s)
{
    static const char others[] = "'.-_!#^~";
    for (size_t i = 0; i < s.n; i++) {
        char c = ra_fold(s.p[i]);
        bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(others, c));
        if (!ok)
            return false;
    }
    return s.n > 0;
}

static void cloud_upn(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    struct ra_str sent = ad->sent_upn;
    long at = ra_str_last(sent, '@');
    struct ra_str local = {sent.p, at < 0 ? sent.n : (size_t)at};
    struct ra_str suffix = at < 0 ? (struct ra_str){0} : ra_str_from(sent, (size_t)at + 1);
    ad->upn = sent;
    if (verified(x, suffix) && valid_local(local))
        return;
    if (!ra_str_absent(ad->nickname))
        local = ad->nickname;
    char *z = ra_arena_alloc(&x->arena, local.n + x->initial_domain.n + 2);
    size_t n = 0;
    if (local.n)
        memcpy(z, local.p, n = local.n);
    z[n++] = '@';
    memcpy(z + n, x->initial_domain.p, x->initial_domain.n);
    n += x->initial_domain.n;
    z[n] = 0;
    ad->upn = (struct ra_str){z, n};
}

static int read_object(struct ra_sim_run *x, const cJSON *o, size_t line, struct ra_err *err)
{
    x->ad = ra_grow(x->ad, &x->cap, x->n + 1, sizeof(*x->ad));
    struct ra_sim_ad *ad = &x->ad[x->n];
    *ad = (struct ra_sim_ad){0};
    struct ra_str kind = ra_str(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, "kind")));
    ad->guid = keep(x, o, "objectGUID");
    ad->anchor = keep(x, o, "sourceAnchor");
    if (!ra_sim_kind_parse(kind, &ad->kind) || ra_str_absent(ad->guid))
        return ra_fail(err, RA_EINPUT, "export line %zu: wanted kind and objectGUID", line);
    ad->sid = keep(x, o, "objectSid");
    ad->sent_upn = keep(x, o, "userPrincipalName");
    ad->nickname = keep(x, o, "mailNickname");
    ad->mail = keep(x, o, "mail");
    ad->name = keep(x, o, "displayName");
    ad->dn = keep(x, o, "distinguishedName");
    ad->sam = keep(x, o, "sAMAccountName");
    read_proxies(x, o, ad);
    use_mail(x, ad);
    find_primary(ad);
    ad->mail_enabled = flag(o, "mailEnabled", ad->proxies_n > 0);
    ad->security_enabled = flag(o, "securityEnabled", true);
    /* domain 6.1: what has no anchor is never sent */
    ad->sent = ad->anchor.n && !flag(o, "cloudFiltered", false) && !flag(o, "deleted", false);
    if (ad->kind == RA_SIM_USER)
        cloud_upn(x, ad);
    x->n++;
    return 0;
}

int ra_sim_run_read(struct ra_sim_run *x, struct ra_str rest, struct ra_err *err)
{
    size_t number = 0;
    while (rest.n) {
        const char *end = memchr(rest.p, '\n', rest.n);
        struct ra_str line = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
        rest = end ? (struct ra_str){end + 1, rest.n - line.n - 1} : (struct ra_str){0};
        number++;
        if (!line.n)
            continue;
        cJSON *o = line.n <= MAX_LINE ? cJSON_ParseWithLength(line.p, line.n) : NULL;
        int rc = cJSON_IsObject(o) && x->n < MAX_COUNT
                     ? read_object(x, o, number, err)
                     : ra_fail(err, RA_EINPUT, "export line %zu: is not a JSON object", number);
        cJSON_Delete(o);
        if (rc)
            return rc;
    }
    return 0;
}

/* ---- the tenant's facts ---- */

static void add_domain(struct ra_sim_run *x, const char *name, bool initial, size_t *cap)
{
    if (!name)
        return;
    x->domains = ra_grow(x->domains, cap, x->domains_n + 1, sizeof(*x->domains));
    x->domains[x->domains_n++] = ra_str(name);
    if (initial)
        x->initial_domain = ra_str(name);
}

static const char *name_of(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static void read_domains(struct ra_sim_run *x)
{
    const cJSON *v, *organization = cJSON_GetArrayItem(x->s->small[RA_SIM_ORGANIZATION].items, 0);
    size_t cap = 0;
    cJSON_ArrayForEach(v, x->s->small[RA_SIM_DOMAINS].items)
    {
        if (!cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(v, "isVerified")))
            add_domain(x, name_of(v, "id"),
                       cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(v, "isInitial")), &cap);
    }
    if (!x->domains_n) {
        cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(organization, "verifiedDomains"))
        {
            add_domain(x, name_of(v, "name"),
                       cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(v, "isInitial")), &cap);
        }
    }
    for (size_t i = 0; !x->initial_domain.n && i < x->domains_n; i++) {
        if (ra_str_ends_fold(x->domains[i], RA_STR(".onmicrosoft.com")))
            x->initial_domain = x->domains[i];
    }
    if (!x->initial_domain.n)
        x->initial_domain = RA_STR("initial.onmicrosoft.com");
}

static bool feature(const cJSON *features, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(features, name));
}

void ra_sim_run_facts(struct ra_sim_run *x)
{
    const cJSON *item = cJSON_GetArrayItem(x->s->small[RA_SIM_SYNCHRONIZATION].items, 0);
    const cJSON *f = cJSON_GetObjectItemCaseSensitive(item, "features");
    x->features_known = cJSON_IsObject(f);
    x->block_hard = feature(f, "blockCloudObjectTakeoverThroughHardMatchEnabled");
    x->block_soft = feature(f, "blockSoftMatchEnabled");
    x->soft_upn = feature(f, "softMatchOnUpnEnabled");
    x->allow_identifier = feature(f, "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled");
    x->roles = ra_sim_roles_new(x->s);
    read_domains(x);
}
