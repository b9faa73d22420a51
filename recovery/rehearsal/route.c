#include "recovery/rehearsal/grants.h"
#include "recovery/rehearsal/page.h"
#include "recovery/rehearsal/sim.h"
#include "recovery/rehearsal/spoil.h"

#include <string.h>

struct route {
    const char *method, *pattern; /* {} stands for any segment */
    ra_sim_handler *handler;
    enum ra_sim_kind kind;
    enum { READS, WRITES, UNLOCKED } lock;
};

/* More exact patterns stand first. */
static const struct route routes[] = {
    {"GET", "users", ra_sim_list, RA_SIM_USER, READS},
    {"GET", "users/$count", ra_sim_count, RA_SIM_USER, READS},
    {"GET", "users/delta", ra_sim_delta, RA_SIM_USER, READS},
    {"GET", "users/{}", ra_sim_entity, RA_SIM_USER, READS},
    {"GET", "groups", ra_sim_list, RA_SIM_GROUP, READS},
    {"GET", "groups/$count", ra_sim_count, RA_SIM_GROUP, READS},
    {"GET", "groups/delta", ra_sim_delta, RA_SIM_GROUP, READS},
    {"GET", "groups/{}", ra_sim_entity, RA_SIM_GROUP, READS},
    {"GET", "contacts", ra_sim_list, RA_SIM_CONTACT, READS},
    {"GET", "contacts/$count", ra_sim_count, RA_SIM_CONTACT, READS},
    {"GET", "contacts/delta", ra_sim_delta, RA_SIM_CONTACT, READS},
    {"GET", "contacts/{}", ra_sim_entity, RA_SIM_CONTACT, READS},
    {"GET", "devices", ra_sim_list, RA_SIM_DEVICE, READS},
    {"GET", "devices/$count", ra_sim_count, RA_SIM_DEVICE, READS},
    {"GET", "devices/delta", ra_sim_delta, RA_SIM_DEVICE, READS},
    {"GET", "devices/{}", ra_sim_entity, RA_SIM_DEVICE, READS},
    {"PATCH", "users/{}", ra_sim_patch_user, RA_SIM_USER, WRITES},
    {"GET", "users/{}/onPremisesSyncBehavior", ra_sim_behavior, RA_SIM_USER, READS},
    {"GET", "groups/{}/onPremisesSyncBehavior", ra_sim_behavior, RA_SIM_GROUP, READS},
    {"GET", "contacts/{}/onPremisesSyncBehavior", ra_sim_behavior, RA_SIM_CONTACT, READS},
    {"PATCH", "users/{}/onPremisesSyncBehavior", ra_sim_patch_behavior, RA_SIM_USER, WRITES},
    {"PATCH", "groups/{}/onPremisesSyncBehavior", ra_sim_patch_behavior, RA_SIM_GROUP, WRITES},
    {"PATCH", "contacts/{}/onPremisesSyncBehavior", ra_sim_patch_behavior, RA_SIM_CONTACT, WRITES},
    {"GET", "groups/{}/transitiveMembers", ra_sim_members, RA_SIM_GROUP, READS},
    {"GET", "groups/{}/transitiveMembers/microsoft.graph.user", ra_sim_members, RA_SIM_GROUP,
     READS},
    {"GET", "groups/{}/members", ra_sim_members, RA_SIM_GROUP, READS},
    {"GET", "groups/{}/members/microsoft.graph.user", ra_sim_members, RA_SIM_GROUP, READS},
    {"GET", "directory/deletedItems", ra_sim_deleted_uncast, RA_SIM_USER, READS},
    {"GET", "directory/deletedItems/microsoft.graph.user", ra_sim_deleted, RA_SIM_USER, READS},
    {"GET", "directory/deletedItems/microsoft.graph.group", ra_sim_deleted, RA_SIM_GROUP, READS},
    {"GET", "directory/deletedItems/microsoft.graph.user/$count", ra_sim_deleted_count, RA_SIM_USER,
     READS},
    {"GET", "directory/deletedItems/microsoft.graph.group/$count", ra_sim_deleted_count,
     RA_SIM_GROUP, READS},
    {"GET", "directory/deletedItems/{}", ra_sim_deleted_entity, RA_SIM_USER, READS},
    {"POST", "directory/deletedItems/{}/restore", ra_sim_restore, RA_SIM_USER, WRITES},
    {"GET", "directory/onPremisesSynchronization", ra_sim_synchronization, RA_SIM_USER, READS},
    {"GET", "directory/onPremisesSynchronization/{}", ra_sim_synchronization, RA_SIM_USER, READS},
    {"PATCH", "directory/onPremisesSynchronization/{}", ra_sim_patch_synchronization, RA_SIM_USER,
     WRITES},
    {"GET", "roleManagement/directory/roleAssignments", ra_sim_role_assignments, RA_SIM_USER,
     READS},
    {"GET", "roleManagement/directory/roleEligibilityScheduleInstances", ra_sim_role_eligibilities,
     RA_SIM_USER, READS},
    {"GET", "roleManagement/directory/roleDefinitions", ra_sim_role_definitions, RA_SIM_USER,
     READS},
    {"GET", "organization", ra_sim_organization, RA_SIM_USER, READS},
    {"GET", "organization/{}", ra_sim_organization, RA_SIM_USER, READS},
    {"GET", "domains", ra_sim_domains, RA_SIM_USER, READS},
    {"GET", "domains/{}", ra_sim_domains, RA_SIM_USER, READS},
    {"POST", "$batch", ra_sim_batch, RA_SIM_USER, UNLOCKED},
};

