/* reanchor import [FORMAT] PATH [--compare] [--all] */
#include "recovery/cli/commands.h"
#include "recovery/cli/import_config.h"
#include "recovery/cli/import_print.h"
#include "recovery/cli/imported.h"
#include "recovery/cli/study.h"
#include "src/base/log.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 10 /* objects of one finding on the terminal */
#define WRONG 20 /* wrong places that are named beside the first */

enum { OPT_COMPARE = 0xa00, OPT_ALL };

struct options {
    const char *words[2];
    int words_n;
    bool compare, all;
    struct ra_err *err;
};

static const struct argp_option argp_options[] = {
    {"compare", OPT_COMPARE, NULL, 0,
     "Hold it against what was fetched before, offline; exit with 7 when something differs", 0},
    {"all", OPT_ALL, NULL, 0, "Print every object, not only the sums and 10 of each finding", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    if (key == OPT_COMPARE)
        o->compare = true;
    else if (key == OPT_ALL)
        o->all = true;
    else if (key == ARGP_KEY_ARG && o->words_n < 2)
        o->words[o->words_n++] = arg;
    else if (key == ARGP_KEY_NO_ARGS)
        return ra_cli_usage(o->err, "import: missing argument, want a file or a folder");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .args_doc = "[FORMAT] PATH",
    .doc = "Read what other tools left of the old sync server, and say what it holds.\vFORMAT is "
           "told by PATH when it is left out: adsynctools (the CSV of "
           "Import-ADSyncToolsSourceAnchor), csexport (the Entra connector's XML, which alone has "
           "the anchors of groups and contacts), entraexporter (a folder), adsync-config (the "
           "settings file of Entra Connect, which becomes a configuration on stdout). A damaged "
           "file is refused, each wrong place with its line. Writes nothing: 'restore PATH' "
           "prepares putting anchors back, 'verify --against PATH' tells what has changed since.",
};

/* "FORMAT PATH", or a path whose format is looked for. */
static int which(const struct options *o, enum ra_import_format *format, const char **path,
                 struct ra_err *err)
{
    const char *names[RA_IMPORT_FORMATS + 1] = {0}, *near;

    *path = o->words[o->words_n - 1];
    if (o->words_n == 1)
        return ra_import_detect(*path, format, err);
    if (ra_import_format_find(ra_str(o->words[0]), format))
        return 0;
    for (int f = 0; f < RA_IMPORT_FORMATS; f++)
        names[f] = ra_import_format_name((enum ra_import_format)f);
    near = ra_nearest(o->words[0], names);
    ra_fail(err, RA_EUSAGE, "unknown format '%.100s'%s%s%s", o->words[0],
            near ? ", the nearest is '" : "", near ? near : "", near ? "'" : "");
    return ra_hint(err, "formats are adsynctools, csexport, entraexporter and adsync-config");
}

struct run {
    struct ra_cli *cli;
    struct ra_import_print print;
    struct ra_import_comparison *comparison;
    uint64_t wrong;
};

static void wrong(void *ctx, const char *message)
{
    struct run *run = ctx;

    if (run->wrong > 0 && run->wrong <= WRONG) /* the first is what the run ends with */
        ra_warn("%s", message);
    run->wrong++;
}

static int each(void *ctx, const struct ra_import_entry *e, struct ra_err *err)
{
    struct run *run = ctx;
    struct ra_import_compared m;
    bool compares = run->comparison && e->left_out == RA_LEFT_NOTHING;
    int rc = ra_cli_stopped(run->cli, err);

    if (rc == 0 && compares)
        rc = ra_import_compare(run->comparison, e, &m, err);
    if (rc == 0)
        ra_import_print_entry(&run->print, e, compares ? &m : NULL);
    return rc;
}

/* Twice: nothing is printed of a file that is damaged further down. */
static int read_anchors(struct run *run, const struct ra_study *study, struct ra_err *err)
{
    struct ra_import_print *p = &run->print;
    struct ra_import_sink sink = {.wrong = wrong, .ctx = run, .stop = run->cli->stop};
    int rc = ra_import_read(p->path, p->format, &sink, &p->totals, err);

    if (rc == 0 && study)
        rc = ra_imported_check_tenant(run->cli, &p->totals, err);
    if (rc != 0)
        return rc;
    if (study) {
        const struct ra_import_now now = {study->report.ad, study->report.ad_n, study->report.cloud,
                                          study->report.result};
        ra_import_compare_open(&now, &run->comparison);
    }
    p->compares = study != NULL;
    sink.each = each;
    if (p->json || p->all || study)
        rc = ra_import_read(p->path, p->format, &sink, &p->totals, err);
    if (rc == 0 && !(run->cli->quiet && !p->json))
        ra_import_print_end(p);
    ra_import_compare_close(&run->comparison);
    if (rc != 0 || !ra_import_print_any(p))
        return rc;
    return 7;
}

static int import(struct ra_cli *cli, const struct options *o, struct ra_err *err)
{
    struct run run = {.cli = cli,
                      .print = {.json = cli->json,
                                .all = o->all && !cli->json && !cli->quiet,
                                .shown = o->all ? 0 : SHOWN}};
    struct ra_cache *cache = NULL;
    struct ra_study *study = NULL;
    int rc = which(o, &run.print.format, &run.print.path, err);

    if (rc == 0 && o->compare)
        rc = ra_cli_load(cli, err);
    if (rc == 0 && o->compare)
        rc = ra_study_cache(cli, &cache, err);
    if (rc == 0 && o->compare)
        rc = ra_study_open(cli, cache, &study, err);
    ra_import_print_init(&run.print);
    if (rc == 0 && run.print.format == RA_IMPORT_ADSYNC_CONFIG)
        rc = ra_cli_import_config(cli, run.print.path, study, err);
    else if (rc == 0)
        rc = read_anchors(&run, study, err);
    ra_import_print_free(&run.print);
    ra_study_close(&study);
    ra_cache_close(&cache);
    return rc;
}

int ra_cmd_import(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.err = err};
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    return rc == 0 ? import(cli, &o, err) : rc;
}
