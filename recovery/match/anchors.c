#include "recovery/match/links.h"

#include <stdlib.h>

/* ---- counting ---- */

static bool reproduced(const struct ra_world *w, const struct ra_holders *ad)
{
    for (size_t i = 0; i < ad->n; i++)
        if (ad->all[i].kind == RA_USER && ra_in_scope(w, &ad->all[i]))
            return true;
    return false;
}

/* The counted cloud users whose anchor these AD objects reproduce. */
static uint64_t count(struct ra_world *w, const struct ra_holders *ad,
                      const struct ra_holders *cloud)
{
    uint64_t n = 0;

    if (!cloud->n || !reproduced(w, ad))
        return 0;
    for (size_t i = 0; i < cloud->n; i++) {
        struct ra_cloud_fact *c = &w->cloud[cloud->all[i].number];
        if (!(c->bits & RA_CLOUD_COUNTED))
            continue;
        c->bits |= RA_CLOUD_ANY;
        n++;
    }
    return n;
}

/* ---- linking ---- */

/* Two of one kind with one anchor: none of them can be told from the other (row 33). */
static void mark_duplicates(struct ra_world *w, const struct ra_holders *ad,
                            const struct ra_holders *cloud, enum ra_kind kind, bool cloud_duplicate)
{
    size_t n = 0;

    for (size_t i = 0; i < ad->n; i++)
        n += ad->all[i].kind == kind && ra_in_scope(w, &ad->all[i]);
    if (n < 2 && !(n == 1 && cloud_duplicate))
        return;
    for (size_t i = 0; i < ad->n; i++)
        if (ad->all[i].kind == kind && ra_in_scope(w, &ad->all[i]))
            w->ad[ad->all[i].number].bits |= RA_AD_DUP_ANCHOR;
    for (size_t k = 0; kind == RA_USER && k < cloud->n; k++)
        if (ra_is_live(w, &cloud->all[k]))
            w->cloud[cloud->all[k].number].bits |= RA_CLOUD_CLAIMED;
}

static void link_users(struct ra_world *w, const struct ra_holders *ad,
                       const struct ra_holders *cloud)
{
    struct ra_few live = {0}, deleted = {0};
    unsigned marks = 0;

    for (size_t k = 0; k < cloud->n; k++)
        ra_few_keep(ra_is_live(w, &cloud->all[k]) ? &live : &deleted, cloud->all[k].number);
    for (size_t i = 0; i < ad->n; i++) {
        struct ra_ad_fact *f = &w->ad[ad->all[i].number];
        if (ad->all[i].kind != RA_USER)
            continue;
        if (!ra_in_scope(w, &ad->all[i])) {
            marks |= ra_mark_of(w, &ad->all[i]);
        } else {
            ra_hold(f, RA_SLOT_ANCHOR, &live);
            ra_hold(f, RA_SLOT_DELETED, &deleted);
        }
    }
    ra_mark_all(w, cloud, marks);
    mark_duplicates(w, ad, cloud, RA_USER, live.n > 1);
}

static void link_groups(struct ra_world *w, const struct ra_holders *ad)
{
    static const struct ra_holders none;

    mark_duplicates(w, ad, &none, RA_GROUP, false);
}

static void link_devices(struct ra_world *w, const struct ra_holders *ad,
                         const struct ra_holders *cloud)
{
    struct ra_few devices = {0};
    unsigned marks = 0;

    for (size_t k = 0; k < cloud->n; k++)
        ra_few_keep(&devices, cloud->all[k].number);
    for (size_t i = 0; i < ad->n; i++) {
        if (!ra_in_scope(w, &ad->all[i]))
            marks |= ra_mark_of(w, &ad->all[i]);
        else if (ad->all[i].kind == RA_COMPUTER)
            ra_hold(&w->ad[ad->all[i].number], RA_SLOT_ANCHOR, &devices);
    }
    ra_mark_all(w, cloud, marks);
}

/* ---- the walk over all of them ---- */

