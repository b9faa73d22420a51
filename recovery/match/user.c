#include "recovery/match/case.h"

/*
 * An AD user (decision: AD user). Each step either ends the case or hands it on; a server that is
 * reinstalled asks in the same order: its own anchor first, then what a new object would run into.
 */

static bool privileged_or_assigned(const struct ra_cloud_fact *c)
{
    return c->roles & (RA_ROLE_PRIVILEGED | RA_ROLE_ASSIGNED); /* domain 2.2 H4 H5, 10 */
}

/* Step 1, row 33. */
static bool duplicate_anchor(struct ra_case *c)
{
    uint32_t peer = c->f->n[RA_SLOT_ANCHOR] == 1 ? c->f->first[RA_SLOT_ANCHOR] : RA_NONE;

    if (!(c->f->bits & RA_AD_DUP_ANCHOR))
        return false;
    ra_case_claim(c, RA_BLOCK_DUP_ANCHOR, peer, 33);
    return true;
}

static bool same_sid(struct ra_case *c, uint32_t cloud)
{
    struct ra_cloud_object peer;

    if (c->f->n[RA_SLOT_SID] == 1 && c->f->first[RA_SLOT_SID] == cloud)
        return true;
    ra_world_cloud_object(c->w, cloud, &peer);
    return !ra_str_absent(ra_case_object(c)->sid) && ra_str_eq(ra_case_object(c)->sid, peer.sid);
}

/* The rebuilt-AD case that nobody can prove either way while the identifier is unknown. */
static bool identifier_unprovable(struct ra_case *c, uint32_t cloud, enum ra_ooi ooi)
{
    return ooi == RA_OOI_UNKNOWN &&
           !ra_anchor_is_object_guid(ra_case_object(c), &c->w->anchor, c->scratch) &&
           !same_sid(c, cloud) && !ra_case_allow_update(c);
}

/* Step 2, the peer is synced: a re-join, no takeover (domain 2.1, 2.2 H1 H6; rows 1, 2, 3, 30). */
static void rejoin(struct ra_case *c, uint32_t cloud)
{
    enum ra_ooi ooi = ra_case_ooi(c, cloud);

    if (ooi == RA_OOI_DIFFERENT && !ra_case_allow_update(c)) {
        ra_case_claim(c, RA_BLOCK_OOI, cloud, 2);
        return;
    }
    if (identifier_unprovable(c, cloud, ooi)) {
        ra_case_claim(c, RA_UNKNOWN_OOI, cloud, 0);
        return;
    }
    ra_case_claim(c, RA_MATCH_HARD, cloud, ooi == RA_OOI_DIFFERENT ? 3 : 1);
    if (ooi == RA_OOI_DIFFERENT)
        ra_case_warn(c, RA_WARN_BYPASS);
    if (ooi == RA_OOI_UNKNOWN)
        ra_case_warn(c, RA_WARN_OOI_UNKNOWN);
}

/* Rows 4, 7, 11. */
static void take_over(struct ra_case *c, uint32_t cloud, enum ra_ooi ooi)
{
    ra_case_claim(c, RA_MATCH_HARD_TAKEOVER, cloud, ooi == RA_OOI_EQUAL ? 7 : 4);
    if (ooi == RA_OOI_EQUAL)
        ra_case_warn(c, RA_WARN_OOI);
    else if (ooi == RA_OOI_DIFFERENT)
        ra_case_warn(c, RA_WARN_BYPASS);
    else if (ooi == RA_OOI_UNKNOWN)
        ra_case_warn(c, RA_WARN_OOI_UNKNOWN);
}

