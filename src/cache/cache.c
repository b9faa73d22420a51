#include "src/cache/cache.h"

#include "src/base/file.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/cache/lock.h"
#include "src/cache/names.h"
#include "src/cache/place.h"
#include "src/cache/store.h"
#include "src/cache/sweeper.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *inside(const char *folder, const char *name)
{
    struct ra_buf b;
    char *path;

    ra_buf_init(&b, (size_t)1 << 16);
    ra_buf_printf(&b, "%s/%s", folder, name);
    path = ra_strdup(ra_buf_z(&b));
    ra_buf_free(&b);
    return path;
}

/* ---- DIR/format: one line, the version of everything in the store ---- */

static int judge_format(const char *path, struct ra_str found, struct ra_err *err)
{
    char want[16];

    snprintf(want, sizeof want, "%d", RA_CACHE_FORMAT);
    if (found.n && found.p[found.n - 1] == '\n')
        found.n--;
    if (ra_str_eq(found, ra_str(want)))
        return 0;
    ra_fail(err, RA_EINTEGRITY, "%s: the store has format " RA_STR_FMT ", want %s", path,
            (int)(found.n > 20 ? 20 : found.n), found.p ? found.p : "", want);
    return ra_hint(err, "use the version of reanchor that wrote it, or move the folder's "
                        "\"snapshots\" and \"format\" away and run reanchor fetch");
}

static int check_format(const struct ra_cache *c, bool *known, struct ra_err *err)
{
    char *path = inside(c->dir, "format");
    struct ra_buf text;
    int rc = 0;

    *known = access(path, F_OK) == 0;
    if (*known)
        rc = ra_file_read(path, 64, RA_EIO, &text, err);
    if (*known && rc == 0) {
        rc = judge_format(path, ra_str_n(text.p, text.n), err);
        ra_buf_free(&text);
    }
    free(path);
    return rc;
}

static int write_format(const struct ra_cache *c, struct ra_err *err)
{
    char *path = inside(c->dir, "format"), text[16];
    int n = snprintf(text, sizeof text, "%d\n", RA_CACHE_FORMAT);
    int rc = ra_file_write(path, text, (size_t)n, err);

    free(path);
    return rc;
}

/* ---- what earlier runs left ---- */

static void clear_away(const struct ra_cache *c, const char *folder, const char *name)
{
    char *path = inside(folder, name);

    ra_sweeper_keep(c->sweeper, path);
    if (unlink(path) == 0)
        ra_log(RA_LOG_REQUESTS, "%s: cleared away", path);
    else if (errno != ENOENT) /* it is only in the way: the next writer tries again */
        ra_warn("%s: cannot be removed: %s", path, strerror(errno));
    free(path);
}

/* The newest complete snapshot of a side stays, and the newest partial one if it is newer. */
static bool is_stale(const struct ra_files *files, const struct ra_file *f)
{
    const struct ra_file *complete = ra_files_newest(files, f->side, RA_FILE_COMPLETE);
    const struct ra_file *part = ra_files_newest(files, f->side, RA_FILE_PART);

    if (f->kind == RA_FILE_PART)
        return f != part || (complete && complete->number >= f->number);
    return !complete || complete->number != f->number;
}

static int clear_snapshots(const struct ra_cache *c, struct ra_err *err)
{
    struct ra_files files;
    int rc = ra_files_list(c->snapshots, &files, err);

    for (size_t i = 0; rc == 0 && i < files.n; i++)
        if (is_stale(&files, &files.at[i]))
            clear_away(c, c->snapshots, files.at[i].name);
    ra_files_free(&files);
    return rc;
}

/* format.XXXXXX, the temporary of a writer that died while it wrote DIR/format, or sort.XXXXXX of
 * one that died before it had taken its name away */
static bool is_temporary(const char *name)
{
    size_t kind = strncmp(name, "format.", 7) == 0 ? 7 : strncmp(name, "sort.", 5) == 0 ? 5 : 0;

    return kind > 0 && strlen(name) == kind + 6;
}

static int clear_temporaries(const struct ra_cache *c, struct ra_err *err)
{
    DIR *dir = opendir(c->dir);
    struct dirent *d;

    if (!dir)
        return ra_fail(err, RA_EIO, "%s: %s", c->dir, strerror(errno));
    while ((d = readdir(dir)) != NULL)
        if (is_temporary(d->d_name))
            clear_away(c, c->dir, d->d_name);
    closedir(dir);
    return 0;
}