struct walk {
    enum ra_anchor_kind guess;
    uint64_t consistency_guid, object_guid;
};

static void each(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx)
{
    struct walk *walk = ctx;
    const struct ra_holders *cloud = &of[RA_HOLD_CLOUD], *ad = NULL;

    walk->consistency_guid += count(w, &of[RA_HOLD_AD], cloud);
    walk->object_guid += count(w, &of[RA_HOLD_GUID], cloud);
    if (walk->guess == RA_ANCHOR_CONSISTENCY_GUID)
        ad = &of[RA_HOLD_AD];
    else if (walk->guess == RA_ANCHOR_OBJECT_GUID)
        ad = &of[RA_HOLD_GUID];
    if (ad) {
        link_users(w, ad, cloud);
        link_groups(w, ad);
    }
    if (of[RA_HOLD_DEVICE].n)
        link_devices(w, &of[RA_HOLD_GUID], &of[RA_HOLD_DEVICE]);
}

int ra_anchors_walk(struct ra_world *w, const struct ra_anchor_attribute *guess,
                    uint64_t *consistency_guid, uint64_t *object_guid)
{
    static const struct ra_join_index indexes[] = {{RA_HOLD_AD, RA_IX_ANCHOR, NULL},
                                                   {RA_HOLD_GUID, RA_IX_GUID, NULL},
                                                   {RA_HOLD_CLOUD, RA_IX_ANCHOR, NULL},
                                                   {RA_HOLD_DEVICE, RA_IX_GUID, NULL}};
    struct walk walk = {.guess = guess->kind};
    int rc = ra_join(w, &(struct ra_join_spec){indexes, 4, false}, each, &walk);

    w->linked = *guess;
    *consistency_guid = walk.consistency_guid;
    *object_guid = walk.object_guid;
    return rc;
}

/* ---- another attribute than the first two ---- */

static void count_custom(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx)
{
    *(uint64_t *)ctx += count(w, &of[RA_HOLD_AD], &of[RA_HOLD_CLOUD]);
}

static int join_anchor(struct ra_world *w, const struct ra_anchor_attribute *attribute,
                       ra_join_fn *with, void *ctx)
{
    const struct ra_join_index indexes[] = {{RA_HOLD_AD, RA_IX_ANCHOR, attribute},
                                            {RA_HOLD_CLOUD, RA_IX_ANCHOR, NULL}};

    return ra_join(w, &(struct ra_join_spec){indexes, 2, false}, with, ctx);
}

int ra_anchors_count(struct ra_world *w, const struct ra_anchor_attribute *custom, uint64_t *n)
{
    *n = 0;
    return join_anchor(w, custom, count_custom, n);
}

/* ---- after the choice ---- */

static void skip_object(struct ra_world *w, uint32_t number)
{
    w->ad[number].skip = RA_SKIP_NO_ANCHOR;
    w->part[number] = RA_PART_SKIPPED;
}

/* A user without a value for a custom anchor attribute never provisions by itself. */
static void skip_unanchored(struct ra_world *w)
{
    struct ra_ad_object o;
    struct ra_arena scratch = {0};

    for (uint32_t i = 0; i < w->ad_n; i++) {
        if (w->ad[i].kind != RA_USER || !ra_takes_part(w, i))
            continue;
        ra_arena_reset(&scratch);
        ra_world_ad_object(w, i, &o);
        if (ra_str_absent(ra_anchor_of(&o, &w->anchor, &scratch)))
            skip_object(w, i);
    }
    ra_arena_free(&scratch);
}

