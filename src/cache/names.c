#include "src/cache/names.h"

#include "src/base/buf.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const endings[] = {
    [RA_FILE_PART] = ".part",
    [RA_FILE_COMPLETE] = ".mdb",
    [RA_FILE_LOCK] = ".mdb-lock",
};

static bool plain(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == ':' || (c == '.' && !first);
}

static void encode(struct ra_buf *b, const char *side)
{
    for (const char *p = side; *p; p++) {
        if (plain(*p, p == side))
            ra_buf_putc(b, *p);
        else
            ra_buf_printf(b, "%%%02X", (unsigned)(unsigned char)*p);
    }
}

int ra_names_check(const char *side, struct ra_err *err)
{
    struct ra_buf b;
    bool fits;

    if (!*side)
        return ra_fail(err, RA_EINTERNAL, "a snapshot's side has no name");
    ra_buf_init(&b, RA_SIDE_NAME_MAX);
    encode(&b, side);
    fits = !b.overflow;
    ra_buf_free(&b);
    if (fits)
        return 0;
    ra_fail(err, RA_ECONFIG, "%.40s…: the name is too long for a file, want at most %d bytes", side,
            RA_SIDE_NAME_MAX);
    return ra_hint(err, "give the configuration section a shorter name");
}

char *ra_names_path(const char *snapshots, const char *side, uint64_t number,
                    enum ra_file_kind kind)
{
    struct ra_buf b;
    char *path;

    ra_buf_init(&b, (size_t)1 << 16);
    ra_buf_printf(&b, "%s/", snapshots);
    encode(&b, side);
    ra_buf_printf(&b, ".%" PRIu64 "%s", number, endings[kind]);
    path = ra_strdup(ra_buf_z(&b));
    ra_buf_free(&b);
    return path;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* NULL when it is not what encode makes of some name. */
static char *decode(const char *p, size_t n)
{
    char *side = ra_malloc(n + 1);
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        int high = p[i] == '%' && n - i > 2 ? hex(p[i + 1]) : -1;
        int low = high >= 0 ? hex(p[i + 2]) : -1;
        if (low >= 0)
            i += 2;
        else if (!plain(p[i], i == 0)) {
            free(side);
            return NULL;
        }
        side[used++] = low >= 0 ? (char)(high * 16 + low) : p[i];
    }
    side[used] = '\0';
    return side;
}

/* What stands before the ending, or 0. */
static size_t stem_of(const char *name, enum ra_file_kind *kind)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t tail = strlen(endings[i]);
        if (n > tail && strcmp(name + n - tail, endings[i]) == 0) {
            *kind = (enum ra_file_kind)i;
            return n - tail;
        }
    }
    return 0;
}

static bool parse(const char *name, struct ra_file *out)
{
    struct ra_str stem = ra_str_n(name, stem_of(name, &out->kind));
    long dot = ra_str_last(stem, '.');
    unsigned long long number;

    if (dot <= 0 || !ra_parse_uint(ra_str_from(stem, (size_t)dot + 1), &number))
        return false;
    out->number = number;
    out->side = decode(name, (size_t)dot);
    if (!out->side)
        return false;
    out->name = ra_names_path("", out->side, number, out->kind);
    memmove(out->name, out->name + 1, strlen(out->name));
    if (strcmp(out->name, name) == 0) /* only the one spelling that we write */
        return true;
    free(out->name);
    free(out->side);
    return false;
}

static int by_side_and_number(const void *a, const void *b)
{
    const struct ra_file *x = a, *y = b;
    int d = strcmp(x->side, y->side);

    return d ? d : (x->number > y->number) - (x->number < y->number);
}

int ra_files_list(const char *snapshots, struct ra_files *out, struct ra_err *err)
{
    DIR *dir = opendir(snapshots);
    struct dirent *d;
    struct ra_file f;
    int rc = 0;

    *out = (struct ra_files){0};
    if (!dir && errno == ENOENT)
        return 0;
    if (!dir)
        return ra_fail(err, RA_EIO, "%s: %s", snapshots, strerror(errno));
    while (errno = 0, (d = readdir(dir)) != NULL) {
        if (!parse(d->d_name, &f))
            continue;
        out->at = ra_grow(out->at, &out->cap, out->n + 1, sizeof *out->at);
        out->at[out->n++] = f;
    }
    if (errno)
        rc = ra_fail(err, RA_EIO, "%s: cannot be listed: %s", snapshots, strerror(errno));
    closedir(dir);
    if (out->n)
        qsort(out->at, out->n, sizeof *out->at, by_side_and_number);
    return rc;
}

void ra_files_free(struct ra_files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        free(files->at[i].name);
        free(files->at[i].side);
    }
    free(files->at);
    *files = (struct ra_files){0};
}

const struct ra_file *ra_files_newest(const struct ra_files *files, const char *side,
                                      enum ra_file_kind kind)
{
    for (size_t i = files->n; i-- > 0;)
        if (files->at[i].kind == kind && strcmp(files->at[i].side, side) == 0)
            return &files->at[i];
    return NULL;
}
