/*
 * NAME.anchors: which anchors a backup holds, as sorted 8-byte digests of (object, anchor) pairs.
 * By it pruning learns what a backup alone still has, without reading the data, which the host that
 * prunes may not be able to decrypt. The digest tells nobody an anchor who does not have it
 * already.
 */
#ifndef RA_BACKUP_ANCHORS_H
#define RA_BACKUP_ANCHORS_H

#include "recovery/backup/intern.h"

struct ra_anchor_set {
    uint64_t *all;
    size_t n, cap;
};

/* side: "cloud" or "ad"; id: the object id, or objectGUID as text, both lower case. */
void ra_anchor_set_add(struct ra_anchor_set *s, const char *side, struct ra_str id,
                       struct ra_str anchor);
void ra_anchor_set_sort(struct ra_anchor_set *s); /* and drops what is there twice */
void ra_anchor_set_free(struct ra_anchor_set *s);

/* Both sorted: takes out of s what is in other. */
void ra_anchor_set_subtract(struct ra_anchor_set *s, const struct ra_anchor_set *other);

/* Both sorted: puts into s what is in other. */
void ra_anchor_set_merge(struct ra_anchor_set *s, const struct ra_anchor_set *other);

/* The file's bytes, highest byte first; and back, RA_EINTEGRITY when they are not sorted. */
int ra_anchor_set_write(const struct ra_anchor_set *s, const char *dir, const char *name,
                        const char *suffix, struct ra_err *err);
int ra_anchor_set_read(const char *dir, const struct ra_backup_manifest *m,
                       struct ra_anchor_set *out, struct ra_err *err);

#endif
