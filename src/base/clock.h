/* Time: wall clock as seconds since 1970 in UTC, ISO 8601 both ways, and a clock that never jumps.
 */
#ifndef RA_BASE_CLOCK_H
#define RA_BASE_CLOCK_H

#include "src/base/text.h"

#include <stdint.h>

#define RA_TIME_TEXT 21 /* 2026-01-31T23:59:59Z and a NUL */

int64_t ra_now(void);          /* seconds since 1970, UTC */
int64_t ra_monotonic_ms(void); /* milliseconds; only differences mean something */
void ra_sleep_ms(int64_t ms);  /* returns early when a signal arrives */
void ra_time_text(int64_t t, char out[RA_TIME_TEXT]);
/* ISO 8601 with Z or an offset, fractions of any length, as Graph writes them. */
bool ra_time_parse(struct ra_str s, int64_t *out);
/* "3 h 12 min", "2 d 4 h", "41 s" of a number of seconds. */
void ra_duration_text(int64_t seconds, char out[32]);

#endif
