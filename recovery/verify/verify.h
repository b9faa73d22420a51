/*
 * Anchor integrity (domain 11): what is wrong with the anchors of both sides as they were read, one
 * finding for each fault, under the stable ids V1 to V15. Looks at the records, the indexes and the
 * decision over them; reads no file and asks no server. Not for repairs: each finding has words for
 * that, and `restore` and `apply` have the hands.
 */
#ifndef RA_VERIFY_VERIFY_H
#define RA_VERIFY_VERIFY_H

#include "recovery/report/report.h"

enum ra_severity {
    RA_SEVERITY_INFO,
    RA_SEVERITY_WARNING,
    RA_SEVERITY_HIGH,
    RA_SEVERITY_CRITICAL,
    RA_SEVERITIES
};

const char *ra_severity_name(enum ra_severity s);
bool ra_severity_parse(struct ra_str name, enum ra_severity *out);

#define RA_CHECKS 15 /* V1 to V15; numbered from 1 */

/* What a check found. One check may have several; the name is stable and part of the output. */
enum ra_reason {
    RA_R_ANCHOR_FORM,
    RA_R_ANCHOR_DIFFERS,
    RA_R_ANCHOR_DIFFERS_NAME,
    RA_R_ANCHOR_DIFFERS_GROUP,
    RA_R_SHARED_AD,
    RA_R_SHARED_CLOUD,
    RA_R_SHARED_DELETED,
    RA_R_LENGTH_ANCHOR,
    RA_R_LENGTH_FOREIGN,
    RA_R_IDENTIFIER,
    RA_R_IDENTIFIER_BYPASS,
    RA_R_SID_DRIFT,
    RA_R_SID_CROSS,
    RA_R_SID_UNANCHORED,
    RA_R_SID_OTHER,
    RA_R_SID_MIGRATED,
    RA_R_SID_HISTORY,
    RA_R_ATTRIBUTE_UNDETERMINED,
    RA_R_ATTRIBUTE_WEAK,
    RA_R_ATTRIBUTE_OTHER,
    RA_R_ATTRIBUTE_RATE,
    RA_R_ORPHAN,
    RA_R_ORPHAN_HARD,
    RA_R_NO_PEER,
    RA_R_THRESHOLD,
    RA_R_LIMIT,
    RA_R_PLACEHOLDER,
    RA_R_PROVISIONING_ERROR,
    RA_R_LINKED,
    RA_R_LINKED_FORMER,
    RA_R_REPLICATION_CONFLICT,
    RA_R_DUP_PRIMARY,
    RA_R_DUP_UPN,
    RA_R_DUP_ADDRESS,
    RA_R_UNSYNCED,
    RA_R_UNSYNCED_UNKNOWN,
    RA_R_CHANGED_CLOUD,
    RA_R_CHANGED_AD,
    RA_R_CHANGED_IDENTIFIER,
    RA_R_CASE_TWINS,
    RA_R_CASE_FALSE,
    RA_REASONS
};

struct ra_reason_info {
    const char *name;
    uint8_t check; /* 1 to 15 */
    enum ra_severity severity;
    const char *what;   /* one sentence */
    const char *remedy; /* what to do */
};

const struct ra_reason_info *ra_reason_info(enum ra_reason reason);
/* The check's name, such as "anchor-shared"; check from 1. */
const char *ra_check_name(unsigned check);

struct ra_verify_finding {
    uint8_t reason, kind; /* enum ra_reason, enum ra_kind */
    uint32_t ad, cloud;   /* the pair: AD number over all directories, cloud sequence number */
    uint32_t other_ad, other_cloud; /* who it collides with; each may be RA_NONE */
    struct ra_str value;            /* the value in question, or what was before; may be absent */
};

/* Who was not looked at, and why. */
struct ra_unchecked {
    uint8_t check;
    uint64_t objects;
    const char *why;
};
#define RA_UNCHECKED_MAX 8

struct ra_verified {
    struct ra_verify_finding *findings; /* gravest first, then by check, reason and object */
    size_t n, cap;
    uint64_t reasons[RA_REASONS]; /* findings by reason */
    uint64_t migrated;            /* users in scope whose ConsistencyGuid is not their objectGUID */
    struct ra_unchecked unchecked[RA_UNCHECKED_MAX];
    size_t unchecked_n;
    struct ra_arena arena; /* owns the values */
};

/* An object as a backup has it. Absent is null; identifier_known tells null from not read. */
struct ra_baseline_object {
    bool ad;
    enum ra_kind kind;
    struct ra_str key;    /* AD: the 16 bytes of objectGUID; cloud: the object id in lower case */
    struct ra_str anchor; /* as computed then, or immutableId */
    struct ra_str identifier;
    bool identifier_known;
};

/* What was before, for V14: each is called for every object, in any order. */
struct ra_baseline {
    void *ctx;
    struct ra_str name;      /* of the backup */
    struct ra_str attribute; /* that its anchors were computed with; absent: the one in use */
    int (*walk)(void *ctx, int (*each)(void *to, const struct ra_baseline_object *o), void *to,
                struct ra_err *err);
};

/* Fills *out (free with ra_verified_free). baseline may be NULL. RA_EINTEGRITY for a damaged store.
 */
int ra_verify(const struct ra_report_input *in, const struct ra_baseline *baseline,
              struct ra_verified *out, struct ra_err *err);
void ra_verified_free(struct ra_verified *v);

/* Findings of one check at one severity, and the gravest severity; false when there is none. */
uint64_t ra_verified_count(const struct ra_verified *v, unsigned check, enum ra_severity s);
uint64_t ra_verified_total(const struct ra_verified *v, enum ra_severity s);
bool ra_verified_worst(const struct ra_verified *v, enum ra_severity *out);

/* Facts that V5 and V13 need and nobody has asked for: cloud sequence numbers, ascending. ooi:
 * onPremisesObjectIdentifier; soa: isCloudManaged. */
struct ra_verify_needs {
    uint32_t *ooi, *soa;
    size_t ooi_n, soa_n;
};
int ra_verify_needs(const struct ra_report_input *in, struct ra_verify_needs *out,
                    struct ra_err *err);
void ra_verify_needs_free(struct ra_verify_needs *n);

/* ---- words ---- */

/* Each finding as one JSON object a line, then the summary; handed over in pieces. */
typedef int ra_sink_fn(void *ctx, const struct ra_buf *text, struct ra_err *err);
int ra_verify_json(const struct ra_report_input *in, const struct ra_verified *v, ra_sink_fn *sink,
                   void *ctx, struct ra_err *err);
/* For people: the counts of each check, then the findings, per_check of each at most (0 for all).
 */
int ra_verify_text(const struct ra_report_input *in, const struct ra_verified *v,
                   const struct ra_report_style *style, size_t per_check, ra_sink_fn *sink,
                   void *ctx, struct ra_err *err);
/* What a monitoring plugin would exit with. high and critical are CRITICAL; below at_least is OK.
 */
enum ra_plugin_status { RA_PLUGIN_OK, RA_PLUGIN_WARNING, RA_PLUGIN_CRITICAL, RA_PLUGIN_UNKNOWN };
enum ra_plugin_status ra_verify_status(const struct ra_verified *v, enum ra_severity at_least);
/* One line as a monitoring plugin prints it, with counts as performance data, without newline. */
void ra_verify_check_line(const struct ra_report_input *in, const struct ra_verified *v,
                          enum ra_severity at_least, struct ra_buf *out);

#endif
