#include "src/cache/group.h"

#include "src/base/mem.h"
#include "src/cache/env.h"
#include "src/cache/key.h"

#include <stdlib.h>
#include <string.h>

#define IS_RECORD   UINT32_MAX       /* as table */
#define IS_REPLACED (UINT32_MAX - 1) /* as table: the key is a sequence number */
#define IS_DROPPED  (UINT32_MAX - 2) /* as table: the same */
#define IS_DELETED  UINT32_MAX       /* as value's length */
#define IS_EMPTIED  (UINT32_MAX - 1) /* as value's length: all of the table's */

struct op {
    uint32_t table, key, value; /* its number, and lengths of what follows */
};

struct step {
    struct op op;
    const unsigned char *key, *value;
};

void ra_group_free(struct ra_group *g)
{
    for (size_t i = 0; i < g->table_count; i++)
        free(g->tables[i].name);
    free(g->tables);
    free(g->p);
    *g = (struct ra_group){0};
}

static void refuse(struct ra_group *g, const char *what, size_t n, size_t most)
{
    if (g->bad.code == 0)
        ra_fail(&g->bad, RA_EINTERNAL, "%s of %zu bytes, the cache holds at most %zu", what, n,
                most);
}

static uint32_t table_of(struct ra_group *g, const char *table)
{
    char name[RA_DB_NAME_MAX];

    if (!ra_db_name(name, RA_DB_TABLE, table)) {
        refuse(g, "table name", strlen(table), RA_DB_NAME_MAX - sizeof RA_DB_TABLE);
        return IS_RECORD;
    }
    for (size_t i = 0; i < g->table_count; i++)
        if (strcmp(g->tables[i].name, name) == 0)
            return (uint32_t)i;
    g->tables = ra_grow(g->tables, &g->table_cap, g->table_count + 1, sizeof *g->tables);
    g->tables[g->table_count] = (struct ra_group_table){.name = ra_strdup(name)};
    return (uint32_t)g->table_count++;
}

static size_t bytes_of(const struct op *op)
{
    return op->value >= IS_EMPTIED ? 0 : op->value;
}

static unsigned char *reserve(struct ra_group *g, const struct op *op)
{
    size_t value = bytes_of(op);
    unsigned char *at;

    g->p = ra_grow(g->p, &g->cap, g->n + sizeof *op + op->key + value, 1);
    at = g->p + g->n;
    memcpy(at, op, sizeof *op);
    g->n += sizeof *op + op->key + value;
    return at + sizeof *op;
}

void ra_group_record(struct ra_group *g, struct ra_str record)
{
    struct op op = {.table = IS_RECORD, .value = (uint32_t)record.n};
    unsigned char *at;

    if (record.n >= IS_EMPTIED) {
        refuse(g, "record", record.n, IS_EMPTIED - 1);
        return;
    }
    at = reserve(g, &op);
    if (record.n)
        memcpy(at, record.p, record.n);
}

void ra_group_replace(struct ra_group *g, uint32_t seq, struct ra_str record)
{
    struct op op = {.table = IS_REPLACED, .key = sizeof seq, .value = (uint32_t)record.n};
    unsigned char *at;

    if (record.n >= IS_EMPTIED) {
        refuse(g, "record", record.n, IS_EMPTIED - 1);
        return;
    }
    at = reserve(g, &op);
    memcpy(at, &seq, sizeof seq);
    if (record.n)
        memcpy(at + sizeof seq, record.p, record.n);
}

void ra_group_drop(struct ra_group *g, uint32_t seq)
{
    struct op op = {.table = IS_DROPPED, .key = sizeof seq, .value = IS_DELETED};

    memcpy(reserve(g, &op), &seq, sizeof seq);
}

static void add(struct ra_group *g, const char *table, struct ra_str key, struct ra_str value,
                uint32_t instead)
{
    struct op op = {.table = table_of(g, table), .key = (uint32_t)ra_key_size(key)};
    unsigned char *at;

    if (ra_key_size(key) > RA_KEY_ROOM)
        refuse(g, "table key", key.n, RA_KEY_ROOM - 1);
    if (value.n >= IS_EMPTIED)
        refuse(g, "table value", value.n, IS_EMPTIED - 1);
    if (g->bad.code)
        return;
    op.value = instead ? instead : (uint32_t)value.n;
    at = reserve(g, &op);
    ra_key_store(at, key);
    if (value.n)
        memcpy(at + op.key, value.p, value.n);
}

void ra_group_put(struct ra_group *g, const char *table, struct ra_str key, struct ra_str value)
{
    add(g, table, key, value, 0);
}

void ra_group_delete(struct ra_group *g, const char *table, struct ra_str key)
{
    add(g, table, key, (struct ra_str){NULL, 0}, IS_DELETED);
}

void ra_group_empty(struct ra_group *g, const char *table)
{
    add(g, table, RA_STR(""), (struct ra_str){NULL, 0}, IS_EMPTIED);
}

static bool next(const struct ra_group *g, size_t *at, struct step *s)
{
    if (*at >= g->n)
        return false;
    memcpy(&s->op, g->p + *at, sizeof s->op);
    s->key = g->p + *at + sizeof s->op;
    s->value = s->key + s->op.key;
    *at += sizeof s->op + s->op.key + bytes_of(&s->op);
    return true;
}

