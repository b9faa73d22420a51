/*
 * A run is killed before, and then made to fail at, each call that changes the disk, of sealing and
 * of pruning; and the disk is really full at every page. Afterwards the chain is whole, what was
 * there before is good, no half file counts, and the next run goes on.
 */
#include "recovery/backup/prune.h"
#include "tests/unit/backup/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the calls ---- */

enum mode { LET, KILL, FAIL };

static enum mode mode;
static long calls, at;

int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_unlinkat(int fd, const char *name, int flags);
int __wrap_open(const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlinkat(int fd, const char *name, int flags);

/* true: this call is the one that fails. */
static bool step(void)
{
    if (mode == LET || ++calls != at)
        return false;
    if (mode == KILL)
        raise(SIGKILL);
    errno = ENOSPC;
    return true;
}

int __wrap_open(const char *path, int flags, ...)
{
    if ((flags & O_CREAT) && step())
        return -1;
    return __real_open(path, flags, 0600);
}

/* Half of it reaches the disk, as far as a full one takes. */
ssize_t __wrap_write(int fd, const void *p, size_t n)
{
    if (!step())
        return __real_write(fd, p, n);
    if (n > 1)
        __real_write(fd, p, n / 2);
    errno = ENOSPC;
    return -1;
}

int __wrap_fsync(int fd)
{
    return step() ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
    return step() ? -1 : __real_rename(from, to);
}

int __wrap_unlinkat(int fd, const char *name, int flags)
{
    return step() ? -1 : __real_unlinkat(fd, name, flags);
}

/* ---- a life ---- */

static int prune(struct vault *v, struct ra_err *err)
{
    struct ra_prune how = {
        .dir = v->dir, .rules = {2, 0, 0, 0}, .now = v->now, .sign_key_file = v->key};
    struct ra_pruned out;
    int rc = ra_backup_prune(&how, &out, err);

    ra_pruned_free(&out);
    return rc;
}

typedef int life_fn(struct vault *v, struct ra_err *err);

enum end { DONE, FAILED, KILLED };

static enum end live_here(struct vault *v, life_fn *life, enum mode how, long which)
{
    struct ra_err err = {0};
    int64_t now = v->now;
    int rc;

    calls = 0;
    at = which;
    mode = how;
    rc = life(v, &err);
    mode = LET;
    v->now = now + 86400;
    assert_true(rc == 0 || err.msg[0]);
    return rc == 0 ? DONE : FAILED;
}

/* One life; one that is killed in a process of its own. */
static enum end live(struct vault *v, life_fn *life, enum mode how, long which)
{
    pid_t pid;
    int status;

    if (how != KILL)
        return live_here(v, life, how, which);
    pid = fork();
    if (pid == 0) {
        struct ra_err err = {0};
        calls = 0;
        at = which;
        mode = how;
        _exit(life(v, &err) == 0 ? 0 : 1);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    v->now += 86400;
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return KILLED;
    }
    assert_true(WEXITSTATUS(status) <= 1);
    return WEXITSTATUS(status) ? FAILED : DONE;
}

static size_t backups(struct vault *v)
{
    struct ra_links c;
    size_t n;

    vault_check(v, true, true, &c);
    for (size_t i = 0; i < c.findings_n; i++)
        if (c.findings[i].fault)
            fail_msg("%s: %s", c.findings[i].file, c.findings[i].what);
    n = ra_links_backups(&c);
    ra_links_free(&c);
    return n;
}

static void nothing_is_left_over(struct vault *v)
{
    struct ra_links c;

    vault_check(v, true, false, &c);
    assert_int_equal(ra_links_left_over(&c), 0);
    assert_int_equal(c.findings_n, 0);
    ra_links_free(&c);
}

/* Every call of a life in turn, from a chain that grows on the way. */
static long each_step_of_sealing(struct vault *v, enum mode how)
{
    long k = 1;

    v->sign = true;
    vault_seal(v);
    for (;; k++) {
        size_t before = backups(v), after;
        enum end end = live(v, vault_try_seal, how, k);
        after = backups(v);
        assert_in_range(after, before, before + 1);
        if (end == DONE)
            break;
        assert_true(how == KILL ? end == KILLED : end == FAILED);
        vault_seal(v); /* the next night */
        assert_int_equal(backups(v), after + 1);
        nothing_is_left_over(v);
    }
    return k - 1;
}

static long each_step_of_pruning(struct vault *v, enum mode how)
{
    long k = 1;

    v->sign = true;
    for (;; k++) {
        size_t before;
        enum end end;
        vault_seal(v);
        vault_seal(v);
        vault_seal(v);
        before = backups(v);
        end = live(v, prune, how, k);
        assert_in_range(backups(v), 2, before);
        if (end == DONE)
            break;
        assert_true(how == KILL ? end == KILLED : end == FAILED);
        assert_int_equal(live(v, prune, LET, 0), DONE);
        assert_int_equal(backups(v), 2);
        nothing_is_left_over(v);
    }
    return k - 1;
}

static void killed_at_each_step_of_sealing(void **state)
{
    long n = each_step_of_sealing(*state, KILL);

    print_message("%ld steps\n", n);
    assert_true(n > 15);
}

static void no_room_at_each_step_of_sealing(void **state)
{
    assert_true(each_step_of_sealing(*state, FAIL) > 15);
}

static void killed_at_each_step_of_pruning(void **state)
{
    long n = each_step_of_pruning(*state, KILL);

    print_message("%ld steps\n", n);
    assert_true(n > 15);
}

static void no_room_at_each_step_of_pruning(void **state)
{
    assert_true(each_step_of_pruning(*state, FAIL) > 15);
}

/* ---- a disk that is full ---- */

/* A file that leaves so many pages free. */
static void fill_but(struct vault *v, long room)
{
    char *path = vault_path(v, "ballast", ""), page[4096] = {1};
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    long pages = 0;

    assert_true(fd >= 0);
    while (write(fd, page, sizeof page) == (ssize_t)sizeof page)
        pages++;
    assert_true(pages > room);
    assert_int_equal(ftruncate(fd, (pages - room) * 4096), 0);
    close(fd);
    free(path);
}

static void a_disk_that_is_full_at_each_page(void **state)
{
    struct vault *v = *state;
    int failed = 0;
    char *ballast = vault_path(v, "ballast", "");

    v->sign = true;
    assert_int_equal(mkdir(v->dir, 0700), 0);
    if (mount("reanchor-test", v->dir, "tmpfs", 0, "size=512k,mode=0700") != 0) {
        print_message("SKIPPED: a real full disk needs the right to mount a tmpfs: %s\n",
                      strerror(errno));
        free(ballast);
        skip();
        return;
    }
    vault_seal(v);
    for (int room = 0; room < 12; room++) { /* pages that are left */
        size_t before = backups(v);
        enum end sealed, pruned;
        struct ra_prune how = {
            .dir = v->dir, .rules = {2, 0, 0, 0}, .now = v->now, .sign_key_file = v->key};
        struct ra_pruned out;
        fill_but(v, room);
        sealed = live(v, vault_try_seal, LET, 0);
        assert_in_range(backups(v), before, before + 1);
        pruned = live(v, prune, LET, 0);
        assert_true(backups(v) >= 1);
        failed += (sealed == FAILED) + (pruned == FAILED);
        assert_int_equal(unlink(ballast), 0);
        vault_seal(v);
        how.now = v->now;
        assert_int_equal(ra_backup_prune(&how, &out, NULL), 0);
        ra_pruned_free(&out);
        assert_int_equal(backups(v), 2);
        nothing_is_left_over(v);
    }
    assert_int_equal(umount(v->dir), 0);
    print_message("%d runs failed for want of room\n", failed);
    assert_true(failed >= 5);
    free(ballast);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(killed_at_each_step_of_sealing, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(no_room_at_each_step_of_sealing, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(killed_at_each_step_of_pruning, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(no_room_at_each_step_of_pruning, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_disk_that_is_full_at_each_page, vault_new, vault_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
