/*
 * Carrying out a reviewed plan: a gate stands before the only writer, a journal behind it. Nothing
 * is written unless the plan is byte for byte as it was made, its snapshots are still the cache's,
 * and each target still holds what the plan says that it holds. Each change is made once, whatever
 * interrupts the run; what was done can be undone. The command line's side (options, questions,
 * printing) is not here. Not for threads to share.
 */
#ifndef RA_APPLY_APPLY_H
#define RA_APPLY_APPLY_H

#include "recovery/model/policy.h"
#include "recovery/model/tenant.h"
#include "recovery/plan/plan.h"
#include "src/cache/cache.h"
#include "src/directory/directory.h"
#include "src/graph/graph.h"

#define RA_BATCH_ID 40 /* bytes of a batch's name with its NUL */

/* What became of a step. Numbers stand in no file; the names do. */
enum ra_step_state {
    RA_STEP_PENDING,
    RA_STEP_WRITTEN,   /* changed by this batch */
    RA_STEP_RECOVERED, /* found done: the batch had made the change, its answer was lost */
    RA_STEP_ALREADY,   /* had the wanted value before anything was written */
    RA_STEP_DENIED,    /* the server does not let us: somebody else must */
    RA_STEP_CHANGED,   /* holds neither the old value nor the wanted one, or is gone */
    RA_STEP_FAILED,    /* refused for another reason */
    RA_STEP_KEPT,      /* of a rollback: cannot be undone */
    RA_STEP_STATES
};
const char *ra_step_state_name(enum ra_step_state s); /* "written" … */

/* A line about one step, as it is settled or, in a dry run, as it would be. Borrowed for the call.
 */
struct ra_step_news {
    const struct ra_plan_step *step; /* of a rollback with have and want the other way round */
    enum ra_step_state state;
    const char *message; /* the server's words, or NULL */
};

/* Where and how. Everything is borrowed. */
struct ra_apply_world {
    const char *store_dir, *tenant_id;
    const struct ra_policy *policy;
    struct ra_cache *cache; /* open for writing: the store's lock is held */
    const struct ra_graph_options *graph;
    const struct ra_dir_options *directories;
    size_t directories_n;
    const atomic_int *stop;

    /* Reads the tenant as it is now; with `then` also as the cache has it. roles: the role holders
     * are wanted too. RA_EACTIVE when another sync server seems to be alive. Borrowed until the
     * run is over. */
    int (*look)(void *ctx, struct ra_graph *g, bool roles, const struct ra_tenant **then,
                const struct ra_tenant **now, struct ra_err *err);
    /* Closes the cache and whatever was borrowed from it: the store is free for others. */
    void (*let_go)(void *ctx);
    /* Asks a person to type the name; 0 when it was typed. NULL: nobody is there. */
    int (*ask)(void *ctx, const char *name, struct ra_err *err);
    void (*news)(void *ctx, const struct ra_step_news *n);
    void (*note)(void *ctx, const char *line); /* what else a person should know */
    /* A signal has come, and something is open: the process must not be ended before it is shut. */
    void (*take_time)(void *ctx);
    /* While a window is held open: true when the person has said that it may be closed. */
    bool (*enough)(void *ctx);
    void *ctx;
};

struct ra_apply_options {
    bool dry_run;
    const char *only;           /* an operation or the code of a verdict, or NULL */
    const char *const *targets; /* ids or DNs; none: all */
    size_t targets_n;
    size_t limit;          /* the first so many that are not done yet; 0: no limit */
    const char *confirm;   /* the tenant's name, or NULL to ask */
    const char *overruled; /* why a STOP is not obeyed, or NULL; kept in the journal */
    int64_t hold_ms;       /* how long a window stays open; 0: until the other steps are done */
};

struct ra_apply_summary {
    char batch[RA_BATCH_ID]; /* empty when nothing was to be written */
    bool resumed;            /* a batch that had been interrupted was finished */
    size_t counts[RA_STEP_STATES];
    size_t unconfirmed; /* written, and not to be seen in the tenant yet */
    size_t left;        /* steps of the plan that were not selected */
};

/* Carries the plan out, or goes on with its interrupted batch. 0 when all that was selected is as
 * wanted or some of it could not be (see ra_apply_exit); an error when nothing, or not all, was
 * tried. */
int ra_apply_plan(const struct ra_apply_world *w, const struct ra_apply_options *o,
                  const struct ra_plan *plan, struct ra_apply_summary *out, struct ra_err *err);

/* Undoes a batch, or those of its steps that are selected, through the same gate and with a journal
 * of its own. RA_ENOTFOUND when there is no such batch. */
int ra_apply_rollback(const struct ra_apply_world *w, const struct ra_apply_options *o,
                      const char *batch, struct ra_apply_summary *out, struct ra_err *err);

/* The exit status for what could not be done: 6 when a target had changed, 5 when one failed, 4
 * when one was denied or cannot be undone; else 0. */
int ra_apply_exit(const struct ra_apply_summary *s);

/* ---- for every other command ---- */

/* What is open or unfinished in the store, a line each; nothing when all is in order. A window
 * that a killed run left open is closed first, through the tenant of `graph`; without one (NULL) it
 * is only told of. Faults are told as
 * lines too: no command fails because of them. */
void ra_apply_reminder(const char *store_dir, const char *tenant_id,
                       const struct ra_graph_options *graph, void (*say)(void *ctx, const char *),
                       void *ctx);

/* Asks the run that holds a window open to close it, and waits until it has. Nothing to do when
 * none is open. For `verify --plan`, once it has compared. */
int ra_apply_window_done(const char *store_dir, const atomic_int *stop, struct ra_err *err);

#endif
