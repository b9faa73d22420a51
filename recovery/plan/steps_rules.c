/* Which steps a verdict leads to: a rule for each operation. Where a rule is in doubt, none. */
#include "recovery/plan/steps_inner.h"

#include <stdlib.h>
#include <string.h>

enum { GUID = 1 << RA_OP_SET_CONSISTENCY_GUID, STAMP = 1 << RA_OP_SET_IMMUTABLE_ID };
enum { CLEAR = 1 << RA_OP_CLEAR_OBJECT_IDENTIFIER, HOLD = 1 << RA_OP_HOLD };

static bool alone(const struct ra_steps *s, const struct ra_verdict *v)
{
    return v->cloud != RA_NONE && s->named[v->cloud] == 1;
}

/* ---- ANCHOR_DRIFT: the anchor that the cloud has is given back (row 21) ---- */

/* Without the bypass the re-join would run into the identifier next (domain 2.2 H6). */
static int unbind(const struct ra_steps *s, const struct ra_subject *x)
{
    return !s->bypassed && ra_subject_bound_elsewhere(x) && ra_cloud_is_synced(&x->cloud) ? CLEAR
                                                                                          : 0;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct ra_guid));
}

static bool confirmed(const struct ra_steps *s, const struct ra_subject *x)
{
    return s->in.confirmed_n && bsearch(x->ad.guid.p, s->in.confirmed, s->in.confirmed_n,
                                        sizeof *s->in.confirmed, by_bytes) != NULL;
}

/* Who a person has said to be one may still not be provable to the service: the identifier must be
 * known, or may change. */
static bool writes(struct ra_steps *s, const struct ra_subject *x, enum ra_fix fix)
{
    if (fix == RA_FIX_WRITE)
        return true;
    return fix == RA_FIX_CONFIRM && confirmed(s, x) && (x->ooi_known || s->bypassed) &&
           ra_cloud_is_synced(&x->cloud);
}

static int drift(struct ra_steps *s, const struct ra_subject *x)
{
    unsigned char guid[16];
    struct ra_fix_facts facts = {.code = (enum ra_verdict_code)x->v->code,
                                 .ad = x->ad.kind,
                                 .cloud = x->cloud.kind,
                                 .immutable_id = x->cloud.immutable_id,
                                 .anchor = s->anchor.kind,
                                 .contended = !alone(s, x->v)};

    if (!writes(s, x, ra_fix_rule(&facts, guid)))
        return 0;
    if (ra_anchor_holders(s, x->cloud.immutable_id) != 1)
        return 0; /* it would be a duplicate anchor (row 33) */
    return GUID | unbind(s, x);
}

/* ---- BLOCK_OOI: the identifier names an AD object of before (rows 2, 6) ---- */

static int identifier(struct ra_steps *s, const struct ra_subject *x)
{
    bool synced = ra_cloud_is_synced(&x->cloud);

    if (x->v->blocks != UINT64_C(1) << RA_BLOCK_OOI || !alone(s, x->v) || x->cloud.deleted)
        return 0; /* a deleted user's cannot be cleared */
    if (!synced && !(s->in.policy->takeover_allowed && s->in.tenant->roles_known))
        return 0;
    return ra_subject_same_person(s, x) ? CLEAR : 0;
}

/* ---- SOFT_*: a soft match prepared as a hard one ---- */

/* Characters that Graph takes in onPremisesImmutableId. */
static bool writable(struct ra_str anchor)
{
    return !ra_str_absent(anchor) && !memchr(anchor.p, '$', anchor.n) &&
           !memchr(anchor.p, '_', anchor.n);
}

/* The hard match that follows would ask for the identifier, and must get an answer. */
static bool provable(struct ra_steps *s, const struct ra_subject *x)
{
    bool same_sid = !ra_str_absent(x->ad.sid) && ra_str_eq(x->ad.sid, x->cloud.sid);

    return x->ooi_known || same_sid || ra_anchor_is_object_guid(&x->ad, &s->anchor, &s->scratch);
}

static int stamp(struct ra_steps *s, const struct ra_subject *x)
{
    if (s->in.policy->soft_match != RA_SOFT_STAMP || x->ad.kind != RA_USER || !alone(s, x->v))
        return 0;
    if (!writable(x->anchor) || !provable(s, x) || ra_subject_cloud_managed(s, x) == RA_YES)
        return 0;
    return STAMP | (ra_subject_bound_elsewhere(x) && !s->bypassed ? CLEAR : 0);
}

/* ---- ad.hold ---- */

/* domain 6.1: the default rules leave out what begins so. */
struct ra_str ra_hold_value(enum ra_kind kind)
{
    static const char *const values[RA_KINDS] = {
        [RA_USER] = "User_reanchor-hold",
        [RA_GROUP] = "Group_reanchor-hold",
        [RA_CONTACT] = "Contact_reanchor-hold",
    };

    return ra_str(values[kind]);
}

/* What would go wrong, or what nobody can tell, is kept out; not what is synced and would be
 * deleted for being kept out. */
bool ra_hold_possible(const struct ra_steps *s, const struct ra_verdict *v, bool peer_synced)
{
    enum ra_class in = ra_code_info((enum ra_verdict_code)v->code)->in;
    bool crossed = v->warnings & UINT32_C(1) << RA_WARN_CROSS;

    if (v->ad == RA_NONE || ra_str_absent(ra_hold_value((enum ra_kind)v->kind)))
        return false;
    if (in == RA_CLASS_CONFLICT)
        return true; /* its peer is claimed by nobody in any case */
    if (v->code == RA_BLOCK_DUP_ANCHOR || peer_synced)
        return false;
    return in == RA_CLASS_BLOCKED || in == RA_CLASS_UNKNOWN ||
           (in == RA_CLASS_TAKEOVER && crossed) || (in == RA_CLASS_SOFT && !alone(s, v));
}

/* ---- all ---- */

bool ra_step_possible(const struct ra_steps *s, const struct ra_verdict *v)
{
    if (v->code == RA_ANCHOR_DRIFT || v->code == RA_BLOCK_OOI)
        return true;
    if (v->code == RA_ANCHOR_CONFLICT && s->in.confirmed_n)
        return true;
    if (s->in.hold && ra_hold_possible(s, v, false))
        return true;
    return ra_code_info((enum ra_verdict_code)v->code)->in == RA_CLASS_SOFT &&
           s->in.policy->soft_match == RA_SOFT_STAMP;
}

unsigned ra_steps_of(struct ra_steps *s, const struct ra_subject *x)
{
    int ops = 0;

    if (x->v->code == RA_ANCHOR_DRIFT || x->v->code == RA_ANCHOR_CONFLICT)
        ops = drift(s, x);
    else if (x->v->code == RA_BLOCK_OOI)
        ops = identifier(s, x);
    else if (x->v->code == RA_SOFT_SMTP || x->v->code == RA_SOFT_UPN)
        ops = stamp(s, x);
    if (ops == 0 && s->in.hold &&
        ra_hold_possible(s, x->v, x->has_cloud && ra_cloud_is_synced(&x->cloud)))
        ops = HOLD;
    return (unsigned)ops;
}
