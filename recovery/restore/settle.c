/*
 * From candidates to writes: the cloud object, whether the anchor attribute can be written at all,
 * what stands in the way (domain 2.2 H6), and what the items mean for each other. An anchor that
 * somebody else in scope holds is written only when that one is given another in the same run.
 */
#include "recovery/restore/restoring.h"

#include <stdlib.h>
#include <string.h>

static void conclude(struct ra_restore_item *i, enum ra_restore_outcome outcome,
                     enum ra_restore_reason reason)
{
    i->outcome = (uint8_t)outcome;
    i->reason = (uint8_t)reason;
}

static struct ra_str folded(struct ra_str s, struct ra_arena *a)
{
    char *copy = ra_arena_alloc(a, s.n + 1);

    ra_fold_into(copy, s.p, s.n);
    return ra_str_n(copy, s.n);
}

static struct ra_str keep(struct ra_restoring *r, struct ra_str s)
{
    return (struct ra_str){ra_arena_copy(&r->out->arena, s.p, s.n), s.n};
}

/* ---- the cloud object ---- */

static int find_cloud(struct ra_restoring *r, struct ra_restore_item *i)
{
    struct ra_str id = folded(i->cloud_id, &r->scratch);
    struct ra_entry e;
    int rc = ra_lookup_seek(&r->id, id);

    while (rc >= 0 && (rc = ra_lookup_next(&r->id, id, &e)) > 0) {
        i->cloud = e.seq;
        if (!(e.bits & RA_ENTRY_DELETED))
            break;
        i->notes |= RA_NOTE_CLOUD_DELETED;
    }
    return rc < 0 ? ra_restoring_damaged(r, r->now->cloud->name) : 0;
}

/* A fact of the cloud user: *known, and its value. */
static int read_fact(struct ra_restoring *r, struct ra_side_cursor *facts,
                     const struct ra_restore_item *i, bool *known, struct ra_str *value)
{
    const struct ra_side *cloud = r->now->cloud;
    struct ra_str id = folded(i->cloud_id, &r->scratch), key;
    int rc = facts ? cloud->seek(facts, id) : 0;

    *known = false;
    if (rc == 0 && facts)
        rc = cloud->next(facts, &key, value);
    if (rc > 0)
        *known = ra_str_eq(key, id);
    return rc < 0 ? ra_restoring_damaged(r, cloud->name) : 0;
}

/* H6: a binding to another AD object blocks the export, unless the tenant lets it be changed. What
 * the cloud manages itself is not exported to. */
static int check_identifier(struct ra_restoring *r, struct ra_restore_item *i,
                            const struct ra_ad_object *o)
{
    struct ra_str value = {NULL, 0}, managed = {NULL, 0};
    struct ra_guid guid;
    bool known, answered;
    int rc = read_fact(r, r->ooi, i, &known, &value);

    if (rc == 0)
        rc = read_fact(r, r->soa, i, &answered, &managed);
    if (rc != 0 || i->kind != RA_USER || (answered && ra_str_eq(managed, RA_STR("1"))) ||
        r->now->tenant->flags.allow_identifier_update == RA_YES)
        return rc;
    if (!known && memcmp(o->guid.p, i->guid, 16) != 0) {
        i->notes |= RA_NOTE_IDENTIFIER_UNREAD;
    } else if (known && !ra_str_absent(value) &&
               !(ra_guid_parse(value, &guid) && memcmp(guid.b, o->guid.p, 16) == 0)) {
        i->identifier = keep(r, value);
        i->clear_identifier = true;
    }
    return 0;
}

/* ---- one item ---- */

/* The item is as it was after all, or nothing belongs to it any more. */
enum verdict_of_item { STAYS, DROP_HEALTHY, DROP_GONE, DROP_REANCHORED };

static enum verdict_of_item check_cloud(struct ra_restoring *r, struct ra_restore_item *i, int *rc)
{
    struct ra_cloud_object c;
    struct ra_ad_object o;

    *rc = find_cloud(r, i);
    if (*rc != 0)
        return STAYS;
    if (i->cloud == RA_NONE)
        return DROP_GONE;
    *rc = ra_restoring_cloud(r, i->cloud, &c);
    if (*rc != 0)
        return STAYS;
    if (i->kind != RA_USER || ra_str_eq(c.immutable_id, i->anchor)) {
        i->evidence |= RA_EV_ID;
        return STAYS;
    }
    if (i->ad != RA_NONE) {
        *rc = ra_restoring_ad(r, i->ad, &o);
        if (*rc == 0 && ra_str_eq(ra_anchor_of(&o, &r->anchor, &r->scratch), c.immutable_id))
            return DROP_REANCHORED;
    }
    conclude(i, RA_RESTORE_CHANGED,
             ra_str_absent(c.immutable_id) ? RA_RR_CLOUD_CLEARED : RA_RR_CLOUD_CHANGED);
    return STAYS;
}

