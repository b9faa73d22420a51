#include "recovery/match/world.h"

#include "recovery/model/address.h"
#include "recovery/model/head.h"

#include <stdlib.h>
#include <string.h>

/* Records are asked for so many in advance: each lies in a page of its own. */
#define AHEAD 16

const struct ra_side *ra_match_directory(const struct ra_match_input *in, uint32_t number,
                                         uint32_t *seq)
{
    for (size_t d = 0; d < in->ad_n; d++) {
        if (number < in->ad[d].count) {
            *seq = number;
            return &in->ad[d];
        }
        number -= in->ad[d].count;
    }
    return NULL;
}

static const struct ra_side *directory_of(const struct ra_world *w, uint32_t number, uint32_t *seq)
{
    size_t d = w->in->ad_n - 1;

    while (d > 0 && number < w->base[d])
        d--;
    *seq = number - w->base[d];
    return &w->in->ad[d];
}

struct ra_str ra_world_ad_record(const struct ra_world *w, uint32_t number)
{
    uint32_t seq;
    const struct ra_side *side = directory_of(w, number, &seq);

    return side->record(side->ctx, seq);
}

static int damaged(struct ra_world *w, const struct ra_side *side, const char *what, uint32_t seq)
{
    ra_fail(w->err, RA_EINTEGRITY, "cache of " RA_STR_FMT ": %s %u cannot be read",
            RA_STR_ARG(side->name), what, seq);
    return ra_hint(w->err, "fetch this side again: reanchor fetch --full");
}

int ra_world_damaged(struct ra_world *w, const struct ra_side *side, const char *what)
{
    if (w->damage == 0) {
        ra_fail(w->err, RA_EINTEGRITY, "cache of " RA_STR_FMT ": %s cannot be read",
                RA_STR_ARG(side->name), what);
        ra_hint(w->err, "fetch this side again: reanchor fetch --full");
        w->damage = -(int)RA_EINTEGRITY;
    }
    return w->damage;
}

void ra_world_ad_object(struct ra_world *w, uint32_t number, struct ra_ad_object *out)
{
    uint32_t seq;
    const struct ra_side *side = directory_of(w, number, &seq);

    if (ra_ad_decode(side->record(side->ctx, seq), out))
        return;
    *out = (struct ra_ad_object){0};
    ra_world_damaged(w, side, "an object");
}

void ra_world_cloud_object(struct ra_world *w, uint32_t seq, struct ra_cloud_object *out)
{
    const struct ra_side *side = w->in->cloud;

    if (ra_cloud_decode(side->record(side->ctx, seq), out))
        return;
    *out = (struct ra_cloud_object){0};
    ra_world_damaged(w, side, "an object");
}

static void note_override(struct ra_world *w, uint32_t number, struct ra_str upn)
{
    w->overrides =
        ra_grow(w->overrides, &w->overrides_cap, w->overrides_n + 1, sizeof *w->overrides);
    w->overrides[w->overrides_n++] =
        (struct ra_upn_override){{ra_arena_copy(&w->arena, upn.p, upn.n), upn.n}, number};
}

/* One walk over the records of a directory. Most of its people have one suffix: it is remembered.
 */
struct reading {
    struct ra_world *w;
    const struct ra_side *side;
    const struct ra_scope *scope;
    struct ra_str verified; /* a suffix that was found to be a verified domain */
    struct ra_arena scratch;
};

static bool is_verified(struct reading *r, struct ra_str suffix)
{
    char folded[256]; /* no domain is that long */

    if (ra_str_eq(suffix, r->verified))
        return suffix.n > 0;
    if (suffix.n > sizeof folded)
        return false;
    ra_fold_into(folded, suffix.p, suffix.n);
    if (!ra_tenant_verified(r->w->in->tenant, (struct ra_str){folded, suffix.n}))
        return false;
    r->verified = suffix;
    return true;
}

/* The index has a user's login; where Entra ID would not take it, the effective UPN is kept here.
 */
static int read_upn(struct reading *r, const struct ra_ad_head *h, uint32_t seq, uint32_t number)
{
    struct ra_ad_object o;
    struct ra_str upn;
    bool replaced;

    if (h->kind != RA_USER || (h->login_suffix.n && is_verified(r, h->login_suffix)))
        return 0;
    if (!ra_ad_decode(r->side->record(r->side->ctx, seq), &o))
        return damaged(r->w, r->side, "object", seq);
    ra_arena_reset(&r->scratch);
    upn = ra_effective_upn(&o, ra_ad_login(&o, &r->scratch), r->w->in->tenant, &r->scratch,
                           &replaced);
    if (!replaced)
        return 0;
    note_override(r->w, number, upn);
    r->w->ad[number].bits |= RA_AD_UPN_REPLACED;
    return 0;
}

/* Everything about one AD object that its own attributes tell. */
static int read_ad_object(struct reading *r, const struct ra_ad_head *h, uint32_t seq,
                          uint32_t number)
{
    struct ra_ad_fact *f = &r->w->ad[number];

    for (int i = 0; i < RA_SLOTS; i++)
        f->first[i] = RA_NONE;
    f->kind = (uint8_t)h->kind;
    f->bits = h->own;
    if (h->deleted) {
        r->w->part[number] = RA_PART_DELETED;
        return 0;
    }
    f->skip = ra_scope(h, r->scope, &f->cause);
    if (!f->skip)
        return read_upn(r, h, seq, number);
    r->w->part[number] = RA_PART_SKIPPED;
    return 0;
}

