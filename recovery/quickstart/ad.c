/* The AD side: content records of LDIF (RFC 2849), binary values and non-ASCII text in base64. */
#include "recovery/quickstart/sample.h"

#include <stdlib.h>
#include <string.h>

/* RFC 2849 SAFE-STRING. */
static bool safe(const char *s, size_t n)
{
    if (n && strchr(" :<", s[0]))
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < 32 || (unsigned char)s[i] > 126)
            return false;
    return n == 0 || s[n - 1] != ' ';
}

static void binary(struct ra_buf *b, const char *name, const void *p, size_t n)
{
    char text[4096];

    ra_base64(p, n, text);
    ra_buf_printf(b, "%s:: %s\n", name, text);
}

static void put(struct ra_buf *b, const char *name, const char *value)
{
    size_t n = strlen(value);

    if (n && safe(value, n))
        ra_buf_printf(b, "%s: %s\n", name, value);
    else if (n)
        binary(b, name, value, n);
}

static void put_int(struct ra_buf *b, const char *name, long long v)
{
    ra_buf_printf(b, "%s: %lld\n", name, v);
}

static void flush(struct ra_org *o)
{
    ra_buf_putc(&o->line, '\n');
    fwrite(o->line.p, 1, o->line.n, o->out[RA_OUT_LDIF]);
    ra_buf_clear(&o->line);
}

/* The names here have no comma and none of the other characters that a DN escapes. */
void ra_sample_dn(const struct ra_org *o, const struct ra_sample_ad *a, struct ra_buf *out)
{
    char guid[RA_GUID_TEXT];

    if (a->deleted) {
        ra_guid_text(a->guid, guid);
        ra_buf_printf(out, "CN=%s\\0ADEL:%s,CN=Deleted Objects,%s", a->cn, guid, o->base);
        return;
    }
    ra_buf_printf(out, "CN=%s,%s%s%s", a->cn, a->below, *a->below ? "," : "", o->base);
}

void ra_sample_tree(struct ra_org *o)
{
    static const char *const ous[] = {
        "OU=Contoso",
        "OU=People,OU=Contoso",
        "OU=Groups,OU=Contoso",
        "OU=Contacts,OU=Contoso",
        "OU=Computers,OU=Contoso",
        "OU=Service Accounts,OU=Contoso",
    };

    for (size_t i = 0; i < sizeof ous / sizeof ous[0]; i++) {
        uint8_t guid[16];
        char dn[512];

        ra_sample_guid(o, "ou", i, guid);
        snprintf(dn, sizeof dn, "%s,%s", ous[i], o->base);
        put(&o->line, "dn", dn);
        put(&o->line, "objectClass", "top");
        put(&o->line, "objectClass", "organizationalUnit");
        binary(&o->line, "objectGUID", guid, sizeof guid);
        flush(o);
    }
}

static void put_classes(struct ra_buf *b, const char *kind)
{
    bool person = strcmp(kind, "group") != 0;

    put(b, "objectClass", "top");
    if (person) {
        put(b, "objectClass", "person");
        put(b, "objectClass", "organizationalPerson");
    }
    if (strcmp(kind, "inetOrgPerson") == 0 || strcmp(kind, "computer") == 0)
        put(b, "objectClass", "user");
    put(b, "objectClass", kind);
}

static void put_identity(struct ra_buf *b, const struct ra_sample_ad *a)
{
    uint8_t sid[68];
    size_t n = 0;
    char text[RA_SID_TEXT];

    binary(b, "objectGUID", a->guid, sizeof a->guid);
    if (a->rid) {
        ra_sample_sid(a->rid, text);
        if (!ra_sid_parse(ra_str(text), sid, &n))
            abort();
        binary(b, "objectSid", sid, n);
    }
    if (a->consistency_n)
        binary(b, "mS-DS-ConsistencyGuid", a->consistency, a->consistency_n);
    put(b, "whenCreated", "20190305081500.0Z");
}

static void put_names(struct ra_buf *b, const struct ra_sample_ad *a)
{
    put(b, "cn", a->cn);
    put(b, "givenName", a->given);
    put(b, "sn", a->sn);
    put(b, "displayName", a->display);
    put(b, "description", a->description);
    put(b, "sAMAccountName", a->sam);
    put(b, "userPrincipalName", a->upn);
    put(b, "employeeID", a->employee);
    put(b, "adminDescription", a->admin_description);
}

static void put_mail(struct ra_buf *b, const struct ra_sample_ad *a)
{
    char text[RA_SAMPLE_TEXT];

    put(b, "mail", a->mail);
    put(b, "mailNickname", a->nick);
    for (size_t i = 0; i < RA_SAMPLE_ADDRESSES; i++)
        put(b, "proxyAddresses", a->address[i]);
    for (unsigned i = 0; i < a->many_addresses; i++) {
        snprintf(text, sizeof text, "smtp:%s-%u@lists.invalid", a->sam, i);
        put(b, "proxyAddresses", text);
    }
}

static void put_certificate(struct ra_buf *b, const struct ra_sample_ad *a)
{
    uint8_t der[64] = {0x30, 62};

    for (size_t i = 2; i < sizeof der; i++)
        der[i] = (uint8_t)(a->guid[i % 16] + i);
    binary(b, "userCertificate", der, sizeof der);
}

static void put_deletion(const struct ra_org *o, struct ra_buf *b, const struct ra_sample_ad *a)
{
    char parent[512];

    snprintf(parent, sizeof parent, "%s,%s", a->below, o->base);
    put(b, "isDeleted", "TRUE");
    put(b, "msDS-LastKnownRDN", a->cn);
    put(b, "lastKnownParent", parent);
}

void ra_sample_put_ad(struct ra_org *o, const struct ra_sample_ad *a)
{
    struct ra_buf dn, *b = &o->line;

    ra_buf_init(&dn, 4096);
    ra_sample_dn(o, a, &dn);
    put(b, "dn", ra_buf_z(&dn));
    ra_buf_free(&dn);
    put_classes(b, a->kind);
    put_identity(b, a);
    put_names(b, a);
    put_mail(b, a);
    if (a->control)
        put_int(b, "userAccountControl", a->control);
    if (a->group_type)
        put_int(b, "groupType", a->group_type);
    if (a->recipient_type)
        put_int(b, "msExchRecipientTypeDetails", a->recipient_type);
    if (a->certificate)
        put_certificate(b, a);
    for (size_t i = 0; i < 3; i++)
        put(b, "member", a->member[i]);
    if (a->deleted)
        put_deletion(o, b, a);
    flush(o);
}
