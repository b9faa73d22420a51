/*
 * The calls by which the cache changes the disk, counted, and one of them made to fail or to be the
 * last thing that the process does. The linker's --wrap leads them here.
 */
#ifndef RA_TESTS_CRASH_STEPS_H
#define RA_TESTS_CRASH_STEPS_H

enum steps_do {
    STEPS_COUNT,
    STEPS_DIE,      /* SIGKILL in place of the call */
    STEPS_FAIL,     /* ENOSPC */
    STEPS_MAP_FULL, /* where LMDB may say so, else as STEPS_COUNT */
};

/* From now on: what to do at the at-th call, the first being 1. */
void steps_set(enum steps_do what, long at);
/* The first call of that name fails. */
void steps_fail_named(const char *name);
long steps_seen(void);        /* calls since then */
const char *steps_name(void); /* the call at which it was done, NULL when it was not */

#endif
