/*
 * How it is known that nothing is missing from a read of the cloud. Internal to collect.
 *
 * Every chain ended without a nextLink, else there is no read to be judged. Beyond that, of users
 * that were read in parts: as many were listed as the tenant counted before, or there are as many
 * as it counts afterwards, or the difference is no more than what the changes of the meantime
 * moved. Where none holds they are read once more in one chain. And no list may be shorter than the
 * tenant's count by more than the index behind it may lag; where it differs by less, every id that
 * the index counts is looked for (recheck.h).
 */
#ifndef RA_COLLECT_PROOF_H
#define RA_COLLECT_PROOF_H

#include "recovery/collect/cloud.h"

/* Judges a read of everything and fills f->proof. RA_EINCOMPLETE when it cannot be proved. */
int ra_proof_check_anew(struct ra_cloud_fill *f, struct ra_err *err);

/* Judges what the changes made of the snapshot before: *resync, and f->why, when it is far from the
 * count. */
int ra_proof_check_refresh(struct ra_cloud_fill *f, bool *resync, struct ra_err *err);
/* Fills f->proof; full: that of the read that the changes are on top of. */
void ra_proof_of_refresh(struct ra_cloud_fill *f, struct ra_str full);

#endif
