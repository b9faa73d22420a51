#include "recovery/report/outputs.h"

#include <string.h>

enum ra_number ra_number_of(enum ra_class c)
{
    static const enum ra_number numbers[RA_CLASSES] = {
        [RA_CLASS_MATCHED] = RA_NUMBER_REJOIN,   [RA_CLASS_TAKEOVER] = RA_NUMBER_DECISION,
        [RA_CLASS_SOFT] = RA_NUMBER_DECISION,    [RA_CLASS_NEW] = RA_NUMBER_CREATED,
        [RA_CLASS_BLOCKED] = RA_NUMBER_BLOCKED,  [RA_CLASS_CONFLICT] = RA_NUMBER_BLOCKED,
        [RA_CLASS_UNKNOWN] = RA_NUMBER_DECISION, [RA_CLASS_SKIPPED] = RA_NUMBER_SKIPPED,
        [RA_CLASS_ORPHAN] = RA_NUMBER_DELETED,   [RA_CLASS_CLOUD] = RA_NUMBER_CLOUD,
    };

    return numbers[c];
}

void ra_numbers(const struct ra_result *r, uint64_t out[RA_NUMBERS])
{
    memset(out, 0, RA_NUMBERS * sizeof *out);
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        out[ra_number_of(ra_code_info((enum ra_verdict_code)c)->in)] += r->counts[c];
}
