#include "src/base/file.h"

#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, const char *path, size_t max, struct ra_buf *out, struct ra_err *err)
{
    char chunk[65536];
    ssize_t n;
    int rc = 0;

    while (rc == 0 && (n = read(fd, chunk, sizeof chunk)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = ra_fail(err, RA_EIO, "%s: read: %s", path, strerror(errno));
        else if (!ra_buf_put(out, chunk, (size_t)n))
            rc = ra_fail(err, RA_EINPUT, "%s: larger than the %zu bytes allowed", path, max);
    }
    sodium_memzero(chunk, sizeof chunk); /* it may have been a secret */
    return rc;
}

static int open_for_reading(const char *path, enum ra_code code, struct stat *st,
                            struct ra_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return ra_fail(err, code, "%s: %s", path, strerror(errno));
    if (fstat(fd, st) != 0 || S_ISDIR(st->st_mode)) {
        close(fd);
        return ra_fail(err, code, "%s: is a folder, not a file", path);
    }
    return fd;
}

int ra_file_read(const char *path, size_t max, enum ra_code code, struct ra_buf *out,
                 struct ra_err *err)
{
    struct stat st;
    int fd, rc;

    ra_buf_init(out, max);
    fd = open_for_reading(path, code, &st, err);
    if (fd < 0)
        return fd;
    rc = read_all(fd, path, max, out, err);
    close(fd);
    if (rc != 0)
        ra_buf_free(out);
    return rc;
}

#define SECRET_MAX ((size_t)1 << 20)

/* One, of either kind; what stands before it belongs to the secret. */
static void take_newline(struct ra_buf *b)
{
    if (!b->n || b->p[b->n - 1] != '\n')
        return;
    b->n--;
    if (b->n && b->p[b->n - 1] == '\r')
        b->n--;
}

/* systemd gives a service's user its right to a credential by an access-control list, whose mask
 * looks like the right of a group. The folder itself lets nobody else in. */
static bool is_credential(const char *path)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    size_t n = dir ? strlen(dir) : 0;

    return n && strncmp(path, dir, n) == 0 && path[n] == '/' && !strstr(path + n, "/../");
}

int ra_file_read_private(const char *path, struct ra_buf *out, struct ra_err *err)
{
    struct stat st;
    int fd, rc;

    ra_buf_init(out, SECRET_MAX);
    fd = open_for_reading(path, RA_ECONFIG, &st, err);
    if (fd < 0)
        return fd;
    if (st.st_mode & (is_credential(path) ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO)) {
        close(fd);
        ra_fail(err, RA_ECONFIG, "%s: mode %04o lets others read this secret, want 0600", path,
                (unsigned)(st.st_mode & 07777));
        return ra_hint(err, "chmod 600 '%s'", path);
    }
    rc = read_all(fd, path, SECRET_MAX, out, err);
    close(fd);
    if (rc == 0 && out->n == 0)
        rc = ra_fail(err, RA_ECONFIG, "%s: is empty, want a secret", path);
    if (rc != 0)
        ra_buf_free(out);
    return rc;
}

int ra_file_read_secret(const char *path, struct ra_buf *out, struct ra_err *err)
{
    int rc = ra_file_read_private(path, out, err);

    if (rc != 0)
        return rc;
    take_newline(out);
    if (out->n)
        return 0;
    ra_buf_free(out);
    return ra_fail(err, RA_ECONFIG, "%s: is empty, want a secret", path);
}

