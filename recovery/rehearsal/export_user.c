#include "recovery/rehearsal/export_inner.h"

#include <stdlib.h>

/* A user is decided as the service documents it: hard match, soft match by primary SMTP, then by
 * UPN, then a new object (domain 2.1). */

static struct ra_str id_of(struct ra_sim_run *x, const struct ra_sim_object *o)
{
    return ra_sim_text(o->body, RA_SIM_P_ID, &x->arena);
}

/* domain 2.2 H6: the identifier can only change from null, unless the bypass is on. */
static bool identifier_blocks(struct ra_sim_run *x, struct ra_sim_ad *ad,
                              const struct ra_sim_object *o)
{
    struct ra_str raw = ra_sim_raw(o->body, RA_SIM_P_OBJECT_IDENTIFIER);
    struct ra_str has = ra_sim_unescape(raw, &x->arena);
    if (!raw.p)
        ad->uncertain = true; /* the data do not tell */
    return has.n && !ra_str_eq_fold(has, ad->guid) && !x->allow_identifier;
}

static void refuse_identifier(struct ra_sim_ad *ad)
{
    ra_sim_refuse(ad, "AttributeUpdateNotAllowed", 96, "OnPremisesObjectIdentifier",
                  "domain 2.2 H6");
}

static void refuse_hard(struct ra_sim_ad *ad, const char *rule)
{
    ra_sim_refuse(ad, "InvalidHardMatch", 103, "SourceAnchor", rule);
}

static bool is_guest(struct ra_sim_run *x, const struct ra_sim_object *o)
{
    struct ra_str upn = ra_sim_text(o->body, RA_SIM_P_UPN, &x->arena);
    char *folded = ra_arena_alloc(&x->arena, upn.n + 1);
    ra_fold_into(folded, upn.p, upn.n);
    return ra_str_eq_fold(ra_sim_text(o->body, RA_SIM_P_USER_TYPE, &x->arena), RA_STR("Guest")) ||
           ra_str_contains((struct ra_str){folded, upn.n}, RA_STR("#ext#"));
}

/* ---- already synced, joined by the client ---- */

static void update(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    if (identifier_blocks(x, ad, ad->peer))
        refuse_identifier(ad);
    else
        ra_sim_take(x, ad, ad->peer, RA_SIM_DID_UPDATE, "domain 2.2 H1");
}

/* ---- hard match ---- */

/* domain 10: one text of the service's blocks any role, a later one only privileged ones. Asked
 * before anything is carried out: the user's body is another one afterwards. */
static bool modest_role(struct ra_sim_run *x, struct ra_str id)
{
    return ra_sim_roles_assigned(x->roles, id) && !ra_sim_roles_privileged(x->roles, id);
}

static void hard_live(struct ra_sim_run *x, struct ra_sim_ad *ad, struct ra_sim_object *c)
{
    signed char managed = ra_sim_cloud_managed(c);
    struct ra_str id = id_of(x, c);
    ad->result = c;
    if (managed == 1) {
        ad->outcome = RA_SIM_IS_CLOUD_MANAGED;
        ad->rule = "domain 2.4";
        return;
    }
    ad->uncertain = managed < 0 || !x->features_known || is_guest(x, c) || modest_role(x, id);
    if (x->block_hard)
        refuse_hard(ad, "domain 2.2 H3");
    else if (ra_sim_roles_privileged(x->roles, id))
        refuse_hard(ad, "domain 2.2 H4");
    else if (identifier_blocks(x, ad, c))
        refuse_identifier(ad);
    else
        ra_sim_take(x, ad, c, RA_SIM_DID_TAKE_OVER, "domain 2.2 H2");
}

static void hard_deleted(struct ra_sim_run *x, struct ra_sim_ad *ad, struct ra_sim_object *d)
{
    struct ra_str id = id_of(x, d);
    ad->result = d;
    ad->uncertain = !x->features_known || modest_role(x, id);
    if (ra_sim_roles_privileged(x->roles, id))
        refuse_hard(ad, "domain 2.2 H8");
    else if (x->block_hard)
        refuse_hard(ad, "domain 2.2 H7");
    else if (identifier_blocks(x, ad, d))
        refuse_identifier(ad);
    else
        ra_sim_take(x, ad, d, RA_SIM_DID_RESTORE, "domain 2.2 H7");
}

/* ---- soft match ---- */

/* Whether the service may take the candidate; what it cannot take it leaves and makes a new object.
 */
static bool soft_takes(struct ra_sim_run *x, struct ra_sim_ad *ad, const struct ra_sim_object *c)
{
    bool anchored = ra_sim_text(c->body, RA_SIM_P_IMMUTABLE_ID, &x->arena).n > 0;
    if (anchored || ra_sim_synced(c)) {
        ad->error = "InvalidSoftMatch";
        ad->rule = "domain 2.3";
        return false;
    }
    if (x->block_soft) {
        ad->error = "InvalidSoftMatch";
        ad->rule = "domain 2.3, soft match blocked";
        return false;
    }
    if (ra_sim_roles_assigned(x->roles, id_of(x, c))) {
        ad->error = "ExistingAdminRoleConflict";
        ad->rule = "domain 2.3, role assigned";
        return false;
    }
    ad->uncertain = ad->uncertain || is_guest(x, c) || !x->features_known;
    return true;
}

/* True when the primary address settled it. */
static bool soft_smtp(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    struct ra_sim_object *c = ra_sim_find_primary(x, ad->primary);
    if (!c)
        return false;
    if (c->kind != RA_SIM_USER) {
        ra_sim_refuse(ad, "ObjectTypeMismatch", 0, "ProxyAddresses", "domain 2.3");
        ad->result = c;
    } else if (soft_takes(x, ad, c)) {
        ra_sim_take(x, ad, c, RA_SIM_DID_SOFT_SMTP, "domain 2.3");
    } else {
        ra_sim_create(x, ad, ad->rule);
    }
    return true;
}

static bool soft_upn(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    struct ra_sim_object *c = ra_sim_find_upn(x, ad->upn, NULL);
    if (!c)
        return false;
    if (x->soft_upn && soft_takes(x, ad, c))
        ra_sim_take(x, ad, c, RA_SIM_DID_SOFT_UPN, "domain 2.3");
    else
        ra_sim_create(x, ad, "domain 4");
    return true;
}

void ra_sim_export_user(struct ra_sim_run *x, struct ra_sim_ad *ad)
{
    struct ra_sim_object *o;
    if (ad->twin) {
        ad->uncertain = true; /* domain 12, row 33 */
        ra_sim_refuse(ad, "AttributeValueMustBeUnique", 0, "SourceAnchor", "domain 12 row 33");
    } else if (ad->peer) {
        update(x, ad);
    } else if ((o = ra_sim_find_anchor(x, ad, false))) {
        hard_live(x, ad, o);
    } else if ((o = ra_sim_find_anchor(x, ad, true))) {
        hard_deleted(x, ad, o);
    } else if (!soft_smtp(x, ad) && !soft_upn(x, ad)) {
        ra_sim_create(x, ad, "domain 2.1");
    }
}
