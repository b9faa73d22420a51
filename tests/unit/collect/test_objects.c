/* What a tenant rarely tells of single objects: the same one twice, one that a list leaves out, one
 * that cannot be read back, more than is to be believed. The tenant is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/conflicts.h"
#include "recovery/collect/recheck.h"
#include "tests/unit/collect/store.h"

#include <stdio.h>
#include <string.h>

#define GARBAGE RA_STR("\377\376 no record")

static struct store store;
static struct ra_cloud_fill fill;
static struct {
    unsigned ids;                       /* so many does the index list: ann, and numbers */
    const struct ra_graph_object *page; /* what a list, or a look-up, brings */
    bool there;                         /* what is looked up is */
    bool spoils;                        /* a list is read, and Ann's record is none afterwards */
    int counts;                         /* what counting ends with, an enum ra_code */
} script;

bool __wrap_ra_graph_is_files(const struct ra_graph *g);
bool __wrap_ra_graph_is_files(const struct ra_graph *g)
{
    (void)g;
    return false;
}

int __wrap_ra_graph_connections(const struct ra_graph *g);
int __wrap_ra_graph_connections(const struct ra_graph *g)
{
    (void)g;
    return 1;
}

int __wrap_ra_graph_counts(struct ra_graph *g, struct ra_count *counts, size_t n,
                           struct ra_err *err);
int __wrap_ra_graph_counts(struct ra_graph *g, struct ra_count *counts, size_t n,
                           struct ra_err *err)
{
    (void)g, (void)counts, (void)n;
    return script.counts ? ra_fail(err, (enum ra_code)script.counts, "no answer") : 0;
}

int __wrap_ra_graph_read(struct ra_graph *g, const struct ra_chain *chains, size_t n,
                         ra_page_fn *page, void *ctx, struct ra_err *err);
int __wrap_ra_graph_read(struct ra_graph *g, const struct ra_chain *chains, size_t n,
                         ra_page_fn *page, void *ctx, struct ra_err *err)
{
    int rc = 0;

    (void)g;
    if (script.spoils)
        assert_int_equal(ra_ledger_put(&fill.ledger, RA_STR("ann"), GARBAGE, NULL, &store.err), 0);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (script.page && chains[i].collection == script.page->in)
            rc = page(ctx, i, script.page, 1, (struct ra_str){NULL, 0}, err);
    return rc;
}

int __wrap_ra_graph_look_up(struct ra_graph *g, struct ra_sought *lookups, size_t n,
                            ra_page_fn *page, void *ctx, struct ra_err *err);
int __wrap_ra_graph_look_up(struct ra_graph *g, struct ra_sought *lookups, size_t n,
                            ra_page_fn *page, void *ctx, struct ra_err *err)
{
    int rc = 0;

    (void)g;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        lookups[i].found = script.there;
        if (script.there && script.page)
            rc = page(ctx, i, script.page, 1, (struct ra_str){NULL, 0}, err);
    }
    return rc;
}

int __wrap_ra_graph_index(struct ra_graph *g, struct ra_index_list *lists, size_t n, ra_id_fn *each,
                          void *ctx, struct ra_err *err);
int __wrap_ra_graph_index(struct ra_graph *g, struct ra_index_list *lists, size_t n, ra_id_fn *each,
                          void *ctx, struct ra_err *err)
{
    char id[16] = "ann";
    int rc = 0;

    (void)g;
    assert_int_equal(n, 1);
    lists[0].listed = true;
    lists[0].count = script.ids;
    for (unsigned i = 0; rc == 0 && i < script.ids; i++) {
        rc = each(ctx, 0, ra_str(id), err);
        snprintf(id, sizeof id, "%u", i);
    }
    return rc;
}

/* ---- a read that goes on ---- */

static int begin(void **state)
{
    bool resumed;

    (void)state;
    memset(&script, 0, sizeof script);
    store_begin(&store);
    fill = (struct ra_cloud_fill){.cache = store.cache};
    ra_buf_init(&fill.record, 1 << 20);
    ra_buf_init(&fill.lists, 1 << 20);
    assert_int_equal(ra_ledger_open(&fill.ledger, store.cache, "token", &resumed, &store.err), 0);
    fill.ledger.counted = false;
    return 0;
}

