#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "tests/unit/cache/fixture.h"

#include <stdlib.h>
#include <string.h>

static struct ra_fill *next_open(struct fixture *fx, struct ra_cache *c, const char *token,
                                 bool want_resumed)
{
    struct ra_fill *f;
    bool resumed;

    assert_ok(ra_fill_open_next(c, "cloud", ra_str(token), &f, &resumed, &fx->err), fx);
    assert_int_equal(resumed, want_resumed);
    return f;
}

static void finish(struct fixture *fx, struct ra_fill **f)
{
    assert_ok(ra_fill_finish(f, "counted again", &word_index, 1, &fx->err), fx);
}

static struct ra_snap *snap_open(struct fixture *fx, struct ra_cache *c)
{
    struct ra_snap *s;

    assert_ok(ra_snap_open(c, "cloud", &s, &fx->err), fx);
    return s;
}

static void assert_record(struct ra_snap *s, uint32_t seq, const char *want)
{
    struct ra_str r = ra_snap_record(s, seq);

    if (!ra_str_eq(r, ra_str(want)))
        fail_msg("record %u is " RA_STR_FMT ", want %s", seq, RA_STR_ARG(r), want);
}

/* The record that the index leads to, or UINT32_MAX. */
static uint32_t look_up(struct ra_snap *s, const char *word)
{
    struct ra_cache_cursor *c = ra_snap_index(s, "word");
    struct ra_str key, value;
    uint32_t n = UINT32_MAX;

    assert_int_equal(ra_cache_cursor_seek(c, ra_str(word)), 0);
    if (ra_cache_cursor_next(c, &key, &value) == 1 && ra_str_eq(key, ra_str(word)))
        n = value_number(value);
    ra_cache_cursor_close(c);
    return n;
}

static void assert_reads(struct fixture *fx, struct ra_fill *f, uint32_t seq, const char *want)
{
    struct ra_str r;

    assert_ok(ra_fill_read(f, seq, &r, &fx->err), fx);
    if (want)
        assert_true(ra_str_eq(r, ra_str(want)));
    else
        assert_null(r.p);
}

