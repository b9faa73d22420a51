#include "recovery/model/scope.h"

#include <string.h>

/* In the order in which the rules are asked; prefixes compare without case (domain 6.1). */
#define RECIPIENT_MASK   0x21C07000LL /* domain 6.1: the types that are never exported */
#define RECIPIENT_ROLE   0x40000000LL
#define RECIPIENT_LINKED 2
#define MEMBERS_MAX      250000
#define GROUP_SECURITY   0x80000000u

static bool contains_char(struct ra_str s, char c)
{
    return s.n && memchr(s.p, c, s.n);
}

static bool cas(struct ra_str s)
{
    return ra_str_starts_fold(s, RA_STR("CAS_")) && contains_char(s, '}');
}

/* A SMTP value with @, or mail with @. */
static bool has_usable_address(const struct ra_ad_object *o)
{
    struct ra_str rest = o->proxies.bytes, item;

    while (ra_list_next(&rest, &item))
        if (ra_str_starts_fold(item, RA_STR("SMTP:")) && contains_char(item, '@'))
            return true;
    return contains_char(o->mail, '@');
}

static enum ra_cause user_cause(const struct ra_ad_object *o)
{
    if (o->critical_system)
        return RA_CAUSE_CRITICAL_SYSTEM_OBJECT;
    if (ra_str_absent(o->sam))
        return RA_CAUSE_NO_SAM_ACCOUNT_NAME;
    if (ra_str_starts_fold(o->sam, RA_STR("AAD_")) || ra_str_starts_fold(o->sam, RA_STR("MSOL_")))
        return RA_CAUSE_SYNC_ACCOUNT;
    if (ra_str_eq_fold(o->sam, RA_STR("SUPPORT_388945a0")))
        return RA_CAUSE_SUPPORT_ACCOUNT;
    if (ra_str_starts_fold(o->nickname, RA_STR("SystemMailbox{")))
        return RA_CAUSE_SYSTEM_MAILBOX;
    if (cas(o->nickname) || cas(o->sam))
        return RA_CAUSE_CAS_MAILBOX;
    if (o->recipient_type & RECIPIENT_MASK)
        return RA_CAUSE_RECIPIENT_TYPE;
    return RA_CAUSE_NONE;
}

static enum ra_cause contact_cause(const struct ra_ad_object *o)
{
    if (o->critical_system)
        return RA_CAUSE_CRITICAL_SYSTEM_OBJECT;
    if (cas(o->nickname))
        return RA_CAUSE_CAS_MAILBOX;
    if (ra_str_absent(o->mail) || !has_usable_address(o))
        return RA_CAUSE_NOT_MAIL_ENABLED;
    if (ra_str_contains(o->display_name, RA_STR("(MSOL)")) && o->hidden_from_lists)
        return RA_CAUSE_MSOL_CONTACT;
    return RA_CAUSE_NONE;
}

static enum ra_cause group_cause(const struct ra_ad_object *o)
{
    if (o->critical_system)
        return RA_CAUSE_CRITICAL_SYSTEM_OBJECT;
    if (!(o->group_type & GROUP_SECURITY) && !has_usable_address(o))
        return RA_CAUSE_NOT_MAIL_ENABLED;
    if (ra_str_eq_fold(o->sam, RA_STR("MSOL_AD_Sync_RichCoexistence")))
        return RA_CAUSE_RICH_COEXISTENCE;
    if (o->recipient_type & RECIPIENT_ROLE)
        return RA_CAUSE_ROLE_GROUP;
    if (o->members >= MEMBERS_MAX)
        return RA_CAUSE_TOO_MANY_MEMBERS;
    return RA_CAUSE_NONE;
}

static enum ra_cause kind_cause(const struct ra_ad_object *o)
{
    switch (o->kind) {
    case RA_USER:
        return user_cause(o);
    case RA_CONTACT:
        return contact_cause(o);
    case RA_GROUP:
        return group_cause(o);
    case RA_COMPUTER:
        return o->certificates ? RA_CAUSE_NONE : RA_CAUSE_NO_USER_CERTIFICATE;
    case RA_DEVICE:
    case RA_KINDS:
        break;
    }
    return RA_CAUSE_NONE;
}

/* The object's own RDN is the last of its DN key. */
static bool replication_conflict(struct ra_str dn_key)
{
    size_t end = dn_key.n ? dn_key.n - 1 : 0, start = end;

    while (start > 0 && dn_key.p[start - 1] != '\0')
        start--;
    return end > start && memchr(dn_key.p + start, '\n', end - start) &&
           ra_str_contains((struct ra_str){dn_key.p + start, end - start}, RA_STR("\ncnf:"));
}

/* Confidence M: consistent third-party sources only (domain 6.1). */
static bool admin_description(const struct ra_ad_object *o)
{
    struct ra_str d = o->admin_description;

    return (o->kind == RA_USER && ra_str_starts_fold(d, RA_STR("User_"))) ||
           (o->kind == RA_GROUP && ra_str_starts_fold(d, RA_STR("Group_"))) ||
           (o->kind == RA_CONTACT && ra_str_starts_fold(d, RA_STR("Contact_")));
}

enum ra_cause ra_default_scope(const struct ra_ad_object *o)
{
    enum ra_cause cause = kind_cause(o);

    if (cause)
        return cause;
    if (replication_conflict(o->dn_key))
        return RA_CAUSE_REPLICATION_CONFLICT;
    return admin_description(o) ? RA_CAUSE_ADMIN_DESCRIPTION : RA_CAUSE_NONE;
}

bool ra_is_linked_mailbox(const struct ra_ad_object *o)
{
    return o->kind == RA_USER && o->recipient_type == RECIPIENT_LINKED; /* equality, not a bit */
}
