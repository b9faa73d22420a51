/*
 * An organisation as a backup, or another store, has it, laid out for a drill: the cloud side as
 * saved Graph responses, from which the simulated tenant starts, and, where it is wanted, the AD
 * side as snapshots of the drill's own store.
 */
#ifndef RA_DRILL_ORGANISATION_H
#define RA_DRILL_ORGANISATION_H

#include "recovery/backup/backup.h"
#include "recovery/collect/collect.h"

/* A directory whose objects the source holds. */
struct ra_drill_directory {
    const char *name;
    uint64_t objects; /* how many came */
};

struct ra_drill_held {
    struct ra_cache *cache;                 /* of the drill, open for writing */
    struct ra_drill_directory *directories; /* which ones to hold; none leaves the AD side alone */
    size_t directories_n;
    const char *login_attribute;
    const struct ra_str *custom; /* attributes that may be the anchor */
    size_t customs;
    const char *proof;
};

/* Reads the backup to its end: DIR/users.ndjson and so on, and the AD side of the directories.
 * RA_EINTEGRITY for a backup that is not the format, RA_EIO. */
int ra_drill_lay_out(struct ra_backup *b, const char *dir, const struct ra_drill_held *held,
                     struct ra_err *err);

/* The AD side alone, from the snapshots of another store. */
int ra_drill_hold_view(const struct ra_view *v, const struct ra_drill_held *held,
                       struct ra_err *err);

#endif
