#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/cli/commands.h"

#include <stdlib.h>
#include <string.h>

/* A command with an option of its own, --report DIR, -r, and one argument at most. */
struct own {
    const char *report, *arg;
    struct ra_err *err;
};

static const struct argp_option own_options[] = {
    {"report", 'r', "DIR", 0, "Write the reports", 0},
    {"full", 'f', NULL, 0, "Everything", 0},
    {0},
};

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
    struct own *o = state->input;

    if (key == 'r') {
        o->report = arg;
        return 0;
    }
    if (key == 'f')
        return 0;
    if (key != ARGP_KEY_ARG || o->arg)
        return ARGP_ERR_UNKNOWN;
    if (strcmp(arg, "bad") == 0)
        return ra_cli_usage(o->err, "plan: have '%s', want good", arg);
    o->arg = arg;
    return 0;
}

static const struct argp own_argp = {.options = own_options, .parser = parse_own};

static struct ra_cli cli;
static struct own own;
static struct ra_err err;

/* Parses the words behind "reanchor plan". */
static int parse(const char *words)
{
    static char text[256], name[] = "reanchor plan";
    char *argv[32] = {name}, *save = NULL;
    int argc = 1;

    cli = (struct ra_cli){0};
    own = (struct own){.err = &err};
    err = (struct ra_err){0};
    snprintf(text, sizeof text, "%s", words);
    for (char *w = strtok_r(text, " ", &save); w && argc < 31; w = strtok_r(NULL, " ", &save))
        argv[argc++] = w;
    return ra_cli_parse(&cli, &own_argp, &own, argc, argv, &err);
}

static void understood(const char *words)
{
    if (parse(words) != 0)
        fail_msg("'%s' refused: %s", words, err.msg);
    ra_progress_close(&cli.progress);
}

static void refused(const char *words, const char *message)
{
    assert_int_equal(parse(words), -RA_EUSAGE);
    assert_string_equal(err.msg, message);
    assert_null(cli.progress);
}

static void a_commands_own_options_and_the_global_ones_mix(void **state)
{
    (void)state;
    understood("--report d -c f x --json -vv --no-input");
    assert_string_equal(own.report, "d");
    assert_string_equal(own.arg, "x");
    assert_string_equal(cli.config_path, "f");
    assert_true(cli.json);
    assert_true(cli.no_input);
    assert_int_equal(cli.verbose, 2);
    assert_false(cli.quiet);
    understood("-qfrd --config=f2");
    assert_true(cli.quiet);
    assert_string_equal(own.report, "d");
    assert_string_equal(cli.config_path, "f2");
}

static void an_abbreviated_option_is_understood(void **state)
{
    (void)state;
    understood("--rep d --verb");
    assert_string_equal(own.report, "d");
    assert_int_equal(cli.verbose, 1);
}

static void what_stands_behind_two_dashes_is_an_argument(void **state)
{
    (void)state;
    understood("-- --report");
    assert_string_equal(own.arg, "--report");
}

static void an_unknown_option_is_named_with_the_nearest(void **state)
{
    (void)state;
    refused("--reprot d", "unknown option '--reprot', the nearest is '--report'");
    assert_string_equal(err.hint, "see 'reanchor plan --help'");
    refused("--jsn", "unknown option '--jsn', the nearest is '--json'");
    refused("--zzzzzzzzz", "unknown option '--zzzzzzzzz'");
    refused("-Z", "unknown option '-Z'");
    refused("x --full -Z y", "unknown option '-Z'");
}

static void of_several_short_options_in_one_word_the_bad_one_is_named(void **state)
{
    (void)state;
    refused("-vZf", "unknown option '-Z'");
    refused("-vfZ", "unknown option '-Z'");
    refused("x -fZv y", "unknown option '-Z'");
    refused("-f -vZf", "unknown option '-Z'");
    refused("-vZ -f", "unknown option '-Z'");
    refused("-r d -vZf", "unknown option '-Z'");
    refused("-rd -vZf", "unknown option '-Z'");
    refused("--report=d -vZf", "unknown option '-Z'");
    refused("-fqr", "option '-r' needs a value: DIR");
    refused("-f=yes", "option '-f=yes' takes no value");
}

static void a_missing_or_unwanted_value_is_told(void **state)
{
    (void)state;
    refused("--report", "option '--report' needs a value: DIR");
    refused("-c", "option '-c' needs a value: FILE");
    refused("--full=yes", "option '--full=yes' takes no value");
}

