/*
 * The story of a run, the same for a plan, an interrupted batch and a rollback: look, compare, ask,
 * write the intents down, write, and note what became of each.
 */
#include "recovery/apply/gate.h"
#include "recovery/apply/window.h"
#include "src/base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- small things ---- */

bool ra_run_pending(const struct ra_run *r, enum ra_place place)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->steps[i].kind->place == place && r->steps[i].state == RA_STEP_PENDING)
            return true;
    return false;
}

void ra_run_note(struct ra_run *r, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (r->w->note)
        r->w->note(r->w->ctx, text);
}

int ra_run_stopped(const struct ra_run *r, struct ra_err *err)
{
    int number = r->w->stop ? *r->w->stop : 0;

    if (!number)
        return 0;
    ra_fail(err, RA_ESIGNAL, "stopped by signal %d", number);
    err->signal = number;
    return -(int)RA_ESIGNAL;
}

int ra_run_wait(const struct ra_run *r, int64_t ms, struct ra_err *err)
{
    int64_t end = ra_monotonic_ms() + ms, left;
    int rc;

    while ((rc = ra_run_stopped(r, err)) == 0 && (left = end - ra_monotonic_ms()) > 0)
        ra_sleep_ms(left < 200 ? left : 200);
    return rc;
}

static void tell(struct ra_run *r, const struct ra_step *s)
{
    if (r->w->news)
        r->w->news(r->w->ctx, &(struct ra_step_news){&s->s, s->state, s->message});
}

int ra_run_settle(struct ra_run *r, struct ra_step *s, enum ra_step_state state,
                  const char *message, struct ra_err *err)
{
    s->state = state;
    s->message = message ? ra_arena_copy(&r->arena, message, strlen(message)) : NULL;
    tell(r, s);
    return r->journal ? ra_journal_result(r->journal, s->s.id, state, message, err) : 0;
}

int ra_run_settle_by_read(struct ra_run *r, struct ra_step *s, struct ra_err *err)
{
    if (s->state != RA_STEP_PENDING || s->at == RA_AT_HAVE || s->at == RA_AT_UNREAD)
        return 0;
    if (s->at == RA_AT_WANT)
        return ra_run_settle(r, s, s->sent ? RA_STEP_RECOVERED : RA_STEP_ALREADY, NULL, err);
    return ra_run_settle(r, s, RA_STEP_CHANGED,
                         s->at == RA_AT_GONE     ? "is not there any more"
                         : s->at == RA_AT_SYNCED ? "is synced from AD now"
                                                 : s->holds,
                         err);
}

/* A name as --target gives it: an id in any spelling of a GUID, or the DN. */
static bool names(const char *key, const struct ra_plan_step *s)
{
    struct ra_guid a, b;

    if (ra_str_eq_fold(ra_str(key), s->target.id) || ra_str_eq_fold(ra_str(key), s->target.dn) ||
        ra_str_eq(ra_str(key), s->id))
        return true;
    return ra_guid_parse(ra_str(key), &a) && ra_guid_parse(s->target.id, &b) && ra_guid_eq(&a, &b);
}

bool ra_run_selected(const struct ra_apply_options *o, const struct ra_plan_step *s)
{
    bool named = o->targets_n == 0;

    if (o->only && strcmp(o->only, ra_plan_op_name(s->op)) != 0 &&
        strcmp(o->only, ra_code_info(s->why)->name) != 0)
        return false;
    for (size_t i = 0; i < o->targets_n && !named; i++)
        named = names(o->targets[i], s);
    return named;
}

/* ---- beginning and end ---- */

int ra_run_begin(struct ra_run *r, const struct ra_apply_world *w, const struct ra_apply_options *o,
                 struct ra_apply_summary *sum, struct ra_err *err)
{
    *r = (struct ra_run){.w = w, .o = o, .sum = sum, .lock = -1};
    *sum = (struct ra_apply_summary){0};
    r->lock = ra_journal_lock(w->store_dir, 1000, err);
    if (r->lock < 0)
        return r->lock;
    ra_journal_sweep(w->store_dir);
    return 0;
}

void ra_run_end(struct ra_run *r)
{
    for (size_t i = 0; r->dirs && i < r->w->directories_n; i++)
        ra_dir_close(&r->dirs[i]);
    free(r->dirs);
    ra_graph_close(&r->graph);
    ra_journal_close(&r->journal);
    ra_gate_writer_free(&r->writer);
    free(r->steps);
    ra_arena_free(&r->arena);
    if (r->lock >= 0)
        close(r->lock);
}

