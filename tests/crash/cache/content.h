/*
 * What the snapshots of the crash test hold: everything follows from the side and the number of the
 * run, so that a snapshot can be proved whole without knowing how often its making was cut short.
 */
#ifndef RA_TESTS_CRASH_CONTENT_H
#define RA_TESTS_CRASH_CONTENT_H

#include "src/cache/cache.h"

#define CONTENT_INDEXES 2
#define CONTENT_FACTS   8 /* pairs of one supplement; there are two, named "a" and "b" */

uint32_t content_records(unsigned run); /* their number */
struct ra_str content_record(const char *side, unsigned run, uint32_t i, char room[256]);
/* The index builders' functions; ctx is not used. */
extern const struct ra_index_builder content_indexes[CONTENT_INDEXES];

/* The run of the side's current snapshot, 0 when there is none. Whatever is not as it must be ends
 * the program with a message. */
unsigned content_verify(const char *dir, const char *side);

void content_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
