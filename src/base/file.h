/*
 * Files: written whole or not at all (exclusive temporary in the same directory, 0600, fsync,
 * rename, fsync of the directory), read whole with a cap. Folders that we make are 0700. Symbolic
 * links are not followed when writing.
 */
#ifndef RA_BASE_FILE_H
#define RA_BASE_FILE_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <stdio.h>

/* Reads all of the file into *out (made here; free with ra_buf_free). A file past max bytes is
 * refused. code is what a missing or unreadable file means to the caller, such as RA_ECONFIG. */
int ra_file_read(const char *path, size_t max, enum ra_code code, struct ra_buf *out,
                 struct ra_err *err);

/* As ra_file_read for a secret: refuses a file that group or others can read. Empty is an error. */
int ra_file_read_private(const char *path, struct ra_buf *out, struct ra_err *err);
/* The same, with one trailing newline taken off. */
int ra_file_read_secret(const char *path, struct ra_buf *out, struct ra_err *err);

/* A file being written. It appears under its name at commit and not before. */
struct ra_atomic {
    FILE *fp;
    char *path, *temp;
};

int ra_atomic_open(const char *path, struct ra_atomic *out, struct ra_err *err);
/* All of these are on the disk, and not yet under their names; so that none of a set is replaced
 * before the others can be. What failed since they were opened is seen here. */
int ra_atomic_sync(const struct ra_atomic *files, size_t n, struct ra_err *err);
int ra_atomic_commit(struct ra_atomic *a, struct ra_err *err); /* closes in any case */
void ra_atomic_abandon(struct ra_atomic *a);                   /* harmless after commit */

int ra_file_write(const char *path, const void *p, size_t n, struct ra_err *err);
int ra_dir_make(const char *path, struct ra_err *err); /* with its parents; there already is fine */
/* Whether ra_dir_make could make it, and files in it, as far as can be told without doing so: for
 * whoever is about to work for hours on what goes there. */
int ra_dir_usable(const char *path, struct ra_err *err);
int ra_dir_sync(const char *path, struct ra_err *err);

#endif
