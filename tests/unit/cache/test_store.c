#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/file.h"
#include "tests/unit/cache/fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

int __real_statfs(const char *path, struct statfs *out);
int __wrap_statfs(const char *path, struct statfs *out);

static long pretend_magic; /* what statfs tells about any folder, 0 for the truth */

int __wrap_statfs(const char *path, struct statfs *out)
{
    int rc = __real_statfs(path, out);

    if (pretend_magic)
        out->f_type = pretend_magic;
    return rc;
}

static void write_text(struct fixture *fx, const char *name, const char *text)
{
    assert_ok(ra_file_write(store_path(fx, name), text, strlen(text), &fx->err), fx);
}

static void a_store_that_is_not_there_is_not_made_by_a_reader(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c;

    assert_int_equal(ra_cache_open(fx->store, false, &c, &fx->err), -RA_ENOTFOUND);
    assert_null(c);
    assert_false(store_has(fx, ""));
}

static void a_reader_changes_nothing_in_an_empty_folder(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c;
    struct ra_snap *s;

    assert_int_equal(mkdir(fx->store, 0700), 0);
    c = store_open(fx, false);
    assert_int_equal(ra_snap_open(c, "cloud", &s, &fx->err), -RA_ENOTFOUND);
    assert_non_null(strstr(fx->err.msg, "no complete snapshot of cloud"));
    assert_false(store_has(fx, "lock"));
    assert_false(store_has(fx, "snapshots"));
    ra_cache_close(&c);
}

static void assert_private(const struct fixture *fx, const char *name)
{
    struct stat st;

    assert_int_equal(lstat(store_path(fx, name), &st), 0);
    if (st.st_mode & 07077 || (st.st_mode & 0600) != 0600)
        fail_msg("%s: mode %o", name, st.st_mode);
}

static void all_of_it_is_closed_to_others_whatever_the_umask(void **state)
{
    static const mode_t masks[] = {0, 022, 0277};
    struct fixture *fx = *state;
    struct ra_pair pair = {RA_STR("k"), RA_STR("v")};
    struct dirent *d;
    DIR *dir;

    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        mode_t before = umask(masks[i]);
        struct ra_cache *c = store_open(fx, true);
        make_snapshot(c, "cloud", 10);
        assert_ok(ra_cache_supplement(c, "cloud", "t", &pair, 1, &fx->err), fx);
        ra_cache_close(&c);
        umask(before);
        assert_private(fx, "");
        assert_private(fx, "lock");
        assert_private(fx, "snapshots");
        dir = opendir(store_path(fx, "snapshots"));
        while ((d = readdir(dir)) != NULL) {
            char name[300];
            snprintf(name, sizeof name, "snapshots/%s", d->d_name);
            if (d->d_name[0] != '.')
                assert_private(fx, name);
        }
        closedir(dir);
        assert_true(store_has(fx, "snapshots/cloud.1.mdb-lock"));
        assert_int_equal(fixture_remove(state), 0);
        assert_int_equal(fixture_make(state), 0);
        fx = *state;
    }
}

/* Runs in a second process: holds the lock until told, or reports what opening gave. */
static int open_elsewhere(const char *store, char said[256])
{
    struct ra_err err = {0};
    struct ra_cache *c;
    int to_us[2], status, rc;
    pid_t child;

    assert_int_equal(pipe(to_us), 0);
    child = fork();
    if (child == 0) {
        rc = ra_cache_open(store, true, &c, &err);
        if (write(to_us[1], err.msg, 256) != 256)
            _exit(99);
        _exit(-rc);
    }
    assert_int_equal(read(to_us[0], said, 256), 256);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(to_us[0]);
    close(to_us[1]);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_second_process_is_told_who_holds_the_lock(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true), *reader;
    char said[256], want[256], now[256];

    assert_int_equal(open_elsewhere(fx->store, said), RA_ELOCKED);
    snprintf(want, sizeof want, "%s/lock: held by pid %ld since 2", fx->store, (long)getpid());
    snprintf(now, sizeof now, "%.*s", (int)strlen(want), said);
    assert_string_equal(now, want);
    reader = store_open(fx, false); /* who only reads needs no lock */
    ra_cache_close(&reader);
    ra_cache_close(&c);
    assert_int_equal(open_elsewhere(fx->store, said), 0);
}

static void the_lock_goes_with_its_process_and_not_with_its_file(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c;
    char said[256];

    assert_int_equal(open_elsewhere(fx->store, said), 0); /* exits without closing */
    assert_true(store_has(fx, "lock"));
    c = store_open(fx, true);
    ra_cache_close(&c);
}

