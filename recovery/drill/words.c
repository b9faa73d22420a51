/* The names and the words of what was done, and of why it may differ from what was predicted. */
#include "recovery/drill/judge.h"

#include <string.h>

static const struct {
    const char *name, *text;
    bool joins;
} deeds[RA_DEEDS] = {
    [RA_DEED_NONE] = {NULL, "was not reached", false},
    [RA_DEED_NOT_SENT] = {"not_sent", "is not sent by the sync server", false},
    [RA_DEED_UPDATED] = {"updated", "joins its synced cloud object", true},
    [RA_DEED_TAKEN_OVER] = {"taken_over", "takes over a cloud object that was not synced", true},
    [RA_DEED_RESTORED] = {"restored", "restores a deleted user from the recycle bin", true},
    [RA_DEED_SOFT_SMTP] = {"soft_matched_smtp", "is joined by its primary address", true},
    [RA_DEED_SOFT_UPN] = {"soft_matched_upn", "is joined by its UPN", true},
    [RA_DEED_MERGED] = {"merged", "is merged with the device", true},
    [RA_DEED_CREATED] = {"created", "becomes a new cloud object", false},
    [RA_DEED_ASIDE] = {"created_quarantined",
                       "becomes a new cloud object, without the values that another one holds",
                       false},
    [RA_DEED_REFUSED] = {"refused", "is refused", false},
    [RA_DEED_CLOUD_MANAGED] = {"cloud_managed", "is left to the cloud, which manages it", false},
};

const char *ra_deed_name(enum ra_deed d)
{
    return deeds[d].name;
}

const char *ra_deed_text(enum ra_deed d)
{
    return deeds[d].text;
}

bool ra_deed_joins(enum ra_deed d)
{
    return deeds[d].joins;
}

bool ra_deed_parse(const char *name, enum ra_deed *out)
{
    for (int d = 0; name && d < RA_DEEDS; d++)
        if (deeds[d].name && strcmp(deeds[d].name, name) == 0) {
            *out = (enum ra_deed)d;
            return true;
        }
    return false;
}

static const struct {
    const char *name, *text;
} partings[RA_PARTINGS] = {
    [RA_PART_NONE] = {"as-predicted", "As predicted."},
    [RA_PART_OWN_POLICY] = {"own-policy",
                            "The service would do this; [policy] does not allow it, so that the "
                            "prediction calls it blocked. Keep the object out of the first sync "
                            "(plan --hold), or allow it."},
    [RA_PART_UNKNOWN] = {"unknown-fact",
                         "A fact that decides was not known, so that nothing was predicted. What "
                         "is shown is what happens if the fact is not in the way."},
    [RA_PART_FLAG] = {"unknown-feature",
                      "A tenant feature could not be read. The prediction takes it for the "
                      "strictest, the simulated tenant for off."},
    [RA_PART_STAMP] = {"stamp",
                       "soft_match = stamp: the prediction counts on the anchor that apply writes "
                       "beforehand. Shown is the export without it."},
    [RA_PART_MODEST_ROLE] = {"role-not-privileged",
                             "The user holds a role that is not privileged. Microsoft's texts "
                             "differ on whether that blocks a hard match; the prediction is the "
                             "careful one."},
    [RA_PART_GUEST] = {"guest", "What the service does with a guest is not documented."},
    [RA_PART_ELIGIBLE] = {"eligible-role",
                          "The user is eligible for a role. The service looks at active roles; "
                          "the prediction is more careful."},
    [RA_PART_CROSSED] = {"sid-elsewhere",
                         "The anchor leads to one cloud user and the SID to another. A SID is "
                         "unique, so that the write is refused."},
    [RA_PART_SID_TAKEN] = {"sid-taken",
                           "Address or name decided the prediction; the write then fails because "
                           "another cloud object holds the SID."},
    [RA_PART_TWIN_ANCHOR] = {"same-anchor",
                             "Several AD objects have this anchor. Who comes first is not refused, "
                             "and which one that will be nobody can say."},
    [RA_PART_TWIN_GUID] = {"same-guid", "Two AD objects have this objectGUID; who comes first is "
                                        "joined."},
    [RA_PART_TWIN_SID] = {"same-sid", "Two AD objects have this SID; the second is refused."},
    [RA_PART_DUPLICATE] = {"duplicate-in-ad",
                           "Two AD objects have one name or address. Who comes first gets it, and "
                           "which one that will be nobody can say."},
    [RA_PART_NAMESAKE] = {"namesake",
                          "An AD object that was sent before has the same name or address, and got "
                          "it."},
    [RA_PART_GROUP] = {"group-has-both",
                       "Name and address both belong to one group: the service refuses instead of "
                       "putting them aside."},
    [RA_PART_ORDER] = {"order", "An AD object that was sent before changed the cloud object that "
                                "this one was to meet."},
    [RA_PART_UNEXPLAINED] = {"unexplained",
                             "No rule accounts for this. Do not rely on the prediction for this "
                             "object, and report it."},
};

const char *ra_parting_name(enum ra_parting p)
{
    return partings[p].name;
}

const char *ra_parting_text(enum ra_parting p)
{
    return partings[p].text;
}
