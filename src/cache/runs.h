/*
 * Sorted runs of (key, value) pairs in one temporary file, which has no name and goes with the
 * process: written one after another, then merged. Keys order by memcmp, then length; the values of
 * one key come in the order in which they were written.
 */
#ifndef RA_CACHE_RUNS_H
#define RA_CACHE_RUNS_H

#include "src/base/err.h"
#include "src/base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct ra_run;

struct ra_runs {
    char *path; /* as it was called, for messages */
    FILE *fp;   /* NULL before the first run */
    off_t end;
    struct ra_run *of;
    size_t n, cap;
    struct ra_run **heap; /* while they are merged: the next pair of each, the first on top */
    size_t waiting;
    bool at_hand; /* the pair on top was handed out */
};

/* Begins the next run; the file is made in the folder. */
int ra_runs_begin(struct ra_runs *r, const char *folder, struct ra_err *err);
/* Within a run keys do not fall. */
int ra_runs_add(struct ra_runs *r, struct ra_str key, struct ra_str value, struct ra_err *err);

/* Once, after the last run: goes before the first pair of all. */
int ra_runs_merge(struct ra_runs *r, struct ra_err *err);
/* 1 and the next pair, borrowed until the next call; 0 at the end. */
int ra_runs_next(struct ra_runs *r, struct ra_str *key, struct ra_str *value, struct ra_err *err);

void ra_runs_free(struct ra_runs *r);

#endif
