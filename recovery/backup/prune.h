/*
 * Removing what the keep rules do not keep. Never the newest good backup, and never the last one
 * that holds an anchor which no other backup holds, unless forced. A prune record, a link of the
 * chain, says what was removed before it is. The caller holds the folder (ra_backup_lock).
 */
#ifndef RA_BACKUP_PRUNE_H
#define RA_BACKUP_PRUNE_H

#include "recovery/backup/chain.h"

struct ra_prune_rules {
    int64_t daily, weekly, monthly, yearly; /* the newest of as many days, weeks, … that have one */
};

struct ra_prune_item {
    char name[RA_BACKUP_NAME_MAX];
    bool remove;
    char why[96];  /* "daily, weekly", "newest good", "holds 3 anchors that …", "rules", … */
    uint64_t held; /* anchors that no other backup which stays has */
};

struct ra_prune {
    const char *dir;
    struct ra_prune_rules rules;
    const char *sign_key_file; /* or NULL */
    int64_t now;
    bool force;   /* also what alone holds an anchor */
    bool lost;    /* account for links that are missing or damaged */
    bool dry_run; /* decide and change nothing */
};

struct ra_pruned {
    struct ra_prune_item *items; /* oldest first */
    size_t n, removed;
    char record[RA_BACKUP_NAME_MAX]; /* the prune record, "" when there was nothing to do */
};

int ra_backup_prune(const struct ra_prune *how, struct ra_pruned *out, struct ra_err *err);
void ra_pruned_free(struct ra_pruned *p);

/* Which of these times (ascending) the rules keep; why[i] names the rules, "" when none does. */
void ra_prune_keep(const int64_t *times, size_t n, const struct ra_prune_rules *rules,
                   char (*why)[48]);

#endif
