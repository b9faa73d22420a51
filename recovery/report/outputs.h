/*
 * The outputs behind ra_report_write. A stream output takes every row once, in order; a page output
 * makes its own pass over the rows that it shows.
 */
#ifndef RA_REPORT_OUTPUTS_H
#define RA_REPORT_OUTPUTS_H

#include "recovery/report/remedy.h"

#include <stdio.h>

/* One row's worth of text, or one file's; a record that does not fit is an error, not a short file.
 */
#define RA_ROW_MAX ((size_t)16 << 20)

struct ra_output {
    const char *file;
    /* Stream outputs: what stands before the first row and after the last, and each row. May be
     * NULL. */
    void (*begin)(const struct ra_report_input *in, struct ra_buf *out);
    void (*row)(const struct ra_report_input *in, const struct ra_row *row, struct ra_str remedy,
                struct ra_buf *out);
    void (*end)(const struct ra_report_input *in, struct ra_buf *out);
    /* Page outputs: the whole file. */
    int (*page)(const struct ra_report_input *in, struct ra_rows *rows, FILE *fp,
                struct ra_err *err);
};

void ra_ndjson_row(const struct ra_report_input *in, const struct ra_row *row, struct ra_str remedy,
                   struct ra_buf *out);
void ra_ndjson_end(const struct ra_report_input *in, struct ra_buf *out);
/* The row's AD or cloud object as a JSON object, or null when it has none. */
void ra_ndjson_object(const struct ra_row *row, bool cloud, struct ra_buf *out);
/* One verdict as a JSON object, without a newline. */
void ra_ndjson_verdict(const struct ra_row *row, struct ra_str remedy, struct ra_buf *out);

void ra_csv_begin(const struct ra_report_input *in, struct ra_buf *out);
void ra_csv_row(const struct ra_report_input *in, const struct ra_row *row, struct ra_str remedy,
                struct ra_buf *out);

int ra_ldif_page(const struct ra_report_input *in, struct ra_rows *rows, FILE *fp,
                 struct ra_err *err);
int ra_html_page(const struct ra_report_input *in, struct ra_rows *rows, FILE *fp,
                 struct ra_err *err);

/* The tenant's flags as a JSON object value: known features as they are, the four that decide in
 * any case, null when unknown; sorted by name. */
struct ra_json;
void ra_flags_json(const struct ra_tenant *tenant, struct ra_json *j);
/* The member "tenant" of a summary: its id, its flags, and what could not be read. */
void ra_tenant_json(const struct ra_tenant *tenant, struct ra_json *j);
/* The same for people: what could not be read, and what it needs, under that head; nothing where
 * all could be. */
void ra_unknown_text(const struct ra_tenant *tenant, const struct ra_report_style *style,
                     const char *head, struct ra_buf *out);

/* The five numbers that matter, in this order, then what is neither. */
enum ra_number {
    RA_NUMBER_REJOIN,   /* MATCH_* that are no takeover */
    RA_NUMBER_DELETED,  /* ORPHAN */
    RA_NUMBER_CREATED,  /* ADD */
    RA_NUMBER_BLOCKED,  /* BLOCK_*, ANCHOR_*, CONFLICT_* */
    RA_NUMBER_DECISION, /* takeovers, soft matches, unknown */
    RA_NUMBER_SKIPPED,  /* out of scope, or managed by the cloud */
    RA_NUMBER_CLOUD,    /* in the cloud alone */
    RA_NUMBERS
};
enum ra_number ra_number_of(enum ra_class c);
void ra_numbers(const struct ra_result *r, uint64_t out[RA_NUMBERS]);

/* Whether the reason, which may end in a number, is the one of this name. */
bool ra_reason_is(const char *reason, const char *name);
/* A reason of the gate's STOP as a clause for a person. */
void ra_reason_in_words(const struct ra_report_input *in, const char *reason, struct ra_buf *out);

#endif
