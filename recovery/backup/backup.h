/*
 * Sealed anchor backups (docs/backup-format.md): a manifest NAME.json, data NAME.ndjson.zst or,
 * when encrypted, NAME.ndjson.zst.age, and NAME.anchors. This header writes one, and reads one
 * record by record. A backup exists once its manifest has its name; nothing is read from data whose
 * hash is not the manifest's. Chain, signature and pruning: chain.h, sign.h, prune.h. Not for
 * deciding anything about the objects.
 */
#ifndef RA_BACKUP_BACKUP_H
#define RA_BACKUP_BACKUP_H

#include "recovery/model/index.h"
#include "recovery/model/tenant.h"
#include "recovery/model/verdict.h"
#include "src/base/err.h"
#include "src/base/mem.h"

#include <stdatomic.h>

#define RA_BACKUP_FORMAT        1
#define RA_BACKUP_NAME_MAX      64 /* of a name with its NUL */
#define RA_BACKUP_HASH          65 /* SHA-256 in lower-case hex with its NUL */
#define RA_BACKUP_KEY_ID        17 /* of a minisign key, upper-case hex with its NUL */
#define RA_BACKUP_SNAPSHOTS_MAX 256

/* ---- the manifest ---- */

/* One side's snapshot that went into the backup. */
struct ra_backup_snapshot {
    struct ra_str side;  /* "cloud", "ad:NAME" */
    int64_t created;     /* seconds since 1970, when it was proved complete */
    uint64_t objects;    /* records, deleted ones included */
    struct ra_str hash;  /* of the records, hex */
    struct ra_str proof; /* how completeness was proved */
};

/* A file of the backup as it lies on disk. */
struct ra_backup_file {
    char name[RA_BACKUP_NAME_MAX + 24];
    uint64_t bytes;
    char sha256[RA_BACKUP_HASH];
};

enum ra_backup_type { RA_BACKUP_SEALED, RA_BACKUP_PRUNE };

/* A link of the chain that another one names. */
struct ra_backup_ref {
    uint64_t sequence; /* 0 when there is none */
    char name[RA_BACKUP_NAME_MAX];
    char sha256[RA_BACKUP_HASH]; /* of its manifest's bytes */
};

/* A link that a prune record accounts for. */
struct ra_backup_removed {
    struct ra_backup_ref link;
    enum ra_backup_type type;
    int64_t created;
    char previous[RA_BACKUP_HASH]; /* the hash that it named as its own predecessor; "" for none */
    char reason[16];               /* "rules", "forced", "superseded", "lost" */
};

struct ra_backup_manifest {
    enum ra_backup_type type;
    char name[RA_BACKUP_NAME_MAX];
    uint64_t sequence; /* 1, 2, 3, … over backups and prune records alike */
    int64_t created;
    char tool_version[32];
    struct ra_backup_ref previous;
    char signed_by[RA_BACKUP_KEY_ID]; /* "" when not signed */
    char sha256[RA_BACKUP_HASH];      /* of this manifest's own bytes; not in the file */

    /* a backup */
    char tenant[RA_GUID_TEXT];
    struct ra_str anchor_attribute;
    struct ra_backup_file data, anchors;
    struct ra_str *encrypted_to; /* age recipients */
    size_t encrypted_to_n;
    uint64_t plain_bytes, lines, anchors_n;
    char plain_sha256[RA_BACKUP_HASH];
    uint64_t cloud[RA_KINDS], ad[RA_KINDS]; /* live objects by kind */
    uint64_t cloud_deleted, ad_deleted, roles;
    uint64_t codes[RA_VERDICT_CODES];
    struct ra_backup_snapshot *snapshots; /* sorted by side */
    size_t snapshots_n;

    /* a prune record */
    struct ra_backup_removed *removed; /* by sequence */
    size_t removed_n;

    struct ra_arena arena; /* owns the parts */
};

void ra_backup_manifest_free(struct ra_backup_manifest *m);

/* ---- reading ---- */

/* Which backup, and what it takes to read it. */
struct ra_backup_source {
    const char *dir;           /* the backup folder */
    const char *which;         /* a name, the path of a manifest, or NULL for the newest */
    const char *identity_file; /* for age, or NULL */
};

struct ra_backup_cloud {
    struct ra_cloud_object o; /* provisioning_errors, last_sync, account_enabled are never set */
    bool ooi_known;           /* onPremisesObjectIdentifier was read, be it null */
    struct ra_str ooi;
    enum ra_tri cloud_managed; /* isCloudManaged */
};

