/*
 * An LDIF dump (RFC 2849) as logical lines: continuations joined, line ends of either kind taken
 * off, sizes capped. libldap has a reader too, but that one follows "include:"
 * lines to other files, has no caps, ends a line at a NUL and cannot say at which line a fault is.
 */
#ifndef RA_DIRECTORY_LDIF_LINES_H
#define RA_DIRECTORY_LDIF_LINES_H

#include "src/directory/directory.h"

#define RA_LDIF_LINE_MAX ((size_t)64 << 20)

struct ra_ldif;

/* Opens a regular file; RA_ECONFIG when it cannot be read. */
int ra_ldif_open(const char *path, struct ra_ldif **out, struct ra_err *err);
void ra_ldif_close(struct ra_ldif **l);
int ra_ldif_rewind(struct ra_ldif *l, struct ra_err *err);

/* 1 and the next line (empty between records; a comment begins with #), borrowed until the next
 * call; 0 at the end. */
int ra_ldif_line(struct ra_ldif *l, struct ra_str *out, struct ra_err *err);

/* RA_EINPUT at the line handed out last, with the path and number before the text. */
int ra_ldif_fail(const struct ra_ldif *l, struct ra_err *err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the file is still as it was when it was opened. */
int ra_ldif_unchanged(const struct ra_ldif *l, struct ra_err *err);

const char *ra_ldif_path(const struct ra_ldif *l);

/* ldif_source.c: every record as an entry; see ra_dir_search. */
int ra_ldif_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each, void *ctx,
                   struct ra_err *err);

#endif
