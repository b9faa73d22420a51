#include "recovery/backup/intern.h"
#include "src/base/clock.h"

#include <stdio.h>
#include <string.h>

char *ra_backup_path(const char *dir, const char *name, const char *suffix)
{
    size_t n = strlen(dir) + strlen(name) + strlen(suffix) + 2;
    char *path = ra_malloc(n);

    snprintf(path, n, "%s/%s%s", dir, name, suffix);
    return path;
}

void ra_backup_name(int64_t t, enum ra_backup_type type, char out[RA_BACKUP_NAME_MAX])
{
    char text[RA_TIME_TEXT], digits[RA_TIME_TEXT];
    size_t n = 0;

    ra_time_text(t, text);
    for (const char *p = text; *p; p++)
        if (*p != '-' && *p != ':')
            digits[n++] = *p;
    digits[n] = '\0';
    snprintf(out, RA_BACKUP_NAME_MAX, RA_BACKUP_PREFIX "%s%s", digits,
             type == RA_BACKUP_PRUNE ? "-prune" : "");
}

/* A name goes into paths: no separators, nothing hidden, nothing long. */
bool ra_backup_name_ok(struct ra_str name)
{
    if (name.n >= RA_BACKUP_NAME_MAX || !ra_str_starts_fold(name, RA_STR(RA_BACKUP_PREFIX)))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", name.p[i]))
            return false;
    return true;
}
