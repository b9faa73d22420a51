/* A restore on its way: what both sides are now, and who of the backup is where. Internal. */
#ifndef RA_RESTORE_RESTORING_H
#define RA_RESTORE_RESTORING_H

#include "recovery/model/anchor.h"
#include "recovery/model/lookup.h"
#include "recovery/restore/restore.h"

/* Everything of a directory that may be asked for by key. */
struct ra_directory_keys {
    struct ra_lookup_index guid, sid, tie, upn, address, anchor;
    uint32_t base;
};

struct ra_restoring {
    const struct ra_report_input *now;
    const struct ra_restore_then *then;
    struct ra_restored *out;
    struct ra_err *err;
    struct ra_anchor_attribute anchor; /* of the backup */
    struct ra_directory_keys *keys;
    struct ra_lookup_index id; /* of the cloud */
    struct ra_side_cursor *ooi, *soa;
    uint32_t ad_n;
    uint8_t *known;     /* by AD number: an object that the backup has, by its objectGUID */
    uint32_t *verdict;  /* by AD number: its verdict, or RA_NONE */
    uint32_t *dn_found; /* by item: the object with its DN, or RA_NONE */
    struct ra_arena scratch;
};

int ra_restoring_open(struct ra_restoring *r);
void ra_restoring_close(struct ra_restoring *r);
int ra_restoring_damaged(struct ra_restoring *r, struct ra_str side);
int ra_restoring_ad(struct ra_restoring *r, uint32_t number, struct ra_ad_object *out);
int ra_restoring_cloud(struct ra_restoring *r, uint32_t seq, struct ra_cloud_object *out);
const struct ra_verdict *ra_restoring_verdict(const struct ra_restoring *r, uint32_t number);
bool ra_restoring_in_scope(const struct ra_restoring *r, uint32_t number);

/* The live object of this objectGUID, or RA_NONE; *deleted: there is a deleted one. */
int ra_restoring_by_guid(struct ra_restoring *r, const unsigned char guid[16], uint32_t *out,
                         bool *deleted);

/* take.c: one object of the backup; leaves an item unless all is as it was. */
int ra_restore_take(struct ra_restoring *r, const struct ra_backup_object *o);
/* find.c: the AD object of each item. */
int ra_restore_find_dns(struct ra_restoring *r);
int ra_restore_find(struct ra_restoring *r, size_t item);
/* settle.c: what the items mean for each other, and what is to be written. */
int ra_restore_settle(struct ra_restoring *r);

#endif
