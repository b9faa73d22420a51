/*
 * The head of a record: all that a walk over every object looks at. It is worked out once, when the
 * object is encoded, so that a decision over a million objects decodes none of them for it. A head
 * holds what follows from the object's own attributes alone; what depends on the tenant or on the
 * policy is not for here. Records keep these answers: whoever changes a rule behind one of them,
 * or the numbers of enum ra_cause, raises RA_CACHE_FORMAT. Strings are borrowed from the record.
 */
#ifndef RA_MODEL_HEAD_H
#define RA_MODEL_HEAD_H

#include "recovery/model/verdict.h"

/* Bits of ra_ad_head.own. */
enum {
    RA_OWN_TWO_PRIMARIES = 1,
    RA_OWN_SIZE = 2,         /* too many addresses or certificates (row 47) */
    RA_OWN_MAIL_ENABLED = 4, /* mail, or an address */
    RA_OWN_GUID_LENGTH = 8,  /* a ConsistencyGuid that is not 16 bytes */
    RA_OWN_UNSTAMPED = 16,   /* no ConsistencyGuid */
    RA_OWN_LINKED = 32,      /* a linked mailbox */
    RA_OWN_TIED = 64,        /* it names other SIDs: a SID history, or a master account */
};

struct ra_ad_head {
    enum ra_kind kind;
    bool deleted;
    uint8_t own;         /* RA_OWN_… */
    enum ra_cause cause; /* why default scope leaves it out (scope.h), or RA_CAUSE_NONE */
    const char *guid;    /* 16 bytes, or NULL */
    /* What stands behind the last @ of a login whose local part Entra ID takes as it is: where it
     * is a verified domain, the login is the UPN. Absent where the login cannot be. */
    struct ra_str login_suffix;
    struct ra_str dn_key;
};

struct ra_cloud_head {
    enum ra_kind kind;
    bool deleted, synced, guest;
    bool anchored;        /* a user with an immutableId */
    bool role_assignable; /* a group that roles can be assigned to */
};

/* False for bytes that are no such record. */
bool ra_ad_head(struct ra_str record, struct ra_ad_head *out);
bool ra_cloud_head(struct ra_str record, struct ra_cloud_head *out);

#endif
