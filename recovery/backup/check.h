/* Looking at everything that a folder of backups promises. Changes nothing. */
#ifndef RA_BACKUP_CHECK_H
#define RA_BACKUP_CHECK_H

#include "recovery/backup/chain.h"

struct ra_backup_check {
    const char *dir;
    const struct ra_sign_public *keys; /* public keys of those who may sign; none: not verified */
    size_t keys_n;
    bool read_data;            /* decode every record */
    const char *identity_file; /* for encrypted ones, with read_data */
    const char *only;          /* the files of this backup alone; the chain is always followed */
    void (*progress)(void *ctx, const char *name, uint64_t done, uint64_t total); /* or NULL */
    void *ctx;
};

/* out: the chain with its findings; free with ra_links_free. What is wrong is a finding; an error
 * is only what keeps from looking. */
int ra_backup_check(const struct ra_backup_check *how, struct ra_links *out, struct ra_err *err);
size_t ra_backup_faults(const struct ra_links *c);

#endif
