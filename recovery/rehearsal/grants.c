/* What the registered application was granted: the roles in its tokens, and what each request needs
 * of them (graph 1.4; where several suffice, all are named). */
#include "recovery/rehearsal/grants.h"

#include "recovery/rehearsal/sim.h"

#include <string.h>

#define DIRECTORY_READ " Directory.Read.All Directory.ReadWrite.All "

static const char everything[] =
    "User.Read.All,GroupMember.Read.All,OrgContact.Read.All,Device.Read.All,Organization.Read.All,"
    "Domain.Read.All,OnPremDirectorySynchronization.Read.All,RoleManagement.Read.Directory,"
    "RoleEligibilitySchedule.Read.Directory,User-OnPremisesSyncBehavior.ReadWrite.All,"
    "Group-OnPremisesSyncBehavior.ReadWrite.All,Contacts-OnPremisesSyncBehavior.ReadWrite.All,"
    "User.ReadWrite.All,OnPremDirectorySynchronization.ReadWrite.All";

/* The first that fits decides: the method (NULL for any), how the path begins, and which roles
 * suffice, each between spaces. */
static const struct need {
    const char *method, *path, *any;
} needs[] = {
    {NULL, "users/{}/onPremisesSyncBehavior", " User-OnPremisesSyncBehavior.ReadWrite.All "},
    {NULL, "groups/{}/onPremisesSyncBehavior", " Group-OnPremisesSyncBehavior.ReadWrite.All "},
    {NULL, "contacts/{}/onPremisesSyncBehavior", " Contacts-OnPremisesSyncBehavior.ReadWrite.All "},
    {"PATCH", "users",
     " User.ReadWrite.All Directory.ReadWrite.All "
     "User-OnPremisesSyncBehavior.ReadWrite.All "},
    {"PATCH", "directory/onPremisesSynchronization",
     " OnPremDirectorySynchronization.ReadWrite.All "},
    {NULL, "directory/onPremisesSynchronization",
     " OnPremDirectorySynchronization.Read.All OnPremDirectorySynchronization.ReadWrite.All "},
    {"POST", "directory/deletedItems", " User.DeleteRestore.All User.ReadWrite.All "},
    {NULL, "directory/deletedItems", " User.Read.All User.ReadWrite.All" DIRECTORY_READ},
    {NULL, "users", " User.Read.All User.ReadWrite.All" DIRECTORY_READ},
    {NULL, "groups",
     " GroupMember.Read.All Group.Read.All Group.ReadWrite.All "
     "GroupMember.ReadWrite.All" DIRECTORY_READ},
    {NULL, "contacts", " OrgContact.Read.All" DIRECTORY_READ},
    {NULL, "devices", " Device.Read.All Device.ReadWrite.All" DIRECTORY_READ},
    {NULL, "organization", " Organization.Read.All Organization.ReadWrite.All" DIRECTORY_READ},
    {NULL, "domains", " Domain.Read.All Domain.ReadWrite.All" DIRECTORY_READ},
    {NULL, "roleManagement/directory/roleEligibilityScheduleInstances",
     " RoleEligibilitySchedule.Read.Directory RoleEligibilitySchedule.ReadWrite.Directory "
     "RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory RoleManagement.Read.All "},
    {NULL, "roleManagement/directory",
     " RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory "
     "RoleManagement.Read.All" DIRECTORY_READ},
};

const char *ra_sim_granted(const struct ra_rehearsal *r)
{
    return r->o.app_roles ? r->o.app_roles : everything;
}

void ra_sim_grants_put(const struct ra_rehearsal *r, struct ra_json *j)
{
    struct ra_str rest = ra_str(ra_sim_granted(r));

    ra_json_key(j, "roles");
    ra_json_array(j);
    while (rest.n)
        ra_json_str(j, ra_sim_cut(&rest, ','));
    ra_json_array_end(j);
}

static bool begins(const struct ra_sim_request *q, const char *path)
{
    struct ra_str rest = ra_str(path);

    for (size_t i = 0; rest.n; i++) {
        struct ra_str want = ra_sim_cut(&rest, '/');
        if (i == q->segments)
            return false;
        if (!ra_str_eq(want, RA_STR("{}")) && !ra_str_eq_fold(want, q->segment[i]))
            return false;
    }
    return true;
}

static bool suffices(const struct ra_rehearsal *r, const struct need *n)
{
    struct ra_str rest = ra_str(ra_sim_granted(r));
    char name[128];

    while (rest.n) {
        struct ra_str role = ra_sim_cut(&rest, ',');
        snprintf(name, sizeof name, " " RA_STR_FMT " ", RA_STR_ARG(role));
        if (strstr(n->any, name))
            return true;
    }
    return false;
}

bool ra_sim_grants_check(const struct ra_rehearsal *r, const struct ra_sim_request *q,
                         struct ra_sim_reply *a)
{
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        const struct need *n = &needs[i];
        if ((n->method && strcmp(n->method, q->method)) || !begins(q, n->path))
            continue;
        if (suffices(r, n))
            return true;
        ra_sim_error(q, a, 403, "Authorization_RequestDenied",
                     "Insufficient privileges to complete the operation.");
        return false;
    }
    return true;
}
