/* A backup to compare with, for `verify --against` and `restore`. */
#ifndef RA_CLI_BACKED_UP_H
#define RA_CLI_BACKED_UP_H

#include "recovery/backup/backup.h"
#include "recovery/cli/cli.h"

/* which: a name, the path of a manifest, or "newest". RA_ESTOP for a backup of another tenant. */
int ra_cli_backed_up(const struct ra_cli *cli, const char *which, const char *identity_file,
                     struct ra_backup **out, struct ra_err *err);

#endif
