/*
 * What one decision says, for people and for programs: the set of files of --report, the summary on
 * the terminal, and the explanation of one object. Decides nothing. Everything is borrowed for the
 * call. Verdicts come out in one order and without a clock: the same data gives the same bytes.
 */
#ifndef RA_REPORT_REPORT_H
#define RA_REPORT_REPORT_H

#include "recovery/model/index.h"
#include "recovery/model/policy.h"
#include "recovery/model/verdict.h"
#include "src/base/buf.h"
#include "src/base/err.h"

#include <stdio.h>

#define RA_REDACT_KEY 32

/* The snapshot that a side was read from. */
struct ra_report_snapshot {
    uint64_t number;
    int64_t created;        /* seconds since 1970, when it was completed */
    struct ra_str hash;     /* lower-case hex */
    struct ra_str proof;    /* how its completeness was proved; absent when it was not */
    uint32_t live, deleted; /* objects */
    bool complete;
};

struct ra_report_input {
    const struct ra_result *result;
    const struct ra_side *ad; /* one for each directory, numbered one after another */
    size_t ad_n;
    const struct ra_side *cloud;
    const struct ra_report_snapshot *ad_snapshots; /* one for each directory */
    const struct ra_report_snapshot *cloud_snapshot;
    const struct ra_tenant *tenant;
    const struct ra_policy *policy;
    int64_t now; /* for ages and "made on"; never in verdicts.ndjson or verdicts.csv */
    /* Replaces names and addresses in report.html by tokens that this key alone can repeat
     * (ra_redact_key); NULL for plain text. The other files always tell all. */
    const unsigned char *redact_key;
    /* What whoever made the plan has to say of it; all may be absent. */
    struct ra_str listing; /* for the terminal, as it stands */
    struct ra_str plan_json; /* for the page: {"total":…,"steps":[…],…}, nothing personal in it when
                                redact_key is set */
    struct ra_str own_steps; /* for one object's explanation: a JSON array */
    size_t plan_steps;       /* to be carried out */
    bool plan_window;        /* one of them opens a window, which has to be held open */
    bool plan_expects;       /* the first export is to be compared with predictions */
};

/* Writes plan.json's bytes; a fault of the file sticks to fp. */
typedef int ra_report_plan_fn(void *ctx, FILE *fp, struct ra_err *err);
/* One that writes a struct ra_str. */
ra_report_plan_fn ra_report_plan_bytes;

/* Writes plan.json (what plan writes), verdicts.ndjson, verdicts.csv, report.html and
 * fixes.ldif into the folder, made 0700 when it is not there. All are complete on disk before the
 * first appears; plan.json, without which the rest means nothing, goes first and comes last.
 * RA_EINTEGRITY for a damaged record, RA_EIO. */
int ra_report_write(const char *dir, const struct ra_report_input *in, ra_report_plan_fn *plan,
                    void *ctx, struct ra_err *err);

/* The last line of verdicts.ndjson, without its newline; what --json puts on stdout. */
void ra_report_summary_json(const struct ra_report_input *in, struct ra_buf *out);

struct ra_report_style {
    unsigned width; /* columns; 0 for unlimited */
    bool colour;
    const char *dir;    /* where --report put its files, or NULL */
    const char *config; /* what -c named, or NULL */
};

/* The terminal summary: the gate first, then the five numbers that matter, then what to do next. */
int ra_report_summary_text(const struct ra_report_input *in, const struct ra_report_style *style,
                           struct ra_buf *out, struct ra_err *err);

/* The verdict of an AD object, by its number over all directories, or of a cloud object that
 * nothing claimed; NULL when it has none of its own. */
const struct ra_verdict *ra_report_verdict_of_ad(const struct ra_result *r, uint32_t number);
const struct ra_verdict *ra_report_verdict_of_cloud(const struct ra_result *r, uint32_t seq);
/* The first verdict of an AD object that names this cloud object as its peer, or NULL. */
const struct ra_verdict *ra_report_peer_of_cloud(const struct ra_result *r, uint32_t seq);

/* What `reanchor show` prints: both objects side by side, the verdict, the step that decided it, on
 * which facts, what stands in the way, what would change it, and what to do. For an object without
 * a verdict make one with the code RA_CLOUD_ONLY; a deleted one is shown with v->code
 * RA_VERDICT_CODES and says only what it is. */
int ra_report_explain_text(const struct ra_report_input *in, const struct ra_verdict *v,
                           const struct ra_report_style *style, struct ra_buf *out,
                           struct ra_err *err);
int ra_report_explain_json(const struct ra_report_input *in, const struct ra_verdict *v,
                           struct ra_buf *out, struct ra_err *err);

/* Reads the key for redaction from the file, or makes both (0600). A key is kept with the store, so
 * that one person has one token in every report of a tenant. */
int ra_redact_key(const char *path, unsigned char key[RA_REDACT_KEY], struct ra_err *err);

#endif
