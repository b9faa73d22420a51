/* What `import` prints: each anchor, what was found of it, and the sums; as text or one JSON object
 * a line. */
#ifndef RA_CLI_IMPORT_PRINT_H
#define RA_CLI_IMPORT_PRINT_H

#include "recovery/cli/cli.h"
#include "recovery/import/compare.h"

struct ra_import_print {
    const char *path;
    enum ra_import_format format;
    bool json, all; /* all: every object as text, not only findings */
    bool compares;
    uint64_t findings[RA_FINDINGS];
    struct ra_import_totals totals;
    /* Findings as text, at most so many of each kind. */
    struct ra_buf lines[RA_FINDINGS];
    size_t shown; /* of one kind at most; 0 for all */
};

void ra_import_print_init(struct ra_import_print *p);
void ra_import_print_free(struct ra_import_print *p);

/* m: NULL when nothing was compared. As text, findings are kept for the end. */
void ra_import_print_entry(struct ra_import_print *p, const struct ra_import_entry *e,
                           const struct ra_import_compared *m);
void ra_import_print_end(struct ra_import_print *p);
bool ra_import_print_any(const struct ra_import_print *p); /* a finding that counts */

#endif
