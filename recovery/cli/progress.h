/*
 * How far a run is, on stderr: on a terminal one moving line for each running phase; elsewhere a
 * plain line at most every 10 seconds; with --json objects. SIGUSR1 shows it at once. Results do
 * not go this way. A thread of its own does the drawing, so that a wait is counted down; every call
 * may be made from any thread. A NULL progress or phase is allowed everywhere and does nothing.
 */
#ifndef RA_CLI_PROGRESS_H
#define RA_CLI_PROGRESS_H

#include "src/base/buf.h"

#include <stdint.h>
#include <stdio.h>

enum ra_progress_style { RA_PROGRESS_QUIET, RA_PROGRESS_LINES, RA_PROGRESS_LIVE, RA_PROGRESS_JSON };

struct ra_progress;
struct ra_phase;

struct ra_progress *ra_progress_open(enum ra_progress_style style, FILE *to);
void ra_progress_close(struct ra_progress **p); /* ends what still runs */

/* name: what is counted, such as "users" (copied). done: what an earlier run had already read.
 * total: what is expected in all, 0 while that is unknown. The phase is valid until
 * ra_progress_end. */
struct ra_phase *ra_progress_begin(struct ra_progress *p, const char *name, uint64_t done,
                                   uint64_t total);
void ra_progress_total(struct ra_phase *f, uint64_t total);
void ra_progress_add(struct ra_phase *f, uint64_t n);
/* The phase of this name waits: the line counts the milliseconds down. A wait of what no phase
 * counts has a line of its own until it is over. All text is copied; detail may be NULL. */
struct ra_progress_wait {
    const char *name;          /* of the phase, such as "users" */
    const char *what, *detail; /* "throttled", "retry", …; "try 2 of 8: Connection refused" */
    int64_t ms;
    bool goes_on; /* it is slow rather than waiting: the time counts, and a real wait comes first */
};
void ra_progress_wait(struct ra_progress *p, const struct ra_progress_wait *w);
void ra_progress_end(struct ra_phase **f);

void ra_progress_show(struct ra_progress *p); /* draws now */
void ra_progress_ask(void);                   /* the same, from a signal handler */

/* ---- the text of a phase, apart from clocks and terminals ---- */

struct ra_phase_state {
    const char *name;
    uint64_t earlier, done, total; /* done includes what an earlier run had read */
    int64_t elapsed_ms;            /* since its begin, without waits */
    const char *why, *detail;      /* why: NULL when it does not wait; detail: NULL for none */
    int64_t wait_ms;               /* still to wait */
    bool ended;
};

/* "users: 12,345 of 51,200, 1,200/s, 32 s left" or "users: 12,345, throttled, 20 s to go"; a detail
 * stands in brackets behind the reason. */
void ra_phase_text(const struct ra_phase_state *s, struct ra_buf *out);
/* {"type":"progress","phase":"users","count":…,"total":…,"rate":…,"seconds_left":…,…} */
void ra_phase_json(const struct ra_phase_state *s, struct ra_buf *out);

#endif
