#include "recovery/collect/ledger.h"

#include "recovery/model/head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX ((size_t)64 << 20)

struct ra_str ra_folded_id(struct ra_str id, char room[RA_ID_ROOM])
{
    size_t n = id.n < RA_ID_ROOM ? id.n : RA_ID_ROOM;

    ra_fold_into(room, id.p, n);
    return ra_str_n(room, n);
}

/* ---- open ---- */

static void begin(struct ra_ledger *l, struct ra_cache *c, const char *token)
{
    *l = (struct ra_ledger){.cache = c};
    snprintf(l->token, sizeof l->token, "%s", token);
    ra_buf_init(&l->old, RECORD_MAX);
}

static int remember(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err)
{
    struct ra_ledger *l = ctx;
    struct ra_cloud_object o;
    char room[RA_ID_ROOM];

    if (!ra_cloud_decode(record, &o))
        return ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", seq);
    ra_seen(&l->added, ra_folded_id(o.id, room), &seq);
    return 0;
}

/* What was added before is found by what this process has in memory. */
static int open_fill(struct ra_ledger *l, bool *resumed, struct ra_err *err)
{
    struct ra_str token = ra_str(l->token);
    int rc = l->base ? ra_fill_open_next(l->cache, RA_SIDE_CLOUD, token, &l->fill, resumed, err)
                     : ra_fill_open(l->cache, RA_SIDE_CLOUD, token, &l->fill, resumed, err);

    if (rc == 0 && *resumed)
        rc = ra_fill_walk(l->fill, l->base ? ra_snap_info(l->base)->records : 0, remember, l, err);
    return rc;
}

int ra_ledger_open(struct ra_ledger *l, struct ra_cache *c, const char *token, bool *resumed,
                   struct ra_err *err)
{
    int rc;

    begin(l, c, token);
    rc = open_fill(l, resumed, err);
    l->counted = rc == 0 && !*resumed;
    return rc;
}

int ra_ledger_open_next(struct ra_ledger *l, struct ra_cache *c, const char *token, bool *resumed,
                        struct ra_err *err)
{
    int rc;

    begin(l, c, token);
    *resumed = false;
    rc = ra_snap_open(c, RA_SIDE_CLOUD, &l->base, err);
    if (rc == 0 && ra_fill_waits(c, RA_SIDE_CLOUD, ra_str(token)))
        rc = open_fill(l, resumed, err);
    return rc;
}

static void clear(struct ra_ledger *l)
{
    ra_snap_close(&l->base);
    ra_seen_free(&l->added);
    ra_buf_free(&l->old);
    *l = (struct ra_ledger){0};
}

void ra_ledger_close(struct ra_ledger *l)
{
    ra_fill_close(&l->fill);
    clear(l);
}

void ra_ledger_discard(struct ra_ledger *l)
{
    ra_fill_discard(&l->fill);
    clear(l);
}

static int want_fill(struct ra_ledger *l, struct ra_err *err)
{
    bool resumed;

    return l->fill ? 0 : open_fill(l, &resumed, err);
}

/* ---- counting ---- */

static enum ra_collection collection_of(const struct ra_cloud_head *head)
{
    switch (head->kind) {
    case RA_GROUP:
        return RA_GROUPS;
    case RA_CONTACT:
        return RA_CONTACTS;
    case RA_DEVICE:
        return RA_DEVICES;
    case RA_USER:
    case RA_COMPUTER:
    case RA_KINDS:
        break;
    }
    return head->deleted ? RA_DELETED_USERS : RA_USERS;
}

enum { GONE = -1, THERE = 1 };

static int tally(struct ra_ledger *l, uint32_t seq, struct ra_str record, int by,
                 struct ra_err *err)
{
    struct ra_cloud_head head;

    if (!ra_cloud_head(record, &head))
        return ra_fail(err, RA_EINTEGRITY, "record %u cannot be read back", seq);
    l->live[collection_of(&head)] += (uint64_t)(int64_t)by;
    return 0;
}

static int tally_one(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err)
{
    return tally(ctx, seq, record, THERE, err);
}

int ra_ledger_count(struct ra_ledger *l, struct ra_err *err)
{
    int rc;

    if (l->counted)
        return 0;
    memset(l->live, 0, sizeof l->live);
    rc = ra_ledger_walk(l, tally_one, l, err);
    l->counted = rc == 0;
    return rc;
}

/* The record becomes another one, or none: either may be absent. */
static int recount(struct ra_ledger *l, uint32_t seq, struct ra_str old, struct ra_str now,
                   struct ra_err *err)
{
    int rc = l->counted && old.p ? tally(l, seq, old, GONE, err) : 0;

    return rc == 0 && l->counted && now.p ? tally(l, seq, now, THERE, err) : rc;
}

/* ---- objects ---- */

