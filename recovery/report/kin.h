/*
 * Who else belongs to one AD object (domain 1.5): the master account of a linked mailbox, what it
 * was migrated from and to, and whom its SID history leads to in the cloud. No verdict depends on
 * any of it; it says what a person would have to look for, perhaps in another forest.
 */
#ifndef RA_REPORT_KIN_H
#define RA_REPORT_KIN_H

#include "recovery/report/report.h"

/* AD numbers and a cloud sequence number; RA_NONE where there is none. All are live. */
struct ra_kin {
    uint32_t master;        /* has msExchMasterAccountSid as its own SID, and is in scope */
    uint32_t former_master; /* has it in its SID history alone: the sync server does not join it */
    uint32_t history_cloud; /* another than the peer, with a SID of the SID history */
    bool peer_in_history;   /* the peer's SID stands in the SID history */
    /* Only of ra_kin_all. */
    uint32_t mailbox;       /* a linked mailbox whose master account this object is */
    uint32_t migrated_from; /* has a SID of the SID history as its own */
    uint32_t migrated_to;   /* has this object's SID in its SID history */
    uint32_t twin;          /* has the same anchor, and is in scope */
};

struct ra_kin_reader;

struct ra_kin_reader *ra_kin_open(const struct ra_report_input *in);
void ra_kin_close(struct ra_kin_reader **k);

/* What a remedy needs, for an object that names other SIDs; v is its verdict. RA_EINTEGRITY for a
 * damaged index. */
int ra_kin_find(struct ra_kin_reader *k, const struct ra_ad_object *o, const struct ra_verdict *v,
                struct ra_kin *out, struct ra_err *err);
/* Also the rest, which asks the indexes of every directory: for one object. anchor: as the decision
 * had it, or absent. */
int ra_kin_all(struct ra_kin_reader *k, const struct ra_ad_object *o, const struct ra_verdict *v,
               struct ra_str anchor, struct ra_kin *out, struct ra_err *err);

/* Takes part in the sync: neither deleted nor out of scope, nor a linked mailbox. */
bool ra_kin_in_scope(const struct ra_report_input *in, uint32_t ad);

#endif
