#include "src/graph/internal.h"

/* What is asked of each kind, explicitly: a list answers with every property named, null where
 * unset (graph 1.1), and never with one that is not. */
#define USER_SYNC                                                                                  \
    "onPremisesImmutableId,onPremisesSyncEnabled,onPremisesSecurityIdentifier,"                    \
    "onPremisesSamAccountName,onPremisesDomainName,onPremisesDistinguishedName,"                   \
    "onPremisesUserPrincipalName,onPremisesLastSyncDateTime,onPremisesProvisioningErrors"
#define USER_SELECT                                                                                \
    "id,userPrincipalName,mail,mailNickname,displayName,userType,accountEnabled,createdDateTime,"  \
    "proxyAddresses," USER_SYNC
#define GROUP_SELECT                                                                               \
    "id,displayName,mail,mailNickname,mailEnabled,securityEnabled,isAssignableToRole,"             \
    "createdDateTime,proxyAddresses,onPremisesSyncEnabled,onPremisesSecurityIdentifier,"           \
    "onPremisesSamAccountName,onPremisesDomainName,onPremisesLastSyncDateTime,"                    \
    "onPremisesProvisioningErrors"
#define CONTACT_SELECT                                                                             \
    "id,displayName,mail,mailNickname,proxyAddresses,onPremisesSyncEnabled,"                       \
    "onPremisesLastSyncDateTime,onPremisesProvisioningErrors"
#define DEVICE_SELECT                                                                              \
    "id,deviceId,displayName,accountEnabled,onPremisesSyncEnabled,onPremisesSecurityIdentifier,"   \
    "onPremisesLastSyncDateTime"
#define DELETED_SELECT                                                                             \
    "id,userPrincipalName,mail,displayName,userType,deletedDateTime,proxyAddresses,"               \
    "onPremisesImmutableId,onPremisesSyncEnabled,onPremisesSecurityIdentifier"
#define DELETED_PATH                                                                               \
    "/v1.0/directory/deletedItems/microsoft.graph.user" /* the cast is required                    \
                                                         */

#define USER_READ                                                                                  \
    {                                                                                              \
        "User.Read.All", "df021288-bdef-4463-88db-98f22de89214"                                    \
    }
#define SYNC_READ                                                                                  \
    {                                                                                              \
        "OnPremDirectorySynchronization.Read.All", "bb70e231-92dc-4729-aff5-697b3f04be95"          \
    }
#define ROLE_READ                                                                                  \
    {                                                                                              \
        "RoleManagement.Read.Directory", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c"                    \
    }

static const struct collection_row {
    const char *name, *path, *count;
    struct ra_permission permission; /* graph 1.4: the least that suffices */
} collections[RA_COLLECTIONS] = {
    [RA_USERS] = {"users", "/v1.0/users?$select=" USER_SELECT "&$top=999", "/v1.0/users/$count",
                  USER_READ},
    [RA_GROUPS] = {"groups",
                   "/v1.0/groups?$select=" GROUP_SELECT "&$top=999",
                   "/v1.0/groups/$count",
                   {"GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6"}},
    [RA_CONTACTS] = {"contacts",
                     "/v1.0/contacts?$select=" CONTACT_SELECT "&$top=999",
                     "/v1.0/contacts/$count",
                     {"OrgContact.Read.All", "e1a88a34-94c4-4418-be12-c87b00e26bea"}},
    [RA_DEVICES] = {"devices",
                    "/v1.0/devices?$select=" DEVICE_SELECT "&$top=999",
                    "/v1.0/devices/$count",
                    {"Device.Read.All", "7438b122-aefc-4978-80ed-43db9fcc7715"}},
    [RA_DELETED_USERS] = {"deletedUsers", DELETED_PATH "?$select=" DELETED_SELECT "&$top=999",
                          DELETED_PATH "/$count", USER_READ},
};

static const struct document_row {
    const char *name, *path;
    struct ra_permission permission;
} documents[RA_DOCUMENTS] = {
    [RA_DOC_ORGANIZATION] = {"organization",
                             "/v1.0/organization?$select=id,displayName,onPremisesSyncEnabled,"
                             "onPremisesLastSyncDateTime,verifiedDomains",
                             {"Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6"}},
    [RA_DOC_DOMAINS] =
        {"domains",
         "/v1.0/domains?$select=id,authenticationType,isDefault,isInitial,isVerified",
         {"Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664"}},
    [RA_DOC_SYNCHRONIZATION] = {"onPremisesSynchronization",
                                "/v1.0/directory/onPremisesSynchronization", SYNC_READ},
    [RA_DOC_SYNCHRONIZATION_BETA] = {"onPremisesSynchronizationBeta",
                                     "/beta/directory/onPremisesSynchronization", SYNC_READ},
    [RA_DOC_ROLE_ASSIGNMENTS] = {"roleAssignments",
                                 "/v1.0/roleManagement/directory/roleAssignments", ROLE_READ},
    [RA_DOC_ROLE_ELIGIBILITIES] =
        {"roleEligibilityScheduleInstances",
         "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances",
         {"RoleEligibilitySchedule.Read.Directory", "ff278e11-4a33-4d0c-83d2-d01dc58929a5"}},
    [RA_DOC_ROLE_DEFINITIONS] = {"roleDefinitions",
                                 "/beta/roleManagement/directory/roleDefinitions"
                                 "?$select=id,displayName,isPrivileged",
                                 ROLE_READ},
    [RA_DOC_ROLE_GROUP_MEMBERS] = {"roleGroupMembers",
                                   NULL,
                                   {"GroupMember.Read.All",
                                    "98830695-27a2-44f7-8c18-0c3ebc9698f6"}},
    [RA_DOC_SYNC_BEHAVIOR] = {"onPremisesSyncBehavior",
                              NULL,
                              {"User-OnPremisesSyncBehavior.ReadWrite.All",
                               "a94a502d-0281-4d15-8cd2-682ac9362c4c"}},
};

const char *ra_collection_name(enum ra_collection c)
{
    return c < RA_COLLECTIONS ? collections[c].name : "?";
}

const char *ra_collection_path(enum ra_collection c)
{
    return collections[c].path;
}

const char *ra_collection_count_path(enum ra_collection c)
{
    return collections[c].count;
}

const struct ra_permission *ra_collection_permission(enum ra_collection c)
{
    return &collections[c].permission;
}

const char *ra_document_name(enum ra_document d)
{
    return d < RA_DOCUMENTS ? documents[d].name : "?";
}

const char *ra_document_path(enum ra_document d)
{
    return documents[d].path;
}

const struct ra_permission *ra_document_permission(enum ra_document d)
{
    return &documents[d].permission;
}
