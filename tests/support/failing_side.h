/*
 * Sides that are held in memory (mem_side.h) and cannot be read from some read on: a test runs what
 * it tests again and again, each time with one read more, until none fails any more.
 */
#ifndef RA_TESTS_SUPPORT_FAILING_SIDE_H
#define RA_TESTS_SUPPORT_FAILING_SIDE_H

#include "recovery/model/index.h"

/* The side, borrowed; all of them count their reads together. */
struct ra_side failing_side(const struct ra_side *side);
void failing_after(long reads); /* so many more are done, and none behind them */
bool failing_struck(void);      /* one was not done */

#endif
