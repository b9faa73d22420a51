/* What the keep rules keep, what stays whatever they say, and that check knows pruning from theft.
 */
#include "recovery/backup/intern.h"
#include "recovery/backup/prune.h"
#include "tests/unit/backup/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY 86400

static void the_newest_of_each_day_week_month_and_year_stay(void **state)
{
    /* 2026-01-01 is a Thursday; the weeks before begin on 2025-12-29 and 2025-12-22. */
    const int64_t first = 1767225600;
    const int64_t times[] = {first - 400 * DAY, first - 40 * DAY, first - 9 * DAY,
                             first - 8 * DAY,   first - DAY,      first,
                             first + 3600};
    const struct ra_prune_rules rules = {2, 2, 2, 3};
    char why[7][48];

    (void)state;
    ra_prune_keep(times, 7, &rules, why);
    assert_string_equal(why[6], "daily, weekly, monthly, yearly");
    assert_string_equal(why[5], "");                       /* a second one of the same day */
    assert_string_equal(why[4], "daily, monthly, yearly"); /* the last of December and of 2025 */
    assert_string_equal(why[3], "weekly");
    assert_string_equal(why[2], "");
    assert_string_equal(why[1], "");
    assert_string_equal(why[0], "yearly");
}

static void prune(struct vault *v, struct ra_prune how, struct ra_pruned *out)
{
    struct ra_err err = {0};

    how.dir = v->dir;
    how.now = v->now;
    how.sign_key_file = v->sign ? v->key : NULL;
    if (ra_backup_prune(&how, out, &err) != 0)
        fail_msg("%s", err.msg);
}

static size_t backups(struct vault *v)
{
    struct ra_links c;
    size_t n;

    vault_check(v, v->sign, false, &c);
    assert_int_equal(ra_backup_faults(&c), 0);
    n = ra_links_backups(&c);
    assert_int_equal(ra_links_left_over(&c), 0);
    ra_links_free(&c);
    return n;
}

static void seal(struct vault *v, int n)
{
    while (n-- > 0)
        vault_seal(v);
}

static void pruning_again_and_again_leaves_a_whole_chain_and_one_record(void **state)
{
    struct vault *v = *state;
    struct ra_pruned out;
    char command[160];

    v->sign = true;
    for (int round = 0; round < 4; round++) {
        seal(v, 3);
        prune(v, (struct ra_prune){.rules = {2, 0, 0, 0}}, &out);
        assert_int_equal(out.removed, round ? 3 : 1);
        ra_pruned_free(&out);
        assert_int_equal(backups(v), 2);
    }
    snprintf(command, sizeof command, "test $(ls %s/*-prune.json | wc -l) = 1", v->dir);
    assert_int_equal(system(command), 0);
    prune(v, (struct ra_prune){.rules = {2, 0, 0, 0}}, &out);
    assert_string_equal(out.record, ""); /* nothing to do */
    ra_pruned_free(&out);
}

static void the_newest_good_one_stays_without_any_rule(void **state)
{
    struct vault *v = *state;
    struct ra_pruned out;
    char *path, good[RA_BACKUP_NAME_MAX];

    seal(v, 3);
    memcpy(good, v->last.name, sizeof good);
    vault_seal(v);
    path = vault_path(v, v->last.data.name, ""); /* the newest is not good */
    vault_spit(path, "x", 1);
    prune(v, (struct ra_prune){.force = true}, &out);
    for (size_t i = 0; i < out.n; i++)
        assert_int_equal(out.items[i].remove, strcmp(out.items[i].name, good) != 0);
    ra_pruned_free(&out);
    assert_int_equal(backups(v), 1);
    free(path);
}

