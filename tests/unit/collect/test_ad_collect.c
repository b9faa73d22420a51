/* A directory's side from its beginning to its end, where the end is not a snapshot of everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/collect/scripted.h"
#include "tests/unit/collect/store.h"

#include <string.h>

static struct store store;
static struct ra_ad_read how;

static int begin(void **state)
{
    (void)state;
    scripted_begin();
    store_begin(&store);
    how = (struct ra_ad_read){
        .name = "contoso", .login_attribute = "userPrincipalName", .connections = 1};
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_end(&store);
    return 0;
}

static int collect(void)
{
    return ra_ad_collect(NULL, store.cache, &how, NULL, &store.err);
}

/* Up to which USN the snapshot is true, and its number; 0 for none. */
static uint64_t snapshot(uint64_t *number)
{
    struct ra_snap *s;
    struct ra_ad_mark mark;
    uint64_t usn;

    if (ra_snap_open(store.cache, "ad:contoso", &s, &store.err) != 0)
        return *number = 0;
    *number = ra_snap_info(s)->number;
    ra_snap_close(&s);
    ra_ad_mark_init(&mark);
    assert_true(ra_ad_mark_load(store.cache, "ad:contoso", &mark));
    usn = mark.usn;
    ra_ad_mark_free(&mark);
    return usn;
}

static void an_integer_attribute_is_refused_as_anchor(void **state)
{
    static const struct ra_str number = {"employeeNumber", 14};

    (void)state;
    how.custom = &number;
    how.customs = 1;
    script.syntax = RA_SYNTAX_INTEGER;
    assert_int_equal(collect(), -(int)RA_ECONFIG);
    assert_non_null(strstr(store.err.msg, "ad:contoso: employeeNumber is an integer attribute"));
    assert_non_null(strstr(store.err.hint, "[anchor]"));
}

static void a_read_whose_changes_cannot_be_followed_is_incomplete(void **state)
{
    uint64_t number;

    (void)state;
    script.usn = 5;
    script.busy = 1;
    script.told = RA_DIR_STALE;
    assert_int_equal(collect(), -(int)RA_EINCOMPLETE);
    assert_non_null(strstr(store.err.msg, "what changed while it was read could not be followed"));
    assert_int_equal(snapshot(&number), 0);
    assert_int_equal(number, 0);
}

/* The change is of a container, and below it nothing has another name. */
static void changes_that_change_no_record_move_the_mark_alone(void **state)
{
    uint64_t first, then;

    (void)state;
    script.usn = 5;
    assert_int_equal(collect(), 0);
    assert_int_equal(snapshot(&first), 5);
    script.usn = 6;
    script.changed = script.entry = true;
    script.deleted = RA_ENETWORK;
    assert_int_equal(collect(), -(int)RA_ENETWORK);
    assert_int_equal(snapshot(&then), 5);
    script.deleted = 0;
    assert_int_equal(collect(), 0);
    assert_int_equal(snapshot(&then), 6);
    assert_int_equal(then, first);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(an_integer_attribute_is_refused_as_anchor),
        TEST(a_read_whose_changes_cannot_be_followed_is_incomplete),
        TEST(changes_that_change_no_record_move_the_mark_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