/* A handle opened in a transaction that was undone is gone with it: each one opens its own. */
static int open_table(struct ra_group *g, MDB_txn *txn, uint32_t number, MDB_dbi *out)
{
    struct ra_group_table *t = &g->tables[number];
    int rc = t->open ? 0 : mdb_dbi_open(txn, t->name, MDB_CREATE, &t->dbi);

    t->open = rc == 0;
    *out = t->dbi;
    return rc;
}

static int write_table(struct ra_group *g, MDB_txn *txn, const struct step *s)
{
    MDB_val key = ra_val(s->key, s->op.key), value = ra_val(s->value, s->op.value);
    MDB_dbi dbi;
    int rc = open_table(g, txn, s->op.table, &dbi);

    if (rc != 0)
        return rc;
    if (s->op.value == IS_EMPTIED)
        return mdb_drop(txn, dbi, 0);
    if (s->op.value != IS_DELETED) {
        /* Keys in order fill whole pages this way, others cost one more look at the last page. */
        rc = mdb_put(txn, dbi, &key, &value, MDB_APPEND);
        return rc == MDB_KEYEXIST ? mdb_put(txn, dbi, &key, &value, 0) : rc;
    }
    rc = mdb_del(txn, dbi, &key, NULL);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* One cursor for all: it stands at the end already when the next record is appended. */
static int write_record(MDB_cursor *records, uint32_t seq, const struct step *s, unsigned flags)
{
    MDB_val key = ra_val(&seq, sizeof seq), value = ra_val(s->value, s->op.value);

    return mdb_cursor_put(records, &key, &value, flags);
}

/* MDB_NOTFOUND when nothing was dropped yet. */
static int open_dropped(struct ra_group *g, MDB_txn *txn, bool make)
{
    int rc = 0;

    if (!g->dropped.open)
        rc = mdb_dbi_open(txn, RA_DB_DROPPED, MDB_INTEGERKEY | (make ? MDB_CREATE : 0),
                          &g->dropped.dbi);
    g->dropped.open = rc == 0;
    return rc;
}

static int write_replaced(struct ra_group *g, MDB_txn *txn, MDB_cursor *records,
                          const struct step *s)
{
    uint32_t seq = 0;
    MDB_val key = ra_val(&seq, sizeof seq);
    int rc = open_dropped(g, txn, false);

    memcpy(&seq, s->key, sizeof seq);
    if (rc == 0)
        rc = mdb_del(txn, g->dropped.dbi, &key, NULL);
    return rc == 0 || rc == MDB_NOTFOUND ? write_record(records, seq, s, 0) : rc;
}

/* The record itself goes empty, so that numbers have no gaps before the end. */
static int write_dropped(struct ra_group *g, MDB_txn *txn, MDB_cursor *records,
                         const struct step *s)
{
    uint32_t seq = 0;
    MDB_val key = ra_val(&seq, sizeof seq), none = ra_val("", 0);
    int rc = open_dropped(g, txn, true);

    memcpy(&seq, s->key, sizeof seq);
    if (rc == 0)
        rc = mdb_put(txn, g->dropped.dbi, &key, &none, 0);
    return rc == 0 ? mdb_cursor_put(records, &key, &none, 0) : rc;
}

int ra_group_write(struct ra_group *g, MDB_txn *txn, MDB_dbi records, uint32_t first)
{
    MDB_cursor *cursor;
    struct step s;
    int rc = mdb_cursor_open(txn, records, &cursor);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < g->table_count; i++)
        g->tables[i].open = false;
    g->dropped.open = false;
    for (size_t at = 0; rc == 0 && next(g, &at, &s);)
        rc = s.op.table == IS_RECORD     ? write_record(cursor, first++, &s, MDB_APPEND)
             : s.op.table == IS_REPLACED ? write_replaced(g, txn, cursor, &s)
             : s.op.table == IS_DROPPED  ? write_dropped(g, txn, cursor, &s)
                                         : write_table(g, txn, &s);
    mdb_cursor_close(cursor);
    return rc;
}

void ra_group_records(const struct ra_group *g, void (*each)(void *ctx, struct ra_str record),
                      void *ctx)
{
    struct step s;

    for (size_t at = 0; next(g, &at, &s);)
        if (s.op.table == IS_RECORD)
            each(ctx, (struct ra_str){(const char *)s.value, s.op.value});
}

bool ra_group_next_record(const struct ra_group *g, size_t *at, uint32_t *seq, struct ra_str *bytes)
{
    struct step s;

    while (next(g, at, &s)) {
        if (s.op.table < IS_DROPPED)
            continue;
        *seq = UINT32_MAX;
        if (s.op.table != IS_RECORD)
            memcpy(seq, s.key, sizeof *seq);
        *bytes = (struct ra_str){s.op.table == IS_DROPPED ? NULL : (const char *)s.value,
                                 bytes_of(&s.op)};
        return true;
    }
    return false;
}

void ra_group_clear(struct ra_group *g)
{
    g->n = 0;
}
