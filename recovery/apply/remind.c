/* What every other command has to say, and to close, because of a run that was cut short. */
#include "recovery/apply/gate.h"
#include "recovery/apply/journal_form.h"
#include "recovery/apply/window.h"
#include "src/base/clock.h"
#include "src/base/file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct reminder {
    const char *store_dir, *tenant_id;
    const struct ra_graph_options *graph;
    void (*say)(void *ctx, const char *line);
    void *ctx;
    bool alive; /* a run of apply holds the journals */
};

__attribute__((format(printf, 2, 3))) static void say(const struct reminder *r, const char *fmt,
                                                      ...)
{
    char text[1600];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->say(r->ctx, text);
}

#define PATIENCE_MS 20000 /* the command has something else to do */

static int close_it(const struct reminder *r, const struct ra_window *w, int lock,
                    struct ra_err *err)
{
    struct ra_writer *writer = ra_gate_rescuer(lock, err);
    struct ra_journal *j = NULL;
    struct ra_graph_options options = *r->graph;
    struct ra_graph *g = NULL;
    int rc = writer ? 0 : -err->code;

    if (!ra_str_eq_fold(ra_str(w->tenant), ra_str(r->tenant_id)))
        rc = ra_fail(err, RA_ESTALE, "it is of tenant %s; name its configuration", w->tenant);
    options.retry_budget_ms = PATIENCE_MS;
    if (rc == 0)
        rc = ra_graph_open(&options, &g, err);
    if (rc == 0)
        rc = ra_journal_resume(r->store_dir, w->batch, &j, err);
    if (rc == 0)
        rc = ra_window_close(g, writer, r->store_dir, j, RA_WINDOW_RESCUED, err);
    ra_journal_close(&j);
    ra_graph_close(&g);
    ra_gate_writer_free(&writer);
    return rc;
}

static void about_window(struct reminder *r, int lock)
{
    struct ra_window w;
    struct ra_err err = {0};
    char since[RA_TIME_TEXT], age[32];
    struct ra_buf what;
    int rc = ra_window_read(r->store_dir, &w, &err);

    if (rc == -(int)RA_ENOTFOUND)
        return;
    if (rc != 0) {
        say(r, "%s (%s)", err.msg, err.hint);
        return;
    }
    ra_buf_init(&what, 1024);
    ra_window_text(&w, &what);
    ra_time_text(w.opened, since);
    ra_duration_text(ra_now() - w.opened, age);
    say(r, "a matching window is open since %s (%s): %s%s", since, age, ra_buf_z(&what),
        r->alive ? "; a run of apply holds it open" : "; the run that opened it was cut short");
    if (!r->alive && !r->graph)
        say(r, "THE MATCHING WINDOW IS STILL OPEN: this command reaches no tenant; any other that "
               "does closes it");
    else if (!r->alive && close_it(r, &w, lock, &err) == 0)
        say(r, "the matching window is closed now");
    else if (!r->alive)
        say(r, "THE MATCHING WINDOW IS STILL OPEN: %s", err.msg);
    ra_buf_free(&what);
}

static int about_batch(void *ctx, const struct ra_batch_head *h, bool ended, struct ra_err *err)
{
    const struct reminder *r = ctx;
    char since[RA_TIME_TEXT];

    (void)err;
    if (ended)
        return 0;
    ra_time_text(h->created, since);
    if (r->alive)
        say(r, "batch %s of %s is being written", h->id, since);
    else
        say(r,
            "batch %s of %s was interrupted and is unfinished: apply %s again, or undo it with "
            "reanchor apply --rollback %s",
            h->id, since, ra_str_absent(h->rollback_of) ? "its plan" : "its rollback",
            ra_str_absent(h->rollback_of) ? h->id : h->rollback_of.p);
    return 0;
}

void ra_apply_reminder(const char *store_dir, const char *tenant_id,
                       const struct ra_graph_options *graph,
                       void (*say_line)(void *ctx, const char *), void *ctx)
{
    struct reminder r = {store_dir, tenant_id, graph, say_line, ctx, false};
    struct ra_buf dir;
    struct ra_err err = {0};
    int lock = -1, there;

    ra_journal_path(store_dir, "", "", &dir);
    there = access(ra_buf_z(&dir), W_OK);
    ra_buf_free(&dir);
    if (there != 0)
        return; /* nothing was ever applied from this store, or it is not ours to mend */
    lock = ra_journal_lock(store_dir, 0, &err);
    r.alive = lock == -(int)RA_ELOCKED;
    about_window(&r, lock);
    err = (struct ra_err){0};
    if (ra_journal_list(store_dir, about_batch, &r, &err) != 0)
        say(&r, "%s", err.msg);
    if (lock >= 0)
        close(lock);
}

int ra_apply_window_done(const char *store_dir, const atomic_int *stop, struct ra_err *err)
{
    struct ra_window w;
    struct ra_buf path;
    int64_t end = ra_monotonic_ms() + 60000;
    int rc = ra_window_read(store_dir, &w, err);

    if (rc != 0)
        return rc == -(int)RA_ENOTFOUND ? 0 : rc;
    ra_journal_path(store_dir, "close-window", "", &path);
    rc = ra_file_write(ra_buf_z(&path), "", 0, err);
    ra_buf_free(&path);
    while (rc == 0 && (rc = ra_window_read(store_dir, &w, err)) == 0) {
        if ((stop && *stop) || ra_monotonic_ms() >= end)
            return ra_fail(err, RA_ELOCKED,
                           "the run of apply that holds the window open does not "
                           "close it");
        ra_sleep_ms(100);
    }
    return rc == -(int)RA_ENOTFOUND ? 0 : rc;
}
