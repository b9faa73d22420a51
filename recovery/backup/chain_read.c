#include "recovery/backup/chain.h"
#include "src/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void ra_links_find(struct ra_links *c, bool fault, const char *name, const char *file,
                   const char *fmt, ...)
{
    struct ra_backup_finding *f;
    va_list ap;

    c->findings = ra_grow(c->findings, &c->findings_cap, c->findings_n + 1, sizeof *c->findings);
    f = &c->findings[c->findings_n++];
    f->fault = fault;
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(f->file, sizeof f->file, "%s", file);
    va_start(ap, fmt);
    vsnprintf(f->what, sizeof f->what, fmt, ap);
    va_end(ap);
}

/* ---- one manifest ---- */

static int read_manifest(const char *path, struct ra_backup_manifest *out, struct ra_err *err)
{
    struct ra_buf bytes;
    int rc = ra_file_read(path, RA_BACKUP_MANIFEST_MAX, RA_EIO, &bytes, err);

    if (rc != 0)
        return rc;
    rc = ra_manifest_decode((struct ra_str){bytes.p, bytes.n}, out, err);
    ra_buf_free(&bytes);
    return rc;
}

static void add_link(struct ra_links *c, const char *file, size_t name_n)
{
    struct ra_backup_manifest m;
    struct ra_err err = {0};
    char name[RA_BACKUP_NAME_MAX], *path = ra_backup_path(c->dir, file, "");

    snprintf(name, sizeof name, "%.*s", (int)name_n, file);
    if (read_manifest(path, &m, &err) != 0) {
        ra_links_find(c, true, name, file, "%s", err.msg);
    } else if (strcmp(m.name, name) != 0) {
        ra_links_find(c, true, name, file, "the manifest is that of %s", m.name);
        ra_backup_manifest_free(&m);
    } else {
        c->links = ra_grow(c->links, &c->cap, c->n + 1, sizeof *c->links);
        c->links[c->n++] = m;
    }
    free(path);
}

/* ---- head.json ---- */

static bool decode_head(const cJSON *o, struct ra_backup_ref *out)
{
    uint64_t format;
    struct ra_str type;

    *out = (struct ra_backup_ref){0};
    if (!ra_member_count(o, "format", &format) || format != RA_BACKUP_FORMAT ||
        !ra_member_text(o, "type", &type) || !ra_str_eq(type, RA_STR("head")) ||
        !ra_member_count(o, "sequence", &out->sequence))
        return false;
    return out->sequence == 0 ||
           (ra_member_chars(o, "name", out->name, sizeof out->name) &&
            ra_backup_name_ok(ra_str(out->name)) && ra_member_hash(o, "sha256", out->sha256));
}

/* One form only: what was changed without a meaning was changed all the same. */
static bool is_form(const struct ra_backup_ref *r, struct ra_str bytes)
{
    struct ra_buf b;
    bool same;

    ra_buf_init(&b, 4096);
    ra_links_head(r, &b);
    same = ra_str_eq((struct ra_str){b.p, b.n}, bytes);
    ra_buf_free(&b);
    return same;
}

static void read_head(struct ra_links *c)
{
    char *path = ra_backup_path(c->dir, RA_BACKUP_HEAD, "");
    struct ra_err err = {0};
    struct ra_buf bytes;
    int rc = ra_file_read(path, 65536, RA_ENOTFOUND, &bytes, &err);
    cJSON *tree = rc == 0 ? cJSON_ParseWithLength(bytes.p, bytes.n) : NULL;

    c->head_found = rc == 0 && decode_head(tree, &c->head) &&
                    is_form(&c->head, (struct ra_str){bytes.p, bytes.n});
    if (rc != 0)
        ra_links_find(c, true, "", RA_BACKUP_HEAD, "%s",
                      rc == -(int)RA_ENOTFOUND ? "is missing: it names the newest of the chain"
                                               : err.msg);
    else if (!c->head_found)
        ra_links_find(c, true, "", RA_BACKUP_HEAD, "is not what the format wants");
    if (!c->head_found)
        c->head = (struct ra_backup_ref){0};
    cJSON_Delete(tree);
    if (rc == 0)
        ra_buf_free(&bytes);
    free(path);
}

/* ---- the folder ---- */

static int by_sequence(const void *a, const void *b)
{
    const struct ra_backup_manifest *x = a, *y = b;

    if (x->sequence != y->sequence)
        return x->sequence < y->sequence ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int no_folder(const char *dir, int why, struct ra_err *err)
{
    if (why != ENOENT)
        return ra_fail(err, RA_EIO, "%s: %s", dir, strerror(why));
    ra_fail(err, RA_ENOTFOUND, "%s: no backup was ever made there", dir);
    return ra_hint(err, "'reanchor backup create' makes one; where they lie is said by dir in "
                        "[backup]");
}

int ra_backup_dir_exists(const char *dir, struct ra_err *err)
{
    return access(dir, F_OK) == 0 ? 0 : no_folder(dir, errno, err);
}

/* The files that look like manifests, in the order of their names: readdir's order is nobody's. */
static int list_manifests(const char *dir, char ***out, size_t *n, struct ra_err *err)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    size_t cap = 0;
    int rc = 0;

    *out = NULL;
    *n = 0;
    if (!d)
        return no_folder(dir, errno, err);
    while (errno = 0, (e = readdir(d)) != NULL) {
        struct ra_str file = ra_str(e->d_name);
        if (!ra_str_ends_fold(file, RA_STR(RA_BACKUP_MANIFEST)) ||
            !ra_backup_name_ok((struct ra_str){file.p, file.n - strlen(RA_BACKUP_MANIFEST)}))
            continue;
        *out = ra_grow(*out, &cap, *n + 1, sizeof **out);
        (*out)[(*n)++] = ra_strdup(e->d_name);
    }
    if (errno) /* a short list would be a chain with its end cut off */
        rc = ra_fail(err, RA_EIO, "%s: cannot be listed: %s", dir, strerror(errno));
    closedir(d);
    if (*n)
        qsort(*out, *n, sizeof **out, by_text);
    return rc;
}

