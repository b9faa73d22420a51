/* What becomes of the answers of a directory that few give: containers that may not be read,
 * entries without an identity, a tree that changes meanwhile. The directory is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/ad.h"
#include "tests/unit/collect/store.h"

#include <stdlib.h>
#include <string.h>

static struct {
    int deleted;   /* what searches for deleted objects end with, an enum ra_code */
    int gone;      /* so many subtrees are not there any more */
    bool entry;    /* each search finds one */
    bool children; /* the base has two */
    size_t guid;   /* bytes of its objectGUID */
    int subtrees;  /* read, of scope subtree */
    bool another;  /* connections are granted */
    uint64_t usn;
} script;
static const char guid[] = "0123456789abcdef";

int __wrap_ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err);
int __wrap_ra_dir_root(struct ra_dir *d, struct ra_dir_root *out, struct ra_err *err)
{
    (void)d, (void)err;
    *out = (struct ra_dir_root){.highest_committed_usn = script.usn};
    return 0;
}

int __wrap_ra_dir_lists_all(struct ra_dir *d, bool *yes, struct ra_err *err);
int __wrap_ra_dir_lists_all(struct ra_dir *d, bool *yes, struct ra_err *err)
{
    (void)d, (void)err;
    *yes = true;
    return 0;
}

int __wrap_ra_dir_another(const struct ra_dir *d, struct ra_dir **out, struct ra_err *err);
int __wrap_ra_dir_another(const struct ra_dir *d, struct ra_dir **out, struct ra_err *err)
{
    (void)d;
    *out = NULL;
    return script.another ? 0 : ra_fail(err, RA_ENETWORK, "no more connections");
}

int __wrap_ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each,
                         void *ctx, struct ra_err *err);
int __wrap_ra_dir_search(struct ra_dir *d, const struct ra_dir_query *q, ra_entry_fn *each,
                         void *ctx, struct ra_err *err)
{
    int rc = 0;

    (void)d;
    if (q->deleted && script.deleted)
        return ra_fail(err, (enum ra_code)script.deleted, "the container may not be read");
    if (q->scope == RA_DIR_CHILDREN) {
        for (int i = 0; script.children && i < 2 && rc == 0; i++)
            rc = each(ctx, NULL, err);
        script.children = false;
        return rc;
    }
    if (q->scope == RA_DIR_SUBTREE && ++script.subtrees <= script.gone)
        return ra_fail(err, RA_ENOTFOUND, "no such object");
    return script.entry ? each(ctx, NULL, err) : 0;
}

struct ra_str __wrap_ra_dir_entry_first(const struct ra_dir_entry *e, const char *name);
struct ra_str __wrap_ra_dir_entry_first(const struct ra_dir_entry *e, const char *name)
{
    (void)e;
    return strcmp(name, "objectGUID") == 0 ? ra_str_n(guid, script.guid) : (struct ra_str){NULL, 0};
}

struct ra_str __wrap_ra_dir_entry_dn(const struct ra_dir_entry *e);
struct ra_str __wrap_ra_dir_entry_dn(const struct ra_dir_entry *e)
{
    (void)e;
    return RA_STR("OU=Sales,DC=contoso,DC=test");
}

bool __wrap_ra_dir_entry_has(const struct ra_dir_entry *e, const char *name);
bool __wrap_ra_dir_entry_has(const struct ra_dir_entry *e, const char *name)
{
    (void)e, (void)name;
    return false;
}

enum ra_kind __wrap_ra_entry_kind(const struct ra_dir_entry *e);
enum ra_kind __wrap_ra_entry_kind(const struct ra_dir_entry *e)
{
    (void)e;
    return RA_KINDS; /* a container */
}

/* ---- a side that is being filled ---- */

static struct store store;
static struct ra_ad_read how = {.name = "contoso", .connections = 1};
static struct ra_ad_fill fill;
static struct ra_ad_changes changes;

static int begin(void **state)
{
    bool resumed;

    (void)state;
    store_begin(&store);
    memset(&script, 0, sizeof script);
    script.guid = 16;
    how.connections = 1;
    changes = (struct ra_ad_changes){0};
    fill = (struct ra_ad_fill){.read = &how, .places_n = 2};
    pthread_mutex_init(&fill.lock, NULL);
    fill.places[0] = (struct ra_ad_place){.base = "DC=contoso,DC=test"};
    fill.places[1] = (struct ra_ad_place){
        .base = "CN=Deleted Objects,DC=contoso,DC=test", .deleted = true, .optional = true};
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
        ra_ad_change_add(&changes, guid, false);
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
    ra_seen(&fill.seen, ra_str_n(guid, 16), &seq);
    assert_true(ra_ad_sweep(NULL, &fill, &changes, &moved, &store.err) < 0);
}

static void a_tree_that_changes_while_it_is_read_is_read_as_one(void **state)
{
    size_t searches;

    (void)state;
    fill.places_n = 1;
    how.connections = 2;
    script.children = true;
    script.gone = 1;
    assert_int_equal(ra_ad_read_full(NULL, &fill, &searches, &store.err), 0);
    assert_int_equal(searches, 1);
    assert_false(fill.failed);
    assert_true(script.subtrees >= 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(deleted_objects_that_may_not_be_read_are_done_without),
        TEST(an_entry_without_an_identity_is_refused),
        TEST(an_object_that_the_fill_lacks_ends_the_sweep),
        TEST(a_tree_that_changes_while_it_is_read_is_read_as_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
