/* Undoing a batch: its steps the other way round, through the same gate, as a batch of its own. */
#include "recovery/apply/gate.h"

#include <stdlib.h>
#include <string.h>

struct before {
    const char *batch;
    char resume[RA_BATCH_ID], other[RA_BATCH_ID];
    bool unfinished; /* the batch that is to be undone */
};

static int look_at(void *ctx, const struct ra_batch_head *h, bool ended, struct ra_err *err)
{
    struct before *b = ctx;

    (void)err;
    if (ended)
        return 0;
    if (ra_str_eq(h->rollback_of, ra_str(b->batch)))
        memcpy(b->resume, h->id, sizeof h->id);
    else if (strcmp(h->id, b->batch) == 0)
        b->unfinished = true;
    else
        memcpy(b->other, h->id, sizeof h->id);
    return 0;
}

/* What the batch has, or may have, written. */
static bool may_be_written(enum ra_step_state s)
{
    return s == RA_STEP_PENDING || s == RA_STEP_WRITTEN || s == RA_STEP_RECOVERED;
}

static int turn(struct ra_run *r, const struct ra_plan_step *s, struct ra_err *err)
{
    struct ra_plan_step back = *s;
    struct ra_step *to = &r->steps[r->n];
    int rc;

    back.have = s->want;
    back.want = s->undo;
    back.undo = s->want;
    back.undoable = true;
    if (s->op != RA_OP_SET_FEATURES && s->undoable) {
        rc = ra_step_prepare(r, to, &back, err);
        r->n += rc == 0;
        return rc;
    }
    *to = (struct ra_step){.s = back, .kind = ra_step_kind(s->op), .state = RA_STEP_KEPT};
    to->message = "cannot be undone";
    if (s->op == RA_OP_SET_FEATURES) {
        to->state = RA_STEP_ALREADY;
        to->message = "a window is closed by the batch that opened it";
    }
    r->n++;
    return 0;
}

static int turn_all(struct ra_run *r, const struct ra_batch *b, struct ra_err *err)
{
    int rc = 0;

    r->head.rollback_of = ra_str(b->head.id);
    r->steps = ra_calloc(b->n + 1, sizeof *r->steps);
    for (size_t i = b->n; i-- > 0 && rc == 0;) /* the last first */
        if (may_be_written(b->states[i]) && ra_run_selected(r->o, &b->steps[i]))
            rc = turn(r, &b->steps[i], err);
    if (rc == 0 && r->n == 0) {
        rc = ra_fail(err, RA_ENOTFOUND, "batch %s: none of its %zu steps is to be undone",
                     b->head.id, b->n);
        ra_hint(err, "--only takes an operation or the code of a verdict, --target an id or a DN");
    }
    return rc;
}

/* What was interrupted and is now undone needs no end of its own any more. */
static int end_undone(const struct ra_run *r, const char *batch, struct ra_err *err)
{
    struct ra_journal *j = NULL;
    int rc;

    if (r->o->dry_run || r->o->only || r->o->targets_n || r->o->limit)
        return 0;
    rc = ra_journal_resume(r->w->store_dir, batch, &j, err);
    if (rc == 0)
        rc = ra_journal_end(j, "rolled back", err);
    ra_journal_close(&j);
    return rc;
}

static int check_tenant(const struct ra_run *r, const struct ra_batch *b, struct ra_err *err)
{
    if (ra_str_eq_fold(b->head.tenant, ra_str(r->w->tenant_id)))
        return 0;
    ra_fail(err, RA_ESTALE, "batch %s is of tenant " RA_STR_FMT ", the configuration has %s",
            b->head.id, RA_STR_ARG(b->head.tenant), r->w->tenant_id);
    return ra_hint(err, "name the configuration of that tenant with -c");
}

static int undo(struct ra_run *r, const struct ra_batch *b, const struct before *before,
                struct ra_err *err)
{
    struct ra_batch own = {0};
    int rc = check_tenant(r, b, err);

    if (rc == 0)
        rc = ra_run_leftover_window(r, NULL, err);
    if (rc == 0 && before->resume[0]) {
        rc = ra_batch_read(r->w->store_dir, before->resume, &own, err);
        if (rc == 0) {
            r->head.rollback_of = ra_str(b->head.id);
            rc = ra_run_load(r, &own, err);
        }
    } else if (rc == 0)
        rc = turn_all(r, b, err);
    if (rc == 0)
        ra_gate_batch(r);
    if (rc == 0)
        rc = ra_run_story(r, false, err);
    if (rc == 0 && before->unfinished)
        rc = end_undone(r, b->head.id, err);
    ra_batch_free(&own);
    return rc;
}

int ra_apply_rollback(const struct ra_apply_world *w, const struct ra_apply_options *o,
                      const char *batch, struct ra_apply_summary *out, struct ra_err *err)
{
    struct before before = {.batch = batch};
    struct ra_batch b = {0};
    struct ra_run r;
    int rc = ra_run_begin(&r, w, o, out, err);

    if (rc == 0)
        rc = ra_batch_read(w->store_dir, batch, &b, err);
    if (rc == 0)
        rc = ra_journal_list(w->store_dir, look_at, &before, err);
    if (rc == 0 && before.other[0])
        rc = ra_apply_unfinished(before.other, err);
    if (rc == 0)
        rc = undo(&r, &b, &before, err);
    ra_run_end(&r);
    ra_batch_free(&b);
    return rc;
}
