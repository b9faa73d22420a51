#include "recovery/collect/ad.h"

#include "src/base/log.h"

#include <stdlib.h>

#define PASSES_MAX 8 /* on a server that never rests */
#define MANY       20000

/* When a good part of everything changed, reading all of it is the shorter way. */
static bool too_many(const struct ra_ad_fill *f, const struct ra_ad_changes *l)
{
    return l->n > MANY && l->n > f->next / 2;
}

static int one_pass(struct ra_dir *d, struct ra_ad_fill *f, struct ra_ad_changes *l, bool sweep,
                    struct ra_err *err)
{
    bool moved = false;
    int rc = sweep ? ra_ad_sweep(d, f, l, &moved, err) : 0;

    ra_ad_changes_settle(l);
    if (rc == 0)
        rc = ra_ad_apply(d, f, l, sweep, moved, err);
    ra_log(RA_LOG_REQUESTS, "ad:%s: %zu objects read again, %llu records changed so far",
           f->read->name, l->n, (unsigned long long)f->changed);
    return rc;
}

/* Who has the right to DirSync is told of deletions; who has not, must look what is there. Once a
 * run: what goes while it looks, the next run finds. */
int ra_ad_follow(struct ra_dir *d, struct ra_ad_fill *f, struct ra_ad_mark *m,
                 struct ra_ad_changes *l, bool told, struct ra_err *err)
{
    bool sweep = m->way != RA_AD_DIRSYNC, stale = false;
    int rc = 0;

    f->following = true;
    f->flipped = false;
    for (int pass = 0; rc == 0 && pass < PASSES_MAX; pass++) {
        uint64_t usn = m->usn;

        if (!told) {
            l->n = 0;
            l->restored = false;
            rc = ra_ad_feed(d, f, m, l, &stale, err);
            if (rc != 0 || stale || m->usn == usn)
                break;
        }
        told = false;
        stale = too_many(f, l);
        if (stale || (l->n == 0 && !sweep))
            break;
        rc = one_pass(d, f, l, sweep, err);
        sweep = false;
    }
    return rc != 0 ? rc : stale;
}
