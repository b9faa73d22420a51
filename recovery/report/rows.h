/*
 * The verdicts in their order of output, each resolved into the fields that every output has. One
 * row is valid until the next is asked for. Not for deciding: what stands here was decided
 * elsewhere.
 */
#ifndef RA_REPORT_ROWS_H
#define RA_REPORT_ROWS_H

#include "recovery/report/kin.h"

/* The text fields of both objects, in the order of the files. */
enum ra_field {
    RA_F_DIRECTORY,
    RA_F_DN,
    RA_F_GUID,
    RA_F_ANCHOR,
    RA_F_CONSISTENCY,
    RA_F_SID,
    RA_F_UPN,
    RA_F_SMTP,
    RA_F_SAM,
    RA_F_NAME,
    RA_F_CLOUD_ID,
    RA_F_CLOUD_KIND,
    RA_F_CLOUD_UPN,
    RA_F_CLOUD_IMMUTABLE,
    RA_F_CLOUD_SID,
    RA_F_CLOUD_SMTP,
    RA_F_CLOUD_OOI,
    RA_F_CLOUD_NAME,
    RA_FIELDS
};

struct ra_field_info {
    const char *key; /* in the JSON object "ad" or "cloud" */
    bool cloud;
    bool personal; /* a name or an address: what redaction replaces */
};

extern const struct ra_field_info ra_fields[RA_FIELDS];

struct ra_row {
    const struct ra_verdict *v;
    bool has_ad, has_cloud;
    struct ra_str f[RA_FIELDS]; /* absent is null */
    enum ra_tri synced;
    bool ooi_known;         /* onPremisesObjectIdentifier was read, be it null */
    bool mail_unlisted;     /* AD's mail is not among its addresses */
    bool contended;         /* more than one AD object has this cloud object as its peer */
    struct ra_kin kin;      /* when has_ad: what ra_kin_find tells */
    struct ra_ad_object ad; /* when has_ad */
    struct ra_cloud_object cloud;
};

struct ra_rows;

/* Sorts by side, kind, objectGUID or cloud id, then directory and DN, all as text. */
int ra_rows_open(const struct ra_report_input *in, struct ra_rows **out, struct ra_err *err);
void ra_rows_free(struct ra_rows **rows);
size_t ra_rows_count(const struct ra_rows *rows);
const struct ra_verdict *ra_rows_verdict(const struct ra_rows *rows,
                                         size_t i); /* without decoding */
int ra_rows_get(struct ra_rows *rows, size_t i, struct ra_row *out, struct ra_err *err);
/* The row of a verdict that need not be among those sorted. */
int ra_rows_resolve(struct ra_rows *rows, const struct ra_verdict *v, struct ra_row *out,
                    struct ra_err *err);
/* As ra_rows_open, without the order: for one object. */
void ra_rows_open_unsorted(const struct ra_report_input *in, struct ra_rows **out);

/* What exists here and is not modelled, counted over all rows that were shown to ra_rows_note. */
struct ra_notes {
    uint64_t mail_unlisted; /* AD objects: a clash of that mail in the cloud is not looked for */
    uint64_t linked;        /* linked mailboxes, whose master account may be in another forest */
    uint64_t takeovers;     /* cloud users not synced that an anchor leads to: writeback unseen */
    uint64_t groups;        /* soft matches of groups: the candidate may be a Microsoft 365 group */
};
void ra_rows_note(struct ra_rows *rows, const struct ra_row *row);
const struct ra_notes *ra_rows_notes(const struct ra_rows *rows);

/* The names of the set bits, joined by the separator; "" for none. */
void ra_row_warnings(uint32_t warnings, const char *separator, struct ra_buf *out);
void ra_row_blocks(uint64_t blocks, const char *separator, struct ra_buf *out);

/* "ad", or "cloud" for a verdict of a cloud object. */
const char *ra_row_side(const struct ra_verdict *v);

#endif