/* Takes back what was linked by the guess. Nothing else has left marks on users yet. */
static void forget_guess(struct ra_world *w)
{
    const unsigned marks = RA_CLOUD_CLAIMED | RA_CLOUD_OUT_OF_SCOPE | RA_CLOUD_AD_DELETED;

    for (uint32_t i = 0; i < w->ad_n; i++) {
        w->ad[i].bits &= (uint16_t)~RA_AD_DUP_ANCHOR;
        if (w->ad[i].kind == RA_USER) {
            w->ad[i].n[RA_SLOT_ANCHOR] = w->ad[i].n[RA_SLOT_DELETED] = 0;
            w->ad[i].first[RA_SLOT_ANCHOR] = w->ad[i].first[RA_SLOT_DELETED] = RA_NONE;
        }
    }
    for (uint32_t i = 0; i < w->cloud_n; i++)
        if (w->cloud[i].kind == RA_USER)
            w->cloud[i].bits &= (uint16_t)~marks;
}

static void link_both(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx)
{
    (void)ctx;
    link_users(w, &of[RA_HOLD_AD], &of[RA_HOLD_CLOUD]);
    link_groups(w, &of[RA_HOLD_AD]);
}

static void link_users_only(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx)
{
    (void)ctx;
    link_users(w, &of[RA_HOLD_AD], &of[RA_HOLD_CLOUD]);
}

static void link_groups_only(struct ra_world *w, const struct ra_holders of[RA_HOLDS], void *ctx)
{
    (void)ctx;
    link_groups(w, &of[RA_HOLD_AD]);
}

/* Users and groups have one index between them unless the attribute is a custom one. */
static int link_again(struct ra_world *w)
{
    static const struct ra_join_index guids = {RA_HOLD_AD, RA_IX_GUID, NULL};
    int rc;

    forget_guess(w);
    if (w->anchor.kind != RA_ANCHOR_CUSTOM)
        return join_anchor(w, &w->anchor, link_both, NULL);
    skip_unanchored(w);
    rc = join_anchor(w, &w->anchor, link_users_only, NULL);
    if (rc == 0)
        rc = ra_join(w, &(struct ra_join_spec){&guids, 1, false}, link_groups_only, NULL);
    return rc;
}

/* Marks the cloud users that have this anchor. */
static int mark_users(struct ra_world *w, struct ra_side_cursor *c, struct ra_str anchor,
                      unsigned marks)
{
    const struct ra_side *cloud = w->in->cloud;
    struct ra_str key, value;
    struct ra_entry e;
    char room[RA_KEY_MAX];
    int rc;

    anchor = ra_index_key(anchor, room);
    rc = cloud->seek(c, anchor);
    while (rc >= 0 && (rc = cloud->next(c, &key, &value)) > 0 && ra_str_eq(key, anchor))
        if (!ra_entry_unpack(value, &e) || e.seq >= w->cloud_n)
            rc = -(int)RA_EINTEGRITY;
        else
            w->cloud[e.seq].bits |= (uint16_t)marks;
    return rc < 0 ? ra_world_damaged(w, cloud, "an index") : 0;
}

/* AD contacts, computers and groups that take no part can carry a user's anchor too; they are few.
 */
static int mark_other_kinds(struct ra_world *w)
{
    const struct ra_side *cloud = w->in->cloud;
    struct ra_side_cursor *c = cloud->open_index(cloud->ctx, RA_IX_ANCHOR);
    struct ra_arena scratch = {0};
    struct ra_ad_object o;
    int rc = 0;

    for (uint32_t i = 0; c && rc == 0 && i < w->ad_n; i++) {
        const struct ra_holder ad = {i, w->ad[i].kind, 0};
        unsigned marks = ad.kind == RA_USER ? 0 : ra_mark_of(w, &ad);
        if (marks) {
            ra_world_ad_object(w, i, &o);
            ra_arena_reset(&scratch);
            rc = mark_users(w, c, ra_anchor_of(&o, &w->anchor, &scratch), marks);
        }
    }
    if (c)
        cloud->close(c);
    ra_arena_free(&scratch);
    return rc;
}

int ra_anchors_link(struct ra_world *w)
{
    bool custom = w->anchor.kind == RA_ANCHOR_CUSTOM;
    int rc = !custom && w->linked.kind == w->anchor.kind ? 0 : link_again(w);

    return rc == 0 ? mark_other_kinds(w) : rc;
}
