/*
 * Objects out of a page's JSON tree, by one table of properties: what is of another type than the
 * table says, too long, or has no id is an error that names the source and the object. Property
 * names that are not in the table are passed over. The same for live pages and saved ones.
 */
#ifndef RA_GRAPH_DECODE_H
#define RA_GRAPH_DECODE_H

#include "src/graph/internal.h"

#include "src/graph/jsonarena.h"

#define RA_ID_MAX 128

/* Objects of one page; strings point into the tree, lists into the arena. */
struct ra_objects {
    struct ra_graph_object *items;
    size_t n, cap;
    unsigned char guess[64]; /* the table row that stood at this place in the object before */
};

void ra_objects_clear(struct ra_objects *o);
void ra_objects_free(struct ra_objects *o);

/* Appends one object. at counts objects of the source from 1, for messages. */
int ra_decode_object(const cJSON *item, enum ra_collection in, const struct ra_source *from,
                     uint64_t at, struct ra_arena *arena, struct ra_objects *out,
                     struct ra_err *err);

#endif
