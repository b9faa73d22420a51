/* What the files of drill share. */
#ifndef RA_DRILL_INNER_H
#define RA_DRILL_INNER_H

#include "recovery/drill/drill.h"
#include "recovery/report/rows.h"

/* The AD object of a number over all directories; borrowed from its side. */
int ra_drill_ad(const struct ra_report_input *in, uint32_t number, struct ra_ad_object *out,
                struct ra_err *err);
int ra_drill_cloud(const struct ra_report_input *in, uint32_t seq, struct ra_cloud_object *out,
                   struct ra_err *err);

/* send.c: appends what a sync server would send, an object a line, in the order of the numbers;
 * fills verdict of each item. */
int ra_drill_send(const struct ra_report_input *in, struct ra_drill *d, struct ra_buf *lines,
                  struct ra_err *err);

/* answer.c: takes the tenant's answer into the items and the cloud objects. */
int ra_drill_answer(const struct ra_report_input *in, struct ra_drill *d, struct ra_str answer,
                    struct ra_err *err);

/* meet.c: who meets whom, for the objects that differ. Books are made when first asked for. */
struct ra_drill_meet;
struct ra_drill_meet *ra_drill_meet_open(const struct ra_report_input *in,
                                         const struct ra_drill *d);
void ra_drill_meet_close(struct ra_drill_meet **m);
/* For a struct ra_meetings with ctx = the meet, of the object that was set. */
void ra_drill_meet_of(struct ra_drill_meet *m, uint32_t number);
bool ra_drill_meets(void *meet, enum ra_meeting what);

/* weigh.c: judges every item and every cloud object, and counts. */
int ra_drill_weigh(const struct ra_report_input *in, struct ra_drill *d, struct ra_err *err);

/* The verdict's name, or "-". */
const char *ra_drill_said(const struct ra_verdict *v);
/* "deleted" or "kept". */
const char *ra_drill_end_name(enum ra_drill_end e);
/* One line about the source and one about the AD side. */
void ra_drill_origin(const struct ra_report_input *in, const struct ra_drill_from *from,
                     struct ra_buf *out);
/* The row's names and addresses as the report may show them. */
void ra_drill_redact(const struct ra_report_input *in, struct ra_row *row, struct ra_arena *a);

/* One combination of prediction, outcome and reason, and how many AD objects have it. */
struct ra_drill_count {
    enum ra_verdict_code code;
    enum ra_deed deed;
    enum ra_parting parting;
    uint64_t n;
};
/* Those that occur, the unexplained first, then the explained, each by number; free with free(). */
struct ra_drill_count *ra_drill_counts(const struct ra_drill *d, size_t *n);

#endif
