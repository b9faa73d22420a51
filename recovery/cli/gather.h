/*
 * Reading both sides into the store, for `fetch` and `rebuild`: which sides, which attributes, the
 * safety check for another sync server before anything long begins, and the facts that a first
 * decision found missing.
 */
#ifndef RA_CLI_GATHER_H
#define RA_CLI_GATHER_H

#include "recovery/cli/study.h"

enum ra_gather_what { RA_GATHER_CLOUD = 1, RA_GATHER_AD = 2, RA_GATHER_ALL = 3 };

struct ra_gather {
    enum ra_gather_what what;
    bool full; /* everything anew, even where the last snapshots could be brought up to date */
    bool check_active; /* RA_EACTIVE when another sync server seems alive */
    bool low_priority; /* let everybody else's requests go first where the tenant is throttled */
};

/* The cache is open for writing. *graph is set when the cloud was read, for ra_gather_settle; the
 * caller closes it. */
int ra_gather(struct ra_cli *cli, struct ra_cache *cache, const struct ra_gather *g,
              struct ra_graph **graph, struct ra_err *err);

/* Decides, asks for what is missing, and decides again if anything new came: *study is open. */
int ra_gather_settle(struct ra_cli *cli, struct ra_cache *cache, struct ra_graph *graph,
                     struct ra_study **study, struct ra_err *err);

/* Every attribute that may turn out to be the anchor, tenants_own among them when it is given, and
 * that is therefore read with the others; *out is freed with free(). */
size_t ra_gather_attributes(const struct ra_config *c, struct ra_str tenants_own,
                            struct ra_str **out);

/* What says that another sync server is alive; false when nothing does. now: seconds since 1970. */
bool ra_active_sync(const struct ra_tenant *t, int64_t idle_minutes, int64_t now, char *why,
                    size_t size);

#endif
