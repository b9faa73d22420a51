#define _XOPEN_SOURCE 700
#include "tests/crash/sweep/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static _Noreturn void die(const char *what, const char *path)
{
    fprintf(stderr, "sweep: %s: ", path);
    perror(what);
    exit(2);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

void folder_remove(const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) != 0)
        die("remove", path);
}

static const char *copy_from, *copy_to; /* nftw takes no context */

static void copy_file(const char *from, const char *to, const struct stat *st)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st->st_mode & 0777);
    off_t left = st->st_size;

    if (in < 0 || out < 0)
        die("copy", from);
    while (left > 0) {
        ssize_t n = sendfile(out, in, NULL, (size_t)left);
        if (n <= 0)
            die("copy", from);
        left -= n;
    }
    close(in);
    close(out);
}

static int copy_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    char to[4096];

    (void)ftw;
    snprintf(to, sizeof to, "%s%s", copy_to, path + strlen(copy_from));
    if (flag == FTW_D && mkdir(to, st->st_mode & 0777) != 0)
        die("mkdir", to);
    if (flag == FTW_F)
        copy_file(path, to, st);
    return 0;
}

void folder_copy(const char *from, const char *to)
{
    copy_from = from;
    copy_to = to;
    if (nftw(from, copy_one, 32, FTW_PHYS) != 0)
        die("copy", from);
}

static uint64_t mix(uint64_t h, const void *p, size_t n) /* FNV-1a */
{
    const unsigned char *c = p;

    for (size_t i = 0; i < n; i++)
        h = (h ^ c[i]) * 0x100000001b3u;
    return h;
}

uint64_t file_hash(const char *path)
{
    unsigned char chunk[16384];
    uint64_t h = 0xcbf29ce484222325u;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return 0;
    while ((n = read(fd, chunk, sizeof chunk)) > 0)
        h = mix(h, chunk, (size_t)n);
    close(fd);
    return h;
}

static uint64_t sum;

static int hash_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    uint64_t h = mix(0xcbf29ce484222325u, path + ftw->base, strlen(path + ftw->base));

    (void)st;
    if (flag == FTW_F && ftw->level > 0)
        sum += h ^ (file_hash(path) * 31); /* in whatever order they come */
    return 0;
}

uint64_t folder_hash(const char *path)
{
    sum = 0;
    nftw(path, hash_one, 32, FTW_PHYS);
    return sum;
}

bool folder_each(const char *path, bool (*f)(void *ctx, const char *name), void *ctx)
{
    DIR *d = opendir(path);
    struct dirent *e;
    bool on = true;

    while (d && on && (e = readdir(d)))
        if (e->d_name[0] != '.')
            on = f(ctx, e->d_name);
    if (d)
        closedir(d);
    return on;
}