/* ---- open and close ---- */

static int make_folders(const struct ra_cache *c, struct ra_err *err)
{
    struct stat st;
    int rc = 0;

    /* DIR itself may be a link that the operator made to another disk; what is in it may not. */
    if (stat(c->dir, &st) != 0) {
        char *copy = ra_strdup(c->dir), *slash = strrchr(copy, '/');
        if (slash && slash != copy) {
            *slash = '\0';
            rc = ra_dir_make(copy, err);
        }
        free(copy);
        if (rc == 0)
            rc = ra_place_make(c->dir, err);
    } else if (!S_ISDIR(st.st_mode)) {
        return ra_fail(err, RA_EIO, "%s: is not a folder", c->dir);
    }
    return rc;
}

static int open_for_writing(struct ra_cache *c, struct ra_err *err)
{
    bool known = false;
    int rc = make_folders(c, err);

    if (rc == 0)
        rc = ra_place_check(c->dir, err);
    if (rc == 0)
        rc = c->lock = ra_lock_take(c->dir, err);
    if (rc >= 0)
        rc = check_format(c, &known, err);
    if (rc == 0)
        rc = ra_place_make(c->snapshots, err);
    c->sweeper = ra_sweeper_new();
    if (rc == 0)
        rc = clear_temporaries(c, err);
    if (rc == 0 && !known)
        rc = write_format(c, err);
    if (rc == 0)
        rc = clear_snapshots(c, err);
    ra_sweeper_start(c->sweeper);
    return rc;
}

static int open_for_reading(struct ra_cache *c, struct ra_err *err)
{
    struct stat st;
    bool known;
    int rc;

    if (stat(c->dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
        ra_fail(err, errno == EACCES ? RA_EIO : RA_ENOTFOUND, "%s: no store there", c->dir);
        return ra_hint(err, "reanchor fetch fills it; see [store] dir");
    }
    rc = ra_place_check(c->dir, err);
    return rc == 0 ? check_format(c, &known, err) : rc;
}

static char *without_slashes(const char *dir)
{
    size_t n = strlen(dir);

    while (n > 1 && dir[n - 1] == '/')
        n--;
    return ra_strndup(dir, n);
}

int ra_cache_open(const char *dir, bool write, struct ra_cache **out, struct ra_err *err)
{
    struct ra_cache *c = ra_calloc(1, sizeof *c);
    int rc;

    c->dir = without_slashes(dir);
    c->snapshots = inside(c->dir, "snapshots");
    c->write = write;
    c->lock = -1;
    c->pairs_max = (size_t)128 << 20;
    c->late_max = (size_t)32 << 20;
    pthread_mutex_init(&c->mutex, NULL);
    pthread_mutex_init(&c->building, NULL);
    rc = write ? open_for_writing(c, err) : open_for_reading(c, err);
    if (rc != 0)
        ra_cache_close(&c);
    *out = c;
    return rc;
}

void ra_cache_close(struct ra_cache **c)
{
    if (!*c)
        return;
    ra_sweeper_free(&(*c)->sweeper);
    ra_lock_drop(&(*c)->lock);
    pthread_mutex_destroy(&(*c)->mutex);
    pthread_mutex_destroy(&(*c)->building);
    free((*c)->dir);
    free((*c)->snapshots);
    free(*c);
    *c = NULL;
}

int ra_cache_need_write(const struct ra_cache *c, struct ra_err *err)
{
    return c->write ? 0 : ra_fail(err, RA_EINTERNAL, "%s: was opened for reading alone", c->dir);
}

int ra_cache_sides(struct ra_cache *c, void (*each)(void *ctx, const char *side), void *ctx,
                   struct ra_err *err)
{
    struct ra_files files;
    int rc = ra_files_list(c->snapshots, &files, err);
    const char *last = NULL;

    for (size_t i = 0; rc == 0 && i < files.n; i++) {
        const struct ra_file *f = &files.at[i];
        if (f->kind != RA_FILE_COMPLETE || (last && strcmp(last, f->side) == 0))
            continue;
        each(ctx, f->side);
        last = f->side;
    }
    ra_files_free(&files);
    return rc;
}
