#include "src/graph/write.h"

#include "src/base/json.h"
#include "src/graph/fault.h"
#include "src/graph/internal.h"
#include "src/graph/jsonarena.h"

#include <stdlib.h>
#include <string.h>

static const struct property {
    const char *version, *name;
    struct ra_permission permission;
} properties[] = {
    [RA_USER_IMMUTABLE_ID] = {"v1.0",
                              "onPremisesImmutableId",
                              {"User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca"}},
    [RA_USER_OBJECT_IDENTIFIER] = {"beta",
                                   "onPremisesObjectIdentifier",
                                   {"User-OnPremisesSyncBehavior.ReadWrite.All",
                                    "a94a502d-0281-4d15-8cd2-682ac9362c4c"}},
};

static char *user_url(const struct ra_graph *g, const struct property *p, const char *id,
                      bool select)
{
    struct ra_buf url;

    ra_buf_init(&url, RA_URL_MAX);
    ra_buf_printf(&url, "%s/%s/users/", g->graph.base, p->version);
    ra_url_encode(&url, ra_str(id));
    if (select)
        ra_buf_printf(&url, "?$select=id,%s,onPremisesSyncEnabled", p->name);
    ra_buf_z(&url);
    return url.p;
}

/* ---- lanes: as many requests at once as there are connections, one after the other in each ----
 */

struct lane {
    struct job *job;
    struct ra_request request;
    size_t at;
};

struct job {
    struct ra_graph *g;
    size_t next, n;
    void (*build)(struct lane *l); /* url and body of item l->at */
    struct ra_user_now *users;
    struct ra_user_patch *patches;
    ra_patched_fn *done;
    void *ctx;
};

static bool next_item(struct lane *l)
{
    if (l->job->next == l->job->n)
        return false;
    l->at = l->job->next++;
    free(l->request.url);
    l->job->build(l);
    return true;
}

static int run_lanes(struct job *j, unsigned flags, const char *method,
                     int (*receive)(struct ra_request *r, struct ra_err *err), struct ra_err *err)
{
    size_t most = (size_t)j->g->o.connections, n = 0;
    struct lane *lanes = ra_calloc(most, sizeof *lanes);
    struct ra_request **list = ra_calloc(most, sizeof *list);
    int rc;

    for (size_t i = 0; i < most; i++) {
        struct lane *l = &lanes[i];
        l->job = j;
        ra_request_init(&l->request, "users", flags);
        l->request.method = method;
        l->request.asked.writes = flags & RA_HTTP_WRITE ? 1 : 0; /* graph 7.2 */
        l->request.receive = receive;
        l->request.ctx = l;
        if (next_item(l))
            list[n++] = &l->request;
    }
    rc = n ? ra_http_run(j->g->http, list, n, err) : 0;
    for (size_t i = 0; i < most; i++)
        ra_request_free(&lanes[i].request);
    free(list);
    free(lanes);
    return rc;
}

/* ---- reading ---- */

static void build_read(struct lane *l)
{
    const struct ra_user_now *u = &l->job->users[l->at];

    l->request.url = user_url(l->job->g, &properties[u->property], u->id, true);
}

static signed char tri(const cJSON *v)
{
    return cJSON_IsTrue(v) ? 1 : cJSON_IsFalse(v) ? 0 : -1;
}

/* A property that was selected and does not come is not null (graph 1.1). */
static int take_user(struct ra_user_now *u, const cJSON *root, struct ra_err *err)
{
    const struct property *p = &properties[u->property];
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(root, p->name);
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "id"));

    if (!id || !ra_str_eq_fold(ra_str(id), ra_str(u->id))) {
        ra_fail(err, RA_ESERVER, "user %s: the answer is about %.80s", u->id, id ? id : "nobody");
        return RA_BAD_BODY;
    }
    if (!cJSON_IsNull(v) && (!cJSON_IsString(v) || strlen(v->valuestring) >= sizeof u->value)) {
        ra_fail(err, RA_ESERVER, "user %s: the answer has no %s", u->id, p->name);
        return RA_BAD_BODY;
    }
    u->value[0] = '\0';
    if (cJSON_IsString(v))
        memcpy(u->value, v->valuestring, strlen(v->valuestring) + 1);
    u->synced = tri(cJSON_GetObjectItemCaseSensitive(root, "onPremisesSyncEnabled"));
    u->found = 1;
    return RA_TAKEN;
}

static int receive_read(struct ra_request *r, struct ra_err *err)
{
    struct lane *l = r->ctx;
    struct ra_user_now *u = &l->job->users[l->at];
    struct ra_arena *arena = &l->job->g->page;
    struct ra_fault f;
    const cJSON *root;
    size_t at;
    int rc;

    if (r->in.status == 404)
        u->found = 0;
    else if (r->in.status != 200) {
        ra_fault_read(&r->in, &f);
        return ra_fault_fail_permission(err, properties[u->property].name, &f,
                                        &properties[u->property].permission);
    } else {
        ra_arena_reset(arena);
        root = ra_json_parse(arena, ra_str_n(r->in.body.p, r->in.body.n), &at);
        rc = take_user(u, root, err);
        if (rc != RA_TAKEN)
            return rc;
    }
    return next_item(l) ? RA_NEXT : RA_TAKEN;
}

