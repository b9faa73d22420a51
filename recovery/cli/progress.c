#include "recovery/cli/progress.h"

#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#define LIVE_MS  200   /* how often a moving line is drawn */
#define PLAIN_MS 10000 /* how often at most a plain one */
#define WORTH_MS 1000  /* a shorter wait is not worth a plain line */

struct ra_phase {
    struct ra_progress *of;
    struct ra_phase *next;
    char *name;
    uint64_t earlier, done, total;
    int64_t begun, waited, wait_from, wait_until; /* milliseconds of the clock that never jumps */
    char why[32], detail[160];
    bool goes_on; /* slow, not waiting */
    bool passing; /* nobody counts: here for as long as the wait */
};

struct ra_progress {
    enum ra_progress_style style;
    FILE *to;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t drawer;
    bool running; /* it is: without it the work goes on unseen */
    bool closing;
    int answered;            /* the asks that were seen */
    int drawn;               /* moving lines that stand on the terminal now */
    int64_t last;            /* when a plain line was written, or the progress was opened */
    bool wrote;              /* a plain line was written at all */
    struct ra_phase *phases; /* in the order of their beginning */
};

static _Atomic int asks; /* without a lock, so that a signal handler may */

void ra_progress_ask(void)
{
    asks = asks + 1;
}

static void settle_wait(struct ra_phase *f, int64_t now)
{
    int64_t until = now < f->wait_until ? now : f->wait_until;

    if (until > f->wait_from && !f->goes_on)
        f->waited += until - f->wait_from;
    f->wait_from = until;
}

static struct ra_phase_state state_of(struct ra_phase *f, int64_t now, bool ended)
{
    settle_wait(f, now);
    return (struct ra_phase_state){
        .name = f->name,
        .earlier = f->earlier,
        .done = f->done,
        .total = f->total,
        .elapsed_ms = now - f->begun - f->waited,
        .why = !ended && f->wait_until > now ? f->why : NULL,
        .detail = f->detail[0] ? f->detail : NULL,
        .wait_ms = f->wait_until - now,
        .ended = ended,
    };
}

/* ---- drawing; the lock is held ---- */

static size_t columns(FILE *to)
{
    struct winsize w;

    return ioctl(fileno(to), TIOCGWINSZ, &w) == 0 && w.ws_col > 8 ? w.ws_col - 1u : 79;
}

static void erase(struct ra_progress *p)
{
    if (p->drawn > 0)
        fprintf(p->to, "\r\x1b[%dA\x1b[J", p->drawn);
    p->drawn = 0;
}

static void draw_live(struct ra_progress *p, int64_t now)
{
    struct ra_buf b;

    ra_buf_init(&b, 4096);
    erase(p);
    for (struct ra_phase *f = p->phases; f; f = f->next) {
        struct ra_phase_state s = state_of(f, now, false);
        ra_buf_clear(&b);
        ra_phase_text(&s, &b);
        fprintf(p->to, "%.*s\n", (int)columns(p->to), ra_buf_z(&b));
        p->drawn++;
    }
    ra_buf_free(&b);
}

