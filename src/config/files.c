/* The files that the configuration names. */
#include "src/base/file.h"
#include "src/base/secret.h"
#include "src/config/options.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define FILE_MAX ((size_t)16 << 20)

struct check {
    void (*each)(void *ctx, const struct ra_err *e);
    void *ctx;
    size_t faults;
};

static int check_secret(const char *path, struct ra_err *err)
{
    struct ra_secret *s = NULL;
    int rc = ra_secret_read(path, &s, err);

    ra_secret_free(&s);
    return rc;
}

static int check_public(const char *path, struct ra_err *err)
{
    struct ra_buf b;
    int rc = ra_file_read(path, FILE_MAX, RA_ECONFIG, &b, err);

    if (rc == 0 && b.n == 0)
        rc = ra_fail(err, RA_ECONFIG, "%s: is empty", path);
    ra_buf_free(&b);
    return rc;
}

static int check_folder(const char *path, struct ra_err *err)
{
    DIR *d = opendir(path);

    if (!d)
        return ra_fail(err, RA_ECONFIG, "%s: %s", path, strerror(errno));
    closedir(d);
    return 0;
}

/* A dump may be larger than what one would read to look at it. */
static int check_dump(const char *path, struct ra_err *err)
{
    FILE *f = fopen(path, "re");
    int rc = 0;

    if (!f)
        return ra_fail(err, RA_ECONFIG, "%s: %s", path, strerror(errno));
    if (fgetc(f) == EOF)
        rc = ra_fail(err, RA_ECONFIG, "%s: %s", path, ferror(f) ? strerror(errno) : "is empty");
    fclose(f);
    return rc;
}

static void report(struct check *k, const char *section, const char *name, const char *key,
                   struct ra_err *e)
{
    ra_prefix(e, name ? "[%s:%s] %s" : "[%s%s] %s", section, name ? name : "", key);
    k->faults++;
    k->each(k->ctx, e);
}

static void check_option(struct check *k, const struct ra_option *o, const void *base,
                         const char *name)
{
    struct ra_err e = {0};
    struct ra_buf path;
    int rc;

    if (o->file == RA_NO_FILE || ra_option_values(o, base) == 0)
        return;
    ra_buf_init(&path, FILE_MAX);
    ra_option_text(o, base, 0, &path);
    rc = o->file == RA_SECRET_FILE ? check_secret(ra_buf_z(&path), &e)
                                   : check_public(ra_buf_z(&path), &e);
    ra_buf_free(&path);
    if (rc != 0)
        report(k, o->section, name, o->key, &e);
}

static void check_directory(struct check *k, const struct ra_config *c, size_t i)
{
    struct ra_err e = {0};
    size_t n;
    const struct ra_option *o = ra_options(&n);

    for (size_t at = 0; at < n; at++)
        if (strcmp(o[at].section, "ad") == 0)
            check_option(k, &o[at], &c->ad[i], c->ad[i].name);
    if (ra_str_starts_fold(ra_str(c->ad[i].uri), RA_STR("ldif:")) &&
        check_dump(c->ad[i].uri + 5, &e) != 0)
        report(k, "ad", c->ad[i].name, "uri", &e);
}

size_t ra_config_check_files(const struct ra_config *c,
                             void (*each)(void *ctx, const struct ra_err *e), void *ctx)
{
    struct check k = {.each = each, .ctx = ctx};
    struct ra_err e = {0};
    size_t n;
    const struct ra_option *o = ra_options(&n);

    for (size_t at = 0; at < n; at++)
        if (strcmp(o[at].section, "ad") != 0)
            check_option(&k, &o[at], c, NULL);
    if (ra_config_is_pkcs12(c) && check_secret(c->tenant.certificate_file, &e) != 0)
        report(&k, "tenant", NULL, "certificate_file", &e);
    if (ra_config_files_dir(c) && check_folder(ra_config_files_dir(c), &e) != 0)
        report(&k, "tenant", NULL, "source", &e);
    for (size_t i = 0; i < c->ad_n; i++)
        check_directory(&k, c, i);
    return k.faults;
}