int ra_atomic_open(const char *path, struct ra_atomic *out, struct ra_err *err)
{
    size_t n = strlen(path) + 16;
    int fd;

    out->fp = NULL;
    out->path = ra_strdup(path);
    out->temp = ra_malloc(n);
    snprintf(out->temp, n, "%s.XXXXXX", path);
    fd = mkostemp(out->temp, O_CLOEXEC); /* exclusive, 0600 */
    if (fd >= 0)
        out->fp = fdopen(fd, "w");
    if (!out->fp) {
        ra_fail(err, RA_EIO, "%s: cannot be created: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        ra_atomic_abandon(out);
        return -(int)RA_EIO;
    }
    return 0;
}

int ra_dir_sync(const char *path, struct ra_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = 0;

    if (fd < 0)
        return ra_fail(err, RA_EIO, "%s: %s", path, strerror(errno));
    if (fsync(fd) != 0)
        rc = ra_fail(err, RA_EIO, "%s: fsync: %s", path, strerror(errno));
    close(fd);
    return rc;
}

static int sync_parent(const char *path, struct ra_err *err)
{
    char *copy = ra_strdup(path);
    int rc = ra_dir_sync(dirname(copy), err);

    free(copy);
    return rc;
}

int ra_atomic_sync(const struct ra_atomic *files, size_t n, struct ra_err *err)
{
    for (size_t i = 0; i < n; i++) {
        FILE *fp = files[i].fp;
        if (ferror(fp) || fflush(fp) != 0 || fsync(fileno(fp)) != 0)
            return ra_fail(err, RA_EIO, "%s: cannot be written: %s", files[i].path,
                           strerror(errno));
    }
    return 0;
}

int ra_atomic_commit(struct ra_atomic *a, struct ra_err *err)
{
    int rc = ra_atomic_sync(a, 1, err);

    if (fclose(a->fp) != 0 && rc == 0)
        rc = ra_fail(err, RA_EIO, "%s: cannot be closed: %s", a->path, strerror(errno));
    a->fp = NULL;
    if (rc == 0 && rename(a->temp, a->path) != 0)
        rc = ra_fail(err, RA_EIO, "%s: cannot be renamed into place: %s", a->path, strerror(errno));
    if (rc == 0) {
        free(a->temp);
        a->temp = NULL;
        rc = sync_parent(a->path, err);
    }
    ra_atomic_abandon(a);
    return rc;
}

void ra_atomic_abandon(struct ra_atomic *a)
{
    if (a->fp)
        fclose(a->fp);
    if (a->temp)
        unlink(a->temp);
    free(a->temp);
    free(a->path);
    *a = (struct ra_atomic){0};
}

int ra_file_write(const char *path, const void *p, size_t n, struct ra_err *err)
{
    struct ra_atomic a;
    int rc = ra_atomic_open(path, &a, err);

    if (rc != 0)
        return rc;
    fwrite(p, 1, n, a.fp);
    return ra_atomic_commit(&a, err);
}

static int make_one(const char *path, struct ra_err *err)
{
    struct stat st;

    if (mkdir(path, 0700) == 0)
        return 0;
    if (errno == EEXIST && stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return 0;
        errno = ENOTDIR;
    }
    return ra_fail(err, RA_EIO, "%s: cannot be made: %s", path, strerror(errno));
}

/* The path, or of one that is not there the nearest that is. */
static char *nearest_there(const char *path, struct stat *st)
{
    char *copy = ra_strdup(path), *slash;

    while (stat(copy, st) != 0) {
        if (errno != ENOENT || strcmp(copy, "/") == 0 || strcmp(copy, ".") == 0)
            break;
        slash = strrchr(copy, '/');
        if (!slash)
            memcpy(copy, ".", 2); /* a name is one byte long at least */
        else
            *(slash == copy ? slash + 1 : slash) = '\0';
    }
    return copy;
}

int ra_dir_usable(const char *path, struct ra_err *err)
{
    struct stat st = {0};
    char *there = nearest_there(path, &st);
    int rc = 0;

    if (!st.st_mode || access(there, W_OK | X_OK) != 0)
        rc = ra_fail(err, RA_EIO, "%s: cannot be written to: %s", there, strerror(errno));
    else if (!S_ISDIR(st.st_mode))
        rc = ra_fail(err, RA_EIO, "%s: is no folder", there);
    free(there);
    return rc;
}

int ra_dir_make(const char *path, struct ra_err *err)
{
    char *copy = ra_strdup(path);
    int rc = 0;

    for (char *p = copy + 1; *p && rc == 0; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        rc = make_one(copy, err);
        *p = '/';
    }
    if (rc == 0)
        rc = make_one(copy, err);
    free(copy);
    return rc;
}
