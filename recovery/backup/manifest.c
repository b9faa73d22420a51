/* The manifest's bytes. Indented, so that a person can read what vouches for the data. */
#include "recovery/backup/intern.h"
#include "src/base/clock.h"

#include <stdlib.h>
#include <string.h>

static void text(struct ra_json *j, const char *key, const char *z)
{
    ra_json_key(j, key);
    ra_json_str(j, ra_str(z));
}

static void count(struct ra_json *j, const char *key, uint64_t v)
{
    ra_json_key(j, key);
    ra_json_int(j, (long long)v);
}

static void when(struct ra_json *j, const char *key, int64_t t)
{
    char z[RA_TIME_TEXT];

    ra_time_text(t, z);
    text(j, key, z);
}

static void put_ref(struct ra_json *j, const char *key, const struct ra_backup_ref *r)
{
    ra_json_key(j, key);
    if (r->sequence == 0) {
        ra_json_null(j);
        return;
    }
    ra_json_object(j);
    text(j, "name", r->name);
    count(j, "sequence", r->sequence);
    text(j, "sha256", r->sha256);
    ra_json_object_end(j);
}

static void put_file(struct ra_json *j, const struct ra_backup_file *f)
{
    text(j, "file", f->name);
    count(j, "bytes", f->bytes);
    text(j, "sha256", f->sha256);
}

static void put_data(struct ra_json *j, const struct ra_backup_manifest *m)
{
    ra_json_key(j, "data");
    ra_json_object(j);
    put_file(j, &m->data);
    ra_json_key(j, "encrypted_to");
    ra_json_array(j);
    for (size_t i = 0; i < m->encrypted_to_n; i++)
        ra_json_str(j, m->encrypted_to[i]);
    ra_json_array_end(j);
    count(j, "lines", m->lines);
    count(j, "plain_bytes", m->plain_bytes);
    text(j, "plain_sha256", m->plain_sha256);
    ra_json_object_end(j);
    ra_json_key(j, "anchors");
    ra_json_object(j);
    put_file(j, &m->anchors);
    count(j, "count", m->anchors_n);
    ra_json_object_end(j);
}

static void put_kinds(struct ra_json *j, const char *key, const uint64_t kinds[RA_KINDS],
                      uint64_t deleted)
{
    ra_json_key(j, key);
    ra_json_object(j);
    for (int k = 0; k < RA_KINDS; k++)
        if (kinds[k])
            count(j, ra_kind_name((enum ra_kind)k), kinds[k]);
    count(j, "deleted", deleted);
    ra_json_object_end(j);
}

static void put_counts(struct ra_json *j, const struct ra_backup_manifest *m)
{
    ra_json_key(j, "counts");
    ra_json_object(j);
    put_kinds(j, "cloud", m->cloud, m->cloud_deleted);
    put_kinds(j, "ad", m->ad, m->ad_deleted);
    count(j, "role_holders", m->roles);
    ra_json_key(j, "codes");
    ra_json_object(j);
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        if (m->codes[c])
            count(j, ra_code_info((enum ra_verdict_code)c)->name, m->codes[c]);
    ra_json_object_end(j);
    ra_json_object_end(j);
}

static void put_snapshots(struct ra_json *j, const struct ra_backup_manifest *m)
{
    ra_json_key(j, "snapshots");
    ra_json_array(j);
    for (size_t i = 0; i < m->snapshots_n; i++) {
        const struct ra_backup_snapshot *s = &m->snapshots[i];
        ra_json_object(j);
        ra_json_key(j, "side");
        ra_json_str(j, s->side);
        when(j, "created", s->created);
        count(j, "objects", s->objects);
        ra_json_key(j, "hash");
        ra_json_str(j, s->hash);
        ra_json_key(j, "proof");
        ra_json_str(j, s->proof);
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
}

static void put_removed(struct ra_json *j, const struct ra_backup_manifest *m)
{
    ra_json_key(j, "removed");
    ra_json_array(j);
    for (size_t i = 0; i < m->removed_n; i++) {
        const struct ra_backup_removed *r = &m->removed[i];
        ra_json_object(j);
        text(j, "name", r->link.name);
        text(j, "type", r->type == RA_BACKUP_PRUNE ? "prune" : "backup");
        count(j, "sequence", r->link.sequence);
        when(j, "created", r->created);
        text(j, "sha256", r->link.sha256);
        text(j, "previous", r->previous);
        text(j, "reason", r->reason);
        ra_json_object_end(j);
    }
    ra_json_array_end(j);
}

static void put_head(struct ra_json *j, const struct ra_backup_manifest *m)
{
    count(j, "format", RA_BACKUP_FORMAT);
    text(j, "type", m->type == RA_BACKUP_PRUNE ? "prune" : "backup");
    text(j, "name", m->name);
    count(j, "sequence", m->sequence);
    when(j, "created", m->created);
    ra_json_key(j, "tool");
    ra_json_object(j);
    text(j, "name", "reanchor");
    text(j, "version", m->tool_version);
    ra_json_object_end(j);
    put_ref(j, "previous", &m->previous);
    text(j, "signed_by", m->signed_by);
}

int ra_manifest_encode_line(const struct ra_backup_manifest *m, struct ra_buf *out,
                            struct ra_err *err)
{
    struct ra_json j;

    ra_json_init(&j, out);
    ra_json_object(&j);
    put_head(&j, m);
    if (m->type == RA_BACKUP_PRUNE) {
        put_removed(&j, m);
    } else {
        text(&j, "tenant", m->tenant);
        ra_json_key(&j, "anchor_attribute");
        ra_json_str(&j, m->anchor_attribute);
        put_data(&j, m);
        put_counts(&j, m);
        put_snapshots(&j, m);
    }
    ra_json_object_end(&j);
    return out->overflow ? ra_fail(err, RA_EINTERNAL, "the manifest is too large") : 0;
}

int ra_manifest_encode(const struct ra_backup_manifest *m, struct ra_buf *out, struct ra_err *err)
{
    struct ra_buf compact;
    cJSON *tree = NULL;
    char *printed = NULL;
    int rc;

    ra_buf_init(&compact, RA_BACKUP_MANIFEST_MAX);
    rc = ra_manifest_encode_line(m, &compact, err);
    if (rc == 0)
        tree = cJSON_ParseWithLength(compact.p, compact.n);
    if (tree)
        printed = cJSON_Print(tree);
    if (rc == 0 && (!printed || !ra_buf_puts(out, printed) || !ra_buf_putc(out, '\n')))
        rc = ra_fail(err, RA_EINTERNAL, "the manifest is too large");
    cJSON_free(printed);
    cJSON_Delete(tree);
    ra_buf_free(&compact);
    return rc;
}

void ra_backup_manifest_free(struct ra_backup_manifest *m)
{
    ra_arena_free(&m->arena);
    *m = (struct ra_backup_manifest){0};
}
