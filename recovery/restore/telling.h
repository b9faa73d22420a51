/* What the outputs share: an item with the objects of now resolved, and the backup's side as it may
 * be shown. Internal to restore. */
#ifndef RA_RESTORE_TELLING_H
#define RA_RESTORE_TELLING_H

#include "recovery/report/rows.h"
#include "recovery/restore/restore.h"

struct ra_telling {
    const struct ra_report_input *now;
    struct ra_rows *rows;
    struct ra_verdict v;
    struct ra_row row;
    struct ra_arena arena; /* one item */
    struct ra_err *err;
};

void ra_telling_open(const struct ra_report_input *now, struct ra_telling *t, struct ra_err *err);
void ra_telling_close(struct ra_telling *t);
/* Fills row with the pair, or with the object that contradicts; valid until the next call. */
int ra_telling_item(struct ra_telling *t, const struct ra_restore_item *i);
int ra_telling_other(struct ra_telling *t, const struct ra_restore_item *i);
/* The item with the backup's names as they may be shown. */
struct ra_restore_item ra_telling_then(struct ra_telling *t, const struct ra_restore_item *i);
/* "objectGUID, SID, UPN" */
void ra_telling_evidence(unsigned bits, struct ra_buf *out);
struct ra_str ra_telling_guid(struct ra_telling *t, const void *bytes, size_t n);

#endif