/* `--report "$DIR"` with DIR not set */
static void an_empty_value_is_refused(void **state)
{
    char *argv[] = {(char[]){"reanchor plan"}, (char[]){"--report"}, (char[]){""}, NULL};
    char *first[] = {(char[]){"reanchor"}, (char[]){"-c"}, (char[]){""}, (char[]){"plan"}, NULL};
    int at;

    (void)state;
    refused("--report=", "option '--report' has an empty value, want DIR");
    assert_string_equal(err.hint, "see 'reanchor plan --help'");
    refused("x --config= --full", "option '--config' has an empty value, want FILE");
    understood("-- --report=");
    assert_int_equal(ra_cli_parse(&cli, &own_argp, &own, 3, argv, &err), -RA_EUSAGE);
    assert_string_equal(err.msg, "option '--report' has an empty value, want DIR");
    argv[1] = (char[]){"-r"};
    assert_int_equal(ra_cli_parse(&cli, &own_argp, &own, 3, argv, &err), -RA_EUSAGE);
    assert_int_equal(ra_cli_parse_global(&cli, 4, first, &at, &err), -RA_EUSAGE);
    assert_string_equal(err.msg, "option '-c' has an empty value, want FILE");
    own.arg = NULL;
    argv[1] = (char[]){"--full"};
    assert_int_equal(ra_cli_parse(&cli, &own_argp, &own, 3, argv, &err), -RA_EUSAGE);
    assert_string_equal(err.msg, "an argument is empty");
}

/* The options of several commands stand in parsers that they share. */
static void an_option_of_a_parser_below_is_known_too(void **state)
{
    const struct argp_child below[] = {{&own_argp, 0, NULL, 0}, {0}};
    const struct argp above = {.children = below};
    char *argv[] = {(char[]){"reanchor plan"}, (char[]){"--report"}, NULL};

    (void)state;
    err = (struct ra_err){0};
    assert_int_equal(ra_cli_parse(&cli, &above, NULL, 2, argv, &err), -RA_EUSAGE);
    assert_string_equal(err.msg, "option '--report' needs a value: DIR");
    argv[1] = (char[]){"--reprot"};
    assert_int_equal(ra_cli_parse(&cli, &above, NULL, 2, argv, &err), -RA_EUSAGE);
    assert_string_equal(err.msg, "unknown option '--reprot', the nearest is '--report'");
}

static void an_argument_too_many_is_named(void **state)
{
    (void)state;
    refused("one two", "unexpected argument 'two'");
    refused("one --full two", "unexpected argument 'two'");
}

static void the_commands_own_word_on_a_fault_stands(void **state)
{
    (void)state;
    refused("bad", "plan: have 'bad', want good");
    assert_string_equal(err.hint, "see 'reanchor plan --help'");
}

static void options_before_the_command_end_at_its_name(void **state)
{
    char *argv[] = {(char[]){"reanchor"},
                    (char[]){"--json"},
                    (char[]){"-c"},
                    (char[]){"f"},
                    (char[]){"plan"},
                    (char[]){"--full"},
                    NULL};
    int first;

    (void)state;
    cli = (struct ra_cli){0};
    err = (struct ra_err){0};
    assert_int_equal(ra_cli_parse_global(&cli, 6, argv, &first, &err), 0);
    assert_int_equal(first, 4);
    assert_true(cli.json);
    assert_string_equal(cli.config_path, "f");
    assert_int_equal(ra_cli_parse_global(&cli, 4, argv, &first, &err), 0);
    assert_int_equal(first, 4); /* no command at all */
}

static void an_option_of_a_command_before_its_name_is_refused(void **state)
{
    char *argv[] = {(char[]){"reanchor"}, (char[]){"--full"}, (char[]){"plan"}, NULL};
    int first;

    (void)state;
    cli = (struct ra_cli){0};
    err = (struct ra_err){0};
    assert_int_equal(ra_cli_parse_global(&cli, 3, argv, &first, &err), -RA_EUSAGE);
    assert_string_equal(err.msg, "unknown option '--full'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commands_own_options_and_the_global_ones_mix),
        cmocka_unit_test(an_abbreviated_option_is_understood),
        cmocka_unit_test(what_stands_behind_two_dashes_is_an_argument),
        cmocka_unit_test(an_unknown_option_is_named_with_the_nearest),
        cmocka_unit_test(of_several_short_options_in_one_word_the_bad_one_is_named),
        cmocka_unit_test(a_missing_or_unwanted_value_is_told),
        cmocka_unit_test(an_empty_value_is_refused),
        cmocka_unit_test(an_option_of_a_parser_below_is_known_too),
        cmocka_unit_test(an_argument_too_many_is_named),
        cmocka_unit_test(the_commands_own_word_on_a_fault_stands),
        cmocka_unit_test(options_before_the_command_end_at_its_name),
        cmocka_unit_test(an_option_of_a_command_before_its_name_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
