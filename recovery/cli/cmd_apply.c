/* reanchor apply PLAN | apply --rollback BATCH */
#include "recovery/cli/apply_print.h"
#include "recovery/cli/commands.h"
#include "recovery/cli/gather.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPT_DRY = 0x700,
    OPT_ONLY,
    OPT_LIMIT,
    OPT_TARGET,
    OPT_CONFIRM,
    OPT_OVERRIDE,
    OPT_ROLLBACK,
    OPT_HOLD,
    OPT_ACCEPT
};

#define HOLD_MINUTES_MAX 1440

struct options {
    struct ra_apply_options apply;
    const char *plan, *rollback;
    const char **targets;
    size_t targets_n, targets_cap;
    bool accept_active_sync;
    struct ra_err *err;
};

static const struct argp_option argp_options[] = {
    {"dry-run", OPT_DRY, NULL, 0, "Go through the gate, tell what would be written, write nothing",
     0},
    {"only", OPT_ONLY, "OP|CODE", 0,
     "Only steps of this operation, or because of this verdict, such as ANCHOR_DRIFT", 0},
    {"limit", OPT_LIMIT, "N", 0, "Only the first N steps that are not done yet", 0},
    {"target", OPT_TARGET, "ID|DN", 0, "Only this object; may be given more than once", 0},
    {"confirm", OPT_CONFIRM, "NAME", 0, "The tenant's name, instead of being asked to type it", 0},
    {"override", OPT_OVERRIDE, "REASON", 0,
     "Go on although the gate says STOP; the journal keeps the reason", 0},
    {"rollback", OPT_ROLLBACK, "BATCH", 0, "Undo this batch, or what is selected of it", 0},
    {"hold", OPT_HOLD, "MINUTES", 0,
     "How long a matching window stays open for a sync server's export, at most", 0},
    {"accept-active-sync", OPT_ACCEPT, NULL, 0,
     "Go on although another sync server seems to be alive", 0},
    {0},
};

static error_t parse_number(struct options *o, const char *name, const char *arg,
                            unsigned long long max, unsigned long long *out)
{
    if (!ra_parse_uint(ra_str(arg), out) || *out == 0 || *out > max)
        return ra_cli_usage(o->err, "apply: --%s has '%.60s', want a number from 1 to %llu", name,
                            arg, max);
    return 0;
}

static error_t parse_value(struct options *o, int key, char *arg)
{
    unsigned long long n = 0;
    error_t rc = 0;

    if (key == OPT_LIMIT) {
        rc = parse_number(o, "limit", arg, 1000000000, &n);
        o->apply.limit = (size_t)n;
    } else if (key == OPT_HOLD) {
        rc = parse_number(o, "hold", arg, HOLD_MINUTES_MAX, &n);
        o->apply.hold_ms = (int64_t)n * 60000;
    } else if (key == OPT_TARGET) {
        o->targets = ra_grow(o->targets, &o->targets_cap, o->targets_n + 1, sizeof(const char *));
        o->targets[o->targets_n++] = arg;
    } else if (key == OPT_OVERRIDE)
        o->apply.overruled = arg;
    return rc;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case OPT_DRY:
        o->apply.dry_run = true;
        return 0;
    case OPT_ACCEPT:
        o->accept_active_sync = true;
        return 0;
    case OPT_ONLY:
        o->apply.only = arg;
        return 0;
    case OPT_CONFIRM:
        o->apply.confirm = arg;
        return 0;
    case OPT_ROLLBACK:
        o->rollback = arg;
        return 0;
    case OPT_LIMIT:
    case OPT_HOLD:
    case OPT_TARGET:
    case OPT_OVERRIDE:
        return parse_value(o, key, arg);
    case ARGP_KEY_ARG:
        if (o->plan)
            return ARGP_ERR_UNKNOWN;
        o->plan = arg;
        return 0;
    case ARGP_KEY_SUCCESS:
        if (!o->plan == !o->rollback)
            return ra_cli_usage(o->err, "apply: want the file of a PLAN, or --rollback BATCH");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .args_doc = "PLAN\n--rollback BATCH",
    .doc = "Carry out a reviewed plan, or undo what was carried out.\vNothing is written unless "
           "the plan is as it was made, its snapshots are still the cache's, and every target "
           "still holds what the plan says. A run that is interrupted is finished by the same "
           "command. Exit status 4: done but for what the servers do not let us do.",
};

/* ---- what apply wants to know of us ---- */

