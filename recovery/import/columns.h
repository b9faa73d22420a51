/* The columns of a CSV: which of them mean what, and one row as an entry. Internal. */
#ifndef RA_IMPORT_COLUMNS_H
#define RA_IMPORT_COLUMNS_H

#include "recovery/import/reader.h"

#define RA_COLUMNS_MAX 512

enum ra_column {
    RA_COL_OTHER,
    RA_COL_UPN,
    RA_COL_ANCHOR_GUID, /* ImmutableIdGUID */
    RA_COL_ANCHOR,      /* ImmutableId, SourceAnchor */
    RA_COL_CONNECTOR_DN,
    RA_COL_ID,
    RA_COL_SID,
    RA_COL_MAIL,
    RA_COL_SAM,
    RA_COL_DN,
    RA_COL_NAME,
    RA_COL_IDENTIFIER,
    RA_COL_KIND,
    RA_COLUMNS
};

struct ra_columns {
    enum ra_column is[RA_COLUMNS_MAX];
    struct ra_str names[RA_COLUMNS_MAX];
    struct ra_arena arena;
    size_t n;
    size_t at[RA_COLUMNS]; /* 1 + where each stands, 0 for nowhere */
};

/* False with why for a header without anchors, or with one column twice. */
bool ra_columns_read(struct ra_columns *c, const struct ra_str *names, size_t n, char *why,
                     size_t why_n);
void ra_columns_free(struct ra_columns *c);
/* What a column of this name means; its case, blanks and punctuation do not matter. */
enum ra_column ra_column_of(struct ra_str name);

/* 1 with the entry, whose line is set; 0 when it is wrong and was noted; negative when there were
 * too many wrong ones. */
int ra_columns_entry(const struct ra_columns *c, struct ra_import_reader *r,
                     const struct ra_str *fields, struct ra_arena *a, struct ra_buf *other,
                     struct ra_import_entry *e);

#endif
