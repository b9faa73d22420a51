/*
 * The decision rule by rule: every row of domain 12, every code, warning, block, cause and reason
 * of the tables has a test that names or asserts it, and the last two tests see to that.
 */
#include "tests/unit/match/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS      48
#define TESTS_MAX 256

static struct CMUnitTest all[TESTS_MAX];
static size_t all_n;

/* "row_12_a_soft_deleted_user …" covers row 12. */
static bool some_test_names(unsigned row)
{
    char name[16];

    snprintf(name, sizeof name, "row_%u_", row);
    for (size_t i = 0; i < all_n; i++)
        if (!strncmp(all[i].name, name, strlen(name)))
            return true;
    return false;
}

static void every_row_of_the_decision_table_has_a_test(void **state)
{
    (void)state;
    for (unsigned row = 1; row <= ROWS; row++)
        if (!some_test_names(row))
            fail_msg("no test for row %u", row);
}

static void check_codes(void)
{
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        const struct ra_code_info *info = ra_code_info((enum ra_verdict_code)c);

        if (!seen_code((enum ra_verdict_code)c))
            fail_msg("no test asserts %s", info->name);
        if (info->in == RA_CLASS_BLOCKED && !seen_block((enum ra_verdict_code)c))
            fail_msg("no test asserts %s as a block", info->name);
    }
}

static void check_warnings_and_causes(void)
{
    for (int w = 0; w < RA_WARNINGS; w++)
        if (!seen_warning((enum ra_warning)w))
            fail_msg("no test asserts %s", ra_warning_name((enum ra_warning)w));
    for (int c = RA_CAUSE_NONE + 1; c < RA_CAUSES; c++)
        if (!seen_cause((enum ra_cause)c))
            fail_msg("no test asserts the cause %s", ra_cause_name((enum ra_cause)c));
}

static void check_gate(void)
{
    static const char *const reasons[] = {
        "SNAPSHOT_INCOMPLETE", "ANCHOR_UNDETERMINED", "ANCHOR_WEAK",      "GATE_TENANT_THRESHOLD",
        "GATE_MAX_DELETES",    "GATE_HARD_DELETES",   "BLOCK_DUP_ANCHOR", "WARN_CROSS"};

    for (int g = RA_GATE_SAFE; g <= RA_GATE_STOP; g++)
        if (!seen_gate((enum ra_gate)g))
            fail_msg("no test asserts %s", ra_gate_name((enum ra_gate)g));
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (!seen_reason(reasons[i]))
            fail_msg("no test asserts the reason %s", reasons[i]);
}

static void every_code_warning_block_cause_and_reason_has_a_test(void **state)
{
    (void)state;
    check_codes();
    check_warnings_and_causes();
    check_gate();
}

static void add(struct chapter c)
{
    for (size_t i = 0; i < c.n; i++) {
        if (all_n == TESTS_MAX)
            abort();
        all[all_n++] = c.tests[i];
    }
}

int main(void)
{
    static const struct CMUnitTest last[] = {
        cmocka_unit_test(every_row_of_the_decision_table_has_a_test),
        cmocka_unit_test(every_code_warning_block_cause_and_reason_has_a_test),
    };

    add(rejoin_tests());
    add(takeover_tests());
    add(restore_tests());
    add(soft_match_tests());
    add(warning_tests());
    add(input_tests());
    add(scope_tests());
    add(other_kind_tests());
    add(leftover_tests());
    add(gate_tests());
    add(reading_tests());
    add((struct chapter){last, sizeof last / sizeof *last});
    return _cmocka_run_group_tests("match", all, all_n, NULL, NULL);
}
