#include "recovery/apply/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- batches of before ---- */

struct before {
    const struct ra_plan *plan;
    char resume[RA_BATCH_ID], other[RA_BATCH_ID];
};

static int look_at(void *ctx, const struct ra_batch_head *h, bool ended, struct ra_err *err)
{
    struct before *b = ctx;
    bool own = ra_str_absent(h->rollback_of) && ra_str_eq(h->plan, ra_str(b->plan->hash));

    (void)err;
    if (!ended)
        memcpy(own ? b->resume : b->other, h->id, sizeof h->id);
    return 0;
}

int ra_apply_unfinished(const char *id, struct ra_err *err)
{
    ra_fail(err, RA_ESTALE, "batch %s was interrupted and is unfinished", id);
    return ra_hint(err,
                   "apply its plan again, which goes on with it, or undo it: "
                   "reanchor apply --rollback %s",
                   id);
}

/* ---- a window is opened once by a plan ---- */

struct opened_before {
    struct ra_run *r;
    const struct ra_plan *plan;
};

static void mark_opened(struct ra_run *r, const struct ra_batch *b)
{
    for (size_t i = 0; i < r->n; i++) {
        struct ra_step *s = &r->steps[i];
        for (size_t k = 0; k < b->n && s->kind->place == RA_IN_TENANT; k++)
            if (ra_str_eq(s->s.id, b->steps[k].id) && b->window != RA_WINDOW_NONE &&
                (b->states[k] == RA_STEP_WRITTEN || b->states[k] == RA_STEP_RECOVERED)) {
                s->state = RA_STEP_ALREADY;
                s->message = "was opened and closed by an earlier batch of this plan";
            }
    }
}

static int look_for_window(void *ctx, const struct ra_batch_head *h, bool ended, struct ra_err *err)
{
    struct opened_before *o = ctx;
    struct ra_batch b;
    int rc;

    if (!ended || !ra_str_absent(h->rollback_of) || !ra_str_eq(h->plan, ra_str(o->plan->hash)))
        return 0;
    rc = ra_batch_read(o->r->w->store_dir, h->id, &b, err);
    if (rc == 0) {
        mark_opened(o->r, &b);
        ra_batch_free(&b);
    }
    return rc;
}

/* ---- a plan ---- */

static int select_steps(struct ra_run *r, const struct ra_plan *plan, struct ra_err *err)
{
    struct opened_before before = {r, plan};
    int rc = 0;

    r->head.plan = ra_str(plan->hash);
    r->steps = ra_calloc(plan->steps_n + 1, sizeof *r->steps);
    for (size_t i = 0; i < plan->steps_n && rc == 0; i++)
        if (ra_run_selected(r->o, &plan->steps[i]))
            rc = ra_step_prepare(r, &r->steps[r->n++], &plan->steps[i], err);
        else
            r->sum->left++;
    if (rc == 0 && r->n == 0 && plan->steps_n) {
        rc = ra_fail(err, RA_ENOTFOUND, "plan: none of its %zu steps is selected", plan->steps_n);
        ra_hint(err, "--only takes an operation or the code of a verdict, --target an id or a DN");
    }
    if (rc == 0 && ra_run_pending(r, RA_IN_TENANT))
        rc = ra_journal_list(r->w->store_dir, look_for_window, &before, err);
    return rc;
}

static int load_or_select(struct ra_run *r, const struct ra_plan *plan, struct ra_batch *batch,
                          struct ra_err *err)
{
    struct before b = {.plan = plan};
    int rc = ra_journal_list(r->w->store_dir, look_at, &b, err);

    if (rc == 0 && b.other[0])
        rc = ra_apply_unfinished(b.other, err);
    if (rc == 0)
        rc = ra_run_leftover_window(r, b.resume[0] ? b.resume : NULL, err);
    if (rc != 0 || !b.resume[0])
        return rc ? rc : select_steps(r, plan, err);
    rc = ra_batch_read(r->w->store_dir, b.resume, batch, err);
    if (rc == 0)
        rc = ra_run_load(r, batch, err);
    if (rc == 0)
        ra_run_note(r, "batch %s was interrupted: going on with it", b.resume);
    return rc;
}

int ra_apply_plan(const struct ra_apply_world *w, const struct ra_apply_options *o,
                  const struct ra_plan *plan, struct ra_apply_summary *out, struct ra_err *err)
{
    struct ra_batch batch = {0};
    struct ra_run r;
    int rc = ra_run_begin(&r, w, o, out, err);

    if (rc == 0)
        rc = load_or_select(&r, plan, &batch, err);
    if (rc == 0)
        rc = ra_gate_plan(&r, plan, err);
    if (rc == 0)
        rc = ra_run_story(&r, true, err);
    ra_run_end(&r);
    ra_batch_free(&batch);
    return rc;
}

int ra_apply_exit(const struct ra_apply_summary *s)
{
    if (s->counts[RA_STEP_CHANGED])
        return 6;
    if (s->counts[RA_STEP_FAILED] || s->unconfirmed)
        return 5;
    return s->counts[RA_STEP_DENIED] || s->counts[RA_STEP_KEPT] ? 4 : 0;
}
