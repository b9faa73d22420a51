/* The lines before the objects: header, tenant, anchor, snapshots, documents, role holders. */
#ifndef RA_BACKUP_FACTS_H
#define RA_BACKUP_FACTS_H

#include "recovery/backup/intern.h"

/* Appends all of them; adds their number to *lines. */
int ra_facts_write(const struct ra_backup_input *in, const struct ra_backup_manifest *m,
                   struct ra_buf *out, uint64_t *lines, struct ra_err *err);

/* Takes one line into the facts; text is copied into the arena. *known is false for a line of
 * another type, such as an object. */
struct ra_facts_reader {
    struct ra_backup_facts facts;
    struct ra_arena arena;
    bool header; /* it came */
    size_t holders_cap, documents_cap;
};
int ra_facts_read(struct ra_facts_reader *r, const cJSON *line, struct ra_str type, bool *known,
                  struct ra_err *err);
void ra_facts_free(struct ra_facts_reader *r);

#endif
