/* One run of the program, in a child of this process, with or without a point at which a call
 * fails. */
#ifndef RA_TESTS_CRASH_SWEEP_LIFE_H
#define RA_TESTS_CRASH_SWEEP_LIFE_H

#include <stdbool.h>
#include <stdint.h>

struct life {
    const char *const *argv; /* after the program's name; NULL at its end */
    const char *out, *err;   /* files for what it prints */
    int which;               /* the point, -1 for none */
    long n;
    int64_t now;   /* what time() says, 0 for the real one */
    int seconds;   /* until it counts as hanging */
    bool everyone; /* counts every call */
};

#define LIFE_HANGS 1000 /* beyond exit statuses and 128 + signals */
#define LIFE_LEAKS 99   /* what LeakSanitizer is told to exit with */
#define LIFE_WRONG 98   /* AddressSanitizer */

/* The exit status, 128 + signal, or LIFE_HANGS. */
int life_run(const struct life *l);

#endif
