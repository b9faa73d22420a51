#include "recovery/collect/internal.h"

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

void ra_record_from_graph(const struct ra_graph_object *g, struct ra_buf *lists, struct ra_buf *out)
{
    const struct ra_str *f = g->field;
    struct ra_cloud_object o = {
        .kind = kind_of(g->in),
        .deleted = g->in == RA_DELETED_USERS,
        .synced = tri(g->flag[RA_GB_SYNC_ENABLED]),
        .account_enabled = tri(g->flag[RA_GB_ACCOUNT_ENABLED]),
        .role_assignable = tri(g->flag[RA_GB_ROLE_ASSIGNABLE]),
        .mail_enabled = tri(g->flag[RA_GB_MAIL_ENABLED]),
        .security_enabled = tri(g->flag[RA_GB_SECURITY_ENABLED]),
        .id = f[RA_GF_ID],
        .upn = f[RA_GF_UPN],
        .mail = f[RA_GF_MAIL],
        .nickname = f[RA_GF_MAIL_NICKNAME],
        .display_name = f[RA_GF_DISPLAY_NAME],
        .user_type = f[RA_GF_USER_TYPE],
        .immutable_id = f[RA_GF_IMMUTABLE_ID],
        .sid = f[RA_GF_SID],
        .sam = f[RA_GF_SAM],
        .domain = f[RA_GF_DOMAIN],
        .dn = f[RA_GF_DN],
        .on_premises_upn = f[RA_GF_ON_PREMISES_UPN],
        .last_sync = f[RA_GF_LAST_SYNC],
        .device_id = f[RA_GF_DEVICE_ID],
        .created = f[RA_GF_CREATED],
        .deleted_at = f[RA_GF_DELETED_AT],
        .provisioning_errors = g->provisioning_errors,
    };

    o.proxies = proxies_of(g, lists);
    ra_cloud_encode(&o, out);
}
