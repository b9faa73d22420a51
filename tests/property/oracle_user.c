/*
 * AD users, step by step (decision: AD user 1 to 8). Each step says true when it has ruled; the
 * first that does ends it.
 */
#include "tests/property/oracle_inner.h"

static const struct org_cloud *cloud(const struct oracle *o, size_t c)
{
    return &o->org->cloud[c];
}

static bool any_role(const struct oracle *o, size_t c, unsigned roles)
{
    unsigned has = cloud(o, c)->roles;

    if (has && !o->org->tenant.definitions_known)
        has |= ORG_PRIVILEGED;
    return has & roles;
}

/* ---- 1. duplicate anchors ---- */

static bool duplicate_anchor(struct oracle *o, size_t i)
{
    const char *anchor = o->ad[i].anchor;
    size_t in_ad, in_cloud;
    const struct entry *e;

    book_find(&o->books[AD_USER_ANCHOR], anchor, &in_ad);
    e = book_find(&o->books[USER_ANCHOR], anchor, &in_cloud);
    if (in_ad < 2 && in_cloud < 2)
        return false;
    say(o, i, "BLOCK_DUP_ANCHOR", 33, in_cloud == 1 ? e->who : NONE);
    for (size_t k = 0; k < in_cloud; k++)
        o->claimed[e[k].who] = true;
    return true;
}

/* ---- 2. the hard match ---- */

/* A GUID may stand in braces. */
static bool is_guid(struct oracle *o, const char *spelled, const char *guid)
{
    return same_folded(spelled, guid) || same_folded(spelled, format(o->arena, "{%s}", guid));
}

static bool other_identifier(struct oracle *o, size_t i, size_t c)
{
    return cloud(o, c)->ooi_state == ORG_OOI_SET && !is_guid(o, cloud(o, c)->ooi, o->ad[i].guid);
}

static bool identifier_may_change(struct oracle *o, size_t i)
{
    return flag(o, &o->rulings[i], ORG_AI);
}

/* Whether the object behind the anchor is this one cannot be proved either way. */
static bool unprovable(struct oracle *o, size_t i, size_t c)
{
    const struct ad_view *a = &o->ad[i];

    return cloud(o, c)->ooi_state == ORG_OOI_UNKNOWN && !same(a->anchor, a->guid_anchor) &&
           !same(cloud(o, c)->sid, a->is->sid) && !identifier_may_change(o, i);
}

static void hard_synced(struct oracle *o, size_t i, size_t c)
{
    struct ruling *r = &o->rulings[i];
    bool other = other_identifier(o, i, c);

    if (other && !identifier_may_change(o, i)) {
        say(o, i, "BLOCK_OOI", 2, c);
    } else if (unprovable(o, i, c)) {
        say(o, i, "UNKNOWN_OOI", 0, c);
    } else {
        say(o, i, "MATCH_HARD", other ? 3 : 1, c);
        if (other)
            warn(r, "WARN_BYPASS");
        if (cloud(o, c)->ooi_state == ORG_OOI_UNKNOWN)
            warn(r, "WARN_OOI_UNKNOWN");
    }
}

static void collect_takeover_blocks(struct oracle *o, size_t i, size_t c, bool other)
{
    struct ruling *r = &o->rulings[i];

    if (flag(o, r, ORG_BH))
        block(r, "BLOCK_HARD_FLAG");
    if (any_role(o, c, ORG_PRIVILEGED | ORG_ASSIGNED))
        block(r, "BLOCK_ROLE");
    if (other && !identifier_may_change(o, i))
        block(r, "BLOCK_OOI");
}

static int takeover_block_row(const struct oracle *o, size_t i, size_t c)
{
    const char *first = o->rulings[i].says.blocks[0];

    if (same(first, "BLOCK_HARD_FLAG"))
        return 5;
    if (same(first, "BLOCK_ROLE"))
        return any_role(o, c, ORG_PRIVILEGED) ? 8 : 9;
    return 6;
}

