#include "recovery/cli/gather.h"

#include "src/base/clock.h"
#include "src/base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PHASES_MAX 64

/* ---- progress: the collectors tell totals, the line wants increments ---- */

struct phases {
    struct ra_progress *progress;
    pthread_mutex_t lock;
    struct {
        char name[64];
        struct ra_phase *phase;
        uint64_t done;
    } all[PHASES_MAX];
    size_t n;
};

static void on_progress(void *ctx, const char *name, uint64_t done, uint64_t total)
{
    struct phases *p = ctx;
    size_t i = 0;

    pthread_mutex_lock(&p->lock);
    while (i < p->n && strcmp(p->all[i].name, name) != 0)
        i++;
    if (i == p->n && p->n < PHASES_MAX) {
        snprintf(p->all[i].name, sizeof p->all[i].name, "%s", name);
        p->all[i].phase = ra_progress_begin(p->progress, name, 0, total);
        p->n++;
    }
    if (i < p->n && done > p->all[i].done) {
        ra_progress_total(p->all[i].phase, total);
        ra_progress_add(p->all[i].phase, done - p->all[i].done);
        p->all[i].done = done;
    }
    pthread_mutex_unlock(&p->lock);
}

static void phases_end(struct phases *p)
{
    for (size_t i = 0; i < p->n; i++)
        ra_progress_end(&p->all[i].phase);
    pthread_mutex_destroy(&p->lock);
}

/* ---- another sync server ---- */

static bool other_machine(struct ra_str machine)
{
    char host[256] = "";
    size_t n;

    gethostname(host, sizeof host - 1);
    n = strcspn(host, ".");
    return !ra_str_absent(machine) && !ra_str_eq_fold(machine, ra_str(host)) &&
           !ra_str_eq_fold(machine, ra_str_n(host, n));
}

bool ra_active_sync(const struct ra_tenant *t, int64_t idle_minutes, int64_t now, char *why,
                    size_t size)
{
    char age[32];

    ra_duration_text(now - t->last_sync, age);
    if (t->last_sync && now - t->last_sync < idle_minutes * 60)
        snprintf(why, size, "the tenant's last sync was %s ago, want more than %lld min", age,
                 (long long)idle_minutes);
    else if (other_machine(t->client_machine))
        snprintf(why, size, "the tenant's export data name the sync server " RA_STR_FMT,
                 RA_STR_ARG(t->client_machine));
    else
        return false;
    return true;
}

static int check_active(const struct ra_cli *cli, const struct ra_tenant *t, struct ra_err *err)
{
    char why[512];

    if (!ra_active_sync(t, cli->config->policy.sync_idle_minutes, ra_now(), why, sizeof why))
        return 0;
    ra_fail(err, RA_EACTIVE, "another sync server may be alive: %s", why);
    return ra_hint(err,
                   "make sure that it is switched off for good (two active sync servers undo each "
                   "other's work), then run again with --accept-active-sync");
}

/* ---- directories, each in a thread of its own ---- */

struct directory_job {
    struct ra_cli *cli;
    struct ra_cache *cache;
    const struct ra_config_ad *ad;
    const struct ra_str *custom;
    size_t customs;
    bool full;
    const struct ra_collect_hooks *hooks;
    pthread_t thread;
    struct ra_err err;
    int rc;
    bool started;
};

static void *read_directory(void *arg)
{
    struct directory_job *j = arg;
    struct ra_ad_read read = {.name = j->ad->name,
                              .login_attribute = j->cli->config->anchor.login_attribute,
                              .custom = j->custom,
                              .customs = j->customs,
                              .connections = (int)j->ad->connections,
                              .full = j->full};
    struct ra_dir_options options;
    struct ra_dir *d = NULL;

    ra_cli_dir_options(j->cli, j->ad, &options);
    j->rc = ra_dir_open(&options, &d, &j->err);
    if (j->rc == 0)
        j->rc = ra_ad_collect(d, j->cache, &read, j->hooks, &j->err);
    if (d)
        ra_dir_close(&d);
    return NULL;
}

static void add_attribute(struct ra_str *list, size_t *n, struct ra_str name)
{
    if (ra_str_absent(name) || ra_str_eq_fold(name, RA_STR("auto")) ||
        ra_anchor_attribute(name).kind != RA_ANCHOR_CUSTOM)
        return;
    for (size_t i = 0; i < *n; i++)
        if (ra_str_eq_fold(list[i], name))
            return;
    list[(*n)++] = name;
}

size_t ra_gather_attributes(const struct ra_config *c, struct ra_str tenants_own,
                            struct ra_str **out)
{
    size_t n = 0;

    *out = ra_calloc(c->anchor.candidates.n + 2, sizeof **out);
    for (size_t i = 0; i < c->anchor.candidates.n; i++)
        add_attribute(*out, &n, ra_str(c->anchor.candidates.items[i]));
    add_attribute(*out, &n, ra_str(c->anchor.attribute));
    add_attribute(*out, &n, tenants_own);
    return n;
}

