#include "tests/support/mem_side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    struct ra_str key, value;
};

struct table {
    struct pair *pairs;
    size_t n, cap;
    bool made;
};

struct mem_side {
    struct ra_side side;
    struct ra_arena arena;
    struct ra_str *records;
    size_t records_n, records_cap;
    struct table indexes[RA_IX_CUSTOM_MAX];
    struct table ooi, soa;
    int cursors;
    bool cloud, open;
};

struct ra_side_cursor {
    struct mem_side *owner;
    const struct table *table;
    size_t at;
};

static struct ra_str kept(struct mem_side *m, struct ra_str s)
{
    return (struct ra_str){ra_arena_copy(&m->arena, s.p, s.n), s.n};
}

struct mem_side *mem_side_new(const char *name, const struct ra_str *custom, size_t customs)
{
    struct mem_side *m = ra_calloc(1, sizeof *m);

    m->side.name = kept(m, ra_str(name));
    m->side.custom = custom;
    m->side.customs = customs;
    return m;
}

static uint32_t add_record(struct mem_side *m, struct ra_buf *b, bool cloud)
{
    if (m->open || b->overflow || (m->records_n && m->cloud != cloud))
        abort();
    m->cloud = cloud;
    m->records = ra_grow(m->records, &m->records_cap, m->records_n + 1, sizeof *m->records);
    m->records[m->records_n] = kept(m, ra_str_n(b->p, b->n));
    ra_buf_free(b);
    return (uint32_t)m->records_n++;
}

uint32_t mem_side_ad(struct mem_side *m, const struct ra_ad_object *o)
{
    struct ra_buf b;

    ra_buf_init(&b, (size_t)1 << 24);
    ra_ad_encode(o, &b);
    return add_record(m, &b, false);
}

uint32_t mem_side_cloud(struct mem_side *m, const struct ra_cloud_object *o)
{
    struct ra_buf b;

    ra_buf_init(&b, (size_t)1 << 24);
    ra_cloud_encode(o, &b);
    return add_record(m, &b, true);
}

static void add_pair(struct mem_side *m, struct table *t, struct ra_str key, struct ra_str value)
{
    t->pairs = ra_grow(t->pairs, &t->cap, t->n + 1, sizeof *t->pairs);
    t->pairs[t->n++] = (struct pair){kept(m, key), kept(m, value)};
    t->made = true;
}

static struct table *fact_table(struct mem_side *m, const char *fact)
{
    if (strcmp(fact, RA_FACT_OOI) == 0)
        return &m->ooi;
    return strcmp(fact, RA_FACT_SOA) == 0 ? &m->soa : NULL;
}

void mem_side_fact(struct mem_side *m, const char *fact, const char *id, const char *value)
{
    if (m->open)
        abort();
    add_pair(m, fact_table(m, fact), ra_str(id), (struct ra_str){value, strlen(value)});
}

static int by_key_then_value(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int d = ra_str_cmp(x->key, y->key);

    return d ? d : ra_str_cmp(x->value, y->value);
}

static void sort_table(struct table *t)
{
    if (t->n > 1)
        qsort(t->pairs, t->n, sizeof *t->pairs, by_key_then_value);
}

struct filling {
    struct mem_side *m;
    struct table *table;
};

static void emit(void *ctx, struct ra_str key, const struct ra_entry *entry)
{
    struct filling *f = ctx;
    unsigned char packed[RA_ENTRY_SIZE];

    ra_entry_pack(entry, packed);
    add_pair(f->m, f->table, key, ra_str_n(packed, sizeof packed));
}

static void build_index(struct mem_side *m, enum ra_index index)
{
    struct filling f = {m, &m->indexes[index]};
    struct ra_arena scratch = {0};
    struct ra_cloud_object cloud;
    struct ra_ad_object ad;

    f.table->made = index < RA_IX_CUSTOM || (size_t)(index - RA_IX_CUSTOM) < m->side.customs;
    for (uint32_t seq = 0; seq < m->records_n; seq++) {
        if (m->cloud && ra_cloud_decode(m->records[seq], &cloud))
            ra_cloud_keys(&cloud, seq, index, &scratch, emit, &f);
        else if (!m->cloud && ra_ad_decode(m->records[seq], &ad))
            ra_ad_keys(&ad, seq, index, m->side.custom, m->side.customs, &scratch, emit, &f);
    }
    ra_arena_free(&scratch);
    sort_table(f.table);
}

static struct ra_str record(void *ctx, uint32_t seq)
{
    struct mem_side *m = ctx;

    return seq < m->records_n ? m->records[seq] : (struct ra_str){NULL, 0};
}

static struct ra_side_cursor *open_table(struct mem_side *m, const struct table *t)
{
    struct ra_side_cursor *c;

    if (!t || !t->made)
        return NULL;
    c = ra_calloc(1, sizeof *c);
    c->owner = m;
    c->table = t;
    m->cursors++;
    return c;
}

static struct ra_side_cursor *open_index(void *ctx, enum ra_index index)
{
    struct mem_side *m = ctx;

    return open_table(m, &m->indexes[index]);
}

static struct ra_side_cursor *open_facts(void *ctx, const char *fact)
{
    return open_table(ctx, fact_table(ctx, fact));
}

static int next(struct ra_side_cursor *c, struct ra_str *key, struct ra_str *value)
{
    if (c->at == c->table->n)
        return 0;
    *key = c->table->pairs[c->at].key;
    *value = c->table->pairs[c->at++].value;
    return 1;
}

static int seek(struct ra_side_cursor *c, struct ra_str key)
{
    size_t low = 0, high = c->table->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (ra_str_cmp(c->table->pairs[mid].key, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    c->at = low;
    return 0;
}

static void close_cursor(struct ra_side_cursor *c)
{
    if (!c)
        return;
    c->owner->cursors--;
    free(c);
}

const struct ra_side *mem_side_open(struct mem_side *m)
{
    struct ra_side *s = &m->side;

    if (m->open)
        return s;
    for (int i = 0; i < RA_IX_CUSTOM_MAX; i++)
        build_index(m, (enum ra_index)i);
    sort_table(&m->ooi);
    sort_table(&m->soa);
    s->ctx = m;
    s->count = (uint32_t)m->records_n;
    s->record = record;
    s->open_index = open_index;
    s->open_facts = open_facts;
    s->next = next;
    s->seek = seek;
    s->close = close_cursor;
    m->open = true;
    return s;
}

void mem_side_free(struct mem_side **m)
{
    if (!*m)
        return;
    if ((*m)->cursors) {
        fprintf(stderr, "mem_side: %d cursors were left open\n", (*m)->cursors);
        abort();
    }
    for (int i = 0; i < RA_IX_CUSTOM_MAX; i++)
        free((*m)->indexes[i].pairs);
    free((*m)->ooi.pairs);
    free((*m)->soa.pairs);
    free((*m)->records);
    ra_arena_free(&(*m)->arena);
    free(*m);
    *m = NULL;
}

struct ra_list mem_list(struct ra_buf *room, const char *const *values)
{
    struct ra_list list = {0};

    ra_buf_init(room, (size_t)1 << 20);
    for (; *values; values++)
        ra_list_put(room, &list.count, ra_str(*values));
    list.bytes = ra_str_n(room->p, room->n);
    return list;
}
