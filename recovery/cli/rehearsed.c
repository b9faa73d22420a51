#include "recovery/cli/rehearsed.h"

#include "recovery/backup/chain.h"
#include "recovery/cli/gather.h"
#include "recovery/drill/organisation.h"
#include "src/base/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has(const char *dir, const char *file)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", dir, file);
    return access(path, F_OK) == 0;
}

/* ---- which directories ---- */

static int no_section(const struct ra_cli *cli, const char *name, struct ra_err *err)
{
    const struct ra_config *c = cli->config;
    const char **names = ra_calloc(c->ad_n + 1, sizeof *names), *near;

    for (size_t i = 0; i < c->ad_n; i++)
        names[i] = c->ad[i].name;
    near = ra_nearest(name, names);
    free(names);
    return ra_fail(err, RA_EUSAGE, "%s has no [ad:%.100s]%s%s", c->path, name,
                   near ? ", the nearest is " : "", near ? near : "");
}

static int add_section(struct ra_cli *cli, struct ra_rehearsed *r, const char *name,
                       struct ra_err *err)
{
    const struct ra_config *c = cli->config;

    for (size_t i = 0; i < c->ad_n; i++)
        if (strcmp(c->ad[i].name, name) == 0) {
            r->ad[r->ad_n++] = c->ad[i];
            return 0;
        }
    return no_section(cli, name, err);
}

/* All that are configured, or those that were named. */
static int choose_sections(struct ra_cli *cli, struct ra_rehearsed *r, struct ra_err *err)
{
    const struct ra_config *c = cli->config;
    size_t most = c->ad_n + r->sections_n + 1;
    int rc = 0;

    r->ad = ra_arena_alloc(&r->arena, most * sizeof *r->ad);
    r->ad_n = 0;
    for (size_t i = 0; rc == 0 && i < r->sections_n; i++)
        rc = add_section(cli, r, r->sections[i], err);
    if (rc == 0 && r->sections_n == 0 && c->ad_n) {
        memcpy(r->ad, c->ad, c->ad_n * sizeof *r->ad);
        r->ad_n = c->ad_n;
    }
    r->from.held = r->offline || (c->ad_n == 0 && r->sections_n == 0);
    return rc;
}

/* Without any section: a directory of this name, of which nothing but the name is known. */
static void add_unknown(struct ra_rehearsed *r, struct ra_str side, size_t *cap)
{
    struct ra_str name = ra_str_from(side, strlen("ad:"));
    struct ra_config_ad *all;

    if (!ra_str_starts_fold(side, RA_STR("ad:")) || ra_str_absent(name))
        return;
    if (r->ad_n == *cap) {
        *cap = *cap * 2 + 1;
        all = ra_arena_alloc(&r->arena, *cap * sizeof *all);
        r->ad = memcpy(all, r->ad, r->ad_n * sizeof *all);
    }
    r->ad[r->ad_n++] =
        (struct ra_config_ad){.name = ra_arena_copy(&r->arena, name.p, name.n), .connections = 1};
}

/* ---- what is held ---- */

static struct ra_drill_held held(const struct ra_cli *cli, struct ra_rehearsed *r,
                                 struct ra_cache *cache)
{
    struct ra_drill_held h = {.cache = cache,
                              .login_attribute = cli->config->anchor.login_attribute,
                              .proof = "as the source of the rehearsal holds it"};

    if (!r->from.held)
        return h;
    h.directories = ra_arena_alloc(&r->arena, (r->ad_n + 1) * sizeof *h.directories);
    for (size_t i = 0; i < r->ad_n; i++)
        h.directories[i] = (struct ra_drill_directory){.name = r->ad[i].name};
    h.directories_n = r->ad_n;
    return h;
}

static int check_held(const struct ra_rehearsed *r, const struct ra_drill_held *h,
                      struct ra_err *err)
{
    if (!r->from.held)
        return 0;
    if (h->directories_n == 0)
        return ra_fail(err, RA_ECONFIG, "%s %s holds no directory, and none is configured",
                       r->from.kind, r->from.name);
    for (size_t i = 0; i < h->directories_n; i++)
        if (h->directories[i].objects == 0) {
            ra_fail(err, RA_ECONFIG, "%s %s holds nothing of ad:%s", r->from.kind, r->from.name,
                    h->directories[i].name);
            return ra_hint(err, "name another section with --directory, or leave out --offline");
        }
    return 0;
}

/* ---- a backup ---- */

static int open_backup(const struct ra_cli *cli, const struct ra_rehearsed *r, const char *dir,
                       struct ra_backup **out, struct ra_err *err)
{
    bool newest = dir != NULL || strcmp(r->which, "newest") == 0;
    const struct ra_backup_source source = {.dir = dir ? dir : cli->config->backup.dir,
                                            .which = newest ? NULL : r->which,
                                            .identity_file = r->identity};
    const struct ra_backup_manifest *m;
    int rc = ra_backup_open(&source, out, err);