static struct ra_str kept(struct ra_run *r, struct ra_str s)
{
    return ra_str_absent(s) ? s : (struct ra_str){ra_arena_copy(&r->arena, s.p, s.n), s.n};
}

int ra_run_load(struct ra_run *r, const struct ra_batch *b, struct ra_err *err)
{
    int rc = 0;

    r->head = b->head;
    r->head.tenant = kept(r, b->head.tenant);
    r->head.plan = kept(r, b->head.plan);
    r->head.rollback_of = kept(r, b->head.rollback_of);
    r->steps = ra_calloc(b->n + 1, sizeof *r->steps);
    for (size_t i = 0; i < b->n && rc == 0; i++) {
        struct ra_step *s = &r->steps[r->n++];
        if (b->states[i] == RA_STEP_PENDING)
            rc = ra_step_prepare(r, s, &b->steps[i], err);
        else
            *s = (struct ra_step){.s = b->steps[i], .kind = ra_step_kind(b->steps[i].op)};
        s->state = b->states[i];
        s->sent = true; /* it may have been, when the batch was interrupted */
    }
    r->resumed = r->sum->resumed = true;
    return rc;
}

/* ---- a window that a killed run left open ---- */

int ra_run_leftover_window(struct ra_run *r, const char *own_batch, struct ra_err *err)
{
    struct ra_window w;
    struct ra_journal *j = NULL;
    struct ra_writer *writer;
    int rc = ra_window_read(r->w->store_dir, &w, err);

    if (rc == -(int)RA_ENOTFOUND)
        return 0;
    if (rc == 0 && own_batch && strcmp(own_batch, w.batch) == 0) {
        r->adopted = true;
        return 0;
    }
    if (rc != 0 || r->o->dry_run)
        return rc;
    if (!ra_str_eq_fold(ra_str(w.tenant), ra_str(r->w->tenant_id)))
        return ra_fail(err, RA_ESTALE, "a window of tenant %s is open; name its configuration",
                       w.tenant);
    writer = ra_gate_rescuer(r->lock, err);
    rc = writer ? ra_run_graph(r, err) : -err->code;
    if (rc == 0)
        rc = ra_journal_resume(r->w->store_dir, w.batch, &j, err);
    if (rc == 0)
        rc = ra_window_close(r->graph, writer, r->w->store_dir, j, RA_WINDOW_RESCUED, err);
    if (rc == 0)
        ra_run_note(r, "a window that an interrupted run had left open was closed");
    ra_journal_close(&j);
    ra_gate_writer_free(&writer);
    return rc;
}

/* ---- the gate ---- */

/* What is done already needs no batch; past the limit nothing is selected. */
static void choose(struct ra_run *r)
{
    size_t n = 0, chosen = 0;

    for (size_t i = 0; i < r->n; i++) {
        struct ra_step *s = &r->steps[i];
        bool open = s->state == RA_STEP_PENDING && s->at != RA_AT_WANT;
        if (open && r->o->limit && chosen == r->o->limit) {
            r->sum->left++;
            continue;
        }
        chosen += open;
        if (s->state == RA_STEP_PENDING && s->at == RA_AT_WANT)
            s->state = RA_STEP_ALREADY;
        r->steps[n++] = *s;
    }
    r->n = n;
}

static int read_targets(struct ra_run *r, struct ra_err *err)
{
    int rc = ra_targets_read(r, RA_IN_DIRECTORY, err);

    if (rc == 0)
        rc = ra_targets_read(r, RA_IN_CLOUD, err);
    return rc ? rc : ra_targets_read(r, RA_IN_TENANT, err);
}

static int pass_gate(struct ra_run *r, bool compare, struct ra_err *err)
{
    int rc = ra_gate_tenant(r, compare, err);

    if (rc == 0)
        rc = read_targets(r, err);
    if (rc == 0 && !r->resumed)
        choose(r);
    return rc ? rc : ra_gate_targets(r, err);
}

/* ---- the journal ---- */

static int begin_batch(struct ra_run *r, struct ra_err *err)
{
    struct ra_batch b = {0};
    int rc;

    if (r->resumed)
        return ra_journal_resume(r->w->store_dir, r->head.id, &r->journal, err);
    ra_batch_name(r->head.id);
    r->head.created = ra_now();
    r->head.tenant = ra_str(r->w->tenant_id);
    r->head.overruled = ra_str(r->o->overruled);
    b.head = r->head;
    b.steps = ra_calloc(r->n + 1, sizeof *b.steps);
    b.states = ra_calloc(r->n + 1, sizeof *b.states);
    b.messages = ra_calloc(r->n + 1, sizeof *b.messages);
    for (size_t i = 0; i < r->n; i++)
        if (r->steps[i].state == RA_STEP_PENDING || r->steps[i].state == RA_STEP_KEPT) {
            b.states[b.n] = r->steps[i].state;
            b.messages[b.n] = r->steps[i].message;
            b.steps[b.n++] = r->steps[i].s;
        }
    rc = ra_journal_create(r->w->store_dir, &b, &r->journal, err);
    ra_batch_free(&b);
    return rc;
}

