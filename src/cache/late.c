#include "src/cache/late.h"

#include "src/base/mem.h"
#include "src/cache/pairs.h"
#include "src/cache/runs.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define TABLES_MAX 64
#define GROUP      ((size_t)8 << 20) /* bytes of a commit */

/* A pair's key is one byte for the table, from 1 on, and then the key; its value is the place of
 * the value in values, which rises, so that those of one key stay in order. */
struct ra_late {
    char *tables[TABLES_MAX];
    size_t table_count;
    struct ra_pairs pairs;
    unsigned char *values; /* each behind its length */
    size_t n, cap;
    struct ra_runs runs;
};

static size_t table_of(struct ra_late *l, const char *table)
{
    size_t i = 0;

    while (i < l->table_count && strcmp(l->tables[i], table) != 0)
        i++;
    if (i == l->table_count && i < TABLES_MAX)
        l->tables[l->table_count++] = ra_strdup(table);
    return i;
}

static uint64_t keep_value(struct ra_late *l, struct ra_str value)
{
    uint32_t length = (uint32_t)value.n;
    size_t at = l->n;

    l->values = ra_grow(l->values, &l->cap, at + sizeof length + value.n, 1);
    memcpy(l->values + at, &length, sizeof length);
    if (value.n)
        memcpy(l->values + at + sizeof length, value.p, value.n);
    l->n += sizeof length + value.n;
    return htobe64(at);
}

static struct ra_str value_of(const struct ra_late *l, size_t i)
{
    uint32_t length;
    uint64_t at;
    unsigned char room[RA_PAIR_VALUE];

    ra_pairs_value(&l->pairs, i, room);
    memcpy(&at, room, sizeof at);
    at = be64toh(at);
    memcpy(&length, l->values + at, sizeof length);
    return (struct ra_str){(const char *)l->values + at + sizeof length, length};
}

/* ---- gathering ---- */

static int write_run(struct ra_fill *f, struct ra_err *err)
{
    struct ra_late *l = f->late;
    int rc = ra_runs_begin(&l->runs, f->cache->dir, err);

    if (rc != 0)
        return rc;
    ra_pairs_sort(&l->pairs);
    for (size_t i = 0; rc == 0 && i < l->pairs.n; i++)
        rc = ra_runs_add(&l->runs, ra_pairs_key(&l->pairs, i), value_of(l, i), err);
    ra_pairs_clear(&l->pairs);
    l->n = 0;
    return rc;
}

void ra_late_put(struct ra_fill *f, const char *table, struct ra_str key, struct ra_str value)
{
    struct ra_late *l = f->late ? f->late : ra_calloc(1, sizeof *l);
    char room[1 + RA_CACHE_KEY_MAX];
    size_t t;
    uint64_t at;

    f->late = l;
    if (f->group.bad.code)
        return;
    t = table_of(l, table);
    if (t == TABLES_MAX || key.n > RA_CACHE_KEY_MAX || value.n >= UINT32_MAX - 1) {
        ra_fail(&f->group.bad, RA_EINTERNAL, "%s: table %s takes no key of %zu and value of %zu",
                f->side, table, key.n, value.n);
        return;
    }
    room[0] = (char)(t + 1);
    if (key.n)
        memcpy(room + 1, key.p, key.n);
    at = keep_value(l, value);
    ra_pairs_add(&l->pairs, ra_str_n(room, 1 + key.n), (const unsigned char *)&at);
    if (ra_pairs_size(&l->pairs) + l->n > f->cache->late_max)
        write_run(f, &f->group.bad);
}

/* ---- writing ---- */

static int write_pair(struct ra_fill *f, struct ra_str key, struct ra_str value, struct ra_err *err)
{
    ra_fill_put(f, f->late->tables[key.p[0] - 1], ra_str_from(key, 1), value);
    return ra_fill_pending(f) > GROUP ? ra_fill_commit(f, err) : 0;
}

static int write_memory(struct ra_fill *f, struct ra_err *err)
{
    struct ra_late *l = f->late;
    int rc = 0;

    ra_pairs_sort(&l->pairs);
    for (size_t i = 0; rc == 0 && i < l->pairs.n; i++)
        rc = write_pair(f, ra_pairs_key(&l->pairs, i), value_of(l, i), err);
    return rc;
}

static int write_runs(struct ra_fill *f, struct ra_err *err)
{
    struct ra_late *l = f->late;
    struct ra_str key, value;
    int rc = write_run(f, err);

    ra_pairs_free(&l->pairs); /* the memory is wanted */
    if (rc == 0)
        rc = ra_runs_merge(&l->runs, err);
    while (rc == 0 && (rc = ra_runs_next(&l->runs, &key, &value, err)) > 0)
        rc = write_pair(f, key, value, err);
    return rc;
}

int ra_late_write(struct ra_fill *f, struct ra_err *err)
{
    int rc;

    if (!f->late || f->group.bad.code)
        return ra_fill_commit(f, err);
    rc = f->late->runs.n > 0 ? write_runs(f, err) : write_memory(f, err);
    if (rc == 0)
        rc = ra_fill_commit(f, err);
    ra_late_free(f);
    return rc;
}

void ra_late_free(struct ra_fill *f)
{
    struct ra_late *l = f->late;

    if (!l)
        return;
    for (size_t i = 0; i < l->table_count; i++)
        free(l->tables[i]);
    ra_pairs_free(&l->pairs);
    ra_runs_free(&l->runs);
    free(l->values);
    free(l);
    f->late = NULL;
}
