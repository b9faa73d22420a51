/* One finding with everything that its words need. Internal to verify. */
#ifndef RA_VERIFY_RENDER_H
#define RA_VERIFY_RENDER_H

#include "recovery/report/rows.h"
#include "recovery/verify/verify.h"

/* Resolves objects of findings into rows, and hides names where the report is redacted. */
struct ra_rendering {
    const struct ra_report_input *in;
    struct ra_rows *rows;
    struct ra_arena arena;
    struct ra_verdict v; /* of the row last resolved */
    struct ra_err *err;
};

void ra_rendering_open(const struct ra_report_input *in, struct ra_rendering *r,
                       struct ra_err *err);
void ra_rendering_close(struct ra_rendering *r);
/* The row of a pair; valid until the next one. */
int ra_rendering_row(struct ra_rendering *r, const struct ra_verify_finding *f, bool other,
                     struct ra_row *out);
/* The finding's value as it may be shown. */
struct ra_str ra_rendering_value(struct ra_rendering *r, const struct ra_verify_finding *f);

#endif
