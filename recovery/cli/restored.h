/* The files of `restore --report DIR`. */
#ifndef RA_CLI_RESTORED_H
#define RA_CLI_RESTORED_H

#include "recovery/cli/study.h"
#include "recovery/restore/restore.h"

/* plan.json, fixes.ldif and restore.ndjson, all on disk before the first appears; plan.json goes
 * first and comes last. */
int ra_cli_write_restored(const char *dir, struct ra_study *study, const struct ra_report_input *in,
                          const struct ra_restore_then *then, const struct ra_restored *r,
                          struct ra_err *err);

#endif