static void write_line(struct ra_progress *p, int64_t now)
{
    struct ra_buf b;

    if (!p->phases)
        return;
    ra_buf_init(&b, 65536);
    for (struct ra_phase *f = p->phases; f; f = f->next) {
        struct ra_phase_state s = state_of(f, now, false);
        ra_phase_text(&s, &b);
        if (f->next)
            ra_buf_puts(&b, "; ");
    }
    fprintf(p->to, "%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

static void write_object(struct ra_progress *p, struct ra_phase *f, int64_t now, bool ended)
{
    struct ra_phase_state s = state_of(f, now, ended);
    struct ra_buf b;

    ra_buf_init(&b, 65536);
    ra_phase_json(&s, &b);
    fprintf(p->to, "%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

static void draw(struct ra_progress *p, int64_t now)
{
    if (p->style == RA_PROGRESS_LIVE)
        draw_live(p, now);
    else if (p->style == RA_PROGRESS_JSON)
        for (struct ra_phase *f = p->phases; f; f = f->next)
            write_object(p, f, now, false);
    else
        write_line(p, now);
    p->last = now;
    p->wrote = true;
    fflush(p->to);
}

/* A wait that is longer than a moment is told at once, if no line was written just before. */
static bool has_news(const struct ra_progress *p, int64_t now)
{
    for (const struct ra_phase *f = p->phases; f && !p->wrote; f = f->next)
        if (f->wait_until - now >= WORTH_MS)
            return true;
    return false;
}

static bool is_due(const struct ra_progress *p, int64_t now)
{
    if (p->style == RA_PROGRESS_QUIET || !p->phases)
        return false;
    if (p->style == RA_PROGRESS_LIVE)
        return now - p->last >= LIVE_MS;
    return now - p->last >= PLAIN_MS || has_news(p, now);
}

/* Takes away the lines of waits that are over and that no phase counts. */
static void drop_passed(struct ra_progress *p, int64_t now)
{
    struct ra_phase **at = &p->phases;

    while (*at) {
        struct ra_phase *f = *at;
        if (!f->passing || f->wait_until > now) {
            at = &f->next;
            continue;
        }
        *at = f->next;
        free(f->name);
        free(f);
    }
}

static void sleep_until_woken(struct ra_progress *p)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += (long)LIVE_MS * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    pthread_cond_timedwait(&p->wake, &p->lock, &at);
}

static void *drawer(void *arg)
{
    struct ra_progress *p = arg;

    pthread_mutex_lock(&p->lock);
    while (!p->closing) {
        int64_t now = ra_monotonic_ms();
        bool asked = asks != p->answered;
        p->answered = asks;
        drop_passed(p, now);
        if (asked || is_due(p, now))
            draw(p, now);
        sleep_until_woken(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* A line of the log goes above the moving ones. */
static void before_log(void *ctx)
{
    struct ra_progress *p = ctx;

    pthread_mutex_lock(&p->lock);
    erase(p);
    fflush(p->to);
}

static void after_log(void *ctx)
{
    struct ra_progress *p = ctx;

    pthread_mutex_unlock(&p->lock);
}

/* ---- the calls ---- */

/* Signals are for the threads that do the work. */
static void start_drawer(struct ra_progress *p)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    p->running = pthread_create(&p->drawer, NULL, drawer, p) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct ra_progress *ra_progress_open(enum ra_progress_style style, FILE *to)
{
    struct ra_progress *p = ra_calloc(1, sizeof *p);
    pthread_condattr_t attr;

    p->style = style;
    p->to = to;
    p->answered = asks;
    p->last = ra_monotonic_ms();
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (style == RA_PROGRESS_LIVE)
        ra_log_around(before_log, after_log, p);
    start_drawer(p);
    return p;
}

void ra_progress_close(struct ra_progress **pp)
{
    struct ra_progress *p = *pp;

    if (!p)
        return;
    ra_log_around(NULL, NULL, NULL);
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    if (p->running)
        pthread_join(p->drawer, NULL);
    drop_passed(p, INT64_MAX);
    while (p->phases) {
        struct ra_phase *f = p->phases;
        ra_progress_end(&f);
    }
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p);
    *pp = NULL;
}

/* The lock is held. */
static struct ra_phase *phase_of(struct ra_progress *p, const char *name)
{
    struct ra_phase *f = p->phases;

    while (f && strcmp(f->name, name) != 0)
        f = f->next;
    return f;
}

static struct ra_phase *add_phase(struct ra_progress *p, const char *name)
{
    struct ra_phase *f = ra_calloc(1, sizeof *f), **last = &p->phases;

    f->of = p;
    f->name = ra_strdup(name);
    f->begun = ra_monotonic_ms();
    while (*last)
        last = &(*last)->next;
    *last = f;
    return f;
}

struct ra_phase *ra_progress_begin(struct ra_progress *p, const char *name, uint64_t done,
                                   uint64_t total)
{
    struct ra_phase *f;

    if (!p)
        return NULL;
    pthread_mutex_lock(&p->lock);
    f = phase_of(p, name);
    if (!f || !f->passing)
        f = add_phase(p, name);
    f->passing = false; /* what waited before its first object counts from here on */
    f->earlier = f->done = done;
    f->total = total;
    pthread_mutex_unlock(&p->lock);
    return f;
}

void ra_progress_total(struct ra_phase *f, uint64_t total)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->of->lock);
    f->total = total;
    pthread_mutex_unlock(&f->of->lock);
}

void ra_progress_add(struct ra_phase *f, uint64_t n)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->of->lock);
    f->done += n;
    pthread_mutex_unlock(&f->of->lock);
}

/* Of two waits the longer one is the phase's; any is before being slow. */
static void begin_wait(struct ra_phase *f, const struct ra_progress_wait *w, int64_t now)
{
    settle_wait(f, now);
    if (f->wait_until > now &&
        (f->goes_on == w->goes_on ? now + w->ms < f->wait_until : w->goes_on))
        return;
    f->goes_on = w->goes_on;
    f->wait_from = now;
    f->wait_until = now + w->ms;
    snprintf(f->why, sizeof f->why, "%s", w->what);
    snprintf(f->detail, sizeof f->detail, "%s", w->detail ? w->detail : "");
}

void ra_progress_wait(struct ra_progress *p, const struct ra_progress_wait *w)
{
    struct ra_phase *f;

    if (!p || w->ms <= 0)
        return;
    pthread_mutex_lock(&p->lock);
    f = phase_of(p, w->name);
    if (!f) {
        f = add_phase(p, w->name);
        f->passing = true;
    }
    begin_wait(f, w, ra_monotonic_ms());
    pthread_mutex_unlock(&p->lock);
}

/* A moving line stays as the phase's last word; an object says that it is done. */
static void last_word(struct ra_progress *p, struct ra_phase *f, int64_t now)
{
    struct ra_phase_state s = state_of(f, now, true);
    struct ra_buf b;

    if (p->style == RA_PROGRESS_JSON)
        write_object(p, f, now, true);
    if (p->style == RA_PROGRESS_LIVE) {
        ra_buf_init(&b, 4096);
        ra_phase_text(&s, &b);
        erase(p);
        fprintf(p->to, "%.*s\n", (int)columns(p->to), ra_buf_z(&b));
        ra_buf_free(&b);
    }
    fflush(p->to);
}

void ra_progress_end(struct ra_phase **ff)
{
    struct ra_phase *f = *ff, **at;
    struct ra_progress *p;

    if (!f)
        return;
    p = f->of;
    pthread_mutex_lock(&p->lock);
    for (at = &p->phases; *at != f; at = &(*at)->next)
        continue;
    *at = f->next;
    last_word(p, f, ra_monotonic_ms());
    if (p->style == RA_PROGRESS_LIVE)
        draw_live(p, ra_monotonic_ms());
    pthread_mutex_unlock(&p->lock);
    free(f->name);
    free(f);
    *ff = NULL;
}

void ra_progress_show(struct ra_progress *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    draw(p, ra_monotonic_ms());
    pthread_mutex_unlock(&p->lock);
}