static int end(void **state)
{
    (void)state;
    ra_ledger_discard(&fill.ledger);
    ra_buf_free(&fill.record);
    ra_buf_free(&fill.lists);
    ra_seen_free(&fill.listed);
    ra_arena_free(&fill.arena);
    store_end(&store);
    return 0;
}

static void put(const char *id, struct ra_str record)
{
    assert_int_equal(ra_ledger_put(&fill.ledger, ra_str(id), record, NULL, &store.err), 0);
}

static struct ra_str user(const char *id, bool deleted, const char *when)
{
    struct ra_cloud_object o = {
        .kind = RA_USER, .deleted = deleted, .id = ra_str(id), .deleted_at = ra_str(when)};

    ra_buf_clear(&store.record);
    ra_cloud_encode(&o, &store.record);
    return ra_str_n(store.record.p, store.record.n);
}

/* Its head is whole, and the rest is not. */
static struct ra_str cut(struct ra_str record)
{
    return ra_str_n(record.p, record.n - 3);
}

static bool is_there(const char *id, struct ra_cloud_object *o)
{
    struct ra_str record;
    uint32_t seq;

    if (ra_ledger_find(&fill.ledger, ra_str(id), &seq, &store.err) != 1)
        return false;
    assert_int_equal(ra_ledger_read(&fill.ledger, seq, &record, &store.err), 0);
    return record.p && ra_cloud_decode(record, o);
}

static struct ra_graph_object told(const char *name, enum ra_removed removed)
{
    struct ra_graph_object o = {.in = RA_USERS, .cloud_managed = -1, .removed = removed};

    memset(o.flag, -1, sizeof o.flag);
    o.field[RA_GF_ID] = RA_STR("ann");
    o.field[RA_GF_DISPLAY_NAME] = ra_str(name);
    o.given_fields = 1U << RA_GF_ID | 1U << RA_GF_DISPLAY_NAME;
    return o;
}

static void must_be(int rc, enum ra_code code, const char *words)
{
    assert_int_equal(rc, -(int)code);
    if (!strstr(store.err.msg, words))
        fail_msg("%s", store.err.msg);
    store.err = (struct ra_err){0};
}

static void damaged(int rc)
{
    must_be(rc, RA_EINTEGRITY, "cannot be read back");
}

/* ---- objects ---- */

static void one_that_is_larger_than_a_record_is_refused(void **state)
{
    struct ra_graph_object ann = told("Ann", RA_NOT_REMOVED);

    (void)state;
    ra_buf_free(&fill.record);
    ra_buf_init(&fill.record, 8);
    must_be(ra_cloud_take_listed(&fill, &ann, &store.err), RA_ESERVER,
            "users: an object is larger than 8 bytes");
}

static void settle(const struct ra_graph_object *first, const struct ra_graph_object *second)
{
    struct ra_conflicts x;

    ra_conflicts_begin(&x, &fill);
    assert_int_equal(ra_conflicts_take(&x, first, &store.err), 0);
    assert_int_equal(ra_conflicts_take(&x, second, &store.err), 0);
    assert_int_equal(x.n, 1);
    assert_int_equal(ra_conflicts_settle(&x, &store.err), 0);
    ra_conflicts_end(&x);
}

static void one_that_was_removed_and_is_there_has_come_back(void **state)
{
    struct ra_graph_object ann = told("Ann", RA_NOT_REMOVED), gone = told(NULL, RA_REMOVED_SOFT);
    struct ra_cloud_object now;

    (void)state;
    script.there = true;
    script.page = &ann;
    settle(&ann, &gone);
    assert_true(is_there("ann", &now));
    assert_false(now.deleted);
    assert_int_equal(fill.events.created, 2);
    assert_int_equal(fill.events.removed, 1);
}

/* It may not be seen yet. */
static void one_that_nobody_removed_and_is_not_there_stays_as_it_was_told_last(void **state)
{
    struct ra_graph_object ann = told("Ann", RA_NOT_REMOVED), anna = told("Anna", RA_NOT_REMOVED);
    struct ra_cloud_object now;

    (void)state;
    settle(&ann, &anna);
    assert_true(is_there("ann", &now));
    assert_true(ra_str_eq(now.display_name, RA_STR("Anna")));
    assert_false(now.deleted);
}

