/*
 * The ground of a drill: a folder in the store that goes away with it, the simulated tenant that
 * runs in this process on the loopback, and a configuration in which that tenant is the only one.
 * Nothing of the configured [tenant] is in it, so that whoever works with it cannot reach the real
 * one.
 */
#ifndef RA_CLI_GROUND_H
#define RA_CLI_GROUND_H

#include "recovery/cli/cli.h"
#include "recovery/rehearsal/rehearsal.h"

struct ra_ground {
    char *dir;    /* STORE/rehearsal, held by flock; emptied before and after */
    char *graph;  /* DIR/graph: where saved responses may be laid out */
    char *secret; /* the throw-away application's */
    char *state, *store, *ca;
    int lock;
    struct ra_rehearsal *tenant;
    struct ra_config config; /* borrows from the real one */
    struct ra_cli cli;       /* the same with this configuration */
};

/* Makes the folder and holds it: RA_ELOCKED when another drill runs. What a killed one left is
 * removed. Close in any case. */
int ra_ground_open(struct ra_cli *cli, struct ra_ground *out, struct ra_err *err);
/* Starts the tenant from a folder of saved responses. RA_ESTOP when they are another tenant's than
 * the configured one. ad: the directories of the drill, borrowed. */
int ra_ground_start(struct ra_ground *g, const char *data, struct ra_config_ad *ad, size_t ad_n,
                    struct ra_err *err);
void ra_ground_close(struct ra_ground *g);

#endif
