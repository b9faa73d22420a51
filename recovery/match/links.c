#include "recovery/match/links.h"

/* What an object out of scope explains by its SID is a group: users are told by their anchor. */
static void mark_by_sid(struct ra_world *w, const struct ra_holders *cloud, unsigned marks)
{
    for (size_t k = 0; marks && k < cloud->n; k++) {
        bool group = cloud->all[k].kind == RA_GROUP;
        w->cloud[cloud->all[k].number].bits |=
            (uint16_t)(group ? marks : marks & RA_CLOUD_AD_DELETED);
    }
}

static void link_sid(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx)
{
    const struct ra_holders *ad = &of[RA_HOLD_AD], *cloud = &of[RA_HOLD_CLOUD];
    struct ra_few live[RA_KINDS] = {0};
    unsigned marks = 0;

    (void)ctx;
    for (size_t k = 0; k < cloud->n; k++)
        if (ra_is_live(w, &cloud->all[k]))
            ra_few_keep(&live[cloud->all[k].kind], cloud->all[k].number);
    for (size_t i = 0; i < ad->n; i++) {
        if (!ra_in_scope(w, &ad->all[i]))
            marks |= ra_mark_of(w, &ad->all[i]);
        else
            ra_hold(&w->ad[ad->all[i].number], RA_SLOT_SID, &live[ad->all[i].kind]);
    }
    mark_by_sid(w, cloud, marks);
}

/* An object with an override holds that one, and not the login that the index has of it. */
static bool has_upn(const struct ra_world *w, const struct ra_holder *ad)
{
    bool overridden = ad->bits & RA_ENTRY_PRIMARY;

    return ra_in_scope(w, ad) && (overridden || !(w->ad[ad->number].bits & RA_AD_UPN_REPLACED));
}

static void link_upn(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx)
{
    const struct ra_holders *ad = &of[RA_HOLD_AD], *cloud = &of[RA_HOLD_CLOUD];
    struct ra_few live = {0};
    size_t n = 0;

    (void)ctx;
    for (size_t k = 0; k < cloud->n; k++)
        if (ra_is_live(w, &cloud->all[k]))
            ra_few_keep(&live, cloud->all[k].number);
    for (size_t i = 0; i < ad->n; i++)
        n += has_upn(w, &ad->all[i]);
    for (size_t i = 0; n && i < ad->n; i++) {
        if (!has_upn(w, &ad->all[i]))
            continue;
        ra_hold(&w->ad[ad->all[i].number], RA_SLOT_UPN, &live);
        if (n > 1)
            w->ad[ad->all[i].number].bits |= RA_AD_DUP;
    }
}

/* A contact has nothing but its primary SMTP that an object out of scope could carry. */
static void mark_contacts(struct ra_world *w, const struct ra_holders *cloud, unsigned marks)
{
    for (size_t k = 0; (marks & RA_CLOUD_OUT_OF_SCOPE) && k < cloud->n; k++)
        if (cloud->all[k].kind == RA_CONTACT && (cloud->all[k].bits & RA_ENTRY_PRIMARY))
            w->cloud[cloud->all[k].number].bits |= RA_CLOUD_OUT_OF_SCOPE;
}

/* AD objects, of whatever kind, that have one address; only those in scope are ever asked what they
 * hold. */
static void hold_address(struct ra_world *w, const struct ra_holders *ad, const struct ra_few *live,
                         const struct ra_few *primary)
{
    size_t n = 0;

    for (size_t i = 0; i < ad->n; i++)
        n += ra_in_scope(w, &ad->all[i]);
    for (size_t i = 0; n && i < ad->n; i++) {
        struct ra_ad_fact *f = &w->ad[ad->all[i].number];
        ra_hold(f, RA_SLOT_ADDRESS, live);
        if (ad->all[i].bits & RA_ENTRY_PRIMARY)
            ra_hold(f, RA_SLOT_PRIMARY, primary);
        if (n > 1)
            f->bits |= RA_AD_DUP;
    }
}

static void link_address(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx)
{
    const struct ra_holders *ad = &of[RA_HOLD_AD], *cloud = &of[RA_HOLD_CLOUD];
    struct ra_few live = {0}, primary = {0};
    unsigned marks = 0;

    (void)ctx;
    for (size_t k = 0; k < cloud->n; k++) {
        if (!ra_is_live(w, &cloud->all[k]))
            continue;
        ra_few_keep(&live, cloud->all[k].number);
        if (cloud->all[k].bits & RA_ENTRY_PRIMARY)
            ra_few_keep(&primary, cloud->all[k].number);
    }
    hold_address(w, ad, &live, &primary);
    for (size_t i = 0; i < ad->n; i++)
        if (!ra_in_scope(w, &ad->all[i]) && (ad->all[i].bits & RA_ENTRY_PRIMARY))
            marks |= ra_mark_of(w, &ad->all[i]);
    mark_contacts(w, cloud, marks);
}

static void link_name(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx)
{
    const struct ra_holders *ad = &of[RA_HOLD_AD], *cloud = &of[RA_HOLD_CLOUD];
    bool held = false;

    (void)ctx;
    for (size_t k = 0; k < cloud->n && !held; k++)
        held = ra_is_live(w, &cloud->all[k]);
    for (size_t i = 0; held && i < ad->n; i++)
        w->ad[ad->all[i].number].bits |= RA_AD_NAME_HELD;
}

static int link_upns(struct ra_world *w)
{
    static const struct ra_join_index indexes[] = {{RA_HOLD_AD, RA_IX_UPN, NULL},
                                                   {RA_HOLD_CLOUD, RA_IX_UPN, NULL}};

    return ra_join(w, &(struct ra_join_spec){indexes, 2, true}, link_upn, NULL);
}

int ra_world_link(struct ra_world *w)
{
    int rc = ra_anchors_link(w);

    if (rc == 0)
        rc = ra_join_two(w, RA_IX_SID, RA_IX_SID, link_sid);
    if (rc == 0)
        rc = link_upns(w);
    if (rc == 0)
        rc = ra_join_two(w, RA_IX_ADDRESS, RA_IX_ADDRESS, link_address);
    if (rc == 0)
        rc = ra_join_two(w, RA_IX_NAME, RA_IX_NAME, link_name);
    return rc;
}
