#include "recovery/collect/recheck.h"

#include "recovery/model/head.h"
#include "src/base/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TRIES        3
#define SUSPECTS_MAX 200000 /* far above what a count may lag by in the largest tenant */

struct ids {
    const char **at;
    size_t n, cap;
};

struct recheck {
    struct ra_cloud_fill *f;
    enum ra_collection c;
    struct ra_index_list *lists;
    struct ra_seen *seen; /* of each list, what it has named so far */
    size_t n;
    size_t *asked; /* this time: which of them */
    struct ids missing, surplus;
    bool take; /* what is found goes into the ledger */
    struct ra_arena arena;
};

static int add_id(struct recheck *k, struct ids *l, struct ra_str id, struct ra_err *err)
{
    char *copy = ra_arena_alloc(&k->arena, id.n + 1);

    if (l->n == SUSPECTS_MAX)
        return ra_fail(err, RA_EINCOMPLETE, "%s: more than %d ids differ from those of the index",
                       ra_collection_name(k->c), SUSPECTS_MAX);
    memcpy(copy, id.p, id.n);
    copy[id.n] = '\0';
    l->at = ra_grow(l->at, &l->cap, l->n + 1, sizeof *l->at);
    l->at[l->n++] = copy;
    return 0;
}

/* ---- which of the index's ids are not here ---- */

/* A deleted user that is alive here has been restored, or deleted a moment ago: both are told by
 * changes. */
static int is_here(struct recheck *k, struct ra_str folded, struct ra_err *err)
{
    struct ra_cloud_head head;
    struct ra_str record;
    uint32_t seq;
    int rc = ra_ledger_find(&k->f->ledger, folded, &seq, err);

    if (rc == 1)
        rc = ra_ledger_read(&k->f->ledger, seq, &record, err) == 0 ? 1 : -err->code;
    if (rc != 1)
        return rc;
    if (!record.p)
        return 0;
    if (!ra_cloud_head(record, &head))
        return ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", seq);
    return k->c == RA_DELETED_USERS || !head.deleted;
}

static int on_id(void *ctx, size_t which, struct ra_str id, struct ra_err *err)
{
    struct recheck *k = ctx;
    char room[RA_ID_ROOM];
    struct ra_str folded = ra_folded_id(id, room);
    uint32_t seq = 0;
    int rc;

    if (ra_seen(&k->seen[k->asked[which]], folded, &seq))
        return 0;
    rc = is_here(k, folded, err);
    return rc == 0 ? add_id(k, &k->missing, id, err) : rc < 0 ? rc : 0;
}

/* ---- the index ---- */

/* Users as they were cut into parts, where they were. */
static void make_lists(struct recheck *k)
{
    struct ra_str plan = {NULL, 0};
    char *rest;

    if (k->c == RA_USERS)
        plan = ra_ledger_mark(&k->f->ledger, "plan");
    rest = ra_arena_copy(&k->arena, plan.p ? plan.p : "", plan.n);
    for (size_t i = 0; i < plan.n; i++)
        k->n += rest[i] == '\n';
    k->n = k->n ? k->n : 1;
    k->lists = ra_calloc(k->n, sizeof *k->lists);
    k->seen = ra_calloc(k->n, sizeof *k->seen);
    k->asked = ra_calloc(k->n, sizeof *k->asked);
    for (size_t i = 0; i < k->n; i++) {
        char *end = strchr(rest, '\n');
        k->lists[i] = (struct ra_index_list){.collection = k->c, .filter = *rest ? rest : NULL};
        if (!end)
            break;
        *end = '\0';
        rest = end + 1;
    }
}

static bool falls_short(const struct recheck *k, size_t i)
{
    return k->seen[i].n < k->lists[i].count;
}

