/* What a process allows itself, and how a signal ends it: each in a child of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/cli/cli.h"
#include "tests/unit/cache/fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char said[4096]; /* by the last child, on stderr */

/* How a child ends that has secured itself and then does this. */
static int outcome(int (*what)(struct fixture *fx, const atomic_int *stop), struct fixture *fx)
{
    FILE *words = tmpfile();
    int status;
    pid_t child;

    assert_non_null(words);
    child = fork();
    if (child == 0) {
        dup2(fileno(words), STDERR_FILENO);
        _exit(what(fx, ra_cli_secure_process()));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    rewind(words);
    said[fread(said, 1, sizeof said - 1, words)] = '\0';
    fclose(words);
    return status;
}

static int is_secured(struct fixture *fx, const atomic_int *stop)
{
    struct rlimit core;

    (void)fx, (void)stop;
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0)
        return 1;
    if (prctl(PR_GET_DUMPABLE) != 0)
        return 2;
    return umask(0) == 077 ? 0 : 3;
}

static void no_core_no_dump_and_files_for_the_owner_alone(void **state)
{
    assert_int_equal(outcome(is_secured, *state), 0);
}

/* Larger than what the kernel reads ahead when a page is touched. */
#define RECORDS 200000

static int reads_what_was_cut_off(struct fixture *fx, const atomic_int *stop)
{
    struct ra_cache *c = store_open(fx, false);
    struct ra_snap *s = current_snap(fx, c, "cloud");

    (void)stop;
    if (truncate(store_path(fx, "snapshots/cloud.1.mdb"), 16384) != 0)
        return 1;
    for (unsigned i = 0; i < RECORDS; i++)
        if (!ra_snap_record(s, i).p)
            return 2;
    return 0;
}

static void a_file_that_is_cut_off_while_it_is_read_ends_with_7_and_the_reason(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    int status;

    make_snapshot(c, "cloud", RECORDS);
    ra_cache_close(&c);
    status = outcome(reads_what_was_cut_off, fx);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_non_null(strstr(said, "reanchor: a page of the store cannot be read"));
    assert_non_null(strstr(said, "HINT: see to the disk"));
}

static int raises(const atomic_int *stop, int number)
{
    struct ra_cli cli = {.stop = stop};
    struct ra_err err = {0};

    if (ra_cli_stopped(&cli, &err) != 0)
        return 1;
    raise(number);
    if (ra_cli_stopped(&cli, &err) != -(int)RA_ESIGNAL || err.signal != number)
        return 2;
    return ra_exit_status(&err) == 128 + number ? 0 : 3;
}

static int is_asked_to_end(struct fixture *fx, const atomic_int *stop)
{
    (void)fx;
    return raises(stop, SIGTERM);
}

static void the_first_signal_is_a_word_that_the_run_looks_at(void **state)
{
    assert_int_equal(outcome(is_asked_to_end, *state), 0);
}

static int is_asked_twice(struct fixture *fx, const atomic_int *stop)
{
    (void)fx;
    raises(stop, SIGINT);
    raise(SIGINT);
    return 0;
}

static void the_second_ends_it_at_once(void **state)
{
    int status = outcome(is_asked_twice, *state);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
}

_Noreturn static int does_not_look(struct fixture *fx, const atomic_int *stop)
{
    (void)fx, (void)stop;
    raise(SIGTERM);
    for (;;)
        pause();
}

static void who_does_not_look_ends_with_the_same_status_a_little_later(void **state)
{
    int status = outcome(does_not_look, *state);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGTERM);
}

static int takes_its_time(struct fixture *fx, const atomic_int *stop)
{
    (void)fx;
    raise(SIGTERM);
    ra_cli_take_time();
    usleep(1000000);
    return *stop == SIGTERM ? 0 : 1;
}

static void what_must_be_closed_first_is_given_the_time(void **state)
{
    assert_int_equal(outcome(takes_its_time, *state), 0);
}

static int loses_its_terminal(struct fixture *fx, const atomic_int *stop)
{
    (void)fx;
    raise(SIGHUP);
    return *stop ? 1 : 0;
}

static void a_hang_up_ends_it_unless_it_was_started_by_nohup(void **state)
{
    int status;

    signal(SIGHUP, SIG_DFL);
    status = outcome(loses_its_terminal, *state);
    assert_int_equal(WEXITSTATUS(status), 1);
    signal(SIGHUP, SIG_IGN);
    status = outcome(loses_its_terminal, *state);
    signal(SIGHUP, SIG_DFL);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int writes_to_nobody(struct fixture *fx, const atomic_int *stop)
{
    int ends[2];

    (void)fx, (void)stop;
    if (pipe(ends) != 0 || close(ends[0]) != 0)
        return 1;
    return write(ends[1], "x", 1) < 0 ? 0 : 2;
}

static void a_reader_who_has_gone_is_an_error_and_no_signal(void **state)
{
    assert_int_equal(outcome(writes_to_nobody, *state), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)
    const struct CMUnitTest tests[] = {
        CASE(no_core_no_dump_and_files_for_the_owner_alone),
        CASE(a_file_that_is_cut_off_while_it_is_read_ends_with_7_and_the_reason),
        CASE(the_first_signal_is_a_word_that_the_run_looks_at),
        CASE(the_second_ends_it_at_once),
        CASE(who_does_not_look_ends_with_the_same_status_a_little_later),
        CASE(what_must_be_closed_first_is_given_the_time),
        CASE(a_hang_up_ends_it_unless_it_was_started_by_nohup),
        CASE(a_reader_who_has_gone_is_an_error_and_no_signal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
