#include "recovery/backup/chain.h"
#include "src/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- holding the folder ---- */

int ra_backup_lock(const char *dir, int *lock, struct ra_err *err)
{
    char *path = ra_backup_path(dir, "lock", "");
    int rc = ra_dir_make(dir, err);

    *lock = -1;
    if (rc == 0) {
        *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (*lock < 0)
            rc = ra_fail(err, RA_EIO, "%s: %s", path, strerror(errno));
        else if (flock(*lock, LOCK_EX | LOCK_NB) != 0)
            rc = ra_fail(err, RA_ELOCKED, "%s: another run holds the backups", dir);
    }
    if (rc != 0)
        ra_backup_unlock(lock);
    free(path);
    return rc;
}

void ra_backup_unlock(int *lock)
{
    if (*lock >= 0)
        close(*lock);
    *lock = -1;
}

/* ---- files ---- */

static int write_all(int fd, const char *path, const char *p, size_t n, struct ra_err *err)
{
    while (n > 0) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno != EINTR)
            return ra_fail(err, RA_EIO, "%s: cannot be written: %s", path, strerror(errno));
        if (w > 0) {
            p += w;
            n -= (size_t)w;
        }
    }
    return fsync(fd) == 0 ? 0 : ra_fail(err, RA_EIO, "%s: fsync: %s", path, strerror(errno));
}

int ra_backup_put_file(const char *dir, const char *name, const char *suffix, const void *p,
                       size_t n, struct ra_err *err)
{
    char *path = ra_backup_path(dir, name, suffix);
    char *part = ra_malloc(strlen(path) + sizeof RA_BACKUP_PART);
    int fd, rc;

    snprintf(part, strlen(path) + sizeof RA_BACKUP_PART, "%s%s", path, RA_BACKUP_PART);
    fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    rc = fd < 0 ? ra_fail(err, RA_EIO, "%s: cannot be created: %s", part, strerror(errno))
                : write_all(fd, part, p, n, err);
    if (fd >= 0)
        close(fd); /* all of it is on the disk */
    if (rc == 0 && rename(part, path) != 0)
        rc = ra_fail(err, RA_EIO, "%s: cannot be renamed into place: %s", path, strerror(errno));
    if (rc != 0)
        unlink(part);
    free(part);
    free(path);
    return rc;
}

void ra_links_head(const struct ra_backup_ref *r, struct ra_buf *out)
{
    struct ra_json j;

    ra_json_init(&j, out);
    ra_json_object(&j);
    ra_json_key(&j, "format");
    ra_json_int(&j, RA_BACKUP_FORMAT);
    ra_json_key(&j, "type");
    ra_json_z(&j, "head");
    ra_json_key(&j, "sequence");
    ra_json_int(&j, (long long)r->sequence);
    ra_json_key(&j, "name");
    ra_json_str(&j, ra_str(r->name));
    ra_json_key(&j, "sha256");
    ra_json_str(&j, ra_str(r->sha256));
    ra_json_object_end(&j);
    ra_buf_putc(out, '\n');
}

static int put_head(const char *dir, const struct ra_backup_ref *r, struct ra_err *err)
{
    struct ra_buf b;
    int rc;

    ra_buf_init(&b, 4096);
    ra_links_head(r, &b);
    rc = ra_backup_put_file(dir, RA_BACKUP_HEAD, "", b.p, b.n, err);
    ra_buf_free(&b);
    return rc == 0 ? ra_dir_sync(dir, err) : rc;
}

int ra_links_begin(const char *dir, struct ra_err *err)
{
    struct ra_links c;
    const struct ra_backup_ref none = {0};
    int rc = ra_links_read(dir, &c, err);

    if (rc != 0)
        return rc;
    /* With one finding, that head.json is missing, the folder is new. */
    if (!c.head_found && c.n == 0 && c.findings_n == 1)
        rc = put_head(dir, &none, err);
    ra_links_free(&c);
    return rc;
}

/* ---- a link ---- */

