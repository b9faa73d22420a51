/* reanchor backup create [--cached] */
#include "recovery/cli/backup.h"
#include "recovery/cli/gather.h"

#include "src/base/clock.h"

#include <stdlib.h>
#include <string.h>

enum { OPT_CACHED = 0x700 };

struct options {
    bool cached;
};

static const struct argp_option argp_options[] = {
    {"cached", OPT_CACHED, NULL, 0, "Seal what the cache holds, without reading anything anew", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    (void)arg;
    if (key != OPT_CACHED)
        return ARGP_ERR_UNKNOWN;
    o->cached = true;
    return 0;
}

static const struct argp argp = {
    .options = argp_options,
    .parser = parse,
    .doc = "Refresh the cache and seal everything that puts an anchor back.\v"
           "A side that was not read to its end is not sealed (exit 3). The backup exists once its "
           "manifest has its name, which comes last. Where it goes, who signs and for whom it is "
           "encrypted stands in [backup] of the configuration.",
};

/* ---- what goes in ---- */

struct material {
    struct ra_backup_snapshot *snapshots;
    struct ra_backup_document *documents;
    size_t documents_n, documents_cap;
    char **sides;
    size_t sides_n;
};

static struct ra_backup_snapshot snapshot_of(const char *side, const struct ra_view_side *v)
{
    const struct ra_snap_info *i = ra_snap_info(v->snap);

    return (struct ra_backup_snapshot){.side = ra_str(side),
                                       .created = i->created,
                                       .objects = i->records,
                                       .hash = ra_str(i->hash),
                                       .proof = ra_str(i->proof)};
}

static int by_side(const void *a, const void *b)
{
    const struct ra_backup_snapshot *x = a, *y = b;

    return ra_str_cmp(x->side, y->side);
}

static void add_snapshots(struct material *m, const struct ra_view *v)
{
    m->snapshots = ra_calloc(v->ad_n + 1, sizeof *m->snapshots);
    m->sides = ra_calloc(v->ad_n + 1, sizeof *m->sides);
    m->snapshots[0] = snapshot_of(RA_SIDE_CLOUD, &v->cloud);
    for (size_t i = 0; i < v->ad_n; i++) {
        m->sides[m->sides_n] = ra_side_of_directory(v->ad[i].name);
        m->snapshots[i + 1] = snapshot_of(m->sides[m->sides_n++], &v->ad[i]);
    }
    qsort(m->snapshots, v->ad_n + 1, sizeof *m->snapshots, by_side);
}

/* The snapshot keeps each document by its name, and how its reading went by "NAME.state". */
static void add_documents(struct material *m, const struct ra_view *v)
{
    struct ra_cache_cursor *c = ra_snap_table(v->cloud.snap, "documents");
    struct ra_str key, value;
    int rc = 0;

    while (c && (rc = ra_cache_cursor_next(c, &key, &value)) == 1) {
        struct ra_str state = RA_STR(".state");
        struct ra_backup_document d;
        if (!ra_str_ends_fold(key, state))
            continue;
        d = (struct ra_backup_document){.name = {key.p, key.n - state.n}, .state = value};
        if (ra_str_eq(value, RA_STR("read")))
            d.json = ra_snap_get(v->cloud.snap, "documents", d.name);
        m->documents = ra_grow(m->documents, &m->documents_cap, m->documents_n + 1, sizeof d);
        m->documents[m->documents_n++] = d;
    }
    if (rc < 0)
        ra_cache_cursor_lost(c);
    ra_cache_cursor_close(c);
}

static void material_free(struct material *m)
{
    for (size_t i = 0; i < m->sides_n; i++)
        free(m->sides[i]);
    free(m->sides);
    free(m->snapshots);
    free(m->documents);
}

/* ---- sealing ---- */

/* A key that cannot be used is told before an hour of reading, not behind it. */
static int try_key(const struct ra_cli *cli, struct ra_err *err)
{
    struct ra_sign_key *key = NULL;
    int rc = cli->config->backup.sign_key_file
                 ? ra_sign_key_read(cli->config->backup.sign_key_file, &key, err)
                 : 0;

    ra_sign_key_free(&key);
    return rc;
}

struct phase {
    struct ra_phase *phase;
    uint64_t done;
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
    struct phase *p = ctx;

    ra_progress_total(p->phase, total);
    ra_progress_add(p->phase, done - p->done);
    p->done = done;
}

static int seal(struct ra_cli *cli, const struct ra_study *s, int64_t now,
                struct ra_backup_manifest *out, struct ra_err *err)
{
    const struct ra_config *c = cli->config;
    struct material m = {0};
    struct phase phase = {.phase = ra_progress_begin(cli->progress, "sealing", 0, 0)};
    struct ra_backup_seal how = {.dir = c->backup.dir,
                                 .tenant = c->tenant.id,
                                 .sign_key_file = c->backup.sign_key_file,
                                 .recipients = c->backup.encrypt_to.items,
                                 .recipients_n = c->backup.encrypt_to.n,
                                 .now = now,
                                 .progress = on_progress,
                                 .ctx = &phase,
                                 .stop = cli->stop};
    struct ra_backup_input in = {.ad = s->view->ad_sides,
                                 .ad_n = s->view->ad_n,
                                 .cloud = &s->view->cloud.side,
                                 .result = &s->result,
                                 .tenant = &s->view->tenant,
                                 .anchor_configured = ra_str(c->anchor.attribute),
                                 .login_attribute = ra_str(c->anchor.login_attribute)};
    int rc;

    add_snapshots(&m, s->view);
    add_documents(&m, s->view);
    in.snapshots = m.snapshots;
    in.snapshots_n = s->view->ad_n + 1;
    in.documents = m.documents;
    in.documents_n = m.documents_n;
    rc = ra_backup_create(&how, &in, out, err);
    ra_progress_end(&phase.phase);
    material_free(&m);
    return rc;
}

static void tell_graph(struct ra_cli *cli, const struct ra_graph *graph)
{
    struct ra_graph_stats s = ra_graph_stats(graph);

    ra_metrics_graph(cli->metrics, s.requests, s.bytes, s.throttled_ms);
}

static int gather(struct ra_cli *cli, struct ra_cache *cache, const struct options *o,
                  struct ra_study **study, struct ra_err *err)
{
    const struct ra_gather all = {.what = RA_GATHER_ALL, .low_priority = true};
    struct ra_graph *graph = NULL;
    int rc;

    if (o->cached)
        return ra_study_open(cli, cache, study, err);
    rc = ra_gather(cli, cache, &all, &graph, err);
    if (rc == 0)
        rc = ra_gather_settle(cli, cache, graph, study, err);
    if (graph)
        tell_graph(cli, graph);
    ra_graph_close(&graph);
    return rc;
}

/* Of the cloud's objects only those that nothing claimed have a verdict of their own. */
static void tell_objects(struct ra_cli *cli, const struct ra_study *s,
                         const struct ra_backup_manifest *m)
{
    uint64_t n[2][RA_KINDS][RA_CLASSES] = {0}, alone[RA_KINDS] = {0};

    for (size_t i = 0; i < s->result.verdicts_n; i++) {
        const struct ra_verdict *v = &s->result.verdicts[i];
        enum ra_class in = ra_code_info((enum ra_verdict_code)v->code)->in;
        n[v->ad == RA_NONE][v->kind][in]++;
        alone[v->kind] += v->ad == RA_NONE;
    }
    for (int k = 0; k < RA_KINDS; k++) {
        for (int c = 0; c < RA_CLASSES; c++) {
            const char *name = ra_class_name((enum ra_class)c);
            if (n[0][k][c])
                ra_metrics_objects(cli->metrics, "ad", (enum ra_kind)k, name, n[0][k][c]);
            if (n[1][k][c])
                ra_metrics_objects(cli->metrics, "cloud", (enum ra_kind)k, name, n[1][k][c]);
        }
        if (m->cloud[k] > alone[k])
            ra_metrics_objects(cli->metrics, "cloud", (enum ra_kind)k, "other",
                               m->cloud[k] - alone[k]);
    }
}

static void print_made(const struct ra_cli *cli, const struct ra_backup_manifest *m)
{
    struct ra_backup_line l;

    if (cli->json) {
        ra_backup_line_begin(&l, "backup");
        ra_backup_line_manifest(&l, m);
        ra_backup_line_end(&l);
    } else if (!cli->quiet)
        printf("%s: %llu objects, %llu bytes, link %llu\nsha256 of its manifest: %s\n", m->name,
               (unsigned long long)ra_backup_objects(m), (unsigned long long)m->data.bytes,
               (unsigned long long)m->sequence, m->sha256);
}

/* The night's backup is made whatever became of the older ones; that somebody must look is told all
 * the same. */
static int look_at_chain(const struct ra_cli *cli, const struct ra_backup_manifest *m,
                         struct ra_err *err)
{
    struct ra_links c;
    int rc = ra_links_read(cli->config->backup.dir, &c, err);

    if (rc == 0)
        ra_links_follow(&c);
    for (size_t i = 0; rc == 0 && i < c.findings_n; i++)
        if (c.findings[i].fault) {
            rc = ra_fail(err, RA_EINTEGRITY, "%s is sealed, but the chain is not whole: %s: %s",
                         m->name, c.findings[i].file, c.findings[i].what);
            ra_hint(err, "run: reanchor backup check");
        }
    ra_links_free(&c);
    return rc;
}

int ra_backup_verb_create(struct ra_cli *cli, int argc, char **argv, struct ra_err *err)
{
    struct options o = {0};
    struct ra_backup_manifest m = {0};
    struct ra_study *study = NULL;
    struct ra_cache *cache = NULL;
    int64_t now = ra_now();
    int lock = -1, rc = ra_cli_parse(cli, &argp, &o, argc, argv, err);

    if (rc == 0)
        rc = ra_cli_load(cli, err);
    if (rc == 0)
        rc = try_key(cli, err);
    if (rc == 0)
        rc = ra_backup_lock(cli->config->backup.dir, &lock, err);
    if (rc == 0)
        rc = o.cached ? ra_study_cache(cli, &cache, err)
                      : ra_cache_open(cli->config->store.dir, true, &cache, err);
    if (rc == 0)
        rc = gather(cli, cache, &o, &study, err);
    if (rc == 0)
        rc = seal(cli, study, now, &m, err);
    if (rc == 0) {
        print_made(cli, &m);
        tell_objects(cli, study, &m);
        rc = look_at_chain(cli, &m, err);
    }
    ra_backup_manifest_free(&m);
    ra_study_close(&study);
    ra_cache_close(&cache);
    ra_backup_unlock(&lock);
    return rc;
}
