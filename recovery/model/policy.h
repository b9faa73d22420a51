/* What the operator allows and where the scope ends: the part of the configuration that decides. */
#ifndef RA_MODEL_POLICY_H
#define RA_MODEL_POLICY_H

#include "src/base/text.h"

#include <stdint.h>

enum ra_soft_match { RA_SOFT_DENY, RA_SOFT_SERVER, RA_SOFT_STAMP };

struct ra_scope {
    struct ra_str directory;                /* the section's name */
    const struct ra_str *include, *exclude; /* DN keys; no include means everything */
    size_t includes, excludes;
};

struct ra_policy {
    bool takeover_allowed;
    enum ra_soft_match soft_match;
    int64_t max_deletes, max_hard_deletes;
    double max_deletes_percent;
    struct ra_str anchor_attribute;  /* "auto", or the attribute */
    const struct ra_str *candidates; /* further attributes for auto to try */
    size_t candidates_n;
    const struct ra_scope *scopes; /* one for each directory, in the order of the sides */
    size_t scopes_n;
};

#endif
