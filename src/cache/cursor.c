#include "src/base/mem.h"
#include "src/cache/key.h"
#include "src/cache/snap.h"

#include <errno.h>
#include <stdlib.h>

struct ra_cache_cursor {
    MDB_cursor *mdb;
    enum { AT_START, AT_FOUND, INSIDE, AT_END } state; /* AT_FOUND: seek stands on the next pair */
    MDB_val key, value;
    const struct ra_snap *snap;
    size_t entries,
        left; /* pairs in all; how many more there can be: damage may lead in a circle */
};

static struct ra_cache_cursor *open_cursor(struct ra_snap *s, const char *prefix, const char *name)
{
    struct ra_cache_cursor *c;
    MDB_cursor *mdb;
    MDB_stat stat;
    MDB_dbi dbi;
    int rc;

    if (!ra_shared_dbi(s->file, prefix, name, &dbi))
        return NULL;
    rc = mdb_stat(s->txn, dbi, &stat);
    if (rc == 0)
        rc = mdb_cursor_open(s->txn, dbi, &mdb);
    if (rc == EINVAL) /* the table was added after this snapshot's transaction had begun */
        return NULL;
    if (rc != 0)
        ra_env_lost(ra_shared_path(s->file), rc, "");
    c = ra_calloc(1, sizeof *c);
    c->mdb = mdb;
    c->snap = s;
    c->entries = c->left = stat.ms_entries;
    return c;
}

struct ra_cache_cursor *ra_snap_index(struct ra_snap *s, const char *index)
{
    return open_cursor(s, RA_DB_INDEX, index);
}

struct ra_cache_cursor *ra_snap_table(struct ra_snap *s, const char *table)
{
    return open_cursor(s, RA_DB_TABLE, table);
}

static int step(struct ra_cache_cursor *c, MDB_cursor_op op)
{
    int rc = mdb_cursor_get(c->mdb, &c->key, &c->value, op);

    if (rc == 0 && c->left > 0 && ra_snap_sane(c->snap, &c->key) &&
        ra_snap_sane(c->snap, &c->value)) {
        c->left--;
        return 1;
    }
    c->state = AT_END;
    return rc == MDB_NOTFOUND ? 0 : -(int)RA_EINTEGRITY;
}

int ra_cache_cursor_next(struct ra_cache_cursor *c, struct ra_str *key, struct ra_str *value)
{
    int rc = 1;

    if (c->state == INSIDE)
        rc = step(c, MDB_NEXT);
    else if (c->state == AT_START)
        rc = step(c, MDB_FIRST);
    else if (c->state == AT_END)
        return 0;
    if (rc != 1)
        return rc;
    c->state = INSIDE;
    *key = ra_key_load(&c->key);
    *value = (struct ra_str){c->value.mv_data, c->value.mv_size};
    return 1;
}

int ra_cache_cursor_seek(struct ra_cache_cursor *c, struct ra_str key)
{
    unsigned char room[RA_KEY_ROOM];
    int rc;

    c->key = ra_key_val(key, room);
    c->state = AT_FOUND;
    c->left = c->entries;
    rc = step(c, MDB_SET_RANGE);
    /* Only a key that was cut for the search can be before the one that was asked for. */
    if (rc == 1 && ra_str_cmp(ra_key_load(&c->key), key) < 0)
        rc = step(c, MDB_NEXT_NODUP);
    return rc < 0 ? rc : 0;
}

_Noreturn void ra_cache_cursor_lost(const struct ra_cache_cursor *c)
{
    ra_env_lost(ra_shared_path(c->snap->file), 0, "an index or a table cannot be read");
}

void ra_cache_cursor_close(struct ra_cache_cursor *c)
{
    if (!c)
        return;
    mdb_cursor_close(c->mdb);
    free(c);
}
