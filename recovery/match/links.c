#include "recovery/match/join.h"

#include "recovery/model/address.h"

#include <stdlib.h>

/*
 * A key that many hold on both sides must not cost their product: of the cloud side only the first
 * two holders of each sort are kept (a third is found by asking the index again), and marks are
 * collected over the AD side before they are put on the cloud side.
 */
struct few {
    uint32_t seq[2];
    uint8_t n;
};

static void keep(struct few *f, uint32_t seq)
{
    if (f->n < 2)
        f->seq[f->n++] = seq;
}

static void hold(struct ra_ad_fact *f, enum ra_slot slot, const struct few *few)
{
    for (uint8_t i = 0; i < few->n; i++) {
        if (f->n[slot] == 0) {
            f->first[slot] = few->seq[i];
            f->n[slot] = 1;
        } else if (f->first[slot] != few->seq[i]) {
            f->n[slot] = 2;
        }
    }
}

static bool in_scope(const struct ra_world *w, const struct ra_holder *h)
{
    return ra_takes_part(w, h->number);
}

static bool is_live(const struct ra_world *w, const struct ra_holder *cloud)
{
    return w->cloud[cloud->number].bits & RA_CLOUD_LIVE;
}

/* An AD object that takes no part carries a key: why the cloud objects that have it would be
 * orphans. */
static unsigned mark_of(const struct ra_world *w, const struct ra_holder *ad)
{
    const struct ra_ad_fact *f = &w->ad[ad->number];

    if (w->part[ad->number] == RA_PART_DELETED)
        return RA_CLOUD_AD_DELETED;
    return f->skip == RA_SKIP_SCOPE || f->skip == RA_SKIP_LINKED ? RA_CLOUD_OUT_OF_SCOPE : 0;
}

static void mark_all(struct ra_world *w, const struct ra_join_group *g, unsigned marks)
{
    for (size_t k = 0; marks && k < g->cloud_n; k++)
        w->cloud[g->cloud[k].number].bits |= (uint16_t)marks;
}

/* Two of one kind with one anchor: none of them can be told from the other (row 33). */
static void mark_duplicates(struct ra_world *w, const struct ra_join_group *g, enum ra_kind kind,
                            bool cloud_duplicate)
{
    size_t n = 0;

    for (size_t i = 0; i < g->ad_n; i++)
        n += g->ad[i].kind == kind && in_scope(w, &g->ad[i]);
    if (n < 2 && !(n == 1 && cloud_duplicate))
        return;
    for (size_t i = 0; i < g->ad_n; i++)
        if (g->ad[i].kind == kind && in_scope(w, &g->ad[i]))
            w->ad[g->ad[i].number].bits |= RA_AD_DUP_ANCHOR;
    for (size_t k = 0; kind == RA_USER && k < g->cloud_n; k++)
        if (is_live(w, &g->cloud[k]))
            w->cloud[g->cloud[k].number].bits |= RA_CLOUD_CLAIMED;
}

static void link_anchor_users(struct ra_world *w, const struct ra_join_group *g, void *ctx)
{
    struct few live = {0}, deleted = {0};
    unsigned marks = 0;

    (void)ctx;
    for (size_t k = 0; k < g->cloud_n; k++)
        keep(is_live(w, &g->cloud[k]) ? &live : &deleted, g->cloud[k].number);
    for (size_t i = 0; i < g->ad_n; i++) {
        struct ra_ad_fact *f = &w->ad[g->ad[i].number];
        if (g->ad[i].kind != RA_USER)
            continue;
        if (!in_scope(w, &g->ad[i])) {
            marks |= mark_of(w, &g->ad[i]);
            continue;
        }
        hold(f, RA_SLOT_ANCHOR, &live);
        hold(f, RA_SLOT_DELETED, &deleted);
    }
    mark_all(w, g, marks);
    mark_duplicates(w, g, RA_USER, live.n > 1);
}

static void link_anchor_groups(struct ra_world *w, const struct ra_join_group *g, void *ctx)
{
    (void)ctx;
    mark_duplicates(w, g, RA_GROUP, false);
}

static void link_device(struct ra_world *w, const struct ra_join_group *g, void *ctx)
{
    struct few devices = {0};
    unsigned marks = 0;

    (void)ctx;
    for (size_t k = 0; k < g->cloud_n; k++)
        keep(&devices, g->cloud[k].number);
    for (size_t i = 0; i < g->ad_n; i++) {
        if (!in_scope(w, &g->ad[i]))
            marks |= mark_of(w, &g->ad[i]);
        else if (g->ad[i].kind == RA_COMPUTER)
            hold(&w->ad[g->ad[i].number], RA_SLOT_ANCHOR, &devices);
    }
    mark_all(w, g, marks);
}