struct applying {
    struct ra_cli *cli;
    const struct options *o;
    struct ra_cache *cache;
    struct ra_snap *cloud;
    struct ra_tenant then, now;
    struct ra_arena arena;
    struct ra_phase *phase;
    struct ra_pair *cleared; /* users whose identifier is null by now */
    size_t cleared_n, cleared_cap;
};

static int check_active(const struct applying *a, struct ra_err *err)
{
    char why[512];

    if (a->o->accept_active_sync ||
        !ra_active_sync(&a->now, a->cli->config->policy.sync_idle_minutes, ra_now(), why,
                        sizeof why))
        return 0;
    ra_fail(err, RA_EACTIVE, "another sync server may be alive: %s", why);
    return ra_hint(err, "a sync server that runs meanwhile undoes what is written, or is surprised "
                        "by it: stop it, then run again with --accept-active-sync");
}

static int look(void *ctx, struct ra_graph *g, bool roles, const struct ra_tenant **then,
                const struct ra_tenant **now, struct ra_err *err)
{
    struct applying *a = ctx;
    int rc = a->cloud ? 0 : ra_snap_open(a->cache, RA_SIDE_CLOUD, &a->cloud, err);

    if (rc == -(int)RA_ENOTFOUND && !then)
        rc = 0; /* a rollback compares with nothing */
    if (rc == 0 && then)
        rc = ra_tenant_load(a->cloud, &a->arena, &a->then, err);
    if (rc == 0)
        rc = ra_tenant_now(g, a->cloud, roles, &a->arena, &a->now, err);
    if (rc == 0)
        rc = check_active(a, err);
    if (then)
        *then = &a->then;
    *now = &a->now;
    return rc;
}

/* No change that the tenant tells of says that an identifier was cleared: without this, decisions
 * would stand on the old one until it is asked for anew. */
static void tell_cache(struct applying *a)
{
    struct ra_err err = {0};

    if (a->cache && a->cleared_n &&
        ra_cache_supplement(a->cache, RA_SIDE_CLOUD, RA_FACT_OOI, a->cleared, a->cleared_n, &err))
        ra_log(RA_LOG_NORMAL,
               "what was cleared is not in the store, run: reanchor fetch --full "
               "(%s)",
               err.msg);
    free(a->cleared);
    a->cleared = NULL;
    a->cleared_n = a->cleared_cap = 0;
}

static void let_go(void *ctx)
{
    struct applying *a = ctx;

    ra_snap_close(&a->cloud);
    tell_cache(a);
    ra_cache_close(&a->cache);
}

static void take_time(void *ctx)
{
    (void)ctx;
    ra_cli_take_time();
}

static bool person_is_there(const struct ra_cli *cli)
{
    return !cli->no_input && !cli->json && isatty(STDIN_FILENO);
}

static int ask(void *ctx, const char *name, struct ra_err *err)
{
    struct applying *a = ctx;
    char line[512];

    ra_progress_end(&a->phase);
    fprintf(stderr, "Type the tenant's name, %s, to write: ", name);
    fflush(stderr);
    if (!fgets(line, sizeof line, stdin)) {
        int rc = ra_cli_stopped(a->cli, err);
        return rc ? rc : ra_fail(err, RA_ESTALE, "not confirmed; nothing was written");
    }
    line[strcspn(line, "\r\n")] = '\0';
    if (strcmp(line, name) == 0)
        return 0;
    ra_fail(err, RA_ESTALE, "'%.100s' is not the name of this tenant, %s; nothing was written",
            line, name);
    return ra_hint(err, "the name is compared letter by letter");
}

static bool enough(void *ctx)
{
    struct applying *a = ctx;
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    char line[64];

    if (!person_is_there(a->cli) || poll(&p, 1, 0) <= 0)
        return false;
    return read(STDIN_FILENO, line, sizeof line) > 0;
}

static bool worth_a_line(const struct applying *a, enum ra_step_state s)
{
    if (a->cli->verbose || a->o->apply.dry_run)
        return true;
    return s != RA_STEP_WRITTEN && s != RA_STEP_RECOVERED && s != RA_STEP_ALREADY;
}

