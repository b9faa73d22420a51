#include "recovery/report/explain.h"

/* How a user's verdict was reached: by what its peer has in common with it (decision: AD user). */
enum reached { BY_NOTHING, BY_ANCHOR, BY_SID, BY_SMTP, BY_UPN };

static enum reached reached_by(const struct ra_row *row)
{
    if (!row->has_cloud)
        return BY_NOTHING;
    if (ra_str_eq(row->f[RA_F_ANCHOR], row->f[RA_F_CLOUD_IMMUTABLE]))
        return BY_ANCHOR;
    if (row->v->code == RA_ANCHOR_DRIFT || row->v->code == RA_CONFLICT_SID)
        return BY_SID;
    if (!ra_str_absent(row->f[RA_F_SMTP]) && ra_str_eq(row->f[RA_F_SMTP], row->f[RA_F_CLOUD_SMTP]))
        return BY_SMTP;
    return ra_str_eq_fold(row->f[RA_F_UPN], row->f[RA_F_CLOUD_UPN]) ? BY_UPN : BY_NOTHING;
}

static const char *found_by(const struct ra_row *row)
{
    static const char *const steps[] = {
        [BY_NOTHING] = "AD user, step 7: a cloud object holds one of its addresses",
        [BY_ANCHOR] = "AD user, step 2, hard match: a cloud user carries its anchor",
        [BY_SID] = "AD user, step 3: nobody carries its anchor, but a cloud user has its SID",
        [BY_SMTP] = "AD user, step 4: nobody carries its anchor or SID, but a cloud object has its "
                    "primary address",
        [BY_UPN] = "AD user, step 5: nobody has its anchor, SID or primary address, but a cloud "
                   "user has its UPN",
    };

    return steps[reached_by(row)];
}

static const char *user_step(const struct ra_row *row)
{
    enum ra_verdict_code code = (enum ra_verdict_code)row->v->code;

    if (code == RA_BLOCK_DUP_ANCHOR)
        return "AD user, step 1: two AD objects, or two cloud users, have its anchor";
    if (code == RA_ADD)
        return "AD user, step 8: nothing in the cloud has its anchor, SID, addresses or UPN";
    if (code == RA_CONFLICT_AD_DUP)
        return "Duplicates inside AD: another AD object has its UPN or one of its addresses";
    if (code == RA_CONFLICT_SID)
        return "AD user, step 6: a cloud user without an anchor has its SID";
    return found_by(row);
}

static const char *group_step(const struct ra_row *row)
{
    enum ra_verdict_code code = (enum ra_verdict_code)row->v->code;
    bool by_sid = row->has_cloud && !ra_str_absent(row->f[RA_F_SID]) &&
                  ra_str_eq(row->f[RA_F_SID], row->f[RA_F_CLOUD_SID]);

    if (code == RA_BLOCK_DUP_ANCHOR)
        return "AD group, first: two groups have its anchor";
    if (code == RA_CONFLICT_AD_DUP)
        return "Duplicates inside AD: another AD object has one of its addresses";
    if (code == RA_ADD)
        return "AD group, last: no cloud group has its SID, and no cloud object its addresses";
    if (by_sid)
        return "AD group, by SID: a cloud group has its SID";
    return "AD group, by address: no cloud group has its SID, but a cloud object has its address";
}

static const char *contact_step(const struct ra_row *row)
{
    if (row->v->code == RA_ADD)
        return "AD contact, last: no cloud object has its addresses";
    if (row->v->code == RA_CONFLICT_AD_DUP)
        return "Duplicates inside AD: another AD object has one of its addresses";
    return "AD contact, by address: a cloud object has its address";
}

static const char *cloud_step(const struct ra_row *row)
{
    if (row->v->code == RA_ORPHAN)
        return "Leftovers: synced, and no AD object in scope claims it";
    if (row->v->code == RA_STALE_ANCHOR)
        return "Leftovers: not synced, nothing in AD claims it, and it carries an anchor";
    return "Leftovers: not synced, without an anchor, and nothing in AD claims it";
}

const char *ra_reason_step(const struct ra_row *row)
{
    enum ra_verdict_code code = (enum ra_verdict_code)row->v->code;

    if (!row->has_ad)
        return cloud_step(row);
    if (code == RA_SKIP_SCOPE || code == RA_SKIP_LINKED || code == RA_SKIP_NO_ANCHOR)
        return "Scope: an object outside it takes part in nothing else";
    if (row->v->kind == RA_USER)
        return user_step(row);
    if (row->v->kind == RA_GROUP)
        return group_step(row);
    if (row->v->kind == RA_CONTACT)
        return contact_step(row);
    return code == RA_ADD ? "AD computer: no device has its objectGUID as deviceId"
                          : "AD computer: a device has its objectGUID as deviceId";
}

