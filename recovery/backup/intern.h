/* What the files of the backup room share: paths, hashes, lines of JSON. */
#ifndef RA_BACKUP_INTERN_H
#define RA_BACKUP_INTERN_H

#include "recovery/backup/backup.h"
#include "src/base/buf.h"
#include "src/base/json.h"

#include <cjson/cJSON.h>

#define RA_BACKUP_PREFIX   "reanchor-"
#define RA_BACKUP_MANIFEST ".json"
#define RA_BACKUP_SIGNED   ".json.minisig"
#define RA_BACKUP_PLAIN    ".ndjson.zst"
#define RA_BACKUP_CRYPTED  ".ndjson.zst.age"
#define RA_BACKUP_ANCHORS  ".anchors"
#define RA_BACKUP_PART     ".part" /* behind a file that is being written */
#define RA_BACKUP_HEAD     "head.json"

#define RA_BACKUP_MANIFEST_MAX ((size_t)64 << 20)
#define RA_BACKUP_LINE_MAX     ((size_t)256 << 20)

/* DIR/NAME and the suffix; free with free(). */
char *ra_backup_path(const char *dir, const char *name, const char *suffix);
/* reanchor-YYYYMMDDTHHMMSSZ, and for a prune record -prune behind. */
void ra_backup_name(int64_t t, enum ra_backup_type type, char out[RA_BACKUP_NAME_MAX]);
bool ra_backup_name_ok(struct ra_str name);

/* SHA-256, of bytes that come one after the other. */
struct ra_digest {
    void *ctx;
};
void ra_digest_begin(struct ra_digest *d);
void ra_digest_add(struct ra_digest *d, const void *p, size_t n);
void ra_digest_end(struct ra_digest *d, char out[RA_BACKUP_HASH]); /* frees it too */
void ra_digest_drop(struct ra_digest *d);
void ra_digest_of(const void *p, size_t n, char out[RA_BACKUP_HASH]);
/* A file's size and hash; RA_ENOTFOUND when it is not there. */
int ra_digest_file(const char *path, uint64_t *bytes, char out[RA_BACKUP_HASH], struct ra_err *err);

/* ---- the manifest's bytes (manifest.c, manifest_read.c) ---- */

int ra_manifest_encode(const struct ra_backup_manifest *m, struct ra_buf *out, struct ra_err *err);
/* The same on one line, without its end. */
int ra_manifest_encode_line(const struct ra_backup_manifest *m, struct ra_buf *out,
                            struct ra_err *err);
/* RA_EINTEGRITY names the member that is wrong. sha256 is set. */
int ra_manifest_decode(struct ra_str bytes, struct ra_backup_manifest *out, struct ra_err *err);

/* Members of a JSON object, by type; false when it is there with another type, or is not there. */
bool ra_member_text(const cJSON *o, const char *key, struct ra_str *out);
bool ra_member_count(const cJSON *o, const char *key, uint64_t *out);
bool ra_member_time(const cJSON *o, const char *key, int64_t *out);
/* Not empty, and fits into size with its NUL; as ra_member_text. */
bool ra_member_chars(const cJSON *o, const char *key, char *out, size_t size);
bool ra_member_hash(const cJSON *o, const char *key, char out[RA_BACKUP_HASH]);
struct ra_str ra_arena_text(struct ra_arena *a, struct ra_str s);

/* ---- a line of the data (line.c, line_read.c) ---- */

void ra_line_object(struct ra_json *j, const struct ra_backup_object *o);

/* Decodes an object line. Strings are borrowed from the line, the rest from the scratch. */
struct ra_line_scratch {
    struct ra_arena arena;
    struct ra_buf cloud_proxies, ad_proxies, sid_history, custom;
};
void ra_line_scratch_init(struct ra_line_scratch *s);
void ra_line_scratch_free(struct ra_line_scratch *s);
int ra_line_object_read(const cJSON *line, struct ra_line_scratch *s, struct ra_backup_object *out,
                        struct ra_err *err);

/* Members that are text on both ways: their names and where they stand. */
struct ra_line_text {
    const char *key;
    size_t offset;
};
extern const struct ra_line_text ra_line_cloud_texts[], ra_line_ad_texts[]; /* until key is NULL */
extern const struct ra_line_text ra_line_cloud_tris[];

#endif