static void free_list(char **files, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(files[i]);
    free(files);
}

int ra_links_read(const char *dir, struct ra_links *out, struct ra_err *err)
{
    char **files;
    size_t n;
    int rc = list_manifests(dir, &files, &n, err);

    *out = (struct ra_links){.dir = dir};
    if (rc != 0) {
        free_list(files, n);
        return rc;
    }
    read_head(out);
    for (size_t i = 0; i < n; i++)
        add_link(out, files[i], strlen(files[i]) - strlen(RA_BACKUP_MANIFEST));
    free_list(files, n);
    if (out->n)
        qsort(out->links, out->n, sizeof *out->links, by_sequence);
    return 0;
}

int ra_links_unread(const struct ra_links *c, const char *from, struct ra_err *err)
{
    for (size_t i = 0; i < c->findings_n; i++) {
        const struct ra_backup_finding *f = &c->findings[i];
        if (!f->fault || !f->name[0] || strcmp(f->name, from) < 0)
            continue;
        ra_fail(err, RA_EINTEGRITY, "%s/%s: %s", c->dir, f->file, f->what);
        ra_hint(err,
                "'reanchor backup check' tells what is wrong with the chain; a backup can also "
                "be named");
        return -(int)RA_EINTEGRITY;
    }
    return 0;
}

void ra_links_free(struct ra_links *c)
{
    for (size_t i = 0; i < c->n; i++)
        ra_backup_manifest_free(&c->links[i]);
    free(c->links);
    free(c->findings);
    *c = (struct ra_links){0};
}

const struct ra_backup_removed *ra_links_removal(const struct ra_links *c, const char *sha256)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t r = 0; r < c->links[i].removed_n; r++)
            if (strcmp(c->links[i].removed[r].link.sha256, sha256) == 0)
                return &c->links[i].removed[r];
    return NULL;
}

bool ra_links_is_removed(const struct ra_links *c, const struct ra_backup_manifest *m)
{
    return ra_links_removal(c, m->sha256) != NULL;
}

const struct ra_backup_manifest *ra_links_newest(const struct ra_links *c)
{
    for (size_t i = c->n; i-- > 0;)
        if (c->links[i].type == RA_BACKUP_SEALED && !ra_links_is_removed(c, &c->links[i]))
            return &c->links[i];
    return NULL;
}

size_t ra_links_backups(const struct ra_links *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++)
        n += c->links[i].type == RA_BACKUP_SEALED && !ra_links_is_removed(c, &c->links[i]);
    return n;
}

/* ---- a single one ---- */

/* A path has a slash or the manifest's ending; a name has neither. */
static char *path_of(const char *dir, const char *which)
{
    struct ra_str w = ra_str(which);

    if (strchr(which, '/') || ra_str_ends_fold(w, RA_STR(RA_BACKUP_MANIFEST)))
        return ra_strdup(which);
    return ra_backup_name_ok(w) ? ra_backup_path(dir, which, RA_BACKUP_MANIFEST) : NULL;
}

static int read_newest(const char *dir, struct ra_backup_manifest *out, struct ra_err *err)
{
    struct ra_links c;
    const struct ra_backup_manifest *m;
    int rc = ra_links_read(dir, &c, err);
    char *path;

    if (rc != 0)
        return rc;
    m = ra_links_newest(&c);
    rc = ra_links_unread(&c, m ? m->name : "", err); /* it could be the newest */
    if (rc != 0) {
        ra_links_free(&c);
        return rc;
    }
    path = m ? ra_backup_path(dir, m->name, RA_BACKUP_MANIFEST) : NULL;
    rc = path ? read_manifest(path, out, err)
              : ra_fail(err, RA_ENOTFOUND, "%s: there is no backup", dir);
    free(path);
    ra_links_free(&c);
    return rc;
}

int ra_backup_manifest_read(const char *dir, const char *which, struct ra_backup_manifest *out,
                            struct ra_err *err)
{
    char *path;
    int rc;

    if (!which || strcmp(which, "newest") == 0 || strcmp(which, "latest") == 0)
        return read_newest(dir, out, err);
    path = path_of(dir, which);
    if (!path) {
        ra_fail(err, RA_ENOTFOUND, "'%.100s' is not the name of a backup", which);
        return ra_hint(err, "'reanchor backup list' names them; 'newest' is the last");
    }
    rc = read_manifest(path, out, err);
    if (rc == -(int)RA_EIO) {
        ra_fail(err, RA_ENOTFOUND, "%s: there is no such backup", path);
        ra_hint(err, "'reanchor backup list' shows what is there");
    } else if (rc != 0)
        ra_prefix(err, "%s", path);
    free(path);
    return err && rc != 0 ? -err->code : rc;
}
