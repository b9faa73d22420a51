#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/ad.h"

#include <stdio.h>
#include <string.h>

/* When a directory's snapshot cannot be followed, and everything is read. */

#define NOW 1800000000
#define DAY 86400

struct fixture {
    struct ra_ad_mark mark;
    struct ra_ad_read read;
    struct ra_dir_root root;
};

static void begin(struct fixture *x)
{
    memset(x, 0, sizeof *x);
    ra_ad_mark_init(&x->mark);
    ra_buf_puts(&x->mark.settings, "as before");
    x->mark.usn = x->root.highest_committed_usn = 1000;
    x->mark.full = NOW - DAY;
    snprintf(x->mark.invocation_id, sizeof x->mark.invocation_id, "id-1");
    snprintf(x->root.invocation_id, sizeof x->root.invocation_id, "id-1");
}

/* NULL, or what stands in the reason. */
static void assert_why(struct fixture *x, const char *settings, const char *want)
{
    const char *why = ra_ad_why_full(&x->mark, &x->read, &x->root, ra_str(settings), NOW);

    if (!want)
        assert_null(why);
    else
        assert_non_null(strstr(why ? why : "followed", want));
    ra_ad_mark_free(&x->mark);
}

static void the_same_server_that_went_on_is_followed(void **state)
{
    struct fixture x;

    (void)state;
    begin(&x);
    x.root.highest_committed_usn = 5000;
    assert_why(&x, "as before", NULL);
    begin(&x);
    assert_why(&x, "as before", NULL);
}

static void another_invocation_id_is_another_server_or_a_restored_one(void **state)
{
    struct fixture x;

    (void)state;
    begin(&x);
    snprintf(x.root.invocation_id, sizeof x.root.invocation_id, "id-2");
    assert_why(&x, "as before", "it has another invocation id");
    begin(&x);
    x.root.invocation_id[0] = '\0';
    assert_why(&x, "as before", "it has another invocation id");
}

static void a_lower_usn_is_a_server_that_was_set_back(void **state)
{
    struct fixture x;

    (void)state;
    begin(&x);
    x.root.highest_committed_usn = 999;
    assert_why(&x, "as before", "set back");
}

static void seven_days_after_a_full_read_comes_the_next(void **state)
{
    struct fixture x;

    (void)state;
    begin(&x);
    x.mark.full = NOW - 7 * DAY + 1;
    assert_why(&x, "as before", NULL);
    begin(&x);
    x.mark.full = NOW - 7 * DAY;
    assert_why(&x, "as before", "7 days ago");
    begin(&x);
    x.mark.full = NOW + 1; /* a clock that was set back */
    assert_why(&x, "as before", "7 days ago");
}

static void other_settings_or_a_wish_read_everything(void **state)
{
    struct fixture x;

    (void)state;
    begin(&x);
    assert_why(&x, "others", "base, account or attributes");
    begin(&x);
    x.read.full = true;
    assert_why(&x, "as before", "it was asked for");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_server_that_went_on_is_followed),
        cmocka_unit_test(another_invocation_id_is_another_server_or_a_restored_one),
        cmocka_unit_test(a_lower_usn_is_a_server_that_was_set_back),
        cmocka_unit_test(seven_days_after_a_full_read_comes_the_next),
        cmocka_unit_test(other_settings_or_a_wish_read_everything),
    };
    return cmocka_run_group_tests_name("collect ad mark", tests, NULL, NULL);
}
