#include "recovery/drill/judge.h"

#include <string.h>

#define BIT(deed)   (1u << RA_DEED_##deed)
#define QUARANTINED "QuarantinedAttributeValueMustBeUnique"
#define UNIQUE      "AttributeValueMustBeUnique"

/* What the service does with an object of each verdict, and the errors that it names, where any is
 * named. Row 23 has two; a drifted one whose address is another kind's is refused for either. */
static const struct row {
    unsigned deeds;
    const char *error[2];
} rows[RA_VERDICT_CODES] = {
    [RA_MATCH_HARD] = {BIT(UPDATED), {NULL}},
    [RA_MATCH_SID] = {BIT(UPDATED), {NULL}},
    [RA_MATCH_SMTP] = {BIT(UPDATED), {NULL}},
    [RA_MATCH_DEVICE] = {BIT(UPDATED) | BIT(MERGED), {NULL}},
    [RA_MATCH_HARD_TAKEOVER] = {BIT(TAKEN_OVER), {NULL}},
    [RA_MATCH_SID_TAKEOVER] = {BIT(TAKEN_OVER), {NULL}},
    [RA_MATCH_HARD_RESTORE] = {BIT(RESTORED), {NULL}},
    [RA_SOFT_SMTP] = {BIT(SOFT_SMTP), {NULL}},
    [RA_SOFT_UPN] = {BIT(SOFT_UPN), {NULL}},
    [RA_ADD] = {BIT(CREATED), {NULL}},
    [RA_BLOCK_DUP_ANCHOR] = {BIT(REFUSED), {UNIQUE}},
    [RA_BLOCK_HARD_FLAG] = {BIT(REFUSED), {"InvalidHardMatch"}},
    [RA_BLOCK_ROLE] = {BIT(REFUSED), {"InvalidHardMatch"}},
    [RA_BLOCK_ROLE_DELETED] = {BIT(REFUSED), {"InvalidHardMatch"}},
    [RA_BLOCK_OOI] = {BIT(REFUSED), {"AttributeUpdateNotAllowed"}},
    [RA_BLOCK_ROLE_GROUP] = {BIT(ASIDE), {NULL}},
    [RA_BLOCK_ADMIN] = {BIT(ASIDE), {"ExistingAdminRoleConflict"}},
    [RA_BLOCK_SOFT_FLAG] = {BIT(ASIDE) | BIT(REFUSED), {"InvalidSoftMatch"}},
    [RA_ANCHOR_DRIFT] = {BIT(REFUSED), {UNIQUE, "ObjectTypeMismatch"}},
    [RA_ANCHOR_CONFLICT] = {BIT(ASIDE), {"InvalidSoftMatch", QUARANTINED}},
    [RA_CONFLICT_SID] = {BIT(REFUSED), {UNIQUE}},
    [RA_CONFLICT_TYPE] = {BIT(REFUSED), {"ObjectTypeMismatch"}},
    [RA_CONFLICT_PROXY] = {BIT(ASIDE), {QUARANTINED}},
    [RA_CONFLICT_UPN] = {BIT(ASIDE), {QUARANTINED}},
    [RA_CONFLICT_SPLIT] = {BIT(SOFT_SMTP) | BIT(ASIDE), {NULL}},
    [RA_SKIP_SCOPE] = {BIT(NOT_SENT), {NULL}},
    [RA_SKIP_LINKED] = {BIT(NOT_SENT), {NULL}},
    [RA_SKIP_NO_ANCHOR] = {BIT(NOT_SENT), {NULL}},
    [RA_SKIP_SOA_CLOUD] = {BIT(CLOUD_MANAGED), {NULL}},
};

