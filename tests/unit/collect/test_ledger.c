#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/collect/store.h"

#include <string.h>

/* Where a read of the cloud puts its objects. */

static bool put(struct store *s, struct ra_ledger *l, const char *id, const char *name)
{
    struct ra_str record = store_record(s, RA_USER, id, name, false);
    bool changed;

    if (ra_ledger_put(l, ra_str(id), record, &changed, &s->err) != 0)
        fail_msg("%s", s->err.msg);
    return changed;
}

/* The display name that is there; "" when there is nothing. */
static struct ra_str name_of(struct store *s, struct ra_ledger *l, const char *id)
{
    struct ra_cloud_object o;
    struct ra_str record = {NULL, 0};
    uint32_t seq;

    if (ra_ledger_find(l, ra_str(id), &seq, &s->err) != 1)
        return RA_STR("");
    assert_int_equal(ra_ledger_read(l, seq, &record, &s->err), 0);
    if (!record.p)
        return RA_STR("");
    assert_true(ra_cloud_decode(record, &o));
    return o.display_name;
}

static void assert_name(struct store *s, struct ra_ledger *l, const char *id, const char *want)
{
    assert_true(ra_str_eq(name_of(s, l, id), ra_str(want)));
}

static void open_anew(struct store *s, struct ra_ledger *l, bool want_resumed)
{
    bool resumed;

    assert_int_equal(ra_ledger_open(l, s->cache, "token", &resumed, &s->err), 0);
    assert_int_equal(resumed, want_resumed);
}

static void a_snapshot_of_two(struct store *s)
{
    struct ra_ledger l;

    store_begin(s);
    open_anew(s, &l, false);
    put(s, &l, "ann", "Ann");
    put(s, &l, "ben", "Ben");
    ra_fill_put(l.fill, RA_TABLE_MARKS, RA_STR("delta.users"), RA_STR("link"));
    ra_fill_put(l.fill, RA_FACT_SOA, RA_STR("ann"), RA_STR("1"));
    ra_fill_put(l.fill, RA_FACT_SOA, RA_STR("ben"), RA_STR("0"));
    store_finish(s, &l);
}

static void open_next(struct store *s, struct ra_ledger *l)
{
    bool resumed;

    assert_int_equal(ra_ledger_open_next(l, s->cache, "next", &resumed, &s->err), 0);
    assert_false(resumed);
}

static void the_same_id_again_is_the_same_object(void **state)
{
    struct store s;
    struct ra_ledger l;

    (void)state;
    store_begin(&s);
    open_anew(&s, &l, false);
    assert_true(put(&s, &l, "ann", "Ann"));
    assert_false(put(&s, &l, "ann", "Ann"));
    assert_true(put(&s, &l, "ann", "Anna"));
    assert_int_equal(l.changed, 2);
    assert_int_equal(ra_fill_commit(l.fill, &s.err), 0);
    assert_int_equal(ra_fill_count(l.fill), 1);
    assert_name(&s, &l, "ann", "Anna");
    assert_name(&s, &l, "ben", "");
    ra_ledger_discard(&l);
    store_end(&s);
}

static void what_was_committed_is_gone_on_with(void **state)
{
    struct store s;
    struct ra_ledger l;

    (void)state;
    store_begin(&s);
    open_anew(&s, &l, false);
    put(&s, &l, "ann", "Ann");
    ra_fill_put(l.fill, RA_TABLE_MARKS, RA_STR("chain.users"), RA_STR("page 2"));
    assert_int_equal(ra_fill_commit(l.fill, &s.err), 0);
    ra_ledger_close(&l);
    open_anew(&s, &l, true);
    assert_name(&s, &l, "ann", "Ann");
    assert_true(ra_str_eq(ra_ledger_mark(&l, "chain.users"), RA_STR("page 2")));
    assert_false(put(&s, &l, "ann", "Ann"));
    ra_ledger_discard(&l);
    open_anew(&s, &l, false);
    assert_name(&s, &l, "ann", "");
    ra_ledger_discard(&l);
    store_end(&s);
}

static void without_a_snapshot_there_is_nothing_to_go_on_from(void **state)
{
    struct store s;
    struct ra_ledger l;
    bool resumed;

    (void)state;
    store_begin(&s);
    assert_int_equal(ra_ledger_open_next(&l, s.cache, "next", &resumed, &s.err), -RA_ENOTFOUND);
    ra_ledger_close(&l);
    store_end(&s);
}

