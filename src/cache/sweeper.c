#include "src/cache/sweeper.h"

#include "src/base/mem.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILES_MAX = 16 }; /* a run leaves one or two a side */

struct ra_sweeper {
    int files[FILES_MAX];
    size_t n;
    pthread_t thread;
    bool running;
};

struct ra_sweeper *ra_sweeper_new(void)
{
    return ra_calloc(1, sizeof(struct ra_sweeper));
}

void ra_sweeper_keep(struct ra_sweeper *s, const char *path)
{
    int fd = s->n < FILES_MAX ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;

    if (fd >= 0)
        s->files[s->n++] = fd;
}

static void *sweep(void *arg)
{
    struct ra_sweeper *s = arg;

    while (s->n > 0)
        close(s->files[--s->n]);
    return NULL;
}

void ra_sweeper_start(struct ra_sweeper *s)
{
    sigset_t all, before;

    if (s->n == 0)
        return;
    sigfillset(&all); /* signals are for the owner */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->running = pthread_create(&s->thread, NULL, sweep, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!s->running)
        sweep(s);
}

void ra_sweeper_free(struct ra_sweeper **sp)
{
    struct ra_sweeper *s = *sp;

    if (!s)
        return;
    if (s->running)
        pthread_join(s->thread, NULL);
    sweep(s);
    free(s);
    *sp = NULL;
}