static const char *const changes[RA_VERDICT_CODES] = {
    [RA_MATCH_HARD] = "Only another anchor on one of the two sides.",
    [RA_MATCH_SID] = "Another SID on one of the two sides, or the anchor, which cannot be seen.",
    [RA_MATCH_SMTP] =
        "Another primary address on one of the two sides, or the anchor, which cannot be seen.",
    [RA_MATCH_DEVICE] = "Only another deviceId.",
    [RA_MATCH_HARD_TAKEOVER] =
        "Policy takeover = deny, the tenant's flag against takeovers, a role of the cloud user, a "
        "binding to another AD object, or no onPremisesImmutableId.",
    [RA_MATCH_HARD_RESTORE] =
        "Policy takeover = deny, the tenant's flag against takeovers, a role of the deleted user, "
        "or its end in the recycle bin.",
    [RA_MATCH_SID_TAKEOVER] =
        "Policy takeover = deny, the tenant's flag against takeovers, or the cloud managing it.",
    [RA_SOFT_SMTP] = "Policy soft_match = deny, the tenant's flag blockSoftMatchEnabled, a role of "
                     "the candidate, or an anchor written to it before: then it is a hard match.",
    [RA_SOFT_UPN] = "Policy soft_match = deny, the tenant's flags, a role of the candidate, or an "
                    "anchor written to it before: then it is a hard match.",
    [RA_ADD] = "An object in the cloud with its anchor.",
    [RA_BLOCK_DUP_ANCHOR] = "An anchor of its own, or all others with it out of scope.",
    [RA_BLOCK_ADMIN] = "No role on the candidate.",
    [RA_BLOCK_ROLE_GROUP] = "Another address: a role-assignable group is never matched.",
    [RA_BLOCK_HARD_FLAG] = "blockCloudObjectTakeoverThroughHardMatchEnabled off.",
    [RA_BLOCK_ROLE] = "No role, active or eligible, on the cloud user.",
    [RA_BLOCK_ROLE_DELETED] = "The user restored, and its roles removed.",
    [RA_BLOCK_OOI] = "onPremisesObjectIdentifier cleared, or the tenant's bypass flag on.",
    [RA_BLOCK_SOFT_FLAG] =
        "blockSoftMatchEnabled off; for a user, also an anchor written to the candidate.",
    [RA_BLOCK_SOFT_POLICY] = "Policy soft_match = server, or stamp.",
    [RA_BLOCK_TAKEOVER_POLICY] = "Policy takeover = allow.",
    [RA_ANCHOR_DRIFT] = "Its anchor set to what the cloud user carries.",
    [RA_ANCHOR_CONFLICT] = "Its anchor set to what the cloud object carries, or the shared address "
                           "or UPN taken off one of them.",
    [RA_CONFLICT_GUEST] = "The guest gone, or under another address.",
    [RA_CONFLICT_PROXY] = "The shared address held by one object alone.",
    [RA_CONFLICT_TYPE] = "The shared address held by one object alone.",
    [RA_CONFLICT_SPLIT] = "Address and UPN held by one cloud user.",
    [RA_CONFLICT_UPN] =
        "softMatchOnUpnEnabled on, the anchor written to the cloud user, or another "
        "UPN on one of them.",
    [RA_CONFLICT_SID] = "The anchor written to the cloud user, or another SID on one of them.",
    [RA_CONFLICT_AD_DUP] = "The duplicate value taken off the other AD object.",
    [RA_UNKNOWN_OOI] = "onPremisesObjectIdentifier readable.",
    [RA_UNKNOWN_SOA] = "isCloudManaged readable.",
    [RA_UNKNOWN_ROLES] = "Role assignments, eligibilities and members of role groups readable.",
    [RA_SKIP_SCOPE] = "The object, or the configured scope, changed as the cause says.",
    [RA_SKIP_LINKED] = "Its master account in another forest joined to it.",
    [RA_SKIP_NO_ANCHOR] = "A value in the anchor attribute.",
    [RA_SKIP_SOA_CLOUD] = "isCloudManaged set to false: then the next sync takes it over.",
    [RA_ORPHAN] = "An AD object in scope that carries its anchor.",
    [RA_STALE_ANCHOR] = "An AD object in scope that carries its anchor, or the anchor emptied.",
    [RA_CLOUD_ONLY] = "An AD object that shares its address, UPN or SID.",
};

const char *ra_reason_would_change(const struct ra_row *row)
{
    return changes[row->v->code];
}
