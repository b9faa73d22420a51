/* Which AD objects take part (domain 6.1; decision: Scope), rule by rule in their order. */
#include "tests/property/oracle_inner.h"

#define NOT_USERS      0x21C07000 /* msExchRecipientTypeDetails that are no mailboxes of people */
#define ROLE_GROUP     0x40000000
#define SECURITY_GROUP 0x80000000u
#define MEMBERS_MAX    250000

static bool has_at(const char *s)
{
    return contains(s, "@");
}

/* Prefixes compare without case in every rule of scope: a secondary address will do. */
static bool has_smtp_with_at(const struct org_ad *a)
{
    for (size_t i = 0; i < a->proxies.n; i++)
        if (starts_folded(a->proxies.at[i], "SMTP:") && has_at(a->proxies.at[i]))
            return true;
    return false;
}

static bool is_cas(const char *name)
{
    return starts_folded(name, "CAS_") && contains(name, "}");
}

static const char *user_cause(const struct org_ad *a)
{
    if (a->critical)
        return "critical-system-object";
    if (!present(a->sam))
        return "no-sam-account-name";
    if (starts_folded(a->sam, "AAD_") || starts_folded(a->sam, "MSOL_"))
        return "sync-account";
    if (same_folded(a->sam, "SUPPORT_388945a0"))
        return "support-account";
    if (starts_folded(a->nickname, "SystemMailbox{"))
        return "system-mailbox";
    if (is_cas(a->nickname) || is_cas(a->sam))
        return "cas-mailbox";
    if (a->recipient_type & NOT_USERS)
        return "recipient-type";
    return NULL;
}

static const char *group_cause(const struct org_ad *a)
{
    bool distribution = !(a->group_type & SECURITY_GROUP);

    if (a->critical)
        return "critical-system-object";
    if (distribution && !has_smtp_with_at(a) && !has_at(a->mail))
        return "not-mail-enabled";
    if (same_folded(a->sam, "MSOL_AD_Sync_RichCoexistence"))
        return "rich-coexistence";
    if (a->recipient_type & ROLE_GROUP)
        return "role-group";
    if (a->members >= MEMBERS_MAX)
        return "too-many-members";
    return NULL;
}

static const char *contact_cause(const struct org_ad *a)
{
    if (a->critical)
        return "critical-system-object";
    if (is_cas(a->nickname))
        return "cas-mailbox";
    if (!present(a->mail) || (!has_smtp_with_at(a) && !has_at(a->mail)))
        return "not-mail-enabled";
    if (contains(a->display_name, "(MSOL)") && a->hidden)
        return "msol-contact";
    return NULL;
}

static const char *kind_cause(const struct org_ad *a)
{
    if (a->kind == ORG_USER)
        return user_cause(a);
    if (a->kind == ORG_GROUP)
        return group_cause(a);
    if (a->kind == ORG_CONTACT)
        return contact_cause(a);
    return a->certificates ? NULL : "no-user-certificate";
}

static bool withheld_by_description(const struct org_ad *a)
{
    if (a->kind == ORG_USER)
        return starts_folded(a->admin_description, "User_");
    if (a->kind == ORG_GROUP)
        return starts_folded(a->admin_description, "Group_");
    if (a->kind == ORG_CONTACT)
        return starts_folded(a->admin_description, "Contact_");
    return false;
}

static bool below_any(struct ra_arena *arena, const char *dn, const struct org_texts *bases)
{
    for (size_t i = 0; i < bases->n; i++)
        if (dn_below(arena, dn, bases->at[i]))
            return true;
    return false;
}

const char *scope_cause(struct oracle *o, const struct org_ad *a)
{
    const struct org_directory *dir = &o->org->directories[a->directory];
    const char *cause = kind_cause(a);

    if (cause)
        return cause;
    if (dn_is_conflict(o->arena, a->dn))
        return "replication-conflict";
    if (withheld_by_description(a))
        return "admin-description";
    if (dir->include.n && !below_any(o->arena, a->dn, &dir->include))
        return "outside-include";
    if (below_any(o->arena, a->dn, &dir->exclude))
        return "excluded";
    return NULL;
}