/* Step 2, the peer is live and not synced: a takeover, if everything permits (domain 2.2 H2-H6). */
static void hard_match_unsynced(struct ra_case *c, uint32_t cloud)
{
    const struct ra_cloud_fact *peer = ra_case_cloud(c, cloud);
    enum ra_tri soa = ra_case_soa(c, cloud);
    enum ra_ooi ooi;

    if (soa != RA_NO) { /* row 10; domain 2.4 */
        ra_case_claim(c, soa == RA_YES ? RA_SKIP_SOA_CLOUD : RA_UNKNOWN_SOA, cloud,
                      soa == RA_YES ? 10 : 0);
        return;
    }
    if (peer->bits & RA_CLOUD_GUEST) {
        ra_case_end(c, RA_CONFLICT_GUEST, cloud, 0);
        return;
    }
    ooi = ra_case_ooi(c, cloud);
    if (ra_case_block_hard(c))
        ra_case_block(c, RA_BLOCK_HARD_FLAG); /* row 5 */
    if (privileged_or_assigned(peer))
        ra_case_block(c, RA_BLOCK_ROLE); /* rows 8, 9 */
    if (ooi == RA_OOI_DIFFERENT && !ra_case_allow_update(c))
        ra_case_block(c, RA_BLOCK_OOI); /* row 6 */
    if (ra_case_end_blocked(c, cloud, true))
        return;
    if (!c->w->in->tenant->roles_known)
        ra_case_claim(c, RA_UNKNOWN_ROLES, cloud, 0);
    else if (identifier_unprovable(c, cloud, ooi))
        ra_case_claim(c, RA_UNKNOWN_OOI, cloud, 0);
    else if (!c->w->in->policy->takeover_allowed)
        ra_case_claim(c, RA_BLOCK_TAKEOVER_POLICY, cloud, 0);
    else
        take_over(c, cloud, ooi);
}

/* Step 2, the peer is soft-deleted: it would be restored (domain 2.2 H7 H8; rows 12, 13). */
static void hard_match_deleted(struct ra_case *c, uint32_t cloud)
{
    enum ra_ooi ooi;

    if (privileged_or_assigned(ra_case_cloud(c, cloud))) {
        ra_case_claim(c, RA_BLOCK_ROLE_DELETED, cloud, 13);
        return;
    }
    if (ra_case_block_hard(c)) {
        ra_case_claim(c, RA_BLOCK_HARD_FLAG, cloud, 0);
        return;
    }
    ooi = ra_case_ooi(c, cloud);
    if (ooi == RA_OOI_DIFFERENT) {
        if (!ra_case_allow_update(c)) {
            ra_case_claim(c, RA_BLOCK_OOI, cloud, 0);
            return;
        }
        ra_case_warn(c, RA_WARN_BYPASS);
    }
    if (!c->w->in->tenant->roles_known)
        ra_case_claim(c, RA_UNKNOWN_ROLES, cloud, 0);
    else if (!c->w->in->policy->takeover_allowed)
        ra_case_claim(c, RA_BLOCK_TAKEOVER_POLICY, cloud, 0);
    else
        ra_case_claim(c, RA_MATCH_HARD_RESTORE, cloud, 12);
}

static bool hard_match(struct ra_case *c)
{
    uint32_t live = ra_case_holder(c, RA_SLOT_ANCHOR);
    uint32_t deleted = live == RA_NONE ? ra_case_holder(c, RA_SLOT_DELETED) : RA_NONE;

    if (live != RA_NONE && (ra_case_cloud(c, live)->bits & RA_CLOUD_SYNCED))
        rejoin(c, live);
    else if (live != RA_NONE)
        hard_match_unsynced(c, live);
    else if (deleted != RA_NONE)
        hard_match_deleted(c, deleted);
    return live != RA_NONE || deleted != RA_NONE;
}

/* Step 3, row 21. Nobody live has our anchor here, so any anchor of the SID's holder is another. */
static bool anchor_drift(struct ra_case *c)
{
    size_t n;
    uint32_t *all;

    if (!c->f->n[RA_SLOT_SID])
        return false;
    all = ra_case_holders(c, RA_SLOT_SID, &n);
    for (size_t i = 0; i < n; i++)
        if (ra_case_cloud(c, all[i])->bits & RA_CLOUD_ANCHORED) {
            c->w->cloud[all[i]].bits |= RA_CLOUD_CONTESTED;
            ra_case_ooi(c, all[i]); /* asked for: giving the anchor back depends on it */
            ra_case_end(c, RA_ANCHOR_DRIFT, all[i], 21);
            return true;
        }
    return false;
}

/* The object that owns our address or name carries somebody's anchor (rows 22, 23). */
static void anchor_conflict(struct ra_case *c, uint32_t cloud, unsigned row)
{
    c->w->cloud[cloud].bits |= RA_CLOUD_CONTESTED;
    ra_case_ooi(c, cloud); /* asked for, as above: a person may say that both are one */
    ra_case_end(c, RA_ANCHOR_CONFLICT, cloud, row);
}

