#include "recovery/drill/inner.h"

#include <stdlib.h>
#include <string.h>

#define EXPORT_MAX ((size_t)8 << 30)

/* ---- objects by number ---- */

static int damaged(struct ra_err *err, struct ra_str side, uint32_t seq)
{
    return ra_fail(err, RA_EINTEGRITY, RA_STR_FMT ": object %u cannot be read back",
                   RA_STR_ARG(side), seq);
}

int ra_drill_ad(const struct ra_report_input *in, uint32_t number, struct ra_ad_object *out,
                struct ra_err *err)
{
    size_t d = 0;

    while (d + 1 < in->ad_n && number >= in->ad[d].count)
        number -= in->ad[d++].count;
    if (ra_ad_decode(in->ad[d].record(in->ad[d].ctx, number), out) && out->guid.n == 16)
        return 0;
    return damaged(err, in->ad[d].name, number);
}

int ra_drill_cloud(const struct ra_report_input *in, uint32_t seq, struct ra_cloud_object *out,
                   struct ra_err *err)
{
    if (ra_cloud_decode(in->cloud->record(in->cloud->ctx, seq), out))
        return 0;
    return damaged(err, in->cloud->name, seq);
}

/* ---- the run ---- */

static struct ra_drill *new_drill(const struct ra_report_input *in)
{
    struct ra_drill *d = ra_calloc(1, sizeof *d);

    for (size_t i = 0; i < in->ad_n; i++)
        d->ad_n += in->ad[i].count;
    d->cloud_n = in->cloud->count;
    d->ad = ra_calloc(d->ad_n + 1, sizeof *d->ad);
    d->cloud = ra_calloc(d->cloud_n + 1, sizeof *d->cloud);
    for (size_t i = 0; i < d->ad_n; i++)
        d->ad[i].cloud = RA_NONE;
    return d;
}

/* An export that the tenant's prevention stops is carried out in a second try all the same: what
 * would become of every object is what the drill is for. */
static int export_all(struct ra_rehearsal *tenant, const struct ra_report_input *in,
                      struct ra_drill *d, struct ra_str lines, struct ra_err *err)
{
    int rc = 0;

    for (int past = 0; rc == 0 && (past == 0 || (past == 1 && d->stopped)); past++) {
        struct ra_buf answer;
        ra_buf_init(&answer, EXPORT_MAX);
        rc = ra_rehearsal_export(tenant, lines, past, &answer, err);
        if (rc == 0 && answer.overflow)
            rc =
                ra_fail(err, RA_EINPUT, "the export's answer is larger than %zu bytes", answer.max);
        if (rc == 0)
            rc = ra_drill_answer(in, d, ra_str_n(answer.p, answer.n), err);
        ra_buf_free(&answer);
        if (past == 1)
            break;
    }
    return rc;
}

int ra_drill_run(struct ra_rehearsal *tenant, const struct ra_report_input *in,
                 struct ra_drill **out, struct ra_err *err)
{
    struct ra_drill *d = *out = new_drill(in);
    struct ra_buf lines;
    int rc;

    ra_buf_init(&lines, EXPORT_MAX);
    rc = ra_drill_send(in, d, &lines, err);
    if (rc == 0)
        rc = export_all(tenant, in, d, ra_str_n(lines.p, lines.n), err);
    ra_buf_free(&lines);
    return rc == 0 ? ra_drill_weigh(in, d, err) : rc;
}

void ra_drill_free(struct ra_drill **dp)
{
    struct ra_drill *d = *dp;

    if (!d)
        return;
    ra_arena_free(&d->arena);
    free(d->ad);
    free(d->cloud);
    free(d);
    *dp = NULL;
}

uint64_t ra_drill_unexplained(const struct ra_drill *d)
{
    return d->partings[RA_PART_UNEXPLAINED] + d->stop_differs;
}

uint64_t ra_drill_explained(const struct ra_drill *d)
{
    uint64_t n = 0;

    for (int p = RA_PART_NONE + 1; p < RA_PART_UNEXPLAINED; p++)
        n += d->partings[p];
    return n;
}

/* ---- what the outputs share ---- */

const char *ra_drill_said(const struct ra_verdict *v)
{
    return v && v->code < RA_VERDICT_CODES ? ra_code_info((enum ra_verdict_code)v->code)->name
                                           : "-";
}

const char *ra_drill_end_name(enum ra_drill_end e)
{
    return e == RA_END_DELETED ? "deleted" : "kept";
}

static int rank(const struct ra_drill_count *c)
{
    return c->parting == RA_PART_UNEXPLAINED ? 0 : c->parting == RA_PART_NONE ? 2 : 1;
}

static int by_weight(const void *a, const void *b)
{
    const struct ra_drill_count *x = a, *y = b;
    int d = rank(x) - rank(y);

    if (d == 0)
        d = (x->n < y->n) - (x->n > y->n);
    if (d == 0)
        d = (int)x->code - (int)y->code;
    return d ? d : (int)x->deed - (int)y->deed;
}

struct ra_drill_count *ra_drill_counts(const struct ra_drill *d, size_t *n)
{
    struct ra_drill_count *all = NULL;
    size_t cap = 0;

    *n = 0;
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        for (int e = 0; e < RA_DEEDS; e++)
            for (int p = 0; p < RA_PARTINGS; p++) {
                if (d->counts[c][e][p] == 0)
                    continue;
                all = ra_grow(all, &cap, *n + 1, sizeof *all);
                all[(*n)++] = (struct ra_drill_count){(enum ra_verdict_code)c, (enum ra_deed)e,
                                                      (enum ra_parting)p, d->counts[c][e][p]};
            }
    if (*n)
        qsort(all, *n, sizeof *all, by_weight);
    return all;
}
