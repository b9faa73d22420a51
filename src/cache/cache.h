/*
 * The cache: LMDB files under [store] dir. One file per snapshot of one side ("cloud", "ad:NAME"),
 * so that two sides are filled at once and a finished snapshot is never touched by the next one.
 *
 *   DIR/lock                      flock()ed by the one writer; holds its pid
 *   DIR/sort.XXXXXX               what waits to be put in order; loses its name at once
 *   DIR/snapshots/SIDE.N.part     being filled; survives a kill, and is resumed or discarded
 *   DIR/snapshots/SIDE.N.mdb      complete: its proof is stored, its indexes built, then it is
 * renamed
 *
 * In a file: records under a rising 32-bit sequence number, indexes (key -> 8-byte value,
 * duplicates sorted), tables (key -> value) for documents, marks and facts, and the meta table. The
 * cache knows bytes only; what they mean is its callers' affair. A side's newest complete snapshot
 * is the current one. Not for threads to share: one struct ra_fill belongs to one thread, different
 * fills may run in parallel.
 */
#ifndef RA_CACHE_CACHE_H
#define RA_CACHE_CACHE_H

#include "src/base/err.h"
#include "src/base/text.h"

#include <stdint.h>

#define RA_CACHE_FORMAT  4
#define RA_CACHE_KEY_MAX 510 /* bytes of a key of an index or a table; empty keys are keys too */

struct ra_cache;

/* write: makes DIR (0700), takes the lock (RA_ELOCKED names the holder's pid) and clears away what
 * older complete snapshots and dead temporary files left. Without write nothing in DIR is changed;
 * a folder that is not there is RA_ENOTFOUND. Another format version is RA_EINTEGRITY. */
int ra_cache_open(const char *dir, bool write, struct ra_cache **out, struct ra_err *err);
void ra_cache_close(struct ra_cache **c);

/* ---- filling ---- */

struct ra_fill;

/* Begins the side's next snapshot. A partial one that was begun with the same token is resumed (its
 * committed records, tables and marks are there; *resumed tells), any other is discarded. */
int ra_fill_open(struct ra_cache *c, const char *side, struct ra_str token, struct ra_fill **out,
                 bool *resumed, struct ra_err *err);

/* Begins the side's next snapshot with all records (the same sequence numbers) and tables of its
 * current complete one; indexes are left to finish. That one must stay the current one: a partial
 * snapshot that was begun from another, with another token, whose copy was cut short, or whose
 * finish had begun to close gaps is discarded, not resumed. RA_ENOTFOUND when the side has no
 * complete snapshot, RA_EINTEGRITY when it is damaged: then there is nothing to go on from, and
 * ra_fill_open begins anew. */
int ra_fill_open_next(struct ra_cache *c, const char *side, struct ra_str token,
                      struct ra_fill **out, bool *resumed, struct ra_err *err);

/* Whether a partial snapshot that was begun with the token waits to be resumed: to be asked where
 * otherwise there might be nothing to open one for. */
bool ra_fill_waits(struct ra_cache *c, const char *side, struct ra_str token);

/* Looks a key up in an index of the snapshot that ra_fill_open_next began from: 1 and the first of
 * its values, 0 when there is none. What this fill has added or changed is not in it. */
int ra_fill_find(struct ra_fill *f, const char *index, struct ra_str key, unsigned char value[8],
                 struct ra_err *err);

/* Adds to the group that the next commit makes durable. The bytes are copied. Returns the sequence
 * number that the record gets. */
uint32_t ra_fill_record(struct ra_fill *f, struct ra_str record);
uint32_t ra_fill_next(const struct ra_fill *f); /* the number that the next record gets */
/* Puts other bytes in the place of a record that this fill has, committed or not. */
void ra_fill_replace(struct ra_fill *f, uint32_t seq, struct ra_str record);
/* Takes a record out. Its number stays taken, and means nothing any more, until finish closes the
 * gaps with records from the end, whose numbers change by that; replacing it brings it back. */
void ra_fill_drop(struct ra_fill *f, uint32_t seq);
void ra_fill_put(struct ra_fill *f, const char *table, struct ra_str key, struct ra_str value);
/* The same for many values whose keys come in no order: they are kept aside, in a temporary file
 * beyond some memory, and finish puts them into the table in key order. Until then nobody sees
 * them, and a resume finds none: for a fill that is not to be resumed. */
void ra_fill_put_late(struct ra_fill *f, const char *table, struct ra_str key, struct ra_str value);
void ra_fill_delete(struct ra_fill *f, const char *table, struct ra_str key);
void ra_fill_clear(struct ra_fill *f, const char *table); /* deletes all that is in it */
size_t ra_fill_pending(const struct ra_fill *f);          /* bytes waiting for a commit */

/* One durable transaction of everything since the last commit; grows the map when it is full. On an
 * error nothing of the group is in the file. */
int ra_fill_commit(struct ra_fill *f, struct ra_err *err);

/* The same in a thread, while the caller goes on adding: two groups are in memory then. A commit
 * that is still under way is waited for first. Whatever asks for what is committed waits too. */
int ra_fill_commit_behind(struct ra_fill *f, struct ra_err *err);
/* Waits until nothing is under way any more: then all that was to be committed is durable. An error
 * of the commit is told here, or by whatever waits for it first; nothing of its group, nor of what
 * was added since, will ever be in the file then. */
int ra_fill_settle(struct ra_fill *f, struct ra_err *err);

/* Committed sequence numbers, those of dropped records included, and a value of a committed table
 * (copied into *out by the callee's buffer, valid until the next call); RA_ENOTFOUND when there is
 * none. */
