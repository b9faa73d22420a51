#include "recovery/model/address.h"
#include "recovery/model/form.h"
#include "recovery/model/index.h"
#include "recovery/model/object.h"
#include "recovery/model/scope.h"

#include <string.h>

/* Strings and lists stand in a record in the order of these tables (form.h). */

static const size_t ad_first[] = {
    offsetof(struct ra_ad_object, login),
    offsetof(struct ra_ad_object, dn_key),
};

static const size_t ad_strings[] = {
    offsetof(struct ra_ad_object, consistency_guid),
    offsetof(struct ra_ad_object, sam),
    offsetof(struct ra_ad_object, mail),
    offsetof(struct ra_ad_object, nickname),
    offsetof(struct ra_ad_object, admin_description),
    offsetof(struct ra_ad_object, display_name),
    offsetof(struct ra_ad_object, sid),
    offsetof(struct ra_ad_object, dn),
    offsetof(struct ra_ad_object, upn),
    offsetof(struct ra_ad_object, cn),
    offsetof(struct ra_ad_object, master_account_sid),
    offsetof(struct ra_ad_object, when_created),
    offsetof(struct ra_ad_object, last_known_parent),
};

static const size_t ad_lists[] = {
    offsetof(struct ra_ad_object, proxies),
    offsetof(struct ra_ad_object, sid_history),
    offsetof(struct ra_ad_object, custom),
};

static const size_t cloud_strings[] = {
    offsetof(struct ra_cloud_object, immutable_id),
    offsetof(struct ra_cloud_object, user_type),
    offsetof(struct ra_cloud_object, upn),
    offsetof(struct ra_cloud_object, id),
    offsetof(struct ra_cloud_object, sid),
    offsetof(struct ra_cloud_object, mail),
    offsetof(struct ra_cloud_object, nickname),
    offsetof(struct ra_cloud_object, display_name),
    offsetof(struct ra_cloud_object, sam),
    offsetof(struct ra_cloud_object, domain),
    offsetof(struct ra_cloud_object, dn),
    offsetof(struct ra_cloud_object, on_premises_upn),
    offsetof(struct ra_cloud_object, last_sync),
    offsetof(struct ra_cloud_object, device_id),
    offsetof(struct ra_cloud_object, created),
    offsetof(struct ra_cloud_object, deleted_at),
    offsetof(struct ra_cloud_object, provisioning_errors),
};

static const size_t cloud_lists[] = {
    offsetof(struct ra_cloud_object, proxies),
};

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define GUID_BYTES 16

static void put_number(struct ra_buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        ra_buf_putc(b, (char)(v | 0x80));
    ra_buf_putc(b, (char)v);
}

bool ra_form_number(struct ra_str *r, uint64_t *out)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64 && r->n; shift += 7) {
        unsigned char c = (unsigned char)*r->p++;
        r->n--;
        v |= (uint64_t)(c & 0x7F) << shift;
        if (!(c & 0x80)) {
            *out = v;
            return true;
        }
    }
    return false;
}

static void put_strings(struct ra_buf *b, const void *object, const size_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ra_str s;
        memcpy(&s, (const char *)object + at[i], sizeof s);
        put_number(b, s.n);
        ra_buf_put(b, s.p, s.n);
    }
}

static bool get_strings(struct ra_str *r, void *object, const size_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ra_str s;
        if (!ra_form_string(r, &s))
            return false;
        memcpy((char *)object + at[i], &s, sizeof s);
    }
    return true;
}

static void put_lists(struct ra_buf *b, const void *object, const size_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ra_list list;
        memcpy(&list, (const char *)object + at[i], sizeof list);
        put_number(b, list.count);
        put_number(b, list.bytes.n);
        ra_buf_put(b, list.bytes.p, list.bytes.n);
    }
}

static bool get_lists(struct ra_str *r, void *object, const size_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ra_list list;
        uint64_t count;
        if (!ra_form_number(r, &count) || count > UINT32_MAX || !ra_form_string(r, &list.bytes))
            return false;
        list.count = (uint32_t)count;
        memcpy((char *)object + at[i], &list, sizeof list);
    }
    return true;
}