/* ---- writing ---- */

static int carry_steps(struct ra_run *r, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < r->n && rc == 0 && r->resumed; i++)
        rc = ra_run_settle_by_read(r, &r->steps[i], err);
    for (size_t i = 0; i < r->w->directories_n && rc == 0; i++)
        rc = ra_carry_directory(r, i, err);
    return rc ? rc : ra_carry_cloud(r, err);
}

/* Whoever has asked us to stop waits until the door is shut: with a connection of its own, which no
 * signal cuts short. */
static int shut(struct ra_run *r, struct ra_err *err)
{
    struct ra_graph_options options = *r->w->graph;
    const struct ra_writer *w = ra_gate_writer(r, err);
    struct ra_graph *g = NULL;
    int rc;

    if (r->w->take_time)
        r->w->take_time(r->w->ctx);
    options.stop = NULL;
    rc = w ? ra_graph_open(&options, &g, err) : -err->code;
    if (rc == 0)
        rc = ra_window_close(g, w, r->w->store_dir, r->journal, RA_WINDOW_CLOSED, err);
    r->shut = rc == 0;
    if (rc == 0)
        ra_run_note(r, "the matching window is closed");
    else
        ra_run_note(r, "THE MATCHING WINDOW IS STILL OPEN; the next command tries again");
    ra_graph_close(&g);
    return rc;
}

/* Last of all: whatever the window is for is ready when it opens. */
static int carry_window(struct ra_run *r, struct ra_err *err)
{
    struct ra_err closing = {0};
    bool open = false;
    int rc = ra_window_open(r, &open, err), shutting;

    if (rc == 0 && open) {
        if (r->o->hold_ms > 0 && r->w->let_go) {
            r->then = r->now = NULL;
            r->w->let_go(r->w->ctx);
        }
        rc = ra_window_hold(r, err);
    }
    shutting = open ? shut(r, &closing) : 0;
    if (rc == 0 && shutting != 0) {
        *err = closing;
        rc = shutting;
    }
    return rc;
}

static void count(struct ra_run *r)
{
    for (size_t i = 0; i < r->n; i++)
        r->sum->counts[r->steps[i].state]++;
    memcpy(r->sum->batch, r->journal ? r->head.id : "", r->journal ? sizeof r->sum->batch : 1);
}

static bool anything_pending(const struct ra_run *r)
{
    return ra_run_pending(r, RA_IN_DIRECTORY) || ra_run_pending(r, RA_IN_CLOUD) ||
           ra_run_pending(r, RA_IN_TENANT);
}

static int write_all(struct ra_run *r, struct ra_err *err)
{
    struct ra_err closing = {0};
    int rc = begin_batch(r, err);

    if (rc == 0)
        rc = carry_steps(r, err);
    if (rc == 0)
        rc = carry_window(r, err);
    else if (r->adopted && shut(r, &closing) != 0)
        ra_run_note(r, "%s", closing.msg);
    if (rc == 0)
        rc = ra_journal_end(r->journal, "done", err);
    else if (r->shut &&
             !anything_pending(r)) /* stopped while the window was open: nothing is left */
        ra_journal_end(r->journal, "stopped", &closing);
    count(r);
    if (rc != 0 && r->journal && !r->shut) {
        struct ra_err as_it_was = *err;
        ra_hint(err,
                "%s%sbatch %s is unfinished: the same command goes on with it, and "
                "reanchor apply --rollback %s undoes it",
                as_it_was.hint, as_it_was.hint[0] ? "; " : "", r->head.id, r->head.id);
    }
    return rc;
}

int ra_run_story(struct ra_run *r, bool compare, struct ra_err *err)
{
    int rc = pass_gate(r, compare, err);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < r->n; i++)
        if (r->steps[i].state == RA_STEP_ALREADY || r->o->dry_run ||
            (r->steps[i].state == RA_STEP_KEPT && !r->resumed))
            tell(r, &r->steps[i]);
    if (r->o->dry_run || (!anything_pending(r) && !r->resumed)) {
        count(r);
        return 0;
    }
    rc = ra_gate_confirm(r, err);
    return rc ? rc : write_all(r, err);
}
