#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/cache/index.h"
#include "src/cache/late.h"
#include "src/cache/names.h"
#include "src/cache/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- undoing an interrupted finish ---- */

/* The first index's name, or MDB_NOTFOUND: the unnamed database lists the named ones in order. */
static int first_index(MDB_txn *txn, char name[RA_DB_NAME_MAX])
{
    MDB_val key = ra_val_z(RA_DB_INDEX), value;
    MDB_cursor *cursor;
    MDB_dbi main_dbi;
    int rc = mdb_dbi_open(txn, NULL, 0, &main_dbi);

    if (rc == 0)
        rc = mdb_cursor_open(txn, main_dbi, &cursor);
    if (rc != 0)
        return rc;
    rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (rc == 0 && (key.mv_size >= RA_DB_NAME_MAX || key.mv_size < strlen(RA_DB_INDEX) ||
                    memcmp(key.mv_data, RA_DB_INDEX, strlen(RA_DB_INDEX)) != 0))
        rc = MDB_NOTFOUND;
    if (rc == 0) {
        memcpy(name, key.mv_data, key.mv_size);
        name[key.mv_size] = '\0';
    }
    mdb_cursor_close(cursor);
    return rc;
}

static int drop_indexes(MDB_txn *txn, void *ctx)
{
    struct ra_fill *f = ctx;
    MDB_val key = ra_val_z(RA_HEAD_COMPLETE);
    char name[RA_DB_NAME_MAX];
    MDB_dbi dbi;
    int rc = mdb_del(txn, f->head, &key, NULL);

    if (rc == MDB_NOTFOUND)
        rc = 0;
    while (rc == 0) {
        rc = first_index(txn, name);
        if (rc == 0)
            rc = mdb_dbi_open(txn, name, MDB_DUPSORT | MDB_DUPFIXED, &dbi);
        if (rc == 0)
            rc = mdb_drop(txn, dbi, 1);
    }
    return rc == MDB_NOTFOUND ? 0 : rc;
}

int ra_fill_unfinish(struct ra_fill *f, struct ra_err *err)
{
    MDB_val key = ra_val_z(RA_HEAD_COMPLETE), value;
    char name[RA_DB_NAME_MAX];
    MDB_txn *txn;
    int rc = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn);

    if (rc != 0)
        return ra_env_fail(f->env.path, "cannot be read", rc, err);
    rc = mdb_get(txn, f->head, &key, &value);
    if (rc == MDB_NOTFOUND)
        rc = first_index(txn, name);
    mdb_txn_abort(txn);
    return rc == MDB_NOTFOUND ? 0 : ra_env_write(&f->env, 0, drop_indexes, f, err);
}

/* ---- the hash ---- */

/* Only after a resume: what this process wrote was hashed as it was committed. */
static int hash_records(struct ra_fill *f, MDB_txn *txn)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    int rc = mdb_cursor_open(txn, f->records, &cursor);

    if (rc != 0)
        return rc;
    ra_hash_free(&f->hash);
    f->hash = ra_hash_new();
    f->hashed = 0;
    while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        ra_hash_add(f->hash, (struct ra_str){value.mv_data, value.mv_size});
        f->hashed++;
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND && f->hashed == f->committed ? 0 : MDB_CORRUPTED;
}

static int digest(struct ra_fill *f, char out[RA_HASH_TEXT], struct ra_err *err)
{
    MDB_txn *txn;
    int rc = 0;

    if (f->hashed != f->committed) {
        rc = mdb_txn_begin(f->env.mdb, NULL, MDB_RDONLY, &txn);
        if (rc == 0) {
            rc = hash_records(f, txn);
            mdb_txn_abort(txn);
        }
    }
    if (rc != 0)
        return ra_env_fail(f->env.path, "cannot be read", rc, err);
    ra_hash_text(f->hash, out);
    return 0;
}

/* ---- the seal: meta and "complete", in the last transaction ---- */

