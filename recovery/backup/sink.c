#include "recovery/backup/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define LEVEL 3

struct ra_sink {
    char *path;
    int fd; /* the file */
    int to; /* where compressed bytes go: the file, or the filter's stdin */
    bool crypted;
    struct ra_age age;
    ZSTD_CCtx *zstd;
    char *room;
    size_t size;
    struct ra_digest digest;
    uint64_t bytes;
};

int ra_sink_open(const char *path, char *const *recipients, size_t n, struct ra_sink **out,
                 struct ra_err *err)
{
    struct ra_sink *s = ra_calloc(1, sizeof *s);
    int rc = 0;

    s->path = ra_strdup(path);
    s->age = (struct ra_age){.pipe = -1, .errors = -1};
    s->size = ZSTD_CStreamOutSize();
    s->room = ra_malloc(s->size);
    s->zstd = ZSTD_createCCtx();
    ra_digest_begin(&s->digest);
    s->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (s->fd < 0)
        rc = ra_fail(err, RA_EIO, "%s: cannot be created: %s", path, strerror(errno));
    if (!s->zstd || ZSTD_isError(ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_compressionLevel, LEVEL)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_checksumFlag, 1)))
        ra_die("out of memory (zstd)");
    /* In a thread of its own, so that objects are read while others are compressed; a library built
     * without threads says no, and compresses here. */
    (void)ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_nbWorkers, 1);
    s->to = s->fd;
    s->crypted = n > 0;
    if (rc == 0 && n > 0) {
        rc = ra_age_encrypt(&s->age, s->fd, recipients, n, err);
        s->to = s->age.pipe;
    }
    if (rc != 0)
        ra_sink_abandon(&s);
    *out = s;
    return rc;
}

/* A filter that ended early says why better than the broken pipe does. */
static int write_failed(struct ra_sink *s, struct ra_err *err)
{
    int why = errno;

    if (s->crypted && why == EPIPE) {
        int rc = ra_age_wait(&s->age, RA_EIO, s->path, err);
        if (rc != 0)
            return rc;
    }
    return ra_fail(err, RA_EIO, "%s: cannot be written: %s", s->path, strerror(why));
}

static int put(struct ra_sink *s, const char *p, size_t n, struct ra_err *err)
{
    while (n > 0) {
        ssize_t w = write(s->to, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return write_failed(s, err);
        p += w;
        n -= (size_t)w;
    }
    return 0;
}

static int compress(struct ra_sink *s, ZSTD_inBuffer *in, ZSTD_EndDirective how, struct ra_err *err)
{
    size_t left;

    do {
        ZSTD_outBuffer out = {s->room, s->size, 0};
        int rc;
        left = ZSTD_compressStream2(s->zstd, &out, in, how);
        if (ZSTD_isError(left))
            return ra_fail(err, RA_EINTERNAL, "%s: zstd: %s", s->path, ZSTD_getErrorName(left));
        rc = put(s, s->room, out.pos, err);
        if (rc != 0)
            return rc;
    } while (how == ZSTD_e_end ? left > 0 : in->pos < in->size);
    return 0;
}

int ra_sink_write(struct ra_sink *s, const void *p, size_t n, struct ra_err *err)
{
    ZSTD_inBuffer in = {p, n, 0};

    ra_digest_add(&s->digest, p, n);
    s->bytes += n;
    return compress(s, &in, ZSTD_e_continue, err);
}

int ra_sink_finish(struct ra_sink **sp, uint64_t *plain_bytes, char plain_hash[RA_BACKUP_HASH],
                   struct ra_err *err)
{
    struct ra_sink *s = *sp;
    ZSTD_inBuffer in = {NULL, 0, 0};
    int rc = compress(s, &in, ZSTD_e_end, err);

    if (rc == 0 && s->crypted)
        rc = ra_age_wait(&s->age, RA_EIO, s->path, err);
    if (rc == 0 && fsync(s->fd) != 0)
        rc = ra_fail(err, RA_EIO, "%s: fsync: %s", s->path, strerror(errno));
    if (rc == 0) {
        *plain_bytes = s->bytes;
        ra_digest_end(&s->digest, plain_hash);
    }
    ra_sink_abandon(sp);
    return rc;
}

void ra_sink_abandon(struct ra_sink **sp)
{
    struct ra_sink *s = *sp;

    if (!s)
        return;
    ra_age_kill(&s->age);
    if (s->fd >= 0)
        close(s->fd);
    ra_digest_drop(&s->digest);
    ZSTD_freeCCtx(s->zstd);
    free(s->room);
    free(s->path);
    free(s);
    *sp = NULL;
}
