/* What a finished snapshot gives back: records, indexes, what stands beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "src/cache/store.h"
#include "tests/unit/cache/fixture.h"

#include <stdlib.h>
#include <string.h>

static void a_finished_snapshot_gives_back_records_meta_and_proof(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_snap *s;
    char text[32];

    make_snapshot(c, "cloud", 1000);
    s = current_snap(fx, c, "cloud");
    assert_int_equal(ra_snap_info(s)->number, 1);
    assert_int_equal(ra_snap_info(s)->records, 1000);
    assert_string_equal(ra_snap_info(s)->proof, "counted");
    assert_true(ra_snap_info(s)->created > 1700000000);
    for (unsigned i = 0; i < 1000; i++)
        assert_true(ra_str_eq(ra_snap_record(s, i), record_text(i)));
    assert_null(ra_snap_record(s, 1000).p);
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("usn")), RA_STR("4711")));
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("proof")), RA_STR("counted")));
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("records")), RA_STR("1000")));
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("hash")), ra_str(ra_snap_info(s)->hash)));
    snprintf(text, sizeof text, "%lld", (long long)ra_snap_info(s)->created);
    assert_true(ra_str_eq(ra_snap_get(s, "meta", RA_STR("created")), ra_str(text)));
    assert_null(ra_snap_get(s, "meta", RA_STR("other")).p);
    assert_null(ra_snap_get(s, "none", RA_STR("usn")).p);
    assert_null(ra_snap_index(s, "none"));
    assert_null(ra_snap_table(s, "none"));
    assert_null(ra_snap_table(s, "word"));
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void an_index_is_in_key_order_with_its_duplicates_in_value_order(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_cache_cursor *cursor;
    struct ra_str key, value, last = {NULL, 0};
    struct ra_snap *s;
    uint32_t evens = 0, pairs = 0;

    make_snapshot(c, "cloud", 5000);
    s = current_snap(fx, c, "cloud");
    cursor = ra_snap_index(s, "word");
    while (ra_cache_cursor_next(cursor, &key, &value) == 1) {
        uint32_t n = value_number(value);
        assert_true(ra_str_cmp(last, key) <= 0);
        last = key; /* borrowed until the snapshot closes */
        pairs++;
        if (ra_str_eq(key, RA_STR("even")))
            assert_int_equal(n, 2 * evens++);
        else if (!ra_str_eq(key, RA_STR("odd")))
            assert_true(ra_str_eq(ra_snap_record(s, n), key));
    }
    assert_int_equal(pairs, 10000);
    assert_int_equal(evens, 2500);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void seek_stands_before_the_first_key_that_is_not_less(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *s;

    make_snapshot(c, "cloud", 100);
    s = current_snap(fx, c, "cloud");
    cursor = ra_snap_index(s, "word");
    assert_int_equal(ra_cache_cursor_seek(cursor, RA_STR("o")), 0);
    for (uint32_t i = 0; i < 50; i++) {
        assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
        assert_true(ra_str_eq(key, RA_STR("odd")));
        assert_int_equal(value_number(value), 2 * i + 1);
    }
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(key, RA_STR("record 0")));
    assert_int_equal(ra_cache_cursor_seek(cursor, RA_STR("record 42")), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_int_equal(value_number(value), 42);
    assert_int_equal(ra_cache_cursor_seek(cursor, RA_STR("z")), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    assert_int_equal(ra_cache_cursor_seek(cursor, RA_STR("")), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(key, RA_STR("even")));
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

/* A key of n bytes for n below 300, and the same key in front of zeros. */
static int length_keys(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                       struct ra_err *err)
{
    unsigned char value[8];
    char key[RA_CACHE_KEY_MAX] = {0};

    (void)ctx;
    (void)err;
    (void)record;
    number_value(seq, value);
    emit(to, (struct ra_str){key, seq}, value);
    memset(key, 'x', sizeof key);
    emit(to, (struct ra_str){key, seq}, value);
    emit(to, (struct ra_str){key, seq}, value); /* the same pair twice is one */
    return 0;
}

static void keys_of_any_length_and_of_zeros_come_back_as_they_were(void **state)
{
    const struct ra_index_builder ix = {.name = "length", .keys = length_keys};
    const unsigned n = RA_CACHE_KEY_MAX + 1;
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    char longer[RA_CACHE_KEY_MAX + 90];
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *s;
    struct ra_fill *f;
    bool resumed;

    assert_ok(ra_fill_open(c, "cloud", RA_STR("t"), &f, &resumed, &fx->err), fx);
    for (unsigned i = 0; i < n; i++)
        ra_fill_record(f, RA_STR(""));
    assert_ok(ra_fill_finish(&f, "p", &ix, 1, &fx->err), fx);
    s = current_snap(fx, c, "cloud");
    assert_int_equal(ra_snap_record(s, n - 1).n, 0);
    cursor = ra_snap_index(s, "length");
    for (unsigned i = 0; i < 2 * n - 1; i++) { /* the empty key is the same both ways */
        unsigned length = i < n ? i : i - n + 1;
        assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
        assert_int_equal(key.n, length);
        assert_int_equal(value_number(value), length);
        assert_true(length == 0 || key.p[length - 1] == (i < n ? '\0' : 'x'));
    }
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    memset(longer, 'x', sizeof longer);
    assert_int_equal(ra_cache_cursor_seek(cursor, (struct ra_str){longer, sizeof longer}), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    memset(longer, 0, sizeof longer);
    assert_int_equal(ra_cache_cursor_seek(cursor, (struct ra_str){longer, sizeof longer}), 0);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 1);
    assert_true(ra_str_eq(key, RA_STR("x")));
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void a_snapshot_without_records_is_complete_all_the_same(void **state)
{
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *s;

    make_snapshot(c, "cloud", 0);
    s = current_snap(fx, c, "cloud");
    assert_int_equal(ra_snap_info(s)->records, 0);
    assert_null(ra_snap_record(s, 0).p);
    cursor = ra_snap_index(s, "word");
    assert_non_null(cursor);
    assert_int_equal(ra_cache_cursor_next(cursor, &key, &value), 0);
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void many_records_and_their_index_hold(void **state)
{
    const unsigned n = 500000;
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);
    struct ra_cache_cursor *cursor;
    struct ra_str key, value;
    struct ra_snap *s;
    unsigned pairs = 0;

    make_snapshot(c, "cloud", n);
    s = current_snap(fx, c, "cloud");
    assert_int_equal(ra_snap_info(s)->records, n);
    cursor = ra_snap_index(s, "word");
    while (ra_cache_cursor_next(cursor, &key, &value) == 1) {
        pairs++;
        if (key.n > 4 && !ra_str_eq(ra_snap_record(s, value_number(value)), key))
            fail_msg("record %u is not its key", value_number(value));
    }
    assert_int_equal(pairs, 2 * n);
    ra_cache_cursor_close(cursor);
    ra_snap_close(&s);
    ra_cache_close(&c);
}

static void indexes_that_do_not_fit_into_memory_together_are_built_all_the_same(void **state)
{
    const struct ra_index_builder indexes[] = {
        {"a", word_index.keys, NULL}, {"b", word_index.keys, NULL}, {"c", word_index.keys, NULL}};
    const size_t limits[] = {0, 100000, 200000};
    struct fixture *fx = *state;
    struct ra_cache *c = store_open(fx, true);

    for (size_t k = 0; k < 3; k++) {
        struct ra_fill *f;
        struct ra_snap *s;
        bool resumed;
        c->pairs_max = limits[k];
        assert_ok(ra_fill_open(c, "cloud", RA_STR("t"), &f, &resumed, &fx->err), fx);
        for (unsigned i = 0; i < 3000; i++)
            ra_fill_record(f, record_text(i));
        assert_ok(ra_fill_finish(&f, "p", indexes, 3, &fx->err), fx);
        s = current_snap(fx, c, "cloud");
        for (int i = 0; i < 3; i++) {
            struct ra_cache_cursor *cursor = ra_snap_index(s, indexes[i].name);
            struct ra_str key, value;
            unsigned pairs = 0;
            while (ra_cache_cursor_next(cursor, &key, &value) == 1)
                pairs++;
            assert_int_equal(pairs, 6000);
            ra_cache_cursor_close(cursor);
        }
        ra_snap_close(&s);
    }
    ra_cache_close(&c);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)
    const struct CMUnitTest tests[] = {
        CASE(a_finished_snapshot_gives_back_records_meta_and_proof),
        CASE(an_index_is_in_key_order_with_its_duplicates_in_value_order),
        CASE(seek_stands_before_the_first_key_that_is_not_less),
        CASE(keys_of_any_length_and_of_zeros_come_back_as_they_were),
        CASE(a_snapshot_without_records_is_complete_all_the_same),
        CASE(many_records_and_their_index_hold),
        CASE(indexes_that_do_not_fit_into_memory_together_are_built_all_the_same),
    };
    return cmocka_run_group_tests_name("cache snap", tests, NULL, NULL);
}