/* What an object out of scope explains by its SID is a group: users are told by their anchor. */
static void mark_by_sid(struct ra_world *w, const struct ra_join_group *g, unsigned marks)
{
    for (size_t k = 0; marks && k < g->cloud_n; k++) {
        bool group = g->cloud[k].kind == RA_GROUP;
        w->cloud[g->cloud[k].number].bits |=
            (uint16_t)(group ? marks : marks & RA_CLOUD_AD_DELETED);
    }
}

static void link_sid(struct ra_world *w, const struct ra_join_group *g, void *ctx)
{
    struct few live[RA_KINDS] = {0};
    unsigned marks = 0;

    (void)ctx;
    for (size_t k = 0; k < g->cloud_n; k++)
        if (is_live(w, &g->cloud[k]))
            keep(&live[g->cloud[k].kind], g->cloud[k].number);
    for (size_t i = 0; i < g->ad_n; i++) {
        if (!in_scope(w, &g->ad[i]))
            marks |= mark_of(w, &g->ad[i]);
        else
            hold(&w->ad[g->ad[i].number], RA_SLOT_SID, &live[g->ad[i].kind]);
    }
    mark_by_sid(w, g, marks);
}

/* Marks in-scope objects when more than one of them holds the key. */
static void mark_ad_duplicates(struct ra_world *w, const struct ra_join_group *g)
{
    size_t n = 0;

    for (size_t i = 0; i < g->ad_n; i++)
        n += in_scope(w, &g->ad[i]);
    for (size_t i = 0; n > 1 && i < g->ad_n; i++)
        if (in_scope(w, &g->ad[i]))
            w->ad[g->ad[i].number].bits |= RA_AD_DUP;
}

static void link_upn(struct ra_world *w, const struct ra_join_group *g, void *ctx)
{
    struct few live = {0};

    (void)ctx;
    for (size_t k = 0; k < g->cloud_n; k++)
        if (is_live(w, &g->cloud[k]))
            keep(&live, g->cloud[k].number);
    for (size_t i = 0; i < g->ad_n; i++)
        if (in_scope(w, &g->ad[i]))
            hold(&w->ad[g->ad[i].number], RA_SLOT_UPN, &live);
    mark_ad_duplicates(w, g);
}

/* A contact has nothing but its primary SMTP that an object out of scope could carry. */
static void mark_contacts(struct ra_world *w, const struct ra_join_group *g, unsigned marks)
{
    for (size_t k = 0; (marks & RA_CLOUD_OUT_OF_SCOPE) && k < g->cloud_n; k++)
        if (g->cloud[k].kind == RA_CONTACT && (g->cloud[k].bits & RA_ENTRY_PRIMARY))
            w->cloud[g->cloud[k].number].bits |= RA_CLOUD_OUT_OF_SCOPE;
}

static void link_address(struct ra_world *w, const struct ra_join_group *g, void *ctx)
{
    struct few live = {0}, primary = {0};
    unsigned marks = 0;

    (void)ctx;
    for (size_t k = 0; k < g->cloud_n; k++) {
        if (!is_live(w, &g->cloud[k]))
            continue;
        keep(&live, g->cloud[k].number);
        if (g->cloud[k].bits & RA_ENTRY_PRIMARY)
            keep(&primary, g->cloud[k].number);
    }
    for (size_t i = 0; i < g->ad_n; i++) {
        bool ours = g->ad[i].bits & RA_ENTRY_PRIMARY;
        if (!in_scope(w, &g->ad[i])) {
            marks |= ours ? mark_of(w, &g->ad[i]) : 0;
            continue;
        }
        hold(&w->ad[g->ad[i].number], RA_SLOT_ADDRESS, &live);
        if (ours)
            hold(&w->ad[g->ad[i].number], RA_SLOT_PRIMARY, &primary);
    }
    mark_contacts(w, g, marks);
    mark_ad_duplicates(w, g);
}

static void link_name(struct ra_world *w, const struct ra_join_group *g, void *ctx)
{
    bool held = false;

    (void)ctx;
    for (size_t k = 0; k < g->cloud_n && !held; k++)
        held = is_live(w, &g->cloud[k]);
    for (size_t i = 0; held && i < g->ad_n; i++)
        w->ad[g->ad[i].number].bits |= RA_AD_NAME_HELD;
}

