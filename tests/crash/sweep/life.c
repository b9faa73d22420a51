#include "tests/crash/sweep/life.h"

#include "tests/crash/sweep/point.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int reanchor_main(int argc, char **argv); /* the program's main, under another name */

const char *__asan_default_options(void);
const char *__lsan_default_options(void);
const char *__asan_default_options(void)
{
    return "exitcode=98:detect_leaks=1:allocator_may_return_null=1:handle_abort=0";
}

const char *__lsan_default_options(void)
{
    return "exitcode=99:max_leaks=3";
}

/* ---- what the program asks the system, and is told otherwise ---- */

static int64_t fixed_now;

time_t __wrap_time(time_t *out);
time_t __wrap_time(time_t *out)
{
    struct timespec ts;
    time_t now;

    clock_gettime(CLOCK_REALTIME, &ts);
    now = fixed_now ? (time_t)fixed_now : ts.tv_sec;
    if (out)
        *out = now;
    return now;
}

/* The waits between attempts, a hundredth of them. */
int __real_nanosleep(const struct timespec *want, struct timespec *left);
int __wrap_nanosleep(const struct timespec *want, struct timespec *left);
int __wrap_nanosleep(const struct timespec *want, struct timespec *left)
{
    int64_t ns = ((int64_t)want->tv_sec * 1000000000 + want->tv_nsec) / 100;
    struct timespec less = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

    return __real_nanosleep(&less, left);
}

/* LeakSanitizer looks at the process from outside, which one that is not dumpable forbids. */
int __wrap_prctl(int option, ...);
int __wrap_prctl(int option, ...)
{
    (void)option;
    return 0;
}

/* ---- */

static void redirect(const char *path, int to)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || dup2(fd, to) < 0)
        _exit(97);
    close(fd);
}

static _Noreturn void child(const struct life *l)
{
    static char *copies[64]; /* the program puts others into argv */
    char *argv[64] = {(char[]){"reanchor"}};
    int argc = 1, null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(null, STDIN_FILENO);
    close(null);
    redirect(l->out, STDOUT_FILENO);
    redirect(l->err, STDERR_FILENO);
    for (; l->argv[argc - 1] && argc < 63; argc++)
        argv[argc] = copies[argc] = strdup(l->argv[argc - 1]);
    fixed_now = l->now;
    if (l->which >= 0 || l->everyone)
        point_arm(l->which, l->n);
    argc = reanchor_main(argc, argv);
    fflush(stdout);
    point_disarm();
    if (l->which < 0 && !l->everyone) /* to look for leaks takes as long as the run itself */
        _exit(argc);
    exit(argc);
}

static int ended(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid)
        abort();
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int life_run(const struct life *l)
{
    struct timespec limit = {.tv_sec = l->seconds};
    sigset_t chld;
    pid_t pid;
    int got;

    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    fflush(stdout);
    pid = fork();
    if (pid == 0)
        child(l);
    if (pid < 0)
        abort();
    do
        got = sigtimedwait(&chld, NULL, &limit);
    while (got < 0 && errno == EINTR); /* a debugger that looks in is no hang */
    if (got >= 0)
        return ended(pid);
    kill(pid, SIGKILL);
    ended(pid);
    sigtimedwait(&chld, NULL, &(struct timespec){0});
    return LIFE_HANGS;
}
