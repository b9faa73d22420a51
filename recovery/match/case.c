#include "recovery/match/case.h"

#include "recovery/model/address.h"

#include <stdlib.h>
#include <string.h>

const struct ra_ad_object *ra_case_object(struct ra_case *c)
{
    if (!c->decoded)
        ra_world_ad_object(c->w, c->number, &c->o);
    c->decoded = true;
    return &c->o;
}

/* Looks at the record's head alone: this is asked of every pair that is known to belong together.
 */
static bool has_guid(struct ra_case *c, const struct ra_guid *guid)
{
    struct ra_ad_head head;

    if (ra_ad_head(ra_world_ad_record(c->w, c->number), &head)) /* has one: see read_records */
        return memcmp(guid->b, head.guid, sizeof guid->b) == 0;
    c->decoded = false;
    ra_case_object(c); /* tells of the damage */
    return false;
}

enum ra_ooi ra_case_ooi(struct ra_case *c, uint32_t cloud)
{
    enum ra_ooi state = c->w->ooi ? (enum ra_ooi)c->w->ooi_state[cloud] : RA_OOI_UNKNOWN;

    if (state == RA_OOI_UNKNOWN && (c->w->cloud[cloud].bits & RA_CLOUD_LIVE))
        c->w->cloud[cloud].bits |= RA_CLOUD_NEED_OOI; /* a deleted user cannot be asked for */
    if (state != RA_OOI_EQUAL)
        return state;
    return has_guid(c, &c->w->ooi[cloud]) ? RA_OOI_EQUAL : RA_OOI_DIFFERENT;
}

enum ra_tri ra_case_soa(struct ra_case *c, uint32_t cloud)
{
    unsigned bits = c->w->cloud[cloud].bits;

    if (!(bits & RA_CLOUD_SOA_KNOWN)) {
        c->w->cloud[cloud].bits |= RA_CLOUD_NEED_SOA;
        return RA_UNKNOWN;
    }
    return bits & RA_CLOUD_SOA_CLOUD ? RA_YES : RA_NO;
}

/* Row 48: a flag that could not be read counts as the value that permits less. */
static bool flag(struct ra_case *c, enum ra_tri value, bool restrictive)
{
    if (value == RA_UNKNOWN) {
        ra_case_warn(c, RA_WARN_FLAG_UNKNOWN);
        return restrictive;
    }
    return value == RA_YES;
}

bool ra_case_block_hard(struct ra_case *c)
{
    return flag(c, c->w->in->tenant->flags.block_hard_match, true);
}

bool ra_case_block_soft(struct ra_case *c)
{
    return flag(c, c->w->in->tenant->flags.block_soft_match, true);
}

bool ra_case_soft_on_upn(struct ra_case *c)
{
    return flag(c, c->w->in->tenant->flags.soft_match_on_upn, false);
}

bool ra_case_allow_update(struct ra_case *c)
{
    return flag(c, c->w->in->tenant->flags.allow_identifier_update, false);
}

/* ---- several holders: the index is asked again, which is rare ---- */

struct found {
    uint32_t *all;
    size_t n, cap;
};

static enum ra_index slot_index(const struct ra_case *c, enum ra_slot slot)
{
    static const enum ra_index of[RA_SLOTS] = {
        [RA_SLOT_ANCHOR] = RA_IX_ANCHOR, [RA_SLOT_DELETED] = RA_IX_ANCHOR,
        [RA_SLOT_SID] = RA_IX_SID,       [RA_SLOT_PRIMARY] = RA_IX_ADDRESS,
        [RA_SLOT_UPN] = RA_IX_UPN,       [RA_SLOT_ADDRESS] = RA_IX_ADDRESS,
    };

    return slot == RA_SLOT_ANCHOR && c->f->kind == RA_COMPUTER ? RA_IX_GUID : of[slot];
}

static bool fits(const struct ra_case *c, enum ra_slot slot, const struct ra_entry *e)
{
    const struct ra_cloud_fact *cloud = &c->w->cloud[e->seq];

    if (!(cloud->bits & RA_CLOUD_LIVE))
        return slot == RA_SLOT_DELETED;
    if (slot == RA_SLOT_PRIMARY)
        return e->bits & RA_ENTRY_PRIMARY;
    return slot != RA_SLOT_DELETED && (slot != RA_SLOT_SID || cloud->kind == c->f->kind);
}