/* Those that have not named as many as they count, in one order and then in the other. */
static int ask_index(struct recheck *k, int attempt, size_t *short_of, struct ra_err *err)
{
    struct ra_index_list *some = ra_calloc(k->n, sizeof *some);
    size_t n = 0;
    int rc;

    for (size_t i = 0; i < k->n; i++)
        if (attempt == 0 || falls_short(k, i)) {
            some[n] = k->lists[i];
            some[n].backwards = attempt % 2 != 0;
            k->asked[n++] = i;
        }
    rc = n ? ra_graph_index(k->f->graph, some, n, on_id, k, err) : 0;
    *short_of = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct ra_index_list *l = &k->lists[k->asked[i]];
        if (attempt == 0 || some[i].listed) /* the other order may be refused */
            *l = some[i];
        *short_of += falls_short(k, k->asked[i]);
    }
    free(some);
    return rc;
}

static int read_index(struct recheck *k, bool *listed, bool *whole, struct ra_err *err)
{
    size_t short_of = 1;
    int rc = 0;

    *listed = true;
    for (int i = 0; rc == 0 && *listed && short_of && i < TRIES; i++) {
        rc = ask_index(k, i, &short_of, err);
        for (size_t l = 0; l < k->n; l++)
            *listed = *listed && k->lists[l].listed;
    }
    *whole = rc == 0 && *listed && short_of == 0;
    return rc;
}

/* ---- when the index does not list what it counts ---- */

static int on_first_round(void *ctx, size_t which, const struct ra_graph_object *objects, size_t n,
                          struct ra_str link, bool last, struct ra_err *err)
{
    int rc = 0;

    (void)which;
    (void)link;
    (void)last;
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (objects[i].removed == RA_NOT_REMOVED)
            rc = on_id(ctx, 0, objects[i].field[RA_GF_ID], err);
    return rc;
}

/* The first round of changes names every object, and ends with a link of its own. */
static int read_first_round(struct recheck *k, struct ra_err *err)
{
    struct ra_delta all = {.collection = k->c, .all = true};
    uint64_t named = 0, counted = 0;
    int rc = 0;

    k->asked[0] = 0;
    for (size_t i = 0; i < k->n; i++) {
        named += k->seen[i].n;
        counted += k->lists[i].count;
    }
    ra_warn("%s: the tenant's index counts %" PRIu64 " and lists %" PRIu64
            "; asking for all of them as changes",
            ra_collection_name(k->c), counted, named);
    if (k->c < RA_DELETED_USERS)
        rc = ra_graph_delta(k->f->graph, &all, 1, on_first_round, k, err);
    if (rc != 0 || (k->c < RA_DELETED_USERS && all.state == RA_DELTA_READ))
        return rc;
    ra_fail(err, RA_EINCOMPLETE,
            "%s: the tenant's index counts %" PRIu64 " and lists %" PRIu64
            ": some are left out wherever they are asked for",
            ra_collection_name(k->c), counted, named);
    return ra_hint(err, "run again; the snapshot before stays in use");
}

static int name_all(struct recheck *k, bool *looked, struct ra_err *err)
{
    bool whole;
    int rc;

    make_lists(k);
    rc = read_index(k, looked, &whole, err);
    return rc == 0 && *looked && !whole ? read_first_round(k, err) : rc;
}

/* ---- one by one ---- */

static int on_found(void *ctx, size_t at, const struct ra_graph_object *objects, size_t n,
                    struct ra_str mark, struct ra_err *err)
{
    struct recheck *k = ctx;

    (void)at;
    (void)mark;
    return k->take && n && k->c != RA_DELETED_USERS ? ra_cloud_take_listed(k->f, &objects[0], err)
                                                    : 0;
}

/* Only those that are there stay in the list. */
static int look_up(struct recheck *k, struct ids *l, struct ra_err *err)
{
    struct ra_sought *all = ra_calloc(l->n, sizeof *all);
    size_t n = 0;
    int rc;

    for (size_t i = 0; i < l->n; i++)
        all[i] = (struct ra_sought){.collection = k->c, .id = l->at[i]};
    rc = ra_graph_look_up(k->f->graph, all, l->n, on_found, k, err);
    for (size_t i = 0; i < l->n; i++)
        if (all[i].found)
            l->at[n++] = l->at[i];
    l->n = n;
    free(all);
    return rc;
}

