#include "recovery/match/world.h"

#include "recovery/model/address.h"

#include <stdlib.h>
#include <string.h>

/* Row 47: past these Entra ID answers LargeObject or ExceededAllowedLength. */
#define ADDRESSES_MAX    300
#define CERTIFICATES_MAX 15
#define GUID_BYTES       16

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

struct ra_str ra_world_ad_record(const struct ra_world *w, uint32_t number)
{
    size_t d = w->in->ad_n - 1;

    while (d > 0 && number < w->base[d])
        d--;
    return w->in->ad[d].record(w->in->ad[d].ctx, number - w->base[d]);
}

static int damaged(struct ra_world *w, const struct ra_side *side, const char *what, uint32_t seq)
{
    ra_fail(w->err, RA_EINTEGRITY, "cache of " RA_STR_FMT ": %s %u cannot be read",
            RA_STR_ARG(side->name), what, seq);
    return ra_hint(w->err, "fetch this side again: reanchor fetch --full");
}

static void note_override(struct ra_world *w, uint32_t number, struct ra_str upn)
{
    w->overrides =
        ra_grow(w->overrides, &w->overrides_cap, w->overrides_n + 1, sizeof *w->overrides);
    w->overrides[w->overrides_n++] =
        (struct ra_upn_override){{ra_arena_copy(&w->arena, upn.p, upn.n), upn.n}, number};
}

static unsigned own_bits(const struct ra_ad_object *o)
{
    struct ra_address_survey addresses = ra_ad_survey(o);
    unsigned bits = 0;

    if (addresses.two_primaries)
        bits |= RA_AD_TWO_PRIMARIES;
    if (addresses.values > ADDRESSES_MAX || o->certificates > CERTIFICATES_MAX)
        bits |= RA_AD_SIZE;
    if (!ra_str_absent(o->mail) || addresses.values)
        bits |= RA_AD_MAIL_ENABLED;
    if (ra_str_absent(o->consistency_guid))
        bits |= RA_AD_UNSTAMPED;
    else if (o->consistency_guid.n != GUID_BYTES)
        bits |= RA_AD_GUID_LENGTH;
    return bits;
}

/* The index has a user's login; where Entra ID would not take it, the effective UPN is kept here.
 */
static unsigned read_upn(struct ra_world *w, const struct ra_ad_object *o, uint32_t number,
                         struct ra_arena *scratch)
{
    struct ra_str upn;
    bool replaced;

    if (o->kind != RA_USER || ra_login_usable(o, w->in->tenant))
        return 0;
    ra_arena_reset(scratch);
    upn = ra_effective_upn(o, ra_ad_login(o, scratch), w->in->tenant, scratch, &replaced);
    if (!replaced)
        return 0;
    note_override(w, number, upn);
    return RA_AD_UPN_REPLACED;
}

/* Everything about one AD object that its own attributes tell. */
static void read_ad_object(struct ra_world *w, const struct ra_ad_object *o, uint32_t number,
                           const struct ra_scope *scope, struct ra_arena *scratch)
{
    struct ra_ad_fact *f = &w->ad[number];

    for (int i = 0; i < RA_SLOTS; i++)
        f->first[i] = RA_NONE;
    f->kind = (uint8_t)o->kind;
    if (o->deleted) {
        w->part[number] = RA_PART_DELETED;
        return;
    }
    f->skip = ra_scope(o, scope, &f->cause);
    if (f->skip)
        w->part[number] = RA_PART_SKIPPED;
    else
        f->bits = (uint16_t)(own_bits(o) | read_upn(w, o, number, scratch));
}

static int read_directory(struct ra_world *w, size_t d, struct ra_arena *scratch)
{
    static const struct ra_scope everything;
    const struct ra_side *side = &w->in->ad[d];
    const struct ra_policy *policy = w->in->policy;
    const struct ra_scope *scope = d < policy->scopes_n ? &policy->scopes[d] : &everything;
    struct ra_ad_object o = {0};

    for (uint32_t seq = 0; seq < side->count; seq++) {
        if (!ra_ad_decode_brief(side->record(side->ctx, seq), &o) || o.guid.n != GUID_BYTES)
            return damaged(w, side, "object", seq);
        read_ad_object(w, &o, w->base[d] + seq, scope, scratch);
    }
    return 0;
}

