/* One object of the backup: whose anchor it was, and whether AD still has it so. */
#include "recovery/model/address.h"
#include "recovery/restore/restoring.h"

#include <string.h>

/* The anchor belonged to the cloud object when the backup was made: a user's is seen on both sides;
 * a group's SID tied it. Where the two were apart already, the backup does not know better. */
static bool belonged(const struct ra_backup_object *o)
{
    if (!o->has_cloud || o->cloud.o.deleted || ra_str_absent(o->ad.source_anchor))
        return false;
    if (o->ad.o.kind == RA_USER)
        return o->cloud.o.kind == RA_USER &&
               ra_str_eq(o->cloud.o.immutable_id, o->ad.source_anchor);
    return o->cloud.o.kind == RA_GROUP && !ra_str_absent(o->ad.o.sid) &&
           ra_str_eq(o->cloud.o.sid, o->ad.o.sid);
}

static struct ra_str keep(struct ra_restoring *r, struct ra_str s)
{
    return (struct ra_str){ra_arena_copy(&r->out->arena, s.p, s.n), s.n};
}

/* The key under which the directory's index has the login. */
static struct ra_str login_of(struct ra_restoring *r, const struct ra_backup_object *o)
{
    struct ra_ad_object ad = o->ad.o;
    struct ra_str attribute = r->then->login_attribute;

    if (ra_str_eq_fold(attribute, RA_STR("mail")))
        ad.login = ad.mail;
    else if (ra_str_absent(attribute) || ra_str_eq_fold(attribute, RA_STR("userPrincipalName")))
        ad.login = ad.upn;
    else if (ra_str_absent(ad.login))
        return ad.login;
    return ra_ad_login(&ad, &r->scratch);
}

static void remember(struct ra_restoring *r, const struct ra_backup_object *o, uint32_t ad)
{
    const struct ra_ad_object *a = &o->ad.o;
    struct ra_restored *out = r->out;
    struct ra_addresses addresses;
    struct ra_restore_item *i;

    out->items = ra_grow(out->items, &out->cap, out->n + 1, sizeof *out->items);
    i = &out->items[out->n++];
    ra_ad_addresses(a, &r->scratch, &addresses);
    *i = (struct ra_restore_item){.kind = (uint8_t)a->kind,
                                  .ad = ad,
                                  .other_ad = RA_NONE,
                                  .cloud = RA_NONE,
                                  .cloud_id = keep(r, o->cloud.o.id),
                                  .directory = keep(r, o->ad.directory),
                                  .dn = keep(r, a->dn),
                                  .upn = keep(r, a->upn),
                                  .sid = keep(r, a->sid),
                                  .sam = keep(r, a->sam),
                                  .smtp = keep(r, addresses.primary),
                                  .anchor = keep(r, o->ad.source_anchor),
                                  .consistency_guid = keep(r, a->consistency_guid)};
    if (a->kind == RA_USER)
        i->login = keep(r, login_of(r, o));
    memcpy(i->guid, a->guid.p, 16);
}

/* The peer that the decision of now gives it is the cloud object of then, by the same anchor. */
static int still_joined(struct ra_restoring *r, const struct ra_backup_object *o, uint32_t ad,
                        bool *joined)
{
    const struct ra_verdict *v = ra_restoring_verdict(r, ad);
    struct ra_cloud_object c;
    int rc;

    *joined = false;
    if (!v || v->cloud == RA_NONE || v->code == RA_BLOCK_DUP_ANCHOR)
        return 0;
    rc = ra_restoring_cloud(r, v->cloud, &c);
    *joined = rc == 0 && ra_str_eq_fold(c.id, o->cloud.o.id) &&
              (c.kind != RA_USER || ra_str_eq(c.immutable_id, o->ad.source_anchor));
    return rc;
}

/* The anchor is what it was, and so is the attribute that carries it. */
static bool same_anchor(struct ra_restoring *r, const struct ra_backup_object *o,
                        const struct ra_ad_object *now)
{
    bool stamped =
        r->anchor.kind == RA_ANCHOR_CONSISTENCY_GUID && !ra_str_absent(o->ad.o.consistency_guid);

    return ra_str_eq(ra_anchor_of(now, &r->anchor, &r->scratch), o->ad.source_anchor) &&
           !(stamped && ra_str_absent(now->consistency_guid));
}

/* BLOCK_OOI is a loss too: the object is the same, and the cloud's binding is not. */
static bool bound_elsewhere(const struct ra_restoring *r, uint32_t ad)
{
    const struct ra_verdict *v = ra_restoring_verdict(r, ad);

    return v && (v->blocks & UINT64_C(1) << RA_BLOCK_OOI);
}

int ra_restore_take(struct ra_restoring *r, const struct ra_backup_object *o)
{
    struct ra_ad_object now;
    bool deleted = false, joined = false;
    uint32_t ad;
    int rc;

    ra_arena_reset(&r->scratch);
    if (!o->has_ad || o->ad.o.deleted || o->ad.o.guid.n != 16)
        return 0;
    rc = ra_restoring_by_guid(r, (const unsigned char *)o->ad.o.guid.p, &ad, &deleted);
    if (rc != 0)
        return rc;
    if (ad != RA_NONE)
        r->known[ad] = 1;
    if (o->ad.o.kind != RA_USER && o->ad.o.kind != RA_GROUP) {
        r->out->others++;
        return 0;
    }
    if (!belonged(o) || (r->then->wanted && !r->then->wanted(r->then->to, o)))
        return 0;
    r->out->looked_at++;
    if (ad != RA_NONE) {
        rc = ra_restoring_ad(r, ad, &now);
        if (rc == 0 && same_anchor(r, o, &now) && !bound_elsewhere(r, ad))
            rc = still_joined(r, o, ad, &joined);
    }
    if (rc == 0 && joined)
        r->out->healthy++;
    else if (rc == 0)
        remember(r, o, ad);
    return rc;
}
