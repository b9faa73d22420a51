#include "recovery/match/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The gate (decision, the section of that name): STOP, ACTION or SAFE, and why. */

#define REASONS_MAX (RA_VERDICT_CODES + 8)

static void reason(struct ra_result *r, const char *name)
{
    snprintf(r->reasons[r->reasons_n++], sizeof r->reasons[0], "%s", name);
}

static void reason_n(struct ra_result *r, const char *name, uint64_t n)
{
    snprintf(r->reasons[r->reasons_n++], sizeof r->reasons[0], "%s %llu", name,
             (unsigned long long)n);
}

static bool past_tenant_threshold(const struct ra_tenant *t, const struct ra_result *r)
{
    double limit = (double)t->threshold;

    if (t->prevention == RA_PREVENTION_COUNT)
        return (double)r->deletes > limit;
    return t->prevention == RA_PREVENTION_PERCENT && r->deletes_percent > limit;
}

static void stop_reasons(struct ra_world *w)
{
    struct ra_result *r = w->result;
    const struct ra_policy *p = w->in->policy;

    if (w->in->incomplete)
        reason(r, "SNAPSHOT_INCOMPLETE");
    if (r->detection.undetermined)
        reason(r, "ANCHOR_UNDETERMINED");
    if (r->detection.weak)
        reason(r, "ANCHOR_WEAK");
    if (past_tenant_threshold(w->in->tenant, r)) /* row 44 */
        reason_n(r, "GATE_TENANT_THRESHOLD", r->deletes);
    if ((int64_t)r->deletes > p->max_deletes || r->deletes_percent > p->max_deletes_percent)
        reason_n(r, "GATE_MAX_DELETES", r->deletes);
    if ((int64_t)r->hard_deletes > p->max_hard_deletes)
        reason_n(r, "GATE_HARD_DELETES", r->hard_deletes);
    if (r->counts[RA_BLOCK_DUP_ANCHOR])
        reason_n(r, "BLOCK_DUP_ANCHOR", r->counts[RA_BLOCK_DUP_ANCHOR]);
    if (r->warnings[RA_WARN_CROSS])
        reason_n(r, "WARN_CROSS", r->warnings[RA_WARN_CROSS]);
}

static bool wants_action(enum ra_verdict_code code)
{
    enum ra_class in = ra_code_info(code)->in;

    return in == RA_CLASS_ORPHAN || in == RA_CLASS_NEW || in == RA_CLASS_BLOCKED ||
           in == RA_CLASS_CONFLICT || in == RA_CLASS_UNKNOWN || in == RA_CLASS_SOFT ||
           in == RA_CLASS_TAKEOVER;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void action_reasons(struct ra_result *r)
{
    for (int code = 0; code < RA_VERDICT_CODES; code++)
        if (r->counts[code] && wants_action((enum ra_verdict_code)code))
            reason_n(r, ra_code_info((enum ra_verdict_code)code)->name, r->counts[code]);
    qsort(r->reasons, r->reasons_n, sizeof r->reasons[0], by_text);
}

void ra_gate(struct ra_world *w)
{
    struct ra_result *r = w->result;

    r->reasons = ra_arena_alloc(&r->arena, REASONS_MAX * sizeof r->reasons[0]);
    r->deletes_percent = r->live_synced ? 100.0 * (double)r->deletes / (double)r->live_synced : 0.0;
    r->matched_unseen =
        r->counts[RA_MATCH_SID] + r->counts[RA_MATCH_SMTP] + r->counts[RA_MATCH_DEVICE];
    stop_reasons(w);
    r->gate = RA_GATE_STOP;
    if (r->reasons_n)
        return;
    action_reasons(r);
    r->gate = r->reasons_n ? RA_GATE_ACTION : RA_GATE_SAFE;
}
