#include "recovery/model/anchor.h"

#include <string.h>

struct ra_anchor_attribute ra_anchor_attribute(struct ra_str name)
{
    if (ra_str_eq_fold(name, RA_STR("mS-DS-ConsistencyGuid")))
        return (struct ra_anchor_attribute){RA_ANCHOR_CONSISTENCY_GUID,
                                            RA_STR("mS-DS-ConsistencyGuid")};
    if (ra_str_eq_fold(name, RA_STR("objectGUID")))
        return (struct ra_anchor_attribute){RA_ANCHOR_OBJECT_GUID, RA_STR("objectGUID")};
    return (struct ra_anchor_attribute){RA_ANCHOR_CUSTOM, name};
}

bool ra_anchor_attribute_eq(const struct ra_anchor_attribute *a,
                            const struct ra_anchor_attribute *b)
{
    return a->kind == b->kind && ra_str_eq_fold(a->name, b->name);
}

struct ra_str ra_anchor_encode(struct ra_str bytes, struct ra_arena *a)
{
    char *text;

    if (ra_str_absent(bytes))
        return bytes;
    text = ra_arena_alloc(a, ra_base64_size(bytes.n));
    ra_base64(bytes.p, bytes.n, text);
    return ra_str(text);
}

static struct ra_str custom_anchor(const struct ra_ad_object *o, struct ra_str attribute,
                                   struct ra_arena *a)
{
    struct ra_str rest = o->custom.bytes, name, type, value;

    while (ra_list_next(&rest, &name) && ra_list_next(&rest, &type) && ra_list_next(&rest, &value))
        if (ra_str_eq_fold(name, attribute))
            return ra_str_eq(type, RA_STR("b")) ? ra_anchor_encode(value, a)
                                                : ra_str_n(value.p, value.n);
    return (struct ra_str){NULL, 0};
}

/* decision: Inputs, "Anchor by kind"; domain 1.3 */
struct ra_str ra_anchor_of(const struct ra_ad_object *o,
                           const struct ra_anchor_attribute *attribute, struct ra_arena *a)
{
    bool user = o->kind == RA_USER, group = o->kind == RA_GROUP;

    if (user && attribute->kind == RA_ANCHOR_CUSTOM)
        return custom_anchor(o, attribute->name, a);
    if ((user || group) && attribute->kind == RA_ANCHOR_CONSISTENCY_GUID &&
        !ra_str_absent(o->consistency_guid))
        return ra_anchor_encode(o->consistency_guid, a);
    return ra_anchor_encode(o->guid, a);
}

bool ra_anchor_is_object_guid(const struct ra_ad_object *o,
                              const struct ra_anchor_attribute *attribute, struct ra_arena *a)
{
    if (attribute->kind == RA_ANCHOR_OBJECT_GUID)
        return true;
    if (attribute->kind == RA_ANCHOR_CONSISTENCY_GUID)
        return ra_str_absent(o->consistency_guid) || ra_str_eq(o->consistency_guid, o->guid);
    return ra_str_eq(ra_anchor_of(o, attribute, a), ra_anchor_encode(o->guid, a));
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ra_fold(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ra_anchor_from_connector_dn(struct ra_str dn, struct ra_arena *a, struct ra_str *anchor)
{
    size_t n;
    char *out;

    if (dn.n < 7 || !ra_str_starts_fold(dn, RA_STR("CN={")) || dn.p[dn.n - 1] != '}' ||
        (dn.n - 5) % 2)
        return false;
    n = (dn.n - 5) / 2;
    out = ra_arena_alloc(a, n + 1);
    for (size_t i = 0; i < n; i++) {
        int high = hex(dn.p[4 + 2 * i]), low = hex(dn.p[5 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (char)(high << 4 | low);
    }
    out[n] = '\0';
    *anchor = ra_str_n(out, n);
    return true;
}
