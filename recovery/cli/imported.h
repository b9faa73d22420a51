/*
 * What another tool left, in a backup's place: for `restore` and `verify --against`. It is less
 * than a backup: it has no AD object but what its anchors and identifiers tell, and it was made at
 * no known moment but that of the file.
 */
#ifndef RA_CLI_IMPORTED_H
#define RA_CLI_IMPORTED_H

#include "recovery/backup/backup.h"
#include "recovery/cli/study.h"
#include "recovery/import/import.h"
#include "recovery/verify/verify.h"

struct ra_imported {
    const char *path;
    int64_t created; /* when the file was written last */
    struct ra_import_totals totals;
    struct ra_backup_object *objects;
    size_t n, cap, at;
    struct ra_arena arena;
};

/* Whether BACKUP names a file or folder that `import` reads, rather than a backup. */
bool ra_imported_is(const char *which, enum ra_import_format *format);

/* Whether it can be read at all: RA_EINPUT for a damaged file, RA_ESTOP for another tenant's. */
int ra_imported_check(const struct ra_cli *cli, const char *path, enum ra_import_format format,
                      struct ra_err *err);

/* Reads all of it. Objects that the file does not tell the cloud id of are looked up in the study's
 * tenant, whose user of the same anchor also lends what the file does not have (SID, DN, UPN,
 * sAMAccountName). RA_EINPUT for a damaged file, RA_ESTOP for another tenant's. */
int ra_imported_read(const struct ra_cli *cli, const char *path, enum ra_import_format format,
                     const struct ra_study *study, struct ra_imported *out, struct ra_err *err);
void ra_imported_free(struct ra_imported *i);

/* For struct ra_restore_then: ctx is a struct ra_imported. */
int ra_imported_next(void *ctx, struct ra_backup_object *out, struct ra_err *err);
/* For verify; borrows i. */
void ra_imported_baseline(struct ra_imported *i, struct ra_baseline *out);

/* RA_ESTOP when the totals name another tenant than the configuration. */
int ra_imported_check_tenant(const struct ra_cli *cli, const struct ra_import_totals *t,
                             struct ra_err *err);

#endif
