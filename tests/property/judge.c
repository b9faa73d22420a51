#include "tests/property/judge.h"

#include "tests/property/oracle_inner.h"

#include <stdlib.h>
#include <string.h>

#define ASIDE       "created_quarantined"
#define QUARANTINED "QuarantinedAttributeValueMustBeUnique"

/* What the service does with an object of each verdict, by the name of the outcome, and the errors
 * that it names, where any is named. Row 23 has two; a
 * drifted one whose address is another kind's is refused for either. */
static const struct row {
    const char *code, *did[2], *error[2];
} rows[] = {
    {"MATCH_HARD", {"updated"}, {NULL}},
    {"MATCH_SID", {"updated"}, {NULL}},
    {"MATCH_SMTP", {"updated"}, {NULL}},
    {"MATCH_DEVICE", {"updated", "merged"}, {NULL}},
    {"MATCH_HARD_TAKEOVER", {"taken_over"}, {NULL}},
    {"MATCH_SID_TAKEOVER", {"taken_over"}, {NULL}},
    {"MATCH_HARD_RESTORE", {"restored"}, {NULL}},
    {"SOFT_SMTP", {"soft_matched_smtp"}, {NULL}},
    {"SOFT_UPN", {"soft_matched_upn"}, {NULL}},
    {"ADD", {"created"}, {NULL}},
    {"BLOCK_HARD_FLAG", {"refused"}, {"InvalidHardMatch"}},
    {"BLOCK_ROLE", {"refused"}, {"InvalidHardMatch"}},
    {"BLOCK_ROLE_DELETED", {"refused"}, {"InvalidHardMatch"}},
    {"BLOCK_OOI", {"refused"}, {"AttributeUpdateNotAllowed"}},
    {"BLOCK_ROLE_GROUP", {ASIDE}, {NULL}},
    {"BLOCK_ADMIN", {ASIDE}, {"ExistingAdminRoleConflict"}},
    {"BLOCK_SOFT_FLAG", {ASIDE, "refused"}, {"InvalidSoftMatch"}},
    {"ANCHOR_DRIFT", {"refused"}, {"AttributeValueMustBeUnique", "ObjectTypeMismatch"}},
    {"ANCHOR_CONFLICT", {ASIDE}, {"InvalidSoftMatch", QUARANTINED}},
    {"CONFLICT_SID", {"refused"}, {"AttributeValueMustBeUnique"}},
    {"CONFLICT_TYPE", {"refused"}, {"ObjectTypeMismatch"}},
    {"CONFLICT_PROXY", {ASIDE}, {QUARANTINED}},
    {"CONFLICT_UPN", {ASIDE}, {QUARANTINED}},
    {"CONFLICT_SPLIT", {"soft_matched_smtp", ASIDE}, {NULL}},
    {"SKIP_SCOPE", {"not_sent"}, {NULL}},
    {"SKIP_LINKED", {"not_sent"}, {NULL}},
    {"SKIP_NO_ANCHOR", {"not_sent"}, {NULL}},
    {"SKIP_SOA_CLOUD", {"cloud_managed"}, {NULL}},
};

const char *licence_name(enum licence l)
{
    static const char *const names[LICENCES] = {[AGREED] = "agreed",
                                                [MODEST_ROLE] = "a role that is not privileged",
                                                [GUEST] = "a guest",
                                                [ELIGIBLE] = "an eligible role",
                                                [CROSSED] = "WARN_CROSS",
                                                [SID_TAKEN] = "the SID is taken",
                                                [TWIN_ANCHOR] = "two with one anchor",
                                                [TWIN_GUID] = "two with one objectGUID",
                                                [TWIN_SID] = "two with one SID",
                                                [DUPLICATE_IN_AD] = "CONFLICT_AD_DUP",
                                                [NAMESAKE] = "two with one name",
                                                [GROUP_HAS_BOTH] = "a group has name and address",
                                                [ORDER] = "changed by one before",
                                                [DISAGREED] = "disagreed"};

    return names[l];
}

static bool one_of(const char *what, const char *const these[2])
{
    for (int i = 0; i < 2; i++)
        if (same(these[i], what))
            return true;
    return false;
}