    if (rc != 0)
        return rc;
    m = ra_backup_manifest(*out);
    if (ra_str_eq_fold(ra_str(m->tenant), ra_str(cli->config->tenant.id)))
        return 0;
    ra_fail(err, RA_ESTOP, "backup %s is of the tenant %s, [tenant] id is %s", m->name, m->tenant,
            cli->config->tenant.id);
    return ra_hint(err, "name the configuration of that tenant with -c");
}

static const char *login_of(const struct ra_backup *b, struct ra_arena *a)
{
    struct ra_str name = ra_backup_facts(b)->login_attribute;

    return ra_arena_copy(a, name.p, name.n);
}

static int lay_out_backup(struct ra_cli *cli, struct ra_rehearsed *r, struct ra_ground *g,
                          struct ra_cache *cache, const char *dir, struct ra_err *err)
{
    struct ra_backup *b = NULL;
    struct ra_str *custom = NULL;
    bool none = r->ad_n == 0;
    int rc = open_backup(cli, r, dir, &b, err);

    if (rc == 0) {
        const struct ra_backup_manifest *m = ra_backup_manifest(b);
        struct ra_drill_held h;
        size_t cap = 0;
        r->from.kind = "backup";
        r->from.name = ra_arena_copy(&r->arena, m->name, strlen(m->name));
        r->from.created = m->created;
        for (size_t i = 0; none && i < m->snapshots_n; i++)
            add_unknown(r, m->snapshots[i].side, &cap);
        h = held(cli, r, cache);
        h.customs =
            ra_gather_attributes(cli->config, ra_backup_facts(b)->anchor_attribute, &custom);
        h.custom = custom;
        h.login_attribute = login_of(b, &r->arena);
        rc = ra_drill_lay_out(b, g->graph, &h, err);
        if (rc == 0)
            rc = check_held(r, &h, err);
    }
    free(custom);
    ra_backup_close(&b);
    r->data = g->graph;
    return rc;
}

/* ---- the store ---- */

struct sides {
    struct ra_rehearsed *r;
    size_t cap;
};

static void each_side(void *ctx, const char *side)
{
    struct sides *s = ctx;

    add_unknown(s->r, ra_str(side), &s->cap);
}

static int lay_out_store(struct ra_cli *cli, struct ra_rehearsed *r, struct ra_ground *g,
                         struct ra_cache *cache, struct ra_err *err)
{
    struct sides sides = {.r = r};
    struct ra_cache *store = NULL;
    struct ra_view *view = NULL;
    struct ra_drill_held h;
    const char **names;
    int rc = ra_study_cache(cli, &store, err);

    r->from.kind = "store";
    r->from.name = cli->config->store.dir;
    r->data = g->graph;
    if (rc == 0 && r->ad_n == 0)
        rc = ra_cache_sides(store, each_side, &sides, err);
    h = held(cli, r, cache);
    names = ra_calloc(r->ad_n + 1, sizeof *names);
    for (size_t i = 0; i < h.directories_n; i++)
        names[i] = h.directories[i].name;
    if (rc == 0)
        rc = ra_view_open(store, names, h.directories_n, cli->config->anchor.login_attribute, &view,
                          err);
    if (rc == 0) {
        r->from.created = ra_snap_info(view->cloud.snap)->created;
        rc = ra_save(view, g->graph, err);
    }
    if (rc == 0)
        rc = ra_drill_hold_view(view, &h, err);
    if (rc == 0)
        rc = check_held(r, &h, err);
    free(names);
    ra_view_close(&view);
    ra_cache_close(&store);
    return rc;
}

/* ---- saved responses ---- */

static int take_files(struct ra_rehearsed *r, struct ra_err *err)
{
    r->from.kind = "files";
    r->from.name = r->data = r->which;
    if (!r->from.held)
        return 0;
    ra_fail(err, RA_ECONFIG, "%s: saved responses hold no AD side", r->which);
    return ra_hint(err, "%s",
                   r->offline ? "leave out --offline: the configured directories are read"
                              : "add [ad:NAME] with uri = ldaps://DC, or uri = ldif:PATH for a "
                                "dump");
}

int ra_rehearsed_lay_out(struct ra_cli *cli, struct ra_rehearsed *r, struct ra_ground *g,
                         struct ra_cache *cache, struct ra_err *err)
{
    struct stat st;
    bool folder = stat(r->which, &st) == 0 && S_ISDIR(st.st_mode);
    int rc = choose_sections(cli, r, err);

    r->from.tenant = ra_str(cli->config->tenant.id);
    if (rc != 0)
        return rc;
    if (strcmp(r->which, "cached") == 0)
        return lay_out_store(cli, r, g, cache, err);
    if (folder && (has(r->which, "users.ndjson") || has(r->which, "users.json")))
        return take_files(r, err);
    if (folder && !has(r->which, "head.json")) {
        ra_fail(err, RA_ENOTFOUND, "%s: neither a folder of backups nor one of saved responses",
                r->which);
        return ra_hint(err, "want what 'backup create' or 'fetch --save' writes: a head.json, or a "
                            "users.ndjson");
    }
    return lay_out_backup(cli, r, g, cache, folder ? r->which : NULL, err);
}

void ra_rehearsed_free(struct ra_rehearsed *r)
{
    free(r->sections);
    ra_arena_free(&r->arena);
}