static void the_last_that_holds_a_vanished_anchor_stays_unless_forced(void **state)
{
    struct vault *v = *state;
    struct ra_pruned out;

    seal(v, 3);
    v->gone[2] = true;
    seal(v, 3);
    prune(v, (struct ra_prune){.rules = {1, 0, 0, 0}}, &out);
    assert_int_equal(out.n, 6);
    for (size_t i = 0; i < out.n; i++)
        assert_int_equal(out.items[i].remove, i != 2 && i != 5);
    assert_int_equal(out.items[2].held, 2); /* on both sides */
    assert_non_null(strstr(out.items[2].why, "holds 2 anchors that no other has"));
    ra_pruned_free(&out);
    assert_int_equal(backups(v), 2);
    prune(v, (struct ra_prune){.rules = {1, 0, 0, 0}, .force = true}, &out);
    assert_int_equal(out.removed, 1);
    ra_pruned_free(&out);
    assert_int_equal(backups(v), 1);
}

static void an_overwritten_anchor_is_a_vanished_one(void **state)
{
    struct vault *v = *state;
    struct ra_pruned out;

    vault_seal(v);
    v->anchor[0] = 'z';
    seal(v, 2);
    prune(v, (struct ra_prune){.rules = {1, 0, 0, 0}}, &out);
    assert_false(out.items[0].remove);
    assert_true(out.items[1].remove);
    ra_pruned_free(&out);
}

static void a_dry_run_changes_nothing(void **state)
{
    struct vault *v = *state;
    struct ra_pruned out;

    seal(v, 3);
    prune(v, (struct ra_prune){.rules = {1, 0, 0, 0}, .dry_run = true}, &out);
    assert_int_equal(out.removed, 2);
    ra_pruned_free(&out);
    assert_int_equal(backups(v), 3);
}

static void what_pruning_removed_and_what_somebody_took_differ(void **state)
{
    struct vault *v = *state;
    struct ra_pruned out;
    struct ra_links c;
    char *path, name[RA_BACKUP_NAME_MAX], file[96];

    seal(v, 4);
    prune(v, (struct ra_prune){.rules = {2, 0, 0, 0}}, &out);
    memcpy(name, out.items[2].name, sizeof name);
    ra_pruned_free(&out);
    assert_int_equal(backups(v), 2);
    path = vault_path(v, name, RA_BACKUP_MANIFEST);
    assert_int_equal(unlink(path), 0);
    free(path);
    vault_check(v, false, false, &c);
    snprintf(file, sizeof file, "%.60s.json", name);
    assert_int_equal(ra_backup_faults(&c), 1);
    assert_true(vault_blames(&c, file));
    ra_links_free(&c);
}

static void a_record_of_many_removed_is_a_record_and_no_backup(void **state)
{
    struct vault *v = *state;
    struct ra_backup_source source = {.dir = v->dir};
    struct ra_pruned out;
    struct ra_backup *b;
    struct ra_err err = {0};

    seal(v, 70);
    prune(v, (struct ra_prune){.rules = {2, 0, 0, 0}}, &out);
    assert_int_equal(out.removed, 68);
    assert_int_equal(backups(v), 2);
    source.which = out.record;
    assert_int_equal(ra_backup_open(&source, &b, &err), -(int)RA_ENOTFOUND);
    assert_non_null(strstr(err.msg, "is the record of a pruning"));
    ra_pruned_free(&out);
}

static void a_removed_prune_record_shows(void **state)
{
    struct vault *v = *state;
    struct ra_pruned out;
    char *path;

    seal(v, 3);
    prune(v, (struct ra_prune){.rules = {2, 0, 0, 0}}, &out);
    vault_seal(v);
    path = vault_path(v, out.record, RA_BACKUP_MANIFEST);
    assert_int_equal(unlink(path), 0);
    assert_true(vault_faults(v, false, false) > 0);
    free(path);
    ra_pruned_free(&out);
}

static void a_broken_chain_is_not_pruned_until_the_loss_is_accepted(void **state)
{
    struct vault *v = *state;
    struct ra_prune how = {.dir = v->dir, .rules = {1, 0, 0, 0}, .now = v->now};
    struct ra_pruned out;
    struct ra_err err = {0};
    char *path;

    vault_seal(v);
    path = vault_path(v, v->last.name, RA_BACKUP_MANIFEST);
    seal(v, 2);
    assert_int_equal(unlink(path), 0);
    how.now = v->now;
    assert_int_equal(ra_backup_prune(&how, &out, &err), -(int)RA_EINTEGRITY);
    assert_non_null(strstr(err.msg, "nothing was removed"));
    ra_pruned_free(&out);
    how.lost = true;
    how.rules.daily = 5;
    assert_int_equal(ra_backup_prune(&how, &out, &err), 0);
    ra_pruned_free(&out);
    assert_int_equal(backups(v), 2);
    free(path);
}

