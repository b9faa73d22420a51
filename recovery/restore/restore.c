#include "recovery/restore/restoring.h"

#include <stdlib.h>
#include <string.h>

static int by_outcome(const void *a, const void *b)
{
    const struct ra_restore_item *x = a, *y = b;

    if (x->outcome != y->outcome)
        return x->outcome < y->outcome ? -1 : 1;
    if (x->reason != y->reason)
        return x->reason < y->reason ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return memcmp(x->guid, y->guid, sizeof x->guid);
}

static void count(struct ra_restored *out)
{
    if (out->n)
        qsort(out->items, out->n, sizeof *out->items, by_outcome);
    for (size_t i = 0; i < out->n; i++)
        out->outcomes[out->items[i].outcome]++;
}

static int take_all(struct ra_restoring *r)
{
    struct ra_backup_object o;
    int rc;

    while ((rc = r->then->next(r->then->ctx, &o, r->err)) > 0) {
        rc = ra_restore_take(r, &o);
        if (rc != 0)
            break;
    }
    return rc;
}

int ra_restore(const struct ra_report_input *now, const struct ra_restore_then *then,
               struct ra_restored *out, struct ra_err *err)
{
    struct ra_restoring r = {.now = now, .then = then, .out = out, .err = err};
    int rc;

    *out = (struct ra_restored){0};
    out->attribute = (struct ra_str){
        ra_arena_copy(&out->arena, then->anchor_attribute.p, then->anchor_attribute.n),
        then->anchor_attribute.n};
    rc = ra_restoring_open(&r);
    if (rc == 0)
        rc = take_all(&r);
    if (rc == 0 && out->n)
        rc = ra_restore_find_dns(&r);
    for (size_t i = 0; rc == 0 && i < out->n; i++)
        rc = ra_restore_find(&r, i);
    if (rc == 0)
        rc = ra_restore_settle(&r);
    if (rc == 0)
        count(out);
    else
        ra_restored_free(out);
    ra_restoring_close(&r);
    return rc;
}

void ra_restored_free(struct ra_restored *r)
{
    free(r->items);
    ra_arena_free(&r->arena);
    *r = (struct ra_restored){0};
}

uint64_t ra_restored_undecided(const struct ra_restored *r)
{
    uint64_t n = 0;

    for (int o = 0; o < RA_RESTORE_OUTCOMES; o++)
        n += o == RA_RESTORE_WRITE ? 0 : r->outcomes[o];
    return n;
}
