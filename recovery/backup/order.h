/* The order of the object lines: cloud objects by id, each with the AD objects that were decided to
 * be, or to clash with, it; then objects of AD alone by directory and objectGUID. */
#ifndef RA_BACKUP_ORDER_H
#define RA_BACKUP_ORDER_H

#include "recovery/backup/intern.h"

struct ra_order_ad {
    unsigned char guid[16]; /* as its text sorts */
    uint32_t directory, seq;
    uint32_t verdict; /* in the result, or RA_NONE */
    uint32_t cloud;   /* the peer, or RA_NONE */
    uint32_t next;    /* the next AD object of the same peer, or RA_NONE */
};

struct ra_order {
    struct ra_order_ad *ad; /* sorted */
    size_t ad_n;
    uint32_t *first;         /* by cloud sequence number: into ad, or RA_NONE */
    uint32_t *cloud_verdict; /* by cloud sequence number: in the result, or RA_NONE */
};

int ra_order_make(const struct ra_backup_input *in, struct ra_order *out, struct ra_err *err);
void ra_order_free(struct ra_order *o);

#endif
