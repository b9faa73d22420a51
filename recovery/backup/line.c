/* One object as a line of the data. Attributes have Microsoft's names; what is absent is left out.
 */
#include "recovery/backup/intern.h"

#include <stdlib.h>
#include <string.h>

#define CLOUD(field) offsetof(struct ra_cloud_object, field)
#define AD(field)    offsetof(struct ra_ad_object, field)

const struct ra_line_text ra_line_cloud_texts[] = {
    {"id", CLOUD(id)},
    {"userPrincipalName", CLOUD(upn)},
    {"displayName", CLOUD(display_name)},
    {"mail", CLOUD(mail)},
    {"mailNickname", CLOUD(nickname)},
    {"userType", CLOUD(user_type)},
    {"onPremisesImmutableId", CLOUD(immutable_id)},
    {"onPremisesSecurityIdentifier", CLOUD(sid)},
    {"onPremisesSamAccountName", CLOUD(sam)},
    {"onPremisesDomainName", CLOUD(domain)},
    {"onPremisesDistinguishedName", CLOUD(dn)},
    {"onPremisesUserPrincipalName", CLOUD(on_premises_upn)},
    {"deviceId", CLOUD(device_id)},
    {"createdDateTime", CLOUD(created)},
    {"deletedDateTime", CLOUD(deleted_at)},
    {NULL, 0},
};

const struct ra_line_text ra_line_cloud_tris[] = {
    {"onPremisesSyncEnabled", CLOUD(synced)},
    {"isAssignableToRole", CLOUD(role_assignable)},
    {"mailEnabled", CLOUD(mail_enabled)},
    {"securityEnabled", CLOUD(security_enabled)},
    {NULL, 0},
};

const struct ra_line_text ra_line_ad_texts[] = {
    {"objectSid", AD(sid)},
    {"distinguishedName", AD(dn)},
    {"sAMAccountName", AD(sam)},
    {"userPrincipalName", AD(upn)},
    {"displayName", AD(display_name)},
    {"cn", AD(cn)},
    {"mail", AD(mail)},
    {"mailNickname", AD(nickname)},
    {"adminDescription", AD(admin_description)},
    {"whenCreated", AD(when_created)},
    {"msExchMasterAccountSid", AD(master_account_sid)},
    {"lastKnownParent", AD(last_known_parent)},
    {NULL, 0},
};

static void put_text(struct ra_json *j, const char *key, struct ra_str s)
{
    if (ra_str_absent(s))
        return;
    ra_json_key(j, key);
    ra_json_str(j, s);
}

static void put_texts(struct ra_json *j, const struct ra_line_text *t, const void *object)
{
    for (; t->key; t++) {
        struct ra_str s;
        memcpy(&s, (const char *)object + t->offset, sizeof s);
        put_text(j, t->key, s);
    }
}

static void put_tri(struct ra_json *j, const char *key, enum ra_tri t)
{
    if (t == RA_UNKNOWN)
        return;
    ra_json_key(j, key);
    ra_json_bool(j, t == RA_YES);
}

static void put_tris(struct ra_json *j, const struct ra_line_text *t, const void *object)
{
    for (; t->key; t++) {
        enum ra_tri v;
        memcpy(&v, (const char *)object + t->offset, sizeof v);
        put_tri(j, t->key, v);
    }
}

static void put_true(struct ra_json *j, const char *key, bool v)
{
    if (v)
        put_tri(j, key, RA_YES);
}

static void put_number(struct ra_json *j, const char *key, long long v)
{
    if (v == 0)
        return;
    ra_json_key(j, key);
    ra_json_int(j, v);
}

static void put_list(struct ra_json *j, const char *key, const struct ra_list *list)
{
    struct ra_str rest = list->bytes, item;

    if (list->count == 0)
        return;
    ra_json_key(j, key);
    ra_json_array(j);
    while (ra_list_next(&rest, &item))
        ra_json_str(j, item);
    ra_json_array_end(j);
}

/* Short values without a copy on the heap; a ConsistencyGuid of another length is foreign data. */
static void put_base64(struct ra_json *j, struct ra_str bytes)
{
    char room[1024], *text = room;
    size_t n = ra_base64_size(bytes.n);

    if (n > sizeof room)
        text = ra_malloc(n);
    ra_base64(bytes.p, bytes.n, text);
    ra_json_z(j, text);
    if (text != room)
        free(text);
}

