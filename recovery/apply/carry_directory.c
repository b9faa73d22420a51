/*
 * Writing to one directory: the changes go out side by side on one connection. What was sent and
 * not answered is read before it is sent again; the old value in the request makes sure that
 * nobody else's change is overwritten in between.
 */
#include "recovery/apply/gate.h"

#include <stdlib.h>

enum { LOSSES = 5, FIRST_WAIT_MS = 500 };

static int changed(void *ctx, struct ra_dir_change *c, struct ra_err *err)
{
    struct ra_run *r = ctx;
    struct ra_step *s = c->ctx;

    s->sent = false;
    switch (c->outcome) {
    case RA_CHANGE_DONE:
        return ra_run_settle(r, s, RA_STEP_WRITTEN, NULL, err);
    case RA_CHANGE_DENIED:
        return ra_run_settle(r, s, RA_STEP_DENIED, c->why.msg, err);
    case RA_CHANGE_REFUSED:
        return ra_run_settle(r, s, RA_STEP_FAILED, c->why.msg, err);
    case RA_CHANGE_CONFLICT:
    case RA_CHANGE_GONE:
    case RA_CHANGE_BUSY:
    case RA_CHANGE_UNSENT:
    case RA_CHANGE_UNKNOWN:
        break; /* what it holds now decides */
    }
    s->at = RA_AT_UNREAD;
    return 0;
}

static size_t gather(const struct ra_run *r, size_t directory, struct ra_dir_change *all)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        struct ra_step *s = &r->steps[i];
        if (s->kind->place == RA_IN_DIRECTORY && s->directory == directory &&
            s->state == RA_STEP_PENDING && s->at == RA_AT_HAVE)
            all[n++] = (struct ra_dir_change){.dn = s->dn,
                                              .attribute = s->kind->attribute,
                                              .have = s->have,
                                              .want = s->want,
                                              .ctx = s};
    }
    return n;
}

static int write_once(struct ra_run *r, size_t directory, bool *wrote, struct ra_err *err)
{
    struct ra_dir_change *all = ra_calloc(r->n + 1, sizeof *all);
    const struct ra_writer *w = ra_gate_writer(r, err);
    size_t n = gather(r, directory, all);
    struct ra_dir *d = NULL;
    int rc = w ? 0 : -err->code;

    *wrote = false;
    if (rc == 0 && n)
        rc = ra_run_dir(r, directory, &d, err);
    if (rc == 0 && n)
        rc = ra_dir_modify(w, d, all, n, changed, r, err);
    for (size_t i = 0; i < n; i++) {
        struct ra_step *s = all[i].ctx;
        *wrote = *wrote || all[i].outcome != RA_CHANGE_UNSENT;
        if (all[i].outcome == RA_CHANGE_UNKNOWN)
            s->sent = true;
    }
    free(all);
    return rc;
}

static bool pending_in(const struct ra_run *r, size_t directory)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->steps[i].kind->place == RA_IN_DIRECTORY && r->steps[i].directory == directory &&
            r->steps[i].state == RA_STEP_PENDING)
            return true;
    return false;
}

/* What is still pending is read again, and settled unless it may be written. */
static int look_again(struct ra_run *r, size_t directory, struct ra_err *err)
{
    int rc = ra_targets_read(r, RA_IN_DIRECTORY, err);

    for (size_t i = 0; i < r->n && rc == 0; i++)
        if (r->steps[i].kind->place == RA_IN_DIRECTORY && r->steps[i].directory == directory)
            rc = ra_run_settle_by_read(r, &r->steps[i], err);
    return rc;
}

int ra_carry_directory(struct ra_run *r, size_t directory, struct ra_err *err)
{
    int64_t wait = FIRST_WAIT_MS;
    int losses = 0, rc = 0;

    while (pending_in(r, directory)) {
        bool wrote;
        rc = write_once(r, directory, &wrote, err);
        if (rc != 0 && rc != -(int)RA_ENETWORK)
            return rc;
        if (!pending_in(r, directory))
            return 0;
        if (++losses > LOSSES)
            return rc ? rc
                      : ra_fail(err, RA_ESERVER, "directory %s: stays busy",
                                r->w->directories[directory].name);
        rc = ra_run_wait(r, wait, err);
        wait *= 2;
        if (rc == 0)
            rc = look_again(r, directory, err);
        if (rc != 0 && rc != -(int)RA_ENETWORK)
            return rc;
    }
    return rc;
}
