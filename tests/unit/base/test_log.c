#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int saved;
static FILE *taken;

static int take_stderr(void **state)
{
    (void)state;
    fflush(stderr);
    saved = dup(STDERR_FILENO);
    taken = tmpfile();
    return taken && dup2(fileno(taken), STDERR_FILENO) >= 0 ? 0 : -1;
}

static int give_stderr_back(void **state)
{
    (void)state;
    dup2(saved, STDERR_FILENO);
    close(saved);
    fclose(taken);
    ra_log_setup(RA_LOG_NORMAL, false);
    return 0;
}

static void said(const char *want)
{
    char text[4096] = {0};

    fflush(stderr);
    rewind(taken);
    if (fread(text, 1, sizeof text - 1, taken) > 0)
        fflush(stderr);
    assert_string_equal(text, want);
}

static void a_line_is_said_up_to_the_level_that_is_set(void **state)
{
    (void)state;
    ra_log_setup(RA_LOG_REQUESTS, false);
    ra_log(RA_LOG_NORMAL, "one %d", 1);
    ra_log(RA_LOG_REQUESTS, "two");
    ra_log(RA_LOG_DEBUG, "three");
    ra_warn("four");
    said("one 1\ntwo\nwarning: four\n");
}

static void quiet_says_nothing(void **state)
{
    (void)state;
    ra_log_setup(RA_LOG_QUIET, false);
    ra_log(RA_LOG_NORMAL, "one");
    ra_warn("two");
    assert_false(ra_log_on(RA_LOG_NORMAL));
    said("");
}

static void as_json_a_line_is_an_object(void **state)
{
    (void)state;
    ra_log_setup(RA_LOG_NORMAL, true);
    ra_log(RA_LOG_NORMAL, "a \"b\"\n");
    ra_warn("c");
    said("{\"type\":\"log\",\"level\":\"info\",\"message\":\"a \\\"b\\\"\\n\"}\n"
         "{\"type\":\"log\",\"level\":\"warning\",\"message\":\"c\"}\n");
}

static void before(void *ctx)
{
    fputs(ctx, stderr);
    fputs("<", stderr);
}

static void after(void *ctx)
{
    (void)ctx;
    fputs(">", stderr);
}

static void whoever_draws_on_the_terminal_is_called_around_each_line(void **state)
{
    char ctx[] = "c";

    (void)state;
    ra_log_setup(RA_LOG_NORMAL, false);
    ra_log_around(before, after, ctx);
    ra_warn("x");
    ra_log(RA_LOG_DEBUG, "not said");
    ra_log_around(NULL, NULL, NULL);
    ra_warn("y");
    said("c<warning: x\n>warning: y\n");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, take_stderr, give_stderr_back)
    const struct CMUnitTest tests[] = {
        CASE(a_line_is_said_up_to_the_level_that_is_set),
        CASE(quiet_says_nothing),
        CASE(as_json_a_line_is_an_object),
        CASE(whoever_draws_on_the_terminal_is_called_around_each_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