static bool is_taken(const struct ra_links *c, const char *name)
{
    char *path = ra_backup_path(c->dir, name, RA_BACKUP_MANIFEST);
    struct stat st;
    bool taken = lstat(path, &st) == 0 || errno != ENOENT;

    free(path);
    for (size_t i = 0; i < c->n && !taken; i++)
        for (size_t r = 0; r < c->links[i].removed_n && !taken; r++)
            taken = strcmp(c->links[i].removed[r].link.name, name) == 0;
    return taken;
}

void ra_links_next(const struct ra_links *c, enum ra_backup_type type, int64_t now,
                   struct ra_backup_manifest *m)
{
    const struct ra_backup_manifest *last = c->n ? &c->links[c->n - 1] : NULL;
    size_t n;

    m->type = type;
    m->created = now;
    snprintf(m->tool_version, sizeof m->tool_version, "%s", RA_VERSION);
    m->previous = c->head;
    /* A run that was cut behind its manifest did not come to head.json. */
    if (last && last->sequence > c->head.sequence) {
        m->previous.sequence = last->sequence;
        memcpy(m->previous.name, last->name, sizeof m->previous.name);
        memcpy(m->previous.sha256, last->sha256, sizeof m->previous.sha256);
    }
    m->sequence = m->previous.sequence + 1;
    ra_backup_name(now, type, m->name);
    n = strlen(m->name);
    if (is_taken(c, m->name))
        snprintf(m->name + n, sizeof m->name - n, "-%llu", (unsigned long long)m->sequence);
}

static int put_signature(const char *dir, const struct ra_sign_key *key, struct ra_str manifest,
                         const struct ra_backup_manifest *m, struct ra_err *err)
{
    struct ra_buf bytes;
    int rc;

    ra_buf_init(&bytes, 4096);
    ra_sign(key, manifest, m, &bytes);
    rc = ra_backup_put_file(dir, m->name, RA_BACKUP_SIGNED, bytes.p, bytes.n, err);
    ra_buf_free(&bytes);
    return rc;
}

/* The order is the point: what a manifest vouches for is durable before it, head.json behind it. */
static int put_link(const char *dir, const struct ra_backup_manifest *m, struct ra_str manifest,
                    const struct ra_sign_key *key, struct ra_err *err)
{
    struct ra_backup_ref head = {.sequence = m->sequence};
    int rc = key ? put_signature(dir, key, manifest, m, err) : 0;

    if (rc == 0)
        rc = ra_dir_sync(dir, err);
    if (rc == 0)
        rc = ra_backup_put_file(dir, m->name, RA_BACKUP_MANIFEST, manifest.p, manifest.n, err);
    if (rc == 0)
        rc = ra_dir_sync(dir, err);
    if (rc != 0)
        return rc;
    memcpy(head.name, m->name, sizeof head.name);
    memcpy(head.sha256, m->sha256, sizeof head.sha256);
    return put_head(dir, &head, err);
}

int ra_links_append(const struct ra_links *c, struct ra_backup_manifest *m,
                    const struct ra_sign_key *key, struct ra_err *err)
{
    struct ra_sign_public public;
    struct ra_buf bytes;
    int rc;

    if (key) {
        ra_sign_key_public(key, &public);
        ra_sign_key_id(&public, m->signed_by);
    }
    ra_buf_init(&bytes, RA_BACKUP_MANIFEST_MAX);
    rc = ra_manifest_encode(m, &bytes, err);
    if (rc == 0) {
        ra_digest_of(bytes.p, bytes.n, m->sha256);
        rc = put_link(c->dir, m, (struct ra_str){bytes.p, bytes.n}, key, err);
    }
    ra_buf_free(&bytes);
    return rc;
}

/* ---- what a killed run left ---- */

static bool names(const struct ra_backup_ref *r, struct ra_str name)
{
    return r->sequence && ra_str_eq(ra_str(r->name), name);
}

/* Whether something in the chain tells of a backup of this name. Its data are never left over, even
 * when its manifest is gone. */
static bool is_told_of(const struct ra_links *c, struct ra_str name)
{
    if (names(&c->head, name))
        return true;
    for (size_t i = 0; i < c->n; i++)
        if (ra_str_eq(ra_str(c->links[i].name), name) || names(&c->links[i].previous, name))
            return true;
    for (size_t i = 0; i < c->findings_n; i++)
        if (ra_str_eq(ra_str(c->findings[i].name), name))
            return true; /* a manifest that cannot be read */
    return false;
}

