/* `reanchor verify --plan`: what was predicted against what happened. */
#ifndef RA_CLI_VERIFY_PLAN_H
#define RA_CLI_VERIFY_PLAN_H

#include "recovery/cli/cli.h"

/* Reads the plan at path and the tenant (cached: the store as it stands), prints the comparison —
 * every difference with all, else some — and closes the plan's window once nothing is pending.
 * Returns the exit status, 7 when something is different. */
int ra_verify_plan(struct ra_cli *cli, const char *path, bool cached, bool all, struct ra_err *err);

#endif