static void only_the_holder_of_the_lock_clears_away(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true), *other;
    char said[256];

    make_snapshot(c, "cloud", 1);
    write_text(fx, "format.abcdef", "half");
    write_text(fx, "snapshots/cloud.0.mdb", "old");
    write_text(fx, "snapshots/cloud.0.mdb-lock", "old");
    write_text(fx, "snapshots/cloud.1.part", "overtaken");
    write_text(fx, "snapshots/gone.3.mdb-lock", "old");
    write_text(fx, "snapshots/ad.2.part", "older partial");
    write_text(fx, "snapshots/ad.3.part", "newest partial");
    write_text(fx, "snapshots/mine.txt", "not ours");
    other = store_open(fx, false);
    ra_cache_close(&other);
    assert_int_equal(open_elsewhere(fx->store, said), RA_ELOCKED);
    assert_true(store_has(fx, "snapshots/cloud.0.mdb"));
    assert_true(store_has(fx, "snapshots/ad.2.part"));
    ra_cache_close(&c);

    c = store_open(fx, true);
    assert_false(store_has(fx, "format.abcdef"));
    assert_false(store_has(fx, "snapshots/cloud.0.mdb"));
    assert_false(store_has(fx, "snapshots/cloud.0.mdb-lock"));
    assert_false(store_has(fx, "snapshots/cloud.1.part"));
    assert_false(store_has(fx, "snapshots/gone.3.mdb-lock"));
    assert_false(store_has(fx, "snapshots/ad.2.part"));
    assert_true(store_has(fx, "snapshots/ad.3.part"));
    assert_true(store_has(fx, "snapshots/cloud.1.mdb"));
    assert_true(store_has(fx, "snapshots/mine.txt"));
    ra_cache_close(&c);
}

static void the_snapshot_before_is_kept_until_the_next_writer(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);

    make_snapshot(c, "cloud", 1);
    make_snapshot(c, "cloud", 2);
    assert_int_equal(store_count(fx, ".mdb"), 2);
    ra_cache_close(&c);
    c = store_open(fx, true);
    assert_int_equal(store_count(fx, ".mdb"), 1);
    assert_true(store_has(fx, "snapshots/cloud.2.mdb"));
    ra_cache_close(&c);
}

static void another_format_is_refused_and_says_what_to_do(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);

    make_snapshot(c, "cloud", 1);
    ra_cache_close(&c);
    write_text(fx, "format", "7\n");
    for (int write = 0; write < 2; write++) {
        assert_int_equal(ra_cache_open(fx->store, write == 1, &c, &fx->err), -RA_EINTEGRITY);
        assert_non_null(strstr(fx->err.msg, "/format: the store has format 7, want 4"));
        assert_non_null(strstr(fx->err.hint, "reanchor fetch"));
    }
    assert_true(store_has(fx, "snapshots/cloud.1.mdb"));
    write_text(fx, "format", "4\n");
    c = store_open(fx, true); /* the refusal left no lock behind */
    ra_cache_close(&c);
}

static void symbolic_links_are_not_followed(void **state)
{
    static const char *const names[] = {"lock", "snapshots"};
    struct fixture *fx = *state;
    char target[128];
    struct ra_cache *c;

    assert_int_equal(mkdir(fx->store, 0700), 0);
    for (size_t i = 0; i < 2; i++) {
        snprintf(target, sizeof target, "%s/target%zu", fx->dir, i);
        if (i == 1)
            assert_int_equal(mkdir(target, 0700), 0);
        assert_int_equal(symlink(target, store_path(fx, names[i])), 0);
        assert_int_equal(ra_cache_open(fx->store, true, &c, &fx->err), -RA_EIO);
        assert_non_null(strstr(fx->err.msg, "is a symbolic link"));
        assert_int_equal(unlink(store_path(fx, names[i])), 0);
        assert_int_equal(access(target, F_OK), i == 1 ? 0 : -1);
    }
}

