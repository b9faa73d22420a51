#include "recovery/collect/internal.h"

#include "recovery/collect/documents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX ((size_t)64 << 20)
#define LAG_MIN    3 /* objects by which a count may be ahead of a small list */

struct ra_cloud_fill {
    struct ra_graph *graph;
    struct ra_fill *fill;
    const struct ra_collect_hooks *hooks;
    struct ra_seen seen, role_groups;
    uint32_t next; /* the sequence number of the next record */
    struct ra_buf record, lists;
    struct ra_tenant tenant;
    struct ra_arena arena;
    uint64_t done[RA_COLLECTIONS]; /* as they came, some twice */
    uint64_t different[RA_COLLECTIONS], total[RA_COLLECTIONS];
    bool counted[RA_COLLECTIONS]; /* total is what the tenant counts */
};

static void put_document(struct ra_cloud_fill *f, const char *name, enum ra_document_state state,
                         const struct ra_buf *json)
{
    static const char *const states[] = {"read", "refused", "missing"};
    char key[128];

    snprintf(key, sizeof key, "%s.state", name);
    ra_fill_put(f->fill, RA_TABLE_DOCUMENTS, ra_str(key), ra_str(states[state]));
    if (state != RA_DOC_MISSING)
        ra_fill_put(f->fill, RA_TABLE_DOCUMENTS, ra_str(name), ra_str_n(json->p, json->n));
}

/* Without any of the two nobody knows which domains are verified. */
static int need_domains(const bool read[RA_DOCUMENTS], const struct ra_err *refusal,
                        struct ra_err *err)
{
    const struct ra_permission *p = ra_document_permission(RA_DOC_ORGANIZATION);

    if (read[RA_DOC_ORGANIZATION] || read[RA_DOC_DOMAINS])
        return 0;
    ra_fail(err, refusal->code ? RA_EPERMISSION : RA_EINCOMPLETE,
            "neither organization nor domains could be read%s%s, want one of them for the verified "
            "domains",
            refusal->code ? ": " : "", refusal->code ? refusal->msg : "");
    return ra_hint(err, "grant %s (app role %s), or save organization.json", p->name,
                   p->app_role_id);
}

static struct ra_str folded_id(struct ra_str id, char room[256])
{
    size_t n = id.n < 256 ? id.n : 256;

    ra_fold_into(room, id.p, n);
    return ra_str_n(room, n);
}

/* A saved onPremisesSyncBehavior lists what a live tenant is asked for object by object. */
static int put_behaviour(struct ra_cloud_fill *f, struct ra_str json, struct ra_err *err)
{
    const struct ra_doc d = {.json = json};
    cJSON *doc = ra_doc_parse(ra_document_name(RA_DOC_SYNC_BEHAVIOR), &d, err);
    const cJSON *i;
    char room[256];

    if (!doc)
        return -err->code;
    for (i = ra_doc_first(doc); i; i = i->next) {
        const cJSON *managed = cJSON_GetObjectItemCaseSensitive(i, "isCloudManaged");
        struct ra_str id = ra_json_text(i, "id");
        if (!ra_str_absent(id) && cJSON_IsBool(managed))
            ra_fill_put(f->fill, RA_FACT_SOA, folded_id(id, room),
                        cJSON_IsTrue(managed) ? RA_STR("1") : RA_STR("0"));
    }
    cJSON_Delete(doc);
    return 0;
}

static int take_document(struct ra_cloud_fill *f, enum ra_document d, struct ra_str json,
                         struct ra_err *err)
{
    if (d == RA_DOC_SYNC_BEHAVIOR)
        return put_behaviour(f, json, err);
    return ra_tenant_add(d, json, &f->arena, &f->tenant, err);
}

static int read_documents(struct ra_cloud_fill *f, struct ra_err *err)
{
    bool read[RA_DOCUMENTS] = {false};
    struct ra_err refusal = {0}, first = {0};
    int rc = 0;

    for (int d = 0; rc == 0 && d < RA_DOCUMENTS; d++) {
        enum ra_document which = (enum ra_document)d;
        enum ra_document_state state;
        struct ra_buf json;
        rc = ra_graph_document(f->graph, which, &state, &json, &refusal, err);
        if (rc != 0)
            return rc;
        read[d] = state == RA_DOC_READ;
        if (state == RA_DOC_REFUSED && (d == RA_DOC_ORGANIZATION || d == RA_DOC_DOMAINS))
            first = refusal;
        put_document(f, ra_document_name(which), state, &json);
        if (read[d])
            rc = take_document(f, which, ra_str_n(json.p, json.n), err);
        ra_buf_free(&json);
    }
    return rc == 0 ? need_domains(read, &first, err) : rc;
}

int ra_cloud_begin(struct ra_graph *g, struct ra_cache *c, const struct ra_collect_hooks *hooks,
                   struct ra_cloud_fill **out, struct ra_err *err)
{
    struct ra_cloud_fill *f;
    struct ra_guid token;
    bool resumed;
    int rc = ra_graph_sign_in(g, err);

    if (rc != 0)
        return rc;
    f = ra_calloc(1, sizeof *f);
    f->graph = g;
    f->hooks = hooks;
    ra_buf_init(&f->record, RECORD_MAX);
    ra_buf_init(&f->lists, RECORD_MAX);
    ra_guid_random(&token); /* each run begins anew: nothing of an unfinished one is trusted */
    rc = ra_fill_open(c, RA_SIDE_CLOUD, ra_str_n(token.b, sizeof token.b), &f->fill, &resumed, err);
    if (rc == 0)
        rc = read_documents(f, err);
    if (rc != 0)
        ra_cloud_abandon(&f);
    *out = f;
    return rc;
}

