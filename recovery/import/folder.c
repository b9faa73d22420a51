/*
 * What EntraExporter wrote: a folder for each kind, in it one for each object, in that ID/ID.json,
 * as Out-File leaves it (UTF-16 under Windows PowerShell). What lies deeper (members, owners) is
 * not read. The end of such an export is told by nothing, so that it can be held against a snapshot
 * but never be one. Symbolic links are not followed.
 */
#include "recovery/import/graph_object.h"
#include "recovery/import/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OBJECT_MAX ((size_t)16 << 20) /* bytes of one object's file */
#define NAMES_MAX  ((size_t)20 << 20)

static const struct {
    const char *folder;
    enum ra_kind kind;
} kinds[] = {
    {"Users", RA_USER},
    {"Groups", RA_GROUP},
    {"Contacts", RA_CONTACT},
    {"Devices", RA_DEVICE},
};

struct names {
    char (*all)[RA_GUID_TEXT];
    size_t n, cap;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool is_guid(const char *name)
{
    struct ra_guid g;

    return strlen(name) == RA_GUID_TEXT - 1 && ra_guid_parse(ra_str(name), &g);
}

/* The objects of a folder, sorted; others than object ids are passed over. RA_ENOTFOUND without
 * the folder. */
static int list(const char *path, struct names *out, struct ra_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *e;
    int rc = 0;

    if (!d) {
        rc = ra_fail(err, errno == ENOENT ? RA_ENOTFOUND : RA_EINPUT, "%s: %s", path,
                     strerror(errno));
        if (fd >= 0)
            close(fd);
        return rc;
    }
    errno = 0;
    while (rc == 0 && (e = readdir(d))) {
        if (!is_guid(e->d_name))
            continue;
        if (out->n == NAMES_MAX)
            rc = ra_fail(err, RA_EINPUT, "%s: more than %zu objects", path, NAMES_MAX);
        out->all = ra_grow(out->all, &out->cap, out->n + 1, sizeof *out->all);
        strcpy(out->all[out->n++], e->d_name);
        errno = 0;
    }
    if (rc == 0 && errno)
        rc = ra_fail(err, RA_EIO, "%s: %s", path, strerror(errno));
    closedir(d);
    if (out->n)
        qsort(out->all, out->n, sizeof *out->all, by_name);
    return rc;
}

/* Below the folder that was named, no link may lead out of it. */
static bool is_file(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int read_object(struct ra_import_reader *r, const char *below, enum ra_kind kind,
                       const char *id, struct ra_err *err)
{
    char path[4096];
    struct ra_buf text;
    struct ra_err why = {0};
    uint64_t line;
    int rc;

    if (snprintf(path, sizeof path, "%s/%s", r->path, below) >= (int)sizeof path)
        return ra_fail(err, RA_EINPUT, "too long a path for what lies below it: %s", r->path);
    if (!is_file(path))
        return ra_import_wrong(r, below, 0, "not there, want the object's own file in its folder");
    ra_buf_init(&text, OBJECT_MAX + RA_IMPORT_LINE_MAX);
    rc = ra_import_text_whole(path, OBJECT_MAX, &text, &line, &why);
    if (rc == 0)
        rc = ra_import_graph_object(r, below, kind, id, ra_str_n(text.p, text.n), err);
    else
        rc = ra_import_wrong(r, below, line, "%s", why.msg);
    ra_buf_free(&text);
    return rc;
}

static int read_kind(struct ra_import_reader *r, const char *folder, enum ra_kind kind,
                     struct ra_err *err)
{
    struct names names = {0};
    char path[4096], below[160];
    int rc;

    if (snprintf(path, sizeof path, "%s/%s", r->path, folder) >= (int)sizeof path)
        return ra_fail(err, RA_EINPUT, "too long a path for what lies below it: %s", r->path);
    rc = list(path, &names, err);
    for (size_t i = 0; rc == 0 && i < names.n; i++) {
        snprintf(below, sizeof below, "%s/%s/%s.json", folder, names.all[i], names.all[i]);
        rc = ra_import_stopped(r, err);
        if (rc == 0)
            rc = read_object(r, below, kind, names.all[i], err);
    }
    free(names.all);
    return rc;
}

/* Which tenant it is of: Organization/ID/ID.json, or Organization/Organization.json. */
static int read_tenant(struct ra_import_reader *r, struct ra_err *err)
{
    static const char plain[] = "Organization/Organization.json";
    struct names names = {0};
    struct ra_buf text;
    char path[4096], below[160];
    uint64_t line;
    int rc = 0;

    snprintf(path, sizeof path, "%.4000s/Organization", r->path);
    if (list(path, &names, NULL) == 0 && names.n == 1)
        snprintf(below, sizeof below, "Organization/%s/%s.json", names.all[0], names.all[0]);
    else
        strcpy(below, plain);
    free(names.all);
    snprintf(path, sizeof path, "%.3900s/%s", r->path, below);
    if (!is_file(path))
        return 0;
    ra_buf_init(&text, OBJECT_MAX + RA_IMPORT_LINE_MAX);
    if (ra_import_text_whole(path, OBJECT_MAX, &text, &line, NULL) == 0)
        rc = ra_import_graph_tenant(r, below, ra_str_n(text.p, text.n), err);
    ra_buf_free(&text);
    return rc;
}

int ra_import_folder(struct ra_import_reader *r, struct ra_err *err)
{
    bool any = false;
    int rc = read_tenant(r, err);

    for (size_t i = 0; rc == 0 && i < sizeof kinds / sizeof kinds[0]; i++) {
        rc = read_kind(r, kinds[i].folder, kinds[i].kind, err);
        any = any || rc == 0;
        if (rc == -(int)RA_ENOTFOUND)
            rc = 0;
    }
    if (rc == 0 && !any)
        rc = ra_import_broken(r, err, NULL, 0,
                              "no folder Users in it, want what Export-Entra -Type Users writes");
    return rc;
}
