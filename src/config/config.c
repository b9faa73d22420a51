#include "src/config/config.h"

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/config/options.h"
#include "src/config/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX ((size_t)1 << 20)

static const char system_file[] = "/etc/reanchor/reanchor.conf";

/* The file in the user's own folder, or NULL without a home (XDG base directories). */
static char *user_file(void)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char *path = NULL;
    int n = 0;

    if (xdg && xdg[0] == '/')
        n = asprintf(&path, "%s/reanchor/reanchor.conf", xdg);
    else if (home && home[0] == '/')
        n = asprintf(&path, "%s/.config/reanchor/reanchor.conf", home);
    if (n < 0)
        ra_die("out of memory (the configuration's path)");
    return path;
}

/* One that this user may not even look for is there: the Debian package keeps its folder closed. */
static bool is_there(const char *path)
{
    return access(path, F_OK) == 0 || errno == EACCES;
}

bool ra_config_exists(void)
{
    char *own = user_file();
    bool there = (own && access(own, F_OK) == 0) || is_there(system_file);

    free(own);
    return there;
}

static int find_file(char **out, struct ra_err *err)
{
    char *own = user_file();

    if (own && access(own, F_OK) == 0) {
        *out = own;
        return 0;
    }
    if (is_there(system_file)) {
        free(own);
        *out = ra_strdup(system_file);
        return 0;
    }
    ra_fail(err, RA_ECONFIG, "no configuration: looked for %s%s%s", own ? own : "",
            own ? " and " : "", system_file);
    ra_hint(err,
            "'reanchor doctor --first-steps' tells how to begin; or name one with --config FILE");
    free(own);
    return -(int)RA_ECONFIG;
}

static void set_standards(struct ra_config *c)
{
    size_t n;
    const struct ra_option *o = ra_options(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].section, "ad") != 0)
            ra_option_standard(&o[i], c);
}

static int read_text(const char *path, struct ra_buf *out, struct ra_err *err)
{
    int rc = ra_file_read(path, FILE_MAX, RA_ECONFIG, out, err);

    if (rc == -(int)RA_EINPUT)
        return ra_fail(err, RA_ECONFIG, "%s: larger than the %zu bytes allowed", path, FILE_MAX);
    if (rc != 0)
        return ra_hint(err, "name the configuration with --config FILE; 'reanchor doctor "
                            "--first-steps' tells how one comes to be");
    if (!ra_utf8_valid(out->p, out->n) || memchr(out->p ? out->p : "x", 0, out->n)) {
        ra_buf_free(out);
        return ra_fail(err, RA_ECONFIG, "%s: is not UTF-8 text", path);
    }
    return 0;
}

int ra_config_load(const char *path, struct ra_config **out, struct ra_err *err)
{
    struct ra_config *c = ra_calloc(1, sizeof *c);
    struct ra_buf text = {0};
    int rc = 0;

    set_standards(c);
    if (path)
        c->path = ra_strdup(path);
    else
        rc = find_file(&c->path, err);
    if (rc == 0)
        rc = read_text(c->path, &text, err);
    if (rc == 0)
        rc = ra_config_parse(c, ra_str_n(text.p, text.n), err);
    if (rc == 0)
        rc = ra_config_validate(c, err);
    ra_buf_free(&text);
    if (rc != 0)
        ra_config_free(&c);
    *out = c;
    return rc;
}

void ra_config_free(struct ra_config **c)
{
    size_t n;
    const struct ra_option *o = ra_options(&n);

    if (!c || !*c)
        return;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(o[i].section, "ad") != 0)
            ra_option_free(&o[i], *c);
        else
            for (size_t k = 0; k < (*c)->ad_n; k++)
                ra_option_free(&o[i], &(*c)->ad[k]);
    }
    for (size_t k = 0; k < (*c)->ad_n; k++)
        free((*c)->ad[k].name);
    free((*c)->ad);
    free((*c)->path);
    free(*c);
    *c = NULL;
}

bool ra_config_is_pkcs12(const struct ra_config *c)
{
    struct ra_str name = ra_str(c->tenant.certificate_file);

    return ra_str_ends_fold(name, RA_STR(".pfx")) || ra_str_ends_fold(name, RA_STR(".p12"));
}

const char *ra_config_files_dir(const struct ra_config *c)
{
    return strncmp(c->tenant.source, "files:", 6) == 0 ? c->tenant.source + 6 : NULL;
}
