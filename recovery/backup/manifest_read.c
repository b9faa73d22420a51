/* The manifest's bytes, read strictly: what is missing or of another type is named. */
#include "recovery/backup/intern.h"

#include <stdio.h>
#include <string.h>

static int wrong(const char *key, struct ra_err *err)
{
    return ra_fail(err, RA_EINTEGRITY, "the manifest's '%s' is missing or not what it must be",
                   key);
}

static const cJSON *member(const cJSON *o, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

static bool get_name(const cJSON *o, const char *key, char out[RA_BACKUP_NAME_MAX])
{
    return ra_member_chars(o, key, out, RA_BACKUP_NAME_MAX) && ra_backup_name_ok(ra_str(out));
}

static bool get_type(const cJSON *o, enum ra_backup_type *out)
{
    struct ra_str s;

    if (!ra_member_text(o, "type", &s))
        return false;
    *out = ra_str_eq(s, RA_STR("prune")) ? RA_BACKUP_PRUNE : RA_BACKUP_SEALED;
    return *out == RA_BACKUP_PRUNE || ra_str_eq(s, RA_STR("backup"));
}

static bool get_ref(const cJSON *v, struct ra_backup_ref *out)
{
    *out = (struct ra_backup_ref){0};
    if (cJSON_IsNull(v))
        return true;
    return cJSON_IsObject(v) && get_name(v, "name", out->name) &&
           ra_member_count(v, "sequence", &out->sequence) && out->sequence > 0 &&
           ra_member_hash(v, "sha256", out->sha256);
}

/* "" stands for none, as null does in the file. */
static bool get_optional(const cJSON *o, const char *key, char *out, size_t size)
{
    out[0] = '\0';
    return cJSON_IsNull(member(o, key)) || ra_member_chars(o, key, out, size);
}

static bool get_file(const cJSON *o, const char *name, const char *suffix, const char *other_suffix,
                     struct ra_backup_file *f)
{
    char want[sizeof f->name], other[sizeof f->name];

    snprintf(want, sizeof want, "%s%s", name, suffix);
    snprintf(other, sizeof other, "%s%s", name, other_suffix);
    return cJSON_IsObject(o) && ra_member_chars(o, "file", f->name, sizeof f->name) &&
           (strcmp(f->name, want) == 0 || strcmp(f->name, other) == 0) &&
           ra_member_count(o, "bytes", &f->bytes) && ra_member_hash(o, "sha256", f->sha256);
}

static bool get_recipients(const cJSON *v, struct ra_backup_manifest *m)
{
    if (!cJSON_IsArray(v))
        return false;
    m->encrypted_to =
        ra_arena_alloc(&m->arena, (size_t)cJSON_GetArraySize(v) * sizeof *m->encrypted_to);
    for (const cJSON *i = v->child; i; i = i->next) {
        if (!cJSON_IsString(i) || !i->valuestring[0])
            return false;
        m->encrypted_to[m->encrypted_to_n++] = ra_arena_text(&m->arena, ra_str(i->valuestring));
    }
    return true;
}

static int get_data(const cJSON *o, struct ra_backup_manifest *m, struct ra_err *err)
{
    const cJSON *data = member(o, "data"), *anchors = member(o, "anchors");

    if (!get_file(data, m->name, RA_BACKUP_PLAIN, RA_BACKUP_CRYPTED, &m->data) ||
        !ra_member_count(data, "lines", &m->lines) ||
        !ra_member_count(data, "plain_bytes", &m->plain_bytes) ||
        !ra_member_hash(data, "plain_sha256", m->plain_sha256))
        return wrong("data", err);
    if (!get_recipients(member(data, "encrypted_to"), m) ||
        (m->encrypted_to_n > 0) != (strstr(m->data.name, RA_BACKUP_CRYPTED) != NULL))
        return wrong("data.encrypted_to", err);
    if (!get_file(anchors, m->name, RA_BACKUP_ANCHORS, RA_BACKUP_ANCHORS, &m->anchors) ||
        !ra_member_count(anchors, "count", &m->anchors_n))
        return wrong("anchors", err);
    return 0;
}

static bool get_kinds(const cJSON *o, uint64_t kinds[RA_KINDS], uint64_t *deleted)
{
    if (!cJSON_IsObject(o) || !ra_member_count(o, "deleted", deleted))
        return false;
    for (int k = 0; k < RA_KINDS; k++) {
        const char *name = ra_kind_name((enum ra_kind)k);
        if (member(o, name) && !ra_member_count(o, name, &kinds[k]))
            return false;
    }
    return true;
}

static int get_counts(const cJSON *o, struct ra_backup_manifest *m, struct ra_err *err)
{
    const cJSON *counts = member(o, "counts"), *codes = member(counts, "codes");

    if (!get_kinds(member(counts, "cloud"), m->cloud, &m->cloud_deleted) ||
        !get_kinds(member(counts, "ad"), m->ad, &m->ad_deleted) ||
        !ra_member_count(counts, "role_holders", &m->roles) || !cJSON_IsObject(codes))
        return wrong("counts", err);
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        const char *name = ra_code_info((enum ra_verdict_code)c)->name;
        if (member(codes, name) && !ra_member_count(codes, name, &m->codes[c]))
            return wrong("counts.codes", err);
    }
    return 0;
}