static bool is_base64(struct ra_str anchor)
{
    unsigned char bytes[256];
    size_t n = sizeof bytes;

    return ra_base64_decode(anchor, bytes, &n) && n > 0;
}

/* Which attribute carries it decides whether a step can put it back. */
static void check_writable(struct ra_restoring *r, struct ra_restore_item *i)
{
    if (r->anchor.kind == RA_ANCHOR_CUSTOM && i->kind == RA_USER)
        conclude(i, RA_RESTORE_MANUAL, RA_RR_CUSTOM);
    else if (r->anchor.kind != RA_ANCHOR_CONSISTENCY_GUID)
        conclude(i, RA_RESTORE_MANUAL, RA_RR_OBJECT_GUID);
    else if (!is_base64(i->anchor))
        conclude(i, RA_RESTORE_MANUAL, RA_RR_VALUE);
}

static enum verdict_of_item check_ad(struct ra_restoring *r, struct ra_restore_item *i, int *rc)
{
    struct ra_ad_object o;
    bool stamped =
        r->anchor.kind == RA_ANCHOR_CONSISTENCY_GUID && !ra_str_absent(i->consistency_guid);

    *rc = ra_restoring_ad(r, i->ad, &o);
    if (*rc != 0)
        return STAYS;
    i->have = keep(r, ra_anchor_encode(o.consistency_guid, &r->scratch));
    i->write_anchor = !ra_str_eq(ra_anchor_of(&o, &r->anchor, &r->scratch), i->anchor) ||
                      (stamped && ra_str_absent(o.consistency_guid));
    *rc = check_identifier(r, i, &o);
    if (i->write_anchor && i->outcome == RA_RESTORE_WRITE)
        check_writable(r, i);
    else if (i->clear_identifier && i->outcome == RA_RESTORE_WRITE)
        i->reason = RA_RR_BOUND;
    return i->write_anchor || i->clear_identifier ? STAYS : DROP_HEALTHY;
}

static bool is_duplicate(const struct ra_restoring *r, const struct ra_restore_item *i)
{
    const struct ra_verdict *v = ra_restoring_verdict(r, i->ad);

    return v && v->code == RA_BLOCK_DUP_ANCHOR;
}

static enum verdict_of_item settle_one(struct ra_restoring *r, struct ra_restore_item *i, int *rc)
{
    enum verdict_of_item v;

    ra_arena_reset(&r->scratch);
    v = check_cloud(r, i, rc);
    if (v == STAYS && i->ad == RA_NONE && i->notes & RA_NOTE_CLOUD_DELETED)
        return DROP_GONE; /* deleted on both sides */
    if (*rc != 0 || v != STAYS || i->outcome == RA_RESTORE_CHANGED || i->ad == RA_NONE)
        return v;
    v = check_ad(r, i, rc);
    if (*rc == 0 && v == DROP_HEALTHY && is_duplicate(r, i)) {
        conclude(i, RA_RESTORE_HELD, RA_RR_DUPLICATE);
        return STAYS;
    }
    return v;
}

static int settle_each(struct ra_restoring *r)
{
    struct ra_restored *out = r->out;
    size_t n = 0;
    int rc = 0;

    for (size_t k = 0; rc == 0 && k < out->n; k++) {
        struct ra_restore_item i = out->items[k];
        enum verdict_of_item v = settle_one(r, &i, &rc);

        out->healthy += v == DROP_HEALTHY;
        out->gone += v == DROP_GONE;
        out->reanchored += v == DROP_REANCHORED;
        if (v == STAYS)
            out->items[n++] = i;
    }
    out->n = n;
    return rc;
}

/* ---- items among each other ---- */

static bool to_write(const struct ra_restore_item *i)
{
    return i->outcome == RA_RESTORE_WRITE;
}

/* Who of the items leads to each AD object: its place, or SEVERAL. */
#define NOBODY  UINT32_MAX
#define SEVERAL (UINT32_MAX - 1)

static uint32_t *claims_of(const struct ra_restoring *r)
{
    uint32_t *claims = ra_malloc(((size_t)r->ad_n + 1) * sizeof *claims);

    memset(claims, 0xFF, ((size_t)r->ad_n + 1) * sizeof *claims);
    for (size_t k = 0; k < r->out->n; k++) {
        const struct ra_restore_item *i = &r->out->items[k];
        if (i->ad != RA_NONE && i->outcome != RA_RESTORE_CHANGED)
            claims[i->ad] = claims[i->ad] == NOBODY ? (uint32_t)k : SEVERAL;
    }
    return claims;
}

