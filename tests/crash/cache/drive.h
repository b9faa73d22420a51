/*
 * One life of a snapshot, as a run of the program has it: open, fill or resume, finish, supplement.
 */
#ifndef RA_TESTS_CRASH_DRIVE_H
#define RA_TESTS_CRASH_DRIVE_H

#include "src/base/err.h"

#include <stdbool.h>

struct drive {
    bool resumed;        /* it went on with what an earlier life had left */
    bool finished;       /* ra_fill_finish returned 0 */
    unsigned run, found; /* records that the partial one had */
};

/* Makes the snapshot of the side's next run in the store. */
int drive(const char *dir, const char *side, struct drive *out, struct ra_err *err);

#endif
