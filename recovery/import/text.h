/* A text file as UTF-8, line by line, whatever PowerShell wrote it in: UTF-8 with or without a byte
 * order mark, or UTF-16 of either order. Internal. */
#ifndef RA_IMPORT_TEXT_H
#define RA_IMPORT_TEXT_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/text.h"

#include <stdint.h>

#define RA_IMPORT_LINE_MAX ((size_t)1 << 20)

struct ra_import_text;

/* Opens a regular file. RA_ENOTFOUND, RA_EINPUT. */
int ra_import_text_open(const char *path, struct ra_import_text **out, struct ra_err *err);
void ra_import_text_close(struct ra_import_text **t);
/* 1 and the next line with its line end, borrowed until the next call; 0 at the end. RA_EINPUT
 * without a path before it for bytes that are no text, and for a line without an end in sight. */
int ra_import_text_line(struct ra_import_text *t, struct ra_str *out, struct ra_err *err);
/* How it begins, without handing it out: at least 4 KiB, unless there is less. */
int ra_import_text_peek(struct ra_import_text *t, struct ra_str *out, struct ra_err *err);
uint64_t ra_import_text_number(const struct ra_import_text *t); /* of the line handed out last */

/* All of it, of at most max bytes, into *out, which the caller has made. *line: where it is wrong,
 * or 0. */
int ra_import_text_whole(const char *path, size_t max, struct ra_buf *out, uint64_t *line,
                         struct ra_err *err);
/* Opens it for reading: a regular file, never waiting for a pipe. */
int ra_import_open_file(const char *path, int *fd, struct ra_err *err);

#endif
