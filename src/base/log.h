/*
 * What goes to stderr beside results: notes, warnings, requests at -v. One process has one stderr,
 * so the level is set once by main. Secrets never reach it: whoever logs has none in hand.
 */
#ifndef RA_BASE_LOG_H
#define RA_BASE_LOG_H

#include <stdbool.h>

enum ra_log_level { RA_LOG_QUIET = -1, RA_LOG_NORMAL = 0, RA_LOG_REQUESTS = 1, RA_LOG_DEBUG = 2 };

void ra_log_setup(enum ra_log_level level, bool json);
bool ra_log_on(enum ra_log_level level);
/* A line to stderr; with --json an object {"type":"log","level":…,"message":…}. */
void ra_log(enum ra_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ra_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Calls before(ctx) and after(ctx) around each line, for whoever draws on the same terminal; NULL
 * ends it. Set while one thread runs. */
void ra_log_around(void (*before)(void *ctx), void (*after)(void *ctx), void *ctx);

#endif
