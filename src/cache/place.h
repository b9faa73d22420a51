/*
 * The folder that the cache lives in: on a local disk, closed to others whatever the umask, and
 * never reached through a symbolic link when it is written.
 */
#ifndef RA_CACHE_PLACE_H
#define RA_CACHE_PLACE_H

#include "src/base/err.h"

#include <stdbool.h>

/* Refuses a network file system, where neither the lock nor the memory map can be relied on. */
int ra_place_check(const char *dir, struct ra_err *err);

/* Makes the folder 0700 and its name durable; one that is there is left as it is, but must be a
 * folder and no link to one. */
int ra_place_make(const char *dir, struct ra_err *err);

/* Whether this process may make files in the folder. */
bool ra_place_writable(const char *dir);

/* Opens a regular file of ours for reading and writing, making it if it is not there; it is 0600
 * afterwards. flags as for open(2), added. The descriptor, or negative. */
int ra_place_open(const char *path, int flags, struct ra_err *err);

/* Makes an empty file, 0600, that must not have been there. Its name is durable afterwards. */
int ra_place_create(const char *folder, const char *path, struct ra_err *err);

/* Makes the file 0600 if it is not there; refuses anything but a regular file. */
int ra_place_ensure(const char *path, struct ra_err *err);

/* Refuses a path that is not a regular file by itself; an empty one is RA_EINTEGRITY, a missing
 * one RA_ENOTFOUND. */
int ra_place_regular(const char *path, struct ra_err *err);

#endif