static bool matched(const struct deed *d)
{
    static const char *const all[] = {"updated",           "taken_over",       "restored",
                                      "soft_matched_smtp", "soft_matched_upn", "merged"};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (same(all[i], d->did))
            return true;
    return false;
}

static const struct row *row_of(const char *code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (same(rows[i].code, code))
            return &rows[i];
    return NULL;
}

static bool names(const struct row *r, const char *error)
{
    return r && (!r->error[0] || one_of(error, r->error));
}

/* Of several blocks the service names one; which it looks at first is not documented. */
static bool named(const struct outcome *says, const struct row *r, const char *error)
{
    bool ok = names(r, error);

    for (size_t i = 0; !ok && i < says->blocks_n; i++)
        ok = names(row_of(says->blocks[i]), error);
    return ok;
}

/* The service did what stands in the row, with the peer that was named. */
static bool agrees(const struct outcome *says, const struct deed *d)
{
    const struct row *r = row_of(says->code);

    if (!r || !one_of(d->did, r->did) || (matched(d) && d->cloud != says->peer))
        return false;
    if (same(says->code, "CONFLICT_SPLIT") && !d->upn_aside)
        return false;
    return matched(d) || named(says, r, d->error);
}

/* Decided by what others hold when its turn comes. A match by anchor, SID or device was made before
 * anything was sent, and only a SID that is held by then comes in between. */
static bool by_names(const struct outcome *says)
{
    static const char *const sorts[] = {"SOFT_",       "ADD",         "CONFLICT_",       "ANCHOR_",
                                        "BLOCK_ADMIN", "BLOCK_SOFT_", "BLOCK_ROLE_GROUP"};

    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        if (starts_folded(says->code, sorts[i]))
            return true;
    return false;
}

/* domain 4: a name and an address that are both one group's are refused and not put aside. */
static bool refused_for_group(const struct outcome *says, const struct deed *d)
{
    return by_names(says) && same(d->did, "refused") &&
           same(d->error, "AttributeValueMustBeUnique") && same(d->attribute, "ProxyAddresses");
}

static bool refused_for_sid(const struct deed *d)
{
    return same(d->did, "refused") && same(d->attribute, "OnPremiseSecurityIdentifier");
}

static bool carries(const struct outcome *says, const char *warning)
{
    for (size_t i = 0; i < says->warnings_n; i++)
        if (same(says->warnings[i], warning))
            return true;
    return false;
}

static const struct org_cloud *peer_of(const struct org *org, const struct outcome *says)
{
    return says->peer < 0 ? NULL : &org->cloud[says->peer];
}

/* Decided by address or name, before anybody looks for the holder of the SID. */
static bool before_sid(const struct outcome *says)
{
    static const char *const codes[] = {
        "SOFT_SMTP",    "SOFT_UPN",       "BLOCK_ADMIN",     "BLOCK_SOFT_FLAG", "ANCHOR_CONFLICT",
        "CONFLICT_UPN", "CONFLICT_SPLIT", "CONFLICT_AD_DUP", "CONFLICT_GUEST",  "CONFLICT_PROXY"};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (same(codes[i], says->code))
            return true;
    return false;
}

/* Whom the service named as the holder of our SID does hold it. */
static bool sid_is_taken(const struct org *org, const struct org_ad *ad, const struct deed *d)
{
    const struct org_cloud *c = d->cloud < 0 ? NULL : &org->cloud[d->cloud];

    return c && c->kind == ad->kind && !c->deleted && same(c->sid, ad->sid);
}

static enum licence licence_of_code(const struct org *org, const struct outcome *says,
                                    const struct deed *d)
{
    const struct org_cloud *peer = peer_of(org, says);
    bool mighty = peer && (peer->roles & ORG_PRIVILEGED);
    bool active = peer && (peer->roles & ORG_ASSIGNED);

    if ((same(says->code, "BLOCK_ROLE") || same(says->code, "BLOCK_ROLE_DELETED")) && !mighty &&
        d->uncertain)
        return MODEST_ROLE;
    if (same(says->code, "CONFLICT_GUEST") && (d->uncertain || !matched(d)) &&
        !same(d->did, "created"))
        return GUEST;
    if (same(says->code, "BLOCK_ADMIN") && !active && matched(d) && d->cloud == says->peer)
        return ELIGIBLE;
    return DISAGREED;
}

