/*
 * Verdicts: what Entra ID will do with each object (decision.md). The names are the contract's;
 * every code, warning and cause is a row of one table, and a test demands a named test for each
 * row.
 */
#ifndef RA_MODEL_VERDICT_H
#define RA_MODEL_VERDICT_H

#include "recovery/model/object.h"
#include "recovery/model/tenant.h"

enum ra_verdict_code {
    RA_MATCH_HARD,
    RA_MATCH_SID,
    RA_MATCH_SMTP,
    RA_MATCH_DEVICE,
    RA_MATCH_HARD_TAKEOVER,
    RA_MATCH_HARD_RESTORE,
    RA_MATCH_SID_TAKEOVER,
    RA_SOFT_SMTP,
    RA_SOFT_UPN,
    RA_ADD,
    RA_BLOCK_DUP_ANCHOR,
    RA_BLOCK_ADMIN,
    RA_BLOCK_ROLE_GROUP,
    RA_BLOCK_HARD_FLAG,
    RA_BLOCK_ROLE,
    RA_BLOCK_ROLE_DELETED,
    RA_BLOCK_OOI,
    RA_BLOCK_SOFT_FLAG,
    RA_BLOCK_SOFT_POLICY,
    RA_BLOCK_TAKEOVER_POLICY,
    RA_ANCHOR_DRIFT,
    RA_ANCHOR_CONFLICT,
    RA_CONFLICT_GUEST,
    RA_CONFLICT_PROXY,
    RA_CONFLICT_TYPE,
    RA_CONFLICT_SPLIT,
    RA_CONFLICT_UPN,
    RA_CONFLICT_SID,
    RA_CONFLICT_AD_DUP,
    RA_UNKNOWN_OOI,
    RA_UNKNOWN_SOA,
    RA_UNKNOWN_ROLES,
    RA_SKIP_SCOPE,
    RA_SKIP_LINKED,
    RA_SKIP_NO_ANCHOR,
    RA_SKIP_SOA_CLOUD,
    RA_ORPHAN,
    RA_STALE_ANCHOR,
    RA_CLOUD_ONLY,
    RA_VERDICT_CODES
};

enum ra_class {
    RA_CLASS_MATCHED,
    RA_CLASS_TAKEOVER,
    RA_CLASS_SOFT,
    RA_CLASS_NEW,
    RA_CLASS_BLOCKED,
    RA_CLASS_CONFLICT,
    RA_CLASS_UNKNOWN,
    RA_CLASS_SKIPPED,
    RA_CLASS_ORPHAN,
    RA_CLASS_CLOUD,
    RA_CLASSES
};

/* Bits of ra_verdict.warnings, in the order of their names, which is the order of output. */
enum ra_warning {
    RA_NEEDS_STAMP,
    RA_WARN_AD_DUP,
    RA_WARN_BYPASS,
    RA_WARN_CROSS,
    RA_WARN_FLAG_UNKNOWN,
    RA_WARN_GUID_LENGTH,
    RA_WARN_HELD,
    RA_WARN_MAILBOX,
    RA_WARN_NAME,
    RA_WARN_OOI,
    RA_WARN_OOI_UNKNOWN,
    RA_WARN_PLACEHOLDER,
    RA_WARN_RENAMED,
    RA_WARN_SID,
    RA_WARN_SIZE,
    RA_WARN_TWO_PRIMARIES,
    RA_WARN_UPN,
    RA_WARNINGS
};

/* The cause of a SKIP_SCOPE, in the order in which the rules apply, then those of the leftovers.
 * The numbers of the former stand in cached records (head.h). */
