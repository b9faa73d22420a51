/*
 * A library to preload: ends the process by SIGKILL at the step that ABORT_AT names, counted over
 * what a crash may come between: a write to the journal, a sync, a rename, a removal. "7" is before
 * the seventh, "7+" after it. With ABORT_COUNT the steps are counted into that file, one byte each.
 * Only calls that touch a file below a folder named journal are steps.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int steps;

static int in_journal(const char *path)
{
    return path && strstr(path, "/journal/") != NULL;
}

static int fd_in_journal(int fd)
{
    char link[64], path[4096];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 2);
    if (n <= 0)
        return 0;
    memcpy(path + n, "/", 2); /* the folder itself, when it is synced */
    return in_journal(path);
}

static void count(void)
{
    const char *to = getenv("ABORT_COUNT");
    int fd = to ? open(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;

    if (fd >= 0) {
        static ssize_t (*real)(int, const void *, size_t);
        *(void **)&real = dlsym(RTLD_NEXT, "write");
        if (real(fd, ".", 1) < 0)
            abort();
        close(fd);
    }
}

static void maybe_abort(int after)
{
    const char *at = getenv("ABORT_AT");
    int want = at ? atoi(at) : 0;

    if (want == steps && (strchr(at ? at : "", '+') != NULL) == after)
        kill(getpid(), SIGKILL);
}

static void before(void)
{
    steps++;
    count();
    maybe_abort(0);
}

ssize_t write(int fd, const void *p, size_t n)
{
    static ssize_t (*real)(int, const void *, size_t);
    int ours = fd > 2 && fd_in_journal(fd);
    ssize_t rc;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "write");
    if (ours)
        before();
    rc = real(fd, p, n);
    if (ours)
        maybe_abort(1);
    return rc;
}

static int sync_by(const char *name, int fd)
{
    int (*real)(int);
    int ours = fd_in_journal(fd), rc;

    *(void **)&real = dlsym(RTLD_NEXT, name);
    if (ours)
        before();
    rc = real(fd);
    if (ours)
        maybe_abort(1);
    return rc;
}

int fdatasync(int fd)
{
    return sync_by("fdatasync", fd);
}

int fsync(int fd)
{
    return sync_by("fsync", fd);
}

int rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *);
    int rc;

    *(void **)&real = dlsym(RTLD_NEXT, "rename");
    if (in_journal(to))
        before();
    rc = real(from, to);
    if (in_journal(to))
        maybe_abort(1);
    return rc;
}

int unlink(const char *path)
{
    int (*real)(const char *);
    int rc;

    *(void **)&real = dlsym(RTLD_NEXT, "unlink");
    if (in_journal(path))
        before();
    rc = real(path);
    if (in_journal(path))
        maybe_abort(1);
    return rc;
}
