#include "recovery/verify/verify.h"

/* One row for each reason; docs/integrity.md has the same table, and a test compares them. */
static const struct ra_reason_info reasons[RA_REASONS] = {
    [RA_R_ANCHOR_FORM] =
        {"anchor-form", 1, RA_SEVERITY_HIGH,
         "onPremisesImmutableId is neither the Base64 of a GUID nor the value of "
         "an anchor attribute",
         "Find out what wrote it. Where an AD object has the very same value the pair "
         "works and must be left alone; otherwise correct it on the cloud user "
         "while that is not synced."},
    [RA_R_ANCHOR_DIFFERS] = {"anchor-differs", 2, RA_SEVERITY_CRITICAL,
                             "both are one account by SID, but their anchors differ",
                             "Set mS-DS-ConsistencyGuid in AD to what the cloud holds, before the "
                             "next export deletes the cloud user: fixes.ldif of 'reanchor plan "
                             "--report', or 'reanchor restore' with a backup."},
    [RA_R_ANCHOR_DIFFERS_NAME] = {"anchor-differs-by-name", 2, RA_SEVERITY_CRITICAL,
                                  "both have the same address or UPN, but their anchors differ",
                                  "If both are one person, the account was made anew: set "
                                  "mS-DS-ConsistencyGuid to what the cloud holds ('reanchor "
                                  "restore' says what a backup knows). If not, take the address or "
                                  "UPN off one of them."},
    [RA_R_ANCHOR_DIFFERS_GROUP] = {"anchor-differs-group", 2, RA_SEVERITY_CRITICAL,
                                   "a group with the address of a synced group has another SID",
                                   "A synced group is deleted for good and has no recycle bin: set "
                                   "mS-DS-ConsistencyGuid of the new group to the old group's "
                                   "anchor, which a backup knows ('reanchor restore')."},
    [RA_R_SHARED_AD] = {"anchor-shared", 3, RA_SEVERITY_CRITICAL,
                        "two objects in scope have one anchor",
                        "Decide whose anchor it is, and correct mS-DS-ConsistencyGuid of the "
                        "other: one joins, the other fails or joins wrongly."},
    [RA_R_SHARED_CLOUD] = {"anchor-shared-cloud", 3, RA_SEVERITY_CRITICAL,
                           "two live cloud users have one anchor",
                           "The service does not allow this: read the cloud side again, and if it "
                           "stays so, open a support request."},
    [RA_R_SHARED_DELETED] = {"anchor-shared-deleted", 3, RA_SEVERITY_WARNING,
                             "a deleted cloud user has the anchor of another cloud user",
                             "Restoring the deleted one would fail, or give two of one anchor: "
                             "delete it for good once nobody needs it."},
    [RA_R_LENGTH_ANCHOR] = {"consistency-guid-length", 4, RA_SEVERITY_HIGH,
                            "mS-DS-ConsistencyGuid is not 16 bytes, and it is the anchor",
                            "Find out what writes it. The anchor works as it is and must not be "
                            "changed while the cloud has the same; where they differ, put the "
                            "cloud's value back."},
    [RA_R_LENGTH_FOREIGN] = {"consistency-guid-foreign", 4, RA_SEVERITY_WARNING,
                             "mS-DS-ConsistencyGuid is not 16 bytes: another program's data",
                             "Find out what writes it before mS-DS-ConsistencyGuid becomes the "
                             "anchor: the value would be taken as it is."},
    [RA_R_IDENTIFIER] = {"identifier-differs", 5, RA_SEVERITY_HIGH,
                         "onPremisesObjectIdentifier names another AD object than the one that "
                         "has its anchor",
                         "The next update of this binding fails (AttributeUpdateNotAllowed). Make "
                         "sure that both are one person, then clear it: PATCH beta/users/{id} "
                         "{\"onPremisesObjectIdentifier\":null}."},
    [RA_R_IDENTIFIER_BYPASS] = {"identifier-bypassed", 5, RA_SEVERITY_WARNING,
                                "onPremisesObjectIdentifier names another AD object, and the "
                                "tenant lets it be changed",
                                "The next export binds the cloud user to this AD object. Turn "
                                "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled off once "
                                "everybody is bound again."},
    [RA_R_SID_DRIFT] = {"sid-drift", 6, RA_SEVERITY_CRITICAL,
                        "the cloud user with this SID has another anchor",
                        "See V2 of the same pair: the SID shows that the anchor in AD changed."},
    [RA_R_SID_CROSS] = {"sid-cross", 6, RA_SEVERITY_CRITICAL,
                        "the anchor leads to one cloud user, and SID, or UPN and address, to "
                        "another",
                        "Two people are about to be swapped: stop the sync, and compare both with "
                        "a backup ('reanchor restore')."},
    [RA_R_SID_UNANCHORED] = {"sid-unanchored", 6, RA_SEVERITY_HIGH,
                             "a cloud user without this anchor holds the SID",
                             "The next export fails (AttributeValueMustBeUnique): find out which "
                             "of them is the person, and clear what the other has of AD."},
    [RA_R_SID_OTHER] = {"sid-differs", 6, RA_SEVERITY_WARNING,
                        "the anchors are equal, the SIDs are not: a moved or recreated account",
                        "Right after a migration; otherwise make sure that both are one person."},
    [RA_R_SID_MIGRATED] = {"sid-migrated", 6, RA_SEVERITY_INFO,
                           "the anchors are equal, and the cloud's SID stands in the AD object's "
                           "SID history: a migrated account",
                           "Nothing to do: the first sync brings the new SID."},
    [RA_R_SID_HISTORY] = {"sid-history", 6, RA_SEVERITY_HIGH,
                          "a SID of the SID history leads to a cloud object that nothing in AD's "
                          "scope claims",
                          "The account was migrated without its anchor: write the cloud object's "
                          "into mS-DS-ConsistencyGuid before the next export deletes it. 'reanchor "
                          "show' names both."},
    [RA_R_ATTRIBUTE_UNDETERMINED] = {"attribute-undetermined", 7, RA_SEVERITY_CRITICAL,
                                     "no attribute reproduces the cloud's anchors well enough",
                                     "Find out which attribute the sync server takes, name it "
                                     "under [anchor] attribute, and see that every domain is "
                                     "configured."},
    [RA_R_ATTRIBUTE_WEAK] = {"attribute-weak", 7, RA_SEVERITY_CRITICAL,
                             "the configured attribute reproduces too few of the cloud's anchors",
                             "Correct [anchor] attribute, or configure the domains that are "
                             "missing."},
    [RA_R_ATTRIBUTE_OTHER] = {"attribute-differs", 7, RA_SEVERITY_HIGH,
                              "the tenant names another anchor attribute than the one in use",
                              "A reinstalled server takes the tenant's: choose the attribute in "
                              "use by hand in the wizard, or every object stops syncing."},
    [RA_R_ATTRIBUTE_RATE] = {"attribute-rate", 7, RA_SEVERITY_WARNING,
                             "the tenant does not say its anchor attribute, and the best one "
                             "reproduces fewer than 99 % of the cloud's anchors",
                             "Grant OnPremDirectorySynchronization.Read.All, and explain the rest "
                             "(V2, V8)."},
    [RA_R_ORPHAN] = {"orphan", 8, RA_SEVERITY_HIGH,
                     "a synced cloud user has no object in AD's scope",
                     "The next export deletes it. Bring its AD object back into scope, or delete "
                     "it on purpose."},
    [RA_R_ORPHAN_HARD] = {"orphan-hard", 8, RA_SEVERITY_CRITICAL,
                          "a synced group, contact or device has no object in AD's scope",
                          "The next export deletes it for good: no recycle bin. Bring its AD "
                          "object back into scope, or delete it on purpose."},
    [RA_R_NO_PEER] = {"no-peer", 8, RA_SEVERITY_WARNING,
                      "an AD object in scope has no cloud object",
                      "Expected of what was made since the last sync. Otherwise it does not sync, "
                      "or its anchor was lost: see 'reanchor show'."},
    [RA_R_THRESHOLD] = {"orphans-threshold", 8, RA_SEVERITY_CRITICAL,
                        "more deletions are due than the tenant lets one export carry",
                        "The sync server stops before it deletes anything. Explain the orphans "
                        "before anybody raises the threshold."},
    [RA_R_LIMIT] = {"orphans-limit", 8, RA_SEVERITY_HIGH,
                    "more deletions are due than [policy] allows",
                    "Explain the orphans before the next export."},
    [RA_R_PLACEHOLDER] = {"placeholder-upn", 9, RA_SEVERITY_WARNING,
                          "a synced user has a placeholder UPN: the right one is taken",
                          "Free the UPN where it is held; the service gives it back within an "
                          "hour or so."},
    [RA_R_PROVISIONING_ERROR] = {"provisioning-error", 9, RA_SEVERITY_WARNING,
                                 "the service reports a value in quarantine",
                                 "Free the value where it is held; the service gives it back "
                                 "within an hour or so."},
    [RA_R_LINKED] = {"linked-mailbox", 10, RA_SEVERITY_WARNING,
                     "a linked mailbox whose master account is not among the AD objects in scope",
                     "It never provisions by itself: configure the forest of its master account, "
                     "or correct msExchMasterAccountSid."},
    [RA_R_LINKED_FORMER] =
        {"linked-mailbox-former", 10, RA_SEVERITY_WARNING,
         "a linked mailbox whose master account has msExchMasterAccountSid in its SID history "
         "alone",
         "The sync server joins by objectSid: set msExchMasterAccountSid to the account's own SID, "
         "or the mailbox does not join."},
    [RA_R_REPLICATION_CONFLICT] = {"replication-conflict", 11, RA_SEVERITY_WARNING,
                                   "a victim of a replication conflict (CNF), which does not sync",
                                   "Compare it with the object of its name, keep the right one "
                                   "(the anchor decides), and delete the other."},
    [RA_R_DUP_PRIMARY] = {"duplicate-primary", 12, RA_SEVERITY_HIGH,
                          "two AD objects in scope have one address, which is primary for one",
                          "Take it off one of them: the service puts it in quarantine."},
    [RA_R_DUP_UPN] = {"duplicate-upn", 12, RA_SEVERITY_HIGH, "two AD users in scope have one UPN",
                      "Correct one of them: the service gives it a placeholder."},
    [RA_R_DUP_ADDRESS] = {"duplicate-address", 12, RA_SEVERITY_WARNING,
                          "two AD objects in scope have one further address",
                          "Take it off one of them: the service puts it in quarantine."},
    [RA_R_UNSYNCED] = {"unsynced-anchor", 13, RA_SEVERITY_WARNING,
                       "a cloud user that is not synced has an anchor, and is not managed by the "
                       "cloud",
                       "Whoever gets this anchor in AD takes the account over. Clear "
                       "onPremisesImmutableId if nobody is to."},
    [RA_R_UNSYNCED_UNKNOWN] = {"unsynced-anchor-unknown", 13, RA_SEVERITY_WARNING,
                               "a cloud user that is not synced has an anchor, and isCloudManaged "
                               "was not read",
                               "Grant User-OnPremisesSyncBehavior.ReadWrite.All, and read again."},
    [RA_R_CHANGED_CLOUD] = {"anchor-changed-cloud", 14, RA_SEVERITY_CRITICAL,
                            "onPremisesImmutableId is not what the backup has",
                            "An anchor is immutable: treat it as an incident. The audit log of the "
                            "tenant says who changed it."},
    [RA_R_CHANGED_AD] = {"anchor-changed", 14, RA_SEVERITY_CRITICAL,
                         "the anchor in AD is not what the backup has",
                         "An anchor is immutable: treat it as an incident. 'reanchor restore' "
                         "makes the plan that puts it back."},
    [RA_R_CHANGED_IDENTIFIER] = {"identifier-changed", 14, RA_SEVERITY_WARNING,
                                 "onPremisesObjectIdentifier is not what the backup has",
                                 "Right after a re-binding; otherwise the audit log of the tenant "
                                 "says who changed it."},
    [RA_R_CASE_TWINS] = {"case-twins", 15, RA_SEVERITY_INFO,
                         "two anchors differ in the case of letters alone, and are two",
                         "Nothing to do: but never look an anchor up with a filter that ignores "
                         "case."},
    [RA_R_CASE_FALSE] = {"case-false-peer", 15, RA_SEVERITY_HIGH,
                         "an anchor in AD and one in the cloud differ in the case of letters "
                         "alone: they are not one",
                         "Whoever compares without case takes them for a pair. See 'reanchor show' "
                         "for both."},
};

static const char *const checks[RA_CHECKS + 1] = {
    "",
    "anchor-form",
    "anchor-pairs",
    "anchor-unique",
    "consistency-guid",
    "object-identifier",
    "sid",
    "anchor-attribute",
    "peers",
    "provisioning",
    "linked-mailboxes",
    "replication-conflicts",
    "duplicates-in-ad",
    "unsynced-anchors",
    "drift",
    "case",
};

static const char *const severities[RA_SEVERITIES] = {"info", "warning", "high", "critical"};

const struct ra_reason_info *ra_reason_info(enum ra_reason reason)
{
    return &reasons[reason];
}

const char *ra_check_name(unsigned check)
{
    return checks[check];
}

const char *ra_severity_name(enum ra_severity s)
{
    return severities[s];
}

bool ra_severity_parse(struct ra_str name, enum ra_severity *out)
{
    for (int i = 0; i < RA_SEVERITIES; i++)
        if (ra_str_eq_fold(name, ra_str(severities[i]))) {
            *out = (enum ra_severity)i;
            return true;
        }
    return false;
}