static void nothing_is_written_as_long_as_nothing_differs(void **state)
{
    struct store s;
    struct ra_ledger l;

    (void)state;
    a_snapshot_of_two(&s);
    open_next(&s, &l);
    assert_false(put(&s, &l, "ann", "Ann"));
    assert_true(ra_str_eq(ra_ledger_mark(&l, "delta.users"), RA_STR("link")));
    assert_null(l.fill);
    assert_true(put(&s, &l, "ann", "Anna"));
    assert_non_null(l.fill);
    assert_name(&s, &l, "ann", "Anna");
    assert_name(&s, &l, "ben", "Ben");
    ra_ledger_discard(&l);
    open_next(&s, &l);
    assert_name(&s, &l, "ann", "Ann");
    ra_ledger_close(&l);
    store_end(&s);
}

static void a_change_makes_what_was_asked_of_the_object_unknown(void **state)
{
    struct store s;
    struct ra_ledger l;
    struct ra_snap *snap;

    (void)state;
    a_snapshot_of_two(&s);
    open_next(&s, &l);
    put(&s, &l, "ann", "Anna");
    store_finish(&s, &l);
    assert_int_equal(ra_snap_open(s.cache, RA_SIDE_CLOUD, &snap, &s.err), 0);
    assert_null(ra_snap_get(snap, RA_FACT_SOA, RA_STR("ann")).p);
    assert_true(ra_str_eq(ra_snap_get(snap, RA_FACT_SOA, RA_STR("ben")), RA_STR("0")));
    ra_snap_close(&snap);
    store_end(&s);
}

static int count(void *ctx, uint32_t seq, struct ra_str record, struct ra_err *err)
{
    (void)seq;
    (void)record;
    (void)err;
    ++*(int *)ctx;
    return 0;
}

static void what_was_dropped_can_come_back(void **state)
{
    struct store s;
    struct ra_ledger l;
    uint32_t seq;
    int n = 0;

    (void)state;
    a_snapshot_of_two(&s);
    open_next(&s, &l);
    assert_int_equal(ra_ledger_find(&l, RA_STR("ben"), &seq, &s.err), 1);
    assert_int_equal(ra_ledger_drop(&l, seq, &s.err), 0);
    assert_name(&s, &l, "ben", "");
    assert_int_equal(ra_ledger_walk(&l, count, &n, &s.err), 0);
    assert_int_equal(n, 1);
    assert_true(put(&s, &l, "ben", "Ben again"));
    assert_true(put(&s, &l, "cyd", "Cyd"));
    store_finish(&s, &l);
    open_next(&s, &l);
    assert_name(&s, &l, "ben", "Ben again");
    assert_name(&s, &l, "cyd", "Cyd");
    assert_int_equal(ra_snap_info(l.base)->records, 3);
    ra_ledger_close(&l);
    store_end(&s);
}

/* What is kept beside every change is what a walk over all of them counts. */
static void assert_counted(struct store *s, struct ra_ledger *l, uint64_t users, uint64_t groups,
                           uint64_t deleted)
{
    const uint64_t want[RA_COLLECTIONS] = {
        [RA_USERS] = users, [RA_GROUPS] = groups, [RA_DELETED_USERS] = deleted};

    for (int again = 0; again < 2; again++) {
        assert_int_equal(ra_ledger_count(l, &s->err), 0);
        assert_memory_equal(l->live, want, sizeof want);
        assert_true(l->counted);
        l->counted = again > 0;
    }
}

static void put_kind(struct store *s, struct ra_ledger *l, enum ra_kind kind, const char *id,
                     bool deleted)
{
    struct ra_str record = store_record(s, kind, id, "", deleted);

    assert_int_equal(ra_ledger_put(l, ra_str(id), record, NULL, &s->err), 0);
}

static void drop(struct store *s, struct ra_ledger *l, const char *id)
{
    uint32_t seq;

    assert_int_equal(ra_ledger_find(l, ra_str(id), &seq, &s->err), 1);
    assert_int_equal(ra_ledger_drop(l, seq, &s->err), 0);
}

