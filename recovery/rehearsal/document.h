/*
 * The small documents (organization, domains, directory/onPremisesSynchronization): answered as
 * they were saved, whole or by id.
 */
#ifndef RA_REHEARSAL_DOCUMENT_H
#define RA_REHEARSAL_DOCUMENT_H

#include "recovery/rehearsal/sim.h"

/* Whether the document is known and the options are its own; else the refusal. */
bool ra_sim_document_open(const struct ra_sim_request *q, const struct ra_sim_small *s,
                          struct ra_sim_reply *a);
/* Whether $select names known properties of the type only. known ends with NULL. */
bool ra_sim_document_select(const struct ra_sim_request *q, const char *const *known,
                            const char *type, struct ra_sim_reply *a);
/* The whole collection, or the entity whose id stands in segment id_at. */
void ra_sim_document_write(struct ra_sim_request *q, struct ra_sim_reply *a,
                           const struct ra_sim_small *s, const char *context, size_t id_at);

#endif
