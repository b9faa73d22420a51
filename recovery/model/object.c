#include "recovery/model/object.h"

#include <string.h>

/*
 * A record: tag, kind, two bytes of flags, numbers as varints; then strings (varint length, bytes)
 * and lists (varint count, varint length, bytes) in the order of the tables below. What a walk over
 * all objects looks at stands first, so that it touches as little memory as may be.
 */
#define TAG_AD    'A'
#define TAG_CLOUD 'C'

static const size_t ad_brief[] = {
    offsetof(struct ra_ad_object, guid),
    offsetof(struct ra_ad_object, consistency_guid),
    offsetof(struct ra_ad_object, sam),
    offsetof(struct ra_ad_object, login),
    offsetof(struct ra_ad_object, mail),
    offsetof(struct ra_ad_object, nickname),
    offsetof(struct ra_ad_object, admin_description),
    offsetof(struct ra_ad_object, display_name),
    offsetof(struct ra_ad_object, dn_key),
};

static const size_t ad_brief_lists[] = {
    offsetof(struct ra_ad_object, proxies),
};

static const size_t ad_strings[] = {
    offsetof(struct ra_ad_object, sid),
    offsetof(struct ra_ad_object, dn),
    offsetof(struct ra_ad_object, upn),
    offsetof(struct ra_ad_object, cn),
    offsetof(struct ra_ad_object, master_account_sid),
    offsetof(struct ra_ad_object, when_created),
    offsetof(struct ra_ad_object, last_known_parent),
};

static const size_t ad_lists[] = {
    offsetof(struct ra_ad_object, custom),
};

static const size_t cloud_brief[] = {
    offsetof(struct ra_cloud_object, immutable_id),
    offsetof(struct ra_cloud_object, user_type),
    offsetof(struct ra_cloud_object, upn),
};

static const size_t cloud_strings[] = {
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

#define AD_NUMBERS 5 /* between the head and the strings; objectGUID is the first string */
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

const char *ra_kind_name(enum ra_kind kind)
{
    static const char *const names[RA_KINDS] = {"user", "group", "contact", "computer", "device"};

    return (unsigned)kind < RA_KINDS ? names[kind] : "object";
}

void ra_list_put(struct ra_buf *b, uint32_t *count, struct ra_str item)
{
    unsigned char len[4] = {(unsigned char)item.n, (unsigned char)(item.n >> 8),
                            (unsigned char)(item.n >> 16), (unsigned char)(item.n >> 24)};

    ra_buf_put(b, len, 4);
    ra_buf_put(b, item.p, item.n);
    ++*count;
}

bool ra_list_next(struct ra_str *rest, struct ra_str *item)
{
    const unsigned char *p = (const unsigned char *)rest->p;
    size_t n;

    if (rest->n < 4)
        return false;
    n = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
    if (n > rest->n - 4)
        return false;
    *item = (struct ra_str){rest->p + 4, n};
    *rest = ra_str_from(*rest, 4 + n);
    return true;
}

static void put_number(struct ra_buf *b, uint64_t v)
{
    unsigned char bytes[10];
    size_t n = 0;

    while (v >= 0x80) {
        bytes[n++] = (unsigned char)(v | 0x80);
        v >>= 7;
    }
    bytes[n++] = (unsigned char)v;
    ra_buf_put(b, bytes, n);
}

static bool get_number(struct ra_str *r, uint64_t *out)
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

/* Most lengths are one byte: everything about a record is decoded a million times over. */
static inline bool get_bytes(struct ra_str *r, struct ra_str *out)
{
    uint64_t n;

    if (r->n && (unsigned char)*r->p < 0x80) {
        n = (unsigned char)*r->p++;
        r->n--;
    } else if (!get_number(r, &n)) {
        return false;
    }
    if (n > r->n)
        return false;
    *out = ra_str_n(r->p, (size_t)n);
    r->p += n;
    r->n -= (size_t)n;
    return true;
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
        if (!get_bytes(r, &s))
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
        if (!get_number(r, &count) || count > UINT32_MAX || !get_bytes(r, &list.bytes))
            return false;
        list.count = (uint32_t)count;
        memcpy((char *)object + at[i], &list, sizeof list);
    }
    return true;
}

static void put_head(struct ra_buf *b, char tag, enum ra_kind kind, unsigned flags)
{
    const unsigned char head[4] = {(unsigned char)tag, (unsigned char)kind, (unsigned char)flags,
                                   (unsigned char)(flags >> 8)};

    ra_buf_put(b, head, sizeof head);
}

static bool get_head(struct ra_str *r, char tag, enum ra_kind *kind, unsigned *flags)
{
    const unsigned char *p = (const unsigned char *)r->p;

    if (r->n < 4 || r->p[0] != tag || p[1] >= RA_KINDS)
        return false;
    *kind = (enum ra_kind)p[1];
    *flags = (unsigned)p[2] | (unsigned)p[3] << 8;
    *r = ra_str_from(*r, 4);
    return true;
}

