/*
 * A point: the nth call of one name, which fails. Counted and struck in the child that runs the
 * program; read in the parent, as it lies in memory that both share. Nothing is counted and nothing
 * fails before the child has armed itself.
 */
#ifndef RA_TESTS_CRASH_SWEEP_POINT_H
#define RA_TESTS_CRASH_SWEEP_POINT_H

#include <stdbool.h>

#define POINT_CALLS 128 /* room for the names of calls.h */

struct point_shared {
    long counts[POINT_CALLS]; /* calls of each name so far */
    bool struck;
};

void point_init(void);
/* In the child: call 'which' is to fail the nth time; -1 for none, which only counts. */
void point_arm(int which, long n);
void point_disarm(void); /* what comes after the program's end is none of its calls */
struct point_shared *point_shared(void);

/* For calls.c. true: this call is the one. errno is set. */
bool point_step(int which);

/* calls.c */
int point_names(const char *const **names);

#endif
