/* The program age as it may fail: not there, without a descriptor left, refusing, ending early,
 * abandoned. A script of that name stands in its place. */
#include "recovery/backup/stream.h"
#include "tests/unit/backup/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);

static bool interrupt; /* the next write */

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
    if (!interrupt)
        return __real_write(fd, p, n);
    interrupt = false;
    errno = EINTR;
    return -1;
}

static char recipient[] = "age1someone";
static char *const recipients[] = {recipient};

/* Puts a script in the place of age; NULL: there is none. */
static void age_is(struct vault *v, const char *script)
{
    char dir[80], path[96], search[256];
    char text[256];

    signal(SIGPIPE, SIG_IGN); /* as the program does */
    snprintf(dir, sizeof dir, "%s/bin", v->root);
    mkdir(dir, 0700);
    if (script) {
        snprintf(path, sizeof path, "%s/age", dir);
        snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
        vault_spit(path, text, strlen(text));
        assert_int_equal(chmod(path, 0700), 0);
    }
    snprintf(search, sizeof search, "%s%s", dir, script ? ":/usr/bin:/bin" : "");
    setenv("PATH", search, 1);
}

static char path_was[4096];

static int path_new(void **state)
{
    snprintf(path_was, sizeof path_was, "%s", getenv("PATH"));
    return vault_new(state);
}

static int path_free(void **state)
{
    setenv("PATH", path_was, 1);
    return vault_free(state);
}

static char *file_in(struct vault *v)
{
    static char path[100];

    snprintf(path, sizeof path, "%s/data", v->root);
    return path;
}

static void must_say(const struct ra_err *err, const char *words)
{
    if (!strstr(err->msg, words))
        fail_msg("\"%s\", want \"%s\"", err->msg, words);
}

static void without_age_nothing_is_sealed(void **state)
{
    struct vault *v = *state;
    struct ra_sink *s;
    struct ra_err err = {0};

    age_is(v, NULL);
    assert_int_equal(ra_sink_open(file_in(v), recipients, 1, &s, &err), -(int)RA_ECONFIG);
    assert_null(s);
    must_say(&err, "age: cannot be run");
    assert_non_null(strstr(err.hint, "install age"));
}

static void what_is_there_already_is_not_written_over(void **state)
{
    struct vault *v = *state;
    struct ra_sink *s;
    struct ra_err err = {0};

    vault_spit(file_in(v), "x", 1);
    assert_int_equal(ra_sink_open(file_in(v), NULL, 0, &s, &err), -(int)RA_EIO);
    assert_null(s);
    must_say(&err, "cannot be created");
}

/* Runs with so few descriptors that `more` can be had and no more. */
static void pipes_fail(struct vault *v, int more)
{
    struct rlimit was, now;
    struct ra_age a;
    struct ra_err err = {0};
    int to = open("/dev/null", O_WRONLY), room[4], rc;

    age_is(v, "cat");
    for (int i = 0; i < 4; i++)
        room[i] = dup(to);
    for (int i = 0; i < 4; i++)
        close(room[i]);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    now = (struct rlimit){(rlim_t)room[more], was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
    rc = ra_age_encrypt(&a, to, recipients, 1, &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_int_equal(rc, -(int)RA_EIO);
    must_say(&err, "pipe: ");
    for (int i = 0; i < 4; i++) { /* nothing was left open */
        int again = dup(to);
        assert_int_equal(again, room[i]);
    }
    for (int i = 0; i < 4; i++)
        close(room[i]);
    close(to);
}

static void without_descriptors_the_filter_is_not_started(void **state)
{
    pipes_fail(*state, 0);
    pipes_fail(*state, 2);
}

static int seal_by(struct vault *v, const char *script, struct ra_err *err)
{
    const size_t n = (size_t)4 << 20;
    char *noise = malloc(n), hash[RA_BACKUP_HASH];
    uint64_t bytes;
    struct ra_sink *s;
    int rc;

    assert_non_null(noise);
    srandom(1);
    for (size_t i = 0; i < n; i++) /* that nothing compresses: more than a pipe takes */
        noise[i] = (char)(random() >> 8);
    age_is(v, script);
    unlink(file_in(v));
    assert_int_equal(ra_sink_open(file_in(v), recipients, 1, &s, err), 0);
    rc = ra_sink_write(s, noise, n, err);
    if (rc == 0)
        rc = ra_sink_finish(&s, &bytes, hash, err);
    ra_sink_abandon(&s);
    free(noise);
    return rc;
}

static void a_filter_that_ends_early_is_told_in_its_own_words(void **state)
{
    struct ra_err err = {0};

    assert_int_equal(seal_by(*state, "echo 'age: error: malformed recipient' >&2; exit 1", &err),
                     -(int)RA_EIO);
    must_say(&err, "age: malformed recipient");
    assert_int_equal(seal_by(*state, "exit 1", &err), -(int)RA_EIO);
    must_say(&err, "age: ended without a word");
    assert_int_equal(seal_by(*state, "exit 0", &err), -(int)RA_EIO); /* and took nothing */
    must_say(&err, "cannot be written");
}

static void a_signal_in_the_midst_of_a_write_loses_nothing(void **state)
{
    struct ra_err err = {0};
    struct stat st;

    interrupt = true;
    assert_int_equal(seal_by(*state, "exec cat", &err), 0);
    assert_false(interrupt);
    assert_int_equal(stat(file_in(*state), &st), 0);
    assert_true(st.st_size > 4 << 20);
}

static void a_filter_that_is_abandoned_is_ended(void **state)
{
    struct vault *v = *state;
    struct ra_sink *s;

    age_is(v, "exec sleep 3600");
    assert_int_equal(ra_sink_open(file_in(v), recipients, 1, &s, NULL), 0);
    ra_sink_abandon(&s); /* waits for its end */
    assert_null(s);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody was left */
    assert_int_equal(errno, ECHILD);
}

static void an_identity_that_does_not_fit_is_told(void **state)
{
    struct vault *v = *state;
    struct ra_source *s;
    struct ra_str line;
    struct ra_err err = {0};

    vault_spit(file_in(v), "x", 1);
    age_is(v, "echo 'age: error: no identity matched any of the recipients' >&2; exit 1");
    assert_int_equal(ra_source_open(file_in(v), v->key, &s, &err), 0);
    assert_int_equal(ra_source_line(s, &line, &err), -(int)RA_ECONFIG);
    must_say(&err, "none of the identities opens it");
    ra_source_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_age_nothing_is_sealed, path_new, path_free),
        cmocka_unit_test_setup_teardown(what_is_there_already_is_not_written_over, path_new,
                                        path_free),
        cmocka_unit_test_setup_teardown(without_descriptors_the_filter_is_not_started, path_new,
                                        path_free),
        cmocka_unit_test_setup_teardown(a_filter_that_ends_early_is_told_in_its_own_words, path_new,
                                        path_free),
        cmocka_unit_test_setup_teardown(a_signal_in_the_midst_of_a_write_loses_nothing, path_new,
                                        path_free),
        cmocka_unit_test_setup_teardown(a_filter_that_is_abandoned_is_ended, path_new, path_free),
        cmocka_unit_test_setup_teardown(an_identity_that_does_not_fit_is_told, path_new, path_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
