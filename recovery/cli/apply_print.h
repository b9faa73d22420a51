/* How `apply` tells what it did, on stdout. */
#ifndef RA_CLI_APPLY_PRINT_H
#define RA_CLI_APPLY_PRINT_H

#include "recovery/apply/apply.h"

void ra_apply_print_step(const struct ra_step_news *n); /* one JSON object */
void ra_apply_print_step_text(const struct ra_step_news *n);
void ra_apply_print_json(const struct ra_apply_summary *s, int status);
/* One line, and how to undo it with the configuration of that name, or NULL. */
void ra_apply_print_text(const struct ra_apply_summary *s, bool dry_run, const char *config);

#endif
