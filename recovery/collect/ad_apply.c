/*
 * Changed objects are read again, whole. An object that cannot be found by its objectGUID is not
 * there for this account. One of a kind without a verdict may be a container: when it is new,
 * renamed or moved, what lies below it has another DN, of which AD tells nothing.
 */
#include "recovery/collect/ad.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 60 /* objects asked for in one filter */

struct apply {
    struct ra_dir *d;
    struct ra_ad_fill *f;
    struct ra_ad_reader reader;
    const struct ra_ad_change *batch;
    size_t n;
    bool found[BATCH];
    bool below; /* look below containers, too */
    bool moved; /* some have another DN, or went */
    struct ra_arena arena;
    const char **containers;
    size_t containers_n, containers_cap;
};

static void note_container(struct apply *a, struct ra_str dn)
{
    a->containers =
        ra_grow(a->containers, &a->containers_cap, a->containers_n + 1, sizeof *a->containers);
    a->containers[a->containers_n++] = ra_arena_copy(&a->arena, dn.p, dn.n);
}

static int on_object(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct apply *a = ctx;
    struct ra_str guid = ra_dir_entry_first(e, "objectGUID"),
                  deleted = ra_dir_entry_first(e, "isDeleted");
    bool skipped;
    int rc = ra_ad_store(&a->reader, e, &skipped, err);

    for (size_t i = 0; rc == 0 && guid.n == 16 && i < a->n; i++) {
        if (memcmp(a->batch[i].guid, guid.p, 16) != 0)
            continue;
        a->found[i] = !skipped;
        if (!skipped || !a->batch[i].renamed)
            continue;
        a->moved = true;
        if (a->below && ra_str_absent(deleted))
            note_container(a, ra_dir_entry_dn(e));
    }
    return rc;
}

static void filter_of(const struct apply *a, struct ra_buf *out)
{
    ra_buf_puts(out, "(|");
    for (size_t i = 0; i < a->n; i++) {
        ra_buf_puts(out, "(objectGUID=");
        for (size_t k = 0; k < 16; k++)
            ra_buf_printf(out, "\\%02x", a->batch[i].guid[k]);
        ra_buf_puts(out, ")");
    }
    ra_buf_puts(out, ")");
}

/* The places one after the other, as a full read has them. */
static int search(struct apply *a, const char *filter, ra_entry_fn *each, void *ctx,
                  struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < a->f->places_n; i++) {
        const struct ra_ad_place *p = &a->f->places[i];
        struct ra_dir_query q = {.base = p->base,
                                 .filter = filter,
                                 .attributes = a->f->attributes,
                                 .deleted = p->deleted,
                                 .tries = RA_AD_TRIES};

        rc = ra_dir_search(a->d, &q, each, ctx, err);
        if (p->optional && (rc == -(int)RA_ENOTFOUND || rc == -(int)RA_EPERMISSION))
            rc = 0;
    }
    return rc;
}

static int read_batch(struct apply *a, struct ra_err *err)
{
    struct ra_buf filter;
    int rc;

    memset(a->found, 0, sizeof a->found);
    ra_buf_init(&filter, 1 << 16);
    filter_of(a, &filter);
    rc = search(a, ra_buf_z(&filter), on_object, a, err);
    ra_buf_free(&filter);
    for (size_t i = 0; rc == 0 && i < a->n; i++)
        if (!a->found[i])
            ra_ad_drop(a->f, (struct ra_str){(const char *)a->batch[i].guid, 16});
    return rc;
}

static int read_objects(struct apply *a, const struct ra_ad_changes *l, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < l->n; i += BATCH) {
        a->batch = l->at + i;
        a->n = l->n - i < BATCH ? l->n - i : BATCH;
        rc = read_batch(a, err);
    }
    return rc;
}

static int read_below(struct apply *a, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < a->containers_n; i++) {
        struct ra_dir_query q = {.base = a->containers[i],
                                 .filter = RA_AD_FILTER,
                                 .attributes = a->f->attributes,
                                 .deleted = a->f->places[0].deleted,
                                 .tries = RA_AD_TRIES};

        rc = ra_dir_search(a->d, &q, ra_ad_on_entry, &a->reader, err);
        if (rc == -(int)RA_ENOTFOUND) /* it moved on, and will be told of again */
            rc = 0;
    }
    return rc;
}

/* What AD changes with an object and tells nobody: groups have another number of members when one
 * of them goes, even when it has come back since, and a deleted object's last parent is called as
 * the container is now. */
static int read_along(struct apply *a, struct ra_err *err)
{
    int rc = 0;

    if (a->f->flipped)
        rc = search(a, "(objectClass=group)", ra_ad_on_entry, &a->reader, err);
    if (rc == 0 && a->moved)
        rc = search(a, "(&(isDeleted=TRUE)" RA_AD_FILTER ")", ra_ad_on_entry, &a->reader, err);
    a->f->flipped = false;
    return rc;
}

int ra_ad_apply(struct ra_dir *d, struct ra_ad_fill *f, const struct ra_ad_changes *l, bool swept,
                bool moved, struct ra_err *err)
{
    struct apply a = {.d = d, .f = f, .below = !swept, .moved = moved};
    int rc;

    f->flipped = f->flipped || l->restored;
    ra_ad_reader_init(&a.reader, f);
    rc = read_objects(&a, l, err);
    if (rc == 0)
        rc = read_below(&a, err);
    if (rc == 0)
        rc = read_along(&a, err);
    ra_ad_reader_free(&a.reader);
    ra_arena_free(&a.arena);
    free(a.containers);
    return rc;
}