static bool is_pruned(const struct ra_links *c, struct ra_str name)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t r = 0; r < c->links[i].removed_n; r++)
            if (ra_str_eq(ra_str(c->links[i].removed[r].link.name), name))
                return true;
    return false;
}

static bool strip(struct ra_str *file, const char *suffix)
{
    struct ra_str s = ra_str(suffix);

    if (!ra_str_ends_fold(*file, s))
        return false;
    file->n -= s.n;
    return true;
}

static bool is_left_over(const struct ra_links *c, const char *file)
{
    struct ra_str name = ra_str(file);
    bool manifest;

    if (ra_str_ends_fold(name, RA_STR(RA_BACKUP_PART)))
        return ra_str_starts_fold(name, RA_STR(RA_BACKUP_PREFIX)) ||
               strcmp(file, RA_BACKUP_HEAD RA_BACKUP_PART) == 0;
    manifest = !strip(&name, RA_BACKUP_SIGNED) && strip(&name, RA_BACKUP_MANIFEST);
    if (!manifest && name.n == strlen(file) && !strip(&name, RA_BACKUP_CRYPTED) &&
        !strip(&name, RA_BACKUP_PLAIN) && !strip(&name, RA_BACKUP_ANCHORS))
        return false;
    if (!ra_backup_name_ok(name))
        return false;
    return is_pruned(c, name) || (!manifest && !is_told_of(c, name));
}

/* Manifests first: what has lost some of its files must not count any more. */
static int remove_left_over(const struct ra_links *c, bool manifests, bool *removed,
                            struct ra_err *err)
{
    DIR *d = opendir(c->dir);
    struct dirent *e;
    int rc = 0;

    if (!d)
        return ra_fail(err, RA_EIO, "%s: %s", c->dir, strerror(errno));
    while (errno = 0, rc == 0 && (e = readdir(d)) != NULL) {
        struct ra_str file = ra_str(e->d_name);
        if (ra_str_ends_fold(file, RA_STR(RA_BACKUP_MANIFEST)) != manifests ||
            !is_left_over(c, e->d_name))
            continue;
        *removed = true;
        if (unlinkat(dirfd(d), e->d_name, 0) != 0 && errno != ENOENT)
            rc = ra_fail(err, RA_EIO, "%s/%s: cannot be removed: %s", c->dir, e->d_name,
                         strerror(errno));
    }
    if (rc == 0 && errno)
        rc = ra_fail(err, RA_EIO, "%s: cannot be listed: %s", c->dir, strerror(errno));
    closedir(d);
    return rc;
}

/* A run that was cut between its manifest and head.json. */
static int mend_head(const struct ra_links *c, struct ra_err *err)
{
    const struct ra_backup_manifest *last = c->n ? &c->links[c->n - 1] : NULL;
    struct ra_backup_ref head = {0};

    if (!c->head_found || !last || last->sequence != c->head.sequence + 1 ||
        strcmp(last->previous.sha256, c->head.sha256) != 0)
        return 0;
    head.sequence = last->sequence;
    memcpy(head.name, last->name, sizeof head.name);
    memcpy(head.sha256, last->sha256, sizeof head.sha256);
    return put_head(c->dir, &head, err);
}

int ra_links_tidy(const struct ra_links *c, struct ra_err *err)
{
    bool removed = false;
    int rc = mend_head(c, err);

    if (rc == 0)
        rc = remove_left_over(c, true, &removed, err);

    if (rc == 0 && removed)
        rc = ra_dir_sync(c->dir, err);
    removed = false;
    if (rc == 0)
        rc = remove_left_over(c, false, &removed, err);
    return rc == 0 && removed ? ra_dir_sync(c->dir, err) : rc;
}

size_t ra_links_left_over(const struct ra_links *c)
{
    DIR *d = opendir(c->dir);
    struct dirent *e;
    size_t n = 0;

    while (d && (e = readdir(d)) != NULL)
        n += is_left_over(c, e->d_name);
    if (d)
        closedir(d);
    return n;
}
