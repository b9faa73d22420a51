/*
 * A snapshot that is read, and how a side's current one is found.
 */
#ifndef RA_CACHE_SNAP_H
#define RA_CACHE_SNAP_H

#include "src/cache/cache.h"
#include "src/cache/shared.h"

#define RA_PAGE_HEADER 32 /* bytes of LMDB's, at most */

struct ra_snap {
    struct ra_shared *file;
    MDB_txn *txn;
    MDB_dbi head, records, meta;
    struct ra_snap_info info;
    char *proof;
    size_t page, bytes; /* of LMDB's pages, and of the file */
    /* Where each record lies, once they were walked. Two arrays: twelve bytes a record. */
    const char **at;
    uint32_t *length;
    uint32_t walked;
};

/* Opens the file of the side's current snapshot; *number, unless NULL, gets its number.
 * RA_ENOTFOUND when the side has none. */
int ra_snap_file(struct ra_cache *c, const char *side, struct ra_shared **out, uint64_t *number,
                 struct ra_err *err);

/* Whether the bytes can be where LMDB says. It trusts the lengths that it finds in a page; in one
 * that is damaged they lead out of it, or out of the file. Either they stand within a page, or they
 * begin where a page does, behind its header. */
static inline bool ra_snap_sane(const struct ra_snap *s, const MDB_val *v)
{
    size_t at = (uintptr_t)v->mv_data & (s->page - 1);

    return v->mv_size <= s->page - at || (at <= RA_PAGE_HEADER && v->mv_size <= s->bytes);
}

#endif
