/* reanchor plan [--report DIR] */
#include "recovery/cli/commands.h"
#include "recovery/cli/study.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = state->input;
    return key == ARGP_KEY_INIT ? 0 : ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {{&ra_outputs_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    .parser = parse,
    .children = children,
    .doc = "Decide from the cache alone, offline; the same outputs as rebuild.",
};

int ra_cmd_plan(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct ra_outputs o = {0};
    struct ra_cache *cache = NULL;
    struct ra_study *study = NULL;
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0)
        rc = ra_outputs_check(&o, err);
    if (rc == 0)
        rc = ra_study_cache(cli, &cache, err);
    if (rc == 0)
        rc = ra_study_open(cli, cache, &study, err);
    if (rc == 0)
        rc = ra_study_report(cli, study, &o, err);
    ra_study_close(&study);
    ra_cache_close(&cache);
    return rc;
}
