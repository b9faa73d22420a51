#include "recovery/model/prediction.h"

const char *ra_outcome_name(enum ra_outcome outcome)
{
    static const char *const names[RA_OUTCOMES] = {
        [RA_WILL_ADD] = "added",       [RA_WILL_DELETE] = "deleted",    [RA_WILL_MATCH] = "matched",
        [RA_WILL_REJOIN] = "rejoined", [RA_WILL_UNKNOWN] = "undecided",
    };

    return names[outcome];
}
