#include "recovery/rehearsal/schema.h"

/* graph 1.2: properties that are not in the table of advanced queries do not support $filter. */
enum {
    U = 1 << RA_SIM_USER,
    G = 1 << RA_SIM_GROUP,
    C = 1 << RA_SIM_CONTACT,
    D = 1 << RA_SIM_DEVICE,
    EQ = RA_SIM_EQ,
    EQ_A = RA_SIM_EQ_ADV,
    ST = RA_SIM_STARTS,
    ST_A = RA_SIM_STARTS_ADV,
    GE = RA_SIM_RANGE,
    GE_A = RA_SIM_RANGE_ADV,
    NIL = RA_SIM_NULL_ADV,
    ENDS = RA_SIM_ENDS_ADV,
    NONE = RA_SIM_EMPTY_ADV,
    NAME = EQ | ST | NIL,
    FULL = NAME | ENDS,
    PROXY = EQ | ST | NONE | ENDS
};

/* The first rows stand in the order of the header's enumeration. */
const struct ra_sim_property ra_sim_properties[] = {
    {"id", RA_SIM_STRING, U | G | C | D, U | G | C | D, RA_SIM_PLAIN, {EQ, EQ, EQ, EQ}},
    {"userPrincipalName", RA_SIM_STRING, U, U, RA_SIM_PLAIN, {EQ | ST | ENDS}},
    {"mail", RA_SIM_STRING, U | G | C, U | G | C, RA_SIM_PLAIN, {FULL, FULL, FULL, 0}},
    {"mailNickname", RA_SIM_STRING, U | G | C, G | C, RA_SIM_PLAIN, {NAME, NAME, NAME, 0}},
    {"displayName",
     RA_SIM_STRING,
     U | G | C | D,
     U | G | C | D,
     RA_SIM_PLAIN,
     {NAME, NAME, NAME, NAME}},
    {"proxyAddresses", RA_SIM_STRINGS, U | G | C, G | C, RA_SIM_PLAIN, {PROXY, PROXY, PROXY, 0}},
    {"userType", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {EQ | NIL}},
    {"accountEnabled", RA_SIM_BOOL, U | D, D, RA_SIM_PLAIN, {EQ, 0, 0, EQ}},
    {"onPremisesImmutableId", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {EQ | GE_A}},
    {"onPremisesSyncEnabled",
     RA_SIM_BOOL,
     U | G | C | D,
     G | C | D,
     RA_SIM_PLAIN,
     {EQ | NIL, EQ | NIL, EQ | NIL, EQ | NIL}},
    {"onPremisesSecurityIdentifier",
     RA_SIM_STRING,
     U | G | D,
     G,
     RA_SIM_PLAIN,
     {EQ | NIL, EQ | NIL, 0, EQ}},
    {"onPremisesSamAccountName",
     RA_SIM_STRING,
     U | G,
     G,
     RA_SIM_PLAIN,
     {EQ_A | ST_A, EQ_A | ST_A, 0, 0}},
    {"onPremisesDomainName", RA_SIM_STRING, U | G, G, RA_SIM_PLAIN, {0}},
    {"onPremisesDistinguishedName", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {EQ_A | ST_A | NIL}},
    {"onPremisesUserPrincipalName", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"onPremisesLastSyncDateTime",
     RA_SIM_TIME,
     U | G | C | D,
     G | C | D,
     RA_SIM_PLAIN,
     {GE, GE, GE, GE}},
    {"onPremisesProvisioningErrors",
     RA_SIM_OBJECTS,
     U | G | C,
     G | C,
     RA_SIM_PLAIN,
     {EQ | NONE, EQ | NONE, EQ | NONE, 0}},
    {"onPremisesObjectIdentifier", RA_SIM_STRING, U, 0, RA_SIM_BETA_ONLY, {0}},
    {"onPremisesSyncBehavior", RA_SIM_COMPLEX, U | G | C, 0, RA_SIM_HIDDEN, {0}},
    {"sourceAnchor", RA_SIM_STRING, G | C | D, 0, RA_SIM_HIDDEN, {0}},
    {"deviceId", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0, 0, 0, EQ | ST}},
    {"deletedDateTime", RA_SIM_TIME, U | G | C | D, G | D, RA_SIM_PLAIN, {GE_A, GE_A, 0, 0}},
    {"createdDateTime", RA_SIM_TIME, U | G | D, G | D, RA_SIM_PLAIN, {GE | NIL}},
    {"securityIdentifier", RA_SIM_STRING, U | G, G, RA_SIM_PLAIN, {EQ, EQ, 0, 0}},
    {"isAssignableToRole", RA_SIM_BOOL, G, G, RA_SIM_PLAIN, {0, EQ, 0, 0}},
    {"mailEnabled", RA_SIM_BOOL, G, G, RA_SIM_PLAIN, {0, EQ, 0, 0}},
    {"securityEnabled", RA_SIM_BOOL, G, G, RA_SIM_PLAIN, {0, EQ, 0, 0}},
    {"groupTypes", RA_SIM_STRINGS, G, G, RA_SIM_PLAIN, {0, EQ | NONE, 0, 0}},
    {"trustType", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0, 0, 0, EQ}},
    {"businessPhones", RA_SIM_STRINGS, U, U, RA_SIM_PLAIN, {0}},
    {"givenName", RA_SIM_STRING, U | C, U | C, RA_SIM_PLAIN, {NAME, 0, NAME, 0}},
    {"jobTitle", RA_SIM_STRING, U | C, U | C, RA_SIM_PLAIN, {NAME, 0, NAME, 0}},
    {"mobilePhone", RA_SIM_STRING, U, U, RA_SIM_PLAIN, {0}},
    {"officeLocation", RA_SIM_STRING, U, U, RA_SIM_PLAIN, {0}},
    {"preferredLanguage", RA_SIM_STRING, U | G, U | G, RA_SIM_PLAIN, {0}},
    {"surname", RA_SIM_STRING, U | C, U | C, RA_SIM_PLAIN, {NAME, 0, NAME, 0}},
    {"ageGroup", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"assignedLicenses", RA_SIM_OBJECTS, U | G, 0, RA_SIM_PLAIN, {0}},
    {"assignedPlans", RA_SIM_OBJECTS, U, 0, RA_SIM_PLAIN, {0}},
    {"authorizationInfo", RA_SIM_COMPLEX, U, 0, RA_SIM_PLAIN, {0}},
    {"city", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {NAME}},
    {"companyName", RA_SIM_STRING, U | C, C, RA_SIM_PLAIN, {NAME, 0, NAME, 0}},
    {"consentProvidedForMinor", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"country", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {NAME}},
    {"creationType", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"customSecurityAttributes", RA_SIM_COMPLEX, U, 0, RA_SIM_PLAIN, {0}},
    {"department", RA_SIM_STRING, U | C, C, RA_SIM_PLAIN, {NAME, 0, NAME, 0}},
    {"employeeHireDate", RA_SIM_TIME, U, 0, RA_SIM_PLAIN, {0}},
    {"employeeId", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {NAME}},
    {"employeeLeaveDateTime", RA_SIM_TIME, U, 0, RA_SIM_PLAIN, {0}},
    {"employeeOrgData", RA_SIM_COMPLEX, U, 0, RA_SIM_PLAIN, {0}},
    {"employeeType", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"externalUserConvertedOn", RA_SIM_TIME, U, 0, RA_SIM_PLAIN, {0}},
    {"externalUserState", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"externalUserStateChangeDateTime", RA_SIM_TIME, U, 0, RA_SIM_PLAIN, {0}},
    {"faxNumber", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"identities", RA_SIM_OBJECTS, U, 0, RA_SIM_PLAIN, {0}},
    {"identityParentId", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"imAddresses", RA_SIM_STRINGS, U, 0, RA_SIM_PLAIN, {0}},
    {"isLicenseReconciliationNeeded", RA_SIM_BOOL, U, 0, RA_SIM_PLAIN, {0}},
    {"isManagementRestricted", RA_SIM_BOOL, U | G | D, 0, RA_SIM_PLAIN, {0}},
    {"isResourceAccount", RA_SIM_BOOL, U, 0, RA_SIM_PLAIN, {0}},
    {"lastPasswordChangeDateTime", RA_SIM_TIME, U, 0, RA_SIM_PLAIN, {0}},
    {"legalAgeGroupClassification", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"licenseAssignmentStates", RA_SIM_OBJECTS, U, 0, RA_SIM_PLAIN, {0}},
    {"onPremisesExtensionAttributes", RA_SIM_COMPLEX, U | G, 0, RA_SIM_PLAIN, {0}},
    {"otherMails", RA_SIM_STRINGS, U, 0, RA_SIM_PLAIN, {EQ | ST | ENDS}},
    {"passwordPolicies", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"passwordProfile", RA_SIM_COMPLEX, U, 0, RA_SIM_PLAIN, {0}},
    {"postalCode", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"preferredDataLocation", RA_SIM_STRING, U | G, G, RA_SIM_PLAIN, {0}},
    {"provisionedPlans", RA_SIM_OBJECTS, U, 0, RA_SIM_PLAIN, {0}},
    {"refreshTokensValidFromDateTime", RA_SIM_TIME, U, 0, RA_SIM_PLAIN, {0}},
    {"serviceProvisioningErrors", RA_SIM_OBJECTS, U | G | C, 0, RA_SIM_PLAIN, {0}},
    {"showInAddressList", RA_SIM_BOOL, U, 0, RA_SIM_PLAIN, {0}},
    {"signInActivity", RA_SIM_COMPLEX, U, 0, RA_SIM_PLAIN, {0}},
    {"signInSessionsValidFromDateTime", RA_SIM_TIME, U, 0, RA_SIM_PLAIN, {0}},
    {"state", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {NAME}},
    {"streetAddress", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {0}},
    {"usageLocation", RA_SIM_STRING, U, 0, RA_SIM_PLAIN, {NAME}},
    {"aboutMe", RA_SIM_STRING, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"birthday", RA_SIM_TIME, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"hireDate", RA_SIM_TIME, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"interests", RA_SIM_STRINGS, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"mySite", RA_SIM_STRING, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"pastProjects", RA_SIM_STRINGS, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"preferredName", RA_SIM_STRING, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"responsibilities", RA_SIM_STRINGS, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"schools", RA_SIM_STRINGS, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"skills", RA_SIM_STRINGS, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"mailboxSettings", RA_SIM_COMPLEX, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"deviceEnrollmentLimit", RA_SIM_INT, U, 0, RA_SIM_NOT_LISTED, {0}},
    {"hasMembersWithLicenseErrors", RA_SIM_BOOL, G, 0, RA_SIM_NOT_LISTED, {0}},
    {"isArchived", RA_SIM_BOOL, G, 0, RA_SIM_NOT_LISTED, {0}},
    {"allowExternalSenders", RA_SIM_BOOL, G, 0, RA_SIM_NOT_LISTED, {0}},
    {"autoSubscribeNewMembers", RA_SIM_BOOL, G, 0, RA_SIM_NOT_LISTED, {0}},
    {"hideFromAddressLists", RA_SIM_BOOL, G, 0, RA_SIM_NOT_LISTED, {0}},
    {"hideFromOutlookClients", RA_SIM_BOOL, G, 0, RA_SIM_NOT_LISTED, {0}},
    {"isSubscribedByMail", RA_SIM_BOOL, G, 0, RA_SIM_NOT_LISTED, {0}},
    {"unseenCount", RA_SIM_INT, G, 0, RA_SIM_NOT_LISTED, {0}},
    {"assignedLabels", RA_SIM_OBJECTS, G, 0, RA_SIM_PLAIN, {0}},
    {"classification", RA_SIM_STRING, G, G, RA_SIM_PLAIN, {0}},
    {"description", RA_SIM_STRING, G, G, RA_SIM_PLAIN, {0, EQ | ST_A, 0, 0}},
    {"expirationDateTime", RA_SIM_TIME, G, G, RA_SIM_PLAIN, {0}},
    {"licenseProcessingState", RA_SIM_COMPLEX, G, 0, RA_SIM_PLAIN, {0}},
    {"membershipRule", RA_SIM_STRING, G, G, RA_SIM_PLAIN, {0}},
    {"membershipRuleProcessingState", RA_SIM_STRING, G, G, RA_SIM_PLAIN, {0}},
    {"onPremisesNetBiosName", RA_SIM_STRING, G, G, RA_SIM_PLAIN, {0}},
    {"renewedDateTime", RA_SIM_TIME, G, G, RA_SIM_PLAIN, {0}},
    {"resourceBehaviorOptions", RA_SIM_STRINGS, G, G, RA_SIM_PLAIN, {0}},
    {"resourceProvisioningOptions", RA_SIM_STRINGS, G, G, RA_SIM_PLAIN, {0}},
    {"theme", RA_SIM_STRING, G, G, RA_SIM_PLAIN, {0}},
    {"uniqueName", RA_SIM_STRING, G, 0, RA_SIM_PLAIN, {0}},
    {"visibility", RA_SIM_STRING, G, G, RA_SIM_PLAIN, {0}},
    {"addresses", RA_SIM_OBJECTS, C, C, RA_SIM_PLAIN, {0}},
    {"phones", RA_SIM_OBJECTS, C, C, RA_SIM_PLAIN, {0}},
    {"alternativeSecurityIds", RA_SIM_OBJECTS, D, D, RA_SIM_PLAIN, {0}},
    {"approximateLastSignInDateTime", RA_SIM_TIME, D, D, RA_SIM_PLAIN, {0, 0, 0, GE}},
    {"complianceExpirationDateTime", RA_SIM_TIME, D, D, RA_SIM_PLAIN, {0}},
    {"deviceCategory", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0}},
    {"deviceMetadata", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0}},
    {"deviceOwnership", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0}},
    {"deviceVersion", RA_SIM_INT, D, D, RA_SIM_PLAIN, {0}},
    {"enrollmentProfileName", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0}},
    {"enrollmentType", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0}},
    {"isCompliant", RA_SIM_BOOL, D, D, RA_SIM_PLAIN, {0, 0, 0, EQ}},
    {"isManaged", RA_SIM_BOOL, D, D, RA_SIM_PLAIN, {0, 0, 0, EQ}},
    {"isRooted", RA_SIM_BOOL, D, D, RA_SIM_PLAIN, {0}},
    {"managementType", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0}},
    {"manufacturer", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0, 0, 0, EQ | ST}},
    {"mdmAppId", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0}},
    {"model", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0, 0, 0, EQ | ST}},
    {"operatingSystem", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0, 0, 0, EQ | ST}},
    {"operatingSystemVersion", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0, 0, 0, EQ | ST}},
    {"physicalIds", RA_SIM_STRINGS, D, D, RA_SIM_PLAIN, {0}},
    {"profileType", RA_SIM_STRING, D, D, RA_SIM_PLAIN, {0}},
    {"registrationDateTime", RA_SIM_TIME, D, D, RA_SIM_PLAIN, {0}},
    {"systemLabels", RA_SIM_STRINGS, D, D, RA_SIM_PLAIN, {0}},
};

