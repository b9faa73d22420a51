#include "recovery/match/case.h"

/* An AD computer (decision: AD computer, row 41): deviceId is its objectGUID. */
void ra_decide_computer(struct ra_case *c)
{
    uint32_t d = ra_case_holder(c, RA_SLOT_ANCHOR);

    if (d == RA_NONE)
        ra_case_end(c, RA_ADD, RA_NONE, 0);
    else if (!(ra_case_cloud(c, d)->bits & RA_CLOUD_SYNCED) && ra_case_block_soft(c))
        ra_case_end(c, RA_BLOCK_SOFT_FLAG, d, 41);
    else
        ra_case_claim(c, RA_MATCH_DEVICE, d, 41);
}