static void the_next_snapshot_has_what_the_current_one_has(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char hash[65];
    struct ra_fill *f;
    struct ra_snap *s;

    make_snapshot(c, "cloud", 10);
    s = snap_open(fx, c);
    memcpy(hash, ra_snap_info(s)->hash, sizeof hash);
    ra_snap_close(&s);
    f = next_open(fx, c, "t", false);
    assert_int_equal(ra_fill_count(f), 10);
    finish(fx, &f);
    s = snap_open(fx, c);
    assert_int_equal(ra_snap_info(s)->number, 2);
    assert_int_equal(ra_snap_info(s)->records, 10);
    assert_string_equal(ra_snap_info(s)->hash, hash);
    assert_string_equal(ra_snap_info(s)->proof, "counted again");
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("usn")), RA_STR("4711")));
    assert_int_equal(look_up(s, "record 7"), 7);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void records_of_the_base_are_found_by_its_index_and_changed(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    unsigned char value[8];
    struct ra_fill *f;
    struct ra_snap *s;

    make_snapshot(c, "cloud", 10);
    f = next_open(fx, c, "t", false);
    assert_int_equal(ra_fill_find(f, "word", RA_STR("record 4"), value, &fx->err), 1);
    assert_int_equal(value_number((struct ra_str){(char *)value, 8}), 4);
    assert_int_equal(ra_fill_find(f, "word", RA_STR("record 99"), value, &fx->err), 0);
    ra_fill_replace(f, 4, RA_STR("changed"));
    assert_int_equal(ra_fill_record(f, RA_STR("new")), 10);
    assert_int_equal(ra_fill_find(f, "word", RA_STR("changed"), value, &fx->err), 0);
    finish(fx, &f);
    s = snap_open(fx, c);
    assert_record(s, 4, "changed");
    assert_record(s, 10, "new");
    assert_int_equal(look_up(s, "changed"), 4);
    assert_int_equal(look_up(s, "new"), 10);
    assert_int_equal(look_up(s, "record 4"), UINT32_MAX);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void an_index_that_the_base_lacks_is_an_error(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    unsigned char value[8];
    struct ra_fill *f;

    make_snapshot(c, "cloud", 1);
    f = next_open(fx, c, "t", false);
    assert_int_equal(ra_fill_find(f, "no", RA_STR("x"), value, &fx->err), -RA_EINTERNAL);
    assert_string_equal(fx->err.msg, "cloud: there is no index no to look into");
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static void gaps_of_dropped_records_are_closed_from_the_end(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f;
    struct ra_snap *s;

    make_snapshot(c, "cloud", 10);
    f = next_open(fx, c, "t", false);
    ra_fill_drop(f, 3);
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_drop(f, 9);
    ra_fill_drop(f, 0);
    ra_fill_drop(f, 5);
    ra_fill_replace(f, 5, RA_STR("back again"));
    ra_fill_record(f, RA_STR("ten"));
    ra_fill_drop(f, 10);
    assert_reads(fx, f, 0, NULL);
    finish(fx, &f);
    s = snap_open(fx, c);
    assert_int_equal(ra_snap_info(s)->records, 7);
    assert_record(s, 0, "record 8");
    assert_record(s, 3, "record 7");
    assert_record(s, 5, "back again");
    assert_record(s, 6, "record 6");
    assert_null(ra_snap_record(s, 7).p);
    assert_int_equal(look_up(s, "record 9"), UINT32_MAX);
    assert_int_equal(look_up(s, "record 8"), 0);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void all_records_may_be_dropped(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f;
    struct ra_snap *s;

    make_snapshot(c, "cloud", 30);
    f = next_open(fx, c, "t", false);
    for (uint32_t i = 0; i < 30; i++)
        ra_fill_drop(f, i);
    finish(fx, &f);
    s = snap_open(fx, c);
    assert_int_equal(ra_snap_info(s)->records, 0);
    ra_snap_close(&s);
    f = next_open(fx, c, "u", false);
    assert_int_equal(ra_fill_record(f, RA_STR("first")), 0);
    finish(fx, &f);
    ra_cache_close(&c);
}

static void records_read_as_they_were_last_changed(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f;
    struct ra_str r;

    make_snapshot(c, "cloud", 3);
    f = next_open(fx, c, "t", false);
    assert_reads(fx, f, 1, "record 1");
    ra_fill_replace(f, 1, RA_STR("a"));
    assert_reads(fx, f, 1, "a");
    ra_fill_record(f, RA_STR("three"));
    ra_fill_replace(f, 1, RA_STR("b"));
    ra_fill_drop(f, 2);
    assert_reads(fx, f, 1, "b");
    assert_reads(fx, f, 2, NULL);
    assert_reads(fx, f, 3, "three");
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    assert_reads(fx, f, 0, "record 0");
    assert_reads(fx, f, 1, "b");
    assert_reads(fx, f, 2, NULL);
    assert_reads(fx, f, 3, "three");
    assert_int_equal(ra_fill_read(f, 4, &r, &fx->err), -RA_ENOTFOUND);
    for (uint32_t i = 0; i < 2000; i++)
        assert_int_equal(ra_fill_record(f, record_text(i)), 4 + i);
    assert_reads(fx, f, 1003, "record 999");
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static int add_number(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err)
{
    char *text = ctx;

    (void)err;
    snprintf(text + strlen(text), 64, "%u=" RA_STR_FMT " ", seq, RA_STR_ARG(record));
    return seq == 77 ? -(int)RA_EINPUT : 0;
}

static void a_walk_passes_over_what_was_dropped(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char text[2048] = "";
    struct ra_fill *f;

    make_snapshot(c, "cloud", 6);
    f = next_open(fx, c, "t", false);
    assert_ok(ra_fill_walk(f, 4, add_number, text, &fx->err), fx);
    assert_string_equal(text, "4=record 4 5=record 5 ");
    ra_fill_drop(f, 1);
    ra_fill_drop(f, 2);
    ra_fill_drop(f, 5);
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    text[0] = '\0';
    assert_ok(ra_fill_walk(f, 0, add_number, text, &fx->err), fx);
    assert_string_equal(text, "0=record 0 3=record 3 4=record 4 ");
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static void a_table_can_be_emptied_within_a_group(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f;
    struct ra_str value;

    make_snapshot(c, "cloud", 1);
    f = next_open(fx, c, "t", false);
    ra_fill_put(f, "t", RA_STR("before"), RA_STR("1"));
    ra_fill_clear(f, "t");
    ra_fill_put(f, "t", RA_STR("after"), RA_STR("2"));
    ra_fill_clear(f, "never made");
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    assert_int_equal(ra_fill_get(f, "t", RA_STR("before"), &value, &fx->err), -RA_ENOTFOUND);
    assert_ok(ra_fill_get(f, "t", RA_STR("after"), &value, &fx->err), fx);
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static void it_is_resumed_with_its_token_and_from_the_same_snapshot_only(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f;
    bool resumed;

    make_snapshot(c, "cloud", 5);
    f = next_open(fx, c, "t", false);
    ra_fill_replace(f, 2, RA_STR("x"));
    ra_fill_drop(f, 4);
    ra_fill_record(f, RA_STR("y"));
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_close(&f);
    ra_cache_close(&c);
    c = store_open(fx, true);
    f = next_open(fx, c, "t", true);
    assert_int_equal(ra_fill_count(f), 6);
    assert_reads(fx, f, 2, "x");
    assert_reads(fx, f, 4, NULL);
    assert_reads(fx, f, 5, "y");
    ra_fill_close(&f);
    assert_ok(ra_fill_open(c, "cloud", RA_STR("t"), &f, &resumed, &fx->err), fx);
    assert_false(resumed); /* a snapshot made anew is no part of one made from another */
    ra_fill_record(f, RA_STR("z"));
    assert_ok(ra_fill_commit(f, &fx->err), fx);
    ra_fill_close(&f);
    f = next_open(fx, c, "t", false);
    ra_fill_close(&f);
    f = next_open(fx, c, "u", false);
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static int failing_keys(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                        struct ra_err *err)
{
    (void)ctx;
    (void)record;
    (void)emit;
    (void)to;
    return ra_fail(err, RA_EINPUT, "record %u: no keys", seq);
}

static void one_whose_records_were_moved_is_begun_anew(void **state)
{
    const struct ra_index_builder bad = {.name = "bad", .keys = failing_keys};
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f;

    make_snapshot(c, "cloud", 5);
    f = next_open(fx, c, "t", false);
    assert_int_equal(ra_fill_finish(&f, "p", &bad, 1, &fx->err), -RA_EINPUT);
    f = next_open(fx, c, "t", true);
    ra_fill_drop(f, 0);
    assert_int_equal(ra_fill_finish(&f, "p", &bad, 1, &fx->err), -RA_EINPUT);
    f = next_open(fx, c, "t", false);
    assert_reads(fx, f, 0, "record 0");
    ra_fill_close(&f);
    ra_cache_close(&c);
}

static void without_a_complete_snapshot_there_is_nothing_to_begin_from(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_fill *f;
    bool resumed;

    assert_int_equal(ra_fill_open_next(c, "cloud", RA_STR("t"), &f, &resumed, &fx->err),
                     -RA_ENOTFOUND);
    assert_null(f);
    make_snapshot(c, "cloud", 1);
    f = next_open(fx, c, "t", false);
    ra_fill_drop(f, 1);
    assert_int_equal(ra_fill_commit(f, &fx->err), -RA_EINTERNAL);
    assert_string_equal(fx->err.msg, "cloud: there is no record 1 to drop");
    ra_fill_discard(&f);
    ra_cache_close(&c);
}

static void a_snapshot_larger_than_one_transaction_is_copied_whole(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    size_t n = (size_t)1 << 20;
    char *mib = ra_calloc(1, n), hash[65];
    struct ra_fill *f;
    struct ra_snap *s;
    bool resumed;

    assert_ok(ra_fill_open(c, "cloud", RA_STR("t"), &f, &resumed, &fx->err), fx);
    for (unsigned i = 0; i < 100; i++) {
        memset(mib, (int)i, n);
        ra_fill_record(f, (struct ra_str){mib, n});
    }
    assert_ok(ra_fill_finish(&f, "p", NULL, 0, &fx->err), fx);
    s = snap_open(fx, c);
    memcpy(hash, ra_snap_info(s)->hash, sizeof hash);
    ra_snap_close(&s);
    f = next_open(fx, c, "t", false);
    assert_ok(ra_fill_finish(&f, "p", NULL, 0, &fx->err), fx);
    s = snap_open(fx, c);
    assert_string_equal(ra_snap_info(s)->hash, hash);
    ra_snap_close(&s);
    ra_cache_close(&c);
    free(mib);
}

static void an_amendment_is_over_several_tables_and_seen_by_who_opens_next(void **state)
{
    const struct ra_amendment all[] = {
        {"marks", RA_STR("link"), RA_STR("l")},
        {"meta", RA_STR("proof"), RA_STR("looked at again")},
        {"facts", {NULL, 0}, {NULL, 0}},
        {"facts", RA_STR("c"), RA_STR("3")},
        {"meta", RA_STR("usn"), {NULL, 0}},
    };
    const struct ra_pair facts[] = {{RA_STR("a"), RA_STR("1")}, {RA_STR("b"), {NULL, 0}}};
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_snap *before, *s;

    make_snapshot(c, "cloud", 3);
    assert_ok(ra_cache_supplement(c, "cloud", "facts", facts, 2, &fx->err), fx);
    before = snap_open(fx, c);
    assert_non_null(ra_snap_get(before, "facts", RA_STR("b")).p);
    assert_ok(ra_cache_amend(c, "cloud", all, 5, &fx->err), fx);
    s = snap_open(fx, c);
    assert_string_equal(ra_snap_info(s)->proof, "looked at again");
    assert_true(ra_str_eq(ra_snap_get(s, "marks", RA_STR("link")), RA_STR("l")));
    assert_null(ra_snap_get(s, "facts", RA_STR("a")).p);
    assert_true(ra_str_eq(ra_snap_get(s, "facts", RA_STR("c")), RA_STR("3")));
    assert_null(ra_snap_get(s, "meta", RA_STR("usn")).p);
    assert_true(ra_str_eq(ra_snap_get(before, "facts", RA_STR("a")), RA_STR("1")));
    ra_snap_close(&s);
    ra_snap_close(&before);
    ra_cache_close(&c);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)
    const struct CMUnitTest tests[] = {
        CASE(the_next_snapshot_has_what_the_current_one_has),
        CASE(records_of_the_base_are_found_by_its_index_and_changed),
        CASE(an_index_that_the_base_lacks_is_an_error),
        CASE(gaps_of_dropped_records_are_closed_from_the_end),
        CASE(all_records_may_be_dropped),
        CASE(records_read_as_they_were_last_changed),
        CASE(a_walk_passes_over_what_was_dropped),
        CASE(a_table_can_be_emptied_within_a_group),
        CASE(it_is_resumed_with_its_token_and_from_the_same_snapshot_only),
        CASE(one_whose_records_were_moved_is_begun_anew),
        CASE(without_a_complete_snapshot_there_is_nothing_to_begin_from),
        CASE(an_amendment_is_over_several_tables_and_seen_by_who_opens_next),
        CASE(a_snapshot_larger_than_one_transaction_is_copied_whole),
    };
    return cmocka_run_group_tests_name("cache next", tests, NULL, NULL);
}
