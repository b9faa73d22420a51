#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/report/layout.h"
#include "tests/unit/report/org.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static struct ra_buf shown;

static const char *summary(struct org *o, struct ra_report_style style)
{
    struct ra_err err = {0};

    ra_buf_free(&shown);
    ra_buf_init(&shown, (size_t)1 << 20);
    assert_int_equal(ra_report_summary_text(org_end(o), &style, &shown, &err), 0);
    return ra_buf_z(&shown);
}

static void the_gate_comes_first_with_its_reasons_in_words(void **state)
{
    static char reasons[][64] = {"GATE_MAX_DELETES 1612", "WARN_CROSS 1"};
    struct org o;
    const char *text;

    (void)state;
    org_begin(&o);
    o.result.gate = RA_GATE_STOP;
    o.result.reasons = reasons;
    o.result.reasons_n = 2;
    text = summary(&o, (struct ra_report_style){.width = 100});
    assert_ptr_equal(strstr(text, "STOP  Do not start the sync server.\n"), text);
    assert_non_null(strstr(
        text, "  - would be deleted: 1,612; allowed are 500 and 5 % (GATE_MAX_DELETES 1612)\n"));
    assert_non_null(strstr(text, "Look at each WARN_CROSS first"));
    org_free(&o);
}

static void safe_says_how_many_were_matched_without_a_visible_anchor(void **state)
{
    struct org o;
    const char *text;

    (void)state;
    org_begin(&o);
    o.result.counts[RA_MATCH_HARD] = 1000;
    o.result.counts[RA_MATCH_SID] = 34;
    o.result.matched_unseen = 34;
    text = summary(&o, (struct ra_report_style){.width = 80});
    assert_ptr_equal(strstr(text, "SAFE  "), text);
    assert_non_null(strstr(text, "  34 of them were matched without a visible anchor.\n"));
    assert_non_null(strstr(text, "  1,034  re-join"));
    org_free(&o);
}

static void the_five_numbers_add_up_classes(void **state)
{
    struct org o;
    const char *text;

    (void)state;
    org_begin(&o);
    for (int c = 0; c < RA_VERDICT_CODES; c++)
        o.result.counts[c] = 1;
    text = summary(&o, (struct ra_report_style){.width = 80});
    assert_non_null(strstr(text, "\n   4  re-join"));
    assert_non_null(strstr(text, "\n   1  would be deleted"));
    assert_non_null(strstr(text, "\n   1  would be created"));
    assert_non_null(strstr(text, "\n  19  blocked or in conflict  10 blocked, 9 in conflict\n"));
    assert_non_null(
        strstr(text, "\n   8  need a decision         3 takeovers, 2 soft matches, 3 unknown\n"));
    assert_non_null(strstr(text, "4 out of scope or managed by the cloud, 2 in the cloud"));
    org_free(&o);
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;

    while (*text) {
        size_t n = strcspn(text, "\n");
        longest = n > longest ? n : longest;
        text += n + (text[n] == '\n');
    }
    return longest;
}

static void no_line_is_wider_than_the_terminal_and_no_word_is_broken(void **state)
{
    struct ra_str unknown[] = {RA_STR("isCloudManaged of 40 users was refused, grant it")};
    struct org o;
    const char *text;

    (void)state;
    org_begin(&o);
    o.result.counts[RA_ORPHAN] = 3;
    o.result.gate = RA_GATE_ACTION;
    o.tenant.unknown = unknown;
    o.tenant.unknown_n = 1;
    text = summary(&o, (struct ra_report_style){.width = 64});
    assert_true(longest_line(text) <= 64);
    assert_non_null(strstr(text, "claims it: the first\n"));
    text = summary(&o, (struct ra_report_style){.width = 0});
    assert_non_null(strstr(text, "nothing in AD claims it: the first export would delete it\n"));
    org_free(&o);
}

static void colour_comes_only_when_told(void **state)
{
    struct org o;

    (void)state;
    org_begin(&o);
    assert_null(strchr(summary(&o, (struct ra_report_style){.width = 80}), '\033'));
    assert_non_null(strstr(summary(&o, (struct ra_report_style){.width = 80, .colour = true}),
                           "\033[1;32mSAFE\033[0m"));
    org_free(&o);
}