static void add_found(struct found *f, uint32_t seq)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->all[i] == seq)
            return;
    f->all = ra_grow(f->all, &f->cap, f->n + 1, sizeof *f->all);
    f->all[f->n++] = seq;
}

static void ask(struct ra_case *c, enum ra_slot slot, struct ra_str key, struct found *f)
{
    const struct ra_side *side = c->w->in->cloud;
    enum ra_index index = slot_index(c, slot);
    struct ra_side_cursor **cursor = &c->w->asked[index];
    struct ra_str at, value;
    struct ra_entry e;
    char room[RA_KEY_MAX];
    int rc;

    if (!*cursor)
        *cursor = side->open_index(side->ctx, index);
    key = ra_index_key(key, room);
    rc = *cursor ? side->seek(*cursor, key) : 0;
    while (*cursor && rc >= 0 && (rc = side->next(*cursor, &at, &value)) > 0 && ra_str_eq(at, key))
        if (!ra_entry_unpack(value, &e) || e.seq >= c->w->cloud_n)
            rc = -(int)RA_EINTEGRITY;
        else if (fits(c, slot, &e))
            add_found(f, e.seq);
    if (rc < 0)
        ra_world_damaged(c->w, side, "an index");
}

static void ask_addresses(struct ra_case *c, enum ra_slot slot, struct found *f)
{
    struct ra_addresses addresses;

    ra_ad_addresses(ra_case_object(c), c->scratch, &addresses);
    if (slot == RA_SLOT_PRIMARY) {
        ask(c, slot, addresses.primary, f);
        return;
    }
    for (uint32_t i = 0; i < addresses.count; i++)
        ask(c, slot, addresses.all[i], f);
}

static void ask_slot(struct ra_case *c, enum ra_slot slot, struct found *f)
{
    bool replaced;

    switch (slot) {
    case RA_SLOT_ANCHOR:
    case RA_SLOT_DELETED:
        if (c->f->kind == RA_COMPUTER)
            ask(c, slot, ra_anchor_encode(ra_case_object(c)->guid, c->scratch), f);
        else
            ask(c, slot, ra_anchor_of(ra_case_object(c), &c->w->anchor, c->scratch), f);
        break;
    case RA_SLOT_SID:
        ask(c, slot, ra_case_object(c)->sid, f);
        break;
    case RA_SLOT_UPN:
        ask(c, slot,
            ra_effective_upn(ra_case_object(c), ra_ad_login(ra_case_object(c), c->scratch),
                             c->w->in->tenant, c->scratch, &replaced),
            f);
        break;
    case RA_SLOT_PRIMARY:
    case RA_SLOT_ADDRESS:
    case RA_SLOTS:
        ask_addresses(c, slot, f);
        break;
    }
}

static int by_id(const void *a, const void *b, void *world)
{
    struct ra_cloud_object x, y;

    ra_world_cloud_object(world, *(const uint32_t *)a, &x);
    ra_world_cloud_object(world, *(const uint32_t *)b, &y);
    return ra_str_cmp_fold(x.id, y.id);
}

uint32_t *ra_case_holders(struct ra_case *c, enum ra_slot slot, size_t *n)
{
    struct found f = {0};
    uint32_t *out;

    *n = c->f->n[slot];
    if (*n < 2) {
        out = ra_arena_alloc(c->scratch, sizeof *out);
        *out = c->f->first[slot];
        return out;
    }
    ask_slot(c, slot, &f);
    out = ra_arena_alloc(c->scratch, f.n * sizeof *out);
    if (f.n) { /* none only where the index is damaged */
        qsort_r(f.all, f.n, sizeof *f.all, by_id, c->w);
        memcpy(out, f.all, f.n * sizeof *out);
    }
    *n = f.n;
    free(f.all);
    return out;
}

