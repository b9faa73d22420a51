#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/internal.h"

#include <string.h>

/* What a change says of an object, and the record that comes of it (graph 5.2, 5.3). */

struct fixture {
    struct ra_buf old, lists, out;
    struct ra_graph_object change;
    struct ra_cloud_object got;
};

static void begin(struct fixture *x)
{
    struct ra_buf list;
    struct ra_cloud_object o = {.kind = RA_USER,
                                .synced = RA_YES,
                                .id = RA_STR("id-1"),
                                .upn = RA_STR("ann@contoso.test"),
                                .mail = RA_STR("ann@contoso.test"),
                                .immutable_id = RA_STR("QUJD")};

    *x = (struct fixture){.change = {.in = RA_USERS, .cloud_managed = -1}};
    memset(x->change.flag, -1, sizeof x->change.flag);
    x->change.field[RA_GF_ID] = RA_STR("id-1");
    x->change.given_fields = 1U << RA_GF_ID;
    ra_buf_init(&x->old, 4096);
    ra_buf_init(&x->lists, 4096);
    ra_buf_init(&x->out, 4096);
    ra_buf_init(&list, 4096);
    ra_list_put(&list, &o.proxies.count, RA_STR("SMTP:ann@contoso.test"));
    o.proxies.bytes = ra_str_n(list.p, list.n);
    ra_cloud_encode(&o, &x->old);
    ra_buf_free(&list);
}

static void take(struct fixture *x)
{
    ra_buf_clear(&x->out);
    assert_true(
        ra_record_from_change(&x->change, ra_str_n(x->old.p, x->old.n), &x->lists, &x->out));
    assert_true(ra_cloud_decode(ra_str_n(x->out.p, x->out.n), &x->got));
}

static void end(struct fixture *x)
{
    ra_buf_free(&x->old);
    ra_buf_free(&x->lists);
    ra_buf_free(&x->out);
}

static void what_does_not_stand_in_a_change_stays_as_it_was(void **state)
{
    struct fixture x;

    (void)state;
    begin(&x);
    x.change.field[RA_GF_UPN] = RA_STR("anna@contoso.test");
    x.change.given_fields |= 1U << RA_GF_UPN;
    take(&x);
    assert_true(ra_str_eq(x.got.upn, RA_STR("anna@contoso.test")));
    assert_true(ra_str_eq(x.got.mail, RA_STR("ann@contoso.test")));
    assert_true(ra_str_eq(x.got.immutable_id, RA_STR("QUJD")));
    assert_int_equal(x.got.synced, RA_YES);
    assert_int_equal(x.got.proxies.count, 1);
    end(&x);
}

static void a_null_that_stands_there_clears(void **state)
{
    struct fixture x;

    (void)state;
    begin(&x);
    x.change.given_fields |= 1U << RA_GF_IMMUTABLE_ID;
    x.change.given_flags |= 1U << RA_GB_SYNC_ENABLED;
    x.change.given_proxies = true;
    take(&x);
    assert_true(ra_str_absent(x.got.immutable_id));
    assert_int_equal(x.got.synced, RA_UNKNOWN);
    assert_int_equal(x.got.proxies.count, 0);
    assert_true(ra_str_eq(x.got.upn, RA_STR("ann@contoso.test")));
    end(&x);
}

static void a_removed_user_is_what_it_was_and_deleted(void **state)
{
    struct fixture x;

    (void)state;
    begin(&x);
    x.change.removed = RA_REMOVED_SOFT;
    take(&x);
    assert_true(x.got.deleted);
    assert_true(ra_str_eq(x.got.immutable_id, RA_STR("QUJD")));
    assert_true(ra_str_eq(x.got.upn, RA_STR("ann@contoso.test")));
    assert_int_equal(x.got.proxies.count, 1);
    end(&x);
}

static void what_is_no_record_is_told(void **state)
{
    struct fixture x;

    (void)state;
    begin(&x);
    assert_false(ra_record_from_change(&x.change, RA_STR("?"), &x.lists, &x.out));
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_stand_in_a_change_stays_as_it_was),
        cmocka_unit_test(a_null_that_stands_there_clears),
        cmocka_unit_test(a_removed_user_is_what_it_was_and_deleted),
        cmocka_unit_test(what_is_no_record_is_told),
    };
    return cmocka_run_group_tests_name("collect changes", tests, NULL, NULL);
}
