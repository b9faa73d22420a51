/*
 * The journal of one batch: what is intended, durably, before anything is written; then what became
 * of each step. Append-only lines, each with a checksum over itself and the line before. A torn
 * last line is dropped, any other damage is RA_EINTEGRITY. For recovery/apply alone.
 */
#ifndef RA_APPLY_JOURNAL_H
#define RA_APPLY_JOURNAL_H

#include "recovery/apply/apply.h"

#define RA_JOURNAL_FORMAT 1
#define RA_JOURNAL_MAX    ((size_t)1 << 30) /* bytes of one batch */

/* What a batch is, as its first line has it. Text is borrowed, or in the arena of a read batch. */
struct ra_batch_head {
    char id[RA_BATCH_ID];
    int64_t created;
    struct ra_str tenant;
    struct ra_str plan;        /* its hash; absent for a rollback */
    struct ra_str rollback_of; /* the batch that is undone, or absent */
    struct ra_str overruled;   /* why a STOP was not obeyed, or absent */
    struct ra_str confirmed;   /* the name that was given */
};

/* A window's place in its batch. */
enum ra_window_state { RA_WINDOW_NONE, RA_WINDOW_OPENED, RA_WINDOW_CLOSED, RA_WINDOW_RESCUED };

struct ra_batch {
    struct ra_batch_head head;
    struct ra_plan_step *steps;
    enum ra_step_state *states; /* of each step, RA_STEP_PENDING without a result */
    const char **messages;      /* of each, or NULL */
    size_t n;
    enum ra_window_state window;
    bool ended;
    struct ra_arena arena;
};

struct ra_journal;

/* STORE/journal, made if need be, and its lock, which whoever writes journals or windows holds:
 * a descriptor, or RA_ELOCKED after patience_ms. */
int ra_journal_lock(const char *store_dir, int64_t patience_ms, struct ra_err *err);

/* Takes away what was begun and never got its name; the lock is held. */
void ra_journal_sweep(const char *store_dir);

/* Writes and syncs the intents, then gives the file its name: from then on the batch exists. */
int ra_journal_create(const char *store_dir, const struct ra_batch *b, struct ra_journal **out,
                      struct ra_err *err);
/* Opens an existing one to go on with it. */
int ra_journal_resume(const char *store_dir, const char *id, struct ra_journal **out,
                      struct ra_err *err);
int ra_journal_result(struct ra_journal *j, struct ra_str step, enum ra_step_state state,
                      const char *message, struct ra_err *err);
int ra_journal_window(struct ra_journal *j, enum ra_window_state state, struct ra_err *err);
/* Syncs what was written so far. */
int ra_journal_sync(struct ra_journal *j, struct ra_err *err);
int ra_journal_end(struct ra_journal *j, const char *how, struct ra_err *err); /* and syncs */
void ra_journal_close(struct ra_journal **j);

/* The whole of a batch; RA_ENOTFOUND when there is none of this name. Free with ra_batch_free. */
int ra_batch_read(const char *store_dir, const char *id, struct ra_batch *out, struct ra_err *err);
/* The same from bytes: the decoder of what stands on the disk. whole: how many of them are good. */
int ra_batch_decode(struct ra_str bytes, const char *name, struct ra_batch *out, size_t *whole,
                    struct ra_err *err);
void ra_batch_free(struct ra_batch *b);

/* Calls each for every batch, oldest first, with its head and whether it has ended. */
typedef int ra_batch_fn(void *ctx, const struct ra_batch_head *head, bool ended,
                        struct ra_err *err);
int ra_journal_list(const char *store_dir, ra_batch_fn *each, void *ctx, struct ra_err *err);

/* A name for a new batch: the time, and something that no other of that second has. */
void ra_batch_name(char out[RA_BATCH_ID]);

#endif
