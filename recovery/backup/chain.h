/*
 * The folder of backups as a chain: every manifest, of a backup or of a pruning, names the hash of
 * the one before it, and head.json names the newest. What was removed by pruning is told by a prune
 * record, which is a link itself; what is missing without one was taken. Who may write a link holds
 * the folder (ra_backup_lock).
 */
#ifndef RA_BACKUP_CHAIN_H
#define RA_BACKUP_CHAIN_H

#include "recovery/backup/sign.h"

/* Something that is not as it must be. */
struct ra_backup_finding {
    bool fault;                    /* else a note */
    char name[RA_BACKUP_NAME_MAX]; /* of the backup, "" for the folder */
    char file[RA_BACKUP_NAME_MAX + 24];
    char what[400];
};

struct ra_links {
    const char *dir;                  /* borrowed */
    struct ra_backup_manifest *links; /* those that can be read, by sequence */
    size_t n, cap;
    struct ra_backup_ref head; /* sequence 0: nothing yet */
    bool head_found;
    struct ra_backup_finding *findings;
    size_t findings_n, findings_cap;
};

/* Reads every manifest and head.json. What cannot be read becomes a finding, not an error; a folder
 * that is not there is RA_ENOTFOUND. */
int ra_links_read(const char *dir, struct ra_links *out, struct ra_err *err);
void ra_links_free(struct ra_links *c);

void ra_links_find(struct ra_links *c, bool fault, const char *name, const char *file,
                   const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Follows the hashes from the first link to head.json: adds a finding for each that does not fit.
 */
void ra_links_follow(struct ra_links *c);

/* Links that something names and that are not there as it says; *out is freed with free(). */
size_t ra_links_missing(const struct ra_links *c, struct ra_backup_ref **out);

/* The prune record that accounts for this link, or NULL. */
const struct ra_backup_removed *ra_links_removal(const struct ra_links *c, const char *sha256);
/* Whether the link was pruned, though its files may still be there after a crash. */
bool ra_links_is_removed(const struct ra_links *c, const struct ra_backup_manifest *m);
/* RA_EINTEGRITY when a manifest could not be read whose name is not before this one ("" for any);
 * *err names it. */
int ra_links_unread(const struct ra_links *c, const char *from, struct ra_err *err);
/* The newest backup that was not pruned, or NULL. */
const struct ra_backup_manifest *ra_links_newest(const struct ra_links *c);
/* Backups that are there: not pruned ones. */
size_t ra_links_backups(const struct ra_links *c);

/* Mends head.json and removes what a killed run left: files being written, pruned backups that are
 * still there, data whose manifest never came and that nothing names. */
int ra_links_tidy(const struct ra_links *c, struct ra_err *err);
size_t ra_links_left_over(const struct ra_links *c); /* how many such files there are */

/* A free name for a link made now; its sequence; what comes before it. */
void ra_links_next(const struct ra_links *c, enum ra_backup_type type, int64_t now,
                   struct ra_backup_manifest *m);
/* Signs the link when there is a key, and gives it its name: signature, manifest, head, each
 * durable before the next. */
int ra_links_append(const struct ra_links *c, struct ra_backup_manifest *m,
                    const struct ra_sign_key *key, struct ra_err *err);

/* head.json's bytes. */
void ra_links_head(const struct ra_backup_ref *r, struct ra_buf *out);

/* Makes the folder a chain: an empty head.json, unless something is there. */
int ra_links_begin(const char *dir, struct ra_err *err);

/* DIR/NAMEsuffix, written whole: beside it first, synced, renamed. The folder is not synced. */
int ra_backup_put_file(const char *dir, const char *name, const char *suffix, const void *p,
                       size_t n, struct ra_err *err);

#endif
