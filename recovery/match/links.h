/*
 * What the walks over the indexes share: who holds a key, kept in few bytes, and the marks that AD
 * objects which take no part leave on cloud objects. Internal to match.
 *
 * A key that many hold on both sides must not cost their product: of the cloud side only the first
 * two holders of each sort are kept (a third is found by asking the index again), and marks are
 * collected over the AD side before they are put on the cloud side.
 */
#ifndef RA_MATCH_LINKS_H
#define RA_MATCH_LINKS_H

#include "recovery/match/join.h"

struct ra_few {
    uint32_t seq[2];
    uint8_t n;
};

static inline void ra_few_keep(struct ra_few *f, uint32_t seq)
{
    if (f->n < 2)
        f->seq[f->n++] = seq;
}

static inline void ra_hold(struct ra_ad_fact *f, enum ra_slot slot, const struct ra_few *few)
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

static inline bool ra_in_scope(const struct ra_world *w, const struct ra_holder *ad)
{
    return ra_takes_part(w, ad->number);
}

static inline bool ra_is_live(const struct ra_world *w, const struct ra_holder *cloud)
{
    return w->cloud[cloud->number].bits & RA_CLOUD_LIVE;
}

/* An AD object that takes no part carries a key: why the cloud objects that have it would be
 * orphans. */
static inline unsigned ra_mark_of(const struct ra_world *w, const struct ra_holder *ad)
{
    const struct ra_ad_fact *f = &w->ad[ad->number];

    if (w->part[ad->number] == RA_PART_DELETED)
        return RA_CLOUD_AD_DELETED;
    return f->skip == RA_SKIP_SCOPE || f->skip == RA_SKIP_LINKED ? RA_CLOUD_OUT_OF_SCOPE : 0;
}

static inline void ra_mark_all(struct ra_world *w, const struct ra_holders *cloud, unsigned marks)
{
    for (size_t k = 0; marks && k < cloud->n; k++)
        w->cloud[cloud->all[k].number].bits |= (uint16_t)marks;
}

/*
 * anchors.c: one walk over the indexes of anchors, objectGUIDs, immutableIds and deviceIds counts
 * what the first two candidates reproduce, links devices, and links users and groups by the guess;
 * which of the candidates is the anchor is only known afterwards. Another one that was chosen is
 * linked by a walk of its own.
 */
int ra_anchors_walk(struct ra_world *w, const struct ra_anchor_attribute *guess,
                    uint64_t *consistency_guid, uint64_t *object_guid);
int ra_anchors_count(struct ra_world *w, const struct ra_anchor_attribute *custom, uint64_t *count);
int ra_anchors_link(struct ra_world *w);

#endif