uint32_t ra_fill_count(struct ra_fill *f);
int ra_fill_get(struct ra_fill *f, const char *table, struct ra_str key, struct ra_str *out,
                struct ra_err *err);

/* The bytes that a record has now, committed or not; absent when it was dropped. Valid until the
 * fill is next called. RA_ENOTFOUND for a number that was never given. */
int ra_fill_read(struct ra_fill *f, uint32_t seq, struct ra_str *out, struct ra_err *err);

/* Calls each for every committed record from one number on that was not dropped; a negative return
 * ends it with that. each may add to the fill, but neither commit nor close it. */
int ra_fill_walk(struct ra_fill *f, uint32_t from,
                 int (*each)(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err),
                 void *ctx, struct ra_err *err);

typedef void ra_key_fn(void *to, struct ra_str key, const unsigned char value[8]);

/* What finish needs to build one index: keys calls emit(to, ...) for each key of the record. Calls
 * are made one after another, but not all from the caller's thread. */
struct ra_index_builder {
    const char *name;
    int (*keys)(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                struct ra_err *err);
    void *ctx;
};

/* What finish is going to be given, the very array: keys are then taken of records while these are
 * committed, in the thread of a commit behind, as far as they fit into a part of the memory, and
 * finish reads the records for the rest alone. For a fill that was begun anew and has nothing
 * committed; for any other it does nothing. The builders must stay as they are until finish or
 * close. */
void ra_fill_expect(struct ra_fill *f, const struct ra_index_builder *indexes, size_t n);

/* Nearly all records are there: keys that were taken are sorted in a thread from now on. Records
 * that come all the same, or change, only make that work vain. */
int ra_fill_sort_ahead(struct ra_fill *f, struct ra_err *err);

/* Commits what is pending, closes the gaps that dropped records left, builds the indexes one after
 * another (collect, sort, append: working memory is one index's pairs), stores meta — "proof",
 * "created", "records", "hash" (SHA-256 of the records in order, each after its length as four
 * bytes, the highest first) and what the caller put into table "meta" — and renames the file into
 * place, durably. From then on, and not before, it is the side's complete snapshot; the one before
 * it is kept until the next writer opens the cache. *f is closed in any case. */
int ra_fill_finish(struct ra_fill **f, const char *proof, const struct ra_index_builder *indexes,
                   size_t n, struct ra_err *err);

/* Leaves what was committed for a later resume, or removes it. */
void ra_fill_close(struct ra_fill **f);
void ra_fill_discard(struct ra_fill **f);

/* Adds to a table of the side's current complete snapshot, in one durable transaction of its own:
 * facts that were asked for after the snapshot was made. */
struct ra_pair {
    struct ra_str key, value;
};
int ra_cache_supplement(struct ra_cache *c, const char *side, const char *table,
                        const struct ra_pair *pairs, size_t n, struct ra_err *err);

/* The same over several tables, and in order: what a look showed to be still as it is, or no longer
 * true. Records stay as they are, and so do "records" and "hash" of table "meta"; "proof" and
 * "created" may be put. */
struct ra_amendment {
    const char *table;
    struct ra_str key;   /* p NULL: all that is in the table is deleted */
    struct ra_str value; /* p NULL: the key is deleted */
};
int ra_cache_amend(struct ra_cache *c, const char *side, const struct ra_amendment *all, size_t n,
                   struct ra_err *err);

/* ---- reading ---- */

struct ra_snap;

struct ra_snap_info {
    uint64_t number; /* N of the file's name */
    int64_t created; /* seconds since 1970, when it was completed */
    uint32_t records;
    char hash[65];     /* lower-case hex */
    const char *proof; /* how completeness was proved; borrowed */
};

/* Names of the sides that have a complete snapshot: calls each(ctx, side). */
int ra_cache_sides(struct ra_cache *c, void (*each)(void *ctx, const char *side), void *ctx,
                   struct ra_err *err);

/* The side's current complete snapshot, in one read transaction until closed; RA_ENOTFOUND when
 * there is none. Everything below borrows from it. */
int ra_snap_open(struct ra_cache *c, const char *side, struct ra_snap **out, struct ra_err *err);
void ra_snap_close(struct ra_snap **s);
const struct ra_snap_info *ra_snap_info(const struct ra_snap *s);
/* O(1) after the first call, which walks the records once; absent past the end. */
struct ra_str ra_snap_record(struct ra_snap *s, uint32_t seq);
/* A table's value; absent (p NULL) when there is none, n 0 alone when it is an empty one. A damaged
 * table ends the process: see src/cache/env.h. */
struct ra_str ra_snap_get(struct ra_snap *s, const char *table, struct ra_str key);

struct ra_cache_cursor;

/* Over an index or table, in key order, duplicates in value order; NULL when there is no such one.
 */
struct ra_cache_cursor *ra_snap_index(struct ra_snap *s, const char *index);
struct ra_cache_cursor *ra_snap_table(struct ra_snap *s, const char *table);
int ra_cache_cursor_next(struct ra_cache_cursor *c, struct ra_str *key, struct ra_str *value);
int ra_cache_cursor_seek(struct ra_cache_cursor *c,
                         struct ra_str key); /* before the first >= key */
void ra_cache_cursor_close(struct ra_cache_cursor *c);
/* After a negative return of next or seek, for who can give no error back: says so, ends the
 * process. */
_Noreturn void ra_cache_cursor_lost(const struct ra_cache_cursor *c);

/* The database library in use, such as "LMDB 0.9.24: (July 24, 2019)". */
const char *ra_cache_library(void);

#endif
