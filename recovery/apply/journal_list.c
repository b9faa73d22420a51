/* All batches of a store at a glance: the first line and the last of each journal. */
#include "recovery/apply/journal_form.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GLANCE 65536

static int read_at(int fd, off_t at, struct ra_buf *out)
{
    char chunk[GLANCE];
    ssize_t n = pread(fd, chunk, sizeof chunk, at);

    ra_buf_clear(out);
    return n > 0 && ra_buf_put(out, chunk, (size_t)n) ? 0 : -1;
}

static int glance_head(int fd, const char *path, struct ra_batch *b, struct ra_err *err)
{
    struct ra_buf bytes;
    int rc;

    ra_buf_init(&bytes, GLANCE + 1);
    rc = read_at(fd, 0, &bytes) == 0
             ? ra_batch_decode_head(ra_str_n(bytes.p, bytes.n), path, b, err)
             : ra_fail(err, RA_EINTEGRITY, "%s: is empty, want the journal of a batch", path);
    ra_buf_free(&bytes);
    return rc;
}

static bool glance_end(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    struct ra_buf bytes;
    bool ended = false;

    ra_buf_init(&bytes, GLANCE + 1);
    if (size > 0 && read_at(fd, size > 512 ? size - 512 : 0, &bytes) == 0 &&
        bytes.p[bytes.n - 1] == '\n') {
        size_t at = bytes.n - 1;
        while (at > 0 && bytes.p[at - 1] != '\n')
            at--;
        ended = ra_str_contains(ra_str_n(bytes.p + at, bytes.n - at), RA_STR("{\"type\":\"end\""));
    }
    ra_buf_free(&bytes);
    return ended;
}

static int glance(const char *store_dir, const char *id, ra_batch_fn *each, void *ctx,
                  struct ra_err *err)
{
    struct ra_batch b = {0};
    struct ra_buf path;
    int fd, rc;

    ra_journal_path(store_dir, id, RA_JOURNAL_END, &path);
    fd = open(ra_buf_z(&path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        rc = ra_fail(err, RA_EIO, "%s: %s", ra_buf_z(&path), strerror(errno));
    else {
        rc = glance_head(fd, ra_buf_z(&path), &b, err);
        if (rc == 0)
            rc = each(ctx, &b.head, glance_end(fd), err);
        close(fd);
    }
    ra_batch_free(&b);
    ra_buf_free(&path);
    return rc;
}

static int only_journals(const struct dirent *e)
{
    size_t n = strlen(e->d_name), end = sizeof RA_JOURNAL_END - 1;

    return n > end && strcmp(e->d_name + n - end, RA_JOURNAL_END) == 0;
}

int ra_journal_list(const char *store_dir, ra_batch_fn *each, void *ctx, struct ra_err *err)
{
    struct dirent **list = NULL;
    struct ra_buf dir;
    int n, rc = 0;

    ra_journal_path(store_dir, "", "", &dir);
    n = scandir(ra_buf_z(&dir), &list, only_journals, alphasort);
    if (n < 0 && errno != ENOENT)
        rc = ra_fail(err, RA_EIO, "%s: %s", ra_buf_z(&dir), strerror(errno));
    for (int i = 0; i < n; i++) {
        list[i]->d_name[strlen(list[i]->d_name) - (sizeof RA_JOURNAL_END - 1)] = '\0';
        if (rc == 0)
            rc = glance(store_dir, list[i]->d_name, each, ctx, err);
        free(list[i]);
    }
    free(list);
    ra_buf_free(&dir);
    return rc;
}
