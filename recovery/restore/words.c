#include "recovery/restore/restore.h"

static const char *const outcomes[RA_RESTORE_OUTCOMES] = {
    [RA_RESTORE_WRITE] = "write",     [RA_RESTORE_MANUAL] = "manual",
    [RA_RESTORE_CONFIRM] = "confirm", [RA_RESTORE_AMBIGUOUS] = "ambiguous",
    [RA_RESTORE_HELD] = "held",       [RA_RESTORE_CHANGED] = "changed",
    [RA_RESTORE_DELETED] = "deleted", [RA_RESTORE_MISSING] = "missing",
};

static const struct {
    const char *name, *text;
} reasons[RA_RESTORE_REASONS] = {
    [RA_RR_LOST] = {"lost", "mS-DS-ConsistencyGuid is empty; the backup has a value."},
    [RA_RR_OVERWRITTEN] = {"overwritten",
                           "mS-DS-ConsistencyGuid has another value than in the backup."},
    [RA_RR_RECREATED] = {"recreated",
                         "Another AD object, with another objectGUID, is the account of the "
                         "backup: it gets the anchor of the one that is gone."},
    [RA_RR_BOUND] = {"bound",
                     "The anchor is right, but onPremisesObjectIdentifier names another AD "
                     "object: the next export would fail (AttributeUpdateNotAllowed)."},
    [RA_RR_OBJECT_GUID] = {"object-guid",
                           "The source anchor is objectGUID, which nobody can set, and this is "
                           "another object. Only with mS-DS-ConsistencyGuid as source anchor can "
                           "it have its anchor back: switch to it in the wizard first, then take "
                           "the change below."},
    [RA_RR_CUSTOM] = {"custom",
                      "The source anchor is an attribute that no step of a plan writes; the "
                      "change below does, once a person has looked at it."},
    [RA_RR_VALUE] = {"value", "The anchor is no Base64: mS-DS-ConsistencyGuid cannot hold it."},
    [RA_RR_ONE_NAME] = {"one-name",
                        "Only one thing leads to this AD object, and it may have been given to "
                        "somebody else: make sure that it is the same person or group."},
    [RA_RR_OTHER_UPN] = {"other-upn",
                         "Names lead to this AD object, but it has another UPN: make sure that it "
                         "is the same person."},
    [RA_RR_CONTRADICTION] = {"contradiction",
                             "The evidence leads to different AD objects: decide which of them it "
                             "is, and set mS-DS-ConsistencyGuid of that one by hand."},
    [RA_RR_SEVERAL] = {"several",
                       "Several AD objects have one and the same SID, UPN or address: correct "
                       "that first, then restore again."},
    [RA_RR_CLAIMED] = {"claimed",
                       "Two objects of the backup lead to this AD object: decide which of them "
                       "it is, and set mS-DS-ConsistencyGuid by hand."},
    [RA_RR_SHARED] = {"shared", "The backup has this anchor twice: decide whose it is, and set "
                                "mS-DS-ConsistencyGuid of that one by hand."},
    [RA_RR_HOLDER] = {"holder",
                      "Another AD object in scope has this anchor, and nothing says that it "
                      "should not: two with one anchor block each other. Decide whose it is."},
    [RA_RR_DUPLICATE] = {"duplicate",
                         "The AD object is as it was, but another one in scope has its anchor "
                         "too: correct that one."},
    [RA_RR_CLOUD_CHANGED] = {"cloud-changed",
                             "The cloud user has another anchor than in the backup: treat it as "
                             "an incident, and do not write the backup's before it is explained."},
    [RA_RR_CLOUD_CLEARED] = {"cloud-cleared",
                             "The cloud user has no anchor any more: setting it again is "
                             "PATCH users/{id} {\"onPremisesImmutableId\":…}, while it is not "
                             "synced."},
    [RA_RR_TOMBSTONE] = {"tombstone",
                         "The AD object is deleted: bring it back (Recycle Bin, or reanimate the "
                         "tombstone), then restore again."},
    [RA_RR_NOT_FOUND] = {"not-found",
                         "Nothing in AD is this object: the next export deletes its cloud "
                         "object."},
    [RA_RR_NAME_TAKEN] = {"name-taken",
                          "Nothing in AD is this object; its name belongs to another object now, "
                          "which the backup knows as somebody else."},
};

static const char *const evidences[RA_EVIDENCES] = {
    "id", "SID", "objectGUID", "DN", "UPN", "primary SMTP", "sAMAccountName", "SID history"};

static const struct {
    const char *name, *text;
} notes[RA_NOTES] = {
    {"identifier-unread", "onPremisesObjectIdentifier was not read: if it names the old object, "
                          "the export fails until it is cleared"},
    {"cloud-deleted", "the cloud user is in the recycle bin: the first export restores it"},
    {"out-of-scope", "the AD object is out of scope as it stands"},
    {"sid-differs", "the SID is another one"},
    {"upn-differs", "the UPN is another one, or gone"},
};

const char *ra_restore_outcome_name(enum ra_restore_outcome o)
{
    return outcomes[o];
}

const char *ra_restore_reason_name(enum ra_restore_reason r)
{
    return reasons[r].name;
}

const char *ra_restore_reason_text(enum ra_restore_reason r)
{
    return reasons[r].text;
}

const char *ra_evidence_name(unsigned bit)
{
    return evidences[bit];
}

const char *ra_note_name(unsigned bit)
{
    return notes[bit].name;
}

const char *ra_note_text(unsigned bit)
{
    return notes[bit].text;
}
