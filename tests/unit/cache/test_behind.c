#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "src/cache/store.h"
#include "tests/unit/cache/fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Groups that are committed by a thread while the next one is taken. */

static struct ra_fill *fill_open(struct fixture *fx, struct ra_cache *c, bool want_resumed)
{
    struct ra_fill *f;
    bool resumed;

    assert_ok(ra_fill_open(c, "cloud", RA_STR("t"), &f, &resumed, &fx->err), fx);
    assert_int_equal(resumed, want_resumed);
    return f;
}

static void add_records(struct ra_fill *f, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        assert_int_equal(ra_fill_record(f, record_text(i)), i);
}

static void hash_of(struct fixture *fx, struct ra_cache *c, char out[65])
{
    struct ra_snap *s = current_snap(fx, c, "cloud");

    memcpy(out, ra_snap_info(s)->hash, 65);
    ra_snap_close(&s);
}

static void groups_committed_behind_give_the_snapshot_of_groups_that_were_waited_for(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char waited_for[65], behind[65];
    struct ra_fill *f;

    make_snapshot(c, "cloud", 1000);
    hash_of(fx, c, waited_for);
    f = fill_open(fx, c, false);
    for (unsigned i = 0; i < 1000; i += 10) {
        add_records(f, i, i + 10);
        assert_ok(ra_fill_commit_behind(f, &fx->err), fx);
        assert_int_equal(ra_fill_pending(f), 0);
    }
    assert_ok(ra_fill_finish(&f, "p", &word_index, 1, &fx->err), fx);
    hash_of(fx, c, behind);
    assert_string_equal(behind, waited_for);
    ra_cache_close(&c);
}

static void whoever_asks_for_what_is_committed_waits_for_it(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, false);
    struct ra_str value;

    add_records(f, 0, 100);
    ra_fill_put(f, "marks", RA_STR("at"), RA_STR("100"));
    assert_ok(ra_fill_commit_behind(f, &fx->err), fx);
    add_records(f, 100, 103);
    assert_ok(ra_fill_get(f, "marks", RA_STR("at"), &value, &fx->err), fx);
    assert_true(ra_str_eq(value, RA_STR("100")));
    assert_ok(ra_fill_commit_behind(f, &fx->err), fx);
    assert_ok(ra_fill_read(f, 101, &value, &fx->err), fx);
    assert_true(ra_str_eq(value, record_text(101)));
    add_records(f, 103, 104);
    assert_ok(ra_fill_read(f, 103, &value, &fx->err), fx);
    assert_true(ra_str_eq(value, record_text(103)));
    assert_int_equal(ra_fill_count(f), 103);
    ra_fill_close(&f);
    f = fill_open(fx, c, true);
    assert_int_equal(ra_fill_count(f), 103);
    ra_fill_discard(&f);
    ra_cache_close(&c);
}

static void a_record_changed_while_its_group_is_committed_is_hashed_as_it_becomes(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char plain[65], changed[65];
    struct ra_fill *f;

    make_snapshot(c, "cloud", 100);
    hash_of(fx, c, plain);
    f = fill_open(fx, c, false);
    for (unsigned i = 0; i < 100; i++)
        ra_fill_record(f, i == 7 ? RA_STR("another") : record_text(i));
    assert_ok(ra_fill_commit_behind(f, &fx->err), fx);
    ra_fill_replace(f, 7, record_text(7));
    assert_ok(ra_fill_finish(&f, "p", &word_index, 1, &fx->err), fx);
    hash_of(fx, c, changed);
    assert_string_equal(changed, plain);
    ra_cache_close(&c);
}

/* Runs in a process of its own, whose files may not grow past 1 MiB. */
static int fill_up(struct fixture *fx)
{
    const struct rlimit limit = {1 << 20, 1 << 20};
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, false);
    static char page[5000];
    int rc;

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    do {
        ra_fill_record(f, (struct ra_str){page, sizeof page});
        rc = ra_fill_commit_behind(f, &fx->err);
    } while (rc == 0 && ra_fill_count(f) < 1000);
    if (rc == 0) /* what failed was waited for when it was counted: the next commit tells */
        return 1;
    if (rc != -RA_EIO || !strstr(fx->err.msg, "snapshots/cloud.1.part: cannot be written"))
        return 2;
    if (ra_fill_commit(f, &fx->err) != -RA_EIO || ra_fill_commit_behind(f, &fx->err) != -RA_EIO)
        return 3;
    if (ra_fill_finish(&f, "p", NULL, 0, &fx->err) == 0)
        return 4;
    ra_cache_close(&c);
    return 0;
}

