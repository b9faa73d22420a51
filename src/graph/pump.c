#include "src/graph/pump.h"

#include "src/base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

enum { POLL_MS = 100 };

struct ra_pump {
    CURLM *multi;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool wanted, busy, closing; /* busy: the thread has the handle */
};

/* Until the owner wants it back. */
static void pump(struct ra_pump *p)
{
    int running = 1;

    while (p->wanted && running) {
        pthread_mutex_unlock(&p->lock);
        if (curl_multi_perform(p->multi, &running) != CURLM_OK)
            running = 0;
        if (running)
            curl_multi_poll(p->multi, NULL, 0, POLL_MS, NULL);
        pthread_mutex_lock(&p->lock);
    }
}

static void *run(void *arg)
{
    struct ra_pump *p = arg;

    pthread_mutex_lock(&p->lock);
    while (!p->closing) {
        if (!p->wanted) {
            pthread_cond_wait(&p->changed, &p->lock);
            continue;
        }
        p->busy = true;
        pump(p);
        p->busy = p->wanted = false;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct ra_pump *ra_pump_open(CURLM *multi)
{
    struct ra_pump *p = ra_calloc(1, sizeof *p);
    sigset_t all, before;
    int bad;

    p->multi = multi;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    sigfillset(&all); /* signals are for the owner */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bad = pthread_create(&p->thread, NULL, run, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!bad)
        return p;
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
    return NULL;
}

void ra_pump_start(struct ra_pump *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    if (!p->wanted) {
        p->wanted = true;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
}

void ra_pump_stop(struct ra_pump *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->wanted = false;
    if (p->busy)
        curl_multi_wakeup(p->multi);
    while (p->busy)
        pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

void ra_pump_close(struct ra_pump **pp)
{
    struct ra_pump *p = *pp;

    if (!p)
        return;
    ra_pump_stop(p);
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
    *pp = NULL;
}