static void a_snapshot_that_is_a_link_is_not_opened(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_pair pair = {RA_STR("k"), RA_STR("v")};
    struct ra_snap *s;
    char elsewhere[128];

    make_snapshot(c, "cloud", 1);
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", fx->dir);
    assert_int_equal(rename(store_path(fx, "snapshots/cloud.1.mdb"), elsewhere), 0);
    assert_int_equal(symlink(elsewhere, store_path(fx, "snapshots/cloud.1.mdb")), 0);
    assert_int_equal(ra_cache_supplement(c, "cloud", "t", &pair, 1, &fx->err), -RA_EIO);
    assert_int_equal(ra_snap_open(c, "cloud", &s, &fx->err), -RA_EIO);
    assert_non_null(strstr(fx->err.msg, "is a symbolic link"));
    ra_cache_close(&c);
}

static void a_store_on_a_network_file_system_is_refused(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c;

    pretend_magic = 0x6969;
    assert_int_equal(ra_cache_open(fx->store, true, &c, &fx->err), -RA_ECONFIG);
    assert_non_null(strstr(fx->err.msg, "is on a network file system (NFS), want a local disk"));
    assert_non_null(strstr(fx->err.hint, "[store] dir"));
    assert_false(store_has(fx, "lock"));
    pretend_magic = 0xEF53;
    c = store_open(fx, true);
    ra_cache_close(&c);
    pretend_magic = 0;
}

/* As an ordinary user, to whom root's rights do not give the folder after all. */
static int read_as_nobody(const char *store, char said[256])
{
    struct ra_err err = {0};
    struct ra_cache *c = NULL;
    struct ra_snap *s = NULL;
    int rc;

    if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0))
        return 98;
    rc = ra_cache_open(store, false, &c, &err);
    if (rc == 0)
        rc = ra_snap_open(c, "cloud", &s, &err);
    if (rc == 0 && ra_snap_record(s, 9).n != strlen("record 9"))
        rc = -97;
    ra_snap_close(&s);
    ra_cache_close(&c);
    memcpy(said, err.msg, 256);
    return -rc;
}

static void give_to_nobody(struct fixture *fx)
{
    static const char *const names[] = {"", "format", "snapshots", "snapshots/cloud.1.mdb"};

    if (geteuid() != 0)
        return;
    assert_int_equal(chown(fx->dir, 65534, 65534), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(chown(store_path(fx, names[i]), 65534, 65534), 0);
}

static void a_store_that_cannot_be_written_can_be_read(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char said[256] = "";
    int status;
    pid_t child;

    make_snapshot(c, "cloud", 10);
    ra_cache_close(&c);
    give_to_nobody(fx);
    assert_int_equal(chmod(store_path(fx, "snapshots/cloud.1.mdb"), 0400), 0);
    assert_int_equal(chmod(store_path(fx, "snapshots"), 0500), 0);
    assert_int_equal(chmod(store_path(fx, ""), 0500), 0);
    child = fork();
    if (child == 0) {
        int rc = read_as_nobody(fx->store, said);
        if (rc != 0)
            fprintf(stderr, "%s\n", said);
        _exit(rc);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_false(store_has(fx, "snapshots/cloud.1.mdb-lock"));
    assert_int_equal(chmod(store_path(fx, ""), 0700), 0);
    assert_int_equal(chmod(store_path(fx, "snapshots"), 0700), 0);
}

static void a_folder_with_parents_that_are_not_there_is_made(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c;
    char deep[128];

    snprintf(deep, sizeof deep, "%s/a/b/store//", fx->dir);
    assert_ok(ra_cache_open(deep, true, &c, &fx->err), fx);
    make_snapshot(c, "cloud", 1);
    ra_cache_close(&c);
    assert_ok(ra_cache_open(deep, false, &c, &fx->err), fx);
    ra_cache_close(&c);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)
    const struct CMUnitTest tests[] = {
        CASE(a_store_that_is_not_there_is_not_made_by_a_reader),
        CASE(a_reader_changes_nothing_in_an_empty_folder),
        CASE(all_of_it_is_closed_to_others_whatever_the_umask),
        CASE(a_second_process_is_told_who_holds_the_lock),
        CASE(the_lock_goes_with_its_process_and_not_with_its_file),
        CASE(only_the_holder_of_the_lock_clears_away),
        CASE(the_snapshot_before_is_kept_until_the_next_writer),
        CASE(another_format_is_refused_and_says_what_to_do),
        CASE(symbolic_links_are_not_followed),
        CASE(a_snapshot_that_is_a_link_is_not_opened),
        CASE(a_store_on_a_network_file_system_is_refused),
        CASE(a_store_that_cannot_be_written_can_be_read),
        CASE(a_folder_with_parents_that_are_not_there_is_made),
    };
    return cmocka_run_group_tests_name("cache store", tests, NULL, NULL);
}
