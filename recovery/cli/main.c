#include "recovery/cli/commands.h"

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
    ra_metrics_command(cli->metrics, command->name);
    return command->run(cli, argc - first, argv + first, err);
}

/* Failed runs above all; a run that succeeded and cannot say so did not. */
static int write_metrics(struct ra_cli *cli, int status, bool done)
{
    struct ra_err err = {0};

    if (cli->metrics_file &&
        ra_metrics_write(cli->metrics, cli->metrics_file, status, done, &err) != 0) {
        ra_cli_print_error(cli, &err);
        status = status ? status : ra_exit_status(&err);
    }
    ra_metrics_free(&cli->metrics);
    return status;
}

int main(int argc, char **argv)
{
    struct ra_cli cli = {.stop = ra_cli_secure_process(), .metrics = ra_metrics_new()};
    struct ra_err err = {0};
    bool done;
    int rc;

    argv[0] = (char[]){"reanchor"};
    rc = run(&cli, argc, argv, &err);
    ra_progress_close(&cli.progress);
    if (rc >= 0 && ra_cli_flush_output(&err) != 0)
        rc = -(int)RA_EIO;
    done = rc >= 0;
    if (rc < 0) {
        if (err.code == 0) /* a failure is never passed off as done */
            ra_fail(&err, RA_EINTERNAL, "failed, and nothing says why (code %d)", -rc);
        ra_cli_print_error(&cli, &err);
        rc = ra_exit_status(&err);
    }
    rc = write_metrics(&cli, rc, done);
    ra_cli_hand_over(&cli);
    ra_config_free(&cli.config);
    return rc;
}
