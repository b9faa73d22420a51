#include "recovery/collect/cloud.h"

#include "recovery/collect/parts.h"
#include "src/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The lists of a read anew: every collection a chain, users several, each part of them one. How
 * they are cut, what the tenant counted, and how far each chain has come are marks in the same
 * transactions as the objects. A commit begins after half as many pages as are asked for at once,
 * in a thread, and no chain's second page is taken before its first is durable: a kill costs each
 * chain one page at most.
 */

#define OTHERS      (RA_COLLECTIONS - 1) /* chains before those of users */
#define FILTERS_MAX ((size_t)4 << 20)
#define MARK_DONE   "done"

struct lists {
    struct ra_cloud_fill *f;
    struct ra_chain *chains;                    /* of this run */
    char (*keys)[32];                           /* their marks */
    enum { DURABLE, TAKEN, COMMITTING } * page; /* what became of each chain's last page */
    int pages;                                  /* that are taken */
    bool once; /* read in one go, or again: no chain's place is kept */
    size_t n;
    struct ra_buf filters; /* one a line, NUL behind each */
    struct ra_arena arena;
};

/* ---- marks ---- */

static void put_mark(struct ra_cloud_fill *f, const char *key, struct ra_str value)
{
    ra_fill_put(f->ledger.fill, RA_TABLE_MARKS, ra_str(key), value);
}

/* All that was committed is durable. */
static int settle(struct lists *l, struct ra_err *err)
{
    int rc = ra_fill_settle(l->f->ledger.fill, err);

    for (size_t i = 0; rc == 0 && i < l->n; i++)
        if (l->page[i] == COMMITTING)
            l->page[i] = DURABLE;
    return rc;
}

static int commit_behind(struct lists *l, struct ra_err *err)
{
    int rc = settle(l, err);

    if (rc == 0)
        rc = ra_fill_commit_behind(l->f->ledger.fill, err);
    for (size_t i = 0; rc == 0 && i < l->n; i++)
        if (l->page[i] == TAKEN)
            l->page[i] = COMMITTING;
    l->pages = 0;
    return rc;
}

static int commit(struct lists *l, struct ra_err *err)
{
    int rc = commit_behind(l, err);

    return rc == 0 ? settle(l, err) : rc;
}

/* ---- pages ---- */

/* Half of what is read at once is committed while the other half comes in. */
static bool enough(const struct lists *l)
{
    return (!l->once && l->pages >= (ra_graph_connections(l->f->graph) + 1) / 2) ||
           ra_fill_pending(l->f->ledger.fill) > RA_GROUP_BYTES;
}

static int on_page(void *ctx, size_t chain, const struct ra_graph_object *objects, size_t n,
                   struct ra_str mark, struct ra_err *err)
{
    struct lists *l = ctx;
    enum ra_collection c = l->chains[chain].collection;
    struct ra_cloud_fill *f = l->f;
    int rc = l->once || l->page[chain] == DURABLE ? 0
             : l->page[chain] == TAKEN            ? commit(l, err)
                                                  : settle(l, err);

    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = ra_cloud_take_listed(f, &objects[i], err);
    if (rc != 0)
        return rc;
    put_mark(f, l->keys[chain], mark.p ? mark : RA_STR(MARK_DONE));
    l->page[chain] = TAKEN;
    l->pages++;
    f->seen[c] += n;
    ra_cloud_report(f, c, c < RA_DELETED_USERS ? f->count[c].value : 0);
    return enough(l) ? commit_behind(l, err) : 0;
}

/* ---- chains ---- */

static void add_chain(struct lists *l, enum ra_collection c, const char *filter, const char *key)
{
    struct ra_str mark = ra_ledger_mark(&l->f->ledger, key);

    if (ra_str_eq(mark, RA_STR(MARK_DONE)))
        return;
    l->chains[l->n] = (struct ra_chain){
        .collection = c,
        .filter = filter,
        .mark = mark.p ? ra_arena_copy(&l->arena, mark.p, mark.n) : NULL,
    };
    snprintf(l->keys[l->n++], sizeof *l->keys, "%s", key);
}

static void lists_init(struct lists *l, struct ra_cloud_fill *f, size_t most)
{
    *l = (struct lists){.f = f, .once = ra_graph_is_files(f->graph)};
    l->chains = ra_calloc(most, sizeof *l->chains);
    l->keys = ra_calloc(most, sizeof *l->keys);
    l->page = ra_calloc(most, sizeof *l->page);
}

static void lists_free(struct lists *l)
{
    free(l->chains);
    free(l->keys);
    free(l->page);
    ra_arena_free(&l->arena);
}

static int run(struct lists *l, struct ra_err *err)
{
    int rc = ra_graph_read(l->f->graph, l->chains, l->n, on_page, l, err);

    /* What came before the fault is kept for the next run. */
    if (rc != 0 && rc != -(int)RA_EINTERNAL)
        commit(l, NULL);
    return rc == 0 ? commit(l, err) : rc;
}

/* filters: one a line; cut up here. */
static void add_users(struct lists *l, char *filters)
{
    char key[32], *rest = filters;
    int number = 0;

    while (*rest) {
        char *line = rest, *end = strchr(rest, '\n');
        rest = end ? end + 1 : rest + strlen(rest);
        if (end)
            *end = '\0';
        snprintf(key, sizeof key, "part.%d", number++);
        add_chain(l, RA_USERS, line, key);
    }
}

