#include "recovery/rehearsal/export_inner.h"

#include <string.h>

bool ra_sim_synced(const struct ra_sim_object *o)
{
    return ra_sim_flag(o->body, RA_SIM_P_SYNC_ENABLED) == 1;
}

signed char ra_sim_cloud_managed(const struct ra_sim_object *o)
{
    struct ra_str raw = ra_sim_raw(o->body, RA_SIM_P_SYNC_BEHAVIOR);
    if (ra_str_contains(raw, RA_STR("true")))
        return 1;
    return ra_str_contains(raw, RA_STR("false")) ? 0 : -1;
}

static unsigned anchor_property(enum ra_sim_kind kind)
{
    return kind == RA_SIM_USER ? RA_SIM_P_IMMUTABLE_ID : RA_SIM_P_SOURCE_ANCHOR;
}

struct ra_sim_object *ra_sim_find_anchor(struct ra_sim_run *x, const struct ra_sim_ad *ad,
                                         bool deleted)
{
    struct ra_sim_object *o;
    size_t at = 0;
    while ((o = ra_sim_store_next(&x->s->by_anchor, anchor_property(ad->kind), ad->anchor, &at))) {
        if (o->kind == ad->kind && o->deleted == deleted)
            return o;
    }
    return NULL;
}

/* The single SMTP: value's address of a cloud object. */
static void take_primary(void *ctx, struct ra_str value)
{
    struct {
        struct ra_str want;
        size_t primaries;
        bool found;
    } *m = ctx;
    if (value.n <= 5 || memcmp(value.p, "SMTP:", 5))
        return;
    m->primaries++;
    m->found = m->found || ra_str_eq_fold(ra_str_from(value, 5), m->want);
}

static bool has_primary(const struct ra_sim_object *o, struct ra_str address)
{
    struct {
        struct ra_str want;
        size_t primaries;
        bool found;
    } m = {address, 0, false};
    ra_sim_each_string(o->body, RA_SIM_P_PROXIES, take_primary, &m);
    return m.found && m.primaries == 1;
}

struct ra_sim_object *ra_sim_find_primary(struct ra_sim_run *x, struct ra_str address)
{
    struct ra_sim_object *o;
    size_t at = 0;
    while ((o = ra_sim_store_next(&x->s->by_address, RA_SIM_P_PROXIES, address, &at))) {
        if (!o->deleted && has_primary(o, address))
            return o;
    }
    return NULL;
}

struct ra_sim_object *ra_sim_find_holder(struct ra_sim_run *x, struct ra_str address,
                                         const struct ra_sim_object *except)
{
    struct ra_sim_object *o;
    size_t at = 0;
    while ((o = ra_sim_store_next(&x->s->by_address, RA_SIM_P_PROXIES, address, &at))) {
        if (!o->deleted && o != except)
            return o;
    }
    return NULL;
}

struct ra_sim_object *ra_sim_find_upn(struct ra_sim_run *x, struct ra_str upn,
                                      const struct ra_sim_object *except)
{
    struct ra_sim_object *o;
    size_t at = 0;
    while ((o = ra_sim_store_next(&x->s->by_upn, RA_SIM_P_UPN, upn, &at))) {
        if (!o->deleted && o != except)
            return o;
    }
    return NULL;
}

struct ra_sim_object *ra_sim_find_sid(struct ra_sim_run *x, enum ra_sim_kind kind,
                                      struct ra_str sid, const struct ra_sim_object *except)
{
    struct ra_sim_object *o, *other = NULL;
    size_t at = 0;
    while ((o = ra_sim_store_next(&x->s->by_sid, RA_SIM_P_SID, sid, &at))) {
        if (o->kind != kind || o->deleted || o == except)
            continue;
        if (ra_sim_synced(o))
            return o;
        other = o;
    }
    return other;
}

struct ra_sim_object *ra_sim_find_device(struct ra_sim_run *x, struct ra_str device)
{
    struct ra_sim_object *o;
    size_t at = 0;
    while ((o = ra_sim_store_next(&x->s->by_device, RA_SIM_P_DEVICE_ID, device, &at))) {
        if (!o->deleted)
            return o;
    }
    return NULL;
}

/* domain 1.3: what Graph does not show of groups, contacts and devices is stood in for by the value
 * that the same AD object has on both sides. */
static struct ra_sim_object *stand_in(struct ra_sim_run *x, const struct ra_sim_ad *ad)
{
    switch (ad->kind) {
    case RA_SIM_GROUP:
        return ra_sim_find_sid(x, RA_SIM_GROUP, ad->sid, NULL);
    case RA_SIM_CONTACT:
        return ra_sim_find_primary(x, ad->primary);
    case RA_SIM_DEVICE:
        return ra_sim_find_device(x, ad->guid);
    case RA_SIM_USER:
    case RA_SIM_KINDS:
        break;
    }
    return NULL;
}

/* domain 2.1: what is synced already is joined by the client itself after it imported both sides.
 */
struct ra_sim_object *ra_sim_find_joined(struct ra_sim_run *x, const struct ra_sim_ad *ad)
{
    struct ra_sim_object *o = ra_sim_find_anchor(x, ad, false);
    if (o && ra_sim_synced(o))
        return o;
    o = stand_in(x, ad);
    bool other_anchor = o && ra_sim_raw(o->body, RA_SIM_P_SOURCE_ANCHOR).n;
    return o && o->kind == ad->kind && ra_sim_synced(o) && !other_anchor ? o : NULL;
}