const unsigned ra_sim_properties_n = sizeof(ra_sim_properties) / sizeof(ra_sim_properties[0]);

_Static_assert(sizeof(ra_sim_properties) / sizeof(ra_sim_properties[0]) <= RA_SIM_MAX_PROPERTIES,
               "a change's mask has a bit for each property");

int ra_sim_property_find(enum ra_sim_kind kind, struct ra_str name)
{
    for (unsigned i = 0; i < ra_sim_properties_n; i++) {
        const struct ra_sim_property *p = &ra_sim_properties[i];
        if ((p->kinds & 1U << kind) && ra_fold(p->name[0]) == (name.n ? ra_fold(name.p[0]) : 0) &&
            ra_str_eq_fold(ra_str(p->name), name))
            return (int)i;
    }
    return -1;
}

static const char *const segments[] = {"users", "groups", "contacts", "devices"};
static const char *const types[] = {"user", "group", "orgContact", "device"};
static const char *const labels[] = {"User", "Group", "OrgContact", "Device"};

const char *ra_sim_kind_segment(enum ra_sim_kind kind)
{
    return segments[kind];
}

const char *ra_sim_kind_type(enum ra_sim_kind kind)
{
    return types[kind];
}

const char *ra_sim_kind_label(enum ra_sim_kind kind)
{
    return labels[kind];
}

bool ra_sim_kind_parse(struct ra_str type, enum ra_sim_kind *out)
{
    if (ra_str_eq_fold(type, RA_STR("contact"))) {
        *out = RA_SIM_CONTACT;
        return true;
    }
    for (int i = 0; i < RA_SIM_KINDS; i++) {
        if (ra_str_eq_fold(type, ra_str(types[i])) || ra_str_eq_fold(type, ra_str(segments[i]))) {
            *out = (enum ra_sim_kind)i;
            return true;
        }
    }
    return false;
}
