/* One verdict's objects, and what the indexes and facts say of them. */
#include "recovery/plan/steps_inner.h"

#include <string.h>

static int damaged(struct ra_err *err, struct ra_str side, uint32_t seq)
{
    ra_fail(err, RA_EINTEGRITY, "snapshot " RA_STR_FMT ": record %u is damaged", RA_STR_ARG(side),
            seq);
    return ra_hint(err, "read the side again: reanchor fetch --full");
}

static int read_ad(struct ra_steps *s, uint32_t number, struct ra_subject *x, struct ra_err *err)
{
    for (size_t d = 0; d < s->in.ad_n; d++) {
        const struct ra_side *side = &s->in.ad[d];
        if (number < side->count) {
            x->side = side;
            x->directory = (uint16_t)d;
            return ra_ad_decode(side->record(side->ctx, number), &x->ad)
                       ? 0
                       : damaged(err, side->name, number);
        }
        number -= side->count;
    }
    return ra_fail(err, RA_EINTERNAL, "a verdict names AD object %u past the last one", number);
}

int ra_steps_whole(const struct ra_steps *s, struct ra_err *err)
{
    if (!s->damaged)
        return 0;
    ra_fail(err, RA_EINTEGRITY, "a snapshot has a record or an index that cannot be read");
    return ra_hint(err, "read both sides again: reanchor fetch --full");
}

static struct ra_str lower(struct ra_steps *s, struct ra_str id)
{
    char *copy = ra_arena_alloc(&s->scratch, id.n + 1);

    ra_fold_into(copy, id.p, id.n);
    return ra_str_n(copy, id.n);
}

/* 1 and the fact's value, 0 when it was not obtained. */
static int fact(struct ra_steps *s, struct ra_side_cursor **cursor, const char *name,
                struct ra_str id, struct ra_str *value)
{
    const struct ra_side *cloud = s->in.cloud;
    struct ra_str key = lower(s, id), found;
    int rc;

    if (!*cursor && cloud->open_facts)
        *cursor = cloud->open_facts(cloud->ctx, name);
    rc = *cursor ? cloud->seek(*cursor, key) : 0;
    if (*cursor && rc == 0)
        rc = cloud->next(*cursor, &found, value);
    s->damaged = s->damaged || rc < 0;
    return rc == 1 && ra_str_eq(found, key);
}

/* In the spelling of every GUID that we write; anything else as it is. */
static struct ra_str guid_or_text(struct ra_steps *s, struct ra_str text)
{
    struct ra_guid guid;
    char room[RA_GUID_TEXT];

    if (!ra_guid_parse(text, &guid))
        return text;
    ra_guid_text(guid.b, room);
    return ra_str_n(ra_arena_copy(&s->scratch, room, RA_GUID_TEXT - 1), RA_GUID_TEXT - 1);
}

int ra_subject_read(struct ra_steps *s, const struct ra_verdict *v, struct ra_subject *out,
                    struct ra_err *err)
{
    const struct ra_side *cloud = s->in.cloud;
    struct ra_str value = {NULL, 0};
    int rc;

    ra_arena_reset(&s->scratch);
    memset(out, 0, sizeof *out);
    out->v = v;
    rc = read_ad(s, v->ad, out, err);
    if (rc != 0)
        return rc;
    out->anchor = ra_anchor_of(&out->ad, &s->anchor, &s->scratch);
    out->has_cloud = v->cloud != RA_NONE;
    if (!out->has_cloud)
        return 0;
    if (!ra_cloud_decode(cloud->record(cloud->ctx, v->cloud), &out->cloud))
        return damaged(err, cloud->name, v->cloud);
    if (out->cloud.kind == RA_USER)
        out->ooi_known = fact(s, &s->ooi, RA_FACT_OOI, out->cloud.id, &value);
    out->ooi = out->ooi_known && value.n ? guid_or_text(s, value) : (struct ra_str){NULL, 0};
    out->cloud.id = guid_or_text(s, out->cloud.id);
    return ra_steps_whole(s, err);
}

bool ra_subject_bound_elsewhere(const struct ra_subject *x)
{
    struct ra_guid guid;

    if (ra_str_absent(x->ooi))
        return false;
    return !ra_guid_parse(x->ooi, &guid) || memcmp(guid.b, x->ad.guid.p, sizeof guid.b) != 0;
}

enum ra_tri ra_subject_cloud_managed(struct ra_steps *s, const struct ra_subject *x)
{
    struct ra_str value;

    if (!fact(s, &s->soa, RA_FACT_SOA, x->cloud.id, &value))
        return RA_UNKNOWN;
    return ra_str_eq(value, RA_STR("1")) ? RA_YES : RA_NO;
}

/* Live users with the key in an index, but not the one with this seq: 0, 1, or 2 for more. */
static int live_users(struct ra_steps *s, struct ra_side_cursor **cursor, enum ra_index index,
                      struct ra_str key, uint32_t but)
{
    const struct ra_side *cloud = s->in.cloud;
    char room[RA_KEY_MAX];
    struct ra_str found, value;
    struct ra_entry e;
    int n = 0, rc;

    if (ra_str_absent(key))
        return 0;
    if (!*cursor)
        *cursor = cloud->open_index(cloud->ctx, index);
    key = ra_index_key(key, room);
    rc = *cursor ? cloud->seek(*cursor, key) : -(int)RA_EINTEGRITY;
    while (n < 2 && rc >= 0 && (rc = cloud->next(*cursor, &found, &value)) == 1 &&
           ra_str_eq(found, key)) {
        s->damaged = s->damaged || !ra_entry_unpack(value, &e) || e.seq >= cloud->count;
        n += !s->damaged && e.kind == RA_USER && !(e.bits & RA_ENTRY_DELETED) && e.seq != but;
    }
    s->damaged = s->damaged || rc < 0;
    return n;
}

int ra_anchor_holders(struct ra_steps *s, struct ra_str anchor)
{
    return live_users(s, &s->anchors, RA_IX_ANCHOR, anchor, RA_NONE);
}

static bool same_name(struct ra_steps *s, const struct ra_subject *x)
{
    struct ra_addresses ours, theirs;
    struct ra_str login = ra_ad_login(&x->ad, &s->scratch);
    bool replaced;

    if (!ra_str_absent(login) &&
        ra_str_eq_fold(ra_effective_upn(&x->ad, login, s->in.tenant, &s->scratch, &replaced),
                       x->cloud.upn))
        return true;
    ra_ad_addresses(&x->ad, &s->scratch, &ours);
    ra_cloud_addresses(&x->cloud, &s->scratch, &theirs);
    return !ra_str_absent(ours.primary) && ra_str_eq(ours.primary, theirs.primary);
}

/* The anchor alone is not enough to unbind an identity that is bound to another AD object: what was
 * copied wrongly looks the same. */
bool ra_subject_same_person(struct ra_steps *s, const struct ra_subject *x)
{
    bool same_sid = !ra_str_absent(x->ad.sid) && ra_str_eq(x->ad.sid, x->cloud.sid);

    if (live_users(s, &s->sids, RA_IX_SID, x->ad.sid, x->v->cloud) > 0)
        return false; /* somebody else has our SID: as WARN_CROSS */
    return same_sid || same_name(s, x);
}
