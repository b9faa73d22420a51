/*
 * The matching window: which of the three flags would have to be open for the first export, whether
 * anything is gained by it, and whether it would let the service do what policy does not permit.
 * One-way flags are never among them.
 */
#include "recovery/plan/steps_inner.h"

#include <string.h>

#define BIT(code) (UINT64_C(1) << (code))

/* ---- which flags ---- */

static bool only(uint64_t blocks, uint64_t allowed, enum ra_verdict_code needed)
{
    return (blocks & BIT(needed)) && !(blocks & ~allowed);
}

static bool hard_flag_alone(const struct ra_steps_input *in, const struct ra_verdict *v)
{
    bool stamps = in->policy->soft_match == RA_SOFT_STAMP && v->kind == RA_USER;

    return (in->policy->takeover_allowed || stamps) &&
           only(v->blocks, BIT(RA_BLOCK_HARD_FLAG) | BIT(RA_BLOCK_OOI), RA_BLOCK_HARD_FLAG);
}

bool ra_window_wanted(const struct ra_steps_input *in, struct ra_flags *flags)
{
    const struct ra_flags *now = &in->tenant->flags;
    const struct ra_result *r = in->result;
    bool hard = false, soft = false, identifier = false;

    *flags = *now;
    for (size_t i = 0; i < r->verdicts_n; i++) {
        const struct ra_verdict *v = &r->verdicts[i];
        uint64_t others = BIT(RA_BLOCK_HARD_FLAG) | BIT(RA_BLOCK_OOI);
        hard = hard || hard_flag_alone(in, v);
        soft = soft ||
               (in->policy->soft_match != RA_SOFT_DENY && v->blocks == BIT(RA_BLOCK_SOFT_FLAG));
        identifier = identifier || (in->bypass && only(v->blocks, others, RA_BLOCK_OOI));
    }
    /* A flag that could not be read has no value that could be put back. */
    if (hard && now->block_hard_match == RA_YES)
        flags->block_hard_match = RA_NO;
    if (soft && now->block_soft_match == RA_YES)
        flags->block_soft_match = RA_NO;
    if (identifier && now->allow_identifier_update == RA_NO)
        flags->allow_identifier_update = RA_YES;
    return memcmp(flags, now, sizeof *flags) != 0;
}

static bool gained(const struct ra_verdict *now, const struct ra_verdict *then)
{
    enum ra_class in = ra_code_info((enum ra_verdict_code)then->code)->in;

    if (now->code == then->code)
        return false;
    return in == RA_CLASS_MATCHED || in == RA_CLASS_TAKEOVER || in == RA_CLASS_SOFT ||
           then->code == RA_BLOCK_OOI; /* then the flag is out of the way, and a step clears it */
}

bool ra_window_gains(const struct ra_result *now, const struct ra_result *opened)
{
    for (size_t i = 0; i < opened->verdicts_n && opened->verdicts[i].ad != RA_NONE; i++)
        if (gained(&now->verdicts[i], &opened->verdicts[i]))
            return true;
    return false;
}

/* ---- what it would expose ---- */

struct opening {
    bool hard, soft, identifier;
};

static unsigned roles_of(const struct ra_steps *s, const struct ra_subject *x)
{
    char id[64];
    size_t n = x->cloud.id.n < sizeof id ? x->cloud.id.n : sizeof id;

    ra_fold_into(id, x->cloud.id.p, n);
    return ra_tenant_roles(s->in.tenant, ra_str_n(id, n));
}

/* Through the soft match: what the service would join although the decision says no. */
static bool exposed_soft(const struct ra_steps *s, const struct ra_subject *x)
{
    enum ra_verdict_code code = (enum ra_verdict_code)x->v->code;
    bool loose = x->has_cloud && !ra_cloud_is_synced(&x->cloud);

    if (code == RA_BLOCK_ADMIN) /* the service leaves who has a role, not who may take one (20) */
        return !(roles_of(s, x) & RA_ROLE_ASSIGNED);
    if (code == RA_SOFT_SMTP || code == RA_SOFT_UPN)
        return s->named[x->v->cloud] > 1;
    return loose && (code == RA_CONFLICT_GUEST || code == RA_CONFLICT_SPLIT ||
                     code == RA_CONFLICT_AD_DUP || code == RA_UNKNOWN_ROLES);
}

