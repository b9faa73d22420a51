/*
 * What the files of the cache are called: SIDE.N.part, SIDE.N.mdb, and LMDB's SIDE.N.mdb-lock
 * beside it. A side's name is the operator's and may hold anything: what is not plain is written
 * as %XX, so that it can neither leave the folder nor be taken for another side's.
 */
#ifndef RA_CACHE_NAMES_H
#define RA_CACHE_NAMES_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RA_SIDE_NAME_MAX 200 /* bytes of a side's name as it stands in a file name */

enum ra_file_kind { RA_FILE_PART, RA_FILE_COMPLETE, RA_FILE_LOCK };

struct ra_file {
    char *name, *side; /* the file's name; the side's, decoded */
    uint64_t number;
    enum ra_file_kind kind;
};

struct ra_files {
    struct ra_file *at;
    size_t n, cap;
};

/* Refuses an empty name and one that is too long for a file name. */
int ra_names_check(const char *side, struct ra_err *err);

/* DIR/snapshots/SIDE.N.part or .mdb; the caller frees it. */
char *ra_names_path(const char *snapshots, const char *side, uint64_t number,
                    enum ra_file_kind kind);

/* The cache's files in the folder, ordered by side and then number; names that are not ours are
 * passed over. Free with ra_files_free also after an error. */
int ra_files_list(const char *snapshots, struct ra_files *out, struct ra_err *err);
void ra_files_free(struct ra_files *files);

/* The side's file of that kind with the highest number, or NULL. */
const struct ra_file *ra_files_newest(const struct ra_files *files, const char *side,
                                      enum ra_file_kind kind);

#endif
