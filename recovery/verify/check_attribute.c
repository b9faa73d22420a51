/* The anchor attribute (V7), and how many deletions are due (V8). Findings without an object. */
#include "recovery/verify/checking.h"

#include <inttypes.h>
#include <stdio.h>

static void found(struct ra_checking *c, enum ra_reason reason, struct ra_str value)
{
    ra_found_value(c, ra_found(c, reason, RA_USER, RA_NONE, RA_NONE), value);
}

static void found_number(struct ra_checking *c, enum ra_reason reason, uint64_t have, uint64_t want)
{
    char text[64];

    snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64, have, want);
    found(c, reason, ra_str(text));
}

static void attribute(struct ra_checking *c)
{
    const struct ra_detection *d = &c->in->result->detection;
    struct ra_str own = c->in->tenant->anchor_attribute;
    uint64_t reproduced = d->candidates_n ? d->candidates[d->chosen].reproduced : 0;
    struct ra_anchor_attribute tenants = ra_anchor_attribute(own);

    if (d->undetermined && d->all)
        found_number(c, RA_R_ATTRIBUTE_UNDETERMINED, reproduced, d->all);
    else if (d->weak && d->all)
        found_number(c, RA_R_ATTRIBUTE_WEAK, reproduced, d->all);
    else if (ra_str_absent(own) && reproduced * 100 < d->all * 99)
        found_number(c, RA_R_ATTRIBUTE_RATE, reproduced, d->all);
    if (ra_str_absent(own))
        ra_not_checked(c, 7, 0, "the tenant's own anchor attribute could not be read");
    else if (!ra_anchor_attribute_eq(&tenants, &c->anchor))
        found(c, RA_R_ATTRIBUTE_OTHER, own);
}

static bool stopped_by(const struct ra_result *r, const char *name)
{
    for (size_t i = 0; i < r->reasons_n; i++)
        if (ra_str_starts_fold(ra_str(r->reasons[i]), ra_str(name)))
            return true;
    return false;
}

static void deletes(struct ra_checking *c)
{
    const struct ra_result *r = c->in->result;

    if (stopped_by(r, "GATE_TENANT_THRESHOLD"))
        found_number(c, RA_R_THRESHOLD, r->deletes, r->live_synced);
    else if (stopped_by(r, "GATE_MAX_DELETES"))
        found_number(c, RA_R_LIMIT, r->deletes, r->live_synced);
}

int ra_check_attribute(struct ra_checking *c)
{
    attribute(c);
    deletes(c);
    return 0;
}