unsigned ra_judge_deeds(enum ra_verdict_code code)
{
    return rows[code].deeds;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool did(const struct ra_done *d, unsigned deeds)
{
    return deeds & 1u << d->deed;
}

static bool names(enum ra_verdict_code code, const char *error)
{
    const struct row *r = &rows[code];

    return r->deeds && (!r->error[0] || same(r->error[0], error) || same(r->error[1], error));
}

/* Of several blocks the service names one; which it looks at first is not documented. */
static bool named(const struct ra_said *said, const char *error)
{
    bool ok = names(said->code, error);

    for (int c = 0; !ok && c < RA_VERDICT_CODES; c++)
        ok = (said->blocks & UINT64_C(1) << c) && names((enum ra_verdict_code)c, error);
    return ok;
}

/* The service did what stands in the row, with the peer that was named. */
static bool agrees(const struct ra_said *said, const struct ra_done *d)
{
    bool joins = ra_deed_joins(d->deed);

    if (!did(d, rows[said->code].deeds) || (joins && !d->at_peer))
        return false;
    if (said->code == RA_CONFLICT_SPLIT && !d->upn_aside)
        return false;
    if (said->code == RA_BLOCK_DUP_ANCHOR && !same(d->attribute, "SourceAnchor"))
        return false;
    return joins || named(said, d->error);
}

/* Decided by what others hold when its turn comes. A match by anchor, SID or device was made before
 * anything was sent, and only a SID that is held by then comes in between. */
static bool by_names(enum ra_verdict_code code)
{
    static const unsigned char is[RA_VERDICT_CODES] = {
        [RA_SOFT_SMTP] = 1,        [RA_SOFT_UPN] = 1,        [RA_ADD] = 1,
        [RA_ANCHOR_DRIFT] = 1,     [RA_ANCHOR_CONFLICT] = 1, [RA_CONFLICT_GUEST] = 1,
        [RA_CONFLICT_PROXY] = 1,   [RA_CONFLICT_TYPE] = 1,   [RA_CONFLICT_SPLIT] = 1,
        [RA_CONFLICT_UPN] = 1,     [RA_CONFLICT_SID] = 1,    [RA_CONFLICT_AD_DUP] = 1,
        [RA_BLOCK_ADMIN] = 1,      [RA_BLOCK_SOFT_FLAG] = 1, [RA_BLOCK_SOFT_POLICY] = 1,
        [RA_BLOCK_ROLE_GROUP] = 1,
    };

    return is[code];
}

/* With the anchor written first it is the hard match that the flag blocks, of what was found by
 * name. */
static bool found_by_name(const struct ra_said *said)
{
    return by_names(said->code) ||
           (said->code == RA_BLOCK_HARD_FLAG && said->soft_match == RA_SOFT_STAMP);
}

/* Decided by address or name, before anybody looks for the holder of the SID. */
static bool before_sid(enum ra_verdict_code code)
{
    static const unsigned char is[RA_VERDICT_CODES] = {
        [RA_SOFT_SMTP] = 1,       [RA_SOFT_UPN] = 1,          [RA_BLOCK_ADMIN] = 1,
        [RA_BLOCK_SOFT_FLAG] = 1, [RA_BLOCK_SOFT_POLICY] = 1, [RA_ANCHOR_CONFLICT] = 1,
        [RA_CONFLICT_UPN] = 1,    [RA_CONFLICT_SPLIT] = 1,    [RA_CONFLICT_AD_DUP] = 1,
        [RA_CONFLICT_GUEST] = 1,  [RA_CONFLICT_PROXY] = 1,
    };

    return is[code];
}

/* domain 4: a name and an address that are both one group's are refused and not put aside. */
static bool refused_for_group(const struct ra_said *said, const struct ra_done *d)
{
    return found_by_name(said) && d->deed == RA_DEED_REFUSED && same(d->error, UNIQUE) &&
           same(d->attribute, "ProxyAddresses");
}

static bool refused_for_sid(const struct ra_done *d)
{
    return d->deed == RA_DEED_REFUSED && same(d->attribute, "OnPremiseSecurityIdentifier");
}

/* Alone it comes first and meets nobody; with the others the value may be gone. */
static bool duplicate_may(const struct ra_said *said, const struct ra_done *d, bool alone)
{
    if (d->deed == RA_DEED_CREATED)
        return !said->has_peer;
    if (ra_deed_joins(d->deed))
        return d->at_peer;
    return !alone && (d->deed == RA_DEED_ASIDE || same(d->attribute, "ProxyAddresses"));
}

static bool own_policy(const struct ra_said *said, const struct ra_done *d)
{
    if (said->code == RA_BLOCK_TAKEOVER_POLICY)
        return did(d, BIT(TAKEN_OVER) | BIT(RESTORED)) && d->at_peer;
    return said->code == RA_BLOCK_SOFT_POLICY && did(d, BIT(SOFT_SMTP) | BIT(SOFT_UPN)) &&
           d->at_peer;
}

/* With the anchor written first it is a hard match, for which other rules hold than for the soft
 * one that the service makes without it. */
static bool counts_on_stamp(const struct ra_said *said, const struct ra_done *d)
{
    bool aside = d->deed == RA_DEED_ASIDE &&
                 (same(d->error, "InvalidSoftMatch") || same(d->error, QUARANTINED));

    if (said->soft_match != RA_SOFT_STAMP)
        return false;
    if (said->code == RA_SOFT_SMTP || said->code == RA_SOFT_UPN || said->code == RA_BLOCK_ADMIN ||
        said->code == RA_CONFLICT_AD_DUP)
        return aside;
    return said->code == RA_BLOCK_HARD_FLAG &&
           (aside || did(d, BIT(SOFT_SMTP) | BIT(SOFT_UPN)) || (refused_for_sid(d) && d->at_sid));
}

/* What our own configuration and what could not be read account for. */
static enum ra_parting of_our_side(const struct ra_said *said, const struct ra_done *d)
{
    if (own_policy(said, d))
        return RA_PART_OWN_POLICY;
    if (ra_code_info(said->code)->in == RA_CLASS_UNKNOWN)
        return RA_PART_UNKNOWN;
    if (counts_on_stamp(said, d))
        return RA_PART_STAMP;
    return said->warnings & UINT32_C(1) << RA_WARN_FLAG_UNKNOWN ? RA_PART_FLAG
                                                                : RA_PART_UNEXPLAINED;
}

static enum ra_parting of_code(const struct ra_said *said, const struct ra_done *d)
{
    if ((said->code == RA_BLOCK_ROLE || said->code == RA_BLOCK_ROLE_DELETED) &&
        !said->peer_privileged && d->uncertain)
        return RA_PART_MODEST_ROLE;
    if (said->code == RA_CONFLICT_GUEST && (d->uncertain || !ra_deed_joins(d->deed)) &&
        d->deed != RA_DEED_CREATED)
        return RA_PART_GUEST;
    if (said->code == RA_BLOCK_ADMIN && !said->peer_assigned && ra_deed_joins(d->deed) &&
        d->at_peer)
        return RA_PART_ELIGIBLE;
    return RA_PART_UNEXPLAINED;
}

static enum ra_parting of_sid(const struct ra_said *said, const struct ra_done *d)
{
    if (!refused_for_sid(d) || !d->at_sid)
        return RA_PART_UNEXPLAINED;
    if (said->warnings & UINT32_C(1) << RA_WARN_CROSS && !d->at_peer)
        return RA_PART_CROSSED;
    if (said->code == RA_BLOCK_TAKEOVER_POLICY && !d->at_peer)
        return RA_PART_CROSSED;
    return before_sid(said->code) ? RA_PART_SID_TAKEN : RA_PART_UNEXPLAINED;
}

static enum ra_parting judge_one(const struct ra_said *said, const struct ra_done *d, bool alone)
{
    enum ra_parting p;

    if (!said->verdict) /* deleted: no verdict, and not sent */
        return d->deed == RA_DEED_NOT_SENT ? RA_PART_NONE : RA_PART_UNEXPLAINED;
    if (agrees(said, d))
        return RA_PART_NONE;
    if (said->code == RA_BLOCK_DUP_ANCHOR)
        return RA_PART_TWIN_ANCHOR;
    if (said->code == RA_CONFLICT_AD_DUP && duplicate_may(said, d, alone))
        return did(d, BIT(ASIDE)) && same(d->error, QUARANTINED) ? RA_PART_NONE : RA_PART_DUPLICATE;
    p = of_our_side(said, d);
    if (p == RA_PART_UNEXPLAINED && refused_for_group(said, d))
        p = RA_PART_GROUP;
    if (p == RA_PART_UNEXPLAINED)
        p = of_code(said, d);
    return p == RA_PART_UNEXPLAINED ? of_sid(said, d) : p;
}

/* A group that was to meet the holder of its SID: joined by address to one before, the holder has
 * that one's SID since, and there is nobody left to meet but by names. */
static bool holder_is_gone(const struct ra_said *said, const struct ra_done *d)
{
    bool by_sid = said->code == RA_BLOCK_HARD_FLAG || said->code == RA_MATCH_SID_TAKEOVER ||
                  said->code == RA_BLOCK_TAKEOVER_POLICY;
    bool refused = d->deed == RA_DEED_REFUSED && same(d->attribute, "ProxyAddresses");

    return by_sid && (refused || did(d, BIT(CREATED) | BIT(ASIDE) | BIT(SOFT_SMTP)));
}

static bool meets(const struct ra_meetings *m, enum ra_meeting what)
{
    return m->ask(m->ctx, what);
}

enum ra_parting ra_judge(const struct ra_said *said, const struct ra_done *d,
                         const struct ra_meetings *m)
{
    enum ra_parting p = judge_one(said, d, !m);

    if (p != RA_PART_UNEXPLAINED || !m || !said->verdict || d->deed == RA_DEED_NOT_SENT)
        return p;
    if (same(d->attribute, "SourceAnchor") && meets(m, RA_MEETS_GUID_TWIN))
        return RA_PART_TWIN_GUID;
    if ((refused_for_sid(d) || said->code == RA_MATCH_SID) && meets(m, RA_MEETS_SID_TWIN))
        return RA_PART_TWIN_SID;
    if (!found_by_name(said) && !refused_for_sid(d) && !holder_is_gone(said, d))
        return RA_PART_UNEXPLAINED;
    if (found_by_name(said) && !refused_for_sid(d) && meets(m, RA_MEETS_NAMESAKE))
        return RA_PART_NAMESAKE;
    return meets(m, RA_MEETS_CHANGED) ? RA_PART_ORDER : RA_PART_UNEXPLAINED;
}
