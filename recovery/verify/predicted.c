#include "recovery/verify/predicted.h"

#include "recovery/model/anchor.h"
#include "recovery/model/head.h"

#include <stdlib.h>
#include <string.h>

const char *ra_came_name(enum ra_came came)
{
    static const char *const names[RA_CAMES] = {"as-predicted", "pending", "different"};

    return names[came];
}

/* One comparison on its way. */
struct comparing {
    const struct ra_side *cloud;
    struct ra_comparison *out;
    struct ra_side_cursor *index[RA_IX_CUSTOM], *ooi;
    unsigned char *seen; /* by sequence number: something predicted it */
    struct ra_arena scratch;
    struct ra_err *err;
    int rc;
};

/* ---- asking ---- */

enum { LIVE = 1, DELETED = 2, PRIMARY = 4 };

static bool fits(const struct ra_entry *e, unsigned how, int kind)
{
    unsigned state = e->bits & RA_ENTRY_DELETED ? DELETED : LIVE;

    return (how & state) && (kind < 0 || e->kind == kind) &&
           (!(how & PRIMARY) || (e->bits & RA_ENTRY_PRIMARY));
}

/* The first object with the key, but not one; RA_NONE when there is none. kind -1: any. */
static uint32_t holder(struct comparing *c, enum ra_index index, struct ra_str key, unsigned how,
                       int kind, uint32_t but)
{
    char room[RA_KEY_MAX];
    struct ra_str found, value;
    struct ra_entry e;
    int rc;

    if (ra_str_absent(key) || c->rc != 0)
        return RA_NONE;
    if (!c->index[index])
        c->index[index] = c->cloud->open_index(c->cloud->ctx, index);
    key = ra_index_key(key, room);
    rc = c->index[index] ? c->cloud->seek(c->index[index], key) : -1;
    while (rc == 0 && (rc = c->cloud->next(c->index[index], &found, &value)) == 1) {
        if (!ra_str_eq(found, key))
            return RA_NONE;
        rc = ra_entry_unpack(value, &e) && e.seq < c->cloud->count ? 0 : -1;
        if (rc == 0 && e.seq != but && fits(&e, how, kind))
            return e.seq;
    }
    if (rc < 0)
        c->rc = ra_fail(c->err, RA_EINTEGRITY, "snapshot cloud: an index is damaged");
    return RA_NONE;
}

static struct ra_str lower(struct comparing *c, struct ra_str s)
{
    char *copy = ra_arena_alloc(&c->scratch, s.n + 1);

    ra_fold_into(copy, s.p, s.n);
    return ra_str_n(copy, s.n);
}

static struct ra_cloud_object object(struct comparing *c, uint32_t seq)
{
    struct ra_cloud_object o = {0};

    if (seq != RA_NONE && !ra_cloud_decode(c->cloud->record(c->cloud->ctx, seq), &o) && c->rc == 0)
        c->rc = ra_fail(c->err, RA_EINTEGRITY, "snapshot cloud: record %u is damaged", seq);
    return o;
}

static struct ra_cloud_head head(struct comparing *c, uint32_t seq)
{
    struct ra_cloud_head h = {0};

    if (!ra_cloud_head(c->cloud->record(c->cloud->ctx, seq), &h) && c->rc == 0)
        c->rc = ra_fail(c->err, RA_EINTEGRITY, "snapshot cloud: record %u is damaged", seq);
    return h;
}

static uint32_t by_id(struct comparing *c, struct ra_str id)
{
    return holder(c, RA_IX_ID, lower(c, id), LIVE | DELETED, -1, RA_NONE);
}

/* deviceId in the form of its index. */
static struct ra_str device_key(struct comparing *c, struct ra_str guid)
{
    struct ra_guid g;

    if (!ra_guid_parse(guid, &g))
        return (struct ra_str){NULL, 0};
    return ra_anchor_encode(ra_str_n(g.b, sizeof g.b), &c->scratch);
}

