#include "tests/unit/graph/cmocka_all.h"

#include "recovery/collect/documents.h"

#include <stdio.h>
#include <string.h>

/* What the documents say of the tenant. */

static struct ra_arena arena;

static struct ra_tenant read_one(enum ra_document which, const char *json)
{
    struct ra_tenant t = {0};
    struct ra_err err = {0};

    if (ra_tenant_add(which, ra_str(json), &arena, &t, &err) != 0)
        fail_msg("%s", err.msg);
    return t;
}

static int end(void **state)
{
    (void)state;
    ra_arena_free(&arena);
    return 0;
}

static struct ra_tenant preventing(const char *type, const char *threshold)
{
    char json[400];

    snprintf(json, sizeof json,
             "{\"value\":[{\"configuration\":{\"accidentalDeletionPrevention\":{"
             "\"synchronizationPreventionType\":\"%s\",\"alertThreshold\":%s}}}]}",
             type, threshold);
    return read_one(RA_DOC_SYNCHRONIZATION, json);
}

static void the_prevention_of_deletes_is_what_its_type_says(void **state)
{
    static const struct {
        const char *type, *threshold;
        enum ra_prevention prevention;
        int64_t at;
    } cases[] = {
        {"enabledForCount", "500", RA_PREVENTION_COUNT, 500},
        {"EnabledForPercentage", "20", RA_PREVENTION_PERCENT, 20},
        {"disabled", "500", RA_PREVENTION_OFF, 500},
        {"disabled", "null", RA_PREVENTION_OFF, 0},
        {"enabledForCount", "null", RA_PREVENTION_UNKNOWN, 0},
        {"enabledForCount", "-1", RA_PREVENTION_UNKNOWN, 0},
        {"unknownFutureValue", "500", RA_PREVENTION_UNKNOWN, 500},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ra_tenant t = preventing(cases[i].type, cases[i].threshold);
        assert_int_equal(t.prevention, cases[i].prevention);
        assert_int_equal(t.threshold, cases[i].at);
    }
}

static void features_that_are_not_told_are_unknown(void **state)
{
    struct ra_tenant t =
        read_one(RA_DOC_SYNCHRONIZATION, "{\"features\":{\"blockSoftMatchEnabled\":true,"
                                         "\"softMatchOnUpnEnabled\":false}}");

    (void)state;
    assert_int_equal(t.flags.block_soft_match, RA_YES);
    assert_int_equal(t.flags.soft_match_on_upn, RA_NO);
    assert_int_equal(t.flags.block_hard_match, RA_UNKNOWN);
    assert_true(ra_str_eq(t.flags_json, RA_STR("{\"blockSoftMatchEnabled\":true,"
                                               "\"softMatchOnUpnEnabled\":false}")));
    t = read_one(RA_DOC_SYNCHRONIZATION, "{\"value\":[]}");
    assert_int_equal(t.flags.block_soft_match, RA_UNKNOWN);
    assert_true(ra_str_absent(t.flags_json));
}

static void what_is_no_json_is_damage(void **state)
{
    struct ra_tenant t = {0};
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_tenant_add(RA_DOC_ORGANIZATION, RA_STR("{"), &arena, &t, &err),
                     -RA_EINTEGRITY);
    assert_non_null(strstr(err.msg, "organization"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_prevention_of_deletes_is_what_its_type_says, end),
        cmocka_unit_test_teardown(features_that_are_not_told_are_unknown, end),
        cmocka_unit_test_teardown(what_is_no_json_is_damage, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