/* The head of a run that was cut names the link before the newest, as the newest does. */
static void a_lost_link_that_two_name_is_accounted_for_once(void **state)
{
    struct vault *v = *state;
    struct ra_prune how = {.dir = v->dir, .rules = {5, 0, 0, 0}, .lost = true};
    struct ra_pruned out;
    struct ra_backup_manifest m;
    char *head = vault_path(v, "head.json", ""), *was, *path;
    size_t n;

    seal(v, 2);
    was = vault_slurp(head, &n);
    path = vault_path(v, v->last.name, RA_BACKUP_MANIFEST);
    vault_seal(v);
    vault_spit(head, was, n);
    assert_int_equal(unlink(path), 0);
    how.now = v->now;
    assert_int_equal(ra_backup_prune(&how, &out, NULL), 0);
    assert_int_equal(backups(v), 2);
    assert_int_equal(ra_backup_manifest_read(v->dir, out.record, &m, NULL), 0);
    assert_int_equal(m.removed_n, 1);
    ra_backup_manifest_free(&m);
    ra_pruned_free(&out);
    free(was);
    free(path);
    free(head);
}

static void a_record_that_lacks_one_of_what_was_removed_is_a_fault(void **state)
{
    struct vault *v = *state;
    struct ra_backup_manifest m;
    struct ra_pruned out;
    struct ra_links c;
    struct ra_buf b;
    char *path, second[RA_BACKUP_NAME_MAX];
    bool told = false;

    seal(v, 4);
    prune(v, (struct ra_prune){.rules = {2, 0, 0, 0}}, &out);
    memcpy(second, out.items[1].name, sizeof second);
    assert_int_equal(ra_backup_manifest_read(v->dir, out.record, &m, NULL), 0);
    assert_int_equal(m.removed_n, 2);
    m.removed++; /* the first of all */
    m.removed_n--;
    ra_buf_init(&b, 1 << 16);
    assert_int_equal(ra_manifest_encode(&m, &b, NULL), 0);
    path = vault_path(v, out.record, RA_BACKUP_MANIFEST);
    vault_spit(path, b.p, b.n);
    vault_check(v, false, false, &c);
    for (size_t i = 0; i < c.findings_n; i++)
        told = told || (c.findings[i].fault && strstr(c.findings[i].what, "the link before") &&
                        strstr(c.findings[i].what, second));
    assert_true(told);
    ra_links_free(&c);
    ra_buf_free(&b);
    ra_backup_manifest_free(&m);
    ra_pruned_free(&out);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_of_each_day_week_month_and_year_stay),
        cmocka_unit_test_setup_teardown(pruning_again_and_again_leaves_a_whole_chain_and_one_record,
                                        vault_new, vault_free),
        cmocka_unit_test_setup_teardown(the_newest_good_one_stays_without_any_rule, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(the_last_that_holds_a_vanished_anchor_stays_unless_forced,
                                        vault_new, vault_free),
        cmocka_unit_test_setup_teardown(an_overwritten_anchor_is_a_vanished_one, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(a_dry_run_changes_nothing, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(what_pruning_removed_and_what_somebody_took_differ,
                                        vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_record_of_many_removed_is_a_record_and_no_backup,
                                        vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_lost_link_that_two_name_is_accounted_for_once, vault_new,
                                        vault_free),
        cmocka_unit_test_setup_teardown(a_record_that_lacks_one_of_what_was_removed_is_a_fault,
                                        vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_removed_prune_record_shows, vault_new, vault_free),
        cmocka_unit_test_setup_teardown(a_broken_chain_is_not_pruned_until_the_loss_is_accepted,
                                        vault_new, vault_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