/* The live object that is, or would be, this AD object's by what its kind shows of the anchor. */
static uint32_t by_anchor(struct comparing *c, const struct ra_prediction *p, uint32_t but)
{
    switch (p->kind) {
    case RA_USER:
        return holder(c, RA_IX_ANCHOR, p->anchor, LIVE, RA_USER, but);
    case RA_GROUP:
        return holder(c, RA_IX_SID, p->sid, LIVE, RA_GROUP, but);
    case RA_CONTACT:
        return holder(c, RA_IX_ADDRESS, p->smtp, LIVE | PRIMARY, RA_CONTACT, but);
    case RA_COMPUTER:
    case RA_DEVICE:
    case RA_KINDS:
        break;
    }
    return holder(c, RA_IX_GUID, device_key(c, p->object_guid), LIVE, RA_DEVICE, but);
}

enum binding { UNREAD, UNBOUND, BOUND, BOUND_ELSEWHERE };

/* What onPremisesObjectIdentifier says of the AD object that was predicted. */
static enum binding binding(struct comparing *c, const struct ra_cloud_object *o,
                            const struct ra_prediction *p)
{
    struct ra_str key = lower(c, o->id), found, value;
    struct ra_guid is, want;
    int rc;

    if (!c->ooi && c->cloud->open_facts)
        c->ooi = c->cloud->open_facts(c->cloud->ctx, RA_FACT_OOI);
    rc = c->ooi ? c->cloud->seek(c->ooi, key) : 0;
    if (c->ooi && rc == 0)
        rc = c->cloud->next(c->ooi, &found, &value);
    if (rc < 0 && c->rc == 0)
        c->rc = ra_fail(c->err, RA_EINTEGRITY, "snapshot cloud: the identifiers are damaged");
    if (rc != 1 || !ra_str_eq(found, key))
        return UNREAD;
    if (ra_str_absent(value))
        return UNBOUND;
    return ra_guid_parse(value, &is) && ra_guid_parse(p->object_guid, &want) &&
                   ra_guid_eq(&is, &want)
               ? BOUND
               : BOUND_ELSEWHERE;
}

/* ---- telling ---- */

static void tell(struct comparing *c, const struct ra_prediction *p, enum ra_came came,
                 const char *why, uint32_t found)
{
    struct ra_comparison *out = c->out;

    if (p)
        out->counts[p->outcome][came]++;
    else
        out->unpredicted++;
    if (found != RA_NONE)
        c->seen[found] = 1;
    if (came == RA_CAME_TRUE)
        return;
    out->all = ra_grow(out->all, &out->cap, out->n + 1, sizeof *out->all);
    out->all[out->n++] = (struct ra_compared){p, came, why, found};
}

/* ---- the predictions ---- */

/* Whether the user was synced all the time, and was to be given back to its AD object. */
static bool gives_back(const struct ra_prediction *p)
{
    return p->why == RA_BLOCK_OOI || p->why == RA_ANCHOR_DRIFT || p->why == RA_ANCHOR_CONFLICT;
}

/* The user has the anchor and is synced; whether that is the export's doing, the identifier tells
 * where it had to be cleared first. */
static void joined_user(struct comparing *c, const struct ra_prediction *p, uint32_t seq,
                        const struct ra_cloud_object *o)
{
    bool was_synced = gives_back(p);
    enum binding b = ra_str_absent(p->object_guid) ? UNREAD : binding(c, o, p);

    if (b == BOUND_ELSEWHERE && was_synced)
        tell(c, p, RA_CAME_NOT_YET, "it is still bound to another AD object", seq);
    else if (b == BOUND_ELSEWHERE)
        tell(c, p, RA_CAME_OTHERWISE, "it is bound to another AD object", seq);
    else if (b == UNBOUND && was_synced)
        tell(c, p, RA_CAME_NOT_YET, "it is not bound to the AD object yet", seq);
    else if (!ra_str_absent(o->provisioning_errors))
        tell(c, p, RA_CAME_OTHERWISE, "it was joined, but values of it are quarantined", seq);
    else
        tell(c, p, RA_CAME_TRUE, NULL, seq);
}

