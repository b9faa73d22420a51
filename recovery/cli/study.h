/*
 * One decision over the current snapshots of the store, open for reporting: what `rebuild`, `plan`
 * and `show` have in common.
 */
#ifndef RA_CLI_STUDY_H
#define RA_CLI_STUDY_H

#include "recovery/cli/cli.h"
#include "recovery/collect/collect.h"
#include "recovery/match/match.h"
#include "recovery/model/anchor.h"
#include "recovery/plan/steps.h"
#include "recovery/report/report.h"

struct ra_study {
    struct ra_view *view;
    struct ra_cli_policy policy;
    struct ra_result result;
    struct ra_match_input input;
    struct ra_report_snapshot cloud_snapshot, *ad_snapshots;
    struct ra_report_input report;
    struct ra_str tenant_id; /* as configured, lower case */
    /* ra_study_steps; NULL before */
    struct ra_steps *steps;
    struct ra_guid *confirmed;      /* of --confirm */
    struct ra_tenant opened_tenant; /* with the window's flags */
    struct ra_result opened;        /* the decision under them, if one was wanted */
};

int ra_study_open(struct ra_cli *cli, struct ra_cache *cache, struct ra_study **out,
                  struct ra_err *err);
void ra_study_close(struct ra_study **s);

/* Columns of the terminal; 0, unlimited, where stdout is none. */
unsigned ra_study_width(void);

/* The store, for reading; RA_EINCOMPLETE when nothing was ever fetched. */
int ra_study_cache(const struct ra_cli *cli, struct ra_cache **out, struct ra_err *err);

/* The names of the configured directories; RA_ECONFIG when there is none. Free with free(). */
int ra_study_directories(const struct ra_cli *cli, const char ***names, struct ra_err *err);

/* Options and outputs of `rebuild` and `plan`. */
struct ra_outputs {
    const char *dir; /* --report */
    bool detailed_exitcode, redact;
    bool hold, bypass;   /* --hold, --bypass-identifiers */
    const char *confirm; /* --confirm: a file of objectGUIDs */
};

/* The steps that follow from the decision; the second decision that this may need is made here. */
int ra_study_steps(struct ra_study *s, const struct ra_outputs *o, struct ra_err *err);

/* A plan of this decision without steps: tenant, gate, counts, policy, snapshots. */
struct ra_plan;
void ra_study_plan_head(const struct ra_study *s, struct ra_plan *plan);
/* Writes plan.json of this decision; ctx is a struct ra_study with its steps. */
ra_report_plan_fn ra_study_write_plan;

/* listing.c: the plan for the terminal; for report.html, at most so many steps, without names when
 * redacted; and the steps of one verdict's objects, as text and as a JSON array (absent when there
 * is none). Each appends. */
int ra_listing_text(struct ra_study *s, const struct ra_report_style *style, struct ra_buf *out,
                    struct ra_err *err);
int ra_listing_json(struct ra_study *s, bool redact, struct ra_buf *out, struct ra_err *err);
int ra_listing_of(struct ra_study *s, const struct ra_verdict *v, bool json, struct ra_buf *out,
                  struct ra_err *err);

/* Puts the store's redaction key, made when there is none, into key and in. */
int ra_study_redact(const struct ra_cli *cli, unsigned char key[RA_REDACT_KEY],
                    struct ra_report_input *in, struct ra_err *err);

/* Writes the files, prints the summary, and returns the exit status: 6 for STOP; 2 for ACTION with
 * --detailed-exitcode; else 0. */
int ra_study_report(struct ra_cli *cli, struct ra_study *s, const struct ra_outputs *o,
                    struct ra_err *err);

/* Whether what the options name can be read and written, before a long run begins. */
int ra_outputs_check(const struct ra_outputs *o, struct ra_err *err);

/* argp for --report, --detailed-exitcode, --redact, --hold and --bypass-identifiers; input: struct
 * ra_outputs. */
extern const struct argp ra_outputs_argp;

#endif