const struct ra_tenant *ra_cloud_tenant(const struct ra_cloud_fill *f)
{
    return &f->tenant;
}

static void put_facts(struct ra_cloud_fill *f, const struct ra_graph_object *o, struct ra_str id)
{
    if (o->has_object_identifier)
        ra_fill_put(f->fill, RA_FACT_OOI, id, o->object_identifier);
    if (o->cloud_managed >= 0)
        ra_fill_put(f->fill, RA_FACT_SOA, id, o->cloud_managed ? RA_STR("1") : RA_STR("0"));
}

/* The same id again is the same object on another page, or at a later moment: the later one counts,
 * but a live object is not overwritten by what deletedItems says of it. */
static void put_object(struct ra_cloud_fill *f, const struct ra_graph_object *o)
{
    char room[256];
    struct ra_str id = folded_id(o->field[RA_GF_ID], room);
    uint32_t seq = f->next;

    ra_buf_clear(&f->record);
    ra_record_from_graph(o, &f->lists, &f->record);
    if (!ra_seen(&f->seen, id, &seq)) {
        f->next = ra_fill_record(f->fill, ra_str_n(f->record.p, f->record.n)) + 1;
        f->different[o->in]++;
    } else if (o->in != RA_DELETED_USERS)
        ra_fill_replace(f->fill, seq, ra_str_n(f->record.p, f->record.n));
    else
        return;
    if (o->in == RA_GROUPS && o->flag[RA_GB_ROLE_ASSIGNABLE] > 0)
        ra_seen(&f->role_groups, id, &seq);
    put_facts(f, o, id);
}

static void report(const struct ra_cloud_fill *f, enum ra_collection c)
{
    if (f->hooks && f->hooks->progress)
        f->hooks->progress(f->hooks->ctx, ra_collection_name(c), f->done[c], f->total[c]);
}

static int on_page(void *ctx, size_t chain, const struct ra_graph_object *objects, size_t n,
                   struct ra_str mark, struct ra_err *err)
{
    struct ra_cloud_fill *f = ctx;

    (void)mark;
    for (size_t i = 0; i < n; i++)
        put_object(f, &objects[i]);
    f->done[chain] += n;
    report(f, (enum ra_collection)chain);
    if (f->record.overflow || f->lists.overflow)
        return ra_fail(err, RA_ESERVER, "%s: an object is larger than %zu bytes",
                       ra_collection_name((enum ra_collection)chain), RECORD_MAX);
    return ra_fill_pending(f->fill) > RA_GROUP_BYTES ? ra_fill_commit(f->fill, err) : 0;
}

/* Before the lists, so that what is created meanwhile cannot hide what is missing. A service that
 * will not count says so, and the lists stand by their explicit ends alone. */
static void count_collections(struct ra_cloud_fill *f)
{
    struct ra_err ignored;

    for (int c = 0; c < RA_DELETED_USERS; c++)
        f->counted[c] =
            !ra_graph_is_files(f->graph) &&
            ra_graph_count(f->graph, (enum ra_collection)c, &f->total[c], &ignored) == 0;
}

static int read_collections(struct ra_cloud_fill *f, struct ra_err *err)
{
    struct ra_chain chains[RA_COLLECTIONS] = {0};

    for (int c = 0; c < RA_COLLECTIONS; c++)
        chains[c].collection = (enum ra_collection)c;
    count_collections(f);
    return ra_graph_read(f->graph, chains, RA_COLLECTIONS, on_page, f, err);
}

/* The count comes from an index that lags behind, by a few objects or by a percent; a list that is
 * shorter than that has lost a page, whatever its end looked like. */
static int check_counts(const struct ra_cloud_fill *f, struct ra_err *err)
{
    for (int c = 0; c < RA_DELETED_USERS; c++) {
        uint64_t lag = f->total[c] / 100 > LAG_MIN ? f->total[c] / 100 : LAG_MIN;
        if (!f->counted[c] || f->different[c] + lag >= f->total[c])
            continue;
        ra_fail(err, RA_EINCOMPLETE, "%s: %llu objects came, the tenant counts %llu",
                ra_collection_name((enum ra_collection)c), (unsigned long long)f->different[c],
                (unsigned long long)f->total[c]);
        return ra_hint(err, "run again; the snapshot before stays in use");
    }
    return 0;
}

static int finish(struct ra_cloud_fill *f, struct ra_err *err)
{
    struct ra_index_plan plan;
    char proof[256];
    int rc;

    snprintf(proof, sizeof proof, "each list read to its explicit end%s; %llu users",
             f->counted[RA_USERS] ? " and held against the tenant's count" : "",
             (unsigned long long)f->different[RA_USERS]);
    ra_index_plan(&plan, true, NULL, 0);
    rc = ra_fill_finish(&f->fill, proof, plan.builders, plan.n, err);
    ra_index_plan_free(&plan);
    return rc;
}

int ra_cloud_finish(struct ra_cloud_fill **fp, struct ra_err *err)
{
    struct ra_cloud_fill *f = *fp;
    int rc = read_collections(f, err);

    if (rc == 0)
        rc = check_counts(f, err);
    if (rc == 0)
        rc = ra_role_members_read(f->graph, f->fill, &f->role_groups, err);
    if (rc == 0)
        rc = finish(f, err);
    ra_cloud_abandon(fp);
    return rc;
}

void ra_cloud_abandon(struct ra_cloud_fill **fp)
{
    struct ra_cloud_fill *f = *fp;

    if (!f)
        return;
    ra_fill_discard(&f->fill);
    ra_seen_free(&f->seen);
    ra_seen_free(&f->role_groups);
    ra_buf_free(&f->record);
    ra_buf_free(&f->lists);
    ra_arena_free(&f->arena);
    free(f);
    *fp = NULL;
}