static int read_records(struct reading *r, uint32_t base)
{
    const struct ra_side *side = r->side;
    struct ra_ad_head h;
    int rc = 0;

    for (uint32_t seq = 0; rc == 0 && seq < side->count; seq++) {
        if (seq + AHEAD < side->count)
            __builtin_prefetch(side->record(side->ctx, seq + AHEAD).p);
        if (!ra_ad_head(side->record(side->ctx, seq), &h) || !h.guid)
            return damaged(r->w, side, "object", seq);
        rc = read_ad_object(r, &h, seq, base + seq);
    }
    return rc;
}

static int read_directory(struct ra_world *w, size_t d)
{
    static const struct ra_scope everything;
    const struct ra_policy *policy = w->in->policy;
    struct reading r = {.w = w, .side = &w->in->ad[d], .scope = &everything};
    int rc;

    if (d < policy->scopes_n)
        r.scope = &policy->scopes[d];
    rc = read_records(&r, w->base[d]);
    ra_arena_free(&r.scratch);
    return rc;
}

static uint16_t cloud_bits(const struct ra_cloud_head *h)
{
    return (uint16_t)((h->deleted ? 0 : RA_CLOUD_LIVE) | (h->synced ? RA_CLOUD_SYNCED : 0) |
                      (h->guest ? RA_CLOUD_GUEST : 0) | (h->anchored ? RA_CLOUD_ANCHORED : 0) |
                      (h->role_assignable ? RA_CLOUD_ROLE_GROUP : 0));
}

static int read_cloud(struct ra_world *w)
{
    const struct ra_side *side = w->in->cloud;
    struct ra_cloud_head h;

    for (uint32_t seq = 0; seq < side->count; seq++) {
        if (seq + AHEAD < side->count)
            __builtin_prefetch(side->record(side->ctx, seq + AHEAD).p);
        if (!ra_cloud_head(side->record(side->ctx, seq), &h))
            return damaged(w, side, "object", seq);
        w->cloud[seq].kind = (uint8_t)h.kind;
        w->cloud[seq].bits = cloud_bits(&h);
    }
    return 0;
}

/* Role holders are few: each is looked up. */
static int note_roles(struct ra_world *w)
{
    const struct ra_side *side = w->in->cloud;
    struct ra_side_cursor *ids = side->open_index(side->ctx, RA_IX_ID);
    struct ra_str key, packed;
    struct ra_entry entry;

    for (size_t i = 0; ids && i < w->in->tenant->holders_n; i++) {
        const struct ra_role_holder *h = &w->in->tenant->holders[i];
        int rc = side->seek(ids, h->user_id);
        if (rc >= 0)
            rc = side->next(ids, &key, &packed);
        for (; rc > 0 && ra_str_eq(key, h->user_id); rc = side->next(ids, &key, &packed))
            if (ra_entry_unpack(packed, &entry) && entry.seq < side->count)
                w->cloud[entry.seq].roles = (uint8_t)h->roles;
            else
                break;
        if (rc < 0 || (rc > 0 && ra_str_eq(key, h->user_id))) {
            side->close(ids);
            return damaged(w, side, "id", 0);
        }
    }
    if (ids)
        side->close(ids);
    return 0;
}

static int by_upn(const void *a, const void *b)
{
    const struct ra_upn_override *x = a, *y = b;
    int d = ra_str_cmp(x->upn, y->upn);

    return d ? d : (x->number > y->number) - (x->number < y->number);
}

/* The index has keys in their index form; long ones must be brought to it here too. */
static void index_form(struct ra_world *w)
{
    char room[RA_KEY_MAX];

    for (size_t i = 0; i < w->overrides_n; i++) {
        struct ra_str key = ra_index_key(w->overrides[i].upn, room);
        if (key.p == room)
            w->overrides[i].upn = (struct ra_str){ra_arena_copy(&w->arena, key.p, key.n), key.n};
    }
}

static int count_objects(struct ra_world *w)
{
    uint64_t n = 0;

    w->base = ra_calloc(w->in->ad_n + 1, sizeof *w->base);
    for (size_t d = 0; d < w->in->ad_n; d++) {
        w->base[d] = (uint32_t)n;
        n += w->in->ad[d].count;
        if (n >= RA_NONE)
            return ra_fail(w->err, RA_EINPUT, "the directories have more than %u objects together",
                           RA_NONE - 1);
    }
    w->ad_n = (uint32_t)n;
    w->cloud_n = w->in->cloud->count;
    w->ad = ra_calloc(w->ad_n, sizeof *w->ad);
    w->cloud = ra_calloc(w->cloud_n, sizeof *w->cloud);
    w->part = ra_calloc(w->ad_n, 1);
    return 0;
}

int ra_world_read(struct ra_world *w)
{
    int rc = count_objects(w);

    for (size_t d = 0; rc == 0 && d < w->in->ad_n; d++)
        rc = read_directory(w, d);
    if (rc == 0)
        rc = read_cloud(w);
    if (rc == 0)
        rc = ra_world_asked(w);
    if (rc == 0)
        rc = note_roles(w);
    index_form(w);
    if (w->overrides_n)
        qsort(w->overrides, w->overrides_n, sizeof *w->overrides, by_upn);
    return rc;
}

void ra_world_free(struct ra_world *w)
{
    for (int i = 0; i < RA_IX_CUSTOM; i++)
        if (w->asked[i])
            w->in->cloud->close(w->asked[i]);
    free(w->base);
    free(w->ad);
    free(w->cloud);
    free(w->ooi);
    free(w->ooi_state);
    free(w->part);
    free(w->overrides);
    ra_arena_free(&w->arena);
}