static int find_in_base(struct ra_ledger *l, struct ra_str id, uint32_t *seq, struct ra_err *err)
{
    struct ra_cache_cursor *c = ra_snap_index(l->base, ra_index_name(RA_IX_ID));
    char room[RA_KEY_MAX];
    struct ra_str want = ra_index_key(id, room), key, value;
    struct ra_entry entry;
    int rc = c ? ra_cache_cursor_seek(c, want) : -(int)RA_EINTEGRITY;

    if (rc == 0)
        rc = ra_cache_cursor_next(c, &key, &value);
    if (rc == 1 && !ra_str_eq(key, want))
        rc = 0;
    if (rc == 1 && !ra_entry_unpack(value, &entry))
        rc = -(int)RA_EINTEGRITY;
    if (rc == 1)
        *seq = entry.seq;
    ra_cache_cursor_close(c);
    return rc < 0 ? ra_fail(err, RA_EINTEGRITY, "the index of the cloud snapshot is damaged") : rc;
}

int ra_ledger_find(struct ra_ledger *l, struct ra_str id, uint32_t *seq, struct ra_err *err)
{
    if (ra_seen_has(&l->added, id, seq))
        return 1;
    return l->base ? find_in_base(l, id, seq, err) : 0;
}

int ra_ledger_read(struct ra_ledger *l, uint32_t seq, struct ra_str *out, struct ra_err *err)
{
    if (l->fill)
        return ra_fill_read(l->fill, seq, out, err);
    *out = ra_snap_record(l->base, seq);
    return out->p ? 0
                  : ra_fail(err, RA_EINTEGRITY, "record %u of the cloud snapshot is damaged", seq);
}

static int add(struct ra_ledger *l, struct ra_str id, struct ra_str record, struct ra_err *err)
{
    uint32_t seq;
    int rc = want_fill(l, err);

    if (rc != 0)
        return rc;
    seq = ra_fill_record(l->fill, record);
    if (l->base)
        ra_seen(&l->added, id, &seq);
    l->changed++;
    return recount(l, seq, (struct ra_str){NULL, 0}, record, err);
}

/* Where there is no base, what is not known yet is known from now on by the number that its record
 * is going to get: one look for both. */
static int find_or_expect(struct ra_ledger *l, struct ra_str id, uint32_t *seq, struct ra_err *err)
{
    if (l->base)
        return ra_ledger_find(l, id, seq, err);
    *seq = ra_fill_next(l->fill);
    return ra_seen(&l->added, id, seq);
}

/* A fact that was asked of the object as it was may no longer be true of it. */
static void forget_facts(struct ra_ledger *l, struct ra_str id)
{
    if (!l->base)
        return;
    ra_fill_delete(l->fill, RA_FACT_SOA, id);
    ra_fill_delete(l->fill, RA_FACT_OOI, id);
}

int ra_ledger_put(struct ra_ledger *l, struct ra_str id, struct ra_str record, bool *changed,
                  struct ra_err *err)
{
    struct ra_str old;
    uint32_t seq;
    int rc = find_or_expect(l, id, &seq, err);

    if (changed)
        *changed = true;
    if (rc <= 0)
        return rc < 0 ? rc : add(l, id, record, err);
    rc = ra_ledger_read(l, seq, &old, err);
    if (rc == 0 && old.p && ra_str_eq(old, record)) {
        if (changed)
            *changed = false;
        return 0;
    }
    if (rc == 0)
        rc = recount(l, seq, old, record, err);
    if (rc == 0)
        rc = want_fill(l, err);
    if (rc != 0)
        return rc;
    ra_fill_replace(l->fill, seq, record);
    forget_facts(l, id);
    l->changed++;
    return 0;
}

int ra_ledger_drop(struct ra_ledger *l, uint32_t seq, struct ra_err *err)
{
    struct ra_str old = {NULL, 0};
    int rc = want_fill(l, err);

    if (rc == 0 && l->counted)
        rc = ra_ledger_read(l, seq, &old, err);
    if (rc == 0)
        rc = recount(l, seq, old, (struct ra_str){NULL, 0}, err);
    if (rc != 0)
        return rc;
    ra_fill_drop(l->fill, seq);
    l->changed++;
    return 0;
}

int ra_ledger_walk(struct ra_ledger *l,
                   int (*each)(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err),
                   void *ctx, struct ra_err *err)
{
    int rc = 0;

    if (l->fill) {
        rc = ra_fill_commit(l->fill, err); /* it walks over what is committed */
        return rc == 0 ? ra_fill_walk(l->fill, 0, each, ctx, err) : rc;
    }
    for (uint32_t i = 0; rc == 0 && i < ra_snap_info(l->base)->records; i++)
        rc = each(ctx, i, ra_snap_record(l->base, i), err);
    return rc;
}

struct ra_str ra_ledger_mark(struct ra_ledger *l, const char *key)
{
    struct ra_str value = {NULL, 0};

    if (!l->fill)
        return ra_snap_get(l->base, RA_TABLE_MARKS, ra_str(key));
    if (ra_fill_get(l->fill, RA_TABLE_MARKS, ra_str(key), &value, NULL) != 0)
        return (struct ra_str){NULL, 0};
    ra_buf_clear(&l->old);
    ra_buf_put(&l->old, value.p, value.n);
    return (struct ra_str){ra_buf_z(&l->old), value.n};
}
