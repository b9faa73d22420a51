#include "recovery/model/verdict.h"

#include <string.h>

/* decision: "Classes and server errors". One row a code; what an administrator would search for is
 * the name that the service's own error carries (domain 3). */
static const struct ra_code_info codes[RA_VERDICT_CODES] = {
    [RA_MATCH_HARD] = {"MATCH_HARD", RA_CLASS_MATCHED, NULL, "re-joins by its anchor"},
    [RA_MATCH_SID] = {"MATCH_SID", RA_CLASS_MATCHED, NULL,
                      "re-joins: the synced group has its SID, the anchor cannot be seen"},
    [RA_MATCH_SMTP] = {"MATCH_SMTP", RA_CLASS_MATCHED, NULL,
                       "re-joins: the synced contact has its address, the anchor cannot be seen"},
    [RA_MATCH_DEVICE] = {"MATCH_DEVICE", RA_CLASS_MATCHED, NULL,
                         "re-joins: the device has its objectGUID as deviceId"},
    [RA_MATCH_HARD_TAKEOVER] = {"MATCH_HARD_TAKEOVER", RA_CLASS_TAKEOVER, NULL,
                                "takes over a cloud user that is not synced, by its anchor"},
    [RA_MATCH_HARD_RESTORE] = {"MATCH_HARD_RESTORE", RA_CLASS_TAKEOVER, NULL,
                               "restores a soft-deleted user, by its anchor"},
    [RA_MATCH_SID_TAKEOVER] = {"MATCH_SID_TAKEOVER", RA_CLASS_TAKEOVER, NULL,
                               "takes over a cloud group that is not synced, by its SID"},
    [RA_SOFT_SMTP] = {"SOFT_SMTP", RA_CLASS_SOFT, NULL,
                      "would be matched by primary address, and the anchor stamped"},
    [RA_SOFT_UPN] = {"SOFT_UPN", RA_CLASS_SOFT, NULL,
                     "would be matched by UPN, and the anchor stamped"},
    [RA_ADD] = {"ADD", RA_CLASS_NEW, NULL, "would be created as a new object"},
    [RA_BLOCK_DUP_ANCHOR] = {"BLOCK_DUP_ANCHOR", RA_CLASS_BLOCKED, NULL,
                             "two objects have the same anchor"},
    [RA_BLOCK_ADMIN] = {"BLOCK_ADMIN", RA_CLASS_BLOCKED, "ExistingAdminRoleConflict",
                        "the soft-match candidate holds a role"},
    [RA_BLOCK_ROLE_GROUP] = {"BLOCK_ROLE_GROUP", RA_CLASS_BLOCKED, NULL,
                             "the soft-match candidate is a role-assignable group"},
    [RA_BLOCK_HARD_FLAG] = {"BLOCK_HARD_FLAG", RA_CLASS_BLOCKED, "InvalidHardMatch",
                            "the tenant blocks takeover by hard match"},
    [RA_BLOCK_ROLE] = {"BLOCK_ROLE", RA_CLASS_BLOCKED, "InvalidHardMatch",
                       "the cloud user holds a role and must not be taken over"},
    [RA_BLOCK_ROLE_DELETED] = {"BLOCK_ROLE_DELETED", RA_CLASS_BLOCKED, "InvalidHardMatch",
                               "the soft-deleted user holds a role and will not be restored"},
    [RA_BLOCK_OOI] = {"BLOCK_OOI", RA_CLASS_BLOCKED, "AttributeUpdateNotAllowed",
                      "the cloud user is bound to another AD object"},
    [RA_BLOCK_SOFT_FLAG] = {"BLOCK_SOFT_FLAG", RA_CLASS_BLOCKED, NULL,
                            "the tenant blocks soft match"},
    [RA_BLOCK_SOFT_POLICY] = {"BLOCK_SOFT_POLICY", RA_CLASS_BLOCKED, NULL,
                              "our policy does not allow soft match"},
    [RA_BLOCK_TAKEOVER_POLICY] = {"BLOCK_TAKEOVER_POLICY", RA_CLASS_BLOCKED, NULL,
                                  "our policy does not allow takeover"},
    [RA_ANCHOR_DRIFT] = {"ANCHOR_DRIFT", RA_CLASS_CONFLICT, "AttributeValueMustBeUnique",
                         "same SID, but the cloud user has another anchor"},
    [RA_ANCHOR_CONFLICT] = {"ANCHOR_CONFLICT", RA_CLASS_CONFLICT, "InvalidSoftMatch",
                            "its address or UPN belongs to an object with another anchor"},
    [RA_CONFLICT_GUEST] = {"CONFLICT_GUEST", RA_CLASS_CONFLICT, NULL, "the candidate is a guest"},
    [RA_CONFLICT_PROXY] = {"CONFLICT_PROXY", RA_CLASS_CONFLICT, "AttributeValueMustBeUnique",
                           "an address of it is held by another cloud object"},
    [RA_CONFLICT_TYPE] = {"CONFLICT_TYPE", RA_CLASS_CONFLICT, "ObjectTypeMismatch",
                          "its primary address belongs to an object of another kind"},
    [RA_CONFLICT_SPLIT] = {"CONFLICT_SPLIT", RA_CLASS_CONFLICT, NULL,
                           "its address belongs to one cloud object, its UPN to another"},
    [RA_CONFLICT_UPN] = {"CONFLICT_UPN", RA_CLASS_CONFLICT, "QuarantinedAttributeValueMustBeUnique",
                         "its UPN is taken and the tenant does not match by UPN"},
    [RA_CONFLICT_SID] = {"CONFLICT_SID", RA_CLASS_CONFLICT, "AttributeValueMustBeUnique",
                         "its SID is held by another cloud user"},
    [RA_CONFLICT_AD_DUP] = {"CONFLICT_AD_DUP", RA_CLASS_CONFLICT,
                            "QuarantinedAttributeValueMustBeUnique",
                            "another AD object has its UPN or one of its addresses"},
    [RA_UNKNOWN_OOI] = {"UNKNOWN_OOI", RA_CLASS_UNKNOWN, NULL,
                        "which AD object the cloud user is bound to could not be read"},
    [RA_UNKNOWN_SOA] = {"UNKNOWN_SOA", RA_CLASS_UNKNOWN, NULL,
                        "whether the cloud manages the object could not be read"},
    [RA_UNKNOWN_ROLES] = {"UNKNOWN_ROLES", RA_CLASS_UNKNOWN, NULL,
                          "whether the cloud user holds a role could not be read"},
    [RA_SKIP_SCOPE] = {"SKIP_SCOPE", RA_CLASS_SKIPPED, NULL, "outside what is synced"},
    [RA_SKIP_LINKED] = {"SKIP_LINKED", RA_CLASS_SKIPPED, NULL,
                        "a linked mailbox waits for its master account"},
    [RA_SKIP_NO_ANCHOR] = {"SKIP_NO_ANCHOR", RA_CLASS_SKIPPED, NULL,
                           "the anchor attribute has no value"},
    [RA_SKIP_SOA_CLOUD] = {"SKIP_SOA_CLOUD", RA_CLASS_SKIPPED, NULL,
                           "the cloud manages the object; AD's changes are refused"},
    [RA_ORPHAN] = {"ORPHAN", RA_CLASS_ORPHAN, NULL,
                   "synced, but nothing in AD claims it: the first export would delete it"},
    [RA_STALE_ANCHOR] = {"STALE_ANCHOR", RA_CLASS_CLOUD, NULL,
                         "not synced, yet carries an anchor that nothing in AD has"},
    [RA_CLOUD_ONLY] = {"CLOUD_ONLY", RA_CLASS_CLOUD, NULL, "lives in the cloud alone"},
};

