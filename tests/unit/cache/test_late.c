#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/cache/late.h"
#include "src/cache/runs.h"
#include "tests/unit/cache/fixture.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Values of tables that finish puts into key order. */

#define VALUES 5000

static struct ra_fill *fill_open(struct fixture *fx, struct ra_cache *c)
{
    struct ra_fill *f;
    bool resumed;

    assert_ok(ra_fill_open(c, "cloud", RA_STR("t"), &f, &resumed, &fx->err), fx);
    return f;
}

/* Numbers below VALUES, each once, in no order. */
static unsigned shuffled(unsigned i)
{
    return (i * 1237 + 11) % VALUES;
}

static struct ra_str text(char room[32], const char *what, unsigned i)
{
    return (struct ra_str){room, (size_t)snprintf(room, 32, "%s %05u", what, i)};
}

/* Each key of two tables, every third twice, at another time; and two keys that sort first. */
static void put_all(struct ra_fill *f)
{
    char key[32], value[32];

    for (unsigned i = 0; i < VALUES; i += 3)
        ra_fill_put_late(f, "one", text(key, "key", i), RA_STR("is put again"));
    for (unsigned i = 0; i < VALUES; i++) {
        unsigned n = shuffled(i);
        ra_fill_put_late(f, "one", text(key, "key", n), text(value, "one", n));
        ra_fill_put_late(f, n % 2 ? "odd" : "even", text(key, "key", n), text(value, "other", n));
    }
    ra_fill_put_late(f, "one", RA_STR(""), RA_STR("empty"));
    ra_fill_put_late(f, "one", (struct ra_str){"\0b", 2}, (struct ra_str){NULL, 0});
}

static void check_one(struct fixture *fx, struct ra_snap *s)
{
    struct ra_cache_cursor *c = ra_snap_table(s, "one");
    struct ra_str key, value;
    char k[32], v[32];

    (void)fx;
    assert_int_equal(ra_cache_cursor_next(c, &key, &value), 1);
    assert_true(key.n == 0 && ra_str_eq(value, RA_STR("empty")));
    assert_int_equal(ra_cache_cursor_next(c, &key, &value), 1);
    assert_true(key.n == 2 && key.p[1] == 'b' && value.n == 0);
    for (unsigned i = 0; i < VALUES; i++) {
        assert_int_equal(ra_cache_cursor_next(c, &key, &value), 1);
        assert_true(ra_str_eq(key, text(k, "key", i)) && ra_str_eq(value, text(v, "one", i)));
    }
    assert_int_equal(ra_cache_cursor_next(c, &key, &value), 0);
    ra_cache_cursor_close(c);
}

static void check_all(struct fixture *fx, struct ra_cache *c)
{
    struct ra_snap *s = current_snap(fx, c, "cloud");
    char k[32], v[32];

    check_one(fx, s);
    for (unsigned i = 0; i < VALUES; i++) {
        struct ra_str key = text(k, "key", i), want = text(v, "other", i);
        assert_true(ra_str_eq(ra_snap_get(s, i % 2 ? "odd" : "even", key), want));
        assert_null(ra_snap_get(s, i % 2 ? "even" : "odd", key).p);
    }
    assert_true(ra_str_eq(ra_snap_get(s, "marks", RA_STR("m")), RA_STR("n")));
    ra_snap_close(&s);
}

static int unnamed_files(const struct fixture *fx)
{
    DIR *dir = opendir(fx->store);
    struct dirent *d;
    int n = 0;

    while ((d = readdir(dir)) != NULL)
        n += strncmp(d->d_name, "sort.", 5) == 0;
    closedir(dir);
    return n;
}

static void values_put_late_stand_in_the_table_whatever_the_memory_was(void **state)
{
    static const size_t memory[] = {SIZE_MAX, 100000, 4000, 0 /* a run each */};
    struct fixture *fx = *state;

    for (size_t i = 0; i < 4; i++) {
        struct ra_cache *c = store_open(fx, true);
        struct ra_fill *f = fill_open(fx, c);
        c->late_max = memory[i];
        ra_fill_put(f, "marks", RA_STR("m"), RA_STR("n"));
        put_all(f);
        assert_int_equal(unnamed_files(fx), 0);
        assert_ok(ra_fill_commit(f, &fx->err), fx);
        assert_ok(ra_fill_finish(&f, "p", NULL, 0, &fx->err), fx);
        check_all(fx, c);
        ra_cache_close(&c);
    }
}

static void what_a_killed_writer_was_sorting_is_cleared_away(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    FILE *fp;

    ra_cache_close(&c);
    fp = fopen(store_path(fx, "sort.abc123"), "w");
    assert_non_null(fp);
    fclose(fp);
    c = store_open(fx, true);
    assert_int_equal(unnamed_files(fx), 0);
    ra_cache_close(&c);
}

static void a_key_that_the_cache_cannot_hold_is_told_by_the_commit(void **state)
{
    static char key[RA_CACHE_KEY_MAX + 1];
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c);

    ra_fill_put_late(f, "one", ra_str_n(key, RA_CACHE_KEY_MAX), RA_STR("fits"));
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_put_late(f, "one", ra_str_n(key, sizeof key), RA_STR("does not"));
    assert_int_equal(ra_fill_commit(f, &fx->err), -RA_EINTERNAL);
    assert_non_null(strstr(fx->err.msg, "takes no key of 511"));
    assert_int_equal(ra_fill_finish(&f, "p", NULL, 0, &fx->err), -RA_EINTERNAL);
    assert_int_equal(store_count(fx, ".mdb"), 0);
    ra_cache_close(&c);
}

/* Runs in a process of its own, whose files may not grow past 64 KiB. */
static int fill_up(struct fixture *fx)
{
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c);
    const struct rlimit limit = {64 << 10, 64 << 10};
    int rc;

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    c->late_max = 4000;
    put_all(f);
    rc = ra_fill_finish(&f, "p", NULL, 0, &fx->err);
    ra_cache_close(&c);
    return rc == -RA_EIO && strstr(fx->err.msg, "sort.") ? 0 : 1;
}

static void a_disk_that_cannot_hold_the_runs_leaves_no_snapshot(void **state)
{
    struct fixture *fx = *state;
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(fill_up(fx));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(store_count(fx, ".mdb"), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(values_put_late_stand_in_the_table_whatever_the_memory_was),
        CASE(what_a_killed_writer_was_sorting_is_cleared_away),
        CASE(a_key_that_the_cache_cannot_hold_is_told_by_the_commit),
        CASE(a_disk_that_cannot_hold_the_runs_leaves_no_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
