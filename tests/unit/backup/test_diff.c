/* What appeared, vanished and changed between two backups; a changed anchor is an incident. */
#include "recovery/backup/diff.h"
#include "tests/unit/backup/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char first[RA_BACKUP_NAME_MAX];
static char told[4096]; /* what diff said, a line an entry */

static void tell(void *ctx, const struct ra_diff_entry *e)
{
    size_t n = strlen(told);

    (void)ctx;
    n += (size_t)snprintf(told + n, sizeof told - n, "%s%s %s %.8s", e->incident ? "! " : "",
                          ra_diff_change_name(e->change), e->ad ? "ad" : "cloud", e->id.p);
    for (size_t i = 0; i < e->attributes_n; i++)
        n += (size_t)snprintf(told + n, sizeof told - n, " %s", e->attributes[i].name);
    snprintf(told + n, sizeof told - n, "\n");
}

static void diff(struct vault *v, struct ra_diff_counts *counts)
{
    struct ra_backup_source from = {.dir = v->dir, .which = first};
    struct ra_backup_source to = {.dir = v->dir, .which = "latest"};
    struct ra_err err = {0};

    told[0] = '\0';
    if (ra_backup_diff(&from, &to, tell, NULL, counts, &err) != 0)
        fail_msg("%s", err.msg);
}

static void seal_first(struct vault *v)
{
    vault_seal(v);
    memcpy(first, v->last.name, sizeof first);
}

static void two_backups_of_the_same_do_not_differ(void **state)
{
    struct ra_diff_counts counts;

    seal_first(*state);
    vault_seal(*state);
    diff(*state, &counts);
    assert_string_equal(told, "");
    assert_int_equal(counts.incidents, 0);
}

static void who_came_and_who_went_is_told_on_both_sides(void **state)
{
    struct vault *v = *state;
    struct ra_diff_counts counts;

    v->gone[1] = true;
    seal_first(v);
    v->gone[1] = false;
    v->gone[3] = true;
    vault_seal(v);
    diff(v, &counts);
    assert_string_equal(told, "appeared cloud 00000001\nvanished cloud 00000003\n"
                              "vanished ad 44444444\nappeared ad 42424242\n");
    assert_int_equal(counts.incidents, 0);
    assert_int_equal(counts.ad[RA_DIFF_VANISHED], 1);
}

static void another_anchor_of_the_same_object_is_an_incident(void **state)
{
    struct vault *v = *state;
    struct ra_diff_counts counts;

    seal_first(v);
    v->anchor[2] = 'z';
    vault_seal(v);
    diff(v, &counts);
    assert_string_equal(told, "! changed cloud 00000002 onPremisesImmutableId\n"
                              "! changed ad 43434343 mS-DS-ConsistencyGuid sourceAnchor\n");
    assert_int_equal(counts.incidents, 2);
}

static void a_cleared_anchor_is_an_incident_and_a_first_stamp_is_none(void **state)
{
    struct vault *v = *state;
    struct ra_diff_counts counts;

    v->anchor[0] = '\0'; /* its anchor is the objectGUID, which a stamp then writes out */
    seal_first(v);
    v->anchor[0] = 'A';
    v->anchor[4] = '\0';
    vault_seal(v);
    diff(v, &counts);
    assert_non_null(strstr(told, "\nchanged ad 41414141 mS-DS-ConsistencyGuid\n"));
    assert_non_null(strstr(told, "! changed ad 45454545 mS-DS-ConsistencyGuid sourceAnchor\n"));
}

static void two_that_swapped_their_anchors_are_four_incidents(void **state)
{
    struct vault *v = *state;
    struct ra_diff_counts counts;

    seal_first(v);
    v->anchor[0] = 'b';
    v->anchor[1] = 'a';
    vault_seal(v);
    diff(v, &counts);
    assert_int_equal(counts.incidents, 4);
}

/* Values of theirs may be secrets: that they are others is all that is told. */
static void another_value_of_a_custom_attribute_is_told_without_it(void **state)
{
    struct ra_backup_ad a = {.o = {.kind = RA_USER}}, b = a;
    struct ra_arena arena = {0};
    struct ra_diff_entry e = {0};

    (void)state;
    a.o.custom = (struct ra_list){.bytes = RA_STR("one"), .count = 3};
    b.o.custom = (struct ra_list){.bytes = RA_STR("two"), .count = 3};
    ra_diff_ad(&a, &b, &arena, &e);
    assert_int_equal(e.attributes_n, 1);
    assert_string_equal(e.attributes[0].name, "custom");
    assert_false(e.incident);
    ra_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_backups_of_the_same_do_not_differ, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(who_came_and_who_went_is_told_on_both_sides, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(another_anchor_of_the_same_object_is_an_incident, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(a_cleared_anchor_is_an_incident_and_a_first_stamp_is_none,
                                        vault_new, vault_free),
        cmocka_unit_test(another_value_of_a_custom_attribute_is_told_without_it),
        cmocka_unit_test_setup_teardown(two_that_swapped_their_anchors_are_four_incidents,
                                        vault_new, vault_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
