/*
 * What appeared, vanished or changed from one backup to another. An anchor that is another one, or
 * gone, while its object is still the same is an incident: an anchor never changes by itself
 * (domain 11 V14).
 */
#ifndef RA_BACKUP_DIFF_H
#define RA_BACKUP_DIFF_H

#include "recovery/backup/backup.h"

enum ra_diff_change { RA_DIFF_APPEARED, RA_DIFF_VANISHED, RA_DIFF_CHANGED, RA_DIFF_CHANGES };

const char *ra_diff_change_name(enum ra_diff_change c);

struct ra_diff_attribute {
    const char *name;
    struct ra_str from, to; /* as text; absent for none */
    bool anchor;            /* one of those that never change */
};

#define RA_DIFF_ATTRIBUTES 40

/* Everything is borrowed for the call. */
struct ra_diff_entry {
    enum ra_diff_change change;
    bool ad; /* else the cloud */
    bool incident;
    bool deleted; /* vanished: it is in the recycle bin */
    enum ra_kind kind;
    struct ra_str directory; /* of AD */
    struct ra_str id;        /* object id, or objectGUID as text */
    struct ra_str name;      /* UPN, or DN, or display name */
    struct ra_diff_attribute attributes[RA_DIFF_ATTRIBUTES];
    size_t attributes_n;
};

struct ra_diff_counts {
    uint64_t cloud[RA_DIFF_CHANGES], ad[RA_DIFF_CHANGES], incidents;
};

/* Objects of the cloud in the order of their ids, then those of AD: vanished ones in the order of
 * the first backup, others in that of the second. Keeps in memory a few dozen bytes an AD object,
 * and the changed ones. */
int ra_backup_diff(const struct ra_backup_source *from, const struct ra_backup_source *to,
                   void (*each)(void *ctx, const struct ra_diff_entry *e), void *ctx,
                   struct ra_diff_counts *counts, struct ra_err *err);

/* The attributes of one object that differ; deleted ones are compared as what they are. */
void ra_diff_cloud(const struct ra_backup_cloud *a, const struct ra_backup_cloud *b,
                   struct ra_arena *arena, struct ra_diff_entry *e);
void ra_diff_ad(const struct ra_backup_ad *a, const struct ra_backup_ad *b, struct ra_arena *arena,
                struct ra_diff_entry *e);

#endif
