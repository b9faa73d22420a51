/*
 * Directory objects as the matching rules see them, and their compact record form in the cache.
 * Strings are borrowed: after decoding they point into the record. Absent and empty are one.
 */
#ifndef RA_MODEL_OBJECT_H
#define RA_MODEL_OBJECT_H

#include "src/base/buf.h"
#include "src/base/ident.h"
#include "src/base/text.h"

enum ra_kind { RA_USER, RA_GROUP, RA_CONTACT, RA_COMPUTER, RA_DEVICE, RA_KINDS };

const char *ra_kind_name(enum ra_kind kind); /* "user" … */

/* A fact that may not have been obtained. The zero value is unknown. */
enum ra_tri { RA_UNKNOWN, RA_NO, RA_YES };

/* Several values, in their record form: for each a 32-bit length, then its bytes. */
struct ra_list {
    uint32_t count;
    struct ra_str bytes;
};

void ra_list_put(struct ra_buf *b, uint32_t *count, struct ra_str item);
/* The next item of *rest, which starts as list.bytes; false at the end. */
bool ra_list_next(struct ra_str *rest, struct ra_str *item);

/* A further attribute that may serve as source anchor: three items a value in ra_ad_object.custom:
 * the attribute's name as configured, "s" or "b" for string or binary, and the first value. */

/* An object of Active Directory. Numbers are 0 where the attribute is absent. */
struct ra_ad_object {
    enum ra_kind kind;
    bool deleted;                /* isDeleted, a tombstone or in the Recycle Bin */
    bool critical_system;        /* isCriticalSystemObject present, whatever its value */
    bool hidden_from_lists;      /* msExchHideFromAddressLists is TRUE */
    bool mailbox_guid;           /* msExchMailboxGuid present */
    int64_t recipient_type;      /* msExchRecipientTypeDetails */
    uint32_t account_control;    /* userAccountControl */
    uint32_t group_type;         /* groupType, as unsigned */
    uint32_t members;            /* values of member, over all ranges */
    uint32_t certificates;       /* values of userCertificate */
    uint32_t smime_certificates; /* values of userSMIMECertificate */
    struct ra_str guid; /* objectGUID: 16 bytes, else the object is refused by the reader */
    struct ra_str sid;  /* objectSid in string form */
    struct ra_str dn,
        dn_key; /* as AD gave it; ra_dn_key's form (root first, NUL behind each RDN) */
    struct ra_str sam, upn, login, mail, nickname, display_name, cn, admin_description;
    struct ra_str consistency_guid;   /* mS-DS-ConsistencyGuid: its bytes, of any length */
    struct ra_str master_account_sid; /* msExchMasterAccountSid in string form */
    struct ra_str when_created;       /* generalized time, as AD gave it */
    struct ra_str last_known_parent;  /* of a deleted object */
    struct ra_list proxies;           /* proxyAddresses as AD gave them */
    struct ra_list sid_history;       /* sIDHistory, each in string form */
    struct ra_list custom;            /* see above */
};

/* An object of Entra ID. */
struct ra_cloud_object {
    enum ra_kind kind;  /* RA_USER, RA_GROUP, RA_CONTACT, RA_DEVICE */
    bool deleted;       /* in deletedItems */
    enum ra_tri synced; /* onPremisesSyncEnabled; RA_UNKNOWN is Graph's null */
    enum ra_tri account_enabled;
    enum ra_tri role_assignable; /* isAssignableToRole of a group; RA_UNKNOWN is null */
    enum ra_tri mail_enabled, security_enabled; /* of a group */
    struct ra_str id, upn, mail, nickname, display_name, user_type;
    struct ra_str immutable_id;                                /* onPremisesImmutableId */
    struct ra_str sid;                                         /* onPremisesSecurityIdentifier */
    struct ra_str sam, domain, dn, on_premises_upn, last_sync; /* onPremises… */
    struct ra_str device_id, created, deleted_at;
    struct ra_str provisioning_errors; /* onPremisesProvisioningErrors as JSON, absent when none */
    struct ra_list proxies;
};

/* Record form (form.h); what a walk over all of them needs is in their heads (head.h). Encoding
 * cannot fail but for the buffer's maximum; decoding returns false for bytes that are not a record
 * of this form. An objectGUID that is not 16 bytes is not kept. */
void ra_ad_encode(const struct ra_ad_object *o, struct ra_buf *out);
bool ra_ad_decode(struct ra_str record, struct ra_ad_object *out);
void ra_cloud_encode(const struct ra_cloud_object *o, struct ra_buf *out);
bool ra_cloud_decode(struct ra_str record, struct ra_cloud_object *out);

/* userType Guest, or #EXT# in the UPN (decision.md, AD user 2). */
bool ra_cloud_is_guest(const struct ra_cloud_object *o);
bool ra_cloud_is_synced(const struct ra_cloud_object *o);

#endif
