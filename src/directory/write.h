/*
 * Changing single attributes in Active Directory. Every change demands a struct ra_writer, which
 * recovery/apply alone can make: it is for recovery/apply alone to include this header
 * (tests/house). The old value goes out and the new one comes in by one request, so that a server
 * that meanwhile holds another value refuses it. Many requests are under way on one connection.
 */
#ifndef RA_DIRECTORY_WRITE_H
#define RA_DIRECTORY_WRITE_H

#include "src/directory/directory.h"

struct ra_writer; /* opaque here and everywhere: the right to change something */

enum ra_change_outcome {
    RA_CHANGE_UNSENT,
    RA_CHANGE_UNKNOWN, /* sent, and the answer did not come */
    RA_CHANGE_DONE,
    RA_CHANGE_CONFLICT, /* the old value is not there (16), or one is there already (20) */
    RA_CHANGE_GONE,     /* no such entry (32): deleted, or renamed meanwhile */
    RA_CHANGE_DENIED,   /* insufficient rights (50) */
    RA_CHANGE_BUSY,     /* the server is busy or unavailable: not made, may be tried again */
    RA_CHANGE_REFUSED   /* anything else */
};

struct ra_dir_change {
    const char *dn, *attribute;
    struct ra_str have, want; /* absent: nothing to take out, nothing to put in */
    void *ctx;                /* the caller's */
    enum ra_change_outcome outcome;
    struct ra_err why; /* the server's own words, unless done */
};

/* Called once for each, as its outcome is known; a negative return ends the run with *err. */
typedef int ra_changed_fn(void *ctx, struct ra_dir_change *c, struct ra_err *err);

/* Sends each change once. When the connection breaks, or a signal comes, the error is returned and
 * what was under way has the outcome RA_CHANGE_UNKNOWN, the rest RA_CHANGE_UNSENT; the next call
 * connects again. For a dump RA_ECONFIG. */
int ra_dir_modify(const struct ra_writer *w, struct ra_dir *d, struct ra_dir_change *all, size_t n,
                  ra_changed_fn *done, void *ctx, struct ra_err *err);

#endif
