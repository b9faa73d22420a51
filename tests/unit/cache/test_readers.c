/* Several snapshots, several readers, and what is added to a snapshot that is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/cache/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void while_the_next_is_filled_readers_see_the_old_one(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *writer = store_open(fx, true), *reader;
    struct ra_snap *old, *current;
    struct ra_fill *f;
    bool resumed;

    make_snapshot(writer, "cloud", 10);
    assert_ok(ra_fill_open(writer, "cloud", RA_STR("next"), &f, &resumed, &fx->err), fx);
    ra_fill_record(f, RA_STR("new"));
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    reader = store_open(fx, false);
    old = current_snap(fx, reader, "cloud");
    assert_int_equal(ra_snap_info(old)->number, 1);
    assert_ok(ra_fill_finish(&f, "p", &word_index, 1, &fx->err), fx);
    current = current_snap(fx, reader, "cloud");
    assert_int_equal(ra_snap_info(current)->number, 2);
    assert_int_equal(ra_snap_info(current)->records, 1);
    ra_cache_close(&writer);

    /* The next writer clears the old file away; who reads it goes on reading. */
    writer = store_open(fx, true);
    assert_false(store_has(fx, "snapshots/cloud.1.mdb"));
    assert_true(ra_str_eq(ra_snap_record(old, 9), record_text(9)));
    ra_snap_close(&old);
    ra_snap_close(&current);
    ra_cache_close(&reader);
    ra_cache_close(&writer);
}

static void a_supplement_is_seen_by_the_next_reader_and_not_by_an_older_one(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_pair pairs[] = {{RA_STR("b"), RA_STR("1")}, {RA_STR("a"), RA_STR("")}};
    struct ra_pair more = {RA_STR("b"), RA_STR("2")};
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *before, *after;
    char hash[65];

    make_snapshot(c, "cloud", 10);
    before = current_snap(fx, c, "cloud");
    memcpy(hash, ra_snap_info(before)->hash, sizeof hash);
    assert_ok(ra_cache_supplement(c, "cloud", "ooi", pairs, 2, &fx->err), fx);
    assert_null(ra_snap_table(before, "ooi"));
    assert_null(ra_snap_get(before, "ooi", RA_STR("b")).p);
    for (int i = 0; i < 5; i++) /* pages that the old reader sees are not used again */
        assert_ok(ra_cache_supplement(c, "cloud", "ooi", &more, 1, &fx->err), fx);
    assert_true(ra_str_eq(ra_snap_record(before, 9), record_text(9)));
    assert_true(ra_str_eq(ra_snap_get(before, "meta", RA_STR("usn")), RA_STR("4711")));
    ra_snap_close(&before);
    ra_cache_close(&c);

    c = store_open(fx, false);
    after = current_snap(fx, c, "cloud");
    assert_string_equal(ra_snap_info(after)->hash, hash);
    cursor = ra_snap_table(after, "ooi");
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(key, RA_STR("a")));
    assert_true(value.p && value.n == 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(value, RA_STR("2")));
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    ra_cache_cursor_close(cursor);
    assert_non_null(ra_snap_get(after, "ooi", RA_STR("a")).p);
    ra_snap_close(&after);
    ra_cache_close(&c);
}

/* Opens the snapshot, says so, waits, and reads it. */
static int read_late(struct fixture *fx, int say, int wait)
{
    struct ra_cache *c = store_open(fx, false);
    struct ra_snap *s = current_snap(fx, c, "cloud");
    char byte = 'x';

    if (write(say, &byte, 1) != 1 || read(wait, &byte, 1) != 1)
        return 1;
    for (unsigned i = 0; i < 1000; i++)
        if (!ra_str_eq(ra_snap_record(s, i), record_text(i)))
            return 2;
    if (!ra_str_eq(ra_snap_get(s, "meta", RA_STR("usn")), RA_STR("4711")))
        return 3;
    if (ra_snap_get(s, "ooi", RA_STR("key 0")).p)
        return 4;
    ra_snap_close(&s);
    ra_cache_close(&c);
    return 0;
}

static void a_reader_in_another_process_keeps_what_it_sees_while_much_is_added(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char key[16], byte = 'x';
    int from[2], to[2], status;
    pid_t child;

    make_snapshot(c, "cloud", 1000);
    assert_int_equal(pipe(from) + pipe(to), 0);
    child = fork();
    if (child == 0)
        _exit(read_late(fx, from[1], to[0]));
    assert_int_equal(read(from[0], &byte, 1), 1);
    for (int i = 0; i < 200; i++) {
        struct ra_pair pair = {.value = RA_STR("a value that takes some room in its page")};
        snprintf(key, sizeof key, "key %d", i % 20);
        pair.key = ra_str(key);
        assert_ok(ra_cache_supplement(c, "cloud", "ooi", &pair, 1, &fx->err), fx);
    }
    assert_int_equal(write(to[1], &byte, 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    for (int i = 0; i < 2; i++) {
        close(from[i]);
        close(to[i]);
    }
    ra_cache_close(&c);
}

static void a_side_without_a_snapshot_cannot_be_supplemented(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_pair pair = {RA_STR("k"), RA_STR("v")};

    assert_int_equal(ra_cache_supplement(c, "cloud", "t", &pair, 1, &fx->err), -RA_ENOTFOUND);
    ra_cache_close(&c);
}

static void list_side(void *ctx, const char *side)
{
    char *names = ctx;

    strcat(names, side);
    strcat(names, "|");
}

static void the_sides_are_those_with_a_complete_snapshot(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_snap *s;
    struct ra_fill *f;
    char names[200] = "";
    bool resumed;

    make_snapshot(c, "cloud", 1);
    make_snapshot(c, "cloud", 2);
    make_snapshot(c, "ad:../Ä b", 3);
    assert_ok(ra_fill_open(c, "ad:partial", RA_STR("t"), &f, &resumed, &fx->err), fx);
    ra_fill_close(&f);
    assert_ok(ra_cache_sides(c, list_side, names, &fx->err), fx);
    assert_string_equal(names, "ad:../Ä b|cloud|");
    s = current_snap(fx, c, "ad:../Ä b");
    assert_int_equal(ra_snap_info(s)->records, 3);
    ra_snap_close(&s);
    assert_int_equal(ra_snap_open(c, "ad:partial", &s, &fx->err), -RA_ENOTFOUND);
    assert_null(s);
    ra_cache_close(&c);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)
    const struct CMUnitTest tests[] = {
        CASE(while_the_next_is_filled_readers_see_the_old_one),
        CASE(a_supplement_is_seen_by_the_next_reader_and_not_by_an_older_one),
        CASE(a_reader_in_another_process_keeps_what_it_sees_while_much_is_added),
        CASE(a_side_without_a_snapshot_cannot_be_supplemented),
        CASE(the_sides_are_those_with_a_complete_snapshot),
    };
    return cmocka_run_group_tests_name("cache readers", tests, NULL, NULL);
}
