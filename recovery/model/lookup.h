/* Asking an index for one key: for the few objects of which somebody wants to know more. Many are
 * joined by walking two indexes side by side instead. */
#ifndef RA_MODEL_LOOKUP_H
#define RA_MODEL_LOOKUP_H

#include "recovery/model/index.h"

/* An index of one side, kept open between questions. */
struct ra_lookup_index {
    const struct ra_side *side;
    struct ra_side_cursor *cursor; /* NULL when the side has no such index */
};

void ra_lookup_open(const struct ra_side *side, int index, struct ra_lookup_index *out);
void ra_lookup_close(struct ra_lookup_index *l);
/* Moves to the key, then 1 and the next holder of it, 0 when there is no more, negative for a
 * damaged store. */
int ra_lookup_seek(struct ra_lookup_index *l, struct ra_str key);
int ra_lookup_next(struct ra_lookup_index *l, struct ra_str key, struct ra_entry *out);
/* The first holder of the key that is not deleted and not `but`: 1, or 0 when there is none. */
int ra_lookup_live(struct ra_lookup_index *l, struct ra_str key, uint32_t but,
                   struct ra_entry *out);

#endif
