/* What the writer and the reader of a journal share. For the two alone. */
#ifndef RA_APPLY_JOURNAL_FORM_H
#define RA_APPLY_JOURNAL_FORM_H

#include "recovery/apply/journal.h"

#define RA_SUM_TEXT    17 /* 16 hexadecimal digits of a SHA-256, and a NUL */
#define RA_JOURNAL_END ".journal"

extern const char *const ra_window_state_names[4]; /* by enum ra_window_state */

/* A line's checksum: of the one before ("" for the first) and its text. */
void ra_journal_sum(const char before[RA_SUM_TEXT], struct ra_str text, char out[RA_SUM_TEXT]);

/* The checksum that the last line of whole lines begins with. */
void ra_journal_last_sum(struct ra_str lines, char out[RA_SUM_TEXT]);

/* Only the first line, of bytes that may end anywhere behind it. *out is freed with ra_batch_free,
 * after an error too. */
int ra_batch_decode_head(struct ra_str bytes, const char *name, struct ra_batch *out,
                         struct ra_err *err);

/* STORE/journal, or STORE/journal/NAME with end behind it; *out is made here. */
void ra_journal_path(const char *store_dir, const char *name, const char *end, struct ra_buf *out);

#endif