static void deleted_users_whom_their_list_leaves_out_are_gone(void **state)
{
    struct ra_cloud_object o;

    (void)state;
    put("ann", user("ann", true, "2026-01-01T00:00:00Z"));
    put("ben", user("ben", true, NULL)); /* a change told of it, and the list is older */
    put("cyd", user("cyd", false, NULL));
    assert_int_equal(ra_cloud_drop_unlisted(&fill, &store.err), 0);
    assert_false(is_there("ann", &o));
    assert_true(is_there("ben", &o));
    assert_true(is_there("cyd", &o));
    put("ben", cut(user("ben", true, NULL)));
    damaged(ra_cloud_drop_unlisted(&fill, &store.err));
}

/* ---- lists ---- */

static void a_tenant_that_does_not_answer_is_not_read(void **state)
{
    (void)state;
    script.counts = RA_ENETWORK;
    must_be(ra_cloud_read_lists(&fill, &store.err), RA_ENETWORK, "no answer");
}

static void a_list_ends_where_a_record_cannot_be_read_back(void **state)
{
    struct ra_graph_object ann = told("Ann", RA_NOT_REMOVED);

    (void)state;
    ann.in = RA_DELETED_USERS;
    script.page = &ann;
    put("ann", GARBAGE);
    damaged(ra_cloud_read_lists(&fill, &store.err));
}

/* ---- the second look ---- */

static int look_again(struct ra_recheck *out)
{
    return ra_recheck_refresh(&fill, RA_USERS, out, &store.err);
}

static void more_that_differ_than_is_to_be_believed_are_an_incomplete_read(void **state)
{
    struct ra_recheck out;

    (void)state;
    script.ids = 200001;
    must_be(look_again(&out), RA_EINCOMPLETE, "users: more than 200000 ids differ");
}

static void one_that_was_dropped_is_not_here(void **state)
{
    struct ra_recheck out;
    uint32_t seq;

    (void)state;
    put("ann", user("ann", false, NULL));
    assert_int_equal(ra_ledger_find(&fill.ledger, RA_STR("ann"), &seq, &store.err), 1);
    assert_int_equal(ra_ledger_drop(&fill.ledger, seq, &store.err), 0);
    script.ids = 1;
    script.there = true;
    assert_int_equal(look_again(&out), 0);
    assert_int_equal(out.missed, 1);
}

static void what_cannot_be_read_back_is_told_by_the_second_look(void **state)
{
    struct ra_recheck out;

    (void)state;
    put("ann", GARBAGE);
    script.ids = 1;
    damaged(look_again(&out));
    script.ids = 0;
    damaged(look_again(&out));
    put("ann", cut(user("ann", false, NULL)));
    damaged(look_again(&out));
}

static void deleted_users_that_are_read_again_are_looked_for(void **state)
{
    struct ra_graph_object ann = told("Ann", RA_NOT_REMOVED);
    struct ra_recheck out;

    (void)state;
    ann.in = RA_DELETED_USERS;
    script.ids = 1;
    script.there = true;
    must_be(ra_recheck_anew(&fill, RA_DELETED_USERS, &out, &store.err), RA_EINCOMPLETE,
            "deletedUsers: ann is there, and its list leaves it out");
    script.page = &ann;
    assert_int_equal(ra_recheck_anew(&fill, RA_DELETED_USERS, &out, &store.err), 0);
    assert_int_equal(out.missed, 1);
}

static void what_is_damaged_meanwhile_is_told(void **state)
{
    struct ra_recheck out;

    (void)state;
    script.ids = 1;
    script.there = script.spoils = true;
    damaged(ra_recheck_anew(&fill, RA_DELETED_USERS, &out, &store.err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(one_that_is_larger_than_a_record_is_refused),
        TEST(one_that_was_removed_and_is_there_has_come_back),
        TEST(one_that_nobody_removed_and_is_not_there_stays_as_it_was_told_last),
        TEST(deleted_users_whom_their_list_leaves_out_are_gone),
        TEST(a_tenant_that_does_not_answer_is_not_read),
        TEST(a_list_ends_where_a_record_cannot_be_read_back),
        TEST(more_that_differ_than_is_to_be_believed_are_an_incomplete_read),
        TEST(one_that_was_dropped_is_not_here),
        TEST(what_cannot_be_read_back_is_told_by_the_second_look),
        TEST(deleted_users_that_are_read_again_are_looked_for),
        TEST(what_is_damaged_meanwhile_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
