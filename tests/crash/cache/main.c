/*
 * Snapshots are made again and again while their maker is killed, or one of its calls fails; after
 * each time it is proved that what counts as complete is whole, and that the next life goes on to
 * the same end.
 *
 *   crash_cache killed N   N lives, each killed at a random moment; every other snapshot is made
 *                          from the one before it
 *   crash_cache steps      a life killed before each call that changes the disk
 *   crash_cache faults     a life in which one call fails, for each of them
 *   crash_cache power      a life whose disk loses power after each step, with what was not synced
 *   crash_cache next       the last three for a snapshot that is made from the one before it
 *
 * In REANCHOR_TEST_DIR; else all but the first in /dev/shm, as they need no disk; else in TMPDIR or
 * /tmp.
 */
#include "tests/crash/cache/content.h"
#include "tests/crash/cache/disk.h"
#include "tests/crash/cache/drive.h"
#include "tests/crash/cache/steps.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIDE "cloud"

static char dir[512], store[600];

static void make_dir(bool on_disk)
{
    const char *in = getenv("REANCHOR_TEST_DIR");

    if (!in && !on_disk && access("/dev/shm", W_OK) == 0)
        in = "/dev/shm";
    if (!in)
        in = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/crash-cache-XXXXXX", in ? in : "/tmp");
    if (!mkdtemp(dir))
        content_fail("%s: cannot be made", dir);
    snprintf(store, sizeof store, "%s/store", dir);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void clear(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* One life to its end, and what it made proved. */
static struct drive live_on(unsigned at_least)
{
    struct ra_err err = {0};
    struct drive d;

    steps_set(STEPS_COUNT, 0);
    if (drive(store, SIDE, &d, &err) != 0)
        content_fail("after the crash: %s", err.msg);
    if (content_verify(store, SIDE) != d.run || d.run < at_least)
        content_fail("run %u is not the current one, or is an old one", d.run);
    return d;
}

static const char *kind(bool partial)
{
    return drive_as == DRIVE_NEXT ? (partial ? "resumed next" : "next")
                                  : (partial ? "resumed" : "new");
}

/* ---- killed ---- */

static void live_for_ever(void)
{
    struct ra_err err = {0};
    struct drive d;

    for (;;)
        if (drive(store, SIDE, &d, &err) != 0)
            content_fail("%s", err.msg);
}

static void wait_killed(pid_t child)
{
    int status;

    if (waitpid(child, &status, 0) != child)
        content_fail("waitpid");
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        content_fail("a life ended by itself, with status %x", (unsigned)status);
}

static void killed(unsigned lives)
{
    unsigned run = 0, went_on = 0, last = 0;

    drive_as = DRIVE_EITHER;
    srandom((unsigned)getpid());
    for (unsigned i = 0; i < lives; i++) {
        struct timespec t = {0, random() % 200000000};
        pid_t child = fork();
        if (child == 0)
            live_for_ever();
        nanosleep(&t, NULL);
        kill(child, SIGKILL);
        wait_killed(child);
        if (access(store, F_OK) == 0)
            run = content_verify(store, SIDE);
        if (run < last)
            content_fail("run %u was complete, now run %u is the current one", last, run);
        last = run;
        if (i % 8 == 7) {
            struct drive d = live_on(last);
            went_on += d.resumed ? 1 : 0;
            last = d.run;
        }
    }
    printf("%u lives killed at random, %u snapshots completed; %u of %u lives that were let on "
           "resumed a partial one\n",
           lives, last, went_on, lives / 8);
}

/* ---- steps ---- */

/* A store with an older snapshot, and beside it nothing, or one that is complete but for its name:
 * to resume that, its indexes must be taken out and its records be read again. One that is made
 * from another is resumed up to where its gaps are closed. */
static unsigned prepare(bool partial)
{
    struct ra_err err = {0};
    struct drive d;

    live_on(0);
    if (partial) {
        steps_fail_named(drive_as == DRIVE_NEXT ? "mdb_drop" : "rename");
        if (drive(store, SIDE, &d, &err) != -(int)RA_EIO || content_verify(store, SIDE) != 1)
            content_fail("the snapshot was completed in spite of a failure");
        steps_set(STEPS_COUNT, 0);
    }
    return content_verify(store, SIDE);
}

static long count_steps(bool partial)
{
    long n;

    prepare(partial);
    if (live_on(0).resumed != partial)
        content_fail("the life to be cut short is not the one that was meant");
    n = steps_seen();
    clear(store);
    return n;
}

static void die_at(long at, bool partial)
{
    unsigned before = prepare(partial), now;
    pid_t child = fork();

    if (child == 0) {
        steps_set(STEPS_DIE, at);
        live_for_ever();
    }
    wait_killed(child);
    now = content_verify(store, SIDE);
    if (now < before)
        content_fail("step %ld: run %u was complete, now run %u is the current one", at, before,
                     now);
    live_on(now);
    clear(store);
}

static void steps(bool partial)
{
    long n = count_steps(partial);

    for (long at = 1; at <= n; at++)
        die_at(at, partial);
    printf("killed before each of %ld steps of a %s life\n", n, kind(partial));
}

/* ---- faults ---- */

/* A life in which one call fails may end well, where the call can be done without; or it ends with
 * an error, and then no snapshot has come of it but one that finish had reported. */
static bool fail_at(enum steps_do what, long at, bool partial)
{
    unsigned before = prepare(partial), now;
    struct ra_err err = {0};
    struct drive d;
    const char *call;
    bool went_on;
    int rc;

    steps_set(what, at);
    rc = drive(store, SIDE, &d, &err);
    call = steps_name();
    steps_set(STEPS_COUNT, 0);
    now = content_verify(store, SIDE);
    if (rc != 0 && (err.code != -rc || !err.msg[0]))
        content_fail("%s, call %ld, failed: the error is not told", call, at);
    if (now != (d.finished ? before + 1 : before))
        content_fail("%s, call %ld, failed: run %u is the current one, had %u, finish %s", call, at,
                     now, before, d.finished ? "succeeded" : "failed");
    if (what == STEPS_MAP_FULL && rc != 0)
        content_fail("%s, call %ld: a full map is no error: %s", call, at, err.msg);
    if (getenv("VERBOSE"))
        printf("%ld %s: %s\n", at, call ? call : "-", rc == 0 ? "went on" : err.msg);
    went_on = live_on(now).resumed;
    if (partial && !d.finished && !went_on && drive_as == DRIVE_NEW)
        content_fail("%s, call %ld, failed: what had been committed is lost", call, at);
    clear(store);
    return rc != 0;
}

static void faults(bool partial)
{
    long n = count_steps(partial), failed = 0;

    for (long at = 1; at <= n; at++) {
        failed += fail_at(STEPS_FAIL, at, partial) ? 1 : 0;
        fail_at(STEPS_MAP_FULL, at, partial);
    }
    printf("each of %ld calls of a %s life failed once, %ld times it ended with an error\n", n,
           kind(partial), failed);
    if (failed * 2 < n)
        content_fail("too few of the calls matter: the wrappers are not in place");
}

/* ---- power ---- */

/* The store as a power cut after the step may have left it, and what must be true of it. */
static void cut_at(size_t step, unsigned seed, unsigned before)
{
    unsigned complete = disk_promised(step, DISK_COMPLETE), now;
    unsigned committed = disk_promised(step, DISK_COMMITTED);
    char snapshots[640], command[1400];
    struct drive d;

    clear(store);
    snprintf(snapshots, sizeof snapshots, "%s/snapshots", store);
    snprintf(command, sizeof command, "mkdir -p '%s'", snapshots);
    if (system(command) != 0)
        content_fail("%s", command);
    disk_cut(step, seed, snapshots);
    now = content_verify(store, SIDE);
    if (now < before || now < complete)
        content_fail("power cut after step %zu, seed %u: run %u is the current one, want %u", step,
                     seed, now, complete ? complete : before);
    d = live_on(now);
    if (d.run == before + 1 && d.found < committed)
        content_fail("power cut after step %zu, seed %u: %u records are left of %u committed", step,
                     seed, d.found, committed);
}

static void power(bool partial)
{
    unsigned before = prepare(partial), seeds = drive_as == DRIVE_NEXT ? 2 : 6;
    char snapshots[640];
    size_t n;

    snprintf(snapshots, sizeof snapshots, "%s/snapshots", store);
    disk_record(snapshots);
    live_on(0);
    disk_stop();
    n = disk_steps();
    for (size_t step = 0; step <= n; step++)
        for (unsigned seed = 0; seed < seeds; seed++)
            cut_at(step, seed, before);
    clear(store);
    printf("power cut after each of %zu steps of a %s life, %u times each\n", n, kind(partial),
           seeds);
}

static void both(void (*sweep)(bool partial))
{
    sweep(false);
    sweep(true);
}

static void next(void)
{
    drive_as = DRIVE_NEXT;
    both(steps);
    both(faults);
    both(power);
}

int main(int argc, char **argv)
{
    make_dir(argc == 3);
    if (argc == 3 && strcmp(argv[1], "killed") == 0)
        killed((unsigned)strtoul(argv[2], NULL, 10));
    else if (argc == 2 && strcmp(argv[1], "steps") == 0)
        both(steps);
    else if (argc == 2 && strcmp(argv[1], "faults") == 0)
        both(faults);
    else if (argc == 2 && strcmp(argv[1], "power") == 0)
        both(power);
    else if (argc == 2 && strcmp(argv[1], "next") == 0)
        next();
    else
        content_fail("usage: crash_cache killed N | steps | faults | power | next");
    clear(dir);
    return 0;
}