static uint16_t cloud_bits(const struct ra_cloud_object *o)
{
    unsigned bits = 0;

    if (!o->deleted)
        bits |= RA_CLOUD_LIVE;
    if (ra_cloud_is_synced(o))
        bits |= RA_CLOUD_SYNCED;
    if (ra_cloud_is_guest(o))
        bits |= RA_CLOUD_GUEST;
    if (o->kind == RA_USER && !ra_str_absent(o->immutable_id))
        bits |= RA_CLOUD_ANCHORED;
    if (o->kind == RA_GROUP && o->role_assignable == RA_YES)
        bits |= RA_CLOUD_ROLE_GROUP;
    return (uint16_t)bits;
}

static int read_cloud(struct ra_world *w)
{
    const struct ra_side *side = w->in->cloud;
    struct ra_cloud_object o;

    for (uint32_t seq = 0; seq < side->count; seq++) {
        if (!ra_cloud_decode_brief(side->record(side->ctx, seq), &o))
            return damaged(w, side, "object", seq);
        w->cloud[seq].kind = (uint8_t)o.kind;
        w->cloud[seq].bits = cloud_bits(&o);
    }
    return 0;
}

/* Walks facts and ids side by side, both sorted by id, and calls each(seq, value) where they meet.
 */
static int join_facts(struct ra_world *w, const char *name,
                      void (*each)(struct ra_world *w, uint32_t seq, struct ra_str value))
{
    const struct ra_side *side = w->in->cloud;
    struct ra_side_cursor *facts = side->open_facts(side->ctx, name), *ids;
    struct ra_str id, value, key, packed;
    struct ra_entry entry;
    int more_facts, more_ids;

    if (!facts)
        return 0;
    ids = side->open_index(side->ctx, RA_IX_ID);
    more_facts = side->next(facts, &id, &value);
    more_ids = ids ? side->next(ids, &key, &packed) : 0;
    while (more_facts > 0 && more_ids > 0) {
        int d = ra_str_cmp(key, id);
        if (d == 0 && ra_entry_unpack(packed, &entry) && entry.seq < side->count)
            each(w, entry.seq, value);
        if (d <= 0)
            more_ids = side->next(ids, &key, &packed);
        else
            more_facts = side->next(facts, &id, &value);
    }
    side->close(facts);
    if (ids)
        side->close(ids);
    return more_facts < 0 || more_ids < 0 ? damaged(w, side, "fact", 0) : 0;
}

static void note_soa(struct ra_world *w, uint32_t seq, struct ra_str value)
{
    bool cloud = ra_str_eq(value, RA_STR("1"));

    w->cloud[seq].bits |= (uint16_t)(RA_CLOUD_SOA_KNOWN | (cloud ? RA_CLOUD_SOA_CLOUD : 0));
}

/* EQUAL stands for "a GUID to compare with" until there is an object to compare it with. */
static void note_ooi(struct ra_world *w, uint32_t seq, struct ra_str value)
{
    if (!w->ooi) {
        w->ooi = ra_calloc(w->cloud_n, sizeof *w->ooi);
        w->ooi_state = ra_calloc(w->cloud_n, 1);
    }
    if (ra_str_absent(value))
        w->ooi_state[seq] = RA_OOI_NULL;
    else if (ra_guid_parse(value, &w->ooi[seq]))
        w->ooi_state[seq] = RA_OOI_EQUAL;
    else
        w->ooi_state[seq] = RA_OOI_DIFFERENT;
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
        if (rc < 0) {
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
    struct ra_arena scratch = {0};
    int rc = count_objects(w);

    for (size_t d = 0; rc == 0 && d < w->in->ad_n; d++)
        rc = read_directory(w, d, &scratch);
    ra_arena_free(&scratch);
    if (rc == 0)
        rc = read_cloud(w);
    if (rc == 0)
        rc = join_facts(w, RA_FACT_SOA, note_soa);
    if (rc == 0)
        rc = join_facts(w, RA_FACT_OOI, note_ooi);
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