static bool get_snapshot(const cJSON *o, struct ra_arena *a, struct ra_backup_snapshot *s)
{
    struct ra_str side, hash, proof;

    if (!ra_member_text(o, "side", &side) || !ra_member_text(o, "hash", &hash) ||
        !ra_member_text(o, "proof", &proof) || !ra_member_time(o, "created", &s->created) ||
        !ra_member_count(o, "objects", &s->objects) || ra_str_absent(side) || ra_str_absent(hash) ||
        ra_str_absent(proof))
        return false;
    s->side = ra_arena_text(a, side);
    s->hash = ra_arena_text(a, hash);
    s->proof = ra_arena_text(a, proof);
    return true;
}

static int get_snapshots(const cJSON *o, struct ra_backup_manifest *m, struct ra_err *err)
{
    const cJSON *v = member(o, "snapshots");
    int n = cJSON_GetArraySize(v);

    if (!cJSON_IsArray(v) || n < 1 || n > RA_BACKUP_SNAPSHOTS_MAX)
        return wrong("snapshots", err);
    m->snapshots = ra_arena_alloc(&m->arena, (size_t)n * sizeof *m->snapshots);
    for (const cJSON *i = v->child; i; i = i->next)
        if (!get_snapshot(i, &m->arena, &m->snapshots[m->snapshots_n++]))
            return wrong("snapshots", err);
    return 0;
}

static bool get_removal(const cJSON *o, struct ra_backup_removed *r)
{
    return get_name(o, "name", r->link.name) && get_type(o, &r->type) &&
           ra_member_count(o, "sequence", &r->link.sequence) &&
           ra_member_time(o, "created", &r->created) &&
           ra_member_hash(o, "sha256", r->link.sha256) &&
           get_optional(o, "previous", r->previous, sizeof r->previous) &&
           ra_member_chars(o, "reason", r->reason, sizeof r->reason);
}

static int get_removed(const cJSON *o, struct ra_backup_manifest *m, struct ra_err *err)
{
    const cJSON *v = member(o, "removed");

    if (!cJSON_IsArray(v))
        return wrong("removed", err);
    m->removed = ra_arena_alloc(&m->arena, (size_t)cJSON_GetArraySize(v) * sizeof *m->removed);
    for (const cJSON *i = v->child; i; i = i->next)
        if (!get_removal(i, &m->removed[m->removed_n++]))
            return wrong("removed", err);
    return 0;
}

static int get_head(const cJSON *o, struct ra_backup_manifest *m, struct ra_err *err)
{
    uint64_t format;

    if (!ra_member_count(o, "format", &format))
        return wrong("format", err);
    if (format != RA_BACKUP_FORMAT)
        return ra_fail(err, RA_EINTEGRITY, "the manifest has format %llu, want %d",
                       (unsigned long long)format, RA_BACKUP_FORMAT);
    if (!get_type(o, &m->type))
        return wrong("type", err);
    if (!get_name(o, "name", m->name))
        return wrong("name", err);
    if (!ra_member_count(o, "sequence", &m->sequence) || m->sequence == 0)
        return wrong("sequence", err);
    if (!ra_member_time(o, "created", &m->created))
        return wrong("created", err);
    if (!ra_member_chars(member(o, "tool"), "version", m->tool_version, sizeof m->tool_version))
        return wrong("tool", err);
    if (!get_ref(member(o, "previous"), &m->previous))
        return wrong("previous", err);
    if (!get_optional(o, "signed_by", m->signed_by, sizeof m->signed_by))
        return wrong("signed_by", err);
    return 0;
}

static int get_backup(const cJSON *o, struct ra_backup_manifest *m, struct ra_err *err)
{
    struct ra_str attribute;
    int rc;

    if (!ra_member_chars(o, "tenant", m->tenant, sizeof m->tenant))
        return wrong("tenant", err);
    if (!ra_member_text(o, "anchor_attribute", &attribute) || ra_str_absent(attribute))
        return wrong("anchor_attribute", err);
    m->anchor_attribute = ra_arena_text(&m->arena, attribute);
    rc = get_data(o, m, err);
    if (rc == 0)
        rc = get_counts(o, m, err);
    return rc == 0 ? get_snapshots(o, m, err) : rc;
}

int ra_manifest_decode(struct ra_str bytes, struct ra_backup_manifest *out, struct ra_err *err)
{
    cJSON *tree = ra_utf8_valid(bytes.p, bytes.n) ? cJSON_ParseWithLength(bytes.p, bytes.n) : NULL;
    int rc;

    *out = (struct ra_backup_manifest){0};
    if (!tree)
        return ra_fail(err, RA_EINTEGRITY, "the manifest is not JSON in UTF-8");
    rc = get_head(tree, out, err);
    if (rc == 0)
        rc =
            out->type == RA_BACKUP_PRUNE ? get_removed(tree, out, err) : get_backup(tree, out, err);
    cJSON_Delete(tree);
    if (rc == 0)
        ra_digest_of(bytes.p, bytes.n, out->sha256);
    else
        ra_backup_manifest_free(out);
    return rc;
}