static void hard_takeover(struct oracle *o, size_t i, size_t c)
{
    struct ruling *r = &o->rulings[i];
    enum org_identifier ooi = cloud(o, c)->ooi_state;
    bool other = other_identifier(o, i, c), equal = ooi == ORG_OOI_SET && !other;

    say(o, i, "MATCH_HARD_TAKEOVER", equal ? 7 : 4, c);
    if (equal)
        warn(r, "WARN_OOI");
    if (other)
        warn(r, "WARN_BYPASS");
    if (ooi == ORG_OOI_UNKNOWN)
        warn(r, "WARN_OOI_UNKNOWN");
}

static void hard_not_synced(struct oracle *o, size_t i, size_t c)
{
    enum org_fact cloud_managed = cloud(o, c)->cloud_managed;

    if (cloud_managed == ORG_YES) {
        say(o, i, "SKIP_SOA_CLOUD", 10, c);
        return;
    }
    if (cloud_managed == ORG_UNKNOWN) {
        say(o, i, "UNKNOWN_SOA", 0, c);
        return;
    }
    if (o->cloud[c].guest) {
        say(o, i, "CONFLICT_GUEST", 0, c);
        return;
    }
    collect_takeover_blocks(o, i, c, other_identifier(o, i, c));
    if (o->rulings[i].says.blocks_n)
        say_blocked(o, i, takeover_block_row(o, i, c), c);
    else if (!o->org->tenant.roles_known)
        say(o, i, "UNKNOWN_ROLES", 0, c);
    else if (unprovable(o, i, c))
        say(o, i, "UNKNOWN_OOI", 0, c);
    else if (!o->org->policy.takeover_allowed)
        say(o, i, "BLOCK_TAKEOVER_POLICY", 0, c);
    else
        hard_takeover(o, i, c);
}

static void hard_deleted(struct oracle *o, size_t i, size_t d)
{
    struct ruling *r = &o->rulings[i];

    if (any_role(o, d, ORG_PRIVILEGED | ORG_ASSIGNED)) {
        say(o, i, "BLOCK_ROLE_DELETED", 13, d);
        return;
    }
    if (flag(o, r, ORG_BH)) {
        say(o, i, "BLOCK_HARD_FLAG", 0, d);
        return;
    }
    if (other_identifier(o, i, d)) {
        if (!identifier_may_change(o, i)) {
            say(o, i, "BLOCK_OOI", 0, d);
            return;
        }
        warn(r, "WARN_BYPASS");
    }
    if (!o->org->tenant.roles_known)
        say(o, i, "UNKNOWN_ROLES", 0, d);
    else if (!o->org->policy.takeover_allowed)
        say(o, i, "BLOCK_TAKEOVER_POLICY", 0, d);
    else
        say(o, i, "MATCH_HARD_RESTORE", 12, d);
}

static bool hard(struct oracle *o, size_t i)
{
    size_t c = lowest(o, &o->books[USER_ANCHOR], o->ad[i].anchor, NONE);
    size_t d = lowest(o, &o->books[DELETED_ANCHOR], o->ad[i].anchor, NONE);

    if (c == NONE && d == NONE)
        return false;
    o->rulings[i].claims_block = true;
    if (c == NONE)
        hard_deleted(o, i, d);
    else if (o->cloud[c].synced)
        hard_synced(o, i, c);
    else
        hard_not_synced(o, i, c);
    return true;
}

/* ---- 3. the same SID under another anchor ---- */

static bool drifted(struct oracle *o, size_t i)
{
    /* No live user has our anchor here, or step 2 had ruled: one that has an anchor has another. */
    size_t c = lowest(o, &o->books[ANCHORED_SID], o->ad[i].is->sid, NONE);

    if (c == NONE)
        return false;
    say(o, i, "ANCHOR_DRIFT", 21, c);
    return true;
}

/* ---- 4 and 5. the soft match, by primary SMTP and by UPN ---- */

static void collect_soft_blocks(struct oracle *o, size_t i, size_t s)
{
    struct ruling *r = &o->rulings[i];

    if (any_role(o, s, ORG_ASSIGNED | ORG_ELIGIBLE))
        block(r, "BLOCK_ADMIN");
    if (o->org->policy.soft_match == ORG_STAMP) {
        if (flag(o, r, ORG_BH))
            block(r, "BLOCK_HARD_FLAG");
    } else if (flag(o, r, ORG_BS)) {
        block(r, "BLOCK_SOFT_FLAG");
    }
    if (o->org->policy.soft_match == ORG_DENY)
        block(r, "BLOCK_SOFT_POLICY");
}

