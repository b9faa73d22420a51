/* An object as Graph gave it, out of a file of its own. Internal. */
#ifndef RA_IMPORT_GRAPH_OBJECT_H
#define RA_IMPORT_GRAPH_OBJECT_H

#include "recovery/import/reader.h"

/* Hands one object on; id: what its file is called. Faults of the text are noted with their line.
 */
int ra_import_graph_object(struct ra_import_reader *r, const char *file, enum ra_kind kind,
                           const char *id, struct ra_str json, struct ra_err *err);
/* The organization: the tenant's id into the totals. */
int ra_import_graph_tenant(struct ra_import_reader *r, const char *file, struct ra_str json,
                           struct ra_err *err);

#endif
