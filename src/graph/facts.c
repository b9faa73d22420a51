/* The smaller questions: members of a group, object identifiers. */
#include "src/base/log.h"
#include "src/graph/chain.h"
#include "src/graph/document.h"

#include <stdlib.h>
#include <string.h>

static char *url_of(const struct ra_graph *g, const char *path)
{
    struct ra_buf url;

    ra_buf_init(&url, RA_URL_MAX);
    ra_buf_puts(&url, g->graph.base);
    ra_buf_puts(&url, path);
    ra_buf_z(&url);
    return url.p;
}

/* ---- members of a group ---- */

struct members {
    void (*each)(void *ctx, struct ra_str id);
    void *ctx;
    enum ra_document_state state;
    struct ra_err *refusal;
    bool unsupported; /* graph 1.2: the cast may want the advanced form */
};

static int take_members(struct ra_pages *p, const cJSON *root, const cJSON *value,
                        struct ra_str next, struct ra_err *err)
{
    const struct members *m = p->ctx;
    const cJSON *item;

    (void)root;
    (void)next;
    cJSON_ArrayForEach(item, value)
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
        if (!id || !*id)
            return ra_fail(err, RA_ESERVER, "%s: a member has no id", p->where);
        m->each(m->ctx, ra_str(id));
    }
    return 0;
}

static int refuse_members(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err)
{
    struct members *m = p->ctx;

    (void)err;
    m->state = RA_DOC_REFUSED;
    m->unsupported = f->status == 400 && strcmp(f->code, "Request_UnsupportedQuery") == 0;
    ra_refusal_fill(m->refusal, p->where, f, ra_document_permission(RA_DOC_ROLE_GROUP_MEMBERS));
    return 0;
}

static int read_members(struct ra_graph *g, const char *group_id, bool advanced, struct members *m,
                        struct ra_err *err)
{
    struct ra_pages p = {.g = g,
                         .where = "roleGroupMembers",
                         .flags = advanced ? RA_HTTP_EVENTUAL : 0,
                         .page = take_members,
                         .refused = refuse_members,
                         .ctx = m};
    struct ra_buf path;
    int rc;

    ra_buf_init(&path, 4096);
    ra_buf_puts(&path, "/v1.0/groups/");
    ra_url_encode(&path, ra_str(group_id));
    ra_buf_puts(&path, "/transitiveMembers/microsoft.graph.user?$select=id&$top=999");
    if (advanced)
        ra_buf_puts(&path, "&$count=true");
    rc = ra_pages_init(&p, ra_buf_z(&path), NULL, err);
    if (rc == 0)
        rc = ra_pages_run(g, &p, 1, err);
    ra_pages_free(&p);
    ra_buf_free(&path);
    return rc;
}

int ra_graph_group_members(struct ra_graph *g, const char *group_id,
                           void (*each)(void *ctx, struct ra_str id), void *ctx,
                           enum ra_document_state *state, struct ra_err *refusal,
                           struct ra_err *err)
{
    struct members m = {.each = each, .ctx = ctx, .state = RA_DOC_READ, .refusal = refusal};
    int rc;

    if (g->o.files_dir) {
        *state = RA_DOC_MISSING;
        return 0;
    }
    rc = read_members(g, group_id, false, &m, err);
    if (rc == 0 && m.unsupported) {
        m.state = RA_DOC_READ;
        rc = read_members(g, group_id, true, &m, err);
    }
    *state = m.state;
    return rc;
}

/* ---- onPremisesObjectIdentifier (graph 1.1: in no schema, on beta's wire) ---- */

#define IDENTIFIER_PATH "/beta/users?$select=id,onPremisesObjectIdentifier"

struct identifiers {
    int (*each)(void *ctx, struct ra_str id, struct ra_str identifier, struct ra_err *err);
    void *ctx;
    bool seen;
    struct ra_err *refusal;
};

static int take_identifiers(struct ra_pages *p, const cJSON *root, const cJSON *value,
                            struct ra_str next, struct ra_err *err)
{
    const struct identifiers *w = p->ctx;
    const cJSON *item;

    (void)root;
    (void)next;
    cJSON_ArrayForEach(item, value)
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
        const cJSON *v = cJSON_GetObjectItemCaseSensitive(item, "onPremisesObjectIdentifier");
        int rc;
        if (!id || !*id)
            return ra_fail(err, RA_ESERVER, "%s: a user has no id", p->where);
        if (!v)
            continue; /* not returned is not null: unknown */
        if (!cJSON_IsNull(v) && !cJSON_IsString(v))
            return ra_fail(err, RA_ESERVER,
                           "%s: user %s: onPremisesObjectIdentifier is neither string nor null",
                           p->where, id);
        rc = w->each(w->ctx, ra_str(id), ra_str(cJSON_GetStringValue(v)), err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int refuse_identifiers(struct ra_pages *p, const struct ra_fault *f, struct ra_err *err)
{
    return ra_fault_fail_permission(err, p->where, f, ra_collection_permission(RA_USERS));
}

/* One user is enough; the links of a list cut to one lead on for ever, hence its own receive. */
static int receive_probe(struct ra_request *r, struct ra_err *err)
{
    struct identifiers *w = r->ctx;
    cJSON *root, *first;
    struct ra_fault f;

    (void)err;
    if (r->in.status != 200) {
        ra_fault_read(&r->in, &f);
        ra_refusal_fill(w->refusal, r->where, &f, ra_collection_permission(RA_USERS));
        return RA_TAKEN;
    }
    root = cJSON_ParseWithLength(r->in.body.p ? r->in.body.p : "", r->in.body.n);
    if (!root) {
        ra_fail(err, RA_ESERVER, "%s: the answer is not JSON", r->where);
        return RA_BAD_BODY;
    }
    first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(root, "value"), 0);
    w->seen = cJSON_HasObjectItem(first, "onPremisesObjectIdentifier") != 0;
    cJSON_Delete(root);
    return RA_TAKEN;
}

int ra_graph_probe_object_identifier(struct ra_graph *g, bool *readable, struct ra_err *refusal,
                                     struct ra_err *err)
{
    struct identifiers w = {.refusal = refusal};
    struct ra_request r;
    int rc;

    *readable = false;
    if (refusal)
        *refusal = (struct ra_err){0};
    if (g->o.files_dir)
        return 0;
    ra_request_init(&r, "onPremisesObjectIdentifier", RA_HTTP_AUTH);
    r.url = url_of(g, IDENTIFIER_PATH "&$top=1");
    r.receive = receive_probe;
    r.ctx = &w;
    rc = ra_http_exchange(g->http, &r, err);
    ra_request_free(&r);
    *readable = w.seen;
    return rc;
}

int ra_graph_object_identifiers(struct ra_graph *g,
                                int (*each)(void *ctx, struct ra_str id, struct ra_str identifier,
                                            struct ra_err *err),
                                void *ctx, struct ra_err *err)
{
    struct identifiers w = {.each = each, .ctx = ctx};
    struct ra_pages p = {.g = g,
                         .where = "onPremisesObjectIdentifier",
                         .page = take_identifiers,
                         .refused = refuse_identifiers,
                         .ctx = &w};
    int rc;

    if (g->o.files_dir)
        return 0;
    rc = ra_pages_init(&p, IDENTIFIER_PATH "&$top=999", NULL, err);
    if (rc == 0)
        rc = ra_pages_run(g, &p, 1, err);
    ra_pages_free(&p);
    return rc;
}