static void put_ad_head(const struct ra_ad_object *o, struct ra_buf *out)
{
    static const char none[GUID_BYTES];
    bool guid = o->guid.n == GUID_BYTES;
    size_t suffix = ra_login_suffix(o->login);
    unsigned flags = (o->deleted ? RA_FORM_DELETED : 0) |
                     (o->critical_system ? RA_FORM_CRITICAL : 0) |
                     (o->hidden_from_lists ? RA_FORM_HIDDEN : 0) |
                     (o->mailbox_guid ? RA_FORM_MAILBOX : 0) | (guid ? RA_FORM_GUID : 0);
    const unsigned char head[] = {RA_FORM_AD,
                                  (unsigned char)o->kind,
                                  (unsigned char)flags,
                                  (unsigned char)ra_default_scope(o),
                                  ra_form_own(o),
                                  (unsigned char)suffix,
                                  (unsigned char)(suffix >> 8)};

    ra_buf_put(out, head, sizeof head);
    ra_buf_put(out, guid ? o->guid.p : none, GUID_BYTES);
}

void ra_ad_encode(const struct ra_ad_object *o, struct ra_buf *out)
{
    put_ad_head(o, out);
    put_strings(out, o, ad_first, COUNT(ad_first));
    put_number(out, (uint64_t)o->recipient_type);
    put_number(out, o->account_control);
    put_number(out, o->group_type);
    put_number(out, o->members);
    put_number(out, o->certificates);
    put_number(out, o->smime_certificates);
    put_strings(out, o, ad_strings, COUNT(ad_strings));
    put_lists(out, o, ad_lists, COUNT(ad_lists));
}

