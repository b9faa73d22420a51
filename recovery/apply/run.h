/*
 * One run of apply, from the gate to the end of its journal: what the files of this room share. A
 * step is read, compared and written; what was found and what became of it stand in struct ra_step.
 */
#ifndef RA_APPLY_RUN_H
#define RA_APPLY_RUN_H

#include "recovery/apply/journal.h"
#include "src/directory/write.h"
#include "src/graph/write.h"

/* What a target holds now. */
enum ra_at {
    RA_AT_UNREAD,
    RA_AT_HAVE,  /* what the plan says that it has: may be written */
    RA_AT_WANT,  /* nothing to do */
    RA_AT_OTHER, /* neither */
    RA_AT_GONE,  /* there is no such object */
    RA_AT_SYNCED /* AD masters the user: the service refuses changes of its anchor */
};

enum ra_place { RA_IN_DIRECTORY, RA_IN_CLOUD, RA_IN_TENANT };

/* An operation: one file step_*.c each. */
struct ra_step_kind {
    enum ra_plan_op op;
    enum ra_place place;
    const char *attribute; /* in AD */
    enum ra_user_property property;
    bool binary;             /* the plan has the value in Base64 */
    bool folded;             /* values compare without case */
    bool when_cloud_managed; /* only while the user is not synced */
    /* What may not be asked of this operation at all; NULL: nothing. */
    int (*check)(const struct ra_plan_step *s, struct ra_err *err);
    const char *who; /* may do it when we are denied */
};

extern const struct ra_step_kind ra_kind_consistency_guid, ra_kind_hold, ra_kind_immutable_id,
    ra_kind_object_identifier, ra_kind_features;
const struct ra_step_kind *ra_step_kind(enum ra_plan_op op);

struct ra_step {
    struct ra_plan_step s;
    const struct ra_step_kind *kind;
    struct ra_str have, want; /* as on the wire */
    size_t directory;         /* its place in the world's list */
    struct ra_guid guid;      /* of an AD object */
    const char *dn;           /* of an AD object, now */
    enum ra_at at;
    const char *holds; /* what it holds when that is neither, as text */
    bool sent;         /* a change was sent, and what became of it is not known */
    enum ra_step_state state;
    const char *message;
};

struct ra_run {
    const struct ra_apply_world *w;
    const struct ra_apply_options *o;
    struct ra_apply_summary *sum;
    struct ra_arena arena;
    struct ra_step *steps;
    size_t n;
    const struct ra_tenant *then, *now;
    struct ra_graph *graph;
    struct ra_dir **dirs; /* by the world's list; NULL until needed */
    int lock;             /* on the journals */
    unsigned passed;      /* of the gate; see gate.c */
    struct ra_writer *writer;
    struct ra_batch_head head;
    struct ra_journal *journal;
    bool resumed; /* goes on with a batch that had been interrupted */
    bool adopted; /* a window of this very batch stands open */
    bool shut;    /* the window was closed again */
};

/* Fills what follows from the planned step; RA_ESTALE for what may never be asked. */
int ra_step_prepare(struct ra_run *r, struct ra_step *step, const struct ra_plan_step *s,
                    struct ra_err *err);

/* target.c: reads what the targets of pending steps hold. */
int ra_targets_read(struct ra_run *r, enum ra_place place, struct ra_err *err);
int ra_run_graph(struct ra_run *r, struct ra_err *err); /* opens it, once */
int ra_run_dir(struct ra_run *r, size_t at, struct ra_dir **out, struct ra_err *err);

/* apply.c: refuses because of this batch. */
int ra_apply_unfinished(const char *id, struct ra_err *err);

/* story.c: what became of a step, into the journal and to whoever listens. message may be NULL. */
int ra_run_settle(struct ra_run *r, struct ra_step *s, enum ra_step_state state,
                  const char *message, struct ra_err *err);
/* After a pending target was read again: settles it unless it may be written. */
int ra_run_settle_by_read(struct ra_run *r, struct ra_step *s, struct ra_err *err);
bool ra_run_pending(const struct ra_run *r, enum ra_place place);
void ra_run_note(struct ra_run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int ra_run_stopped(const struct ra_run *r, struct ra_err *err);
/* Waits so long, or until the run must end. */
int ra_run_wait(const struct ra_run *r, int64_t ms, struct ra_err *err);

/* From the tenant to the end of the journal; the steps are there, the plan or the batch was
 * checked. */
int ra_run_begin(struct ra_run *r, const struct ra_apply_world *w, const struct ra_apply_options *o,
                 struct ra_apply_summary *sum, struct ra_err *err);
int ra_run_story(struct ra_run *r, bool compare, struct ra_err *err);
void ra_run_end(struct ra_run *r);
bool ra_run_selected(const struct ra_apply_options *o, const struct ra_plan_step *s);
/* The steps of an interrupted batch, with what is known of them. */
int ra_run_load(struct ra_run *r, const struct ra_batch *b, struct ra_err *err);
/* Closes a window that a killed run left open, unless it is this batch's own, which is adopted. */
int ra_run_leftover_window(struct ra_run *r, const char *own_batch, struct ra_err *err);

/* carry_*.c: write what is pending in one place, each change once. */
int ra_carry_directory(struct ra_run *r, size_t directory, struct ra_err *err);
int ra_carry_cloud(struct ra_run *r, struct ra_err *err);

#endif
