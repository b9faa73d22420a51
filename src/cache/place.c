#include "src/cache/place.h"

#include "src/base/file.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/vfs.h>

static const struct {
    unsigned magic; /* statfs(2) */
    const char *name;
} remote[] = {
    {0x6969, "NFS"},      {0x517B, "SMB"},     {0xFF534D42, "CIFS"},
    {0xFE534D42, "SMB2"}, {0x5346414F, "AFS"}, {0x73757245, "Coda"},
    {0x00C36400, "Ceph"}, {0x01021997, "9p"},  {0x0BD00BD0, "Lustre"},
};

static const char *remote_name(const char *dir)
{
    struct statfs st;

    if (statfs(dir, &st) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++)
        if ((unsigned)st.f_type == remote[i].magic)
            return remote[i].name;
    return NULL;
}
#else
static const char *remote_name(const char *dir)
{
    (void)dir;
    return NULL;
}
#endif

int ra_place_check(const char *dir, struct ra_err *err)
{
    const char *name = remote_name(dir);

    if (!name)
        return 0;
    ra_fail(err, RA_ECONFIG, "%s: is on a network file system (%s), want a local disk", dir, name);
    return ra_hint(err, "set [store] dir to a folder on a local disk: locks and memory maps do not "
                        "hold over a network");
}

static int sync_parent(const char *path, struct ra_err *err)
{
    char *copy = ra_strdup(path);
    int rc = ra_dir_sync(dirname(copy), err);

    free(copy);
    return rc;
}

int ra_place_make(const char *dir, struct ra_err *err)
{
    struct stat st;

    if (mkdir(dir, 0700) == 0) {
        /* mkdir takes the umask's bits away; a folder of ours is 0700 under any umask */
        if (chmod(dir, 0700) != 0)
            return ra_fail(err, RA_EIO, "%s: %s", dir, strerror(errno));
        return sync_parent(dir, err);
    }
    if (errno != EEXIST)
        return ra_fail(err, RA_EIO, "%s: cannot be made: %s", dir, strerror(errno));
    if (lstat(dir, &st) != 0)
        return ra_fail(err, RA_EIO, "%s: %s", dir, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return ra_fail(err, RA_EIO, "%s: is %s, want a folder", dir,
                       S_ISLNK(st.st_mode) ? "a symbolic link" : "not a folder");
    return 0;
}

bool ra_place_writable(const char *dir)
{
    return faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == 0;
}

int ra_place_open(const char *path, int flags, struct ra_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags, 0600);
    struct stat st;

    if (fd < 0 && errno == ELOOP)
        return ra_fail(err, RA_EIO, "%s: is a symbolic link, want a file", path);
    if (fd < 0)
        return ra_fail(err, RA_EIO, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fchmod(fd, 0600) == 0)
        return fd;
    ra_fail(err, RA_EIO, "%s: is not a file of ours", path);
    close(fd);
    return -(int)RA_EIO;
}

int ra_place_create(const char *folder, const char *path, struct ra_err *err)
{
    int fd = ra_place_open(path, O_EXCL, err);

    if (fd < 0)
        return fd;
    close(fd);
    return ra_dir_sync(folder, err);
}

int ra_place_ensure(const char *path, struct ra_err *err)
{
    int fd = ra_place_open(path, 0, err);

    if (fd < 0)
        return fd;
    close(fd);
    return 0;
}

int ra_place_regular(const char *path, struct ra_err *err)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return ra_fail(err, errno == ENOENT ? RA_ENOTFOUND : RA_EIO, "%s: %s", path,
                       strerror(errno));
    if (!S_ISREG(st.st_mode))
        return ra_fail(err, RA_EIO, "%s: is %s, want a file", path,
                       S_ISLNK(st.st_mode) ? "a symbolic link" : "not a file");
    if (st.st_size == 0)
        return ra_fail(err, RA_EINTEGRITY, "%s: is empty, want a snapshot", path);
    return 0;
}
