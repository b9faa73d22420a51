/* The summary: counts, and whether the gate says SAFE, ACTION or STOP. */
#include "tests/property/oracle_inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reason(struct summary *s, const char *name)
{
    if (s->reasons_n == OUTCOME_REASONS)
        abort();
    snprintf(s->reasons[s->reasons_n++], sizeof s->reasons[0], "%s", name);
}

static void reason_n(struct summary *s, const char *name, uint64_t n)
{
    char text[64];

    snprintf(text, sizeof text, "%s %llu", name, (unsigned long long)n);
    reason(s, text);
}

static uint64_t counted(const struct summary *s, const char *code)
{
    for (size_t i = 0; i < s->counts_n; i++)
        if (!strcmp(s->counts[i].name, code))
            return s->counts[i].n;
    return 0;
}

static void count_all(struct oracle *o, struct summary *s)
{
    for (size_t i = 0; i < o->org->ad_n; i++)
        if (o->rulings[i].says.code)
            summary_count(s, o->rulings[i].says.code, 1);
    for (size_t c = 0; c < o->org->cloud_n; c++) {
        const struct outcome *says = &o->out->cloud[c];

        s->live_synced += o->cloud[c].live && o->cloud[c].synced;
        if (!says->code)
            continue;
        summary_count(s, says->code, 1);
        if (!strcmp(says->code, "ORPHAN"))
            s->hard_deletes += o->org->cloud[c].kind != ORG_USER;
    }
    s->deletes = counted(s, "ORPHAN");
    s->matched_unseen =
        counted(s, "MATCH_SID") + counted(s, "MATCH_SMTP") + counted(s, "MATCH_DEVICE");
}

static uint64_t rows_warned(const struct oracle *o, const char *name)
{
    uint64_t n = 0;

    for (size_t i = 0; i < o->org->ad_n; i++)
        n += warned(&o->rulings[i], name);
    return n;
}

/* In whole thousandths of a percent, so that "exactly so many percent" is not above. */
static bool above_percent(uint64_t deletes, double percent, uint64_t of)
{
    return deletes * 100 * 1000 > (uint64_t)llround(percent * 1000) * of;
}

static bool above_tenant_threshold(const struct org_tenant *t, const struct summary *s)
{
    if (t->prevention == ORG_COUNT)
        return (int64_t)s->deletes > t->threshold;
    return t->prevention == ORG_PERCENT &&
           above_percent(s->deletes, (double)t->threshold, s->live_synced);
}

static void list_stops(struct oracle *o, struct summary *s)
{
    const struct org_policy *p = &o->org->policy;
    uint64_t duplicates = counted(s, "BLOCK_DUP_ANCHOR"), crossed = rows_warned(o, "WARN_CROSS");

    if (!o->org->complete)
        reason(s, "SNAPSHOT_INCOMPLETE");
    if (s->undetermined)
        reason(s, "ANCHOR_UNDETERMINED");
    if (s->weak)
        reason(s, "ANCHOR_WEAK");
    if (above_tenant_threshold(&o->org->tenant, s))
        reason_n(s, "GATE_TENANT_THRESHOLD", s->deletes); /* row 44 */
    if ((int64_t)s->deletes > p->max_deletes ||
        above_percent(s->deletes, p->max_deletes_percent, s->live_synced))
        reason_n(s, "GATE_MAX_DELETES", s->deletes);
    if ((int64_t)s->hard_deletes > p->max_hard_deletes)
        reason_n(s, "GATE_HARD_DELETES", s->hard_deletes);
    if (duplicates)
        reason_n(s, "BLOCK_DUP_ANCHOR", duplicates);
    if (crossed)
        reason_n(s, "WARN_CROSS", crossed);
}

static bool needs_action(const char *code)
{
    static const char *const families[] = {"BLOCK_", "CONFLICT_", "ANCHOR_", "UNKNOWN_", "SOFT_"};
    static const char *const codes[] = {"ORPHAN", "ADD", "MATCH_HARD_TAKEOVER",
                                        "MATCH_HARD_RESTORE", "MATCH_SID_TAKEOVER"};

    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (starts_folded(code, families[i]))
            return true;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (!strcmp(code, codes[i]))
            return true;
    return false;
}

void decide_gate(struct oracle *o)
{
    struct summary *s = &o->out->summary;

    count_all(o, s);
    list_stops(o, s);
    s->gate = "STOP";
    if (s->reasons_n)
        return;
    for (size_t i = 0; i < s->counts_n; i++)
        if (needs_action(s->counts[i].name))
            reason_n(s, s->counts[i].name, s->counts[i].n);
    s->gate = s->reasons_n ? "ACTION" : "SAFE";
}
