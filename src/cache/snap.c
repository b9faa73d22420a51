#include "src/cache/snap.h"

#include "src/base/mem.h"
#include "src/cache/key.h"
#include "src/cache/names.h"
#include "src/cache/place.h"
#include "src/cache/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding the file ---- */

static int newest(struct ra_cache *c, const char *side, char **path, uint64_t *number,
                  struct ra_err *err)
{
    struct ra_files files;
    const struct ra_file *f;
    int rc = ra_files_list(c->snapshots, &files, err);

    *path = NULL;
    f = rc == 0 ? ra_files_newest(&files, side, RA_FILE_COMPLETE) : NULL;
    if (f) {
        *path = ra_names_path(c->snapshots, side, f->number, RA_FILE_COMPLETE);
        *number = f->number;
    } else if (rc == 0) {
        ra_fail(err, RA_ENOTFOUND, "%s: no complete snapshot of %s", c->dir, side);
        rc = ra_hint(err, "reanchor fetch makes one");
    }
    ra_files_free(&files);
    return rc;
}

int ra_snap_file(struct ra_cache *c, const char *side, struct ra_shared **out, uint64_t *number,
                 struct ra_err *err)
{
    uint64_t n = 0, before = 0;
    char *path;
    int rc;

    /* Between our look and our opening, a writer may have cleared the file away after a newer one
     * was completed: then there is one with a higher number. */
    do {
        before = n;
        rc = newest(c, side, &path, &n, err);
        if (rc != 0)
            return rc;
        rc = ra_shared_open(c->snapshots, path, out, err);
        free(path);
    } while (rc == -(int)RA_ENOTFOUND && n != before);
    if (number)
        *number = n;
    return rc;
}

/* ---- the proof that it is what its name says ---- */

static int damaged(const struct ra_snap *s, struct ra_err *err, const char *what)
{
    ra_fail(err, RA_EINTEGRITY, "%s: is damaged: %s", ra_shared_path(s->file), what);
    return ra_hint(err, "reanchor fetch --full makes a new one");
}

static struct ra_str look_up(const struct ra_snap *s, MDB_dbi dbi, MDB_val key)
{
    MDB_val value;

    if (mdb_get(s->txn, dbi, &key, &value) != 0 || !ra_snap_sane(s, &value))
        return (struct ra_str){NULL, 0};
    return (struct ra_str){value.mv_data, value.mv_size};
}

static int check_head(const struct ra_snap *s, const char *side, struct ra_err *err)
{
    struct ra_str format = look_up(s, s->head, ra_val_z(RA_HEAD_FORMAT));
    char want[16];

    snprintf(want, sizeof want, "%d", RA_CACHE_FORMAT);
    if (!format.p)
        return damaged(s, err, "its format is not stored");
    if (!ra_str_eq(format, ra_str(want))) {
        ra_fail(err, RA_EINTEGRITY, "%s: has format " RA_STR_FMT ", want %s",
                ra_shared_path(s->file), RA_STR_ARG(format), want);
        return ra_hint(err, "use the version of reanchor that wrote it, or run "
                            "reanchor fetch --full");
    }
    if (!ra_str_eq(look_up(s, s->head, ra_val_z(RA_HEAD_COMPLETE)), ra_str("1")))
        return damaged(s, err, "it was never completed");
    if (!ra_str_eq(look_up(s, s->head, ra_val_z(RA_HEAD_SIDE)), ra_str(side)))
        return damaged(s, err, "it is another side's");
    return 0;
}

static bool meta_number(const struct ra_snap *s, const char *key, long long *out)
{
    return ra_parse_int(look_up(s, s->meta, ra_val_z(key)), out) && *out >= 0;
}

static int read_meta(struct ra_snap *s, struct ra_err *err)
{
    struct ra_str hash = look_up(s, s->meta, ra_val_z("hash"));
    struct ra_str proof = look_up(s, s->meta, ra_val_z("proof"));
    long long records, created;

    if (!meta_number(s, "records", &records) || records > UINT32_MAX ||
        !meta_number(s, "created", &created) || hash.n != sizeof s->info.hash - 1 || !proof.p)
        return damaged(s, err, "its meta table is not whole");
    s->info.records = (uint32_t)records;
    s->info.created = created;
    memcpy(s->info.hash, hash.p, hash.n);
    s->info.hash[hash.n] = '\0';
    s->proof = ra_strndup(proof.p, proof.n);
    s->info.proof = s->proof;
    return 0;
}

static bool has_entries(const struct ra_snap *s, MDB_dbi dbi, unsigned long long want)
{
    MDB_stat stat;

    return mdb_stat(s->txn, dbi, &stat) == 0 && stat.ms_entries == want;
}

/* head holds "i:NAME" -> pairs for each index that was built. */
static int check_index(const struct ra_snap *s, const MDB_val *key, const MDB_val *value,
                       struct ra_err *err)
{
    size_t prefix = strlen(RA_DB_INDEX);
    char name[RA_DB_NAME_MAX];
    unsigned long long want;
    MDB_dbi dbi;

