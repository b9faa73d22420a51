/*
 * Reads an organisation from a folder of saved Graph responses (NAME.json or NAME.ndjson) into the
 * store. A file that is missing or holds Graph's error body makes its facts unknown: the tenant
 * then refuses the request as Graph would.
 */
#ifndef RA_REHEARSAL_LOAD_H
#define RA_REHEARSAL_LOAD_H

#include "recovery/rehearsal/store.h"
#include "src/base/err.h"

int ra_sim_load(struct ra_sim_store *s, const char *dir, struct ra_err *err);

/* The tenant's id as the organisation says it, or the synchronization document, or "". */
void ra_sim_tenant_id(const struct ra_sim_store *s, char out[RA_GUID_TEXT]);

#endif
