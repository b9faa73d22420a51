/*
 * A matching window: features of the tenant that are opened for a sync server's export and closed
 * again. STORE/journal/window stands while one may be open, written before it is opened and removed
 * once it is closed, so that whoever comes after a crash can close it. For recovery/apply alone.
 */
#ifndef RA_APPLY_WINDOW_H
#define RA_APPLY_WINDOW_H

#include "recovery/apply/run.h"

#define RA_WINDOW_FEATURES 3

struct ra_window {
    char batch[RA_BATCH_ID];
    char tenant[RA_GUID_TEXT];
    int64_t opened;                      /* seconds since 1970 */
    signed char was[RA_WINDOW_FEATURES]; /* 0, 1; -1: not a part of this window */
};

/* Whether a window may open this feature: it must be one that can be closed again. */
bool ra_window_feature(struct ra_str name);

/* What the tenant's features are: 0, 1, -1 unknown; by the order of window.c's table. */
int ra_window_features_now(struct ra_graph *g, signed char now[RA_WINDOW_FEATURES],
                           struct ra_err *err);

/* Where the features of a step stand; now as ra_window_features_now has it. */
enum ra_at ra_window_at(const struct ra_plan_step *s, const signed char now[RA_WINDOW_FEATURES]);

extern const char *const ra_window_names[RA_WINDOW_FEATURES]; /* their names */

/* STORE/journal/window: durably there, and durably gone; ra_window_remove takes the other file of
 * a window too, and one that is not there. */
int ra_window_write(const char *store_dir, const struct ra_window *w, struct ra_err *err);
int ra_window_remove(const char *store_dir, const char *name, struct ra_err *err);

/* RA_ENOTFOUND when none is open, RA_EINTEGRITY when the file is not one of ours. */
int ra_window_read(const char *store_dir, struct ra_window *out, struct ra_err *err);

/* Opens what the pending steps say; steps that were denied are settled so. Nothing pending: nothing
 * is opened. *open tells whether there is something to close. */
int ra_window_open(struct ra_run *r, bool *open, struct ra_err *err);

/* Waits as long as the options say, or until somebody says that it is enough. */
int ra_window_hold(struct ra_run *r, struct ra_err *err);

/* Closes what stands open, and takes the file away. */
int ra_window_close(struct ra_graph *g, const struct ra_writer *w, const char *store_dir,
                    struct ra_journal *j, enum ra_window_state how, struct ra_err *err);

/* "blockSoftMatchEnabled is off" of what is open. */
void ra_window_text(const struct ra_window *w, struct ra_buf *out);

#endif
