#include "tests/crash/cache/disk.h"

#include "src/base/mem.h"
#include "tests/crash/cache/content.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK 4096 /* bytes that reach the disk together, or not */

enum kind { WRITE, SYNC, CREATE, RENAME, UNLINK, SYNC_FOLDER, MARK };

struct step {
    enum kind kind;
    int file;        /* WRITE, SYNC, CREATE: index into files */
    bool durable;    /* WRITE through a descriptor with O_DSYNC */
    off_t at;        /* WRITE */
    size_t n;        /* WRITE: its length; MARK: its number */
    char *bytes;     /* WRITE */
    char *name, *to; /* CREATE, RENAME, UNLINK */
    enum disk_mark mark;
};

struct file {
    ino_t inode;
    char *base, *base_name; /* as it was when recording began; NULL when it was not there */
    size_t base_n;
};

static struct step *all;
static struct file *files;
static size_t step_count, step_cap, file_count, file_cap;
static char *folder;
static bool recording;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* ---- noting ---- */

static int file_of(ino_t inode)
{
    for (size_t i = 0; i < file_count; i++)
        if (files[i].inode == inode)
            return (int)i;
    files = ra_grow(files, &file_cap, file_count + 1, sizeof *files);
    files[file_count] = (struct file){.inode = inode};
    return (int)file_count++;
}

static void note(struct step s)
{
    pthread_mutex_lock(&mutex);
    all = ra_grow(all, &step_cap, step_count + 1, sizeof *all);
    all[step_count++] = s;
    pthread_mutex_unlock(&mutex);
}

/* The name within the folder, or NULL. LMDB's lock files do not outlive a boot: it makes them anew.
 */
static const char *inside(const char *path)
{
    size_t n = strlen(folder);

    if (strncmp(path, folder, n) != 0 || path[n] != '/' || strstr(path, "-lock"))
        return NULL;
    return path + n + 1;
}

static const char *name_of(int fd, char room[1024])
{
    char link[64];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, room, 1023);
    room[n > 0 ? n : 0] = '\0';
    return room;
}

static bool ours(int fd, int *file)
{
    char room[1024];
    struct stat st;

    if (!recording || !inside(name_of(fd, room)) || fstat(fd, &st) != 0)
        return false;
    pthread_mutex_lock(&mutex);
    *file = file_of(st.st_ino);
    pthread_mutex_unlock(&mutex);
    return true;
}

static void note_write(int fd, const void *p, size_t n, off_t at)
{
    struct step s = {.kind = WRITE, .at = at, .n = n};

    if (!ours(fd, &s.file))
        return;
    s.durable = fcntl(fd, F_GETFL) & O_DSYNC;
    s.bytes = ra_malloc(n);
    memcpy(s.bytes, p, n);
    note(s);
}

static void note_sync(int fd)
{
    struct step s = {.kind = SYNC};
    char room[1024];

    if (ours(fd, &s.file))
        note(s);
    else if (recording && strcmp(name_of(fd, room), folder) == 0)
        note((struct step){.kind = SYNC_FOLDER});
}

static void note_name(enum kind kind, const char *name, const char *to)
{
    struct stat st;
    struct step s = {.kind = kind};

    if (!recording || !inside(name))
        return;
    s.name = ra_strdup(inside(name));
    s.to = to ? ra_strdup(inside(to)) : NULL;
    if (kind == CREATE && stat(name, &st) == 0)
        s.file = file_of(st.st_ino);
    note(s);
}

/* ---- the calls: these definitions stand before libc's, for LMDB's library too ---- */

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    ssize_t done = REAL(pwrite)(fd, p, n, at);

    if (done > 0)
        note_write(fd, p, (size_t)done, at);
    return done;
}

ssize_t write(int fd, const void *p, size_t n)
{
    off_t at = recording ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = REAL(write)(fd, p, n);

    if (done > 0)
        note_write(fd, p, (size_t)done, at);
    return done;
}

ssize_t writev(int fd, const struct iovec *v, int count)
{
    off_t at = recording ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = REAL(writev)(fd, v, count);

    for (ssize_t i = 0, left = done; i < count && left > 0; i++) {
        size_t n = (size_t)left < v[i].iov_len ? (size_t)left : v[i].iov_len;
        note_write(fd, v[i].iov_base, n, at);
        at += (off_t)n;
        left -= (ssize_t)n;
    }
    return done;
}

int fdatasync(int fd)
{
    int rc = REAL(fdatasync)(fd);

    if (rc == 0)
        note_sync(fd);
    return rc;
}

int fsync(int fd)
{
    int rc = REAL(fsync)(fd);

    if (rc == 0)
        note_sync(fd);
    return rc;
}

int rename(const char *from, const char *to)
{
    int rc = REAL(rename)(from, to);

    if (rc == 0)
        note_name(RENAME, from, to);
    return rc;
}

int unlink(const char *path)
{
    int rc = REAL(unlink)(path);

    if (rc == 0)
        note_name(UNLINK, path, NULL);
    return rc;
}

