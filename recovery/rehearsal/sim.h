/*
 * The simulated tenant's inside: what its rooms share. Handlers get the whole server, one request
 * and one reply; the router holds the store's lock around them.
 */
#ifndef RA_REHEARSAL_SIM_H
#define RA_REHEARSAL_SIM_H

#include "recovery/rehearsal/auth.h"
#include "recovery/rehearsal/fault.h"
#include "recovery/rehearsal/log.h"
#include "recovery/rehearsal/mark.h"
#include "recovery/rehearsal/rehearsal.h"
#include "recovery/rehearsal/request.h"
#include "recovery/rehearsal/store.h"
#include "recovery/rehearsal/throttle.h"

struct ra_rehearsal {
    struct ra_rehearsal_options o;
    char tenant[RA_GUID_TEXT];
    char url[64];
    char *state_dir, *client_id, *app_roles;
    struct ra_sim_store store;
    struct ra_sim_auth auth;
    struct ra_sim_rules rules;
    struct ra_sim_marks marks;
    struct ra_sim_throttle throttle;
    struct ra_sim_log log;
    struct ra_sim_http *http;
};

typedef void ra_sim_handler(struct ra_rehearsal *r, struct ra_sim_request *q,
                            struct ra_sim_reply *a, enum ra_sim_kind kind);

/* Answers one Graph request: token, throttling, faults, then the route's handler. Also for the
 * items of a batch. */
void ra_sim_route(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a);

/* Answers anything that reaches the server: Graph, sign-in or the control endpoints. */
void ra_sim_answer(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a);

/* The control endpoints under /rehearsal/. */
void ra_sim_control(struct ra_rehearsal *r, struct ra_sim_request *q, struct ra_sim_reply *a);

ra_sim_handler ra_sim_list, ra_sim_count, ra_sim_entity, ra_sim_delta, ra_sim_deleted,
    ra_sim_deleted_count, ra_sim_deleted_entity, ra_sim_deleted_uncast, ra_sim_patch_user,
    ra_sim_restore, ra_sim_behavior, ra_sim_patch_behavior, ra_sim_members, ra_sim_role_assignments,
    ra_sim_role_eligibilities, ra_sim_role_definitions, ra_sim_organization, ra_sim_domains,
    ra_sim_synchronization, ra_sim_patch_synchronization, ra_sim_batch;

#endif