static int fixed_index(const struct ra_side *side, const void *ctx)
{
    (void)side;
    return *(const int *)ctx;
}

static int anchor_index(const struct ra_side *side, const void *ctx)
{
    return ra_anchor_index(side, ctx);
}

static int walk_index(struct ra_world *w, int ad, int cloud, ra_join_fn *link)
{
    const struct ra_join_spec spec = {fixed_index, &ad, cloud, false};

    return ra_join(w, &spec, link, NULL);
}

/* Entries of the login index whose object has an override must not count under the login. */
static void link_upn_unless_replaced(struct ra_world *w, const struct ra_join_group *g, void *ctx)
{
    struct ra_join_group kept = *g;
    struct ra_holder *ad = ra_calloc(g->ad_n + 1, sizeof *ad);

    (void)ctx;
    kept.ad = ad;
    kept.ad_n = 0;
    for (size_t i = 0; i < g->ad_n; i++) {
        bool replaced = w->ad[g->ad[i].number].bits & RA_AD_UPN_REPLACED;
        if (!replaced || (g->ad[i].bits & RA_ENTRY_PRIMARY)) /* the override's own entry */
            ad[kept.ad_n++] = g->ad[i];
    }
    link_upn(w, &kept, ctx);
    free(ad);
}

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

    for (uint32_t i = 0; w->anchor.kind == RA_ANCHOR_CUSTOM && i < w->ad_n; i++) {
        struct ra_ad_fact *f = &w->ad[i];
        if (f->kind != RA_USER || !ra_takes_part(w, i))
            continue;
        ra_arena_reset(&scratch);
        if (ra_ad_decode(ra_world_ad_record(w, i), &o) &&
            ra_str_absent(ra_anchor_of(&o, &w->anchor, &scratch)))
            skip_object(w, i);
    }
    ra_arena_free(&scratch);
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
        if (ra_entry_unpack(value, &e) && e.seq < w->cloud_n)
            w->cloud[e.seq].bits |= (uint16_t)marks;
    return rc < 0 ? rc : 0;
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
        if (ad.kind == RA_USER || in_scope(w, &ad) || !ra_ad_decode(ra_world_ad_record(w, i), &o))
            continue;
        ra_arena_reset(&scratch);
        rc = mark_users(w, c, ra_anchor_of(&o, &w->anchor, &scratch), mark_of(w, &ad));
    }
    if (c)
        cloud->close(c);
    ra_arena_free(&scratch);
    return rc < 0 ? ra_fail(w->err, RA_EINTEGRITY, "the cached anchor index cannot be read") : 0;
}

static void link_anchor_both(struct ra_world *w, const struct ra_join_group *g, void *ctx)
{
    link_anchor_users(w, g, ctx);
    link_anchor_groups(w, g, ctx);
}

/* Users and groups have one index between them unless the attribute is a custom one. */
static int link_anchors(struct ra_world *w)
{
    const struct ra_join_spec users = {anchor_index, &w->anchor, RA_IX_ANCHOR, false};
    bool custom = w->anchor.kind == RA_ANCHOR_CUSTOM;
    int rc = ra_join(w, &users, custom ? link_anchor_users : link_anchor_both, NULL);

    if (rc == 0 && custom)
        rc = walk_index(w, RA_IX_GUID, -1, link_anchor_groups);
    return rc == 0 ? mark_other_kinds(w) : rc;
}

/* Without a device in the cloud nothing can be said by deviceId. */
static bool any_device(const struct ra_world *w)
{
    for (uint32_t i = 0; i < w->cloud_n; i++)
        if (w->cloud[i].kind == RA_DEVICE)
            return true;
    return false;
}

int ra_world_link(struct ra_world *w)
{
    const int upn = RA_IX_UPN;
    const struct ra_join_spec upns = {fixed_index, &upn, RA_IX_UPN, true};
    int rc;

    skip_unanchored(w);
    rc = link_anchors(w);
    if (rc == 0 && any_device(w))
        rc = walk_index(w, RA_IX_GUID, RA_IX_GUID, link_device);
    if (rc == 0)
        rc = walk_index(w, RA_IX_SID, RA_IX_SID, link_sid);
    if (rc == 0)
        rc = ra_join(w, &upns, w->overrides_n ? link_upn_unless_replaced : link_upn, NULL);
    if (rc == 0)
        rc = walk_index(w, RA_IX_ADDRESS, RA_IX_ADDRESS, link_address);
    if (rc == 0)
        rc = walk_index(w, RA_IX_NAME, RA_IX_NAME, link_name);
    return rc;
}