uint32_t ra_case_holder(struct ra_case *c, enum ra_slot slot)
{
    size_t n;
    uint32_t *all;

    if (c->f->n[slot] < 2)
        return c->f->n[slot] ? c->f->first[slot] : RA_NONE;
    all = ra_case_holders(c, slot, &n);
    return n ? all[0] : RA_NONE;
}

bool ra_case_held_by_other(struct ra_case *c, enum ra_slot slot, uint32_t peer)
{
    return c->f->n[slot] > 1 || (c->f->n[slot] == 1 && c->f->first[slot] != peer);
}

/* ---- verdicts ---- */

static uint8_t confidence(enum ra_verdict_code code, unsigned row)
{
    if (code == RA_MATCH_SID || code == RA_MATCH_SMTP)
        return RA_CONFIDENCE_M; /* the anchor cannot be seen */
    if (code == RA_MATCH_SID_TAKEOVER)
        return RA_CONFIDENCE_L;
    if (row == 26 || row == 27 || row == 33 || code == RA_CONFLICT_GUEST)
        return RA_CONFIDENCE_INF; /* domain 2.3, 12: no statement found */
    if (row == 7 || row == 9 || row == 20 || code == RA_ANCHOR_CONFLICT || code == RA_MATCH_DEVICE)
        return RA_CONFIDENCE_M; /* domain 2.2 H6, 3, 10: sources differ */
    return RA_CONFIDENCE_H;
}

void ra_case_end(struct ra_case *c, enum ra_verdict_code code, uint32_t cloud, unsigned row)
{
    c->v->code = (uint8_t)code;
    c->v->cloud = cloud;
    c->v->row = (uint8_t)row;
    c->v->confidence = confidence(code, row);
    if (ra_code_info(code)->in == RA_CLASS_BLOCKED)
        c->v->blocks |= (uint64_t)1 << code;
}

void ra_case_claim(struct ra_case *c, enum ra_verdict_code code, uint32_t cloud, unsigned row)
{
    ra_case_end(c, code, cloud, row);
    if (cloud != RA_NONE)
        c->w->cloud[cloud].bits |= RA_CLOUD_CLAIMED;
}

void ra_case_block(struct ra_case *c, enum ra_verdict_code block)
{
    c->v->blocks |= (uint64_t)1 << block;
}

/* The row of a collected block depends on what was found (domain 12); soft says which step it was.
 */
static unsigned block_row(const struct ra_case *c, enum ra_verdict_code block, uint32_t cloud,
                          bool hard)
{
    unsigned roles = c->w->cloud[cloud].roles;

    if (c->f->kind != RA_USER)
        return block == RA_BLOCK_ROLE_GROUP ? 42 : 0;
    if (block == RA_BLOCK_HARD_FLAG)
        return hard ? 5 : 0;
    if (block == RA_BLOCK_ROLE)
        return roles & RA_ROLE_PRIVILEGED ? 8 : 9;
    if (block == RA_BLOCK_OOI)
        return 6;
    if (block == RA_BLOCK_ADMIN)
        return roles & RA_ROLE_ASSIGNED ? 19 : 20;
    return block == RA_BLOCK_SOFT_FLAG ? 16 : 0;
}

bool ra_case_end_blocked(struct ra_case *c, uint32_t cloud, bool claimed)
{
    enum ra_verdict_code first;

    if (!c->v->blocks)
        return false;
    first = (enum ra_verdict_code)__builtin_ctzll(c->v->blocks);
    if (claimed)
        ra_case_claim(c, first, cloud, block_row(c, first, cloud, true));
    else
        ra_case_end(c, first, cloud, block_row(c, first, cloud, false));
    return true;
}

void ra_case_soft_blocks(struct ra_case *c, bool stamped)
{
    if (stamped) {
        if (ra_case_block_hard(c))
            ra_case_block(c, RA_BLOCK_HARD_FLAG);
    } else if (ra_case_block_soft(c)) {
        ra_case_block(c, RA_BLOCK_SOFT_FLAG);
    }
    if (c->w->in->policy->soft_match == RA_SOFT_DENY)
        ra_case_block(c, RA_BLOCK_SOFT_POLICY);
}