struct seal {
    struct ra_fill *f;
    const char *proof;
    const struct ra_index_builder *indexes;
    const uint64_t *pairs; /* of each index */
    size_t n;
    char hash[RA_HASH_TEXT], records[16], created[24];
};

static int put_text(MDB_txn *txn, MDB_dbi dbi, const char *key, const char *value)
{
    MDB_val k = ra_val_z(key), v = ra_val_z(value);

    return mdb_put(txn, dbi, &k, &v, 0);
}

static int put_meta(MDB_txn *txn, const struct seal *s)
{
    MDB_dbi meta;
    int rc = mdb_dbi_open(txn, RA_DB_META, MDB_CREATE, &meta);

    if (rc == 0)
        rc = put_text(txn, meta, "proof", s->proof);
    if (rc == 0)
        rc = put_text(txn, meta, "created", s->created);
    if (rc == 0)
        rc = put_text(txn, meta, "records", s->records);
    if (rc == 0)
        rc = put_text(txn, meta, "hash", s->hash);
    return rc;
}

static int write_seal(MDB_txn *txn, void *ctx)
{
    const struct seal *s = ctx;
    char name[RA_DB_NAME_MAX], count[24];
    int rc = put_meta(txn, s);

    for (size_t i = 0; rc == 0 && i < s->n; i++) {
        ra_db_name(name, RA_DB_INDEX, s->indexes[i].name);
        snprintf(count, sizeof count, "%" PRIu64, s->pairs[i]);
        rc = put_text(txn, s->f->head, name, count);
    }
    return rc == 0 ? put_text(txn, s->f->head, RA_HEAD_COMPLETE, "1") : rc;
}

static int seal(struct seal *s, struct ra_err *err)
{
    int rc = digest(s->f, s->hash, err);

    if (rc != 0)
        return rc;
    snprintf(s->records, sizeof s->records, "%" PRIu32, s->f->committed);
    snprintf(s->created, sizeof s->created, "%" PRId64, ra_now());
    return ra_env_write(&s->f->env, 0, write_seal, s, err);
}

/* ---- the rename ---- */

/* The file itself is durable: its last transaction was. */
static int publish(const struct ra_cache *c, const char *part, const char *complete,
                   struct ra_err *err)
{
    int rc;

    if (rename(part, complete) != 0)
        return ra_fail(err, RA_EIO, "%s: cannot be renamed into place: %s", part, strerror(errno));
    rc = ra_dir_sync(c->snapshots, err);
    /* Not known to be durable is not complete: back to where the next run resumes it. Should this
     * fail too, then the file under the final name is whole all the same. */
    if (rc != 0 && rename(complete, part) != 0)
        return ra_prefix(err, "%s", complete);
    return rc;
}

static int complete(struct ra_fill *f, const char *proof, const struct ra_index_builder *indexes,
                    size_t n, struct ra_err *err)
{
    uint64_t *pairs = ra_calloc(n, sizeof *pairs);
    struct seal s = {.f = f, .proof = proof, .indexes = indexes, .pairs = pairs, .n = n};
    int rc = ra_late_write(f, err);

    ra_group_free(&f->group); /* its memory is wanted now */
    if (rc == 0)
        rc = ra_fill_compact(f, err);
    if (rc == 0)
        rc = ra_index_build(f, indexes, n, pairs, err);
    if (rc == 0)
        rc = seal(&s, err);
    free(pairs);
    return rc;
}

int ra_fill_finish(struct ra_fill **fp, const char *proof, const struct ra_index_builder *indexes,
                   size_t n, struct ra_err *err)
{
    struct ra_fill *f = *fp;
    char *part = ra_strdup(f->env.path);
    char *name = ra_names_path(f->cache->snapshots, f->side, f->number, RA_FILE_COMPLETE);
    int rc = complete(f, proof, indexes, n, err);

    ra_env_close(&f->env);
    if (rc == 0)
        rc = publish(f->cache, part, name, err);
    ra_fill_close(fp);
    free(part);
    free(name);
    return rc;
}
