/* What the writer of the manual escapes, and that it fails where a page or a text is missing. */
#include "recovery/manual/manual.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void roff_takes_nothing_for_its_own(void **state)
{
    char text[128] = "";
    FILE *to = fmemopen(text, sizeof text, "w");

    (void)state;
    assert_non_null(to);
    ra_roff_text(to, ".a \\b");
    ra_roff_word(to, "say \"c\" \\d");
    ra_roff_word(to, "plain");
    ra_roff_sentence(to, "");
    fclose(to);
    assert_string_equal(text, "\\&.a \\eb\n\"say \\(dqc\\(dq \\ed\"plain");
}

/* The exit status of the program with these arguments. */
static int run(const char *arguments)
{
    char command[512];
    int status;

    snprintf(command, sizeof command, "%s %s >/dev/null 2>&1", MANUAL_PROGRAM, arguments);
    status = system(command); /* NOLINT: our own program */
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_page_or_a_shell_that_there_is_not_fails(void **state)
{
    (void)state;
    assert_int_equal(run("completion bash"), 0);
    assert_int_equal(run("completion csh"), 1);
    assert_int_equal(run("only"), 1);
    assert_int_equal(run("Today /nowhere reanchor-nonsense"), 1);
}

/* Each text that a page wants, missing in turn. */
static void a_text_that_is_missing_fails_the_page(void **state)
{
    static const struct {
        const char *page, *texts[2];
    } pages[] = {
        {"reanchor", {"reanchor", "environment"}},
        {"reanchor.conf", {"conf", "conf-example"}},
        {"reanchor-decisions", {"decisions", NULL}},
        {"reanchor-doctor", {"doctor", NULL}},
    };
    char root[] = "/tmp/reanchor-manual.XXXXXX", text[512];

    (void)state;
    assert_non_null(mkdtemp(root));
    for (size_t p = 0; p < sizeof pages / sizeof *pages; p++) {
        snprintf(text, sizeof text, "Today %s %s", root, pages[p].page);
        for (size_t i = 0; i < 2 && pages[p].texts[i]; i++) {
            char path[128];
            FILE *fp;
            assert_int_equal(run(text), 1);
            snprintf(path, sizeof path, "%s/%s.mdoc", root, pages[p].texts[i]);
            fp = fopen(path, "w");
            assert_non_null(fp);
            fputs(".Pp\n", fp);
            fclose(fp);
        }
        assert_int_equal(run(text), 0);
    }
    snprintf(text, sizeof text, "rm -r %s", root);
    assert_int_equal(system(text), 0); /* NOLINT: a folder of this test's own */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roff_takes_nothing_for_its_own),
        cmocka_unit_test(a_page_or_a_shell_that_there_is_not_fails),
        cmocka_unit_test(a_text_that_is_missing_fails_the_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
