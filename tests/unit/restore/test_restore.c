#include "tests/unit/restore/disaster.h"

static void every_reason_has_been_found_by_a_test(void **state)
{
    (void)state;
    for (int r = 0; r < RA_RESTORE_REASONS; r++)
        if (!seen_restore_reason((enum ra_restore_reason)r))
            fail_msg("%s: no test", ra_restore_reason_name((enum ra_restore_reason)r));
}

static int run(const char *name, struct chapter c)
{
    return _cmocka_run_group_tests(name, c.tests, c.n, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest last[] = {cmocka_unit_test(every_reason_has_been_found_by_a_test)};
    int failed = run("found", found_tests());

    failed += run("settled", settled_tests());
    failed += run("words", restore_words_tests());
    failed += run("read back", read_back_tests());
    failed += cmocka_run_group_tests_name("all", last, NULL, NULL);
    forget();
    return failed;
}
