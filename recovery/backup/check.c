#include "recovery/backup/check.h"
#include "recovery/backup/anchors.h"
#include "src/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TELL 256 /* records between two calls of progress */

struct checker {
    const struct ra_backup_check *how;
    struct ra_links *c;
};

/* ---- files ---- */

static bool check_file(struct checker *k, const struct ra_backup_manifest *m,
                       const struct ra_backup_file *f)
{
    char *path = ra_backup_path(k->how->dir, f->name, "");
    char hash[RA_BACKUP_HASH];
    struct ra_err err = {0};
    uint64_t bytes;
    int rc = ra_digest_file(path, &bytes, hash, &err);
    bool good = false;

    free(path);
    if (rc == -(int)RA_ENOTFOUND)
        ra_links_find(k->c, true, m->name, f->name, "is missing");
    else if (rc != 0)
        ra_links_find(k->c, true, m->name, f->name, "%s", err.msg);
    else if (bytes != f->bytes)
        ra_links_find(k->c, true, m->name, f->name, "has %llu bytes, want %llu",
                      (unsigned long long)bytes, (unsigned long long)f->bytes);
    else if (strcmp(hash, f->sha256) != 0)
        ra_links_find(k->c, true, m->name, f->name, "has the hash %s, want %s", hash, f->sha256);
    else
        good = true;
    return good;
}

/* Sorted and of the right number: pruning relies on it. */
static void check_anchors(struct checker *k, const struct ra_backup_manifest *m)
{
    struct ra_anchor_set set;
    struct ra_err err = {0};

    if (!check_file(k, m, &m->anchors))
        return;
    if (ra_anchor_set_read(k->how->dir, m, &set, &err) != 0)
        ra_links_find(k->c, true, m->name, m->anchors.name, "%s", err.msg);
    else
        ra_anchor_set_free(&set);
}

/* What is counted while reading must be what the manifest says. */
static int check_records(struct checker *k, struct ra_backup *b, const struct ra_backup_manifest *m,
                         struct ra_err *err)
{
    struct ra_backup_object o;
    uint64_t n = 0, ad[RA_KINDS] = {0}, ad_deleted = 0;
    int rc;

    while ((rc = ra_backup_next(b, &o, err)) == 1) {
        if (o.has_ad && o.ad.o.deleted)
            ad_deleted++;
        else if (o.has_ad)
            ad[o.ad.o.kind]++;
        if (++n % TELL == 0 && k->how->progress)
            k->how->progress(k->how->ctx, m->name, n, m->lines);
    }
    if (rc == 0 && (memcmp(ad, m->ad, sizeof ad) != 0 || ad_deleted != m->ad_deleted))
        rc = ra_fail(err, RA_EINTEGRITY, "%s: the records are not those that the manifest counts",
                     m->data.name);
    return rc;
}

static void check_records_of(struct checker *k, const struct ra_backup_manifest *m)
{
    const struct ra_backup_source source = {
        .dir = k->how->dir, .which = m->name, .identity_file = k->how->identity_file};
    struct ra_backup *b = NULL;
    struct ra_err err = {0};
    int rc = ra_backup_open(&source, &b, &err);

    if (rc == 0)
        rc = check_records(k, b, m, &err);
    if (rc != 0)
        ra_links_find(k->c, true, m->name, m->data.name, "%s", err.msg);
    ra_backup_close(&b);
}

static void check_backup(struct checker *k, const struct ra_backup_manifest *m)
{
    bool whole = check_file(k, m, &m->data);

    check_anchors(k, m);
    if (whole && k->how->read_data)
        check_records_of(k, m);
}

/* ---- signatures ---- */

static const struct ra_sign_public *key_of(const struct checker *k, const char *id)
{
    char text[RA_BACKUP_KEY_ID];

    for (size_t i = 0; i < k->how->keys_n; i++) {
        ra_sign_key_id(&k->how->keys[i], text);
        if (strcmp(text, id) == 0)
            return &k->how->keys[i];
    }
    return NULL;
}

