/* Documents: what live and saved ones share. */
#ifndef RA_GRAPH_DOCUMENT_H
#define RA_GRAPH_DOCUMENT_H

#include "src/graph/fault.h"

#define RA_DOCUMENT_MAX ((size_t)1 << 30)

/* What a reader finds before anything came. */
void ra_document_read_init(struct ra_document_read *read);

/* Fills *refusal (which may be NULL): RA_EPERMISSION with the permission for a 403, else
 * RA_ESERVER. */
void ra_refusal_fill(struct ra_err *refusal, const char *where, const struct ra_fault *f,
                     const struct ra_permission *permission);

#endif
