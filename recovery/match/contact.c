#include "recovery/match/case.h"

/* An AD contact (decision: AD contact): its primary SMTP is all there is to match by. */

static void unsynced(struct ra_case *c, uint32_t s)
{
    enum ra_tri soa = ra_case_soa(c, s);

    if (soa != RA_NO) {
        ra_case_claim(c, soa == RA_YES ? RA_SKIP_SOA_CLOUD : RA_UNKNOWN_SOA, s, 0);
        return;
    }
    ra_case_soft_blocks(c, false);
    if (!ra_case_end_blocked(c, s, false))
        ra_case_end(c, RA_SOFT_SMTP, s, 39);
}

void ra_decide_contact(struct ra_case *c)
{
    uint32_t s = ra_case_holder(c, RA_SLOT_PRIMARY);

    if (c->f->n[RA_SLOT_PRIMARY] > 1)
        ra_case_end(c, RA_CONFLICT_PROXY, s, 0);
    else if (s != RA_NONE && ra_case_cloud(c, s)->kind != RA_CONTACT)
        ra_case_end(c, RA_CONFLICT_TYPE, s, 40);
    else if (s != RA_NONE && (ra_case_cloud(c, s)->bits & RA_CLOUD_SYNCED))
        ra_case_claim(c, RA_MATCH_SMTP, s, 39);
    else if (s != RA_NONE)
        unsynced(c, s);
    else if (c->f->n[RA_SLOT_ADDRESS])
        ra_case_end(c, RA_CONFLICT_PROXY, ra_case_holder(c, RA_SLOT_ADDRESS), 0);
    else
        ra_case_end(c, RA_ADD, RA_NONE, 0);
}
