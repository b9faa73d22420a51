/* What becomes of the answers of a directory that few give: containers that may not be read,
 * entries without an identity, a tree that changes meanwhile. The directory is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/collect/scripted.h"
#include "tests/unit/collect/store.h"

#include <stdlib.h>
#include <string.h>

/* ---- a side that is being filled ---- */

static struct store store;
static struct ra_ad_read how = {.name = "contoso", .login_attribute = "userPrincipalName"};
static struct ra_ad_fill fill;
static struct ra_ad_changes changes;

static int begin(void **state)
{
    bool resumed;

    (void)state;
    store_begin(&store);
    scripted_begin();
    how.connections = 1;
    changes = (struct ra_ad_changes){0};
    fill = (struct ra_ad_fill){.read = &how, .places_n = 2};
    pthread_mutex_init(&fill.lock, NULL);
    fill.places[0] = (struct ra_ad_place){.base = DOMAIN};
    fill.places[1] = (struct ra_ad_place){
        .base = "CN=Deleted Objects," DOMAIN, .deleted = true, .optional = true};
    assert_int_equal(
        ra_fill_open(store.cache, "ad:contoso", RA_STR("t"), &fill.fill, &resumed, &store.err), 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ra_fill_discard(&fill.fill);
    ra_seen_free(&fill.seen);
    ra_arena_free(&fill.arena);
    pthread_mutex_destroy(&fill.lock);
    free(changes.at);
    store_end(&store);
    return 0;
}

static const int closed[] = {RA_ENOTFOUND, RA_EPERMISSION};

static void deleted_objects_that_may_not_be_read_are_done_without(void **state)
{
    struct ra_ad_mark mark = {.way = RA_AD_USN, .usn = 5};
    bool stale, moved = false;
    size_t searches;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        script.deleted = closed[i];
        script.usn = 6 + i;
        assert_int_equal(ra_ad_read_full(NULL, &fill, &searches, &store.err), 0);
        assert_int_equal(ra_ad_feed(NULL, &fill, &mark, &changes, &stale, &store.err), 0);
        assert_int_equal(mark.usn, script.usn);
        assert_int_equal(ra_ad_sweep(NULL, &fill, &changes, &moved, &store.err), 0);
        ra_ad_change_add(&changes, scripted_guid, false);
        assert_int_equal(ra_ad_apply(NULL, &fill, &changes, true, false, &store.err), 0);
    }
    script.deleted = RA_ENETWORK; /* that is no answer */
    assert_int_equal(ra_ad_read_full(NULL, &fill, &searches, &store.err), -(int)RA_ENETWORK);
    assert_int_equal(ra_ad_sweep(NULL, &fill, &changes, &moved, &store.err), -(int)RA_ENETWORK);
}

static void an_entry_without_an_identity_is_refused(void **state)
{
    struct ra_ad_mark mark = {.way = RA_AD_USN, .usn = 5};
    bool stale, moved;

    (void)state;
    script.entry = true;
    script.guid = 15;
    script.usn = 6;
    assert_int_equal(ra_ad_feed(NULL, &fill, &mark, &changes, &stale, &store.err),
                     -(int)RA_ESERVER);
    assert_non_null(strstr(store.err.msg, "changed and has no objectGUID"));
    assert_int_equal(ra_ad_sweep(NULL, &fill, &changes, &moved, &store.err), -(int)RA_EINPUT);
    assert_non_null(strstr(store.err.msg, "objectGUID has 15 bytes, want 16"));
}

/* A number that the fill does not have: it is not what it was begun from. */
static void an_object_that_the_fill_lacks_ends_the_sweep(void **state)
{
    uint32_t seq = 3;
    bool moved;

    (void)state;
    script.entry = true;
    fill.next = 5;
    ra_seen(&fill.seen, ra_str_n(scripted_guid, 16), &seq);
    assert_true(ra_ad_sweep(NULL, &fill, &changes, &moved, &store.err) < 0);
}

static void a_tree_that_changes_while_it_is_read_is_read_as_one(void **state)
{
    size_t searches;

    (void)state;
    fill.places_n = 1;
    how.connections = 2;
    script.children = 2;
    script.gone = 1;
    assert_int_equal(ra_ad_read_full(NULL, &fill, &searches, &store.err), 0);
    assert_int_equal(searches, 1);
    assert_false(fill.failed);
    assert_true(script.subtrees >= 2);
}

/* What lies below a container that was renamed is read again; it may have moved on since. */
static void a_container_that_is_gone_again_has_nothing_below_it(void **state)
{
    (void)state;
    script.entry = true;
    script.lost = true;
    ra_ad_change_add(&changes, scripted_guid, true);
    assert_int_equal(ra_ad_apply(NULL, &fill, &changes, false, false, &store.err), 0);
    assert_true(script.below > 0);
}

/* ---- connections ---- */

static void there_are_sixteen_connections_at_most(void **state)
{
    size_t searches;

    (void)state;
    fill.places_n = 1;
    how.connections = 40;
    script.children = 30;
    script.another = true;
    assert_int_equal(ra_ad_read_full(NULL, &fill, &searches, &store.err), 0);
    assert_int_equal(searches, 31);
    assert_int_equal(script.connections, 15);
    assert_int_equal(script.closed, 15);
}

static void without_threads_one_reads_everything(void **state)
{
    size_t searches;

    (void)state;
    fill.places_n = 1;
    how.connections = 4;
    script.children = 4;
    script.another = script.no_threads = true;
    assert_int_equal(ra_ad_read_full(NULL, &fill, &searches, &store.err), 0);
    assert_int_equal(searches, 5);
    assert_int_equal(script.connections, 1);
    assert_int_equal(script.closed, 1);
}

/* A group of a transaction is 8 MiB. */
static void much_is_committed_on_the_way(void **state)
{
    size_t searches, n = (size_t)9 << 20;
    char *name = malloc(n);

    (void)state;
    memset(name, 'x', n);
    fill.places_n = 1;
    script.entry = true;
    script.user = true;
    script.name = ra_str_n(name, n);
    assert_int_equal(ra_ad_read_full(NULL, &fill, &searches, &store.err), 0);
    assert_int_equal(ra_fill_count(fill.fill), 1);
    assert_int_equal(ra_fill_pending(fill.fill), 0);
    free(name);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(deleted_objects_that_may_not_be_read_are_done_without),
        TEST(an_entry_without_an_identity_is_refused),
        TEST(an_object_that_the_fill_lacks_ends_the_sweep),
        TEST(a_tree_that_changes_while_it_is_read_is_read_as_one),
        TEST(a_container_that_is_gone_again_has_nothing_below_it),
        TEST(there_are_sixteen_connections_at_most),
        TEST(without_threads_one_reads_everything),
        TEST(much_is_committed_on_the_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
