/*
 * Writing to users of the tenant, several at once: a change is sent, and what was sent is read
 * until it shows, since the service answers before it has told all of itself (graph 10.3). A change
 * whose answer was lost is read before it is sent again.
 */
#include "recovery/apply/gate.h"

#include "src/base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOSSES = 5, FIRST_WAIT_MS = 500, SHOWS_MS = 120000, SHOWS_STEP_MS = 250 };

static int patched(void *ctx, struct ra_user_patch *p, struct ra_err *err)
{
    struct ra_run *r = ctx;
    struct ra_step *s = p->ctx;
    char text[sizeof p->why.msg + 400];

    s->sent = false;
    switch (p->outcome) {
    case RA_PATCH_DONE:
        return ra_run_settle(r, s, RA_STEP_WRITTEN, NULL, err);
    case RA_PATCH_DENIED:
        snprintf(text, sizeof text, "%s; it takes %s", p->why.msg, s->kind->who);
        return ra_run_settle(r, s, RA_STEP_DENIED, text, err);
    case RA_PATCH_REFUSED:
        return ra_run_settle(r, s, RA_STEP_FAILED, p->why.msg, err);
    case RA_PATCH_UNKNOWN:
        s->sent = true;
        break;
    case RA_PATCH_GONE:
    case RA_PATCH_UNSENT:
        break;
    }
    s->at = RA_AT_UNREAD;
    return 0;
}

static const char *z_or_null(struct ra_run *r, struct ra_str s)
{
    return ra_str_absent(s) ? NULL : ra_arena_copy(&r->arena, s.p, s.n);
}

static int write_once(struct ra_run *r, struct ra_err *err)
{
    struct ra_user_patch *all = ra_calloc(r->n + 1, sizeof *all);
    const struct ra_writer *w = ra_gate_writer(r, err);
    size_t n = 0;
    int rc = w ? 0 : -err->code;

    for (size_t i = 0; i < r->n && w; i++) {
        struct ra_step *s = &r->steps[i];
        if (s->kind->place == RA_IN_CLOUD && s->state == RA_STEP_PENDING && s->at == RA_AT_HAVE)
            all[n++] = (struct ra_user_patch){.id = z_or_null(r, s->s.target.id),
                                              .property = s->kind->property,
                                              .want = z_or_null(r, s->want),
                                              .ctx = s};
    }
    if (rc == 0 && n)
        rc = ra_graph_patch_users(w, r->graph, all, n, patched, r, err);
    free(all);
    return rc;
}

/* ---- until what was written shows ---- */

static size_t unseen(struct ra_run *r, struct ra_user_now *users)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        struct ra_step *s = &r->steps[i];
        if (s->kind->place == RA_IN_CLOUD && s->state == RA_STEP_WRITTEN && s->at != RA_AT_WANT)
            users[n++] = (struct ra_user_now){.id = z_or_null(r, s->s.target.id),
                                              .property = s->kind->property};
    }
    return n;
}

static void note_seen(struct ra_run *r, const struct ra_user_now *users)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        struct ra_step *s = &r->steps[i];
        if (s->kind->place != RA_IN_CLOUD || s->state != RA_STEP_WRITTEN || s->at == RA_AT_WANT)
            continue;
        if (users[n].found && ra_str_eq(ra_str(users[n].value), s->want))
            s->at = RA_AT_WANT;
        n++;
    }
}

static int confirm(struct ra_run *r, struct ra_err *err)
{
    struct ra_user_now *users = ra_calloc(r->n + 1, sizeof *users);
    int64_t wait = SHOWS_STEP_MS, end = ra_monotonic_ms() + SHOWS_MS;
    size_t n;
    int rc = 0;

    while (rc == 0 && (n = unseen(r, users)) > 0) {
        rc = ra_graph_users_now(r->graph, users, n, err);
        if (rc == 0)
            note_seen(r, users);
        r->sum->unconfirmed = rc == 0 ? unseen(r, users) : n;
        if (rc != 0 || r->sum->unconfirmed == 0 || ra_monotonic_ms() >= end)
            break;
        rc = ra_run_wait(r, wait, err);
        wait = wait < 10000 ? wait * 2 : wait;
    }
    free(users);
    return rc;
}

int ra_carry_cloud(struct ra_run *r, struct ra_err *err)
{
    int64_t wait = FIRST_WAIT_MS;
    int losses = 0, rc = 0;

    if (!ra_run_pending(r, RA_IN_CLOUD))
        return 0;
    while (rc == 0 && ra_run_pending(r, RA_IN_CLOUD)) {
        rc = write_once(r, err);
        if (rc != 0 || !ra_run_pending(r, RA_IN_CLOUD))
            break;
        if (++losses > LOSSES)
            return ra_fail(err, RA_ESERVER, "users: changes stay without an answer");
        rc = ra_run_wait(r, wait, err);
        wait *= 2;
        if (rc == 0)
            rc = ra_targets_read(r, RA_IN_CLOUD, err);
        for (size_t i = 0; i < r->n && rc == 0; i++)
            if (r->steps[i].kind->place == RA_IN_CLOUD)
                rc = ra_run_settle_by_read(r, &r->steps[i], err);
    }
    return rc ? rc : confirm(r, err);
}