static void unjoined_user(struct comparing *c, const struct ra_prediction *p, uint32_t seq,
                          const struct ra_cloud_object *o)
{
    bool anchored = !ra_str_absent(o->immutable_id);
    bool right = ra_str_eq(o->immutable_id, p->anchor);

    c->seen[seq] = 1;
    if (o->deleted && p->why != RA_MATCH_HARD_RESTORE)
        tell(c, p, RA_CAME_OTHERWISE, "it was deleted", seq);
    else if (ra_cloud_is_synced(o) && !right)
        tell(c, p, RA_CAME_OTHERWISE, "it was joined with another anchor", seq);
    else if (anchored && !right)
        tell(c, p, RA_CAME_OTHERWISE, "it has another anchor", seq);
    else if (gives_back(p))
        tell(c, p, RA_CAME_OTHERWISE, "it is not synced any more", seq);
    else
        tell(c, p, RA_CAME_NOT_YET, "it is not synced yet", seq);
}

static void match(struct comparing *c, const struct ra_prediction *p)
{
    uint32_t seq = ra_str_absent(p->id) ? by_anchor(c, p, RA_NONE) : by_id(c, p->id);
    uint32_t other = by_anchor(c, p, seq);
    struct ra_cloud_object o = object(c, other);

    if (other != RA_NONE && (p->kind == RA_USER || ra_cloud_is_synced(&o))) {
        if (seq != RA_NONE)
            c->seen[seq] = 1;
        tell(c, p, RA_CAME_OTHERWISE, "another object was joined in its place", other);
        return;
    }
    if (seq == RA_NONE) {
        tell(c, p, RA_CAME_OTHERWISE, "it is gone", RA_NONE);
        return;
    }
    o = object(c, seq);
    if (p->kind != RA_USER)
        tell(c, p, ra_cloud_is_synced(&o) ? RA_CAME_TRUE : RA_CAME_NOT_YET, "it is not synced yet",
             seq);
    else if (!o.deleted && ra_cloud_is_synced(&o) && ra_str_eq(o.immutable_id, p->anchor))
        joined_user(c, p, seq, &o);
    else
        unjoined_user(c, p, seq, &o);
}

static void added(struct comparing *c, const struct ra_prediction *p)
{
    uint32_t seq = by_anchor(c, p, RA_NONE);
    struct ra_cloud_object o = object(c, seq);

    if (seq == RA_NONE)
        tell(c, p, RA_CAME_NOT_YET, "it is not created yet", RA_NONE);
    else if (!ra_cloud_is_synced(&o))
        tell(c, p, RA_CAME_OTHERWISE, "an object that is not synced has its anchor", seq);
    else if (!ra_str_absent(o.provisioning_errors))
        tell(c, p, RA_CAME_OTHERWISE, "it was created, but values of it are quarantined", seq);
    else
        tell(c, p, RA_CAME_TRUE, NULL, seq);
}

static void deleted(struct comparing *c, const struct ra_prediction *p)
{
    uint32_t seq = by_id(c, p->id);
    struct ra_cloud_object o = object(c, seq);

    if (seq == RA_NONE || o.deleted)
        tell(c, p, RA_CAME_TRUE, NULL, seq);
    else if (ra_cloud_is_synced(&o))
        tell(c, p, RA_CAME_NOT_YET, "it is not deleted yet", seq);
    else
        tell(c, p, RA_CAME_OTHERWISE, "it was kept, and is not synced any more", seq);
}

static void rejoined(struct comparing *c, const struct ra_prediction *p)
{
    uint32_t seq = by_id(c, p->id);
    struct ra_cloud_head h = {0};

    if (seq != RA_NONE)
        h = head(c, seq);
    if (seq == RA_NONE || h.deleted)
        tell(c, p, RA_CAME_OTHERWISE, "it was deleted", seq);
    else if (!h.synced)
        tell(c, p, RA_CAME_OTHERWISE, "it is not synced any more", seq);
    else
        tell(c, p, RA_CAME_TRUE, NULL, seq);
}

static void undecided(struct comparing *c, const struct ra_prediction *p)
{
    uint32_t seq = by_id(c, p->id);

    if (seq != RA_NONE)
        c->seen[seq] = 1;
}