struct ra_backup_ad {
    struct ra_ad_object o; /* dn_key is never set */
    struct ra_str directory;
    struct ra_str source_anchor; /* by the attribute in use; absent when the object has none */
};

/* One line of the data: a person, group, contact or device as both sides knew it. The order is by
 * cloud id; objects of AD alone come last, by directory and objectGUID. A cloud object comes once
 * for each AD object that was decided to be, or to clash with, it. */
struct ra_backup_object {
    bool has_cloud, has_ad;
    enum ra_verdict_code code;       /* RA_VERDICT_CODES when none: a deleted object */
    enum ra_verdict_code cloud_code; /* of a cloud object that nothing claimed, else
                                        RA_VERDICT_CODES; equal to code where has_ad is false */
    struct ra_backup_cloud cloud;
    struct ra_backup_ad ad;
};

/* A document of Graph as it was read: role assignments and definitions, domains, organization … */
struct ra_backup_document {
    struct ra_str name, state; /* state: read, refused, missing */
    struct ra_str json;        /* absent unless it was read */
};

/* What stands before the objects. */
struct ra_backup_facts {
    struct ra_tenant
        tenant; /* id, name, domains, flags, threshold, its anchor attribute, holders */
    struct ra_str anchor_attribute;  /* in use when the backup was made */
    struct ra_str anchor_configured; /* "auto" or a name */
    struct ra_str login_attribute;
    struct ra_backup_document *documents;
    size_t documents_n;
};

struct ra_backup;

/* Finds the backup, reads its manifest, checks the data file against it, and reads what stands
 * before the objects. RA_ENOTFOUND without such a backup, RA_EINTEGRITY when the data are not the
 * manifest's, RA_ECONFIG when it is encrypted and no identity opens it. Neither chain nor signature
 * is looked at: ra_backup_check does that. */
int ra_backup_open(const struct ra_backup_source *source, struct ra_backup **out,
                   struct ra_err *err);
const struct ra_backup_manifest *ra_backup_manifest(const struct ra_backup *b);
const struct ra_backup_facts *ra_backup_facts(const struct ra_backup *b);
/* 1 and the next object, borrowed until the next call; 0 at the end, which was proved by the
 * closing line's counts and the hash; RA_EINTEGRITY for anything that is not the format. */
int ra_backup_next(struct ra_backup *b, struct ra_backup_object *out, struct ra_err *err);
void ra_backup_close(struct ra_backup **b);

/* Only the manifest, by name or path; free with ra_backup_manifest_free. */
int ra_backup_manifest_read(const char *dir, const char *which, struct ra_backup_manifest *out,
                            struct ra_err *err);

/* ---- writing ---- */

/* What goes in: both sides as they were decided, all complete. */
struct ra_backup_input {
    const struct ra_side *ad;
    size_t ad_n;
    const struct ra_side *cloud;
    const struct ra_result *result;
    const struct ra_tenant *tenant;
    struct ra_str anchor_configured, login_attribute;
    const struct ra_backup_snapshot *snapshots;
    size_t snapshots_n;
    const struct ra_backup_document *documents;
    size_t documents_n;
};

struct ra_backup_seal {
    const char *dir;           /* made 0700 when it is not there */
    const char *tenant;        /* its id, as configured */
    const char *sign_key_file; /* minisign's secret key, or NULL */
    char *const *recipients;   /* age recipients; none leaves the data readable */
    size_t recipients_n;
    int64_t now;
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* or NULL */
    void *ctx;
    const atomic_int *stop; /* or NULL */
};

/* Writes one backup and links it to the chain. The caller holds the folder (ra_backup_lock). Usable
 * last: data, anchors and signature are on disk before the manifest gets its name. On an error
 * nothing that counts was left. out: its manifest. */
int ra_backup_create(const struct ra_backup_seal *how, const struct ra_backup_input *in,
                     struct ra_backup_manifest *out, struct ra_err *err);

/* RA_ENOTFOUND when DIR was never made, which to lock it does. */
int ra_backup_dir_exists(const char *dir, struct ra_err *err);
/* Holds DIR/lock against other writers (RA_ELOCKED names the holder); -1 in *lock is no lock. */
int ra_backup_lock(const char *dir, int *lock, struct ra_err *err);
void ra_backup_unlock(int *lock);

#endif