/* Alone it comes first and meets nobody; with the others the value may be gone. */
static bool duplicate_may(const struct deed *d, int peer, bool alone)
{
    if (same(d->did, "created"))
        return peer < 0;
    if (matched(d))
        return d->cloud == peer;
    return !alone && (same(d->did, ASIDE) || same(d->attribute, "ProxyAddresses"));
}

/* The first of several with one anchor is matched, or not; the others are refused. */
size_t judge_twins(const struct org *org, const struct outcomes *predicted,
                   const struct deeds *deeds)
{
    size_t first = 0, refused = 0;

    for (size_t i = 0; i < org->ad_n; i++) {
        if (!same(predicted->ad[i].code, "BLOCK_DUP_ANCHOR"))
            continue;
        refused += same(deeds->ad[i].attribute, "SourceAnchor");
        first += !same(deeds->ad[i].attribute, "SourceAnchor");
    }
    return first > refused ? first - refused : 0;
}

static enum licence judge_one(const struct org *org, const struct outcomes *predicted,
                              const struct deed *d, size_t i, bool alone)
{
    const struct outcome *says = &predicted->ad[i];
    enum licence l;

    if (!says->code) /* deleted: no verdict, and not sent */
        return same(d->did, "not_sent") ? AGREED : DISAGREED;
    if (same(says->code, "BLOCK_DUP_ANCHOR"))
        return TWIN_ANCHOR;
    if (same(says->code, "CONFLICT_AD_DUP") && duplicate_may(d, says->peer, alone))
        return DUPLICATE_IN_AD;
    if (agrees(says, d))
        return AGREED;
    if (refused_for_group(says, d))
        return GROUP_HAS_BOTH;
    l = licence_of_code(org, says, d);
    if (l != DISAGREED || !refused_for_sid(d) || !sid_is_taken(org, &org->ad[i], d))
        return l;
    if (carries(says, "WARN_CROSS") && d->cloud != says->peer)
        return CROSSED;
    return before_sid(says) ? SID_TAKEN : DISAGREED;
}

enum licence judge_alone(const struct org *org, const struct outcomes *predicted,
                         const struct deeds *deeds, size_t i)
{
    return judge_one(org, predicted, &deeds->ad[i], i, true);
}

enum licence judge_among(const struct org *org, const struct outcomes *predicted,
                         const struct deeds *deeds, const struct meetings *m, size_t i)
{
    const struct deed *d = &deeds->ad[i];
    enum licence l = judge_one(org, predicted, d, i, false);

    if (l != DISAGREED || same(d->did, "not_sent"))
        return l;
    if (same(d->attribute, "SourceAnchor") && meets_guid_twin(m, deeds, i))
        return TWIN_GUID;
    if (meets_sid_twin(m, deeds, i) &&
        (refused_for_sid(d) || same(predicted->ad[i].code, "MATCH_SID")))
        return TWIN_SID;
    if (!by_names(&predicted->ad[i]) && !refused_for_sid(d))
        return DISAGREED;
    if (!refused_for_sid(d) && meets_namesake(m, deeds, i))
        return NAMESAKE;
    return meets_changed(m, deeds, i) ? ORDER : DISAGREED;
}

/* Of two groups with one anchor neither can be told to be the peer; the first to come is. Of two
 * contacts with one objectGUID the second is not joined to what has its address. */
static bool is_twins(const struct outcomes *predicted, const struct deeds *deeds,
                     const struct meetings *m, size_t c, size_t i)
{
    if (matched(&deeds->ad[i]) && deeds->ad[i].cloud == (int)c)
        return same(predicted->ad[i].code, "BLOCK_DUP_ANCHOR");
    return predicted->ad[i].peer == (int)c && meets_guid_twin(m, deeds, i);
}

enum licence judge_deletion(const struct org *org, const struct outcomes *predicted,
                            const struct deeds *deeds, const struct meetings *m, size_t c)
{
    bool orphan = same(predicted->cloud[c].code, "ORPHAN");

    if (deeds->cloud_deleted[c] == orphan)
        return AGREED;
    for (size_t i = 0; i < org->ad_n; i++)
        if (is_twins(predicted, deeds, m, c, i))
            return org->cloud[c].kind == ORG_GROUP ? TWIN_ANCHOR : TWIN_GUID;
    return DISAGREED;
}