static const char *const classes[RA_CLASSES] = {
    [RA_CLASS_MATCHED] = "matched", [RA_CLASS_TAKEOVER] = "takeover",
    [RA_CLASS_SOFT] = "soft",       [RA_CLASS_NEW] = "new",
    [RA_CLASS_BLOCKED] = "blocked", [RA_CLASS_CONFLICT] = "conflict",
    [RA_CLASS_UNKNOWN] = "unknown", [RA_CLASS_SKIPPED] = "skipped",
    [RA_CLASS_ORPHAN] = "orphan",   [RA_CLASS_CLOUD] = "cloud",
};

struct warning {
    const char *name, *meaning;
};

static const struct warning warnings[RA_WARNINGS] = {
    [RA_NEEDS_STAMP] = {"NEEDS_STAMP",
                        "mS-DS-ConsistencyGuid is empty; the new server writes objectGUID into it"},
    [RA_WARN_AD_DUP] = {"WARN_AD_DUP", "another AD object has the same UPN or address"},
    [RA_WARN_BYPASS] = {"WARN_BYPASS", "bound to another AD object, which only the tenant's "
                                       "bypass flag allows to overwrite"},
    [RA_WARN_CROSS] = {"WARN_CROSS", "the anchor points at one person, everything else at another"},
    [RA_WARN_FLAG_UNKNOWN] = {"WARN_FLAG_UNKNOWN",
                              "a tenant flag could not be read and its strict value was taken"},
    [RA_WARN_GUID_LENGTH] = {"WARN_GUID_LENGTH", "mS-DS-ConsistencyGuid is not 16 bytes long"},
    [RA_WARN_HELD] = {"WARN_HELD", "its UPN or an address is held by another cloud object and "
                                   "will be quarantined"},
    [RA_WARN_MAILBOX] = {"WARN_MAILBOX", "has a mailbox in AD; if the cloud user has one too, "
                                         "there will be two"},
    [RA_WARN_NAME] = {"WARN_NAME", "a cloud group has the same name; there will be two"},
    [RA_WARN_OOI] = {"WARN_OOI", "already bound to this AD object, which documentation leaves "
                                 "ambiguous for a user that is not synced"},
    [RA_WARN_OOI_UNKNOWN] = {"WARN_OOI_UNKNOWN",
                             "which AD object the cloud user is bound to could not be read"},
    [RA_WARN_PLACEHOLDER] = {"WARN_PLACEHOLDER", "the cloud UPN is a placeholder from an earlier "
                                                 "conflict"},
    [RA_WARN_RENAMED] = {"WARN_RENAMED", "the UPN differs between AD and the cloud"},
    [RA_WARN_SID] = {"WARN_SID", "the SIDs of both sides differ"},
    [RA_WARN_SIZE] = {"WARN_SIZE", "more than 300 addresses, or 15 certificates of one kind"},
    [RA_WARN_TWO_PRIMARIES] = {"WARN_TWO_PRIMARIES", "more than one primary SMTP address"},
    [RA_WARN_UPN] = {"WARN_UPN", "the UPN cannot be used as it is and will be replaced"},
};

