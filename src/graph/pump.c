#include "src/graph/pump.h"

#include "src/base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* Over HTTP/2 libcurl 7.88 may hold what it read for one transfer of a connection while it worked
 * for another, and wait for the socket: it goes on when it is asked again. */
enum { POLL_MS = 10 };

struct ended {
    CURL *transfer;
    CURLcode result;
};

struct ra_pump {
    CURLM *multi;
    ra_transfer_end_fn *end;
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock;   /* of what follows */
    pthread_cond_t changed; /* for the thread */
    pthread_cond_t told;    /* for the owner */
    CURL **fresh;           /* not in multi yet */
    size_t fresh_n, fresh_cap;
    struct ended *ended; /* not in multi any more; those before first were told */
    size_t first, ended_n, ended_cap;
    int running;                /* transfers that multi has */
    bool busy, paused, closing; /* busy: the thread works with multi */
    atomic_bool broken;         /* libcurl stopped working */
};

/* ---- who has multi ---- */

static void put_ended(struct ra_pump *p, CURL *transfer, CURLcode result)
{
    p->ended = ra_grow(p->ended, &p->ended_cap, p->ended_n + 1, sizeof *p->ended);
    p->ended[p->ended_n++] = (struct ended){transfer, result};
}

/* With the lock, as what is told changes hands. */
static void take_fresh(struct ra_pump *p)
{
    for (size_t i = 0; i < p->fresh_n; i++)
        if (curl_multi_add_handle(p->multi, p->fresh[i]) == CURLM_OK)
            p->running++;
        else
            put_ended(p, p->fresh[i], CURLE_FAILED_INIT);
    p->fresh_n = 0;
}

static void take_ended(struct ra_pump *p, CURL *transfer, CURLcode result)
{
    curl_multi_remove_handle(p->multi, transfer);
    result = p->end(transfer, result);
    pthread_mutex_lock(&p->lock);
    p->running--;
    put_ended(p, transfer, result);
    pthread_cond_signal(&p->told);
    pthread_mutex_unlock(&p->lock);
}

/* One that has ended at most: what is to be sent does not wait until all of them are opened. True
 * when there is more to do at once. */
static bool work(struct ra_pump *p)
{
    int running, left = 0;
    const CURLMsg *m;

    if (curl_multi_perform(p->multi, &running) != CURLM_OK)
        p->broken = true;
    m = curl_multi_info_read(p->multi, &left);
    if (m && m->msg == CURLMSG_DONE)
        take_ended(p, m->easy_handle, m->data.result);
    return m != NULL;
}

/* ---- the thread ---- */

static bool waiting(const struct ra_pump *p)
{
    return !p->closing && !p->paused && !p->broken && p->fresh_n == 0;
}

static void turn(struct ra_pump *p)
{
    bool more;

    take_fresh(p);
    p->busy = true;
    pthread_mutex_unlock(&p->lock);
    more = work(p);
    pthread_mutex_lock(&p->lock);
    if (!more && p->running > 0 && waiting(p)) {
        pthread_mutex_unlock(&p->lock);
        curl_multi_poll(p->multi, NULL, 0, POLL_MS, NULL);
        pthread_mutex_lock(&p->lock);
    }
    p->busy = false;
}

static void *run(void *arg)
{
    struct ra_pump *p = arg;

    pthread_mutex_lock(&p->lock);
    while (!p->closing) {
        if (p->paused || p->broken)
            pthread_cond_signal(&p->told);
        if (p->paused || p->broken || (p->running == 0 && waiting(p)))
            pthread_cond_wait(&p->changed, &p->lock);
        else
            turn(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void wake(struct ra_pump *p)
{
    pthread_cond_signal(&p->changed);
    if (p->busy)
        curl_multi_wakeup(p->multi);
}

/* ---- the owner ---- */

static void start(struct ra_pump *p)
{
    sigset_t all, before;

    sigfillset(&all); /* signals are for the owner */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    p->threaded = pthread_create(&p->thread, NULL, run, p) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct ra_pump *ra_pump_open(CURLM *multi, ra_transfer_end_fn *end)
{
    struct ra_pump *p = ra_calloc(1, sizeof *p);
    pthread_condattr_t monotonic;

    p->multi = multi;
    p->end = end;
    atomic_init(&p->broken, false);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    pthread_cond_init(&p->told, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return p;
}

void ra_pump_add(struct ra_pump *p, CURL *transfer)
{
    if (!p->threaded)
        start(p);
    pthread_mutex_lock(&p->lock);
    p->fresh = ra_grow(p->fresh, &p->fresh_cap, p->fresh_n + 1, sizeof *p->fresh);
    p->fresh[p->fresh_n++] = transfer;
    wake(p);
    pthread_mutex_unlock(&p->lock);
}

bool ra_pump_next(struct ra_pump *p, CURL **transfer, CURLcode *result)
{
    bool any;

    pthread_mutex_lock(&p->lock);
    any = p->first < p->ended_n;
    if (any) {
        *transfer = p->ended[p->first].transfer;
        *result = p->ended[p->first++].result;
    }
    if (p->first == p->ended_n)
        p->first = p->ended_n = 0;
    pthread_mutex_unlock(&p->lock);
    return any;
}

static void wait_for_thread(struct ra_pump *p, int ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    while (p->first == p->ended_n && !p->broken &&
           pthread_cond_timedwait(&p->told, &p->lock, &until) == 0)
        ;
}

static void work_here(struct ra_pump *p, int ms)
{
    take_fresh(p);
    if (!work(p) && p->first == p->ended_n && !p->broken)
        curl_multi_poll(p->multi, NULL, 0, ms, NULL);
}

bool ra_pump_wait(struct ra_pump *p, int ms)
{
    if (!p->threaded) {
        work_here(p, ms);
        return !p->broken;
    }
    pthread_mutex_lock(&p->lock);
    wait_for_thread(p, ms);
    pthread_mutex_unlock(&p->lock);
    return !p->broken;
}

static bool forget_fresh(struct ra_pump *p, const CURL *transfer)
{
    size_t kept = 0, before = p->fresh_n;

    for (size_t i = 0; i < before; i++)
        if (p->fresh[i] != transfer)
            p->fresh[kept++] = p->fresh[i];
    p->fresh_n = kept;
    return kept < before;
}

static bool forget_ended(struct ra_pump *p, const CURL *transfer)
{
    size_t kept = p->first, before = p->ended_n;

    for (size_t i = p->first; i < before; i++)
        if (p->ended[i].transfer != transfer)
            p->ended[kept++] = p->ended[i];
    p->ended_n = kept;
    return kept < before;
}

void ra_pump_drop(struct ra_pump *p, CURL *transfer)
{
    pthread_mutex_lock(&p->lock);
    p->paused = true;
    wake(p);
    while (p->busy)
        pthread_cond_wait(&p->told, &p->lock);
    if (!forget_fresh(p, transfer) && !forget_ended(p, transfer)) {
        curl_multi_remove_handle(p->multi, transfer);
        p->running--;
    }
    p->paused = false;
    wake(p);
    pthread_mutex_unlock(&p->lock);
}

void ra_pump_close(struct ra_pump **pp)
{
    struct ra_pump *p = *pp;

    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    wake(p);
    pthread_mutex_unlock(&p->lock);
    if (p->threaded)
        pthread_join(p->thread, NULL);
    curl_multi_cleanup(p->multi);
    pthread_cond_destroy(&p->changed);
    pthread_cond_destroy(&p->told);
    pthread_mutex_destroy(&p->lock);
    free(p->fresh);
    free(p->ended);
    free(p);
    *pp = NULL;
}
