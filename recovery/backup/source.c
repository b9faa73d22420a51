#include "recovery/backup/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

struct ra_source {
    char *path;
    int fd, from;
    bool crypted, ended;
    bool full; /* the last run filled its room: zstd may hold more without more of the file */
    struct ra_age age;
    ZSTD_DCtx *zstd;
    char *room, *plain; /* bytes of the file; bytes out of it */
    size_t room_size, plain_size;
    ZSTD_inBuffer in;
    size_t frame;          /* what zstd still wants of a frame; 0 between frames */
    size_t plain_n, taken; /* of plain */
    struct ra_buf line;    /* a line that did not fit into one run of plain bytes */
    struct ra_digest digest;
    uint64_t bytes;
};

int ra_source_open(const char *path, const char *identity_file, struct ra_source **out,
                   struct ra_err *err)
{
    struct ra_source *s = ra_calloc(1, sizeof *s);
    int rc = 0;

    s->path = ra_strdup(path);
    s->age = (struct ra_age){.pipe = -1, .errors = -1};
    s->room_size = ZSTD_DStreamInSize();
    s->room = ra_malloc(s->room_size);
    s->plain_size = (size_t)1 << 20;
    s->plain = ra_malloc(s->plain_size);
    s->zstd = ZSTD_createDCtx();
    if (!s->zstd)
        ra_die("out of memory (zstd)");
    ra_digest_begin(&s->digest);
    ra_buf_init(&s->line, RA_BACKUP_LINE_MAX);
    s->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0)
        rc =
            ra_fail(err, errno == ENOENT ? RA_EINTEGRITY : RA_EIO, "%s: %s", path, strerror(errno));
    s->from = s->fd;
    s->crypted = identity_file != NULL;
    if (rc == 0 && s->crypted) {
        rc = ra_age_decrypt(&s->age, s->fd, identity_file, err);
        s->from = s->age.pipe;
    }
    if (rc != 0)
        ra_source_close(&s);
    *out = s;
    return rc;
}

static int at_end(struct ra_source *s, struct ra_err *err)
{
    int rc = 0;

    if (s->crypted) {
        rc = ra_age_wait(&s->age, RA_EINTEGRITY, s->path, err);
        if (rc != 0 && err && strstr(err->msg, "no identity matched"))
            return ra_fail(err, RA_ECONFIG, "%s: none of the identities opens it", s->path);
    }
    if (rc == 0 && s->frame != 0)
        rc = ra_fail(err, RA_EINTEGRITY, "%s: ends in the middle, after %llu plain bytes", s->path,
                     (unsigned long long)s->bytes);
    s->ended = true;
    return rc;
}

/* More bytes of the file; *more is false at its end. */
static int fill(struct ra_source *s, bool *more, struct ra_err *err)
{
    ssize_t n;

    do
        n = read(s->from, s->room, s->room_size);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return ra_fail(err, RA_EIO, "%s: read: %s", s->path, strerror(errno));
    *more = n > 0;
    s->in = (ZSTD_inBuffer){s->room, (size_t)n, 0};
    return n == 0 ? at_end(s, err) : 0;
}

/* More plain bytes, unless the end came. */
static int decompress(struct ra_source *s, struct ra_err *err)
{
    ZSTD_outBuffer out = {s->plain, s->plain_size, 0};
    bool more = true;

    while (out.pos == 0 && more) {
        if (s->in.pos == s->in.size && !s->full) {
            int rc = fill(s, &more, err);
            if (rc != 0 || !more)
                return rc;
        }
        s->frame = ZSTD_decompressStream(s->zstd, &out, &s->in);
        if (ZSTD_isError(s->frame))
            return ra_fail(err, RA_EINTEGRITY, "%s: zstd: %s", s->path,
                           ZSTD_getErrorName(s->frame));
        s->full = out.pos == out.size;
    }
    ra_digest_add(&s->digest, s->plain, out.pos);
    s->bytes += out.pos;
    s->plain_n = out.pos;
    s->taken = 0;
    return 0;
}

/* The rest of the run in hand, up to a newline. *whole: the newline was there. */
static void take(struct ra_source *s, struct ra_str *part, bool *whole)
{
    const char *from = s->plain + s->taken;
    size_t n = s->plain_n - s->taken;
    const char *end = n ? memchr(from, '\n', n) : NULL;

    *whole = end != NULL;
    *part = (struct ra_str){from, end ? (size_t)(end - from) : n};
    s->taken += part->n + (end ? 1 : 0);
}

int ra_source_line(struct ra_source *s, struct ra_str *line, struct ra_err *err)
{
    bool whole = false;

    ra_buf_clear(&s->line);
    for (;;) {
        struct ra_str part;
        int rc;
        take(s, &part, &whole);
        if (whole && s->line.n == 0) {
            *line = part;
            return 1;
        }
        ra_buf_put(&s->line, part.p, part.n);
        if (s->line.overflow)
            return ra_fail(err, RA_EINTEGRITY, "%s: a line is longer than %zu bytes", s->path,
                           RA_BACKUP_LINE_MAX);
        if (whole)
            break;
        s->plain_n = s->taken = 0;
        rc = s->ended ? 0 : decompress(s, err);
        if (rc != 0)
            return rc;
        if (s->ended && s->line.n)
            return ra_fail(err, RA_EINTEGRITY, "%s: the last line has no end", s->path);
        if (s->ended)
            return 0;
    }
    *line = (struct ra_str){s->line.p, s->line.n};
    return 1;
}

void ra_source_total(struct ra_source *s, uint64_t *plain_bytes, char plain_hash[RA_BACKUP_HASH])
{
    *plain_bytes = s->bytes;
    ra_digest_end(&s->digest, plain_hash);
}

void ra_source_close(struct ra_source **sp)
{
    struct ra_source *s = *sp;

    if (!s)
        return;
    ra_age_kill(&s->age);
    if (s->fd >= 0)
        close(s->fd);
    ra_digest_drop(&s->digest);
    ZSTD_freeDCtx(s->zstd);
    ra_buf_free(&s->line);
    free(s->room);
    free(s->plain);
    free(s->path);
    free(s);
    *sp = NULL;
}