static int soft_block_row(const struct oracle *o, size_t i, size_t s)
{
    const char *first = o->rulings[i].says.blocks[0];

    if (same(first, "BLOCK_ADMIN"))
        return any_role(o, s, ORG_ASSIGNED) ? 19 : 20;
    return same(first, "BLOCK_SOFT_FLAG") ? 16 : 0;
}

/* True when the soft match is blocked, or may be. */
static bool soft_blocked(struct oracle *o, size_t i, size_t s)
{
    collect_soft_blocks(o, i, s);
    if (o->rulings[i].says.blocks_n)
        say_blocked(o, i, soft_block_row(o, i, s), s);
    else if (!o->org->tenant.roles_known)
        say(o, i, "UNKNOWN_ROLES", 0, s);
    return o->rulings[i].says.code;
}

static void soft_smtp(struct oracle *o, size_t i, size_t s)
{
    const struct ad_view *a = &o->ad[i];

    if (soft_blocked(o, i, s))
        return;
    say(o, i, "SOFT_SMTP", a->is->mailbox_guid ? 28 : 15, s);
    if (a->is->mailbox_guid)
        warn(&o->rulings[i], "WARN_MAILBOX");
}

static bool anchored(const struct oracle *o, size_t c)
{
    return present(cloud(o, c)->immutable_id) || o->cloud[c].synced;
}

static bool primary_owned(struct oracle *o, size_t i)
{
    const struct ad_view *a = &o->ad[i];
    size_t owners, s = lowest(o, &o->books[PRIMARY], a->mail.primary, NONE);

    book_find(&o->books[PRIMARY], a->mail.primary, &owners);
    if (s == NONE)
        return false;
    if (owners > 1)
        say(o, i, "CONFLICT_PROXY", 0, s);
    else if (cloud(o, s)->kind != ORG_USER)
        say(o, i, "CONFLICT_TYPE", 25, s);
    else if (anchored(o, s))
        say(o, i, "ANCHOR_CONFLICT", 22, s);
    else if (o->cloud[s].guest)
        say(o, i, "CONFLICT_GUEST", 26, s);
    else if (lowest(o, &o->books[USER_UPN], a->upn, s) != NONE)
        say(o, i, "CONFLICT_SPLIT", 27, s);
    else
        soft_smtp(o, i, s);
    return true;
}

static bool upn_owned(struct oracle *o, size_t i)
{
    size_t u = lowest(o, &o->books[USER_UPN], o->ad[i].upn, NONE);

    if (u == NONE)
        return false;
    if (anchored(o, u))
        say(o, i, "ANCHOR_CONFLICT", 23, u);
    else if (o->cloud[u].guest)
        say(o, i, "CONFLICT_GUEST", 26, u);
    else if (!flag(o, &o->rulings[i], ORG_SU) && o->org->policy.soft_match != ORG_STAMP)
        say(o, i, "CONFLICT_UPN", 18, u);
    else if (!soft_blocked(o, i, u))
        say(o, i, "SOFT_UPN", 17, u);
    return true;
}

/* ---- 6 to 8. what is left ---- */

static bool sid_owned(struct oracle *o, size_t i)
{
    size_t c = lowest(o, &o->books[USER_SID], o->ad[i].is->sid, NONE);

    if (c == NONE)
        return false;
    say(o, i, "CONFLICT_SID", 0, c);
    return true;
}

static bool address_held(struct oracle *o, size_t i)
{
    size_t c = held_by(o, &o->ad[i], NONE);

    if (c == NONE)
        return false;
    say(o, i, "CONFLICT_PROXY", 24, c);
    return true;
}

void decide_user(struct oracle *o, size_t i)
{
    if (duplicate_anchor(o, i) || hard(o, i) || drifted(o, i) || primary_owned(o, i) ||
        upn_owned(o, i) || sid_owned(o, i) || address_held(o, i))
        return;
    say(o, i, "ADD", 29, NONE);
}
