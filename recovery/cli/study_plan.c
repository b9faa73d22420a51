/* The plan of a decision: its steps, and plan.json with its head and snapshots. */
#include "recovery/cli/study.h"

#include "recovery/plan/plan.h"
#include "src/base/clock.h"
#include "src/base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ra_plan_snapshot snapshot(const struct ra_view *v, const struct ra_view_side *s,
                                        const char *side, struct ra_arena *a)
{
    const struct ra_snap_info *i = ra_snap_info(s->snap);
    char number[24];

    snprintf(number, sizeof number, "%" PRIu64, i->number);
    return (struct ra_plan_snapshot){
        .side = ra_str(ra_arena_copy(a, side, strlen(side))),
        .id = ra_str(ra_arena_copy(a, number, strlen(number))),
        .hash = ra_str(i->hash),
        .marker = ra_view_marker(v, s, a),
    };
}

static int by_side(const void *a, const void *b)
{
    return ra_str_cmp(((const struct ra_plan_snapshot *)a)->side,
                      ((const struct ra_plan_snapshot *)b)->side);
}

static void add_snapshots(const struct ra_study *s, struct ra_plan *plan)
{
    const struct ra_view *v = s->view;
    char side[256];

    plan->snapshots = ra_arena_alloc(&plan->arena, (v->ad_n + 1) * sizeof *plan->snapshots);
    plan->snapshots[plan->snapshots_n++] = snapshot(v, &v->cloud, RA_SIDE_CLOUD, &plan->arena);
    for (size_t i = 0; i < v->ad_n; i++) {
        snprintf(side, sizeof side, "ad:%s", v->ad[i].name);
        plan->snapshots[plan->snapshots_n++] = snapshot(v, &v->ad[i], side, &plan->arena);
    }
    qsort(plan->snapshots, plan->snapshots_n, sizeof *plan->snapshots, by_side);
}

void ra_study_plan_head(const struct ra_study *s, struct ra_plan *plan)
{
    *plan = (struct ra_plan){.created = ra_now(), .tenant = s->tenant_id};
    ra_plan_fill(plan, &s->result, &s->policy.policy);
    add_snapshots(s, plan);
}

int ra_study_write_plan(void *ctx, FILE *fp, struct ra_err *err)
{
    struct ra_study *s = ctx;
    struct ra_plan_source source = ra_steps_source(s->steps);
    struct ra_plan plan;
    int rc;

    ra_study_plan_head(s, &plan);
    plan.expects_all = true;
    rc = ra_plan_write(&plan, &source, fp, NULL, err);
    ra_plan_free(&plan);
    return rc;
}

/* ---- who is one with the peer of a conflict, as a person has said ---- */

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct ra_guid));
}

static int take_line(struct ra_str line, struct ra_guid *out, const char *path, unsigned number,
                     struct ra_err *err)
{
    if (ra_guid_parse(line, out))
        return 0;
    ra_fail(err, RA_EUSAGE, "%s: line %u is no objectGUID", path, number);
    return ra_hint(err, "one objectGUID a line; empty lines, and those that begin with #, are "
                        "passed over");
}

static struct ra_str trimmed(const char *p, size_t n)
{
    while (n && strchr(" \t\r", p[n - 1]))
        n--;
    while (n && strchr(" \t", *p))
        p++, n--;
    return ra_str_n(p, n);
}

static int read_confirmed(struct ra_study *s, const char *path, size_t *n, struct ra_err *err)
{
    struct ra_buf text;
    unsigned number = 0;
    size_t cap = 0;
    int rc = ra_file_read(path, (size_t)256 << 20, RA_EUSAGE, &text, err);

    if (rc != 0)
        return rc;
    for (size_t at = 0, end; rc == 0 && at < text.n; at = end + 1) {
        const char *stop = memchr(text.p + at, '\n', text.n - at);
        end = stop ? (size_t)(stop - text.p) : text.n;
        struct ra_str line = trimmed(text.p + at, end - at);
        number++;
        if (ra_str_absent(line) || line.p[0] == '#')
            continue;
        s->confirmed = ra_grow(s->confirmed, &cap, *n + 1, sizeof *s->confirmed);
        rc = take_line(line, &s->confirmed[(*n)++], path, number, err);
    }
    ra_buf_free(&text);
    if (*n)
        qsort(s->confirmed, *n, sizeof *s->confirmed, by_bytes);
    return rc;
}

int ra_study_steps(struct ra_study *s, const struct ra_outputs *o, struct ra_err *err)
{
    struct ra_steps_input in = {.ad = s->view->ad_sides,
                                .ad_n = s->view->ad_n,
                                .cloud = &s->view->cloud.side,
                                .tenant_id = s->tenant_id,
                                .tenant = &s->view->tenant,
                                .policy = &s->policy.policy,
                                .result = &s->result,
                                .hold = o->hold,
                                .bypass = o->bypass};
    struct ra_match_input again = s->input;
    bool window;
    int rc = o->confirm ? read_confirmed(s, o->confirm, &in.confirmed_n, err) : 0;

    if (rc != 0)
        return rc;
    in.confirmed = s->confirmed;
    s->opened_tenant = s->view->tenant;
    window = ra_window_wanted(&in, &s->opened_tenant.flags);
    again.tenant = &s->opened_tenant;
    if (window)
        rc = ra_match(&again, &s->opened, err);
    if (rc == 0)
        rc = ra_steps_decide(&in, window ? &s->opened : NULL, &s->opened_tenant.flags, &s->steps,
                             err);
    return rc;
}
