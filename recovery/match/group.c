#include "recovery/match/case.h"

/*
 * An AD group (decision: AD group). Graph shows no anchor for groups: the SID stands in for it
 * (domain 1.3, 2.2 H10), so what is matched by it is never better than confidence M.
 */

/* The holder of our SID; a synced one before the others, then by id. */
static uint32_t sid_holder(struct ra_case *c)
{
    size_t n;
    uint32_t *all = ra_case_holders(c, RA_SLOT_SID, &n);

    for (size_t i = 0; i < n; i++)
        if (ra_case_cloud(c, all[i])->bits & RA_CLOUD_SYNCED)
            return all[i];
    return n ? all[0] : RA_NONE;
}

static bool same_sid(struct ra_case *c)
{
    uint32_t g = sid_holder(c);
    enum ra_tri soa;

    if (g == RA_NONE)
        return false;
    if (ra_case_cloud(c, g)->bits & RA_CLOUD_SYNCED) { /* rows 34, 38 */
        ra_case_claim(c, RA_MATCH_SID, g, c->f->bits & RA_OWN_MAIL_ENABLED ? 34 : 38);
        return true;
    }
    soa = ra_case_soa(c, g);
    if (soa == RA_YES)
        ra_case_claim(c, RA_SKIP_SOA_CLOUD, g, 0);
    else if (soa == RA_UNKNOWN)
        ra_case_claim(c, RA_UNKNOWN_SOA, g, 0);
    else if (ra_case_block_hard(c))
        ra_case_claim(c, RA_BLOCK_HARD_FLAG, g, 0);
    else if (!c->w->in->policy->takeover_allowed)
        ra_case_claim(c, RA_BLOCK_TAKEOVER_POLICY, g, 0);
    else
        ra_case_claim(c, RA_MATCH_SID_TAKEOVER, g, 0);
    return true;
}

static void soft_match(struct ra_case *c, uint32_t g)
{
    if (ra_case_cloud(c, g)->bits & RA_CLOUD_ROLE_GROUP)
        ra_case_block(c, RA_BLOCK_ROLE_GROUP); /* row 42 */
    ra_case_soft_blocks(c, false);
    if (!ra_case_end_blocked(c, g, false))
        ra_case_end(c, RA_SOFT_SMTP, g, 35);
}

/* Mail-enabled: the owner of the primary SMTP, then whoever holds an address. */
static void by_address(struct ra_case *c)
{
    uint32_t g = ra_case_holder(c, RA_SLOT_PRIMARY);

    if (c->f->n[RA_SLOT_PRIMARY] > 1)
        ra_case_end(c, RA_CONFLICT_PROXY, g, 0);
    else if (g != RA_NONE && ra_case_cloud(c, g)->kind != RA_GROUP)
        ra_case_end(c, RA_CONFLICT_TYPE, g, 0);
    else if (g != RA_NONE && (ra_case_cloud(c, g)->bits & RA_CLOUD_SYNCED)) {
        c->w->cloud[g].bits |= RA_CLOUD_CONTESTED;
        ra_case_end(c, RA_ANCHOR_CONFLICT, g, 36);
    } else if (g != RA_NONE)
        soft_match(c, g);
    else if (c->f->n[RA_SLOT_ADDRESS])
        ra_case_end(c, RA_CONFLICT_PROXY, ra_case_holder(c, RA_SLOT_ADDRESS), 0);
    else
        ra_case_end(c, RA_ADD, RA_NONE, 0);
}

void ra_decide_group(struct ra_case *c)
{
    if (c->f->bits & RA_AD_DUP_ANCHOR)
        ra_case_end(c, RA_BLOCK_DUP_ANCHOR, RA_NONE, 33);
    else if (same_sid(c))
        return;
    else if (c->f->bits & RA_OWN_MAIL_ENABLED)
        by_address(c);
    else {
        ra_case_end(c, RA_ADD, RA_NONE, 37);
        if (c->f->bits & RA_AD_NAME_HELD)
            ra_case_warn(c, RA_WARN_NAME);
    }
}