static bool get_number32(struct ra_str *r, uint32_t *out)
{
    uint64_t v;

    if (!ra_form_number(r, &v) || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool get_ad_head(struct ra_str *r, struct ra_ad_object *out)
{
    const unsigned char *p = (const unsigned char *)r->p;

    if (r->n < RA_FORM_AD_HEAD || p[0] != RA_FORM_AD || p[1] >= RA_KINDS)
        return false;
    out->kind = (enum ra_kind)p[1];
    out->deleted = p[2] & RA_FORM_DELETED;
    out->critical_system = p[2] & RA_FORM_CRITICAL;
    out->hidden_from_lists = p[2] & RA_FORM_HIDDEN;
    out->mailbox_guid = p[2] & RA_FORM_MAILBOX;
    out->guid = (struct ra_str){NULL, 0};
    if (p[2] & RA_FORM_GUID)
        out->guid = (struct ra_str){r->p + RA_FORM_AD_HEAD - GUID_BYTES, GUID_BYTES};
    *r = ra_str_from(*r, RA_FORM_AD_HEAD);
    return true;
}

static bool get_ad_numbers(struct ra_str *r, struct ra_ad_object *out)
{
    uint64_t type;

    if (!ra_form_number(r, &type))
        return false;
    out->recipient_type = (int64_t)type;
    return get_number32(r, &out->account_control) && get_number32(r, &out->group_type) &&
           get_number32(r, &out->members) && get_number32(r, &out->certificates) &&
           get_number32(r, &out->smime_certificates);
}

bool ra_ad_decode(struct ra_str record, struct ra_ad_object *out)
{
    return get_ad_head(&record, out) && get_strings(&record, out, ad_first, COUNT(ad_first)) &&
           get_ad_numbers(&record, out) &&
           get_strings(&record, out, ad_strings, COUNT(ad_strings)) &&
           get_lists(&record, out, ad_lists, COUNT(ad_lists)) && record.n == 0;
}

/* How many of ad_strings stand before what the keys of an index need no longer. */
static size_t ad_strings_for(enum ra_index index)
{
    switch (index) {
    case RA_IX_ANCHOR:
        return 1; /* consistency_guid */
    case RA_IX_GUID:
        return 0;
    case RA_IX_SID:
        return 7;
    case RA_IX_UPN:
        return 2; /* sam, where there is no login */
    case RA_IX_NAME:
        return 10; /* cn, where there is no displayName */
    case RA_IX_ID:
    case RA_IX_ADDRESS:
    case RA_IX_TIE:
    case RA_IX_CUSTOM:
    case RA_IX_CUSTOM_MAX:
        break;
    }
    return COUNT(ad_strings);
}

bool ra_ad_decode_for(struct ra_str record, enum ra_index index, struct ra_ad_object *out)
{
    size_t n = ad_strings_for(index);

    if (n == COUNT(ad_strings))
        return ra_ad_decode(record, out);
    *out = (struct ra_ad_object){.deleted = false};
    return get_ad_head(&record, out) && get_strings(&record, out, ad_first, COUNT(ad_first)) &&
           get_ad_numbers(&record, out) && get_strings(&record, out, ad_strings, n);
}

static bool is_anchored(const struct ra_cloud_object *o)
{
    return o->kind == RA_USER && !ra_str_absent(o->immutable_id);
}

void ra_cloud_encode(const struct ra_cloud_object *o, struct ra_buf *out)
{
    unsigned flags = (o->deleted ? RA_FORM_DELETED : 0) | (unsigned)o->synced << RA_FORM_SYNCED |
                     (unsigned)o->account_enabled << RA_FORM_ENABLED |
                     (unsigned)o->role_assignable << RA_FORM_ROLE |
                     (unsigned)o->mail_enabled << RA_FORM_MAIL |
                     (unsigned)o->security_enabled << RA_FORM_SECURITY |
                     (unsigned)ra_cloud_is_guest(o) << RA_FORM_GUEST |
                     (unsigned)is_anchored(o) << RA_FORM_ANCHORED;
    const unsigned char head[RA_FORM_CLOUD_HEAD] = {
        RA_FORM_CLOUD, (unsigned char)o->kind, (unsigned char)flags, (unsigned char)(flags >> 8)};

    ra_buf_put(out, head, sizeof head);
    put_strings(out, o, cloud_strings, COUNT(cloud_strings));
    put_lists(out, o, cloud_lists, COUNT(cloud_lists));
}

static bool get_cloud_head(struct ra_str *r, struct ra_cloud_object *out)
{
    const unsigned char *p = (const unsigned char *)r->p;
    unsigned flags;

    if (r->n < RA_FORM_CLOUD_HEAD || p[0] != RA_FORM_CLOUD || p[1] >= RA_KINDS)
        return false;
    flags = (unsigned)p[2] | (unsigned)p[3] << 8;
    out->kind = (enum ra_kind)p[1];
    out->deleted = flags & RA_FORM_DELETED;
    out->synced = (enum ra_tri)(flags >> RA_FORM_SYNCED & 3);
    out->account_enabled = (enum ra_tri)(flags >> RA_FORM_ENABLED & 3);
    out->role_assignable = (enum ra_tri)(flags >> RA_FORM_ROLE & 3);
    out->mail_enabled = (enum ra_tri)(flags >> RA_FORM_MAIL & 3);
    out->security_enabled = (enum ra_tri)(flags >> RA_FORM_SECURITY & 3);
    *r = ra_str_from(*r, RA_FORM_CLOUD_HEAD);
    return true;
}

bool ra_cloud_decode(struct ra_str record, struct ra_cloud_object *out)
{
    return get_cloud_head(&record, out) &&
           get_strings(&record, out, cloud_strings, COUNT(cloud_strings)) &&
           get_lists(&record, out, cloud_lists, COUNT(cloud_lists)) && record.n == 0;
}

/* The same of cloud_strings. */
static size_t cloud_strings_for(enum ra_index index)
{
    switch (index) {
    case RA_IX_ID:
        return 4;
    case RA_IX_ANCHOR:
        return 1;
    case RA_IX_GUID:
        return 14; /* device_id */
    case RA_IX_SID:
        return 5;
    case RA_IX_UPN:
        return 3;
    case RA_IX_NAME:
        return 8; /* display_name */
    case RA_IX_ADDRESS:
    case RA_IX_TIE:
    case RA_IX_CUSTOM:
    case RA_IX_CUSTOM_MAX:
        break;
    }
    return COUNT(cloud_strings);
}

bool ra_cloud_decode_for(struct ra_str record, enum ra_index index, struct ra_cloud_object *out)
{
    size_t n = cloud_strings_for(index);

    if (n == COUNT(cloud_strings))
        return ra_cloud_decode(record, out);
    *out = (struct ra_cloud_object){.deleted = false};
    return get_cloud_head(&record, out) && get_strings(&record, out, cloud_strings, n);
}
