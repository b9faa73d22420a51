#include "recovery/quickstart/cases.h"

/* Who gets which case. */

static const struct ra_sample_cases *const tables[] = {
    &ra_sample_rejoin_cases, &ra_sample_loss_cases, &ra_sample_takeover_cases,
    &ra_sample_match_cases, &ra_sample_outside_cases};

static const struct ra_sample_case *case_of(uint64_t i)
{
    size_t at = i % RA_SAMPLE_BLOCK;

    for (size_t t = 0; t < sizeof tables / sizeof *tables; at -= tables[t++]->n)
        if (at < tables[t]->n)
            return &tables[t]->all[at];
    return NULL;
}

void ra_sample_people(struct ra_org *o)
{
    for (uint64_t i = 0; i < o->users; i++) {
        const struct ra_sample_case *c = case_of(i);

        if (!c || (c->disaster && !o->disaster) || (c->once && i >= RA_SAMPLE_BLOCK))
            ra_sample_healthy(o, i);
        else
            c->write(o, i);
    }
}