static struct directory_job *start_directories(struct ra_cli *cli, struct ra_cache *cache,
                                               const struct ra_str *custom, size_t customs,
                                               bool full, const struct ra_collect_hooks *hooks)
{
    struct directory_job *jobs = ra_calloc(cli->config->ad_n + 1, sizeof *jobs);

    for (size_t i = 0; i < cli->config->ad_n; i++) {
        jobs[i] = (struct directory_job){.cli = cli,
                                         .cache = cache,
                                         .ad = &cli->config->ad[i],
                                         .custom = custom,
                                         .customs = customs,
                                         .full = full,
                                         .hooks = hooks};
        jobs[i].started = pthread_create(&jobs[i].thread, NULL, read_directory, &jobs[i]) == 0;
        if (!jobs[i].started)
            read_directory(&jobs[i]);
    }
    return jobs;
}

/* The first directory's error is the run's, unless the cloud's came first. */
static int join_directories(struct directory_job *jobs, size_t n, int rc, struct ra_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].started)
            pthread_join(jobs[i].thread, NULL);
        if (rc == 0 && jobs[i].rc != 0) {
            rc = jobs[i].rc;
            *err = jobs[i].err;
        }
    }
    free(jobs);
    return rc;
}

/* ---- the story ---- */

static struct ra_str copied(struct ra_arena *a, struct ra_str s)
{
    return (struct ra_str){ra_arena_copy(a, s.p, s.n), s.n};
}

/* Without reading the cloud, its last snapshot tells the tenant's own attribute. */
static void cached_tenant(struct ra_cache *cache, struct ra_arena *a, struct ra_str *anchor)
{
    struct ra_snap *snap = NULL;
    struct ra_tenant t;

    if (ra_snap_open(cache, RA_SIDE_CLOUD, &snap, NULL) != 0)
        return;
    if (ra_tenant_load(snap, a, &t, NULL) == 0 && !ra_str_absent(t.anchor_attribute))
        *anchor = copied(a, t.anchor_attribute);
    ra_snap_close(&snap);
}

static int gather_both(struct ra_cli *cli, struct ra_cache *cache, const struct ra_gather *g,
                       struct ra_graph *graph, const struct ra_collect_hooks *hooks,
                       struct ra_err *err)
{
    struct ra_cloud_fill *fill = NULL;
    struct directory_job *jobs = NULL;
    struct ra_arena arena = {0};
    struct ra_str anchor = {NULL, 0}, *custom = NULL;
    size_t customs;
    int rc = graph ? ra_cloud_begin(graph, cache, hooks, g->full, &fill, err) : 0;

    if (rc == 0 && fill && g->check_active)
        rc = check_active(cli, ra_cloud_tenant(fill), err);
    if (rc == 0 && fill) /* the directories need it longer than the fill lives */
        anchor = copied(&arena, ra_cloud_tenant(fill)->anchor_attribute);
    else if (rc == 0)
        cached_tenant(cache, &arena, &anchor);
    customs = ra_gather_attributes(cli->config, anchor, &custom);
    if (rc == 0 && (g->what & RA_GATHER_AD))
        jobs = start_directories(cli, cache, custom, customs, g->full, hooks);
    if (rc == 0 && fill)
        rc = ra_cloud_finish(&fill, err);
    if (jobs)
        rc = join_directories(jobs, cli->config->ad_n, rc, err);
    ra_cloud_abandon(&fill);
    free(custom);
    ra_arena_free(&arena);
    return rc;
}

int ra_gather(struct ra_cli *cli, struct ra_cache *cache, const struct ra_gather *g,
              struct ra_graph **graph, struct ra_err *err)
{
    struct phases phases = {.progress = cli->progress, .lock = PTHREAD_MUTEX_INITIALIZER};
    struct ra_collect_hooks hooks = {.progress = on_progress, .ctx = &phases};
    struct ra_graph_options options;
    const char **names = NULL;
    int rc = 0;

    *graph = NULL;
    if (g->what & RA_GATHER_AD)
        rc = ra_study_directories(cli, &names, err);
    free(names);
    if (rc == 0 && (g->what & RA_GATHER_CLOUD)) {
        ra_cli_graph_options(cli, &options);
        options.low_priority = g->low_priority;
        rc = ra_graph_open(&options, graph, err);
    }
    if (rc == 0)
        rc = gather_both(cli, cache, g, *graph, &hooks, err);
    phases_end(&phases);
    return rc;
}

int ra_gather_settle(struct ra_cli *cli, struct ra_cache *cache, struct ra_graph *graph,
                     struct ra_study **study, struct ra_err *err)
{
    bool added = false;
    int rc = ra_study_open(cli, cache, study, err);

    if (rc != 0 || !graph || ra_graph_is_files(graph))
        return rc;
    rc = ra_cloud_settle(graph, cache, &(*study)->view->cloud.side, (*study)->result.need_soa,
                         (*study)->result.need_soa_n, (*study)->result.need_ooi,
                         (*study)->result.need_ooi_n, &added, err);
    if (rc == 0 && !added)
        return ra_view_refusals((*study)->view, cache, err);
    ra_study_close(study);
    return rc == 0 ? ra_study_open(cli, cache, study, err) : rc;
}
