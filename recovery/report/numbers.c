#include "recovery/report/outputs.h"

#include "recovery/report/layout.h"

#include <stdlib.h>
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

/* ---- the gate's reasons ---- */

static uint64_t reason_number(const char *reason)
{
    const char *space = strchr(reason, ' ');

    return space ? strtoull(space + 1, NULL, 10) : 0;
}

bool ra_reason_is(const char *reason, const char *name)
{
    size_t n = strlen(name);

    return strncmp(reason, name, n) == 0 && (reason[n] == ' ' || reason[n] == '\0');
}

void ra_reason_in_words(const struct ra_report_input *in, const char *reason, struct ra_buf *out)
{
    char n[RA_NUMBER_TEXT], limit[RA_NUMBER_TEXT];
    uint64_t count = reason_number(reason);

    ra_number_text(count, n);
    if (ra_reason_is(reason, "SNAPSHOT_INCOMPLETE"))
        ra_buf_puts(out, "one side was not read to its proven end");
    else if (ra_reason_is(reason, "ANCHOR_UNDETERMINED"))
        ra_buf_puts(out, "no attribute explains the anchors in the cloud well enough");
    else if (ra_reason_is(reason, "ANCHOR_WEAK"))
        ra_buf_puts(out,
                    "the configured source anchor explains too few of the anchors in the cloud");
    else if (ra_reason_is(reason, "GATE_TENANT_THRESHOLD"))
        ra_buf_printf(out, "would be deleted: %s, past the tenant's own threshold of %s", n,
                      ra_number_text((uint64_t)in->tenant->threshold, limit));
    else if (ra_reason_is(reason, "GATE_MAX_DELETES"))
        ra_buf_printf(out, "would be deleted: %s; allowed are %s and %.4g %%", n,
                      ra_number_text((uint64_t)in->policy->max_deletes, limit),
                      in->policy->max_deletes_percent);
    else if (ra_reason_is(reason, "GATE_HARD_DELETES"))
        ra_buf_printf(out,
                      "would be deleted for good (groups, contacts, devices): %s; allowed are %s",
                      n, ra_number_text((uint64_t)in->policy->max_hard_deletes, limit));
    else if (ra_reason_is(reason, "BLOCK_DUP_ANCHOR"))
        ra_buf_printf(out, "objects that share an anchor with another: %s", n);
    else if (ra_reason_is(reason, "WARN_CROSS"))
        ra_buf_printf(out, "anchors that point at one person and everything else at another: %s",
                      n);
    ra_buf_printf(out, " (%s)", reason);
}