void ra_ad_encode(const struct ra_ad_object *o, struct ra_buf *out)
{
    put_head(out, TAG_AD, o->kind,
             (unsigned)o->deleted | (unsigned)o->critical_system << 1 |
                 (unsigned)o->hidden_from_lists << 2 | (unsigned)o->mailbox_guid << 3);
    put_number(out, (uint64_t)o->recipient_type);
    put_number(out, o->account_control);
    put_number(out, o->group_type);
    put_number(out, o->members);
    put_number(out, o->certificates);
    put_strings(out, o, ad_brief, COUNT(ad_brief));
    put_lists(out, o, ad_brief_lists, COUNT(ad_brief_lists));
    put_strings(out, o, ad_strings, COUNT(ad_strings));
    put_lists(out, o, ad_lists, COUNT(ad_lists));
}

static bool get_number32(struct ra_str *r, uint32_t *out)
{
    uint64_t v;

    if (!get_number(r, &v) || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

/* The head, the numbers and what stands first; *record is moved behind it. */
static bool get_ad_brief(struct ra_str *record, struct ra_ad_object *out)
{
    unsigned flags;
    uint64_t type;

    if (!get_head(record, TAG_AD, &out->kind, &flags) || !get_number(record, &type) ||
        !get_number32(record, &out->account_control) || !get_number32(record, &out->group_type) ||
        !get_number32(record, &out->members) || !get_number32(record, &out->certificates))
        return false;
    out->recipient_type = (int64_t)type;
    out->deleted = flags & 1;
    out->critical_system = flags >> 1 & 1;
    out->hidden_from_lists = flags >> 2 & 1;
    out->mailbox_guid = flags >> 3 & 1;
    return get_strings(record, out, ad_brief, COUNT(ad_brief)) &&
           get_lists(record, out, ad_brief_lists, COUNT(ad_brief_lists));
}

bool ra_ad_decode_brief(struct ra_str record, struct ra_ad_object *out)
{
    return get_ad_brief(&record, out);
}

bool ra_ad_decode(struct ra_str record, struct ra_ad_object *out)
{
    return get_ad_brief(&record, out) && get_strings(&record, out, ad_strings, COUNT(ad_strings)) &&
           get_lists(&record, out, ad_lists, COUNT(ad_lists)) && record.n == 0;
}

const char *ra_ad_record_guid(struct ra_str record)
{
    enum ra_kind kind;
    unsigned flags;
    uint64_t number;
    struct ra_str guid;

    if (!get_head(&record, TAG_AD, &kind, &flags))
        return NULL;
    for (int i = 0; i < AD_NUMBERS; i++)
        if (!get_number(&record, &number))
            return NULL;
    return get_bytes(&record, &guid) && guid.n == 16 ? guid.p : NULL;
}

void ra_cloud_encode(const struct ra_cloud_object *o, struct ra_buf *out)
{
    put_head(out, TAG_CLOUD, o->kind,
             (unsigned)o->deleted | (unsigned)o->synced << 1 | (unsigned)o->account_enabled << 3 |
                 (unsigned)o->role_assignable << 5 | (unsigned)o->mail_enabled << 7 |
                 (unsigned)o->security_enabled << 9);
    put_strings(out, o, cloud_brief, COUNT(cloud_brief));
    put_strings(out, o, cloud_strings, COUNT(cloud_strings));
    put_lists(out, o, cloud_lists, COUNT(cloud_lists));
}

static bool get_cloud_brief(struct ra_str *record, struct ra_cloud_object *out)
{
    unsigned flags;

    if (!get_head(record, TAG_CLOUD, &out->kind, &flags))
        return false;
    out->deleted = flags & 1;
    out->synced = (enum ra_tri)(flags >> 1 & 3);
    out->account_enabled = (enum ra_tri)(flags >> 3 & 3);
    out->role_assignable = (enum ra_tri)(flags >> 5 & 3);
    out->mail_enabled = (enum ra_tri)(flags >> 7 & 3);
    out->security_enabled = (enum ra_tri)(flags >> 9 & 3);
    return get_strings(record, out, cloud_brief, COUNT(cloud_brief));
}

bool ra_cloud_decode_brief(struct ra_str record, struct ra_cloud_object *out)
{
    return get_cloud_brief(&record, out);
}

bool ra_cloud_decode(struct ra_str record, struct ra_cloud_object *out)
{
    return get_cloud_brief(&record, out) &&
           get_strings(&record, out, cloud_strings, COUNT(cloud_strings)) &&
           get_lists(&record, out, cloud_lists, COUNT(cloud_lists)) && record.n == 0;
}

bool ra_cloud_is_synced(const struct ra_cloud_object *o)
{
    return o->synced == RA_YES;
}

bool ra_cloud_is_guest(const struct ra_cloud_object *o)
{
    if (o->kind != RA_USER)
        return false;
    if (ra_str_eq_fold(o->user_type, RA_STR("Guest")))
        return true;
    for (struct ra_str rest = o->upn; rest.n >= 5;) {
        const char *mark = memchr(rest.p, '#', rest.n);
        if (!mark)
            return false;
        rest = ra_str_from(rest, (size_t)(mark - rest.p));
        if (ra_str_starts_fold(rest, RA_STR("#EXT#")))
            return true;
        rest = ra_str_from(rest, 1);
    }
    return false;
}
