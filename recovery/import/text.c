#include "recovery/import/text.h"

#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536
#define NONE  ((iconv_t)-1)

struct ra_import_text {
    int fd;
    iconv_t from; /* NONE for UTF-8 */
    char raw[CHUNK];
    size_t raw_n;
    bool ended;         /* of the file */
    struct ra_buf text; /* decoded and not yet handed out */
    size_t taken;       /* of text */
    uint64_t line;
    struct ra_err bad; /* what stopped decoding; said once the text before it is handed out */
};

int ra_import_open_file(const char *path, int *fd, struct ra_err *err)
{
    struct stat st;

    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return ra_fail(err, errno == ENOENT ? RA_ENOTFOUND : RA_EINPUT, "%s: %s", path,
                       strerror(errno));
    if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
        return 0;
    close(*fd);
    *fd = -1;
    return ra_fail(err, RA_EINPUT, "%s is no regular file", path);
}

static int fill(struct ra_import_text *t, struct ra_err *err)
{
    ssize_t got;

    do
        got = read(t->fd, t->raw + t->raw_n, sizeof t->raw - t->raw_n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return ra_fail(err, RA_EIO, "cannot be read: %s", strerror(errno));
    t->ended = got == 0;
    t->raw_n += (size_t)got;
    return 0;
}

static void drop(struct ra_import_text *t, size_t n)
{
    memmove(t->raw, t->raw + n, t->raw_n - n);
    t->raw_n -= n;
}

/* What a byte order mark says; without one, a NUL beside the first character gives UTF-16 away. */
static const char *encoding_of(const char *raw, size_t n, size_t *mark)
{
    const unsigned char *p = (const unsigned char *)raw;

    *mark = 0;
    if (n >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF)
        *mark = 3;
    else if (n >= 2 && p[0] == 0xFF && p[1] == 0xFE)
        return *mark = 2, "UTF-16LE";
    else if (n >= 2 && p[0] == 0xFE && p[1] == 0xFF)
        return *mark = 2, "UTF-16BE";
    else if (n >= 4 && p[0] && !p[1] && p[2] && !p[3])
        return "UTF-16LE";
    else if (n >= 4 && !p[0] && p[1] && !p[2] && p[3])
        return "UTF-16BE";
    return NULL;
}

static void stop_decoding(struct ra_import_text *t, const char *why)
{
    ra_fail(&t->bad, RA_EINPUT, "%s", why);
    t->ended = true;
}

/* Everything of raw that makes whole characters, into text. */
static void decode(struct ra_import_text *t)
{
    char room[2 * CHUNK], *in = t->raw, *to = room;
    size_t in_n = t->raw_n, room_n = sizeof room, rc;

    if (t->from == NONE) {
        ra_buf_put(&t->text, t->raw, t->raw_n);
        t->raw_n = 0;
        return;
    }
    rc = iconv(t->from, &in, &in_n, &to, &room_n);
    ra_buf_put(&t->text, room, (size_t)(to - room));
    drop(t, t->raw_n - in_n);
    if (rc == (size_t)-1 && errno != EINVAL)
        stop_decoding(t, "has bytes that are no UTF-16, which its beginning says it is");
    else if (t->ended && t->raw_n)
        stop_decoding(t, "ends in the middle of a UTF-16 character");
}

static int begin(struct ra_import_text *t, struct ra_err *err)
{
    const char *encoding;
    size_t mark;
    int rc = fill(t, err);

    while (rc == 0 && !t->ended && t->raw_n < 4)
        rc = fill(t, err);
    if (rc != 0)
        return rc;
    encoding = encoding_of(t->raw, t->raw_n, &mark);
    drop(t, mark);
    if (encoding && (t->from = iconv_open("UTF-8", encoding)) == NONE)
        return ra_fail(err, RA_EINTERNAL, "iconv does not know %s", encoding);
    decode(t);
    return 0;
}

int ra_import_text_open(const char *path, struct ra_import_text **out, struct ra_err *err)
{
    struct ra_import_text *t;
    int fd, rc = ra_import_open_file(path, &fd, err);

    *out = NULL;
    if (rc != 0)
        return rc;
    t = ra_calloc(1, sizeof *t);
    t->fd = fd;
    t->from = NONE;
    ra_buf_init(&t->text, RA_IMPORT_LINE_MAX + 4 * CHUNK);
    rc = begin(t, err);
    *out = t;
    if (rc != 0)
        ra_import_text_close(out);
    return rc;
}

void ra_import_text_close(struct ra_import_text **t)
{
    if ((*t)->from != NONE)
        iconv_close((*t)->from);
    close((*t)->fd);
    ra_buf_free(&(*t)->text);
    free(*t);
    *t = NULL;
}

/* Where the next line ends behind taken, or 0. */
static size_t line_end(const struct ra_import_text *t)
{
    const char *from, *end;

    if (t->text.n <= t->taken)
        return 0;
    from = t->text.p + t->taken;
    end = memchr(from, '\n', t->text.n - t->taken);
    return end ? (size_t)(end - from) + 1 : 0;
}

static void forget_taken(struct ra_import_text *t)
{
    if (t->taken)
        memmove(t->text.p, t->text.p + t->taken, t->text.n - t->taken);
    t->text.n -= t->taken;
    t->taken = 0;
}

static int check(const struct ra_import_text *t, struct ra_str line, struct ra_err *err)
{
    if (line.n > RA_IMPORT_LINE_MAX)
        return ra_fail(err, RA_EINPUT, "a line of more than %zu bytes", RA_IMPORT_LINE_MAX);
    if (memchr(line.p, '\0', line.n))
        return ra_fail(err, RA_EINPUT, "a NUL in the text");
    if (t->from == NONE && !ra_utf8_valid(line.p, line.n)) {
        ra_fail(err, RA_EINPUT, "bytes that are neither UTF-8 nor marked as UTF-16");
        return ra_hint(err, "write it with: Export-Csv -Encoding UTF8");
    }
    return 0;
}

int ra_import_text_line(struct ra_import_text *t, struct ra_str *out, struct ra_err *err)
{
    size_t n;
    int rc = 0;

    while ((n = line_end(t)) == 0 && !t->ended && t->text.n - t->taken <= RA_IMPORT_LINE_MAX) {
        forget_taken(t);
        rc = fill(t, err);
        if (rc != 0)
            break;
        decode(t);
    }
    t->line++;
    if (rc != 0)
        return rc;
    if (n == 0 && t->bad.code) {
        if (err)
            *err = t->bad;
        return -t->bad.code;
    }
    n = n ? n : t->text.n - t->taken;
    if (n == 0)
        return 0;
    *out = (struct ra_str){t->text.p + t->taken, n};
    t->taken += n;
    rc = check(t, *out, err);
    return rc == 0 ? 1 : rc;
}

int ra_import_text_peek(struct ra_import_text *t, struct ra_str *out, struct ra_err *err)
{
    int rc = 0;

    while (rc == 0 && !t->ended && t->text.n - t->taken < 4096) {
        rc = fill(t, err);
        if (rc == 0)
            decode(t);
    }
    *out = (struct ra_str){t->text.p ? t->text.p + t->taken : NULL, t->text.n - t->taken};
    return rc;
}

uint64_t ra_import_text_number(const struct ra_import_text *t)
{
    return t->line;
}

int ra_import_text_whole(const char *path, size_t max, struct ra_buf *out, uint64_t *line,
                         struct ra_err *err)
{
    struct ra_import_text *t;
    struct ra_str s;
    int rc = ra_import_text_open(path, &t, err);

    *line = 0;
    if (rc != 0)
        return rc;
    while ((rc = ra_import_text_line(t, &s, err)) > 0) {
        ra_buf_put(out, s.p, s.n);
        if (out->n > max || out->overflow) {
            rc = ra_fail(err, RA_EINPUT, "is larger than %zu bytes", max);
            break;
        }
    }
    if (rc < 0)
        *line = ra_import_text_number(t);
    ra_import_text_close(&t);
    return rc;
}
