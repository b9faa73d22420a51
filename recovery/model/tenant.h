/* What the tenant says of itself: domains, sync features, role holders. Unknown is a value. */
#ifndef RA_MODEL_TENANT_H
#define RA_MODEL_TENANT_H

#include "recovery/model/object.h"
#include "src/base/mem.h"

/* The features of onPremisesDirectorySynchronization that decide (domain 8). */
struct ra_flags {
    enum ra_tri block_hard_match;  /* BH blockCloudObjectTakeoverThroughHardMatchEnabled */
    enum ra_tri block_soft_match;  /* BS blockSoftMatchEnabled */
    enum ra_tri soft_match_on_upn; /* SU softMatchOnUpnEnabled */
    enum ra_tri
        allow_identifier_update; /* AI allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled */
};

/* synchronizationPreventionType (domain 5). */
enum ra_prevention {
    RA_PREVENTION_UNKNOWN,
    RA_PREVENTION_OFF,
    RA_PREVENTION_COUNT,
    RA_PREVENTION_PERCENT
};

enum { RA_ROLE_PRIVILEGED = 1, RA_ROLE_ASSIGNED = 2, RA_ROLE_ELIGIBLE = 4 };

/* One user's roles, group-inherited and scoped ones included; a set of RA_ROLE_… */
struct ra_role_holder {
    struct ra_str user_id; /* lower case */
    unsigned roles;
};

struct ra_tenant {
    struct ra_str id, display_name;
    struct ra_str initial_domain; /* case-folded; absent when not known */
    struct ra_str *domains;       /* verified ones, case-folded, sorted */
    size_t domains_n;
    struct ra_flags flags;
    struct ra_str flags_json; /* the features object as Graph gave it, or absent */
    enum ra_prevention prevention;
    int64_t threshold;              /* alertThreshold, for COUNT and PERCENT */
    struct ra_str anchor_attribute; /* beta configuration.anchorAttribute, absent when unreadable */
    int64_t last_sync;              /* onPremisesLastSyncDateTime, 0 when none */
    struct ra_str client_machine, client_version; /* of currentExportData, absent when unreadable */
    bool roles_known;               /* assignments, eligibilities and group members all readable */
    bool definitions_known;         /* false makes every role privileged */
    struct ra_role_holder *holders; /* sorted by user_id, one entry a user */
    size_t holders_n;
    struct ra_str *unknown; /* one line for each fact that was refused, with the permission */
    size_t unknown_n;
};

bool ra_tenant_verified(const struct ra_tenant *t, struct ra_str domain);   /* domain case-folded */
unsigned ra_tenant_roles(const struct ra_tenant *t, struct ra_str user_id); /* 0 when none */

#endif
