#include "recovery/cli/commands.h"

#include <errno.h>
#include <string.h>

static int run(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    const struct ra_command *command;
    char name[128];
    int first, rc = ra_cli_parse_global(cli, argc, argv, &first, err);

    if (rc != 0)
        return rc;
    if (first == argc) {
        ra_fail(err, RA_EUSAGE, "no command given");
        return ra_hint(err, "'reanchor help' lists the commands");
    }
    rc = ra_command_find(argv[first], &command, err);
    if (rc != 0)
        return rc;
    snprintf(name, sizeof name, "reanchor %s", command->name);
    argv[first] = name;
    return command->run(cli, argc - first, argv + first, err);
}

/* The output is complete only when all of it has left. */
static int flush_output(struct ra_err *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    return ra_fail(err, RA_EIO, "standard output: cannot be written: %s", strerror(errno));
}

int main(int argc, char **argv)
{
    struct ra_cli cli = {.stop = ra_cli_secure_process()};
    struct ra_err err = {0};
    int rc;

    argv[0] = (char[]){"reanchor"};
    rc = run(&cli, argc, argv, &err);
    ra_progress_close(&cli.progress);
    if (rc >= 0 && flush_output(&err) != 0)
        rc = -(int)RA_EIO;
    if (rc < 0) {
        ra_cli_print_error(&cli, &err);
        rc = ra_exit_status(&err);
    }
    ra_config_free(&cli.config);
    return rc;
}
