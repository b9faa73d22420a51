#include "recovery/match/world.h"

#include <string.h>

static bool below_any(struct ra_str dn_key, const struct ra_str *bases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (dn_key.n >= bases[i].n && memcmp(dn_key.p, bases[i].p, bases[i].n) == 0)
            return true;
    return false;
}

/* What the operator left out, after everything that a default installation leaves out. */
static enum ra_cause cause_of(const struct ra_ad_head *h, const struct ra_scope *scope)
{
    if (h->cause)
        return h->cause;
    if (scope->includes && !below_any(h->dn_key, scope->include, scope->includes))
        return RA_CAUSE_OUTSIDE_INCLUDE;
    return below_any(h->dn_key, scope->exclude, scope->excludes) ? RA_CAUSE_EXCLUDED
                                                                 : RA_CAUSE_NONE;
}

uint8_t ra_scope(const struct ra_ad_head *h, const struct ra_scope *scope, uint8_t *cause)
{
    *cause = (uint8_t)cause_of(h, scope);
    if (*cause)
        return RA_SKIP_SCOPE;
    return h->own & RA_OWN_LINKED ? RA_SKIP_LINKED : 0; /* domain 1.5, row 31 */
}
