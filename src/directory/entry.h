/*
 * An entry as both sources build it. Its attribute table lives as long as the struct, names and
 * values in the arena until the next ra_entry_begin. Values whose descriptions differ only in
 * ;binary or ;range= are joined under the bare name; other options stay part of the name.
 */
#ifndef RA_DIRECTORY_ENTRY_H
#define RA_DIRECTORY_ENTRY_H

#include "src/base/mem.h"
#include "src/directory/directory.h"

#define RA_ENTRY_MAX_ATTRIBUTES 4096
#define RA_ENTRY_MAX_VALUE      ((size_t)8 << 20)
#define RA_ENTRY_MAX_BYTES      ((size_t)256 << 20)

struct ra_dir_attr {
    struct ra_str name;
    struct ra_str *values;
    size_t n, cap;
    bool ranged, open; /* came in ranges; the last of them has not come */
    size_t low, next;  /* where the newest range begins, and where the one behind it must */
};

struct ra_dir_entry {
    struct ra_arena arena;
    struct ra_str dn;
    struct ra_dir_attr *attrs;
    size_t n, cap;
    size_t bytes; /* of values, with their bookkeeping */
};

void ra_entry_free(struct ra_dir_entry *e);
void ra_entry_begin(struct ra_dir_entry *e);

/* The attribute of this description, made if need be; NULL when the entry has too many. A range
 * that does not go on where the one before it ended sets *gap. */
struct ra_dir_attr *ra_entry_attr(struct ra_dir_entry *e, struct ra_str description, bool *gap);

/* Adds one value, whose bytes must live as long as the entry; false for one past
 * RA_ENTRY_MAX_VALUE, and past RA_ENTRY_MAX_BYTES in all. */
bool ra_entry_add(struct ra_dir_entry *e, struct ra_dir_attr *a, struct ra_str value);

/* A description taken apart. */
struct ra_attr_desc {
    struct ra_str name;
    bool ranged, last;
    size_t low, high;
};
struct ra_attr_desc ra_attr_desc(struct ra_str description);

#endif
