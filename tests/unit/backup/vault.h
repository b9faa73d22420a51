/*
 * A folder of backups for tests, of an organisation of a few objects in which a test can change
 * anchors from one backup to the next. Everything lies in a temporary folder.
 */
#ifndef RA_TESTS_BACKUP_VAULT_H
#define RA_TESTS_BACKUP_VAULT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/backup/check.h"
#include "tests/support/mem_side.h"

#define VAULT_USERS  5
#define VAULT_TENANT "7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f"

struct vault {
    char root[64], dir[80], key[80], public_key[90];
    bool sign;
    int64_t now; /* of the next backup */
    /* The organisation: user i is there unless gone[i]; anchor[i] is a letter that its
     * ConsistencyGuid is made of, 0 for none. */
    bool gone[VAULT_USERS];
    char anchor[VAULT_USERS];
    struct ra_backup_manifest last;
    int crowd;              /* further users, of AD alone */
    const atomic_int *stop; /* or NULL */
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
};

int vault_new(void **state); /* fixture: *state is the vault; a key is there, sign is false */
int vault_free(void **state);

/* Seals one backup now and moves the clock on by a day. */
void vault_seal(struct vault *v);
/* The same; what ra_backup_create returned. */
int vault_try_seal(struct vault *v, struct ra_err *err);

/* Checks; out is freed by the caller. with_key: signatures too. */
void vault_check(struct vault *v, bool with_key, bool read_data, struct ra_links *out);
size_t vault_faults(struct vault *v, bool with_key, bool read_data);
/* One fault at least names this file. */
bool vault_blames(const struct ra_links *c, const char *file);

char *vault_path(const struct vault *v, const char *name, const char *suffix); /* free() */
/* The whole file; *n its length. free() */
char *vault_slurp(const char *path, size_t *n);
void vault_spit(const char *path, const char *p, size_t n);

/* All plain bytes of the backup that was sealed last. */
void vault_plain(struct vault *v, struct ra_buf *out);
/* The text with the first `from` in it replaced; free(). */
char *vault_replaced(struct ra_str text, const char *from, const char *to, size_t *n);
/* Data of these plain bytes, and the manifest anew, with the hashes of the files as they are. */
void vault_write_data(struct vault *v, const char *p, size_t n);
void vault_agree(struct vault *v);

#endif
