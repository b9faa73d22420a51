/* reanchor doctor [--first-steps] */
#include "recovery/cli/commands.h"
#include "recovery/cli/doctor.h"

enum { OPT_FIRST_STEPS = 0x700 };

static const struct argp_option options[] = {
    {"first-steps", OPT_FIRST_STEPS, NULL, 0, "Only tell how a working configuration comes to be",
     0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    if (key != OPT_FIRST_STEPS)
        return ARGP_ERR_UNKNOWN;
    *(bool *)state->input = true;
    return 0;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .doc =
        "Check what a rebuild needs, and change nothing: the configuration and its files, sign-in,"
        " each permission, the tenant's switches, whether another sync server is alive, and each"
        " directory.\vThe exit status is that of the worst fault; warnings leave it 0.",
};

static int run_checks(struct ra_doctor *d, struct ra_err *err)
{
    const struct ra_config *c = d->cli->config;
    int rc = ra_doctor_files(d, err);

    if (rc == 0)
        rc = ra_doctor_tenant(d, err);
    for (size_t i = 0; i < c->ad_n && rc == 0; i++)
        rc = ra_doctor_directory(d, &c->ad[i], err);
    return rc ? rc : ra_doctor_store(d, err);
}

int ra_cmd_doctor(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct ra_doctor d = {.cli = cli};
    bool first_steps = false;
    int rc = ra_cli_parse(cli, &argp, &first_steps, argc, argv, err);

    if (rc == 0 && (first_steps || (!cli->config_path && !cli->json && !ra_config_exists())))
        ra_doctor_start();
    if (first_steps && rc == 0)
        return 0;
    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0)
        rc = run_checks(&d, err);
    if (rc != 0)
        return rc;
    if (cli->config->ad_n == 0) {
        d.group = "directories";
        ra_doctor_warn(&d, "directory", "add a section [ad:NAME]", "none is configured");
    }
    ra_doctor_summary(&d);
    return d.exit_status;
}