static void compare_one(struct comparing *c, const struct ra_prediction *p)
{
    static void (*const by_outcome[RA_OUTCOMES])(struct comparing *,
                                                 const struct ra_prediction *) = {
        [RA_WILL_ADD] = added,       [RA_WILL_DELETE] = deleted,    [RA_WILL_MATCH] = match,
        [RA_WILL_REJOIN] = rejoined, [RA_WILL_UNKNOWN] = undecided,
    };

    ra_arena_reset(&c->scratch);
    by_outcome[p->outcome](c, p);
}

/* What is synced now and was not: a duplicate, or an account that somebody joined. */
static void look_for_others(struct comparing *c)
{
    for (uint32_t seq = 0; seq < c->cloud->count && c->rc == 0; seq++) {
        struct ra_cloud_head h = c->seen[seq] ? (struct ra_cloud_head){0} : head(c, seq);
        if (!h.deleted && h.synced)
            tell(c, NULL, RA_CAME_OTHERWISE, "it is synced now, and nothing predicted it", seq);
    }
}

/* ---- the whole ---- */

static void begin(struct comparing *c, const struct ra_side *cloud, struct ra_err *err)
{
    *c = (struct comparing){.cloud = cloud, .err = err};
    c->seen = ra_calloc((size_t)cloud->count + 1, 1);
}

static void end(struct comparing *c)
{
    for (int i = 0; i < RA_IX_CUSTOM; i++)
        if (c->index[i])
            c->cloud->close(c->index[i]);
    if (c->ooi)
        c->cloud->close(c->ooi);
    free(c->seen);
    ra_arena_free(&c->scratch);
}

static int different_first(const void *a, const void *b)
{
    const struct ra_compared *x = a, *y = b;

    if (x->came != y->came)
        return x->came < y->came ? 1 : -1;
    if (x->predicted && y->predicted)
        return (x->predicted > y->predicted) - (x->predicted < y->predicted);
    if (x->predicted || y->predicted)
        return x->predicted ? -1 : 1;
    return (x->found > y->found) - (x->found < y->found);
}

int ra_predicted_compare(const struct ra_prediction *predictions, size_t n, bool complete,
                         const struct ra_side *cloud, struct ra_comparison *out, struct ra_err *err)
{
    struct comparing c;

    memset(out, 0, sizeof *out);
    begin(&c, cloud, err);
    c.out = out;
    for (size_t i = 0; i < n && c.rc == 0; i++)
        compare_one(&c, &predictions[i]);
    if (complete && c.rc == 0)
        look_for_others(&c);
    if (out->n)
        qsort(out->all, out->n, sizeof *out->all, different_first);
    end(&c);
    if (c.rc != 0)
        ra_comparison_free(out);
    return c.rc;
}

void ra_comparison_free(struct ra_comparison *c)
{
    free(c->all);
    memset(c, 0, sizeof *c);
}

int ra_predicted_needs(const struct ra_prediction *predictions, size_t n,
                       const struct ra_side *cloud, uint32_t **out, size_t *out_n,
                       struct ra_err *err)
{
    struct comparing c;
    size_t cap = 0;

    *out = NULL;
    *out_n = 0;
    begin(&c, cloud, err);
    for (size_t i = 0; i < n && c.rc == 0; i++) {
        const struct ra_prediction *p = &predictions[i];
        uint32_t seq;
        if (p->outcome != RA_WILL_MATCH || p->kind != RA_USER)
            continue;
        ra_arena_reset(&c.scratch);
        seq = by_id(&c, p->id);
        if (seq == RA_NONE || object(&c, seq).deleted)
            continue;
        *out = ra_grow(*out, &cap, *out_n + 1, sizeof **out);
        (*out)[(*out_n)++] = seq;
    }
    end(&c);
    return c.rc;
}

/* ---- in short ---- */

static uint64_t all_that(const struct ra_comparison *c, enum ra_came came)
{
    uint64_t n = 0;

    for (int o = 0; o < RA_OUTCOMES; o++)
        n += c->counts[o][came];
    return n;
}

bool ra_comparison_differs(const struct ra_comparison *c)
{
    return c->unpredicted || all_that(c, RA_CAME_OTHERWISE);
}

bool ra_comparison_pends(const struct ra_comparison *c)
{
    return all_that(c, RA_CAME_NOT_YET) > 0;
}
