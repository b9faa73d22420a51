/* reanchor fetch [cloud|ad|all] [--full] [--save DIR] */
#include "recovery/cli/commands.h"
#include "recovery/cli/gather.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/log.h"

#include <stdlib.h>
#include <string.h>

enum { OPT_FULL = 0x500, OPT_SAVE };

struct options {
    struct ra_gather gather;
    const char *save;
    struct ra_err *err;
};

static const struct argp_option argp_options[] = {
    {"full", OPT_FULL, NULL, 0, "Read everything anew, whatever an earlier run left", 0},
    {"save", OPT_SAVE, "DIR", 0,
     "Also write the cloud side as saved responses, which 'source = files:DIR' reads", 0},
    {0},
};

static error_t parse_what(struct options *o, const char *arg)
{
    if (strcmp(arg, "cloud") == 0)
        o->gather.what = RA_GATHER_CLOUD;
    else if (strcmp(arg, "ad") == 0)
        o->gather.what = RA_GATHER_AD;
    else if (strcmp(arg, "all") == 0)
        o->gather.what = RA_GATHER_ALL;
    else
        return ra_cli_usage(o->err, "fetch: have '%.100s', want cloud, ad or all", arg);
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    if (key == OPT_SAVE)
        o->save = arg;
    else if (key == OPT_FULL)
        o->gather.full = true;
    else if (key == ARGP_KEY_ARG && state->arg_num == 0)
        return parse_what(o, arg);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .args_doc = "[cloud|ad|all]",
    .doc = "Fill or refresh the cache.\vA side's snapshot counts only when its read was proved "
           "complete; until then the one before stays in use.",
};

/* Without the other side nothing can be decided, and so nothing is asked for object by object. */
static int save_cloud_alone(struct ra_cache *cache, const char *dir, struct ra_err *err)
{
    struct ra_view *view = NULL;
    int rc = ra_view_open(cache, NULL, 0, "", &view, err);

    if (rc == 0)
        rc = ra_save(view, dir, err);
    if (rc == 0)
        ra_warn("%s: saved without onPremisesSyncBehavior: which objects to ask for it is known "
                "once the directories were read too",
                dir);
    ra_view_close(&view);
    return rc;
}

static bool is_alone(const struct ra_config *c, struct ra_cache *cache)
{
    bool alone = c->ad_n == 0;

    for (size_t i = 0; i < c->ad_n && !alone; i++) {
        char *side = ra_side_of_directory(c->ad[i].name);
        struct ra_snap *snap = NULL;
        struct ra_err none = {0};
        alone = ra_snap_open(cache, side, &snap, &none) == -(int)RA_ENOTFOUND;
        ra_snap_close(&snap);
        free(side);
    }
    return alone;
}

static int settle_and_save(struct ra_cli *cli, struct ra_cache *cache, struct ra_graph *graph,
                           const struct options *o, struct ra_err *err)
{
    struct ra_study *study = NULL;
    int rc;

    if (is_alone(cli->config, cache))
        return o->save ? save_cloud_alone(cache, o->save, err) : 0;
    rc = ra_gather_settle(cli, cache, graph, &study, err);
    if (rc == -(int)RA_EINCOMPLETE && !o->save)
        return 0; /* the other side was never read: nothing to decide, nothing to ask for */
    if (rc == 0 && o->save)
        rc = ra_save(study->view, o->save, err);
    ra_study_close(&study);
    return rc;
}

struct summary {
    const struct ra_config *config;
    struct ra_cache *cache;
    bool json;
    struct ra_err *err; /* of the first side that cannot be opened */
    int rc;
};

static void print_json(const char *side, const struct ra_snap_info *i)
{
    char created[RA_TIME_TEXT];
    struct ra_buf b;
    struct ra_json j;

    ra_time_text(i->created, created);
    ra_buf_init(&b, (size_t)1 << 20);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "snapshot");
    ra_json_key(&j, "side");
    ra_json_z(&j, side);
    ra_json_key(&j, "created");
    ra_json_z(&j, created);
    ra_json_key(&j, "objects");
    ra_json_int(&j, i->records);
    ra_json_key(&j, "proof");
    ra_json_z(&j, i->proof);
    ra_json_object_end(&j);
    puts(ra_buf_z(&b));
    ra_buf_free(&b);
}

static bool is_configured(const struct ra_config *c, const char *side)
{
    bool is = strcmp(side, RA_SIDE_CLOUD) == 0;

    for (size_t i = 0; i < c->ad_n && !is; i++) {
        char *own = ra_side_of_directory(c->ad[i].name);
        is = strcmp(side, own) == 0;
        free(own);
    }
    return is;
}

/* It has a snapshot, and what that holds cannot be told: no line, but no silence either. */
static void tell_unreadable(struct summary *s, const char *side, struct ra_err *why)
{
    if (why->code == RA_EINTEGRITY && !is_configured(s->config, side))
        ra_hint(why, "there is no section [%s]: remove the file", side);
    if (s->rc != 0)
        ra_warn("%s", why->msg);
    else
        *s->err = *why;
    s->rc = -s->err->code;
}

static void print_snapshot(void *ctx, const char *side)
{
    struct summary *s = ctx;
    struct ra_snap *snap;
    struct ra_err why;

    if (ra_snap_open(s->cache, side, &snap, &why) != 0) {
        tell_unreadable(s, side, &why);
        return;
    }
    if (s->json)
        print_json(side, ra_snap_info(snap));
    else
        printf("%s: %u objects, %s\n", side, ra_snap_info(snap)->records,
               ra_snap_info(snap)->proof);
    ra_snap_close(&snap);
}

static int summarize(const struct ra_cli *cli, struct ra_cache *cache, struct ra_err *err)
{
    struct summary s = {.config = cli->config, .cache = cache, .json = cli->json, .err = err};
    int rc = ra_cache_sides(cache, print_snapshot, &s, err);

    return rc == 0 ? s.rc : rc;
}

int ra_cmd_fetch(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.gather = {.what = RA_GATHER_ALL}, .err = err};
    struct ra_graph *graph = NULL;
    struct ra_cache *cache = NULL;
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0 && o.save)
        rc = ra_dir_usable(o.save, err);
    if (rc == 0)
        rc = ra_cache_open(cli->config->store.dir, true, &cache, err);
    if (rc == 0)
        rc = ra_gather(cli, cache, &o.gather, &graph, err);
    if (rc == 0)
        rc = settle_and_save(cli, cache, graph, &o, err);
    if (rc == 0 && !cli->quiet)
        rc = summarize(cli, cache, err);
    ra_graph_close(&graph);
    ra_cache_close(&cache);
    return rc;
}
