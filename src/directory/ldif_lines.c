#include "src/directory/ldif_lines.h"

#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE ((size_t)1 << 17)

struct ra_ldif {
    char *path;
    int fd;
    struct stat opened;
    char *block;
    size_t pos, end;
    bool eof;
    unsigned long read; /* physical lines so far */
    unsigned long at;   /* where the logical line began */
    struct ra_buf text;
};

int ra_ldif_fail(const struct ra_ldif *l, struct ra_err *err, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    ra_fail(err, RA_EINPUT, "%s line %lu: %s", l->path, l->at, text);
    return ra_hint(err, "export the directory again and copy the file whole");
}

const char *ra_ldif_path(const struct ra_ldif *l)
{
    return l->path;
}

int ra_ldif_open(const char *path, struct ra_ldif **out, struct ra_err *err)
{
    struct ra_ldif *l = ra_calloc(1, sizeof *l);
    int rc = 0;

    l->path = ra_strdup(path);
    l->block = ra_malloc(BLOCK_SIZE);
    ra_buf_init(&l->text, RA_LDIF_LINE_MAX);
    l->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (l->fd < 0 || fstat(l->fd, &l->opened) != 0)
        rc = ra_fail(err, RA_ECONFIG, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(l->opened.st_mode)) /* a pipe would be empty the second time */
        rc = ra_fail(err, RA_ECONFIG, "%s is not a regular file", path);
    if (rc) {
        ra_hint(err, "name a dump as ldifde or ldapsearch writes it, which may be read");
        ra_ldif_close(&l);
    }
    *out = l;
    return rc;
}

void ra_ldif_close(struct ra_ldif **l)
{
    if (!*l)
        return;
    if ((*l)->fd >= 0)
        close((*l)->fd);
    ra_buf_free(&(*l)->text);
    free((*l)->block);
    free((*l)->path);
    free(*l);
    *l = NULL;
}

static int fill(struct ra_ldif *l, struct ra_err *err)
{
    ssize_t n;

    if (l->eof || l->pos < l->end)
        return 0;
    do
        n = read(l->fd, l->block, BLOCK_SIZE);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return ra_fail(err, RA_EINPUT, "%s: %s", l->path, strerror(errno));
    l->pos = 0;
    l->end = (size_t)n;
    l->eof = n == 0;
    return 0;
}

/* A UTF-8 byte order mark is passed over; what Windows writes as "Unicode" is another encoding. */
static int skip_mark(struct ra_ldif *l, struct ra_err *err)
{
    size_t n = l->end - l->pos;
    const char *p = l->block + l->pos;

    if (n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0)) {
        ra_fail(err, RA_EINPUT, "%s is UTF-16, wanted UTF-8", l->path);
        return ra_hint(err, "export without ldifde's -u, or convert it: iconv -f UTF-16 -t UTF-8");
    }
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        l->pos += 3;
    return 0;
}

int ra_ldif_rewind(struct ra_ldif *l, struct ra_err *err)
{
    int rc;

    if (lseek(l->fd, 0, SEEK_SET) != 0)
        return ra_fail(err, RA_EINPUT, "%s: %s", l->path, strerror(errno));
    l->pos = l->end = 0;
    l->eof = false;
    l->read = l->at = 0;
    rc = fill(l, err);
    return rc ? rc : skip_mark(l, err);
}

/* Appends one physical line; *got is false at the end of the file. */
static int append_line(struct ra_ldif *l, bool *got, struct ra_err *err)
{
    bool ended = false;

    *got = false;
    while (!ended) {
        const char *p, *newline;
        size_t n;
        int rc = fill(l, err);

        if (rc || l->eof)
            break;
        p = l->block + l->pos;
        newline = memchr(p, '\n', l->end - l->pos);
        n = newline ? (size_t)(newline - p) : l->end - l->pos;
        ra_buf_put(&l->text, p, n);
        l->pos += n + (newline ? 1 : 0);
        ended = newline != NULL;
        *got = true;
    }
    l->read += *got;
    if (*got && l->text.n && l->text.p[l->text.n - 1] == '\r')
        l->text.n--;
    return l->text.overflow ? ra_ldif_fail(l, err, "longer than %zu MiB", RA_LDIF_LINE_MAX >> 20)
                            : 0;
}

/* Whether the next physical line continues this one; its leading space is passed over. */
static int continued(struct ra_ldif *l, bool *yes, struct ra_err *err)
{
    int rc = fill(l, err);

    *yes = !rc && !l->eof && l->block[l->pos] == ' ';
    if (*yes)
        l->pos++;
    return rc;
}

static int logical_line(struct ra_ldif *l, bool *got, struct ra_err *err)
{
    bool more, part;
    int rc;

    ra_buf_clear(&l->text);
    l->at = l->read + 1;
    rc = append_line(l, got, err);
    more = l->text.n > 0; /* an empty line ends a record, whatever comes behind it */
    while (!rc && *got && more) {
        rc = continued(l, &more, err);
        if (!rc && more)
            rc = append_line(l, &part, err);
    }
    return rc;
}

int ra_ldif_line(struct ra_ldif *l, struct ra_str *out, struct ra_err *err)
{
    bool got;
    int rc;

    rc = logical_line(l, &got, err);
    if (rc || !got)
        return rc;
    if (l->text.n && l->text.p[0] == ' ')
        return ra_ldif_fail(l, err, "continues a line that is not there");
    if (l->text.n && l->text.p[0] != '#' && memchr(l->text.p, '\0', l->text.n))
        return ra_ldif_fail(l, err, "a NUL byte: this is not text");
    *out = ra_str_n(l->text.p, l->text.n);
    return 1;
}

int ra_ldif_unchanged(const struct ra_ldif *l, struct ra_err *err)
{
    struct stat now;

    if (fstat(l->fd, &now) == 0 && now.st_size == l->opened.st_size &&
        now.st_mtim.tv_sec == l->opened.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == l->opened.st_mtim.tv_nsec)
        return 0;
    ra_fail(err, RA_EINCOMPLETE, "%s changed while it was read", l->path);
    return ra_hint(err, "wait until the export has finished");
}