/* ---- which are here and not in the index ---- */

static bool is_of(const struct recheck *k, const struct ra_cloud_head *head)
{
    static const enum ra_kind kinds[] = {RA_USER, RA_GROUP, RA_CONTACT, RA_DEVICE};

    return k->c < RA_DELETED_USERS && head->kind == kinds[k->c] && !head->deleted;
}

static int check_one(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err)
{
    struct recheck *k = ctx;
    struct ra_cloud_object o;
    struct ra_cloud_head head;
    char room[RA_ID_ROOM];
    struct ra_str folded;
    uint32_t at;

    if (!ra_cloud_head(record, &head))
        return ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", seq);
    if (!is_of(k, &head))
        return 0;
    if (!ra_cloud_decode(record, &o))
        return ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", seq);
    folded = ra_folded_id(o.id, room);
    for (size_t i = 0; i < k->n; i++)
        if (ra_seen_has(&k->seen[i], folded, &at))
            return 0;
    return add_id(k, &k->surplus, o.id, err);
}

static int find_gone(struct recheck *k, uint64_t *gone, struct ra_err *err)
{
    int rc = ra_ledger_walk(&k->f->ledger, check_one, k, err);

    *gone = k->surplus.n;
    if (rc == 0)
        rc = look_up(k, &k->surplus, err);
    *gone -= k->surplus.n;
    return rc;
}

/* ---- both ---- */

static void begin(struct recheck *k, struct ra_cloud_fill *f, enum ra_collection c, bool take)
{
    *k = (struct recheck){.f = f, .c = c, .take = take};
}

static void end(struct recheck *k)
{
    for (size_t i = 0; i < k->n; i++)
        ra_seen_free(&k->seen[i]);
    free(k->seen);
    free(k->lists);
    free(k->asked);
    free(k->missing.at);
    free(k->surplus.at);
    ra_arena_free(&k->arena);
}

/* Deleted users are in no form to be taken up one by one: their list is read again, which must name
 * them now. */
static int read_deleted_again(struct recheck *k, struct ra_err *err)
{
    int rc = ra_cloud_read_deleted(k->f, err);

    for (size_t i = 0; rc == 0 && i < k->missing.n; i++) {
        char room[RA_ID_ROOM];
        struct ra_str folded = ra_folded_id(ra_str(k->missing.at[i]), room);
        int here = is_here(k, folded, err);
        if (here < 0)
            return here;
        if (!here)
            return ra_fail(err, RA_EINCOMPLETE, "%s: %s is there, and its list leaves it out",
                           ra_collection_name(k->c), k->missing.at[i]);
    }
    return rc;
}

int ra_recheck_anew(struct ra_cloud_fill *f, enum ra_collection c, struct ra_recheck *out,
                    struct ra_err *err)
{
    struct recheck k;
    int rc;

    *out = (struct ra_recheck){0};
    begin(&k, f, c, true);
    rc = name_all(&k, &out->looked, err);
    if (rc == 0 && out->looked)
        rc = look_up(&k, &k.missing, err);
    out->missed = k.missing.n;
    if (rc == 0 && out->looked && c == RA_DELETED_USERS && k.missing.n)
        rc = read_deleted_again(&k, err);
    end(&k);
    return rc;
}

int ra_recheck_refresh(struct ra_cloud_fill *f, enum ra_collection c, struct ra_recheck *out,
                       struct ra_err *err)
{
    struct recheck k;
    int rc;

    *out = (struct ra_recheck){0};
    begin(&k, f, c, false);
    rc = name_all(&k, &out->looked, err);
    if (rc == 0 && out->looked)
        rc = look_up(&k, &k.missing, err);
    out->missed = k.missing.n;
    if (rc == 0 && out->looked)
        rc = find_gone(&k, &out->gone, err);
    end(&k);
    return rc;
}
