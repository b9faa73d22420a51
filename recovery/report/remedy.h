/*
 * What happens to an object if nothing is done, and what to do: sentences with places for its own
 * names and values. A remedy is a few pieces in a row, so that the page can carry each piece once
 * and the objects' pieces as numbers. Places are {field} of ra_remedy_place; anything else in
 * braces is text.
 */
#ifndef RA_REPORT_REMEDY_H
#define RA_REPORT_REMEDY_H

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

/* Whether, and if not why not, mS-DS-ConsistencyGuid can be set to what the cloud holds. */
enum ra_fix {
    RA_FIX_WRITE,     /* in fixes.ldif, live */
    RA_FIX_CONFIRM,   /* in fixes.ldif as a comment: a person must say that both are one */
    RA_FIX_CONTENDED, /* more than one AD object would get that anchor */
    RA_FIX_MODE,      /* the source anchor is another attribute */
    RA_FIX_VALUE,     /* what the cloud holds is not 16 bytes */
    RA_FIX_UNSEEN,    /* the cloud shows no anchor for this kind of object */
    RA_FIX_NONE,      /* nothing of the sort to repair */
};
/* guid: the 16 bytes to write, for the first three. */
enum ra_fix ra_fix_of(const struct ra_report_input *in, const struct ra_row *row,
                      unsigned char guid[16]);

/* The 16 bytes that an anchor stands for; false when it is not the Base64 of so many. */
bool ra_anchor_bytes(struct ra_str anchor, unsigned char out[16]);

/* The attribute that anchors were computed with. */
struct ra_str ra_report_anchor(const struct ra_report_input *in);

#endif