/* open() itself is the linker's --wrap's, see steps.c. */
void disk_created(const char *path)
{
    note_name(CREATE, path, NULL);
}

/* ---- begin and end ---- */

static void take_base(const char *name)
{
    char path[1024];
    struct stat st;
    struct file *f;
    int fd, number;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!inside(path) || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    number = file_of(st.st_ino); /* may move files */
    f = &files[number];
    f->base_name = ra_strdup(name);
    f->base_n = (size_t)st.st_size;
    f->base = ra_malloc(f->base_n);
    fd = open(path, O_RDONLY);
    if (read(fd, f->base, f->base_n) != st.st_size)
        content_fail("%s: cannot be read", path);
    close(fd);
}

static void forget(void)
{
    for (size_t i = 0; i < step_count; i++) {
        free(all[i].bytes);
        free(all[i].name);
        free(all[i].to);
    }
    for (size_t i = 0; i < file_count; i++) {
        free(files[i].base);
        free(files[i].base_name);
    }
    free(folder);
    folder = NULL;
    step_count = file_count = 0;
}

void disk_record(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;

    forget();
    folder = ra_strdup(path);
    while (d && (e = readdir(d)) != NULL)
        take_base(e->d_name);
    if (d)
        closedir(d);
    recording = true;
}

void disk_stop(void)
{
    recording = false;
}

void disk_mark(enum disk_mark mark, unsigned number)
{
    if (recording)
        note((struct step){.kind = MARK, .mark = mark, .n = number});
}

size_t disk_steps(void)
{
    return step_count;
}

unsigned disk_promised(size_t step, enum disk_mark mark)
{
    while (step-- > 0)
        if (all[step].kind == MARK && all[step].mark == mark)
            return (unsigned)all[step].n;
    return 0;
}

/* ---- the cut ---- */

static char *grown(char *bytes, size_t *n, size_t want)
{
    if (want <= *n)
        return bytes;
    bytes = ra_realloc(bytes, want);
    memset(bytes + *n, 0, want - *n); /* a hole */
    *n = want;
    return bytes;
}

static bool chance(unsigned *seed, unsigned percent)
{
    return (unsigned)rand_r(seed) % 100 < percent;
}

/* Block by block, each there or not. */
static char *apply(char *bytes, size_t *n, const struct step *s, unsigned percent, unsigned *seed)
{
    for (size_t done = 0, part; done < s->n; done += part) {
        size_t at = (size_t)s->at + done;
        part = BLOCK - at % BLOCK;
        part = part < s->n - done ? part : s->n - done;
        if (!chance(seed, percent))
            continue;
        bytes = grown(bytes, n, at + part);
        memcpy(bytes + at, s->bytes + done, part);
    }
    return bytes;
}

static void put_file(const char *into, const char *name, const char *bytes, size_t n)
{
    char path[1024];
    int fd;

    snprintf(path, sizeof path, "%s/%s", into, name);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || REAL(write)(fd, bytes, n) != (ssize_t)n)
        content_fail("%s: cannot be written", path);
    close(fd);
}

static void cut_file(size_t step, int file, const char *name, unsigned percent, unsigned *seed,
                     const char *into)
{
    size_t synced = 0, n = files[file].base_n;
    char *bytes = ra_malloc(n);

    if (n)
        memcpy(bytes, files[file].base, n);
    for (size_t i = 0; i < step; i++)
        if (all[i].kind == SYNC && all[i].file == file)
            synced = i;
    for (size_t i = 0; i < step; i++)
        if (all[i].kind == WRITE && all[i].file == file)
            bytes = apply(bytes, &n, &all[i], i < synced || all[i].durable ? 100 : percent, seed);
    put_file(into, name, bytes, n);
    free(bytes);
}

/* How many of the first steps have reached the folder's names. */
static size_t cut_names(size_t step, unsigned percent, unsigned *seed)
{
    size_t synced = 0;

    for (size_t i = 0; i < step; i++)
        if (all[i].kind == SYNC_FOLDER)
            synced = i;
    while (synced < step && chance(seed, percent))
        synced++;
    return synced;
}

void disk_cut(size_t step, unsigned seed, const char *into)
{
    /* Nothing that was not synced, all of it, or some. */
    unsigned percent = seed == 0 ? 0 : seed == 1 ? 100 : 30 + seed % 5 * 10;
    size_t names = cut_names(step, percent, &seed);

    for (size_t f = 0; f < file_count; f++) {
        const char *name = files[f].base_name;
        for (size_t i = 0; i < names; i++) {
            if (all[i].kind == CREATE && all[i].file == (int)f)
                name = all[i].name;
            else if (all[i].kind == RENAME && name && strcmp(all[i].name, name) == 0)
                name = all[i].to;
            else if (all[i].kind == UNLINK && name && strcmp(all[i].name, name) == 0)
                name = NULL;
        }
        if (name)
            cut_file(step, (int)f, name, percent, &seed, into);
    }
}
