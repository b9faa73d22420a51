/* `import adsync-config`: the settings of an Entra Connect server as our configuration, and against
 * the configuration in use and what was fetched. */
#ifndef RA_CLI_IMPORT_CONFIG_H
#define RA_CLI_IMPORT_CONFIG_H

#include "recovery/cli/study.h"

/* study: NULL for the configuration alone. 7 when something differs. */
int ra_cli_import_config(struct ra_cli *cli, const char *path, const struct ra_study *study,
                         struct ra_err *err);

#endif
