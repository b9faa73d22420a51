/*
 * What the rooms of the export share: the AD objects as read, the tenant's facts, and the steps
 * that change the tenant. Everything lives in the run's arena.
 */
#ifndef RA_REHEARSAL_EXPORT_INNER_H
#define RA_REHEARSAL_EXPORT_INNER_H

#include "recovery/rehearsal/store.h"
#include "src/base/err.h"

enum ra_sim_outcome {
    RA_SIM_NOT_SENT,
    RA_SIM_DID_UPDATE,
    RA_SIM_DID_TAKE_OVER,
    RA_SIM_DID_RESTORE,
    RA_SIM_DID_SOFT_SMTP,
    RA_SIM_DID_SOFT_UPN,
    RA_SIM_DID_MERGE,
    RA_SIM_DID_CREATE,
    RA_SIM_DID_QUARANTINE, /* created, but without the values that others hold */
    RA_SIM_DID_REFUSE,
    RA_SIM_IS_CLOUD_MANAGED
};

struct ra_sim_ad {
    enum ra_sim_kind kind;
    struct ra_str guid, anchor, sid, sent_upn, nickname, mail, name, dn, sam;
    struct ra_str upn;      /* as the service will have it */
    struct ra_str primary;  /* address behind the single SMTP:, or absent */
    struct ra_str *proxies; /* with their prefixes */
    size_t proxies_n;
    bool mail_enabled, security_enabled, sent;
    bool twin;                  /* an earlier object has the same anchor */
    struct ra_sim_object *peer; /* synced, joined by the client after its import */
    enum ra_sim_outcome outcome;
    const char *error, *attribute, *rule;
    int code;
    bool uncertain, upn_quarantined, proxies_quarantined;
    struct ra_sim_object *result;
};

struct ra_sim_run {
    struct ra_sim_store *s;
    struct ra_arena arena;
    struct ra_sim_ad *ad;
    size_t n, cap;
    bool block_hard, block_soft, soft_upn, allow_identifier, features_known;
    struct ra_str *domains; /* verified */
    size_t domains_n;
    struct ra_str initial_domain;
    struct ra_sim_roles *roles;
};

/* export_input.c */
int ra_sim_run_read(struct ra_sim_run *x, struct ra_str ndjson, struct ra_err *err);
void ra_sim_run_facts(struct ra_sim_run *x);

/* export_roles.c: who holds what; group members included. */
struct ra_sim_roles *ra_sim_roles_new(const struct ra_sim_store *s);
void ra_sim_roles_free(struct ra_sim_roles *r);
bool ra_sim_roles_assigned(const struct ra_sim_roles *r, struct ra_str user); /* any role, active */
bool ra_sim_roles_privileged(const struct ra_sim_roles *r, struct ra_str user); /* or eligible */

/* export_match.c: what the service finds for an object. */
struct ra_sim_object *ra_sim_find_joined(struct ra_sim_run *x, const struct ra_sim_ad *ad);
struct ra_sim_object *ra_sim_find_anchor(struct ra_sim_run *x, const struct ra_sim_ad *ad,
                                         bool deleted);
struct ra_sim_object *ra_sim_find_primary(struct ra_sim_run *x, struct ra_str address);
struct ra_sim_object *ra_sim_find_holder(struct ra_sim_run *x, struct ra_str address,
                                         const struct ra_sim_object *except);
struct ra_sim_object *ra_sim_find_upn(struct ra_sim_run *x, struct ra_str upn,
                                      const struct ra_sim_object *except);
struct ra_sim_object *ra_sim_find_sid(struct ra_sim_run *x, enum ra_sim_kind kind,
                                      struct ra_str sid, const struct ra_sim_object *except);
struct ra_sim_object *ra_sim_find_device(struct ra_sim_run *x, struct ra_str device);

/* export_user.c, export_other.c: the service's decision for one object. */
void ra_sim_export_user(struct ra_sim_run *x, struct ra_sim_ad *ad);
void ra_sim_export_group(struct ra_sim_run *x, struct ra_sim_ad *ad);
void ra_sim_export_contact(struct ra_sim_run *x, struct ra_sim_ad *ad);
void ra_sim_export_device(struct ra_sim_run *x, struct ra_sim_ad *ad);

/* export_apply.c: carried out on the store. */
void ra_sim_refuse(struct ra_sim_ad *ad, const char *error, int code, const char *attribute,
                   const char *rule);
void ra_sim_take(struct ra_sim_run *x, struct ra_sim_ad *ad, struct ra_sim_object *o,
                 enum ra_sim_outcome outcome, const char *rule);
void ra_sim_create(struct ra_sim_run *x, struct ra_sim_ad *ad, const char *rule);

/* -1 when the data do not tell. */
signed char ra_sim_cloud_managed(const struct ra_sim_object *o);
bool ra_sim_synced(const struct ra_sim_object *o);

#endif