static void note_cleared(struct applying *a, const struct ra_step_news *n)
{
    struct ra_str id = n->step->target.id;
    char *key;

    if (a->o->apply.dry_run || n->step->op != RA_OP_CLEAR_OBJECT_IDENTIFIER ||
        (n->state != RA_STEP_WRITTEN && n->state != RA_STEP_RECOVERED &&
         n->state != RA_STEP_ALREADY))
        return;
    key = ra_arena_alloc(&a->arena, id.n + 1);
    ra_fold_into(key, id.p, id.n);
    a->cleared = ra_grow(a->cleared, &a->cleared_cap, a->cleared_n + 1, sizeof *a->cleared);
    a->cleared[a->cleared_n++] = (struct ra_pair){.key = {key, id.n}};
}

static void news(void *ctx, const struct ra_step_news *n)
{
    struct applying *a = ctx;

    note_cleared(a, n);
    ra_progress_add(a->phase, 1);
    if (a->cli->json)
        ra_apply_print_step(n);
    else if (!a->cli->quiet && worth_a_line(a, n->state))
        ra_apply_print_step_text(n);
}

static void note(void *ctx, const char *line)
{
    (void)ctx;
    ra_log(RA_LOG_NORMAL, "%s", line);
}

/* ---- the command ---- */

static int read_plan(const char *path, struct ra_plan *plan, struct ra_err *err)
{
    struct ra_buf bytes;
    int rc = ra_file_read(path, RA_PLAN_MAX, RA_EUSAGE, &bytes, err);

    if (rc != 0)
        return ra_hint(err, "PLAN is the plan.json that 'reanchor rebuild --report DIR' writes");
    rc = ra_plan_decode(ra_str_n(bytes.p, bytes.n), plan, err);
    ra_buf_free(&bytes);
    return rc ? ra_prefix(err, "%s", path) : 0;
}

static int with_world(struct applying *a, struct ra_plan *plan, struct ra_apply_summary *sum,
                      struct ra_err *err)
{
    const struct ra_config *c = a->cli->config;
    struct ra_dir_options *dirs = ra_calloc(c->ad_n + 1, sizeof *dirs);
    struct ra_graph_options graph;
    struct ra_cli_policy policy;
    struct ra_apply_world w = {.store_dir = c->store.dir,
                               .tenant_id = c->tenant.id,
                               .policy = &policy.policy,
                               .cache = a->cache,
                               .graph = &graph,
                               .directories = dirs,
                               .directories_n = c->ad_n,
                               .stop = a->cli->stop,
                               .look = look,
                               .let_go = let_go,
                               .ask = person_is_there(a->cli) ? ask : NULL,
                               .news = news,
                               .note = note,
                               .take_time = take_time,
                               .enough = enough,
                               .ctx = a};
    int rc = ra_cli_policy(a->cli, &policy, err);

    ra_cli_graph_options(a->cli, &graph);
    for (size_t i = 0; i < c->ad_n; i++)
        ra_cli_dir_options(a->cli, &c->ad[i], &dirs[i]);
    a->phase = ra_progress_begin(a->cli->progress, "steps", 0, plan ? plan->steps_n : 0);
    if (rc == 0)
        rc = plan ? ra_apply_plan(&w, &a->o->apply, plan, sum, err)
                  : ra_apply_rollback(&w, &a->o->apply, a->o->rollback, sum, err);
    ra_progress_end(&a->phase);
    ra_cli_policy_free(&policy);
    free(dirs);
    return rc;
}

static int run(struct ra_cli *cli, const struct options *o, struct ra_plan *plan,
               struct ra_err *err)
{
    struct applying a = {.cli = cli, .o = o};
    struct ra_apply_summary sum = {0};
    int rc = ra_cache_open(cli->config->store.dir, true, &a.cache, err);

    if (rc == 0)
        rc = with_world(&a, plan, &sum, err);
    let_go(&a);
    ra_arena_free(&a.arena);
    if (rc != 0)
        return rc;
    rc = ra_apply_exit(&sum);
    if (cli->json)
        ra_apply_print_json(&sum, rc);
    else if (!cli->quiet)
        ra_apply_print_text(&sum, o->apply.dry_run, cli->config_path);
    return rc;
}

int ra_cmd_apply(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {.err = err};
    struct ra_plan plan = {0};
    int rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    o.apply.targets = o.targets;
    o.apply.targets_n = o.targets_n;
    cli->applies = true;
    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0 && o.plan)
        rc = read_plan(o.plan, &plan, err);
    if (rc == 0)
        rc = run(cli, &o, o.plan ? &plan : NULL, err);
    ra_plan_free(&plan);
    free(o.targets);
    return rc;
}
