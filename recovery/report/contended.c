#include "recovery/report/rows_state.h"

#include <stdlib.h>

static bool is_anchor_finding(const struct ra_verdict *v)
{
    return v->code == RA_ANCHOR_DRIFT || v->code == RA_ANCHOR_CONFLICT;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static size_t collect_peers(const struct ra_result *r, uint32_t *out)
{
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < r->verdicts_n; i++)
        if (is_anchor_finding(&r->verdicts[i]) && r->verdicts[i].cloud != RA_NONE)
            out[n++] = r->verdicts[i].cloud;
    qsort(out, n, sizeof *out, by_number);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || out[i] != out[i - 1])
            out[kept++] = out[i];
    return kept;
}

/* Only peers of ANCHOR_* verdicts are of interest: to give two AD objects one anchor would turn a
 * finding into a worse one. */
void ra_rows_find_contended(struct ra_rows *rows)
{
    const struct ra_result *r = rows->in->result;
    uint32_t *peers, *named;
    size_t n = 0;

    for (size_t i = 0; i < r->verdicts_n; i++)
        n += is_anchor_finding(&r->verdicts[i]);
    peers = ra_calloc(n, sizeof *peers);
    n = collect_peers(r, peers);
    named = ra_calloc(n, sizeof *named);
    for (size_t i = 0; i < r->verdicts_n && n; i++) {
        const struct ra_verdict *v = &r->verdicts[i];
        const uint32_t *at = v->ad == RA_NONE || v->cloud == RA_NONE
                                 ? NULL
                                 : bsearch(&v->cloud, peers, n, sizeof *peers, by_number);
        if (at)
            named[at - peers]++;
    }
    for (size_t i = 0; i < n; i++)
        if (named[i] > 1)
            peers[rows->contended_n++] = peers[i];
    rows->contended = peers;
    free(named);
}

bool ra_rows_is_contended(const struct ra_rows *rows, uint32_t cloud)
{
    return rows->contended_n && bsearch(&cloud, rows->contended, rows->contended_n,
                                        sizeof *rows->contended, by_number) != NULL;
}
