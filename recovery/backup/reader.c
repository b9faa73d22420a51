#include "recovery/backup/facts.h"
#include "recovery/backup/stream.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

struct ra_backup {
    struct ra_backup_manifest m;
    struct ra_facts_reader facts;
    struct ra_source *source;
    struct ra_line_scratch scratch;
    cJSON *line;  /* what the last object borrows from, or the first one before it was asked for */
    bool waiting; /* the line is an object that was not handed out yet */
    bool ended;
    uint64_t lines, objects;
};

static int damaged(const struct ra_backup *b, struct ra_err *err)
{
    return ra_prefix(err, "%s: line %llu", b->m.data.name, (unsigned long long)b->lines);
}

/* The folder of a manifest that was given by its path. */
static char *folder(const struct ra_backup_source *source)
{
    char *path, *dir;

    if (!source->which || (!strchr(source->which, '/') &&
                           !ra_str_ends_fold(ra_str(source->which), RA_STR(RA_BACKUP_MANIFEST))))
        return ra_strdup(source->dir);
    path = ra_strdup(source->which);
    dir = ra_strdup(dirname(path));
    free(path);
    return dir;
}

static int check_hash(const char *path, const struct ra_backup_manifest *m, struct ra_err *err)
{
    char hash[RA_BACKUP_HASH];
    uint64_t bytes;
    int rc = ra_digest_file(path, &bytes, hash, err);

    if (rc == -(int)RA_ENOTFOUND)
        return ra_fail(err, RA_EINTEGRITY, "%s: is missing", path);
    if (rc != 0)
        return rc;
    if (bytes != m->data.bytes)
        return ra_fail(err, RA_EINTEGRITY, "%s: has %llu bytes, want %llu", path,
                       (unsigned long long)bytes, (unsigned long long)m->data.bytes);
    if (strcmp(hash, m->data.sha256) != 0)
        return ra_fail(err, RA_EINTEGRITY, "%s: has the hash %s, want %s", path, hash,
                       m->data.sha256);
    return 0;
}

/* ---- lines ---- */

static int check_end(struct ra_backup *b, struct ra_err *err)
{
    uint64_t lines, objects, plain;
    struct ra_str more;
    char hash[RA_BACKUP_HASH];
    int rc;

    if (!ra_member_count(b->line, "lines", &lines) || lines + 1 != b->lines ||
        b->lines != b->m.lines || !ra_member_count(b->line, "objects", &objects) ||
        objects != b->objects)
        return ra_fail(err, RA_EINTEGRITY, "the closing line has other counts than what was read");
    rc = ra_source_line(b->source, &more, err);
    if (rc != 0)
        return rc < 0 ? rc : ra_fail(err, RA_EINTEGRITY, "there is something behind the end");
    ra_source_total(b->source, &plain, hash);
    if (plain != b->m.plain_bytes || strcmp(hash, b->m.plain_sha256) != 0)
        return ra_fail(err, RA_EINTEGRITY, "the plain bytes have the hash %s, want %s", hash,
                       b->m.plain_sha256);
    b->ended = true;
    return 0;
}

/* The next line that is an object stays in b->line: 1; 0 at the end. */
static int next_line(struct ra_backup *b, struct ra_err *err)
{
    struct ra_str text, type;
    bool known;
    int rc;

    for (;;) {
        rc = ra_source_line(b->source, &text, err);
        if (rc < 0)
            return rc;
        if (rc == 0)
            return ra_fail(err, RA_EINTEGRITY, "ends without the closing line");
        b->lines++;
        cJSON_Delete(b->line);
        b->line = cJSON_ParseWithLength(text.p, text.n);
        if (!ra_member_text(b->line, "type", &type))
            return ra_fail(err, RA_EINTEGRITY, "is not an object of JSON with a type");
        if (ra_str_eq(type, RA_STR("object")))
            return b->facts.header ? 1 : ra_fail(err, RA_EINTEGRITY, "stands before the header");
        if (ra_str_eq(type, RA_STR("end")))
            return check_end(b, err);
        rc = ra_facts_read(&b->facts, b->line, type, &known, err);
        if (rc != 0)
            return rc;
    }
}

static int first_line(struct ra_backup *b, struct ra_err *err)
{
    int rc = next_line(b, err);

    if (rc < 0)
        return damaged(b, err);
    b->waiting = rc == 1;
    return 0;
}

/* ---- from outside ---- */

static int open_data(struct ra_backup *b, const struct ra_backup_source *source, const char *path,
                     struct ra_err *err)
{
    bool crypted = b->m.encrypted_to_n > 0;

    if (crypted && !source->identity_file) {
        ra_fail(err, RA_ECONFIG, "%s is encrypted, and no identity was given", b->m.name);
        return ra_hint(err, "give the file of an age identity: --identity FILE");
    }
    return ra_source_open(path, crypted ? source->identity_file : NULL, &b->source, err);
}

int ra_backup_open(const struct ra_backup_source *source, struct ra_backup **out,
                   struct ra_err *err)
{
    struct ra_backup *b = ra_calloc(1, sizeof *b);
    char *dir = folder(source), *path = NULL;
    int rc = ra_backup_manifest_read(source->dir, source->which, &b->m, err);

    ra_line_scratch_init(&b->scratch);
    if (rc == 0 && b->m.type != RA_BACKUP_SEALED)
        rc = ra_fail(err, RA_ENOTFOUND, "%s is the record of a pruning, want a backup", b->m.name);
    if (rc == 0) {
        path = ra_backup_path(dir, b->m.data.name, "");
        rc = check_hash(path, &b->m, err);
    }
    if (rc == 0)
        rc = open_data(b, source, path, err);
    if (rc == 0)
        rc = first_line(b, err);
    if (rc != 0)
        ra_backup_close(&b);
    free(path);
    free(dir);
    *out = b;
    return rc;
}

const struct ra_backup_manifest *ra_backup_manifest(const struct ra_backup *b)
{
    return &b->m;
}

const struct ra_backup_facts *ra_backup_facts(const struct ra_backup *b)
{
    return &b->facts.facts;
}

int ra_backup_next(struct ra_backup *b, struct ra_backup_object *out, struct ra_err *err)
{
    int rc;

    if (b->ended)
        return 0;
    rc = b->waiting ? 1 : next_line(b, err);
    b->waiting = false;
    if (rc == 1) {
        b->objects++;
        rc = ra_line_object_read(b->line, &b->scratch, out, err);
        rc = rc == 0 ? 1 : rc;
    }
    return rc < 0 ? damaged(b, err) : rc;
}

void ra_backup_close(struct ra_backup **bp)
{
    struct ra_backup *b = *bp;

    if (!b)
        return;
    ra_source_close(&b->source);
    cJSON_Delete(b->line);
    ra_line_scratch_free(&b->scratch);
    ra_facts_free(&b->facts);
    ra_backup_manifest_free(&b->m);
    free(b);
    *bp = NULL;
}
