/*
 * What happens to an object if nothing is done, and what to do: sentences with places for its own
 * names and values. A remedy is a few pieces in a row, so that the page can carry each piece once
 * and the objects' pieces as numbers. Places are {field} of ra_remedy_place; anything else in
 * braces is text.
 */
#ifndef RA_REPORT_REMEDY_H
#define RA_REPORT_REMEDY_H

#include "recovery/model/repair.h"
#include "recovery/report/rows.h"

#define RA_REMEDY_PIECES 16

struct ra_remedy {
    uint8_t piece[RA_REMEDY_PIECES];
    unsigned n;
};

void ra_remedy_pick(const struct ra_report_input *in, const struct ra_row *row,
                    struct ra_remedy *out);
void ra_remedy_render(const struct ra_report_input *in, const struct ra_row *row,
                      const struct ra_remedy *remedy, struct ra_buf *out);

unsigned ra_remedy_count(void);              /* of all pieces */
const char *ra_remedy_piece(unsigned piece); /* its text, with places */

/* A clause for each cause; "" for RA_CAUSE_NONE. */
const char *ra_cause_meaning(enum ra_cause cause);

/* ra_fix_rule of a row. */
enum ra_fix ra_fix_of(const struct ra_report_input *in, const struct ra_row *row,
                      unsigned char guid[16]);

/* The attribute that anchors were computed with. */
struct ra_str ra_report_anchor(const struct ra_report_input *in);

#endif
