#include "recovery/verify/against.h"

#include <string.h>

#define ID_MAX 64

static struct ra_str folded(struct ra_str id, char room[ID_MAX])
{
    size_t n = id.n < ID_MAX ? id.n : ID_MAX;

    ra_fold_into(room, id.p, n);
    return ra_str_n(room, n);
}

static int give_cloud(const struct ra_backup_cloud *c,
                      int (*each)(void *to, const struct ra_baseline_object *o), void *to)
{
    char room[ID_MAX];
    const struct ra_baseline_object o = {.kind = c->o.kind,
                                         .key = folded(c->o.id, room),
                                         .anchor = c->o.immutable_id,
                                         .identifier = c->ooi,
                                         .identifier_known = c->ooi_known};

    return c->o.deleted ? 0 : each(to, &o);
}

static int give_ad(const struct ra_backup_ad *a,
                   int (*each)(void *to, const struct ra_baseline_object *o), void *to)
{
    const struct ra_baseline_object o = {
        .ad = true, .kind = a->o.kind, .key = a->o.guid, .anchor = a->source_anchor};

    return a->o.deleted ? 0 : each(to, &o);
}

/* A cloud object that several AD objects were decided to clash with comes several times, one after
 * the other. */
static int walk(void *ctx, int (*each)(void *to, const struct ra_baseline_object *o), void *to,
                struct ra_err *err)
{
    struct ra_backup_object o;
    char room[ID_MAX], before[ID_MAX];
    size_t before_n = 0;
    int rc = 0, more = 1;

    while (rc == 0 && (more = ra_backup_next(ctx, &o, err)) > 0) {
        if (o.has_cloud) {
            struct ra_str id = folded(o.cloud.o.id, room);
            if (id.n != before_n || memcmp(id.p, before, before_n) != 0)
                rc = give_cloud(&o.cloud, each, to);
            memcpy(before, room, before_n = id.n);
        }
        if (rc == 0 && o.has_ad)
            rc = give_ad(&o.ad, each, to);
    }
    return rc == 0 ? more : rc;
}

void ra_baseline_of_backup(struct ra_backup *b, struct ra_baseline *out)
{
    *out = (struct ra_baseline){.ctx = b,
                                .name = ra_str(ra_backup_manifest(b)->name),
                                .attribute = ra_backup_facts(b)->anchor_attribute,
                                .walk = walk};
}