static void put_custom(struct ra_json *j, const struct ra_list *list)
{
    struct ra_str rest = list->bytes, name, type, value;

    if (list->count == 0)
        return;
    ra_json_key(j, "custom");
    ra_json_object(j);
    while (ra_list_next(&rest, &name) && ra_list_next(&rest, &type) &&
           ra_list_next(&rest, &value)) {
        ra_json_key_str(j, name);
        if (ra_str_eq(type, RA_STR("b"))) {
            ra_json_object(j);
            ra_json_key(j, "base64");
            put_base64(j, value);
            ra_json_object_end(j);
        } else
            ra_json_str(j, value);
    }
    ra_json_object_end(j);
}

static void put_cloud(struct ra_json *j, const struct ra_backup_cloud *c)
{
    ra_json_key(j, "cloud");
    ra_json_object(j);
    ra_json_key(j, "kind");
    ra_json_z(j, ra_kind_name(c->o.kind));
    put_texts(j, ra_line_cloud_texts, &c->o);
    if (c->ooi_known) {
        ra_json_key(j, "onPremisesObjectIdentifier");
        ra_json_str(j, c->ooi);
    }
    put_tris(j, ra_line_cloud_tris, &c->o);
    put_tri(j, "isCloudManaged", c->cloud_managed);
    put_true(j, "deleted", c->o.deleted);
    put_list(j, "proxyAddresses", &c->o.proxies);
    ra_json_object_end(j);
}

/* Left out where it is the userPrincipalName, which it nearly always is. */
static void put_login(struct ra_json *j, const struct ra_ad_object *o)
{
    if (ra_str_eq(o->login, o->upn))
        return;
    ra_json_key(j, "login");
    ra_json_str(j, o->login);
}

static void put_ad(struct ra_json *j, const struct ra_backup_ad *a)
{
    const struct ra_ad_object *o = &a->o;
    char guid[RA_GUID_TEXT];
    uint8_t bytes[16];

    ra_json_key(j, "ad");
    ra_json_object(j);
    ra_json_key(j, "kind");
    ra_json_z(j, ra_kind_name(o->kind));
    put_text(j, "directory", a->directory);
    memcpy(bytes, o->guid.p, sizeof bytes);
    ra_guid_text(bytes, guid);
    put_text(j, "objectGUID", ra_str(guid));
    if (!ra_str_absent(o->consistency_guid)) {
        ra_json_key(j, "mS-DS-ConsistencyGuid");
        put_base64(j, o->consistency_guid);
    }
    put_text(j, "sourceAnchor", a->source_anchor);
    put_texts(j, ra_line_ad_texts, o);
    put_login(j, o);
    put_number(j, "userAccountControl", o->account_control);
    put_number(j, "groupType", (int32_t)o->group_type);
    put_number(j, "msExchRecipientTypeDetails", o->recipient_type);
    put_number(j, "memberCount", o->members);
    put_number(j, "userCertificateCount", o->certificates);
    put_number(j, "userSMIMECertificateCount", o->smime_certificates);
    put_true(j, "msExchHideFromAddressLists", o->hidden_from_lists);
    put_true(j, "msExchMailboxGuid", o->mailbox_guid);
    put_true(j, "isCriticalSystemObject", o->critical_system);
    put_true(j, "isDeleted", o->deleted);
    put_list(j, "proxyAddresses", &o->proxies);
    put_list(j, "sIDHistory", &o->sid_history);
    put_custom(j, &o->custom);
    ra_json_object_end(j);
}

void ra_line_object(struct ra_json *j, const struct ra_backup_object *o)
{
    ra_json_object(j);
    ra_json_key(j, "type");
    ra_json_z(j, "object");
    if (o->code < RA_VERDICT_CODES) {
        ra_json_key(j, "code");
        ra_json_z(j, ra_code_info(o->code)->name);
    }
    if (o->has_ad && o->has_cloud && o->cloud_code < RA_VERDICT_CODES) {
        ra_json_key(j, "cloud_code");
        ra_json_z(j, ra_code_info(o->cloud_code)->name);
    }
    if (o->has_cloud)
        put_cloud(j, &o->cloud);
    if (o->has_ad)
        put_ad(j, &o->ad);
    ra_json_object_end(j);
}
