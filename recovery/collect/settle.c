#include "recovery/collect/internal.h"
#include "recovery/model/head.h"

#include <stdlib.h>
#include <string.h>

/*
 * Facts that a first decision found missing. isCloudManaged costs a request for each object, so it
 * is asked for exactly those whose verdict depends on it; onPremisesObjectIdentifier is asked for
 * all users or for those, whichever takes fewer requests. A refusal is kept beside the facts:
 * unknown, and why.
 */

#define PAGE  999
#define BATCH 20

struct pairs {
    struct ra_pair *all;
    size_t n, cap;
    struct ra_arena arena;
};

static struct ra_str kept(struct pairs *p, struct ra_str s)
{
    return (struct ra_str){ra_arena_copy(&p->arena, s.p, s.n), s.n};
}

static void add(struct pairs *p, struct ra_str id, struct ra_str value)
{
    char *folded = ra_arena_alloc(&p->arena, id.n);

    ra_fold_into(folded, id.p, id.n);
    p->all = ra_grow(p->all, &p->cap, p->n + 1, sizeof *p->all);
    p->all[p->n++] = (struct ra_pair){{folded, id.n}, kept(p, value)};
}

static void pairs_free(struct pairs *p)
{
    free(p->all);
    ra_arena_free(&p->arena);
}

static int store(struct ra_cache *c, const char *table, const struct pairs *p, bool *added,
                 struct ra_err *err)
{
    if (p->n == 0)
        return 0;
    *added = true;
    return ra_cache_supplement(c, RA_SIDE_CLOUD, table, p->all, p->n, err);
}

static int keep_refusal(struct ra_cache *c, const char *fact, const struct ra_err *refusal,
                        struct ra_err *err)
{
    struct ra_pair pair = {ra_str(fact), ra_str(refusal->msg)};

    return refusal->code ? ra_cache_supplement(c, RA_SIDE_CLOUD, RA_TABLE_REFUSALS, &pair, 1, err)
                         : 0;
}

/* ---- isCloudManaged ---- */

static enum ra_collection collection_of(enum ra_kind kind)
{
    return kind == RA_GROUP ? RA_GROUPS : kind == RA_CONTACT ? RA_CONTACTS : RA_USERS;
}

static int requests_for(const struct ra_side *cloud, const uint32_t *need, size_t n,
                        struct ra_arena *a, struct ra_fact_request **out, struct ra_err *err)
{
    struct ra_fact_request *r = *out = ra_arena_alloc(a, n * sizeof *r);
    struct ra_cloud_object o;

    for (size_t i = 0; i < n; i++) {
        if (!ra_cloud_decode(cloud->record(cloud->ctx, need[i]), &o))
            return ra_fail(err, RA_EINTEGRITY, "cloud object %u cannot be read back", need[i]);
        r[i] = (struct ra_fact_request){.collection = collection_of(o.kind),
                                        .id = ra_arena_copy(a, o.id.p, o.id.n),
                                        .cloud_managed = -1};
    }
    return 0;
}

static int by_collection(const void *a, const void *b)
{
    const struct ra_fact_request *x = a, *y = b;

    return (x->collection > y->collection) - (x->collection < y->collection);
}

/* Each kind of object by itself, since each has a permission of its own that may be missing. */
static int ask_managed(struct ra_graph *g, struct ra_cache *c, struct ra_fact_request *r, size_t n,
                       struct ra_err *err)
{
    int rc = 0;

    for (size_t from = 0, to; rc == 0 && from < n; from = to) {
        struct ra_err refusal = {0};
        for (to = from; to < n && r[to].collection == r[from].collection; to++)
            continue;
        rc = ra_graph_sync_behavior(g, &r[from], to - from, &refusal, err);
        if (rc == 0)
            rc = keep_refusal(c, ra_refused_soa(r[from].collection), &refusal, err);
    }
    return rc;
}

static int settle_soa(struct ra_graph *g, struct ra_cache *c, const struct ra_side *cloud,
                      const uint32_t *need, size_t n, bool *added, struct ra_err *err)
{
    struct pairs found = {0};
    struct ra_fact_request *r;
    int rc = requests_for(cloud, need, n, &found.arena, &r, err);

    if (rc == 0) {
        qsort(r, n, sizeof *r, by_collection);
        rc = ask_managed(g, c, r, n, err);
    }
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (r[i].cloud_managed >= 0)
            add(&found, ra_str(r[i].id), r[i].cloud_managed ? RA_STR("1") : RA_STR("0"));
    if (rc == 0)
        rc = store(c, RA_FACT_SOA, &found, added, err);
    pairs_free(&found);
    return rc;
}

/* ---- onPremisesObjectIdentifier ---- */

static int add_identifier(void *ctx, struct ra_str id, struct ra_str identifier, struct ra_err *err)
{
    (void)err;
    add(ctx, id, identifier);
    return 0;
}

static uint64_t requests_of(uint64_t n, uint64_t each)
{
    return (n + each - 1) / each;
}

static uint32_t live_users(const struct ra_side *cloud)
{
    struct ra_cloud_head h;
    uint32_t n = 0;

    for (uint32_t i = 0; i < cloud->count; i++)
        n += ra_cloud_head(cloud->record(cloud->ctx, i), &h) && h.kind == RA_USER && !h.deleted;
    return n;
}

static int ask_some(struct ra_graph *g, const struct ra_side *cloud, const uint32_t *need, size_t n,
                    struct pairs *found, struct ra_err *refusal, struct ra_err *err)
{
    struct ra_fact_request *r;
    int rc = requests_for(cloud, need, n, &found->arena, &r, err);

    if (rc == 0)
        rc = ra_graph_object_identifiers_of(g, r, n, refusal, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (r[i].identified >= 0)
            add(found, ra_str(r[i].id),
                r[i].identified ? ra_str(r[i].identifier) : (struct ra_str){NULL, 0});
    return rc;
}

static int settle_ooi(struct ra_graph *g, struct ra_cache *c, const struct ra_side *cloud,
                      const uint32_t *need, size_t n, bool *added, struct ra_err *err)
{
    struct pairs found = {0};
    struct ra_err refusal = {0};
    bool readable = false, all = requests_of(live_users(cloud), PAGE) <= requests_of(n, BATCH);
    int rc = ra_graph_probe_object_identifier(g, &readable, &refusal, err);

    if (rc == 0 && readable)
        rc = all ? ra_graph_object_identifiers(g, add_identifier, &found, err)
                 : ask_some(g, cloud, need, n, &found, &refusal, err);
    if (rc == 0)
        rc = store(c, RA_FACT_OOI, &found, added, err);
    if (rc == 0 && !readable)
        rc = keep_refusal(c, RA_FACT_OOI, &refusal, err);
    pairs_free(&found);
    return rc;
}

int ra_cloud_settle(struct ra_graph *g, struct ra_cache *c, const struct ra_side *cloud,
                    const uint32_t *need_soa, size_t soa_n, const uint32_t *need_ooi, size_t ooi_n,
                    bool *added, struct ra_err *err)
{
    int rc = 0;

    *added = false;
    if (ra_graph_is_files(g))
        return 0;
    if (soa_n)
        rc = settle_soa(g, c, cloud, need_soa, soa_n, added, err);
    if (rc == 0 && ooi_n)
        rc = settle_ooi(g, c, cloud, need_ooi, ooi_n, added, err);
    return rc;
}