enum ra_cause {
    RA_CAUSE_NONE,
    RA_CAUSE_CRITICAL_SYSTEM_OBJECT,
    RA_CAUSE_NO_SAM_ACCOUNT_NAME,
    RA_CAUSE_SYNC_ACCOUNT,
    RA_CAUSE_SUPPORT_ACCOUNT,
    RA_CAUSE_SYSTEM_MAILBOX,
    RA_CAUSE_CAS_MAILBOX,
    RA_CAUSE_RECIPIENT_TYPE,
    RA_CAUSE_NOT_MAIL_ENABLED,
    RA_CAUSE_MSOL_CONTACT,
    RA_CAUSE_RICH_COEXISTENCE,
    RA_CAUSE_ROLE_GROUP,
    RA_CAUSE_TOO_MANY_MEMBERS,
    RA_CAUSE_NO_USER_CERTIFICATE,
    RA_CAUSE_REPLICATION_CONFLICT,
    RA_CAUSE_ADMIN_DESCRIPTION,
    RA_CAUSE_OUTSIDE_INCLUDE,
    RA_CAUSE_EXCLUDED,
    RA_CAUSE_ANCHOR_DRIFT,
    RA_CAUSE_OUT_OF_SCOPE,
    RA_CAUSE_AD_DELETED,
    RA_CAUSE_NOT_FOUND,
    RA_CAUSES
};

enum ra_confidence { RA_CONFIDENCE_H, RA_CONFIDENCE_M, RA_CONFIDENCE_L, RA_CONFIDENCE_INF };

#define RA_NONE UINT32_MAX

struct ra_verdict {
    uint32_t ad;       /* number of the AD object over all directories, or RA_NONE */
    uint32_t cloud;    /* sequence number of the cloud object, or RA_NONE */
    uint32_t warnings; /* bit 1 << enum ra_warning */
    uint64_t blocks;   /* bit 1 << enum ra_verdict_code; the codes' order is the rules' order */
    uint8_t code, kind, cause, confidence;
    uint8_t row; /* of domain.md section 12, 0 for none */
};

/* One row of the table of codes. */
struct ra_code_info {
    const char *name;
    enum ra_class in;
    const char *server_error; /* what an administrator would search for, or NULL */
    const char *meaning;      /* one clause for a person */
};

const struct ra_code_info *ra_code_info(enum ra_verdict_code code);
const char *ra_class_name(enum ra_class c);
const char *ra_warning_name(enum ra_warning w);
const char *ra_warning_meaning(enum ra_warning w);
const char *ra_cause_name(enum ra_cause c); /* NULL for RA_CAUSE_NONE */
const char *ra_confidence_name(enum ra_confidence c);
/* By code, and for STALE_ANCHOR by cause too; NULL when there is none. */
const char *ra_verdict_server_error(const struct ra_verdict *v);
bool ra_verdict_is_skip(enum ra_verdict_code code);

enum ra_gate { RA_GATE_SAFE, RA_GATE_ACTION, RA_GATE_STOP };
const char *ra_gate_name(enum ra_gate g);

struct ra_candidate {
    struct ra_str name;
    uint64_t reproduced; /* counted cloud users whose immutableId it gives */
};

/* How the source anchor attribute was found (decision.md, "Which attribute is the source anchor").
 */
struct ra_detection {
    struct ra_candidate *candidates;
    size_t candidates_n;
    uint64_t any, all;
    size_t chosen; /* into candidates */
    bool undetermined, weak;
};

/* Everything that one decision gives. Verdicts: AD objects in order of their number, then cloud
 * leftovers in order of sequence; CLOUD_ONLY is only counted. */
struct ra_result {
    struct ra_verdict *verdicts;
    size_t verdicts_n;
    uint64_t counts[RA_VERDICT_CODES];
    uint64_t warnings[RA_WARNINGS]; /* verdicts that carry each */
    struct ra_detection detection;
    enum ra_gate gate;
    char (*reasons)[64];
    size_t reasons_n;
    uint64_t deletes, hard_deletes;
    double deletes_percent; /* of the live synced objects of all kinds */
    uint64_t live_synced;
    uint64_t deleted_unclaimed;
    uint64_t matched_unseen; /* matched without a visible anchor: SID, SMTP, DEVICE */
    /* Facts that a verdict depends on and nobody has asked Graph for: cloud sequence numbers,
     * ascending. need_soa: isCloudManaged. need_ooi: onPremisesObjectIdentifier. */
    uint32_t *need_soa, *need_ooi;
    size_t need_soa_n, need_ooi_n;
    struct ra_arena arena; /* owns all of the above */
};

void ra_result_free(struct ra_result *r);

#endif
