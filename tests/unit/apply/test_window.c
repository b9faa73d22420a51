#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/apply/window.h"

#include <string.h>

#define SOFT   "blockSoftMatchEnabled"
#define HARD   "blockCloudObjectTakeoverThroughHardMatchEnabled"
#define UPDATE "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled"

static void only_what_can_be_closed_again_may_be_opened(void **state)
{
    (void)state;
    assert_true(ra_window_feature(RA_STR(SOFT)));
    assert_true(ra_window_feature(RA_STR(HARD)));
    assert_true(ra_window_feature(RA_STR(UPDATE)));
    assert_false(ra_window_feature(RA_STR("softMatchOnUpnEnabled")));
    assert_false(ra_window_feature(RA_STR("synchronizeUpnForManagedUsersEnabled")));
    assert_false(ra_window_feature(RA_STR("passwordWritebackEnabled")));
    assert_false(ra_window_feature(RA_STR("BLOCKSOFTMATCHENABLED")));
}

static void a_step_is_where_all_of_its_features_are(void **state)
{
    struct ra_plan_feature have[] = {{RA_STR(HARD), true}, {RA_STR(SOFT), true}};
    struct ra_plan_feature want[] = {{RA_STR(HARD), false}, {RA_STR(SOFT), false}};
    struct ra_plan_step s = {.have = {.features = have, .features_n = 2},
                             .want = {.features = want, .features_n = 2}};
    const signed char closed[] = {0, 1, 1}, open[] = {0, 0, 0}, half[] = {0, 0, 1},
                      unknown[] = {-1, -1, -1};

    (void)state;
    assert_int_equal(ra_window_at(&s, closed), RA_AT_HAVE);
    assert_int_equal(ra_window_at(&s, open), RA_AT_WANT);
    assert_int_equal(ra_window_at(&s, half), RA_AT_OTHER);
    assert_int_equal(ra_window_at(&s, unknown), RA_AT_OTHER);
}

static void a_step_that_a_window_cannot_take_back_is_refused(void **state)
{
    struct ra_plan_feature want = {RA_STR("softMatchOnUpnEnabled"), true};
    struct ra_plan_step s = {.id = RA_STR("s1"), .want = {.features = &want, .features_n = 1}};
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_kind_features.check(&s, &err), -RA_ESTALE);
    assert_string_equal(err.msg,
                        "step s1: feature softMatchOnUpnEnabled is none that a window opens");
    want.name = RA_STR(SOFT);
    assert_int_equal(ra_kind_features.check(&s, &err), -RA_ESTALE);
    assert_string_equal(err.msg, "step s1: feature " SOFT " has no value to go back to");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_can_be_closed_again_may_be_opened),
        cmocka_unit_test(a_step_is_where_all_of_its_features_are),
        cmocka_unit_test(a_step_that_a_window_cannot_take_back_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
