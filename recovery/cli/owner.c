/*
 * An administrator works as root, the nightly services as the user to whom the store belongs. What
 * root has made in the store or among the backups therefore goes to the folder's owner, or the
 * services could not read it. That user may write there and is not trusted: everything goes by
 * descriptors, no link is followed, and a file with a second name, which might be anybody's, is
 * left alone.
 */
#include "recovery/cli/cli.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 8

static void walk(int dir, const struct stat *to, int depth);

static void hand_over(int dir, const char *name, const struct stat *to, int depth)
{
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    bool folder, ours;

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && st.st_dev == to->st_dev) {
        folder = S_ISDIR(st.st_mode);
        ours = st.st_uid == 0 && (folder || (S_ISREG(st.st_mode) && st.st_nlink == 1));
        if (ours && fchown(fd, to->st_uid, to->st_gid) == 0)
            st.st_uid = to->st_uid;
        if (folder && depth < DEPTH_MAX)
            walk(fd, to, depth + 1);
    }
    close(fd);
}

static void walk(int dir, const struct stat *to, int depth)
{
    int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = own < 0 ? NULL : fdopendir(own);
    const struct dirent *e;

    if (!d && own >= 0)
        close(own);
    while (d && (e = readdir(d)))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            hand_over(dir, e->d_name, to, depth);
    if (d)
        closedir(d);
}

void ra_cli_hand_over(const struct ra_cli *cli)
{
    const char *const dirs[] = {cli->config ? cli->config->store.dir : NULL,
                                cli->config ? cli->config->backup.dir : NULL};
    struct stat st;

    for (size_t i = 0; geteuid() == 0 && i < sizeof dirs / sizeof dirs[0]; i++) {
        int dir = dirs[i] ? open(dirs[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (dir < 0)
            continue;
        if (fstat(dir, &st) == 0 && st.st_uid != 0)
            walk(dir, &st, 0);
        close(dir);
    }
}