static const char *const causes[RA_CAUSES] = {
    [RA_CAUSE_NONE] = NULL,
    [RA_CAUSE_CRITICAL_SYSTEM_OBJECT] = "critical-system-object",
    [RA_CAUSE_NO_SAM_ACCOUNT_NAME] = "no-sam-account-name",
    [RA_CAUSE_SYNC_ACCOUNT] = "sync-account",
    [RA_CAUSE_SUPPORT_ACCOUNT] = "support-account",
    [RA_CAUSE_SYSTEM_MAILBOX] = "system-mailbox",
    [RA_CAUSE_CAS_MAILBOX] = "cas-mailbox",
    [RA_CAUSE_RECIPIENT_TYPE] = "recipient-type",
    [RA_CAUSE_NOT_MAIL_ENABLED] = "not-mail-enabled",
    [RA_CAUSE_MSOL_CONTACT] = "msol-contact",
    [RA_CAUSE_RICH_COEXISTENCE] = "rich-coexistence",
    [RA_CAUSE_ROLE_GROUP] = "role-group",
    [RA_CAUSE_TOO_MANY_MEMBERS] = "too-many-members",
    [RA_CAUSE_NO_USER_CERTIFICATE] = "no-user-certificate",
    [RA_CAUSE_REPLICATION_CONFLICT] = "replication-conflict",
    [RA_CAUSE_ADMIN_DESCRIPTION] = "admin-description",
    [RA_CAUSE_OUTSIDE_INCLUDE] = "outside-include",
    [RA_CAUSE_EXCLUDED] = "excluded",
    [RA_CAUSE_ANCHOR_DRIFT] = "anchor-drift",
    [RA_CAUSE_OUT_OF_SCOPE] = "out-of-scope",
    [RA_CAUSE_AD_DELETED] = "ad-deleted",
    [RA_CAUSE_NOT_FOUND] = "not-found",
};

const struct ra_code_info *ra_code_info(enum ra_verdict_code code)
{
    return &codes[code];
}

const char *ra_class_name(enum ra_class c)
{
    return classes[c];
}

const char *ra_warning_name(enum ra_warning w)
{
    return warnings[w].name;
}

const char *ra_warning_meaning(enum ra_warning w)
{
    return warnings[w].meaning;
}

const char *ra_cause_name(enum ra_cause c)
{
    return causes[c];
}

const char *ra_confidence_name(enum ra_confidence c)
{
    static const char *const names[] = {"H", "M", "L", "INF"};

    return names[c];
}

const char *ra_verdict_server_error(const struct ra_verdict *v)
{
    /* Row 45: the delete that the old server left pending meets a user that was restored. */
    if (v->code == RA_STALE_ANCHOR && v->cause == RA_CAUSE_AD_DELETED)
        return "DeletingCloudOnlyObjectNotAllowed";
    return codes[v->code].server_error;
}

bool ra_verdict_is_skip(enum ra_verdict_code code)
{
    return codes[code].in == RA_CLASS_SKIPPED;
}

const char *ra_gate_name(enum ra_gate g)
{
    static const char *const names[] = {"SAFE", "ACTION", "STOP"};

    return names[g];
}

void ra_result_free(struct ra_result *r)
{
    struct ra_arena arena = r->arena;

    ra_arena_free(&arena);
    memset(r, 0, sizeof *r);
}
