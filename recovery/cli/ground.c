#include "recovery/cli/ground.h"

#include "src/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char client_id[] = "52a10000-0000-4000-8000-000000000001"; /* any GUID will do */

static char *path_of(const char *dir, const char *name)
{
    size_t n = strlen(dir) + strlen(name) + 2;
    char *path = ra_malloc(n);

    snprintf(path, n, "%s/%s", dir, name);
    return path;
}

/* ---- the folder ---- */

static int remove_one(const FTSENT *e, struct ra_err *err)
{
    bool dir = e->fts_info == FTS_DP || e->fts_info == FTS_DNR;

    if (e->fts_info == FTS_D || (dir ? rmdir(e->fts_accpath) : unlink(e->fts_accpath)) == 0 ||
        errno == ENOENT)
        return 0;
    return ra_fail(err, RA_EIO, "%s: cannot be removed: %s", e->fts_path, strerror(errno));
}

/* Everything in the folder, but not the folder, whose lock would be lost. */
static int empty(const char *dir, struct ra_err *err)
{
    char *root = ra_strdup(dir);
    char *const roots[] = {root, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *e;
    int rc = 0;

    while (tree && rc == 0 && (e = fts_read(tree)))
        if (e->fts_level > 0)
            rc = remove_one(e, err);
    if (tree)
        fts_close(tree);
    free(root);
    return rc;
}

static int hold(struct ra_ground *g, struct ra_err *err)
{
    bool locked;

    g->lock = open(g->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (g->lock < 0)
        return ra_fail(err, RA_EIO, "%s: %s", g->dir, strerror(errno));
    if (flock(g->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    locked = errno == EWOULDBLOCK;
    if (locked)
        ra_fail(err, RA_ELOCKED, "%s: another rehearsal is running here", g->dir);
    else
        ra_fail(err, RA_EIO, "%s: cannot be locked: %s", g->dir, strerror(errno));
    close(g->lock);
    g->lock = -1; /* what lies there is not ours to remove */
    return -err->code;
}

/* ---- the configuration ---- */

static int make_secret(struct ra_ground *g, struct ra_err *err)
{
    char text[2 * RA_GUID_TEXT];
    struct ra_guid a, b;

    ra_guid_random(&a);
    ra_guid_random(&b);
    ra_guid_text(a.b, text);
    ra_guid_text(b.b, text + RA_GUID_TEXT - 1);
    return ra_file_write(g->secret, text, strlen(text), err);
}

/* Written from nothing: a new key of [tenant] does not find its way in by itself. */
static void configure(struct ra_ground *g, const struct ra_config *real, struct ra_config_ad *ad,
                      size_t ad_n)
{
    static char source[] = "graph", id[] = "52a10000-0000-4000-8000-000000000001";
    struct ra_config *c = &g->config;

    *c = (struct ra_config){.path = real->path, .ad = ad, .ad_n = ad_n};
    c->tenant.id = real->tenant.id; /* compared with the simulated tenant's before */
    c->tenant.client_id = id;
    c->tenant.client_secret_file = g->secret;
    c->tenant.auth = RA_AUTH_SECRET;
    c->tenant.graph_url = c->tenant.login_url = ra_strdup(ra_rehearsal_url(g->tenant));
    c->tenant.ca_file = g->ca;
    c->tenant.connections = 8;
    c->tenant.source = source;
    c->anchor = real->anchor;
    c->policy = real->policy;
    c->store.dir = g->store;
}

/* A proxy would be asked to reach a port of its own loopback. */
static void forget_proxies(void)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                        "ALL_PROXY"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
}

/* ---- the story ---- */

int ra_ground_open(struct ra_cli *cli, struct ra_ground *g, struct ra_err *err)
{
    int rc;

    *g = (struct ra_ground){.lock = -1, .cli = *cli};
    g->dir = path_of(cli->config->store.dir, "rehearsal");
    g->graph = path_of(g->dir, "graph");
    g->secret = path_of(g->dir, "secret");
    g->state = path_of(g->dir, "tenant");
    g->store = path_of(g->dir, "store");
    g->ca = path_of(g->state, "ca.pem");
    rc = ra_dir_make(g->dir, err);
    if (rc == 0)
        rc = hold(g, err);
    return rc == 0 ? empty(g->dir, err) : rc;
}

int ra_ground_start(struct ra_ground *g, const char *data, struct ra_config_ad *ad, size_t ad_n,
                    struct ra_err *err)
{
    const struct ra_config *real = g->cli.config;
    struct ra_rehearsal_options o = {.data_dir = data,
                                     .state_dir = g->state,
                                     .client_id = client_id,
                                     .client_secret_file = g->secret,
                                     .no_throttle = true};
    int rc = make_secret(g, err);

    if (rc == 0)
        rc = ra_rehearsal_open(&o, &g->tenant, err);
    if (rc != 0)
        return rc;
    if (!ra_str_eq_fold(ra_str(ra_rehearsal_tenant(g->tenant)), ra_str(real->tenant.id))) {
        ra_fail(err, RA_ESTOP, "%s: it is of the tenant %s, [tenant] id is %s", data,
                ra_rehearsal_tenant(g->tenant), real->tenant.id);
        return ra_hint(err, "name the configuration of that tenant with -c");
    }
    forget_proxies();
    configure(g, real, ad, ad_n);
    g->cli.config = &g->config;
    g->cli.isolated = true;
    return 0;
}

void ra_ground_close(struct ra_ground *g)
{
    ra_rehearsal_close(&g->tenant);
    if (g->lock >= 0) {
        empty(g->dir, NULL);
        close(g->lock);
    }
    free(g->config.tenant.graph_url);
    free(g->dir);
    free(g->graph);
    free(g->secret);
    free(g->state);
    free(g->store);
    free(g->ca);
}