static bool settled(const struct ra_restore_item *i)
{
    return i->outcome == RA_RESTORE_WRITE || i->outcome == RA_RESTORE_MANUAL ||
           i->outcome == RA_RESTORE_CONFIRM;
}

static void refuse_shared_objects(struct ra_restoring *r, const uint32_t *claims)
{
    for (size_t k = 0; k < r->out->n; k++) {
        struct ra_restore_item *i = &r->out->items[k];
        if (i->ad != RA_NONE && settled(i) && claims[i->ad] == SEVERAL)
            conclude(i, RA_RESTORE_AMBIGUOUS, RA_RR_CLAIMED);
    }
}

static int by_anchor(const void *a, const void *b)
{
    const struct ra_restore_item *const *x = a, *const *y = b;

    return ra_str_cmp((*x)->anchor, (*y)->anchor);
}

static void refuse_shared(struct ra_restore_item *i)
{
    if (settled(i))
        conclude(i, RA_RESTORE_AMBIGUOUS, RA_RR_SHARED);
}

/* What two had in the backup cannot be given back to both. */
static void refuse_shared_anchors(struct ra_restoring *r)
{
    size_t n = r->out->n;
    struct ra_restore_item **all = ra_calloc(n + 1, sizeof(struct ra_restore_item *));

    for (size_t k = 0; k < n; k++)
        all[k] = &r->out->items[k];
    qsort(all, n, sizeof(struct ra_restore_item *), by_anchor);
    for (size_t k = 1; k < n; k++)
        if (ra_str_eq(all[k]->anchor, all[k - 1]->anchor)) {
            refuse_shared(all[k]);
            refuse_shared(all[k - 1]);
        }
    free(all);
}

/* Somebody else in scope who has the anchor and is not given another one here. */
static int find_holder(struct ra_restoring *r, const struct ra_restore_item *i,
                       const uint32_t *claims, uint32_t *holder)
{
    struct ra_entry e;

    *holder = RA_NONE;
    for (size_t d = 0; d < r->now->ad_n; d++) {
        struct ra_directory_keys *k = &r->keys[d];
        int rc = ra_lookup_seek(&k->anchor, i->anchor);
        while (rc >= 0 && (rc = ra_lookup_next(&k->anchor, i->anchor, &e)) > 0) {
            uint32_t number = k->base + e.seq;
            bool moves = claims[number] < SEVERAL && to_write(&r->out->items[claims[number]]) &&
                         r->out->items[claims[number]].write_anchor;
            if (number != i->ad && ra_restoring_in_scope(r, number) && !moves)
                *holder = number;
        }
        if (rc < 0)
            return ra_restoring_damaged(r, r->now->ad[d].name);
    }
    return 0;
}

/* Whoever cannot move keeps others from moving: again until nothing changes. */
static int refuse_held(struct ra_restoring *r, const uint32_t *claims)
{
    bool changed = r->anchor.kind == RA_ANCHOR_CONSISTENCY_GUID;
    uint32_t holder;
    int rc = 0;

    while (changed) {
        changed = false;
        for (size_t k = 0; rc == 0 && k < r->out->n; k++) {
            struct ra_restore_item *i = &r->out->items[k];
            if (!to_write(i) || !i->write_anchor)
                continue;
            rc = find_holder(r, i, claims, &holder);
            if (rc != 0 || holder == RA_NONE)
                continue;
            conclude(i, RA_RESTORE_HELD, RA_RR_HOLDER);
            i->other_ad = holder;
            changed = true;
        }
    }
    return rc;
}

/* An object that has an anchor twice: who else has it. */
static int name_duplicates(struct ra_restoring *r, const uint32_t *claims)
{
    int rc = 0;

    for (size_t k = 0; rc == 0 && k < r->out->n; k++)
        if (r->out->items[k].reason == RA_RR_DUPLICATE)
            rc = find_holder(r, &r->out->items[k], claims, &r->out->items[k].other_ad);
    return rc;
}

/* A duplicate that goes away by itself, since the other is given its own anchor back. */
static void drop_settled_duplicates(struct ra_restored *out)
{
    size_t n = 0;

    for (size_t k = 0; k < out->n; k++) {
        if (out->items[k].reason == RA_RR_DUPLICATE && out->items[k].other_ad == RA_NONE)
            out->healthy++;
        else
            out->items[n++] = out->items[k];
    }
    out->n = n;
}

int ra_restore_settle(struct ra_restoring *r)
{
    uint32_t *claims;
    int rc = settle_each(r);

    if (rc != 0)
        return rc;
    claims = claims_of(r);
    refuse_shared_objects(r, claims);
    refuse_shared_anchors(r);
    rc = refuse_held(r, claims);
    if (rc == 0)
        rc = name_duplicates(r, claims);
    if (rc == 0)
        drop_settled_duplicates(r->out);
    free(claims);
    return rc;
}
