#include "recovery/rehearsal/export_inner.h"

/* Groups, contacts and devices: no hard match onto cloud objects, soft match only by address
 * (domain 2.2 H10, 2.3). */

static bool refuse_twin(struct ra_sim_ad *ad)
{
    if (!ad->twin)
        return false;
    ad->uncertain = true;
    ra_sim_refuse(ad, "AttributeValueMustBeUnique", 0, "SourceAnchor", "domain 12 row 33");
    return true;
}

/* A group or contact whose authority went to the cloud and may have come back (domain 2.4). */
static bool settle_authority(struct ra_sim_run *x, struct ra_sim_ad *ad, struct ra_sim_object *o)
{
    signed char managed = ra_sim_cloud_managed(o);
    (void)x;
    if (managed == 1) {
        ad->outcome = RA_SIM_IS_CLOUD_MANAGED;
        ad->rule = "domain 2.4";
        ad->result = o;
        return true;
    }
    ad->uncertain = ad->uncertain || managed < 0;
    return false;
}

/* By primary address. True when an object of the kind or of another has it. */
static bool soft(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    struct ra_sim_object *c = ra_sim_find_primary(x, ad->primary);
    if (!c)
        return false;
    ad->uncertain = ad->uncertain || !x->features_known;
    if (c->kind != ad->kind) {
        ra_sim_refuse(ad, "ObjectTypeMismatch", 0, "ProxyAddresses", "domain 2.3");
        ad->result = c;
        return true;
    }
    if (!ra_sim_synced(c) && ad->kind == RA_SIM_CONTACT && settle_authority(x, ad, c))
        return true;
    bool role = ra_sim_flag(c->body, RA_SIM_P_ROLE_ASSIGNABLE) == 1;
    if (ra_sim_synced(c) || x->block_soft || role) {
        ad->error = "InvalidSoftMatch";
        ra_sim_create(x, ad, "domain 2.3");
        return true;
    }
    ra_sim_take(x, ad, c, RA_SIM_DID_SOFT_SMTP, "domain 2.3");
    return true;
}

/* Of the same SID, not synced: it was once, and comes back by a hard match (domain 2.4). */
static bool former(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    struct ra_sim_object *o = ra_sim_find_sid(x, RA_SIM_GROUP, ad->sid, NULL);
    if (!o || ra_sim_synced(o))
        return false;
    if (settle_authority(x, ad, o))
        return true;
    ad->uncertain = true;
    ad->result = o;
    if (x->block_hard)
        ra_sim_refuse(ad, "InvalidHardMatch", 103, "SourceAnchor", "domain 2.4");
    else
        ra_sim_take(x, ad, o, RA_SIM_DID_TAKE_OVER, "domain 2.4");
    return true;
}

void ra_sim_export_group(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    if (refuse_twin(ad))
        return;
    if (ad->peer)
        ra_sim_take(x, ad, ad->peer, RA_SIM_DID_UPDATE, "domain 12 row 38");
    else if (!former(x, ad) && !(ad->mail_enabled && soft(x, ad)))
        ra_sim_create(x, ad, "domain 2.1");
}

void ra_sim_export_contact(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    if (refuse_twin(ad))
        return;
    if (ad->peer)
        ra_sim_take(x, ad, ad->peer, RA_SIM_DID_UPDATE, "domain 12 row 39");
    else if (!soft(x, ad))
        ra_sim_create(x, ad, "domain 2.1");
}

void ra_sim_export_device(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    if (refuse_twin(ad))
        return;
    struct ra_sim_object *o = ad->peer ? ad->peer : ra_sim_find_device(x, ad->guid);
    if (o && ra_sim_synced(o)) {
        ra_sim_take(x, ad, o, RA_SIM_DID_UPDATE, "domain 12 row 41");
    } else if (o && x->block_soft) {
        ra_sim_refuse(ad, "InvalidSoftMatch", 0, "DeviceId", "domain 2.3");
        ad->result = o;
    } else if (o) {
        ra_sim_take(x, ad, o, RA_SIM_DID_MERGE, "domain 2.3");
    } else {
        ra_sim_create(x, ad, "domain 2.1");
    }
}
