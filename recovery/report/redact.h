/*
 * Names and addresses replaced by tokens that say nothing without the key: one value, one token, in
 * every report that is made with the same key. Identifiers (GUIDs, SIDs, anchors made of a GUID)
 * stay, so that a redacted report can still be worked with beside the directory.
 */
#ifndef RA_REPORT_REDACT_H
#define RA_REPORT_REDACT_H

#include "recovery/report/rows.h"

/* Replaces the row's personal fields, in place; the tokens live in the arena. */
void ra_redact_row(const unsigned char key[RA_REDACT_KEY], struct ra_row *row, struct ra_arena *a);
/* One name's token, "n-" and ten characters; letters compare without case. */
struct ra_str ra_redact_name(const unsigned char key[RA_REDACT_KEY], struct ra_str name,
                             struct ra_arena *a);
/* An address: its local part's and its domain's token with an @ between. */
struct ra_str ra_redact_address(const unsigned char key[RA_REDACT_KEY], struct ra_str address,
                                struct ra_arena *a);
/* A DN: the type of each RDN stays, its value becomes a token. */
struct ra_str ra_redact_dn(const unsigned char key[RA_REDACT_KEY], struct ra_str dn,
                           struct ra_arena *a);

/* How long the first RDN of the DN is: up to the next comma that is not escaped or quoted. */
size_t ra_dn_rdn(struct ra_str dn);

#endif
