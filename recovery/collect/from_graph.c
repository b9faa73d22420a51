#include "recovery/collect/internal.h"

#include <stddef.h>
#include <string.h>

static enum ra_tri tri(signed char v)
{
    return v < 0 ? RA_UNKNOWN : v ? RA_YES : RA_NO;
}

static enum ra_kind kind_of(enum ra_collection c)
{
    switch (c) {
    case RA_GROUPS:
        return RA_GROUP;
    case RA_CONTACTS:
        return RA_CONTACT;
    case RA_DEVICES:
        return RA_DEVICE;
    case RA_USERS:
    case RA_DELETED_USERS:
    case RA_COLLECTIONS:
        break;
    }
    return RA_USER;
}

static struct ra_list proxies_of(const struct ra_graph_object *g, struct ra_buf *lists)
{
    struct ra_list list = {0};

    ra_buf_clear(lists);
    for (size_t i = 0; i < g->proxies_n; i++)
        ra_list_put(lists, &list.count, g->proxies[i]);
    list.bytes = ra_str_n(lists->p, lists->n);
    return list;
}

/* Which member each property is. */
static const struct {
    enum ra_graph_field field;
    size_t at;
} texts[] = {
    {RA_GF_ID, offsetof(struct ra_cloud_object, id)},
    {RA_GF_UPN, offsetof(struct ra_cloud_object, upn)},
    {RA_GF_MAIL, offsetof(struct ra_cloud_object, mail)},
    {RA_GF_MAIL_NICKNAME, offsetof(struct ra_cloud_object, nickname)},
    {RA_GF_DISPLAY_NAME, offsetof(struct ra_cloud_object, display_name)},
    {RA_GF_USER_TYPE, offsetof(struct ra_cloud_object, user_type)},
    {RA_GF_IMMUTABLE_ID, offsetof(struct ra_cloud_object, immutable_id)},
    {RA_GF_SID, offsetof(struct ra_cloud_object, sid)},
    {RA_GF_SAM, offsetof(struct ra_cloud_object, sam)},
    {RA_GF_DOMAIN, offsetof(struct ra_cloud_object, domain)},
    {RA_GF_DN, offsetof(struct ra_cloud_object, dn)},
    {RA_GF_ON_PREMISES_UPN, offsetof(struct ra_cloud_object, on_premises_upn)},
    {RA_GF_LAST_SYNC, offsetof(struct ra_cloud_object, last_sync)},
    {RA_GF_DEVICE_ID, offsetof(struct ra_cloud_object, device_id)},
    {RA_GF_CREATED, offsetof(struct ra_cloud_object, created)},
    {RA_GF_DELETED_AT, offsetof(struct ra_cloud_object, deleted_at)},
};

static const struct {
    enum ra_graph_bool flag;
    size_t at;
} flags[] = {
    {RA_GB_SYNC_ENABLED, offsetof(struct ra_cloud_object, synced)},
    {RA_GB_ACCOUNT_ENABLED, offsetof(struct ra_cloud_object, account_enabled)},
    {RA_GB_ROLE_ASSIGNABLE, offsetof(struct ra_cloud_object, role_assignable)},
    {RA_GB_MAIL_ENABLED, offsetof(struct ra_cloud_object, mail_enabled)},
    {RA_GB_SECURITY_ENABLED, offsetof(struct ra_cloud_object, security_enabled)},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void put_member(struct ra_cloud_object *o, size_t at, const void *value, size_t n)
{
    memcpy((char *)o + at, value, n);
}

/* With all: also what did not stand in the object, as unset. */
static void take(const struct ra_graph_object *g, bool all, struct ra_buf *lists,
                 struct ra_cloud_object *o)
{
    for (size_t i = 0; i < COUNT(texts); i++)
        if (all || g->given_fields >> texts[i].field & 1)
            put_member(o, texts[i].at, &g->field[texts[i].field], sizeof g->field[0]);
    for (size_t i = 0; i < COUNT(flags); i++) {
        enum ra_tri value = tri(g->flag[flags[i].flag]);
        if (all || g->given_flags >> flags[i].flag & 1)
            put_member(o, flags[i].at, &value, sizeof value);
    }
    if (all || g->given_errors)
        o->provisioning_errors = g->provisioning_errors;
    if (all || g->given_proxies)
        o->proxies = proxies_of(g, lists);
}

void ra_record_from_graph(const struct ra_graph_object *g, struct ra_buf *lists, struct ra_buf *out)
{
    struct ra_cloud_object o = {.kind = kind_of(g->in), .deleted = g->in == RA_DELETED_USERS};

    take(g, true, lists, &o);
    ra_cloud_encode(&o, out);
}

bool ra_record_from_change(const struct ra_graph_object *g, struct ra_str old, struct ra_buf *lists,
                           struct ra_buf *out)
{
    struct ra_cloud_object o;

    if (!ra_cloud_decode(old, &o))
        return false;
    o.kind = kind_of(g->in);
    o.deleted = g->removed != RA_NOT_REMOVED;
    if (!o.deleted)
        take(g, false, lists, &o);
    ra_cloud_encode(&o, out);
    return true;
}
