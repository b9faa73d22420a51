/* reanchor help [COMMAND] */
#include "recovery/cli/commands.h"

struct help {
    const char *command;
    struct ra_err *err;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct help *h = state->input;

    if (key != ARGP_KEY_ARG || h->command)
        return ARGP_ERR_UNKNOWN;
    h->command = arg;
    return 0;
}

static const struct argp argp = {
    .parser = parse, .args_doc = "[COMMAND]", .doc = "Explain the program or one command."};

int ra_cmd_help(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct help h = {.err = err};
    const struct ra_command *c;
    char name[64], option[] = "--help", *args[] = {name, option, NULL};
    int rc = ra_cli_parse(cli, &argp, &h, argc, argv, err);

    if (rc != 0)
        return rc;
    if (!h.command) {
        ra_cli_help(stdout);
        return 0;
    }
    rc = ra_command_find(h.command, &c, err);
    if (rc != 0)
        return rc;
    snprintf(name, sizeof name, "reanchor %s", c->name);
    return c->run(cli, 2, args, err);
}
