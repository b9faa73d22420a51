#include "recovery/collect/cloud.h"

#include "recovery/collect/conflicts.h"
#include "src/base/log.h"

#include <stdio.h>
#include <string.h>

#define ROUNDS_MAX 5 /* of users, while they go to and fro between the living and the deleted */

struct changes {
    struct ra_cloud_fill *f;
    struct ra_delta *rounds;
    struct ra_conflicts conflicts;
    bool paged[RA_DELTA_KINDS];
};

void ra_cloud_keep_link(struct ra_cloud_fill *f, enum ra_collection c, struct ra_str link)
{
    char key[32];

    f->link[c] = (struct ra_str){ra_arena_copy(&f->arena, link.p, link.n), link.n};
    snprintf(key, sizeof key, "delta.%s", ra_collection_name(c));
    if (f->ledger.fill)
        ra_fill_put(f->ledger.fill, RA_TABLE_MARKS, ra_str(key), link);
}

/* Objects and the link behind them are of one transaction, as pages of lists are. */
static int on_changes(void *ctx, size_t which, const struct ra_graph_object *objects, size_t n,
                      struct ra_str link, bool last, struct ra_err *err)
{
    struct changes *x = ctx;
    struct ra_cloud_fill *f = x->f;
    enum ra_collection c = x->rounds[which].collection;
    int rc = 0;

    (void)last;
    if (x->paged[c] && f->ledger.fill) {
        memset(x->paged, 0, sizeof x->paged);
        rc = ra_fill_commit(f->ledger.fill, err);
    }
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = ra_conflicts_take(&x->conflicts, &objects[i], err);
    if (rc != 0)
        return rc;
    ra_cloud_keep_link(f, c, link);
    x->paged[c] = true;
    f->seen[c] += n;
    if (n)
        ra_cloud_report(f, c, 0);
    return 0;
}

/* count: the tenant is also asked how many objects it counts. */
static int run(struct ra_cloud_fill *f, struct ra_delta *rounds, size_t n, bool count,
               struct ra_err *err)
{
    struct changes x = {.f = f, .rounds = rounds};
    const struct ra_questions q = {.deltas = rounds,
                                   .deltas_n = n,
                                   .page = on_changes,
                                   .ctx = &x,
                                   .counts = f->after,
                                   .counts_n = count ? RA_COLLECTIONS : 0};

    int rc;

    for (int c = 0; c < RA_COLLECTIONS && count; c++)
        f->after[c] = (struct ra_count){.collection = (enum ra_collection)c};
    f->counted_after = f->counted_after || count;
    ra_conflicts_begin(&x.conflicts, f);
    rc = ra_graph_ask(f->graph, &q, err);
    if (rc == 0)
        rc = ra_conflicts_settle(&x.conflicts, err);
    ra_conflicts_end(&x.conflicts);
    return rc;
}

void ra_cloud_from_now_on(struct ra_delta rounds[RA_DELTA_KINDS])
{
    for (int c = 0; c < RA_DELTA_KINDS; c++)
        rounds[c] = (struct ra_delta){.collection = (enum ra_collection)c};
}

void ra_cloud_no_changes(const struct ra_delta *round)
{
    ra_log(RA_LOG_REQUESTS, "%s: the service has no changes to tell of: %s",
           ra_collection_name(round->collection), round->refused_with);
}

int ra_cloud_mark_beginning(struct ra_cloud_fill *f, struct ra_err *err)
{
    struct ra_delta rounds[RA_DELTA_KINDS];
    int rc;

    ra_cloud_from_now_on(rounds);
    rc = run(f, rounds, RA_DELTA_KINDS, false, err);
    for (int c = 0; rc == 0 && c < RA_DELTA_KINDS; c++) {
        if (rounds[c].state == RA_DELTA_READ)
            continue;
        f->link[c] = (struct ra_str){NULL, 0};
        ra_cloud_no_changes(&rounds[c]);
    }
    return rc;
}

/* The first only of so many collections; those without a link are left out. */
static int read_changes(struct ra_cloud_fill *f, int collections, bool *resync, struct ra_err *err)
{
    struct ra_delta rounds[RA_DELTA_KINDS];
    size_t n = 0;
    int rc;

    for (int c = 0; c < collections; c++)
        if (f->link[c].p)
            rounds[n++] =
                (struct ra_delta){.collection = (enum ra_collection)c, .link = f->link[c].p};
    rc = run(f, rounds, n, collections == RA_DELTA_KINDS, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (rounds[i].state == RA_DELTA_READ)
            continue;
        if (!*resync)
            snprintf(f->why, sizeof f->why, "the link to the changes of %s was refused: %s",
                     ra_collection_name(rounds[i].collection), rounds[i].refused_with);
        f->link[rounds[i].collection] = (struct ra_str){NULL, 0};
        *resync = true;
    }
    return rc;
}

/*
 * A user who is deleted or restored leaves one list and enters another, and each list is of a
 * moment of its own. Changes that are read after the list of the deleted, and move nobody between
 * the two, show that the list is of the same state as they are; otherwise both are read again.
 */
int ra_cloud_reconcile(struct ra_cloud_fill *f, bool listed, bool *resync, struct ra_err *err)
{
    bool relisted = false;
    int rc = 0;

    *resync = false;
    for (int round = 0; rc == 0 && !*resync && round < ROUNDS_MAX; round++) {
        uint64_t moved = f->events.moved;
        if (round > 0 || !listed) {
            rc = ra_cloud_read_deleted(f, err);
            relisted = true;
        }
        if (rc == 0)
            rc = read_changes(f, round == 0 ? RA_DELTA_KINDS : (int)RA_USERS + 1, resync, err);
        if (rc == 0 && f->events.moved == moved && !(relisted && f->contradicted))
            break;
    }
    if (rc == 0 && !*resync && relisted)
        rc = ra_cloud_drop_unlisted(f, err);
    return rc;
}