static size_t lines_of(struct ra_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

static int read_chains(struct ra_cloud_fill *f, struct ra_str filters, struct ra_err *err)
{
    static const enum ra_collection others[OTHERS] = {RA_GROUPS, RA_CONTACTS, RA_DEVICES,
                                                      RA_DELETED_USERS};
    struct lists l;
    char key[32];
    int rc;

    lists_init(&l, f, OTHERS + 1 + lines_of(filters));
    if (!filters.n)
        add_chain(&l, RA_USERS, NULL, "chain.users");
    /* Whole lists before parts, of which the long ones stand first: long chains begin early. */
    for (size_t i = 0; i < OTHERS; i++) {
        snprintf(key, sizeof key, "chain.%s", ra_collection_name(others[i]));
        add_chain(&l, others[i], NULL, key);
    }
    if (filters.n)
        add_users(&l, ra_arena_copy(&l.arena, filters.p, filters.n));
    rc = run(&l, err);
    lists_free(&l);
    return rc;
}

/* ---- the plan ---- */

static int count_before(struct ra_cloud_fill *f, struct ra_err *err)
{
    bool ahead = f->ahead;

    f->ahead = false;
    for (int c = 0; c < RA_COLLECTIONS; c++)
        f->count[c] =
            ahead ? f->ahead_count[c] : (struct ra_count){.collection = (enum ra_collection)c};
    return ahead ? 0 : ra_graph_counts(f->graph, f->count, RA_COLLECTIONS, err);
}

/* Before the lists, so that what is created meanwhile cannot hide what is missing. A service that
 * will not count says so, and the lists stand by their explicit ends alone. */
static int make_plan(struct ra_cloud_fill *f, struct ra_buf *filters, struct ra_err *err)
{
    char key[32], value[24];
    uint64_t sum = 0;
    int rc;

    rc = count_before(f, err);
    if (rc == 0 && f->count[RA_USERS].counted)
        rc = ra_parts_plan(f->graph, f->count[RA_USERS].value, filters, err);
    if (rc != 0)
        return rc;
    for (int c = 0; c < RA_COLLECTIONS; c++) {
        snprintf(key, sizeof key, "count.%s", ra_collection_name((enum ra_collection)c));
        snprintf(value, sizeof value, "%" PRIu64, f->count[c].value);
        if (f->count[c].counted)
            put_mark(f, key, ra_str(value));
        sum += f->count[c].counted ? f->count[c].value : 0;
    }
    ra_seen_expect(&f->ledger.added, sum);
    put_mark(f, "plan", ra_str_n(filters->p, filters->n));
    return ra_fill_commit(f->ledger.fill, err);
}

static bool load_plan(struct ra_cloud_fill *f, struct ra_buf *filters)
{
    struct ra_str plan = ra_ledger_mark(&f->ledger, "plan");
    char key[32];

    if (!plan.p)
        return false;
    ra_buf_put(filters, plan.p, plan.n);
    for (int c = 0; c < RA_COLLECTIONS; c++) {
        unsigned long long n = 0;
        snprintf(key, sizeof key, "count.%s", ra_collection_name((enum ra_collection)c));
        f->count[c] = (struct ra_count){.collection = (enum ra_collection)c};
        f->count[c].counted = ra_parse_uint(ra_ledger_mark(&f->ledger, key), &n);
        f->count[c].value = n;
    }
    return true;
}

int ra_cloud_read_lists(struct ra_cloud_fill *f, struct ra_err *err)
{
    struct ra_buf filters;
    struct ra_err why = {0};
    int rc = 0;

    ra_buf_init(&filters, FILTERS_MAX);
    if (!load_plan(f, &filters))
        rc = make_plan(f, &filters, err);
    if (rc != 0) {
        ra_buf_free(&filters);
        return rc;
    }
    rc = read_chains(f, ra_str_n(filters.p, filters.n), &why);
    f->parts = filters.n ? lines_of(ra_str_n(filters.p, filters.n)) : 0;
    if (rc == -(int)RA_ESERVER && filters.n) { /* a service that takes no such filters */
        ra_warn("users: not to be had in parts, reading them in one chain: %s", why.msg);
        put_mark(f, "plan", RA_STR(""));
        f->parts = 0;
        rc = read_chains(f, (struct ra_str){NULL, 0}, err);
    } else if (rc != 0 && err) {
        *err = why;
    }
    ra_buf_free(&filters);
    return rc;
}

int ra_cloud_read_users_plainly(struct ra_cloud_fill *f, struct ra_err *err)
{
    struct lists l;
    int rc;

    lists_init(&l, f, 1);
    f->seen[RA_USERS] = 0;
    f->parts = 0;
    add_chain(&l, RA_USERS, NULL, "chain.users");
    rc = run(&l, err);
    lists_free(&l);
    return rc;
}

/* ---- deleted users, again ---- */

static int on_deleted(void *ctx, size_t chain, const struct ra_graph_object *objects, size_t n,
                      struct ra_str mark, struct ra_err *err)
{
    struct ra_cloud_fill *f = ctx;
    int rc = 0;

    (void)chain;
    (void)mark;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = ra_cloud_take_listed(f, &objects[i], err);
    f->seen[RA_DELETED_USERS] += n;
    ra_cloud_report(f, RA_DELETED_USERS, 0);
    return rc;
}

int ra_cloud_read_deleted(struct ra_cloud_fill *f, struct ra_err *err)
{
    const struct ra_chain chain = {.collection = RA_DELETED_USERS};

    ra_seen_free(&f->listed);
    f->contradicted = false;
    f->seen[RA_DELETED_USERS] = 0;
    return ra_graph_read(f->graph, &chain, 1, on_deleted, f, err);
}