static void come_and_go(struct store *s, struct ra_ledger *l)
{
    assert_counted(s, l, 2, 0, 0);
    put_kind(s, l, RA_GROUP, "all", false);
    put_kind(s, l, RA_USER, "cyd", true);
    assert_counted(s, l, 2, 1, 1);
    put_kind(s, l, RA_USER, "ben", true); /* deleted meanwhile */
    put_kind(s, l, RA_USER, "cyd", false);
    assert_counted(s, l, 2, 1, 1);
    drop(s, l, "all");
    drop(s, l, "all");
    assert_counted(s, l, 2, 0, 1);
    put_kind(s, l, RA_GROUP, "all", false);
    put_kind(s, l, RA_GROUP, "all", false);
    assert_counted(s, l, 2, 1, 1);
}

static void what_there_is_is_counted_as_it_changes(void **state)
{
    struct store s;
    struct ra_ledger l;

    (void)state;
    store_begin(&s);
    open_anew(&s, &l, false);
    assert_true(l.counted);
    put(&s, &l, "ann", "Ann");
    put(&s, &l, "ben", "Ben");
    come_and_go(&s, &l);
    assert_int_equal(ra_fill_commit(l.fill, &s.err), 0);
    ra_ledger_close(&l);
    open_anew(&s, &l, true);
    assert_false(l.counted);
    assert_counted(&s, &l, 2, 1, 1);
    ra_ledger_discard(&l);
    store_end(&s);
}

static void what_a_snapshot_has_is_counted_first(void **state)
{
    struct store s;
    struct ra_ledger l;

    (void)state;
    a_snapshot_of_two(&s);
    open_next(&s, &l);
    assert_false(l.counted);
    come_and_go(&s, &l);
    ra_ledger_discard(&l);
    store_end(&s);
}

static void what_differs_is_not_written_where_that_is_not_allowed(void **state)
{
    struct store s;
    struct ra_ledger l;
    struct ra_str ben;

    (void)state;
    a_snapshot_of_two(&s);
    ra_cache_close(&s.cache);
    assert_int_equal(ra_cache_open(s.dir, false, &s.cache, &s.err), 0);
    open_next(&s, &l);
    assert_false(put(&s, &l, "ben", "Ben"));
    ben = store_record(&s, RA_USER, "ben", "Ben again", false);
    assert_true(ra_ledger_put(&l, RA_STR("ben"), ben, NULL, &s.err) < 0);
    assert_true(ra_ledger_put(&l, RA_STR("cyd"), ben, NULL, &s.err) < 0);
    assert_true(ra_ledger_drop(&l, 0, &s.err) < 0);
    assert_int_equal(l.changed, 0);
    ra_ledger_close(&l);
    store_end(&s);
}

static int no_entry(void *ctx, uint32_t seq, struct ra_str record, ra_key_fn *emit, void *to,
                    struct ra_err *err)
{
    static const unsigned char value[8] = {0, 0, 0, 0, 255};

    (void)ctx, (void)seq, (void)record, (void)err;
    emit(to, RA_STR("ann"), value);
    return 0;
}

static void an_index_of_no_entries_is_damaged(void **state)
{
    const struct ra_index_builder index = {.name = ra_index_name(RA_IX_ID), .keys = no_entry};
    struct store s;
    struct ra_ledger l;
    uint32_t seq;

    (void)state;
    store_begin(&s);
    open_anew(&s, &l, false);
    put(&s, &l, "ann", "Ann");
    assert_int_equal(ra_fill_finish(&l.fill, "proved", &index, 1, &s.err), 0);
    ra_ledger_close(&l);
    open_next(&s, &l);
    assert_int_equal(ra_ledger_find(&l, RA_STR("ann"), &seq, &s.err), -RA_EINTEGRITY);
    assert_int_equal(ra_ledger_find(&l, RA_STR("ben"), &seq, &s.err), 0);
    ra_ledger_close(&l);
    store_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_id_again_is_the_same_object),
        cmocka_unit_test(what_was_committed_is_gone_on_with),
        cmocka_unit_test(without_a_snapshot_there_is_nothing_to_go_on_from),
        cmocka_unit_test(nothing_is_written_as_long_as_nothing_differs),
        cmocka_unit_test(a_change_makes_what_was_asked_of_the_object_unknown),
        cmocka_unit_test(what_was_dropped_can_come_back),
        cmocka_unit_test(what_there_is_is_counted_as_it_changes),
        cmocka_unit_test(what_a_snapshot_has_is_counted_first),
        cmocka_unit_test(what_differs_is_not_written_where_that_is_not_allowed),
        cmocka_unit_test(an_index_of_no_entries_is_damaged),
    };
    return cmocka_run_group_tests_name("collect ledger", tests, NULL, NULL);
}
