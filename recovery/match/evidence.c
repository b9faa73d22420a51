#include "recovery/match/case.h"

#include "recovery/model/address.h"

/* Duplicates inside AD, then: is it the right person (decision, the sections of those names). */

static bool one_of(enum ra_verdict_code code, enum ra_verdict_code a, enum ra_verdict_code b,
                   enum ra_verdict_code c)
{
    return code == a || code == b || code == c;
}

static bool hard_matched(enum ra_verdict_code code)
{
    return one_of(code, RA_MATCH_HARD, RA_MATCH_HARD_TAKEOVER, RA_MATCH_HARD_RESTORE);
}

static bool soft_matched(enum ra_verdict_code code)
{
    return code == RA_SOFT_SMTP || code == RA_SOFT_UPN;
}

/* The new object would be quarantined whoever comes first. */
static void duplicate_in_ad(struct ra_case *c)
{
    enum ra_verdict_code code = (enum ra_verdict_code)c->v->code;

    if (!(c->f->bits & RA_AD_DUP))
        return;
    if (hard_matched(code))
        ra_case_warn(c, RA_WARN_AD_DUP);
    if (!soft_matched(code) && code != RA_MATCH_SMTP && code != RA_ADD)
        return;
    c->v->warnings &= ~(1u << RA_WARN_MAILBOX | 1u << RA_WARN_NAME);
    ra_case_end(c, RA_CONFLICT_AD_DUP, c->v->cloud, 0);
}

static bool contains(const uint32_t *all, size_t n, uint32_t wanted)
{
    for (size_t i = 0; i < n; i++)
        if (all[i] == wanted)
            return true;
    return false;
}

/* One other live user has both our UPN and our primary SMTP as its own. */
static bool other_has_both_names(struct ra_case *c, uint32_t peer)
{
    size_t upns, primaries;
    uint32_t *upn, *primary;

    if (!ra_case_held_by_other(c, RA_SLOT_UPN, peer) ||
        !ra_case_held_by_other(c, RA_SLOT_PRIMARY, peer))
        return false;
    upn = ra_case_holders(c, RA_SLOT_UPN, &upns);
    primary = ra_case_holders(c, RA_SLOT_PRIMARY, &primaries);
    for (size_t i = 0; i < upns; i++)
        if (upn[i] != peer && contains(primary, primaries, upn[i]))
            return true;
    return false;
}

static bool same_upn(struct ra_case *c, const struct ra_cloud_object *peer)
{
    bool replaced;
    struct ra_str ours =
        ra_effective_upn(ra_case_object(c), ra_ad_login(ra_case_object(c), c->scratch),
                         c->w->in->tenant, c->scratch, &replaced);

    return ra_str_eq_fold(ours, peer->upn);
}

static void compare_names(struct ra_case *c, const struct ra_cloud_object *peer)
{
    const uint32_t stronger = 1u << RA_WARN_SID | 1u << RA_WARN_CROSS;

    if (same_upn(c, peer))
        return;
    if (ra_upn_is_placeholder(peer->upn, c->w->in->tenant))
        ra_case_warn(c, RA_WARN_PLACEHOLDER);
    else if (!(c->v->warnings & stronger))
        ra_case_warn(c, RA_WARN_RENAMED);
}

/* Nothing to compare when each key is held by the peer and nobody else: the everyday case. */
static bool all_keys_agree(const struct ra_case *c, uint32_t peer)
{
    return c->f->n[RA_SLOT_SID] == 1 && c->f->first[RA_SLOT_SID] == peer &&
           c->f->n[RA_SLOT_UPN] == 1 && c->f->first[RA_SLOT_UPN] == peer;
}

static void right_person(struct ra_case *c)
{
    uint32_t peer = c->v->cloud;
    struct ra_cloud_object o;

    if (c->v->code == RA_MATCH_HARD && c->w->anchor.kind == RA_ANCHOR_CONSISTENCY_GUID &&
        (c->f->bits & RA_OWN_UNSTAMPED))
        ra_case_warn(c, RA_NEEDS_STAMP); /* row 30 */
    if (all_keys_agree(c, peer))
        return;
    ra_world_cloud_object(c->w, peer, &o);
    if (!ra_str_absent(o.sid) && !ra_str_absent(ra_case_object(c)->sid) &&
        !ra_str_eq(o.sid, ra_case_object(c)->sid))
        ra_case_warn(c, RA_WARN_SID);
    if (ra_case_held_by_other(c, RA_SLOT_SID, peer) || other_has_both_names(c, peer))
        ra_case_warn(c, RA_WARN_CROSS);
    if (c->v->code != RA_MATCH_HARD_RESTORE)
        compare_names(c, &o);
}

static void object_warnings(struct ra_case *c)
{
    if (c->f->bits & RA_AD_UPN_REPLACED)
        ra_case_warn(c, RA_WARN_UPN); /* row 46 */
    if (c->f->bits & RA_OWN_TWO_PRIMARIES)
        ra_case_warn(c, RA_WARN_TWO_PRIMARIES);
    if (c->f->bits & RA_OWN_SIZE)
        ra_case_warn(c, RA_WARN_SIZE); /* row 47 */
    if ((c->f->bits & RA_OWN_GUID_LENGTH) && c->w->anchor.kind == RA_ANCHOR_CONSISTENCY_GUID &&
        (c->f->kind == RA_USER || c->f->kind == RA_GROUP))
        ra_case_warn(c, RA_WARN_GUID_LENGTH);
}

void ra_case_evidence(struct ra_case *c)
{
    enum ra_verdict_code code;

    duplicate_in_ad(c);
    code = (enum ra_verdict_code)c->v->code;
    if (soft_matched(code)) /* only now: a duplicate's soft peer is not claimed by it */
        c->w->cloud[c->v->cloud].bits |= RA_CLOUD_CLAIMED;
    object_warnings(c);
    if (c->f->kind != RA_USER)
        return;
    if (hard_matched(code))
        right_person(c);
    if (code == RA_MATCH_HARD || code == RA_MATCH_HARD_TAKEOVER || soft_matched(code))
        if (ra_case_held_by_other(c, RA_SLOT_UPN, c->v->cloud) ||
            ra_case_held_by_other(c, RA_SLOT_ADDRESS, c->v->cloud))
            ra_case_warn(c, RA_WARN_HELD);
}
