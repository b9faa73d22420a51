/*
 * One life of a snapshot, as a run of the program has it: open, fill or resume, finish, supplement.
 * It is made anew, or from the one before it by replacing, dropping and adding records.
 */
#ifndef RA_TESTS_CRASH_DRIVE_H
#define RA_TESTS_CRASH_DRIVE_H

#include "src/base/err.h"

#include <stdbool.h>

enum drive_as { DRIVE_NEW, DRIVE_NEXT, DRIVE_EITHER };
extern enum drive_as drive_as; /* either: as the run's number is odd or even */

struct drive {
    bool resumed;        /* it went on with what an earlier life had left */
    bool finished;       /* ra_fill_finish returned 0 */
    unsigned run, found; /* records that the partial one had, or their changes */
};

/* Makes the snapshot of the side's next run in the store. */
int drive(const char *dir, const char *side, struct drive *out, struct ra_err *err);

#endif
