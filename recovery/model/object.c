#include "recovery/model/object.h"

#include <string.h>

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