static bool fits(const struct ra_sim_request *q, const char *pattern)
{
    struct ra_str rest = ra_str(pattern);
    for (size_t i = 0; i < q->segments; i++) {
        struct ra_str want = ra_sim_cut(&rest, '/');
        bool any = ra_str_eq(want, RA_STR("{}")) && q->segment[i].n && q->segment[i].p[0] != '$';
        if (!any && !ra_str_eq_fold(want, q->segment[i]))
            return false;
    }
    return q->segments && !rest.n;
}

static const struct route *find(const struct ra_sim_request *q, struct ra_sim_reply *a)
{
    bool path = false;
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (!fits(q, routes[i].pattern))
            continue;
        if (!strcmp(q->method, routes[i].method) && !(q->in_batch && routes[i].lock == UNLOCKED))
            return &routes[i];
        path = true;
    }
    if (path)
        ra_sim_error(q, a, 405, "Request_BadRequest",
                     "Specified HTTP method is not allowed for the request target.");
    else
        ra_sim_error(q, a, 400, "BadRequest",
                     "Resource not found for the segment '" RA_STR_FMT "'.",
                     RA_STR_ARG(q->segments ? q->segment[q->segments - 1] : RA_STR("")));
    return NULL;
}

/* A page whose token met trouble is a retry the next time it is asked for (graph 1.3). */
static void note_trouble(struct ra_rehearsal *r, const struct ra_sim_request *q, bool failed)
{
    struct ra_sim_mark m;
    enum ra_sim_fault_kind k = q->faults.kind;
    bool wire = k == RA_FAULT_RESET || k == RA_FAULT_CUT || k == RA_FAULT_GZIP_CUT ||
                k == RA_FAULT_STALL || k == RA_FAULT_SILENT || k == RA_FAULT_GARBAGE;
    if (r->o.retry_tokens && (wire || failed) && ra_sim_page_peek(r, q, &m))
        ra_sim_marks_trouble(&r->marks, m.nonce);
}

static void handle(struct ra_rehearsal *r, const struct route *route, struct ra_sim_request *q,
                   struct ra_sim_reply *a)
{
    if (route->lock == WRITES)
        pthread_rwlock_wrlock(&r->store.lock);
    else if (route->lock == READS)
        pthread_rwlock_rdlock(&r->store.lock);
    route->handler(r, q, a, route->kind);
    if (route->lock != UNLOCKED)
        pthread_rwlock_unlock(&r->store.lock);
}

void ra_sim_route(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a)
{
    struct ra_sim_mark m;
    const struct route *route = find(q, a);
    if (!route)
        return;
    bool get = !strcmp(q->method, "GET");
    q->page = ra_sim_page_peek(r, q, &m) && m.kind != RA_SIM_MARK_DELTA ? m.page : get;
    q->faults = ra_sim_rules_match(&r->rules, q->method, ra_str(q->target), q->page);
    if (ra_sim_spoil(r, q, a)) {
        note_trouble(r, q, true);
        return;
    }
    if (!ra_sim_grants_check(r, q, a)) {
        note_trouble(r, q, true);
        return;
    }
    if (route->lock != UNLOCKED && !ra_sim_throttle_charge(r, q, a))
        return;
    handle(r, route, q, a);
    ra_sim_bend(q, a);
    note_trouble(r, q, false);
}

/* ---- everything that reaches the server ---- */

static void sign_in(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a)
{
    struct ra_str rest = ra_str(q->target), path = ra_sim_cut(&rest, '?');
    if (path.n && path.p[0] == '/')
        path = ra_str_from(path, 1);
    struct ra_str tenant = ra_sim_cut(&path, '/');
    q->faults = ra_sim_rules_match(&r->rules, q->method, ra_str(q->target), 0);
    if (ra_sim_spoil(r, q, a))
        return;
    if (ra_str_eq(path, RA_STR("oauth2/v2.0/token")))
        ra_sim_auth_token(r, q, tenant, RA_STR("token"), a);
    else if (ra_str_eq(path, RA_STR("oauth2/v2.0/devicecode")))
        ra_sim_auth_token(r, q, tenant, RA_STR("devicecode"), a);
    else
        ra_sim_error(q, a, 400, "BadRequest", "Invalid version: " RA_STR_FMT ".",
                     RA_STR_ARG(tenant));
    ra_sim_bend(q, a);
}

void ra_sim_answer(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a)
{
    if (ra_str_starts_fold(ra_str(q->target), RA_STR("/rehearsal/"))) {
        ra_sim_control(r, q, a);
        return;
    }
    bool parsed = ra_sim_request_parse(q, a);
    q->identifiers = r->o.identifier == RA_IDENTIFIER_SERVE ||
                     (r->o.identifier == RA_IDENTIFIER_AUTO && r->store.identifiers);
    if (q->plain)
        ra_sim_auth_imds(r, q, a);
    else if (!q->versioned)
        sign_in(r, q, a);
    else if (ra_sim_auth_check(r, q, a) && parsed)
        ra_sim_route(r, q, a);
    ra_sim_log_request(&r->log, q, a);
}
