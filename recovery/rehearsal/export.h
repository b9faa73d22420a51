/*
 * The first export of a sync server that was set up anew, seen from the service: what it does with
 * every object that the server sends, and with the synced objects that it does not send any more.
 * It follows what is known of the rules of the service itself and not the order in which
 * predictions are made, so that a prediction can be checked against it.
 *
 * POST /rehearsal/export takes one AD object a line, as the sync server would have computed it:
 *   {"kind":"user|group|contact|device",  "objectGUID":"30475e40-…",  "sourceAnchor":"QF5H…==",
 *    "objectSid":"S-1-5-21-…", "userPrincipalName":"…", "proxyAddresses":["SMTP:…"], "mail":"…",
 *    "mailNickname":"…", "displayName":"…", "distinguishedName":"…", "sAMAccountName":"…",
 *    "mailEnabled":bool, "securityEnabled":bool, "cloudFiltered":bool, "deleted":bool}
 * kind and objectGUID are required; mailEnabled is by default whether there is an
 * address. cloudFiltered (out of scope) and deleted objects and those without anchor are not sent.
 * The answer has a line for each, in the same order, then one for each deletion, then a summary:
 *   {"type":"object","kind":…,"objectGUID":…,"outcome":…,"error":…,"code":…,"attribute":…,
 *    "cloudId":…,"upn":…,"quarantined":[…],"rule":…,"uncertain":bool}
 * outcome: updated, taken_over, restored, soft_matched_smtp, soft_matched_upn, merged, created,
 * created_quarantined, refused, cloud_managed, not_sent. uncertain says that the sources leave it
 * open or that the organisation's data do not tell.
 */
#ifndef RA_REHEARSAL_EXPORT_H
#define RA_REHEARSAL_EXPORT_H

#include "recovery/rehearsal/store.h"
#include "src/base/err.h"

/* Runs the export on the store, whose lock the caller holds for writing, and writes the answer. An
 * export that the threshold stops has changed nothing; past_threshold carries it out all the same.
 */
int ra_sim_export(struct ra_sim_store *s, struct ra_str ndjson, bool past_threshold,
                  struct ra_buf *out, struct ra_err *err);

#endif
