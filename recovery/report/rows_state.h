/*
 * What the parts of the rows share: the state behind struct ra_rows, and reading objects by the
 * numbers of verdicts. For rows.c and order.c alone.
 */
#ifndef RA_REPORT_ROWS_STATE_H
#define RA_REPORT_ROWS_STATE_H

#include "recovery/model/anchor.h"
#include "recovery/report/rows.h"

/* Where a verdict stands in the output. guid: the identifier's 16 bytes in the order of its text.
 * An identifier that is no GUID is kept as text, by its place in texts. */
struct place {
    unsigned char key[16];
    uint32_t index;
    uint8_t rank; /* of side and kind */
    bool text;
};

struct ra_rows {
    const struct ra_report_input *in;
    struct place *places;
    size_t n;
    struct ra_arena arena;   /* texts of places */
    struct ra_arena scratch; /* one row */
    struct ra_side_cursor *ooi;
    struct ra_anchor_attribute anchor;
    unsigned char *named; /* ra_named_by */
    struct ra_kin_reader *kin;
    struct ra_notes notes;
};

/* The error for a record that is none; then reading one, which gives it. */
int ra_rows_damaged(struct ra_err *err, struct ra_str side, uint32_t seq);
int ra_rows_ad(const struct ra_report_input *in, uint32_t number, struct ra_ad_object *out,
               const struct ra_side **side, struct ra_err *err);
int ra_rows_cloud(const struct ra_report_input *in, uint32_t seq, struct ra_cloud_object *out,
                  struct ra_err *err);

/* order.c: fills and sorts places, which has room for every verdict. */
int ra_rows_sort(struct ra_rows *rows, struct ra_err *err);

#endif