/* Through the hard match. */
static bool exposed_hard(const struct ra_steps *s, const struct ra_subject *x)
{
    enum ra_verdict_code code = (enum ra_verdict_code)x->v->code;
    bool loose = x->has_cloud && !ra_cloud_is_synced(&x->cloud);

    if (code == RA_BLOCK_ROLE || code == RA_BLOCK_ROLE_DELETED) /* row 9: the sources differ */
        return !(roles_of(s, x) & RA_ROLE_PRIVILEGED);
    return loose && (code == RA_BLOCK_TAKEOVER_POLICY || code == RA_CONFLICT_GUEST ||
                     code == RA_UNKNOWN_ROLES || code == RA_UNKNOWN_OOI || code == RA_UNKNOWN_SOA);
}

/* By letting identifiers change: who had another one, or one that nobody knows. */
static bool exposed_identifier(struct ra_steps *s, const struct ra_verdict *now,
                               const struct ra_subject *x)
{
    if (now->code == x->v->code || (now->code != RA_BLOCK_OOI && now->code != RA_UNKNOWN_OOI))
        return false;
    return x->v->code == RA_BLOCK_TAKEOVER_POLICY || !ra_subject_same_person(s, x);
}

/* Codes that need a look at their objects. */
static bool suspect(const struct ra_verdict *now, const struct ra_verdict *v)
{
    enum ra_class in = ra_code_info((enum ra_verdict_code)v->code)->in;

    return v->cloud != RA_NONE &&
           (in == RA_CLASS_BLOCKED || in == RA_CLASS_CONFLICT || in == RA_CLASS_UNKNOWN ||
            in == RA_CLASS_SOFT || now->code != v->code);
}

int ra_window_exposes(struct ra_steps *s, const struct ra_result *opened,
                      const struct ra_flags *flags, struct ra_err *err)
{
    const struct ra_flags *now = &s->in.tenant->flags;
    struct opening o = {.hard = flags->block_hard_match != now->block_hard_match,
                        .soft = flags->block_soft_match != now->block_soft_match,
                        .identifier =
                            flags->allow_identifier_update != now->allow_identifier_update};
    struct ra_subject x;
    int rc = 0;

    for (size_t i = 0; i < opened->verdicts_n && opened->verdicts[i].ad != RA_NONE; i++) {
        const struct ra_verdict *v = &opened->verdicts[i], *before = &s->in.result->verdicts[i];
        if (!suspect(before, v))
            continue;
        rc = ra_subject_read(s, v, &x, err);
        if (rc != 0)
            break;
        if (!(o.soft && exposed_soft(s, &x)) && !(o.hard && exposed_hard(s, &x)) &&
            !(o.identifier && exposed_identifier(s, before, &x)))
            continue;
        if (!s->in.hold || !ra_hold_possible(s, v, ra_cloud_is_synced(&x.cloud)))
            s->exposed[v->code]++;
    }
    return rc;
}

/* ---- as a step ---- */

static void feature(struct ra_steps *s, const char *name, enum ra_tri now, enum ra_tri then)
{
    if (now == then)
        return;
    s->have[s->features_n] = (struct ra_plan_feature){ra_str(name), now == RA_YES};
    s->want[s->features_n++] = (struct ra_plan_feature){ra_str(name), then == RA_YES};
}

void ra_window_features(struct ra_steps *s, const struct ra_flags *flags)
{
    const struct ra_flags *now = &s->in.tenant->flags;

    feature(s, "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled", now->allow_identifier_update,
            flags->allow_identifier_update);
    feature(s, "blockCloudObjectTakeoverThroughHardMatchEnabled", now->block_hard_match,
            flags->block_hard_match);
    feature(s, "blockSoftMatchEnabled", now->block_soft_match, flags->block_soft_match);
}
