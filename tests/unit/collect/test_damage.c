/* Records of a store that cannot be read back: whoever meets with one says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/ad.h"
#include "tests/unit/collect/store.h"

#include <stdio.h>
#include <string.h>

#define GARBAGE RA_STR("\377\376 no record")

static struct store store;

static int begin(void **state)
{
    (void)state;
    store_begin(&store);
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_end(&store);
    return 0;
}

static void damaged(int rc)
{
    assert_int_equal(rc, -(int)RA_EINTEGRITY);
    if (!strstr(store.err.msg, "cannot be read back"))
        fail_msg("%s", store.err.msg);
    store.err = (struct ra_err){0};
}

static void open_anew(struct ra_ledger *l)
{
    bool resumed;

    assert_int_equal(ra_ledger_open(l, store.cache, "token", &resumed, &store.err), 0);
}

/* The record of Ann, or what is left of it. */
static struct ra_str ann(size_t cut)
{
    struct ra_str r = store_record(&store, RA_USER, "ann", "Ann", false);

    return ra_str_n(r.p, r.n - cut);
}

static void no_index_is_built_of_it(void **state)
{
    struct ra_index_plan plan;
    struct ra_ledger l;
    int rc;

    (void)state;
    open_anew(&l);
    ra_fill_record(l.fill, GARBAGE);
    ra_index_plan(&plan, true, NULL, 0);
    rc = ra_fill_finish(&l.fill, "proved", plan.builders, plan.n, &store.err);
    ra_index_plan_free(&plan);
    damaged(rc);
    ra_ledger_close(&l);
}

static void a_read_that_was_interrupted_does_not_go_on_behind_it(void **state)
{
    struct ra_ledger l;
    bool resumed;

    (void)state;
    open_anew(&l);
    ra_fill_record(l.fill, GARBAGE);
    assert_int_equal(ra_fill_commit(l.fill, &store.err), 0);
    ra_ledger_close(&l); /* what was committed waits */
    damaged(ra_ledger_open(&l, store.cache, "token", &resumed, &store.err));
    ra_ledger_close(&l);
}

static struct ra_cloud_fill fill;

static void fill_begin(struct ra_str record)
{
    fill = (struct ra_cloud_fill){.cache = store.cache};
    ra_buf_init(&fill.record, 1 << 20);
    ra_buf_init(&fill.lists, 1 << 20);
    open_anew(&fill.ledger);
    assert_int_equal(ra_ledger_put(&fill.ledger, RA_STR("ann"), record, NULL, &store.err), 0);
    assert_int_equal(ra_fill_commit(fill.ledger.fill, &store.err), 0);
}

static void fill_end(void)
{
    ra_ledger_close(&fill.ledger);
    ra_buf_free(&fill.record);
    ra_buf_free(&fill.lists);
}

static int changed(enum ra_removed removed)
{
    struct ra_graph_object o = {.in = RA_USERS, .removed = removed};

    o.field[RA_GF_ID] = RA_STR("ann");
    return ra_cloud_take_changed(&fill, &o, &store.err);
}

static void a_change_of_it_is_not_taken(void **state)
{
    (void)state;
    fill_begin(GARBAGE);
    damaged(changed(RA_NOT_REMOVED));
    damaged(ra_cloud_count_live(&fill, &store.err));
    fill_end();
    store_end(&store);
    store_begin(&store);
    fill_begin(ann(3)); /* its head is whole */
    damaged(changed(RA_NOT_REMOVED));
    damaged(changed(RA_REMOVED_SOFT));
    fill_end();
}

static void it_is_not_saved(void **state)
{
    struct ra_view v = {.cloud = {.side = {.count = 1}}};
    struct ra_ledger l;
    char dir[100];

    (void)state;
    open_anew(&l);
    ra_fill_record(l.fill, GARBAGE);
    assert_int_equal(ra_fill_finish(&l.fill, "proved", NULL, 0, &store.err), 0);
    ra_ledger_close(&l);
    assert_int_equal(ra_snap_open(store.cache, "cloud", &v.cloud.snap, &store.err), 0);
    snprintf(dir, sizeof dir, "%s/saved", store.dir);
    damaged(ra_save(&v, dir, &store.err));
    ra_snap_close(&v.cloud.snap);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(no_index_is_built_of_it),
        TEST(a_read_that_was_interrupted_does_not_go_on_behind_it),
        TEST(a_change_of_it_is_not_taken),
        TEST(it_is_not_saved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