static bool is_anchored(const struct ra_cloud_fact *peer)
{
    return peer->bits & (RA_CLOUD_ANCHORED | RA_CLOUD_SYNCED);
}

static bool is_stamped(const struct ra_case *c)
{
    return c->w->in->policy->soft_match == RA_SOFT_STAMP;
}

/* The blocks of a user's soft match, and what follows them; true when the case has ended. */
static bool soft_match_blocked(struct ra_case *c, uint32_t cloud)
{
    if (ra_case_cloud(c, cloud)->roles & (RA_ROLE_ASSIGNED | RA_ROLE_ELIGIBLE))
        ra_case_block(c, RA_BLOCK_ADMIN);  /* domain 2.3; rows 19, 20 */
    ra_case_soft_blocks(c, is_stamped(c)); /* row 16 */
    if (ra_case_end_blocked(c, cloud, false))
        return true;
    if (c->w->in->tenant->roles_known) {
        if (is_stamped(c)) { /* asked for: the hard match that it becomes depends on them */
            ra_case_ooi(c, cloud);
            ra_case_soa(c, cloud);
        }
        return false;
    }
    ra_case_claim(c, RA_UNKNOWN_ROLES, cloud, 0);
    return true;
}

/* Step 4: who owns our primary SMTP (domain 2.3; rows 15, 16, 19, 20, 22, 25-28). */
static bool primary_smtp(struct ra_case *c)
{
    uint32_t s = ra_case_holder(c, RA_SLOT_PRIMARY);
    const struct ra_cloud_fact *peer;

    if (s == RA_NONE)
        return false;
    peer = ra_case_cloud(c, s);
    if (c->f->n[RA_SLOT_PRIMARY] > 1)
        ra_case_end(c, RA_CONFLICT_PROXY, s, 0);
    else if (peer->kind != RA_USER)
        ra_case_end(c, RA_CONFLICT_TYPE, s, 25);
    else if (is_anchored(peer))
        anchor_conflict(c, s, 22);
    else if (peer->bits & RA_CLOUD_GUEST)
        ra_case_end(c, RA_CONFLICT_GUEST, s, 26);
    else if (ra_case_held_by_other(c, RA_SLOT_UPN, s))
        ra_case_end(c, RA_CONFLICT_SPLIT, s, 27);
    else if (!soft_match_blocked(c, s)) {
        ra_case_end(c, RA_SOFT_SMTP, s, ra_case_object(c)->mailbox_guid ? 28 : 15);
        if (ra_case_object(c)->mailbox_guid)
            ra_case_warn(c, RA_WARN_MAILBOX);
    }
    return true;
}

/* Step 5: who has our UPN (rows 17, 18, 23, 26). */
static bool user_principal_name(struct ra_case *c)
{
    uint32_t u = ra_case_holder(c, RA_SLOT_UPN);
    const struct ra_cloud_fact *peer;

    if (u == RA_NONE)
        return false;
    peer = ra_case_cloud(c, u);
    if (is_anchored(peer))
        anchor_conflict(c, u, 23);
    else if (peer->bits & RA_CLOUD_GUEST)
        ra_case_end(c, RA_CONFLICT_GUEST, u, 26);
    else if (!ra_case_soft_on_upn(c) && !is_stamped(c))
        ra_case_end(c, RA_CONFLICT_UPN, u, 18);
    else if (!soft_match_blocked(c, u))
        ra_case_end(c, RA_SOFT_UPN, u, 17);
    return true;
}

/* Steps 6, 7, 8. */
static void new_object(struct ra_case *c)
{
    if (c->f->n[RA_SLOT_SID])
        ra_case_end(c, RA_CONFLICT_SID, ra_case_holder(c, RA_SLOT_SID), 0);
    else if (c->f->n[RA_SLOT_ADDRESS])
        ra_case_end(c, RA_CONFLICT_PROXY, ra_case_holder(c, RA_SLOT_ADDRESS), 24);
    else
        ra_case_end(c, RA_ADD, RA_NONE, 29);
}

void ra_decide_user(struct ra_case *c)
{
    if (duplicate_anchor(c) || hard_match(c) || anchor_drift(c) || primary_smtp(c) ||
        user_principal_name(c))
        return;
    new_object(c);
}
