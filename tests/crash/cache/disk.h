/*
 * A disk that loses power. It notes, in order, what the process writes into the files of a folder
 * and what it makes durable, LMDB's own calls included; then it makes the folder as a power cut
 * after any of these steps could have left it: what was synced is there, of the rest any part, and
 * of the names in the folder those up to its last sync and perhaps some more, in order.
 */
#ifndef RA_TESTS_CRASH_DISK_H
#define RA_TESTS_CRASH_DISK_H

#include <stddef.h>

enum disk_mark { DISK_COMMITTED, DISK_COMPLETE }; /* with a number: records, or the run */

void disk_record(const char *folder); /* what is in it now is durable */
void disk_mark(enum disk_mark mark, unsigned number);
void disk_stop(void);

/* A file that was not there has been made; for the wrapper of open(). */
void disk_created(const char *path);

size_t disk_steps(void);
/* The folder as a cut after the step may leave it; other seeds leave other parts. */
void disk_cut(size_t step, unsigned seed, const char *into);
/* The number of the last such mark before the step, 0 when there is none. */
unsigned disk_promised(size_t step, enum disk_mark mark);

#endif
