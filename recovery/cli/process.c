/* What the process is allowed to leave behind, and the signals that end it. */
#include "recovery/cli/cli.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may set an atomic int");

static atomic_int stop_signal;

/* For what does not look at the flag, such as a sort of millions of pairs, a look-up of a name or a
 * server that holds a handshake open. The store survives it, and what was committed stays. */
#define LATE_NS 800000000

static timer_t late;

static void on_stop(int signal_number)
{
    const struct itimerspec once = {.it_value = {.tv_nsec = LATE_NS}};

    stop_signal = signal_number;
    timer_settime(late, 0, &once, NULL);
}

void ra_cli_take_time(void)
{
    const struct itimerspec never = {0};

    timer_settime(late, 0, &never, NULL);
}

/* Ends with the status that the run would have had. */
static void on_late(int signal_number)
{
    int asked = stop_signal;

    _exit(128 + (asked ? asked : signal_number));
}

/* A page of a snapshot's map that the disk does not deliver, or that was cut off while it was in
 * use: LMDB reads by touching memory, so there is no error that could be returned. */
static void on_lost_page(int signal_number)
{
    static const char said[] =
        "reanchor: a page of the store cannot be read: its disk failed, or a file of it was cut "
        "off\n"
        "HINT: see to the disk; remove the store's snapshots, then run reanchor fetch --full\n";

    (void)signal_number;
    (void)!write(STDERR_FILENO, said, sizeof said - 1);
    _exit(7); /* RA_EINTEGRITY's status */
}

static void on_ask(int signal_number)
{
    (void)signal_number;
    ra_progress_ask();
}

/* Without SA_RESTART, so that a wait ends at once; a second signal of the kind ends the process,
 * which the store survives. */
static void watch(int signal_number, void (*handler)(int), int flags)
{
    struct sigaction a;

    memset(&a, 0, sizeof a);
    a.sa_handler = handler;
    a.sa_flags = flags;
    sigemptyset(&a.sa_mask);
    sigaction(signal_number, &a, NULL);
}

static bool is_ignored(int signal_number)
{
    struct sigaction now;

    return sigaction(signal_number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* Who starts us with a standard stream closed would have the first file that is opened, the lock or
 * a snapshot, take its number, and messages written into it. Open for reading alone: what is
 * written to a closed stdout fails as it would have. */
static void hold_standard_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

const atomic_int *ra_cli_secure_process(void)
{
    const struct rlimit none = {0, 0};

    hold_standard_streams();
    setrlimit(RLIMIT_CORE, &none); /* secrets are in memory */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    umask(077);
    if (!setlocale(LC_CTYPE, "C.UTF-8")) /* what we print is UTF-8 whatever the terminal's locale */
        setlocale(LC_CTYPE, "");
    watch(SIGINT, on_stop, (int)SA_RESETHAND);
    watch(SIGTERM, on_stop, (int)SA_RESETHAND);
    if (!is_ignored(SIGHUP)) /* by nohup: the run outlives its terminal */
        watch(SIGHUP, on_stop, (int)SA_RESETHAND);
    timer_create(CLOCK_MONOTONIC, NULL, &late); /* raises SIGALRM */
    watch(SIGALRM, on_late, 0);
    watch(SIGUSR1, on_ask, SA_RESTART);
    watch(SIGBUS, on_lost_page, 0);
    watch(SIGPIPE, SIG_IGN, 0);
    return &stop_signal;
}

int ra_cli_stopped(const struct ra_cli *cli, struct ra_err *err)
{
    int n = cli->stop ? *cli->stop : 0;

    if (n == 0)
        return 0;
    ra_fail(err, RA_ESIGNAL, "stopped by signal %d (%s)", n, strsignal(n));
    err->signal = n;
    return -(int)RA_ESIGNAL;
}
