#include "src/cache/group.h"

#include "src/base/mem.h"
#include "src/cache/env.h"
#include "src/cache/key.h"

#include <stdlib.h>
#include <string.h>

#define IS_RECORD   UINT32_MAX       /* as table */
#define IS_REPLACED (UINT32_MAX - 1) /* as table: the key is a sequence number */
#define IS_DELETED  UINT32_MAX       /* as value's length */

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

static unsigned char *reserve(struct ra_group *g, const struct op *op)
{
    size_t value = op->value == IS_DELETED ? 0 : op->value;
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

    if (record.n >= IS_DELETED) {
        refuse(g, "record", record.n, IS_DELETED - 1);
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

    if (record.n >= IS_DELETED) {
        refuse(g, "record", record.n, IS_DELETED - 1);
        return;
    }
    at = reserve(g, &op);
    memcpy(at, &seq, sizeof seq);
    if (record.n)
        memcpy(at + sizeof seq, record.p, record.n);
}

static void add(struct ra_group *g, const char *table, struct ra_str key, struct ra_str value,
                bool deleted)
{
    struct op op = {.table = table_of(g, table), .key = (uint32_t)ra_key_size(key)};
    unsigned char *at;

    if (ra_key_size(key) > RA_KEY_ROOM)
        refuse(g, "table key", key.n, RA_KEY_ROOM - 1);
    if (value.n >= IS_DELETED)
        refuse(g, "table value", value.n, IS_DELETED - 1);
    if (g->bad.code)
        return;
    op.value = deleted ? IS_DELETED : (uint32_t)value.n;
    at = reserve(g, &op);
    ra_key_store(at, key);
    if (value.n)
        memcpy(at + op.key, value.p, value.n);
}

void ra_group_put(struct ra_group *g, const char *table, struct ra_str key, struct ra_str value)
{
    add(g, table, key, value, false);
}

void ra_group_delete(struct ra_group *g, const char *table, struct ra_str key)
{
    add(g, table, key, (struct ra_str){NULL, 0}, true);
}

static bool next(const struct ra_group *g, size_t *at, struct step *s)
{
    if (*at >= g->n)
        return false;
    memcpy(&s->op, g->p + *at, sizeof s->op);
    s->key = g->p + *at + sizeof s->op;
    s->value = s->key + s->op.key;
    *at += sizeof s->op + s->op.key + (s->op.value == IS_DELETED ? 0 : s->op.value);
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
    if (s->op.value != IS_DELETED)
        return mdb_put(txn, dbi, &key, &value, 0);
    rc = mdb_del(txn, dbi, &key, NULL);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int write_record(MDB_txn *txn, MDB_dbi records, uint32_t seq, const struct step *s)
{
    MDB_val key = ra_val(&seq, sizeof seq), value = ra_val(s->value, s->op.value);

    return mdb_put(txn, records, &key, &value, MDB_APPEND);
}

static int write_replaced(MDB_txn *txn, MDB_dbi records, const struct step *s)
{
    uint32_t seq = 0;
    MDB_val key = ra_val(&seq, sizeof seq), value = ra_val(s->value, s->op.value);

    memcpy(&seq, s->key, sizeof seq);
    return mdb_put(txn, records, &key, &value, 0);
}

int ra_group_write(struct ra_group *g, MDB_txn *txn, MDB_dbi records, uint32_t first)
{
    struct step s;
    int rc = 0;

    for (size_t i = 0; i < g->table_count; i++)
        g->tables[i].open = false;
    for (size_t at = 0; rc == 0 && next(g, &at, &s);)
        rc = s.op.table == IS_RECORD     ? write_record(txn, records, first++, &s)
             : s.op.table == IS_REPLACED ? write_replaced(txn, records, &s)
                                         : write_table(g, txn, &s);
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

void ra_group_clear(struct ra_group *g)
{
    g->n = 0;
}
