#include "src/cache/behind.h"

#include <stddef.h>

int ra_behind_write(struct ra_behind *b, struct ra_env *e, size_t about,
                    int (*body)(MDB_txn *txn, void *ctx), void *ctx, struct ra_err *err)
{
    int rc = ra_env_prepare(e, about, body, ctx, &b->txn, err);

    b->env = e;
    b->state = rc == 0 ? RA_BEHIND_WRITTEN : RA_BEHIND_IDLE;
    return rc;
}

/* A write transaction may go from one thread to another where LMDB does no locking, as in the
 * partial files that this is for. */
static void *commit(void *arg)
{
    struct ra_behind *b = arg;

    b->result = mdb_txn_commit(b->txn);
    return NULL;
}

void ra_behind_start(struct ra_behind *b)
{
    if (b->state != RA_BEHIND_WRITTEN)
        return;
    b->state = RA_BEHIND_COMMITTING;
    if (pthread_create(&b->thread, NULL, commit, b) == 0)
        return;
    commit(b); /* no thread to be had: it takes its time here */
    b->state = RA_BEHIND_ENDED;
}

static void wait_for(struct ra_behind *b)
{
    if (b->state == RA_BEHIND_COMMITTING)
        pthread_join(b->thread, NULL);
    b->state = RA_BEHIND_IDLE;
}

int ra_behind_end(struct ra_behind *b, struct ra_err *err)
{
    if (b->state == RA_BEHIND_IDLE)
        return 0;
    ra_behind_start(b);
    wait_for(b);
    if (b->result == MDB_MAP_FULL)
        return RA_BEHIND_AGAIN;
    return b->result == 0 ? 0 : ra_env_fail(b->env->path, "cannot be written", b->result, err);
}

void ra_behind_abandon(struct ra_behind *b)
{
    if (b->state == RA_BEHIND_WRITTEN)
        mdb_txn_abort(b->txn);
    wait_for(b);
}
