#include "src/cache/lock.h"

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/cache/place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int held(int fd, const char *path, struct ra_err *err)
{
    char text[64], since[RA_TIME_TEXT] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid;

    text[n > 0 ? n : 0] = '\0';
    /* The holder writes its name just after it has the lock: it may not be there yet. */
    if (sscanf(text, "%ld %20s", &pid, since) == 2)
        ra_fail(err, RA_ELOCKED, "%s: held by pid %ld since %s", path, pid, since);
    else
        ra_fail(err, RA_ELOCKED, "%s: held by another run", path);
    return ra_hint(err, "wait for the other run to end; if it hangs, end it: the lock goes with "
                        "the process, the file need not be removed");
}

static int write_holder(int fd, const char *path, struct ra_err *err)
{
    char text[64], since[RA_TIME_TEXT];
    int n;

    ra_time_text(ra_now(), since);
    n = snprintf(text, sizeof text, "%ld %s\n", (long)getpid(), since);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
        return ra_fail(err, RA_EIO, "%s: cannot be written: %s", path, strerror(errno));
    return 0;
}

int ra_lock_take(const char *dir, struct ra_err *err)
{
    struct ra_buf path;
    int fd, rc = 0;

    ra_buf_init(&path, (size_t)1 << 16);
    ra_buf_printf(&path, "%s/lock", dir);
    fd = ra_place_open(ra_buf_z(&path), 0, err);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0)
        rc = errno == EWOULDBLOCK
                 ? held(fd, ra_buf_z(&path), err)
                 : ra_fail(err, RA_EIO, "%s: flock: %s", ra_buf_z(&path), strerror(errno));
    else if (fd >= 0)
        rc = write_holder(fd, ra_buf_z(&path), err);
    ra_buf_free(&path);
    if (rc != 0)
        ra_lock_drop(&fd);
    return rc != 0 ? rc : fd;
}

void ra_lock_drop(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
