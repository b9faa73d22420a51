/* reanchor rehearse BACKUP|SNAPSHOT [--directory SECTION] [--offline] [--report DIR] */
#include "recovery/cli/commands.h"
#include "recovery/cli/gather.h"
#include "recovery/cli/rehearsed.h"
#include "src/base/file.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 10 /* objects of one difference on the terminal */
#define WIDTH 100

enum {
    OPT_DIRECTORY = 0x900,
    OPT_OFFLINE,
    OPT_REPORT,
    OPT_IDENTITY,
    OPT_DETAILED,
    OPT_REDACT,
    OPT_ALL
};

struct options {
    struct ra_rehearsed source;
    const char *dir;
    bool detailed, redact, all;
    size_t cap;
    struct ra_err *err;
};

static const struct argp_option argp_options[] = {
    {"directory", OPT_DIRECTORY, "SECTION", 0,
     "Read this [ad:SECTION] alone; may be repeated. Default: all that are configured", 0},
    {"offline", OPT_OFFLINE, NULL, 0,
     "Take the AD side from the backup or the store too, and connect to nothing", 0},
    {"report", OPT_REPORT, "DIR", 0, "Write rehearsal.ndjson and rehearsal.html into DIR", 0},
    {"identity", OPT_IDENTITY, "FILE", 0, "An age identity that opens an encrypted backup", 0},
    {"detailed-exitcode", OPT_DETAILED, NULL, 0, "Exit with 2 when the gate says ACTION", 0},
    {"redact", OPT_REDACT, NULL, 0,
     "Replace names and addresses by tokens on the terminal and in DIR", 0},
    {"all", OPT_ALL, NULL, 0, "Print every object that differs, not the first 10 of each kind", 0},
    {0},
};

static int add_directory(struct options *o, const char *arg)
{
    struct ra_rehearsed *s = &o->source;

    for (size_t i = 0; i < s->sections_n; i++)
        if (strcmp(s->sections[i], arg) == 0)
            return 0;
    s->sections = ra_grow(s->sections, &o->cap, s->sections_n + 1, sizeof *s->sections);
    s->sections[s->sections_n++] = arg;
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    if (key == OPT_DIRECTORY)
        return add_directory(o, arg);
    if (key == OPT_OFFLINE)
        o->source.offline = true;
    else if (key == OPT_REPORT)
        o->dir = arg;
    else if (key == OPT_IDENTITY)
        o->source.identity = arg;
    else if (key == OPT_DETAILED)
        o->detailed = true;
    else if (key == OPT_REDACT)
        o->redact = true;
    else if (key == OPT_ALL)
        o->all = true;
    else if (key == ARGP_KEY_ARG && state->arg_num == 0)
        o->source.which = arg;
    else if (key == ARGP_KEY_NO_ARGS)
        return ra_cli_usage(o->err, "rehearse: missing argument, want a BACKUP, 'newest', a folder "
                                    "of 'fetch --save', or 'cached'");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .args_doc = "BACKUP|SNAPSHOT",
    .doc = "Start a simulated tenant from a backup or a snapshot, rebuild against it, let it do "
           "the first export, and report what would happen to every object beside what was "
           "predicted.\v"
           "BACKUP is a name, the path of a manifest, a folder of backups (its newest one), or "
           "'newest'. SNAPSHOT is a folder that 'fetch --save' wrote, or 'cached' for what the "
           "store holds. The tenant that is configured is never contacted. Exit status 7 when an "
           "outcome differs from its prediction and nothing explains it, 6 when the gate says "
           "STOP.",
};

/* ---- output ---- */

static int print(const struct ra_cli *cli, const struct ra_report_input *in,
                 const struct ra_drill *d, const struct options *o, struct ra_err *err)
{
    const struct ra_report_style style = {.width = ra_study_width() ? ra_study_width() : WIDTH,
                                          .colour = cli->color,
                                          .dir = o->dir,
                                          .config = cli->config_path};

    if (cli->json)
        return ra_drill_json(in, d, &o->source.from, stdout, err);
    if (cli->quiet)
        return 0;
    return ra_drill_text(in, d, &o->source.from, &style, o->all ? 0 : SHOWN, stdout, err);
}

static int status(const struct ra_study *s, const struct ra_drill *d, const struct options *o)
{
    if (ra_drill_unexplained(d))
        return 7;
    if (s->result.gate == RA_GATE_STOP)
        return 6;
    return s->result.gate == RA_GATE_ACTION && o->detailed ? 2 : 0;
}

static void tell(struct ra_cli *cli, const struct ra_study *s, const struct ra_drill *d)
{
    ra_metrics_finding(cli->metrics, "rehearsal-unexplained", "critical", ra_drill_unexplained(d));
    ra_metrics_finding(cli->metrics, "rehearsal-stop", "high", s->result.gate == RA_GATE_STOP);
}

static int report(struct ra_cli *cli, const struct ra_study *s, const struct ra_drill *d,
                  const struct options *o, struct ra_err *err)
{
    struct ra_report_input in = s->report;
    unsigned char key[RA_REDACT_KEY];
    int rc = o->redact ? ra_study_redact(cli, key, &in, err) : 0;

    if (rc == 0 && o->dir)
        rc = ra_rehearsed_write(o->dir, &in, d, &o->source.from, err);
    if (rc == 0)
        rc = print(cli, &in, d, o, err);
    tell(cli, s, d);
    return rc == 0 ? status(s, d, o) : rc;
}

/* ---- the drill ---- */

static int drill(struct ra_cli *cli, struct ra_ground *g, struct ra_cache *cache, struct options *o,
                 struct ra_err *err)
{
    const struct ra_gather gather = {.what = o->source.from.held ? RA_GATHER_CLOUD : RA_GATHER_ALL};
    struct ra_graph *graph = NULL;
    struct ra_study *study = NULL;
    struct ra_drill *d = NULL;
    int rc = ra_gather(&g->cli, cache, &gather, &graph, err);

    if (rc == 0)
        rc = ra_gather_settle(&g->cli, cache, graph, &study, err);
    if (rc == 0)
        rc = ra_cli_stopped(cli, err);
    if (rc == 0)
        rc = ra_drill_run(g->tenant, &study->report, &d, err);
    if (rc == 0)
        rc = report(cli, study, d, o, err);
    ra_drill_free(&d);
    ra_study_close(&study);
    ra_graph_close(&graph);
    return rc;
}

static int rehearse(struct ra_cli *cli, struct options *o, struct ra_err *err)
{
    struct ra_ground g = {.lock = -1};
    struct ra_cache *cache = NULL;
    int rc = ra_ground_open(cli, &g, err);

    if (rc == 0)
        rc = ra_cache_open(g.store, true, &cache, err);
    if (rc == 0)
        rc = ra_rehearsed_lay_out(cli, &o->source, &g, cache, err);
    if (rc == 0)
        rc = ra_ground_start(&g, o->source.data, o->source.ad, o->source.ad_n, err);
    if (rc == 0)
        rc = drill(cli, &g, cache, o, err);
    ra_cache_close(&cache);
    ra_ground_close(&g);
    return rc;
}

int ra_cmd_rehearse(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.err = err};
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    cli->isolated = true;
    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0 && o.dir)
        rc = ra_dir_usable(o.dir, err);
    if (rc == 0)
        rc = rehearse(cli, &o, err);
    ra_rehearsed_free(&o.source);
    return rc;
}
