#include "recovery/model/tenant.h"

#include <stdlib.h>

static int by_text(const void *key, const void *item)
{
    return ra_str_cmp(*(const struct ra_str *)key, *(const struct ra_str *)item);
}

bool ra_tenant_verified(const struct ra_tenant *t, struct ra_str domain)
{
    return t->domains_n && bsearch(&domain, t->domains, t->domains_n, sizeof domain, by_text);
}

static int by_user(const void *key, const void *item)
{
    return ra_str_cmp(*(const struct ra_str *)key, ((const struct ra_role_holder *)item)->user_id);
}

unsigned ra_tenant_roles(const struct ra_tenant *t, struct ra_str user_id)
{
    const struct ra_role_holder *h =
        t->holders_n ? bsearch(&user_id, t->holders, t->holders_n, sizeof *t->holders, by_user)
                     : NULL;

    return h ? h->roles : 0;
}
