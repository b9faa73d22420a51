#include "recovery/collect/internal.h"

#include <string.h>

static bool has_class(const struct ra_str *classes, size_t n, struct ra_str wanted)
{
    for (size_t i = 0; i < n; i++)
        if (ra_str_eq_fold(classes[i], wanted))
            return true;
    return false;
}

/* decision: Inputs, "Kind"; RA_KINDS for anything that has no verdict. */
enum ra_kind ra_entry_kind(const struct ra_dir_entry *e)
{
    size_t n;
    const struct ra_str *classes = ra_dir_entry_values(e, "objectClass", &n);

    if (!classes)
        return RA_KINDS;
    if (has_class(classes, n, RA_STR("computer")))
        return RA_COMPUTER;
    if (has_class(classes, n, RA_STR("user")) || has_class(classes, n, RA_STR("inetOrgPerson")))
        return RA_USER;
    if (has_class(classes, n, RA_STR("group")))
        return RA_GROUP;
    return has_class(classes, n, RA_STR("contact")) ? RA_CONTACT : RA_KINDS;
}

static int bad_value(const struct ra_dir_entry *e, const char *attribute, struct ra_str value,
                     const char *wanted, struct ra_err *err)
{
    struct ra_str dn = ra_dir_entry_dn(e);

    ra_fail(err, RA_EINPUT, RA_STR_FMT ": %s is '" RA_STR_FMT "' (%zu bytes), want %s",
            RA_STR_ARG(dn), attribute,
            RA_STR_ARG(ra_utf8_valid(value.p, value.n) ? value : RA_STR("?")), value.n, wanted);
    return ra_hint(err, "read the directory again with all attributes, binary ones as Base64");
}

/* The first value; one of no bytes is none (decision: Inputs, "Empty is absent"). */
static struct ra_str first_of(const struct ra_dir_entry *e, const char *attribute)
{
    size_t n = 0;
    const struct ra_str *values = ra_dir_entry_values(e, attribute, &n);

    for (size_t i = 0; i < n; i++)
        if (values[i].n)
            return values[i];
    return (struct ra_str){0};
}

static int integer(const struct ra_dir_entry *e, const char *attribute, int64_t *out,
                   struct ra_err *err)
{
    struct ra_str text = first_of(e, attribute);
    long long v = 0;

    if (!ra_str_absent(text) && !ra_parse_int(text, &v))
        return bad_value(e, attribute, text, "a whole number", err);
    *out = v;
    return 0;
}

/* A SID in either form becomes text; other bytes are refused. */
static int sid_text(const struct ra_dir_entry *e, const char *attribute, struct ra_str value,
                    char text[RA_SID_TEXT], struct ra_err *err)
{
    unsigned char bytes[68];
    size_t n;

    if (ra_sid_parse(value, bytes, &n) ? ra_sid_text(bytes, n, text)
                                       : ra_sid_text(value.p, value.n, text))
        return 0;
    return bad_value(e, attribute, value, "a security identifier", err);
}

static int sid(struct ra_entry_reader *r, const struct ra_dir_entry *e, const char *attribute,
               struct ra_str *out, struct ra_err *err)
{
    struct ra_str value = first_of(e, attribute);
    char text[RA_SID_TEXT];
    int rc;

    *out = (struct ra_str){NULL, 0};
    if (ra_str_absent(value))
        return 0;
    rc = sid_text(e, attribute, value, text, err);
    if (rc == 0)
        *out = ra_str(ra_arena_copy(&r->arena, text, strlen(text)));
    return rc;
}

static int sid_history(struct ra_entry_reader *r, const struct ra_dir_entry *e, struct ra_list *out,
                       struct ra_err *err)
{
    size_t n = 0;
    const struct ra_str *values = ra_dir_entry_values(e, "sIDHistory", &n);
    char text[RA_SID_TEXT];
    int rc = 0;

    ra_buf_clear(&r->sids);
    *out = (struct ra_list){0};
    for (size_t i = 0; rc == 0 && values && i < n; i++) {
        rc = sid_text(e, "sIDHistory", values[i], text, err);
        if (rc == 0)
            ra_list_put(&r->sids, &out->count, ra_str(text));
    }
    out->bytes = ra_str_n(r->sids.p, r->sids.n);
    return rc;
}

static bool is_true(struct ra_str value)
{
    return ra_str_eq_fold(value, RA_STR("TRUE"));
}

static uint32_t count_of(const struct ra_dir_entry *e, const char *attribute)
{
    size_t n = 0, held = 0;
    const struct ra_str *values = ra_dir_entry_values(e, attribute, &n);

    for (size_t i = 0; i < n; i++)
        held += values[i].n > 0;
    return held > UINT32_MAX ? UINT32_MAX : (uint32_t)held;
}

static void proxies(struct ra_entry_reader *r, const struct ra_dir_entry *e, struct ra_list *out)
{
    size_t n = 0;
    const struct ra_str *values = ra_dir_entry_values(e, "proxyAddresses", &n);

    ra_buf_clear(&r->proxies);
    *out = (struct ra_list){0};
    for (size_t i = 0; values && i < n; i++)
        ra_list_put(&r->proxies, &out->count, values[i]);
    out->bytes = ra_str_n(r->proxies.p, r->proxies.n);
}