    if (key->mv_size < prefix || memcmp(key->mv_data, RA_DB_INDEX, prefix) != 0)
        return 0;
    if (key->mv_size >= sizeof name)
        return damaged(s, err, "the name of an index is too long");
    memcpy(name, key->mv_data, key->mv_size);
    name[key->mv_size] = '\0';
    if (!ra_parse_uint(ra_str_n(value->mv_data, value->mv_size), &want) ||
        !ra_shared_dbi(s->file, "", name, &dbi) || !has_entries(s, dbi, want))
        return damaged(s, err, "an index is not whole");
    return 0;
}

static int check_indexes(const struct ra_snap *s, struct ra_err *err)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    int rc, lmdb = mdb_cursor_open(s->txn, s->head, &cursor);

    if (lmdb != 0)
        return ra_env_fail(ra_shared_path(s->file), "cannot be read", lmdb, err);
    for (rc = 0; rc == 0 && (lmdb = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0;)
        rc = check_index(s, &key, &value, err);
    mdb_cursor_close(cursor);
    if (rc == 0 && lmdb != MDB_NOTFOUND)
        rc = ra_env_fail(ra_shared_path(s->file), "cannot be read", lmdb, err);
    return rc;
}

static int check(struct ra_snap *s, const char *side, struct ra_err *err)
{
    int rc;

    if (!ra_shared_dbi(s->file, "", RA_DB_HEAD, &s->head) ||
        !ra_shared_dbi(s->file, "", RA_DB_RECORDS, &s->records) ||
        !ra_shared_dbi(s->file, "", RA_DB_META, &s->meta))
        return damaged(s, err, "its head, records or meta table is missing");
    rc = check_head(s, side, err);
    if (rc == 0)
        rc = read_meta(s, err);
    if (rc == 0 && !has_entries(s, s->records, s->info.records))
        rc = damaged(s, err, "the number of its records is not the one in its meta table");
    return rc == 0 ? check_indexes(s, err) : rc;
}

int ra_snap_open(struct ra_cache *c, const char *side, struct ra_snap **out, struct ra_err *err)
{
    struct ra_snap *s = ra_calloc(1, sizeof *s);
    int rc = ra_snap_file(c, side, &s->file, &s->info.number, err);

    if (rc == 0)
        rc = ra_shared_read(s->file, &s->txn, err);
    if (rc == 0)
        ra_shared_size(s->file, &s->page, &s->bytes);
    if (rc == 0)
        rc = check(s, side, err);
    if (rc != 0)
        ra_snap_close(&s);
    *out = s;
    return rc;
}

void ra_snap_close(struct ra_snap **sp)
{
    struct ra_snap *s = *sp;

    if (!s)
        return;
    if (s->txn)
        mdb_txn_abort(s->txn);
    ra_shared_close(&s->file);
    free(s->proof);
    free(s->at);
    free(s->length);
    free(s);
    *sp = NULL;
}

const struct ra_snap_info *ra_snap_info(const struct ra_snap *s)
{
    return &s->info;
}

/* ---- records and values ---- */

/* The records up to the first one that is not where it should be; the rest stays absent. */
static void walk(struct ra_snap *s)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    uint32_t seq, n = 0;

    s->at = ra_calloc(s->info.records, sizeof *s->at);
    s->length = ra_calloc(s->info.records, sizeof *s->length);
    if (mdb_cursor_open(s->txn, s->records, &cursor) != 0)
        return;
    while (n < s->info.records && mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        if (key.mv_size != sizeof seq || memcmp(key.mv_data, &n, sizeof seq) != 0 ||
            value.mv_size > UINT32_MAX || !ra_snap_sane(s, &value))
            break;
        s->at[n] = value.mv_data;
        s->length[n++] = (uint32_t)value.mv_size;
    }
    s->walked = n;
    mdb_cursor_close(cursor);
}

struct ra_str ra_snap_record(struct ra_snap *s, uint32_t seq)
{
    if (!s->at)
        walk(s);
    if (seq >= s->walked)
        return (struct ra_str){NULL, 0};
    return (struct ra_str){s->at[seq], s->length[seq]};
}

struct ra_str ra_snap_get(struct ra_snap *s, const char *table, struct ra_str key)
{
    unsigned char room[RA_KEY_ROOM];
    MDB_val k, value;
    MDB_dbi dbi;
    int rc;

    if (ra_key_size(key) > RA_KEY_ROOM || !ra_shared_dbi(s->file, RA_DB_TABLE, table, &dbi))
        return (struct ra_str){NULL, 0};
    k = ra_key_val(key, room);
    rc = mdb_get(s->txn, dbi, &k, &value);
    if (rc == MDB_NOTFOUND || rc == EINVAL) /* EINVAL: the table came after this transaction */
        return (struct ra_str){NULL, 0};
    if (rc != 0 || !ra_snap_sane(s, &value))
        ra_env_lost(ra_shared_path(s->file), rc, "a value lies outside of it");
    return (struct ra_str){value.mv_data, value.mv_size};
}