static void a_commit_behind_that_fails_is_told_and_ends_the_fill(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c;
    struct ra_fill *f;
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(fill_up(fx));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    c = store_open(fx, true);
    assert_int_equal(store_count(fx, ".mdb"), 0);
    f = fill_open(fx, c, true);
    assert_true(ra_fill_count(f) >= 100);
    ra_fill_discard(&f);
    ra_cache_close(&c);
}

/* ---- keys taken early ---- */

enum { INDEXES = 3, RECORDS = 2000 };

/* All pairs of all indexes, each pair behind its lengths. */
static struct ra_buf dump(struct fixture *fx, struct ra_cache *c,
                          const struct ra_index_builder indexes[INDEXES])
{
    struct ra_snap *s = current_snap(fx, c, "cloud");
    struct ra_buf all;

    ra_buf_init(&all, (size_t)1 << 24);
    for (int i = 0; i < INDEXES; i++) {
        struct ra_cache_cursor *cursor = ra_snap_index(s, indexes[i].name);
        struct ra_str key, value;
        assert_non_null(cursor);
        while (ra_cache_cursor_next(cursor, &key, &value) == 1)
            ra_buf_printf(&all, "%d " RA_STR_FMT " %u\n", i, RA_STR_ARG(key), value_number(value));
        ra_cache_cursor_close(cursor);
    }
    ra_snap_close(&s);
    return all;
}

enum early { NOT, EARLY, EARLY_AND_CHANGED, EARLY_AND_DROPPED };

static struct ra_buf dump_of(struct fixture *fx, size_t memory, enum early how)
{
    static const char *const names[INDEXES] = {"a", "b", "c"};
    struct ra_index_builder indexes[INDEXES];
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f = fill_open(fx, c, false);
    struct ra_buf all;

    for (int i = 0; i < INDEXES; i++) {
        indexes[i] = word_index;
        indexes[i].name = names[i];
    }
    c->pairs_max = memory;
    if (how != NOT)
        ra_fill_expect(f, indexes, INDEXES);
    for (unsigned i = 0; i < RECORDS; i++) {
        ra_fill_record(f, i == 10 && how == EARLY_AND_CHANGED ? RA_STR("other") : record_text(i));
        if (i % 100 == 99)
            assert_ok(i % 3 ? ra_fill_commit(f, &fx->err) : ra_fill_commit_behind(f, &fx->err), fx);
    }
    if (how == EARLY_AND_CHANGED)
        ra_fill_replace(f, 10, record_text(10));
    if (how == EARLY_AND_DROPPED) {
        ra_fill_record(f, RA_STR("one more"));
        ra_fill_drop(f, RECORDS);
    }
    assert_ok(ra_fill_finish(&f, "p", indexes, INDEXES, &fx->err), fx);
    all = dump(fx, c, indexes);
    ra_cache_close(&c);
    return all;
}

static void keys_taken_early_are_those_that_finish_would_have_read(void **state)
{
    static const struct {
        size_t memory;
        enum early how;
    } cases[] = {{1 << 30, EARLY},
                 {0, EARLY},
                 {150000, EARLY},
                 {300000, EARLY},
                 {1 << 30, EARLY_AND_CHANGED},
                 {1 << 30, EARLY_AND_DROPPED}};
    struct fixture *fx = *state;
    struct ra_buf want = dump_of(fx, 1 << 30, NOT);

    assert_true(want.n > (size_t)10 * INDEXES * RECORDS);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ra_buf got = dump_of(fx, cases[i].memory, cases[i].how);
        assert_true(ra_str_eq(ra_str_n(got.p, got.n), ra_str_n(want.p, want.n)));
        ra_buf_free(&got);
    }
    ra_buf_free(&want);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)
    const struct CMUnitTest tests[] = {
        CASE(groups_committed_behind_give_the_snapshot_of_groups_that_were_waited_for),
        CASE(whoever_asks_for_what_is_committed_waits_for_it),
        CASE(a_record_changed_while_its_group_is_committed_is_hashed_as_it_becomes),
        CASE(a_commit_behind_that_fails_is_told_and_ends_the_fill),
        CASE(keys_taken_early_are_those_that_finish_would_have_read),
    };
    return cmocka_run_group_tests_name("cache behind", tests, NULL, NULL);
}
