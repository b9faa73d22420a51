/* The commands: one table, in the order in which help lists them. */
#ifndef RA_CLI_COMMANDS_H
#define RA_CLI_COMMANDS_H

#include "recovery/cli/cli.h"

/* Returns the exit status, or a negative enum ra_code with *err filled. */
typedef int ra_command_fn(struct ra_cli *cli, int argc, char **argv, struct ra_err *err);

struct ra_command {
    const char *name;
    ra_command_fn *run;
    const char *summary; /* what help says, without a full stop */
};

const struct ra_command *ra_commands(size_t *n);

/* By name; RA_EUSAGE names the nearest when there is none of this name. */
int ra_command_find(const char *name, const struct ra_command **out, struct ra_err *err);

ra_command_fn ra_cmd_rebuild, ra_cmd_doctor, ra_cmd_fetch, ra_cmd_plan, ra_cmd_show, ra_cmd_apply,
    ra_cmd_verify, ra_cmd_backup, ra_cmd_restore, ra_cmd_rehearse, ra_cmd_import, ra_cmd_config,
    ra_cmd_help;

/* Global options up to the command's name; *first is its place in argv, argc when there is none. */
int ra_cli_parse_global(struct ra_cli *cli, int argc, char **argv, int *first, struct ra_err *err);
void ra_cli_help(FILE *to); /* the program's own */
void ra_cli_print_version(void);
void ra_config_example(void); /* a configuration to fill in, to stdout */

#endif
