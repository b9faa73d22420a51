/* A directory's side of objects that are at hand: what it does not take, and what nobody goes on
 * from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/ad.h"
#include "tests/unit/collect/store.h"

#include <stdlib.h>
#include <string.h>

static const struct ra_ad_held held = {
    .name = "contoso", .login_attribute = "userPrincipalName", .proof = "a backup"};
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

static struct ra_ad_object ann(void)
{
    return (struct ra_ad_object){.kind = RA_USER,
                                 .guid = RA_STR("0123456789abcdef"),
                                 .dn = RA_STR("CN=Ann,DC=contoso,DC=test")};
}

static void a_store_that_may_not_be_written_is_told(void **state)
{
    struct ra_ad_hold *h;

    (void)state;
    ra_cache_close(&store.cache);
    assert_int_equal(ra_cache_open(store.dir, false, &store.cache, &store.err), 0);
    assert_true(ra_ad_hold_open(store.cache, &held, &h, &store.err) < 0);
    assert_null(h);
}

static void an_object_that_is_larger_than_a_record_is_refused(void **state)
{
    struct ra_ad_object o = ann();
    struct ra_ad_hold *h;
    char *name = malloc(RA_AD_RECORD_MAX);

    (void)state;
    memset(name, 'x', RA_AD_RECORD_MAX);
    o.display_name = ra_str_n(name, RA_AD_RECORD_MAX);
    assert_int_equal(ra_ad_hold_open(store.cache, &held, &h, &store.err), 0);
    assert_int_equal(ra_ad_hold_put(h, &o, &store.err), -(int)RA_EINPUT);
    assert_non_null(strstr(store.err.msg, "CN=Ann,DC=contoso,DC=test: larger than "));
    ra_ad_hold_abandon(&h);
    free(name);
}

static void it_has_no_mark_from_which_changes_could_be_followed(void **state)
{
    struct ra_ad_object o = ann();
    struct ra_ad_mark mark;
    struct ra_ad_hold *h;

    (void)state;
    assert_int_equal(ra_ad_hold_open(store.cache, &held, &h, &store.err), 0);
    assert_int_equal(ra_ad_hold_put(h, &o, &store.err), 0);
    assert_int_equal(ra_ad_hold_finish(&h, &store.err), 0);
    ra_ad_mark_init(&mark);
    mark.way = RA_AD_USN;
    assert_false(ra_ad_mark_load(store.cache, "ad:contoso", &mark));
    assert_int_equal(mark.way, RA_AD_NO_WAY);
    ra_ad_mark_free(&mark);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_store_that_may_not_be_written_is_told),
        TEST(an_object_that_is_larger_than_a_record_is_refused),
        TEST(it_has_no_mark_from_which_changes_could_be_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
