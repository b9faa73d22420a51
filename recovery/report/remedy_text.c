#include "recovery/report/remedy.h"

#include <string.h>

/* domain 6.1; decision: Scope */
static const char *const causes[RA_CAUSES] = {
    [RA_CAUSE_NONE] = "",
    [RA_CAUSE_CRITICAL_SYSTEM_OBJECT] = "isCriticalSystemObject is set",
    [RA_CAUSE_NO_SAM_ACCOUNT_NAME] = "it has no sAMAccountName",
    [RA_CAUSE_SYNC_ACCOUNT] = "an account of the sync server itself (AAD_, MSOL_)",
    [RA_CAUSE_SUPPORT_ACCOUNT] = "the built-in account SUPPORT_388945a0",
    [RA_CAUSE_SYSTEM_MAILBOX] = "an Exchange system mailbox",
    [RA_CAUSE_CAS_MAILBOX] = "an Exchange client access mailbox",
    [RA_CAUSE_RECIPIENT_TYPE] = "msExchRecipientTypeDetails is of a kind that is never synced",
    [RA_CAUSE_NOT_MAIL_ENABLED] = "it has no usable mail address, which its kind needs",
    [RA_CAUSE_MSOL_CONTACT] = "a hidden contact that the service wrote back",
    [RA_CAUSE_RICH_COEXISTENCE] = "the group MSOL_AD_Sync_RichCoexistence",
    [RA_CAUSE_ROLE_GROUP] = "an Exchange role group",
    [RA_CAUSE_TOO_MANY_MEMBERS] = "it has 250,000 members or more",
    [RA_CAUSE_NO_USER_CERTIFICATE] = "the computer has no userCertificate",
    [RA_CAUSE_REPLICATION_CONFLICT] = "a victim of a replication conflict (CNF)",
    [RA_CAUSE_ADMIN_DESCRIPTION] = "adminDescription takes it out of scope",
    [RA_CAUSE_OUTSIDE_INCLUDE] = "it lies below no configured include",
    [RA_CAUSE_EXCLUDED] = "it lies below a configured exclude",
    [RA_CAUSE_ANCHOR_DRIFT] = "its AD object now has another anchor",
    [RA_CAUSE_OUT_OF_SCOPE] = "its AD object is out of scope",
    [RA_CAUSE_AD_DELETED] = "its AD object was deleted",
    [RA_CAUSE_NOT_FOUND] = "nothing in AD explains it",
};

const char *ra_cause_meaning(enum ra_cause cause)
{
    return causes[cause];
}

/* The first that it has; the last of them each object has. */
static struct ra_str first_of(const struct ra_row *row, const enum ra_field *fields, size_t n)
{
    size_t i = 0;

    while (i + 1 < n && ra_str_absent(row->f[fields[i]]))
        i++;
    return row->f[fields[i]];
}

static struct ra_str who(const struct ra_row *row)
{
    static const enum ra_field order[] = {RA_F_UPN, RA_F_SMTP, RA_F_NAME, RA_F_SAM, RA_F_DN};

    return first_of(row, order, 5);
}

static struct ra_str peer(const struct ra_row *row)
{
    static const enum ra_field order[] = {RA_F_CLOUD_UPN, RA_F_CLOUD_SMTP, RA_F_CLOUD_NAME,
                                          RA_F_CLOUD_ID};

    return first_of(row, order, 4);
}

static struct ra_str soa_permission(const struct ra_row *row)
{
    if (row->cloud.kind == RA_GROUP)
        return RA_STR("Group-OnPremisesSyncBehavior.ReadWrite.All");
    return row->cloud.kind == RA_CONTACT ? RA_STR("Contacts-OnPremisesSyncBehavior.ReadWrite.All")
                                         : RA_STR("User-OnPremisesSyncBehavior.ReadWrite.All");
}

/* The value of {name}; false when there is no such place. room is for what has to be made. */
static bool place(const struct ra_report_input *in, const struct ra_row *row, struct ra_str name,
                  char room[RA_GUID_TEXT], struct ra_str *out)
{
    static const struct {
        const char *name;
        enum ra_field field;
    } fields[] = {
        {"dn", RA_F_DN},
        {"guid", RA_F_GUID},
        {"anchor", RA_F_ANCHOR},
        {"sid", RA_F_SID},
        {"upn", RA_F_UPN},
        {"smtp", RA_F_SMTP},
        {"c.id", RA_F_CLOUD_ID},
        {"c.kind", RA_F_CLOUD_KIND},
        {"c.upn", RA_F_CLOUD_UPN},
        {"c.sid", RA_F_CLOUD_SID},
        {"c.imm", RA_F_CLOUD_IMMUTABLE},
        {"c.ooi", RA_F_CLOUD_OOI},
    };
    unsigned char guid[16];

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (ra_str_eq(name, ra_str(fields[i].name))) {
            *out = row->f[fields[i].field];
            return true;
        }
    if (ra_str_eq(name, RA_STR("who")))
        *out = who(row);
    else if (ra_str_eq(name, RA_STR("peer")))
        *out = peer(row);
    else if (ra_str_eq(name, RA_STR("kind")))
        *out = ra_str(ra_kind_name((enum ra_kind)row->v->kind));
    else if (ra_str_eq(name, RA_STR("cause")))
        *out = ra_str(ra_cause_meaning((enum ra_cause)row->v->cause));
    else if (ra_str_eq(name, RA_STR("attribute")))
        *out = ra_report_anchor(in);
    else if (ra_str_eq(name, RA_STR("soa_permission")))
        *out = soa_permission(row);
    else if (ra_str_eq(name, RA_STR("imm_guid")) &&
             ra_anchor_bytes(row->f[RA_F_CLOUD_IMMUTABLE], guid)) {
        ra_guid_text(guid, room);
        *out = ra_str(room);
    } else
        return false;
    return true;
}

static void render_piece(const struct ra_report_input *in, const struct ra_row *row,
                         const char *text, struct ra_buf *out)
{
    char room[RA_GUID_TEXT];
    struct ra_str value;

    while (*text) {
        size_t plain = strcspn(text, "{"), name;
        ra_buf_put(out, text, plain);
        text += plain;
        if (!*text)
            break;
        name = strcspn(text + 1, "}");
        if (text[1 + name] && place(in, row, ra_str_n(text + 1, name), room, &value)) {
            if (ra_str_absent(value))
                ra_buf_puts(out, "(none)");
            ra_buf_put(out, value.p, value.n);
            text += name + 2;
        } else
            ra_buf_putc(out, *text++);
    }
}

void ra_remedy_render(const struct ra_report_input *in, const struct ra_row *row,
                      const struct ra_remedy *remedy, struct ra_buf *out)
{
    for (unsigned i = 0; i < remedy->n; i++) {
        if (i)
            ra_buf_putc(out, ' ');
        render_piece(in, row, ra_remedy_piece(remedy->piece[i]), out);
    }
}