/* By the schema where there is one; in a dump a value that is valid UTF-8 is a string. */
static bool is_binary(enum ra_dir_syntax syntax, struct ra_str value)
{
    if (syntax == RA_SYNTAX_UNKNOWN)
        return !ra_utf8_valid(value.p, value.n);
    return syntax == RA_SYNTAX_BINARY;
}

/* A dump may have a SID as text; the anchor is made of its bytes all the same. */
static struct ra_str sid_bytes(struct ra_entry_reader *r, struct ra_str value)
{
    unsigned char bytes[68];
    size_t n;

    return ra_sid_parse(value, bytes, &n)
               ? (struct ra_str){ra_arena_copy(&r->arena, (const char *)bytes, n), n}
               : value;
}

static void custom(struct ra_entry_reader *r, const struct ra_dir_entry *e, struct ra_list *out)
{
    ra_buf_clear(&r->custom);
    *out = (struct ra_list){0};
    for (size_t i = 0; i < r->read->customs; i++) {
        struct ra_str name = r->read->custom[i];
        struct ra_str value = first_of(e, ra_arena_copy(&r->arena, name.p, name.n));
        bool is_sid = ra_str_eq_fold(name, RA_STR("objectSid"));
        if (ra_str_absent(value))
            continue;
        if (is_sid)
            value = sid_bytes(r, value);
        ra_list_put(&r->custom, &out->count, name);
        ra_list_put(&r->custom, &out->count,
                    is_sid || is_binary(r->syntax[i], value) ? RA_STR("b") : RA_STR("s"));
        ra_list_put(&r->custom, &out->count, value);
    }
    out->bytes = ra_str_n(r->custom.p, r->custom.n);
}

static void strings(const struct ra_entry_reader *r, const struct ra_dir_entry *e,
                    struct ra_ad_object *o)
{
    o->dn = ra_dir_entry_dn(e);
    o->sam = first_of(e, "sAMAccountName");
    o->upn = first_of(e, "userPrincipalName");
    o->login = first_of(e, r->read->login_attribute);
    o->mail = first_of(e, "mail");
    o->nickname = first_of(e, "mailNickname");
    o->display_name = first_of(e, "displayName");
    o->cn = first_of(e, "cn");
    o->admin_description = first_of(e, "adminDescription");
    o->when_created = first_of(e, "whenCreated");
    /* AD leaves it to what was restored, and renames it with the parent without telling of it. */
    if (is_true(first_of(e, "isDeleted")))
        o->last_known_parent = first_of(e, "lastKnownParent");
    o->consistency_guid = first_of(e, "mS-DS-ConsistencyGuid");
    o->guid = first_of(e, "objectGUID");
}

static int numbers(const struct ra_dir_entry *e, struct ra_ad_object *o, struct ra_err *err)
{
    int64_t control = 0, type = 0;
    int rc = integer(e, "msExchRecipientTypeDetails", &o->recipient_type, err);

    if (rc == 0)
        rc = integer(e, "userAccountControl", &control, err);
    if (rc == 0)
        rc = integer(e, "groupType", &type, err);
    o->account_control = (uint32_t)control;
    o->group_type = (uint32_t)type;
    o->members = count_of(e, "member");
    o->certificates = count_of(e, "userCertificate");
    o->smime_certificates = count_of(e, "userSMIMECertificate");
    return rc;
}

static int dn_key(struct ra_entry_reader *r, struct ra_ad_object *o, struct ra_err *err)
{
    ra_buf_clear(&r->dn_key);
    if (!ra_dn_key(o->dn, &r->dn_key))
        return ra_fail(err, RA_EINPUT, "'" RA_STR_FMT "' is not a distinguished name",
                       RA_STR_ARG(o->dn));
    o->dn_key = ra_str_n(r->dn_key.p, r->dn_key.n);
    return 0;
}

int ra_record_from_entry(struct ra_entry_reader *r, const struct ra_dir_entry *e,
                         struct ra_ad_object *o, bool *skipped, struct ra_err *err)
{
    int rc;

    *o = (struct ra_ad_object){.kind = ra_entry_kind(e)};
    *skipped = o->kind == RA_KINDS;
    if (*skipped)
        return 0;
    ra_arena_reset(&r->arena);
    strings(r, e, o);
    if (o->guid.n != 16)
        return bad_value(e, "objectGUID", o->guid, "its 16 bytes", err);
    rc = dn_key(r, o, err);
    if (rc == 0)
        rc = numbers(e, o, err);
    if (rc == 0)
        rc = sid(r, e, "objectSid", &o->sid, err);
    if (rc == 0)
        rc = sid(r, e, "msExchMasterAccountSid", &o->master_account_sid, err);
    if (rc == 0)
        rc = sid_history(r, e, &o->sid_history, err);
    o->deleted = is_true(first_of(e, "isDeleted"));
    o->critical_system = count_of(e, "isCriticalSystemObject") > 0;
    o->hidden_from_lists = is_true(first_of(e, "msExchHideFromAddressLists"));
    o->mailbox_guid = !ra_str_absent(first_of(e, "msExchMailboxGuid"));
    proxies(r, e, &o->proxies);
    custom(r, e, &o->custom);
    return rc;
}