static int read_pair(struct checker *k, const struct ra_backup_manifest *m, struct ra_buf *manifest,
                     struct ra_buf *signature, struct ra_err *err)
{
    char *path = ra_backup_path(k->how->dir, m->name, RA_BACKUP_MANIFEST);
    char *signed_path = ra_backup_path(k->how->dir, m->name, RA_BACKUP_SIGNED);
    int rc = ra_file_read(path, RA_BACKUP_MANIFEST_MAX, RA_EINTEGRITY, manifest, err);

    if (rc == 0) {
        rc = ra_file_read(signed_path, 4096, RA_EINTEGRITY, signature, err);
        if (rc != 0)
            ra_buf_free(manifest);
    }
    free(path);
    free(signed_path);
    return rc;
}

static void check_signature(struct checker *k, const struct ra_backup_manifest *m)
{
    struct ra_buf manifest, signature;
    struct ra_err err = {0};
    char file[RA_BACKUP_NAME_MAX + 16];
    int rc = read_pair(k, m, &manifest, &signature, &err);

    if (rc == 0) {
        rc = ra_sign_check(key_of(k, m->signed_by), (struct ra_str){signature.p, signature.n},
                           (struct ra_str){manifest.p, manifest.n}, m, &err);
        ra_buf_free(&manifest);
        ra_buf_free(&signature);
    }
    snprintf(file, sizeof file, "%s%s", m->name, RA_BACKUP_SIGNED);
    if (rc != 0)
        ra_links_find(k->c, true, m->name, file, "%s", err.msg);
}

/* A link that nobody signed is vouched for by every signed one behind it; nothing vouches for the
 * newest but its own signature. */
static void check_newest(struct checker *k)
{
    const struct ra_backup_manifest *m = k->c->n ? &k->c->links[k->c->n - 1] : NULL;
    char file[RA_BACKUP_NAME_MAX + 8];

    if (!m || k->how->keys_n == 0 || key_of(k, m->signed_by))
        return;
    snprintf(file, sizeof file, "%s%s", m->name, RA_BACKUP_MANIFEST);
    if (m->signed_by[0])
        ra_links_find(k->c, true, m->name, file, "is signed by the key %s, which was not given",
                      m->signed_by);
    else
        ra_links_find(k->c, true, m->name, file,
                      "is not signed: nothing vouches for the newest of the chain");
}

static void check_signatures(struct checker *k)
{
    size_t unknown = 0;

    for (size_t i = 0; i < k->c->n; i++) {
        const struct ra_backup_manifest *m = &k->c->links[i];
        if (!m->signed_by[0])
            continue;
        if (!key_of(k, m->signed_by))
            unknown++;
        check_signature(k, m);
    }
    if (unknown)
        ra_links_find(k->c, false, "", "",
                      "%zu signature%s not verified: give the public key with --public-key",
                      unknown, unknown == 1 ? " was" : "s were");
    check_newest(k);
}

/* ---- the folder ---- */

static void note_left_over(struct checker *k)
{
    size_t n = ra_links_left_over(k->c);

    if (n)
        ra_links_find(k->c, false, "", "",
                      "%zu file%s left over from a run that was cut; the next one that writes "
                      "removes %s",
                      n, n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
}

int ra_backup_check(const struct ra_backup_check *how, struct ra_links *out, struct ra_err *err)
{
    struct checker k = {.how = how, .c = out};
    size_t done = 0, total;
    int rc = ra_links_read(how->dir, out, err);

    if (rc != 0)
        return rc;
    ra_links_follow(out);
    check_signatures(&k);
    total = ra_links_backups(out);
    for (size_t i = 0; i < out->n; i++) {
        const struct ra_backup_manifest *m = &out->links[i];
        if (m->type != RA_BACKUP_SEALED || ra_links_is_removed(out, m) ||
            (how->only && strcmp(how->only, m->name) != 0))
            continue;
        if (how->progress)
            how->progress(how->ctx, "backups", done++, total);
        check_backup(&k, m);
    }
    note_left_over(&k);
    return 0;
}

size_t ra_backup_faults(const struct ra_links *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->findings_n; i++)
        n += c->findings[i].fault;
    return n;
}
