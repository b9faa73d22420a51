#include "recovery/model/head.h"

#include "recovery/model/address.h"
#include "recovery/model/form.h"
#include "recovery/model/scope.h"

/* Row 47: past these Entra ID answers LargeObject or ExceededAllowedLength. */
#define ADDRESSES_MAX    300
#define CERTIFICATES_MAX 15 /* of userCertificate and of userSMIMECertificate each */
#define GUID_BYTES       16

static bool is_oversized(const struct ra_ad_object *o, uint32_t addresses)
{
    return addresses > ADDRESSES_MAX || o->certificates > CERTIFICATES_MAX ||
           o->smime_certificates > CERTIFICATES_MAX;
}

uint8_t ra_form_own(const struct ra_ad_object *o)
{
    struct ra_address_survey addresses = ra_ad_survey(o);
    unsigned own = 0;

    if (addresses.two_primaries)
        own |= RA_OWN_TWO_PRIMARIES;
    if (is_oversized(o, addresses.values))
        own |= RA_OWN_SIZE;
    if (!ra_str_absent(o->mail) || addresses.values)
        own |= RA_OWN_MAIL_ENABLED;
    if (ra_str_absent(o->consistency_guid))
        own |= RA_OWN_UNSTAMPED;
    else if (o->consistency_guid.n != GUID_BYTES)
        own |= RA_OWN_GUID_LENGTH;
    if (ra_is_linked_mailbox(o))
        own |= RA_OWN_LINKED;
    if (o->sid_history.count || !ra_str_absent(o->master_account_sid))
        own |= RA_OWN_TIED;
    return (uint8_t)own;
}

bool ra_ad_head(struct ra_str record, struct ra_ad_head *out)
{
    const unsigned char *p = (const unsigned char *)record.p;
    struct ra_str login;
    size_t suffix;

    if (record.n < RA_FORM_AD_HEAD || p[0] != RA_FORM_AD || p[1] >= RA_KINDS || p[3] >= RA_CAUSES)
        return false;
    out->kind = (enum ra_kind)p[1];
    out->deleted = p[2] & RA_FORM_DELETED;
    out->cause = (enum ra_cause)p[3];
    out->own = p[4];
    suffix = (size_t)p[5] | (size_t)p[6] << 8;
    out->guid = p[2] & RA_FORM_GUID ? record.p + 7 : NULL;
    record = ra_str_from(record, RA_FORM_AD_HEAD);
    if (!ra_form_string(&record, &login) || !ra_form_string(&record, &out->dn_key))
        return false;
    out->login_suffix = suffix ? ra_str_from(login, suffix) : (struct ra_str){NULL, 0};
    return true;
}

bool ra_cloud_head(struct ra_str record, struct ra_cloud_head *out)
{
    const unsigned char *p = (const unsigned char *)record.p;
    unsigned flags;

    if (record.n < RA_FORM_CLOUD_HEAD || p[0] != RA_FORM_CLOUD || p[1] >= RA_KINDS)
        return false;
    flags = (unsigned)p[2] | (unsigned)p[3] << 8;
    out->kind = (enum ra_kind)p[1];
    out->deleted = flags & RA_FORM_DELETED;
    out->synced = (flags >> RA_FORM_SYNCED & 3) == RA_YES;
    out->role_assignable = (flags >> RA_FORM_ROLE & 3) == RA_YES;
    out->guest = flags >> RA_FORM_GUEST & 1;
    out->anchored = flags >> RA_FORM_ANCHORED & 1;
    return true;
}