static void an_incomplete_snapshot_is_told_with_its_age(void **state)
{
    struct org o;
    const struct ra_report_style style = {.width = 100};
    struct ra_err err = {0};
    struct ra_buf b;

    (void)state;
    org_begin(&o);
    org_end(&o);
    o.ad_snapshots[0].complete = false;
    o.in.now = 1000 + 3 * 86400;
    ra_buf_init(&b, (size_t)1 << 20);
    assert_int_equal(ra_report_summary_text(&o.in, &style, &b, &err), 0);
    assert_non_null(strstr(ra_buf_z(&b), "AD contoso   0 objects  3 d 0 h old  NOT COMPLETE"));
    ra_buf_free(&b);
    org_free(&o);
}

static void the_commands_to_run_next_carry_the_configuration_and_the_folder(void **state)
{
    struct org o;
    const char *text;

    (void)state;
    org_begin(&o);
    o.result.gate = RA_GATE_ACTION;
    o.result.counts[RA_ANCHOR_DRIFT] = 2;
    text = summary(&o, (struct ra_report_style){.width = 80, .dir = "/r", .config = "my.conf"});
    assert_non_null(strstr(text, "Read /r/report.html"));
    assert_non_null(strstr(text, "Review fixes.ldif"));
    assert_non_null(strstr(text, "       reanchor -c my.conf rebuild --report /r\n"));
    text = summary(&o, (struct ra_report_style){.width = 80});
    assert_non_null(strstr(text, "       reanchor plan --report DIR\n"));
    org_free(&o);
}

static void control_characters_never_reach_the_terminal(void **state)
{
    struct ra_buf b;

    (void)state;
    ra_buf_init(&b, 1000);
    ra_layout_safe(&b, RA_STR("a\033[2J\xC2\x9Bz\x80 \xC3\xA4\n"));
    assert_string_equal(ra_buf_z(&b), "a\\1B[2J\\9Bz? \xC3\xA4\\0A");
    ra_buf_clear(&b);
    ra_layout_safe(
        &b, RA_STR("\u202emoc.live\u202c \u2066a\u2069\u200f\u061c\u2028 \u2027\u05d0\u200d"));
    assert_string_equal(ra_buf_z(&b), "\\u202Emoc.live\\u202C \\u2066a\\u2069\\u200F\\u061C\\u2028 "
                                      "\u2027\u05d0\u200d");
    ra_buf_free(&b);
}

static void word_is(const char *z, const char *want)
{
    char *word = ra_shell_word(z);

    assert_string_equal(word, want);
    free(word);
}

static void a_path_in_a_command_can_be_given_to_a_shell(void **state)
{
    (void)state;
    assert_null(ra_shell_word(NULL));
    word_is("/etc/reanchor/reanchor.conf", "/etc/reanchor/reanchor.conf");
    word_is("my reports/$(x)", "'my reports/$(x)'");
    word_is("o'brien", "'o'\\''brien'");
    word_is("", "''");
    word_is("\u00e9", "'\u00e9'");
}

static void a_side_that_was_not_read_to_its_end_is_told_and_how_to_read_it(void **state)
{
    static char reasons[][64] = {"SNAPSHOT_INCOMPLETE"};
    struct org o;
    const char *text;

    (void)state;
    org_begin(&o);
    o.result.gate = RA_GATE_STOP;
    o.result.reasons = reasons;
    o.result.reasons_n = 1;
    text = summary(&o, (struct ra_report_style){.width = 100});
    assert_non_null(strstr(text, "one side was not read to its proven end"));
    assert_non_null(strstr(text, "Read the incomplete side again, to its end:"));
    assert_non_null(strstr(text, "fetch all --full"));
    org_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gate_comes_first_with_its_reasons_in_words),
        cmocka_unit_test(safe_says_how_many_were_matched_without_a_visible_anchor),
        cmocka_unit_test(the_five_numbers_add_up_classes),
        cmocka_unit_test(no_line_is_wider_than_the_terminal_and_no_word_is_broken),
        cmocka_unit_test(colour_comes_only_when_told),
        cmocka_unit_test(an_incomplete_snapshot_is_told_with_its_age),
        cmocka_unit_test(the_commands_to_run_next_carry_the_configuration_and_the_folder),
        cmocka_unit_test(control_characters_never_reach_the_terminal),
        cmocka_unit_test(a_side_that_was_not_read_to_its_end_is_told_and_how_to_read_it),
        cmocka_unit_test(a_path_in_a_command_can_be_given_to_a_shell),
    };
    int rc;

    setlocale(LC_CTYPE, "C.UTF-8");
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    ra_buf_free(&shown);
    return rc;
}
