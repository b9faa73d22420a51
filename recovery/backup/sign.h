/*
 * Signatures in minisign's format, by libsodium: `minisign -V` verifies ours. Secret keys are those
 * of `minisign -G -W`, which have no password: a run that nobody watches cannot ask for one.
 */
#ifndef RA_BACKUP_SIGN_H
#define RA_BACKUP_SIGN_H

#include "recovery/backup/intern.h"
#include "src/base/secret.h"

struct ra_sign_key; /* a secret key; wiped when freed */

struct ra_sign_public {
    unsigned char id[8], key[32];
};

/* RA_ECONFIG for a file that others can read, that is no key, or that has a password. */
int ra_sign_key_read(const char *path, struct ra_sign_key **out, struct ra_err *err);
void ra_sign_key_free(struct ra_sign_key **k);
void ra_sign_key_public(const struct ra_sign_key *k, struct ra_sign_public *out);
int ra_sign_public_read(const char *path, struct ra_sign_public *out, struct ra_err *err);
void ra_sign_key_id(const struct ra_sign_public *p, char out[RA_BACKUP_KEY_ID]);

/* A new pair in two files that are not there yet: the secret one 0600. */
int ra_sign_key_make(const char *secret_path, const char *public_path, char id[RA_BACKUP_KEY_ID],
                     struct ra_err *err);

/* The signature file's bytes, over those of the manifest. */
void ra_sign(const struct ra_sign_key *k, struct ra_str manifest,
             const struct ra_backup_manifest *m, struct ra_buf *out);

/* Whether these are exactly the bytes that ra_sign would write with that key: comments too.
 * RA_EINTEGRITY says what is not. p NULL: only the form. */
int ra_sign_check(const struct ra_sign_public *p, struct ra_str signature, struct ra_str manifest,
                  const struct ra_backup_manifest *m, struct ra_err *err);

#endif
