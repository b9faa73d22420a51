/* reanchor rebuild [--report DIR] [--accept-active-sync] */
#include "recovery/cli/commands.h"
#include "recovery/cli/gather.h"

enum { OPT_ACCEPT = 0x600 };

struct options {
    struct ra_outputs outputs;
    bool accept_active_sync;
};

static const struct argp_option argp_options[] = {
    {"accept-active-sync", OPT_ACCEPT, NULL, 0,
     "Go on although another sync server seems to be alive", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    (void)arg;
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = &o->outputs;
    else if (key == OPT_ACCEPT)
        o->accept_active_sync = true;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp_child children[] = {{&ra_outputs_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .children = children,
    .doc = "Read both sides, decide for every object what Entra ID will do, and report.\v"
           "Stops before any upload: nothing outside the store and DIR is written.",
};

int ra_cmd_rebuild(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {0};
    struct ra_gather gather = {.what = RA_GATHER_ALL};
    struct ra_graph *graph = NULL;
    struct ra_cache *cache = NULL;
    struct ra_study *study = NULL;
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    gather.check_active = !o.accept_active_sync;
    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0)
        rc = ra_outputs_check(&o.outputs, err);
    if (rc == 0)
        rc = ra_cache_open(cli->config->store.dir, true, &cache, err);
    if (rc == 0)
        rc = ra_gather(cli, cache, &gather, &graph, err);
    if (rc == 0)
        rc = ra_gather_settle(cli, cache, graph, &study, err);
    if (rc == 0)
        rc = ra_study_report(cli, study, &o.outputs, err);
    ra_study_close(&study);
    ra_graph_close(&graph);
    ra_cache_close(&cache);
    return rc;
}
