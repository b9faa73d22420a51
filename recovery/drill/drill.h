/*
 * A fire drill: what was decided for an organisation is held against what the simulated tenant, in
 * which the organisation's cloud side lives, does with the first export of its AD side. Three
 * steps: the organisation is put there (organisation.h), whoever likes decides, and here the export
 * is sent, each outcome is judged (judge.h), and the report is written. What the sync server keeps
 * back by itself is taken from the decision, the service's part comes from the tenant alone. Never
 * speaks to a real tenant: it knows none.
 */
#ifndef RA_DRILL_DRILL_H
#define RA_DRILL_DRILL_H

#include "recovery/drill/judge.h"
#include "recovery/rehearsal/rehearsal.h"
#include "recovery/report/report.h"

/* What became of one AD object. */
struct ra_drill_item {
    const char *error, *attribute; /* NULL for none */
    uint32_t verdict;              /* into result->verdicts; RA_NONE for a deleted object */
    uint32_t cloud; /* number of the cloud object it ended in or clashed with; RA_NONE for none,
                       which a new one is too */
    uint8_t deed, parting;
    bool uncertain, upn_aside, proxies_aside;
};

/* What became of one cloud object that was there. */
enum ra_drill_end { RA_END_KEPT, RA_END_DELETED };

struct ra_drill_cloud {
    uint8_t end, parting;
    bool orphan; /* predicted to be deleted */
};

struct ra_drill {
    struct ra_drill_item *ad; /* by number over all directories */
    size_t ad_n;
    struct ra_drill_cloud *cloud; /* by number */
    size_t cloud_n;
    bool stopped;      /* the tenant's prevention of accidental deletions stops it; shown is what it
                          would have done */
    bool stop_differs; /* it was foreseen and did not stop, or the other way round */
    uint64_t staged;
    uint64_t deleted, wrongly_kept; /* cloud objects; predicted to be deleted, and not */
    uint64_t counts[RA_VERDICT_CODES][RA_DEEDS][RA_PARTINGS]; /* AD objects */
    uint64_t partings[RA_PARTINGS];                           /* objects of both sides */
    char names[16][40];                                       /* of errors and attributes */
    size_t names_n;
    struct ra_arena arena;
};

/* Sends everything and judges it. RA_EINTEGRITY for a damaged store, RA_EINTERNAL for an answer
 * that is none. Free with ra_drill_free in any case. */
int ra_drill_run(struct ra_rehearsal *tenant, const struct ra_report_input *in,
                 struct ra_drill **out, struct ra_err *err);
void ra_drill_free(struct ra_drill **d);

/* Outcomes that differ for no reason that has a name, or a stop that was not foreseen. */
uint64_t ra_drill_unexplained(const struct ra_drill *d);
/* Outcomes that differ for a reason that has one. */
uint64_t ra_drill_explained(const struct ra_drill *d);

/* ---- the report ---- */

/* Where the organisation came from. Borrowed. */
struct ra_drill_from {
    const char *kind;     /* "backup", "files", "store" */
    const char *name;     /* of the backup, or the folder */
    int64_t created;      /* seconds since 1970; 0 when not known */
    bool held;            /* the AD side is the source's too, and was not read now */
    struct ra_str tenant; /* its id */
};

/* rehearsal.ndjson: an object a line, then the summary. */
int ra_drill_json(const struct ra_report_input *in, const struct ra_drill *d,
                  const struct ra_drill_from *from, FILE *fp, struct ra_err *err);
/* For people; each: objects of one difference at most, 0 for all. */
int ra_drill_text(const struct ra_report_input *in, const struct ra_drill *d,
                  const struct ra_drill_from *from, const struct ra_report_style *style,
                  size_t each, FILE *fp, struct ra_err *err);
/* rehearsal.html: one file, no outside assets. */
int ra_drill_html(const struct ra_report_input *in, const struct ra_drill *d,
                  const struct ra_drill_from *from, FILE *fp, struct ra_err *err);

#endif
