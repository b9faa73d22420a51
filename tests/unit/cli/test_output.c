/* What goes to stdout at the end of a run, and where nobody reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/cli/apply_print.h"
#include "recovery/cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void a_summary_names_what_the_tenant_does_not_show_yet(void **state)
{
    const struct ra_apply_summary sum = {
        .counts = {[RA_STEP_WRITTEN] = 2, [RA_STEP_DENIED] = 1}, .unconfirmed = 4, .left = 3};
    FILE *terminal = stdout;
    char *text = NULL;
    size_t n = 0;

    (void)state;
    stdout = open_memstream(&text, &n);
    ra_apply_print_text(&sum, false, NULL);
    fclose(stdout);
    stdout = terminal;
    assert_string_equal(text,
                        "2 written, 1 denied, 4 not to be seen in the tenant yet, 3 left out\n");
    free(text);
}

static void a_reader_who_ended_early_is_a_fault_with_its_own_hint(void **state)
{
    FILE *terminal = stdout;
    struct ra_err err = {0};
    int ends[2], rc;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    stdout = fdopen(ends[1], "w");
    printf("%s\n", "for nobody");
    rc = ra_cli_flush_output(&err);
    fclose(stdout);
    stdout = terminal;
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(rc, -(int)RA_EIO);
    assert_string_equal(err.msg, "standard output: cannot be written: Broken pipe");
    assert_string_equal(err.hint,
                        "who read it has ended before the end; run it again without a reader");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_summary_names_what_the_tenant_does_not_show_yet),
        cmocka_unit_test(a_reader_who_ended_early_is_a_fault_with_its_own_hint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