static int no_tenant(const struct ra_graph *g, struct ra_err *err)
{
    if (!g->o.files_dir)
        return 0;
    ra_fail(err, RA_ECONFIG, "[tenant] source = files:%s: saved responses are no tenant",
            g->o.files_dir);
    return ra_hint(err, "set source = graph to change what is in the tenant");
}

int ra_graph_users_now(struct ra_graph *g, struct ra_user_now *users, size_t n, struct ra_err *err)
{
    struct job j = {.g = g, .n = n, .build = build_read, .users = users};
    int rc = no_tenant(g, err);

    return rc ? rc : run_lanes(&j, RA_HTTP_AUTH, NULL, receive_read, err);
}

/* ---- writing ---- */

static int no_writer(struct ra_err *err)
{
    return ra_fail(err, RA_EINTERNAL, "graph: a change was asked for without the right to write");
}

static void put_user(struct ra_buf *out, const char *name, const char *want)
{
    struct ra_json j;

    ra_buf_clear(out);
    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, name);
    ra_json_z(&j, want);
    ra_json_object_end(&j);
}

static void build_patch(struct lane *l)
{
    const struct ra_user_patch *u = &l->job->patches[l->at];
    const struct property *p = &properties[u->property];

    l->request.url = user_url(l->job->g, p, u->id, false);
    put_user(&l->request.send, p->name, u->want);
}

/* What an answer says of the one change that it answers. */
static void take_outcome(const struct ra_request *r, struct ra_user_patch *u)
{
    struct ra_fault f;
    long status = r->in.status;

    u->why = (struct ra_err){0};
    if (status == 204 || status == 200) {
        u->outcome = RA_PATCH_DONE;
        return;
    }
    u->outcome = status == 403                                   ? RA_PATCH_DENIED
                 : status == 404                                 ? RA_PATCH_GONE
                 : status == 0 || status >= 500 || status == 408 ? RA_PATCH_UNKNOWN
                                                                 : RA_PATCH_REFUSED;
    if (status == 0) {
        ra_fail(&u->why, RA_ENETWORK, "%s: the answer was lost", r->where);
        return;
    }
    ra_fault_read(&r->in, &f);
    ra_fault_fail(&u->why, status == 403 ? RA_EPERMISSION : RA_ESERVER, r->where, &f);
}

static int receive_patch(struct ra_request *r, struct ra_err *err)
{
    struct lane *l = r->ctx;
    struct ra_user_patch *u = &l->job->patches[l->at];
    int rc;

    take_outcome(r, u);
    rc = l->job->done(l->job->ctx, u, err);
    if (rc != 0)
        return rc;
    return next_item(l) ? RA_NEXT : RA_TAKEN;
}

int ra_graph_patch_users(const struct ra_writer *w, struct ra_graph *g, struct ra_user_patch *all,
                         size_t n, ra_patched_fn *done, void *ctx, struct ra_err *err)
{
    struct job j = {.g = g, .n = n, .build = build_patch, .patches = all, .done = done, .ctx = ctx};
    int rc = w ? no_tenant(g, err) : no_writer(err);

    return rc ? rc
              : run_lanes(&j, RA_HTTP_AUTH | RA_HTTP_JSON | RA_HTTP_WRITE, "PATCH", receive_patch,
                          err);
}

/* ---- features ---- */

static int receive_features(struct ra_request *r, struct ra_err *err)
{
    (void)err;
    take_outcome(r, r->ctx);
    return RA_TAKEN;
}

static void put_features(struct ra_buf *out, const struct ra_feature *features, size_t n)
{
    struct ra_json j;

    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "features");
    ra_json_object(&j);
    for (size_t i = 0; i < n; i++) {
        ra_json_key(&j, features[i].name);
        ra_json_bool(&j, features[i].on);
    }
    ra_json_object_end(&j);
    ra_json_object_end(&j);
}

int ra_graph_patch_features(const struct ra_writer *w, struct ra_graph *g, const char *tenant,
                            const struct ra_feature *features, size_t n,
                            struct ra_user_patch *result, struct ra_err *err)
{
    struct ra_request r;
    struct ra_buf url;
    int rc = w ? no_tenant(g, err) : no_writer(err);

    if (rc != 0)
        return rc;
    ra_request_init(&r, "onPremisesSynchronization", RA_HTTP_AUTH | RA_HTTP_JSON | RA_HTTP_WRITE);
    ra_buf_init(&url, RA_URL_MAX);
    ra_buf_printf(&url, "%s/v1.0/directory/onPremisesSynchronization/", g->graph.base);
    ra_url_encode(&url, ra_str(tenant));
    ra_buf_z(&url);
    r.url = url.p;
    r.method = "PATCH";
    r.asked.writes = 1;
    r.receive = receive_features;
    r.ctx = result;
    put_features(&r.send, features, n);
    rc = ra_http_exchange(g->http, &r, err);
    ra_request_free(&r);
    return rc;
}
