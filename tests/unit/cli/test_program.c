/* The program as one meets it: what goes where, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char out[65536], err[65536];

static int in_own_folder(void **state)
{
    char template[] = "/tmp/ra-program-XXXXXX";

    (void)state;
    unsetenv("XDG_CONFIG_HOME");
    setenv("HOME", "/nonexistent", 1);
    return mkdtemp(template) && chdir(template) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    char *here = getcwd(NULL, 0), command[256];
    int rc;

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", here);
    rc = chdir("/") == 0 ? system(command) : -1;
    free(here);
    return rc;
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void slurp(const char *name, char *to, size_t size)
{
    FILE *f = fopen(name, "r");

    assert_non_null(f);
    to[fread(to, 1, size - 1, f)] = '\0';
    fclose(f);
}

/* Runs the program through the shell; fills out and err, returns the exit status. */
static int run(const char *arguments)
{
    char command[1024];
    int status;

    snprintf(command, sizeof command, "'%s' %s >stdout 2>stderr </dev/null", PROGRAM, arguments);
    status = system(command);
    slurp("stdout", out, sizeof out);
    slurp("stderr", err, sizeof err);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#define GOOD "[tenant]\nid = 88666888-0101-1111-bbbb-1234567890ab\nsource = files:.\n"

static void without_a_command_it_is_a_usage_fault(void **state)
{
    (void)state;
    assert_int_equal(run(""), 1);
    assert_string_equal(out, "");
    assert_string_equal(err, "reanchor: no command given\n"
                             "HINT: 'reanchor help' lists the commands\n");
}

static void help_and_version_go_to_stdout_and_end_with_0(void **state)
{
    char help[sizeof out];

    (void)state;
    assert_int_equal(run("--help"), 0);
    assert_string_equal(err, "");
    assert_non_null(strstr(out, "Usage: reanchor"));
    assert_non_null(strstr(out, "  config "));
    memcpy(help, out, sizeof help);
    assert_int_equal(run("help"), 0);
    assert_string_equal(out, help);
    assert_int_equal(run("config --help"), 0);
    assert_non_null(strstr(out, "Usage: reanchor config [OPTION...] check|show"));
    memcpy(help, out, sizeof help);
    assert_int_equal(run("help config"), 0);
    assert_string_equal(out, help);
    assert_int_equal(run("--version"), 0);
    assert_ptr_equal(strstr(out, "reanchor "), out);
}

static void a_fault_is_a_message_and_a_hint_on_stderr(void **state)
{
    (void)state;
    assert_int_equal(run("confg"), 1);
    assert_string_equal(out, "");
    assert_string_equal(err, "reanchor: unknown command 'confg', the nearest is 'config'\n"
                             "HINT: 'reanchor help' lists the commands\n");
}

static void as_json_a_fault_is_one_object_on_stderr(void **state)
{
    (void)state;
    assert_int_equal(run("--json confg"), 1);
    assert_string_equal(err, "{\"type\":\"error\",\"code\":\"EUSAGE\",\"message\":\"unknown command"
                             " 'confg', the nearest is 'config'\",\"hint\":\"'reanchor help' lists"
                             " the commands\",\"exit_status\":1}\n");
    assert_int_equal(run("config check -c none.conf --json"), 1);
    assert_string_equal(err,
                        "{\"type\":\"error\",\"code\":\"ECONFIG\",\"message\":\"none.conf: No"
                        " such file or directory\",\"hint\":\"name the configuration with --config"
                        " FILE; 'reanchor doctor --first-steps' tells how one comes to"
                        " be\",\"exit_status\":1}\n");
}

/* Whoever stops is told what to do next. */
static void every_fault_has_a_hint(void **state)
{
    static const char *const faulty[] = {
        "apply",
        "apply --rollback zzz -c t.conf",
        "apply none.json -c t.conf",
        "verify --plan none.json -c t.conf",
        "show x -c t.conf",
        "plan --report '' -c t.conf",
        "plan -c ''",
        "fetch -c .",
        "fetch -c none.conf",
        "backup show zzz -c t.conf",
        "backup diff zzz zzy -c t.conf",
        "restore zzz -c t.conf",
        "fetch -c t.conf",
        "help help help",
        "rebuild --report t.conf/x -c t.conf",
    };

    (void)state;
    write_file("t.conf", GOOD "[ad:a]\nuri = ldif:t.conf\n[store]\ndir = store\n"
                              "[backup]\ndir = backups\n");
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        if (run(faulty[i]) == 0 || strncmp(err, "reanchor: ", 10) != 0 || !strstr(err, "\nHINT: "))
            fail_msg("%s says: %s", faulty[i], err);
        if (strstr(err, "reanchor: : "))
            fail_msg("%s names nothing: %s", faulty[i], err);
    }
}

static void a_good_configuration_is_checked_and_shown(void **state)
{
    (void)state;
    write_file("t.conf", GOOD "[ad:a]\nuri = ldif:t.conf\n");
    assert_int_equal(run("config check -c t.conf"), 0);
    assert_string_equal(err, "");
    assert_string_equal(out, "t.conf: no fault found, 1 directory\n");
    assert_int_equal(run("-c t.conf config show"), 0);
    assert_non_null(strstr(out, "[tenant]\nid = 88666888-0101-1111-bbbb-1234567890ab\n"));
    assert_non_null(strstr(out, "\nmax_deletes = 500\n"));
}

static void what_show_prints_can_be_read_again(void **state)
{
    char once[sizeof out];

    (void)state;
    write_file("t.conf", GOOD "[ad:a]\nuri = ldif:t.conf\nexclude = OU=x;y,DC=a\n"
                              "exclude = OU=z,DC=a\n[policy]\nmax_deletes_percent = 2.5\n");
    assert_int_equal(run("config show -c t.conf"), 0);
    memcpy(once, strchr(out, '\n'), strlen(strchr(out, '\n')) + 1);
    write_file("again.conf", out);
    assert_int_equal(run("config show -c again.conf"), 0);
    assert_string_equal(strchr(out, '\n'), once);
}

static void a_file_that_cannot_be_used_is_a_finding_of_check(void **state)
{
    (void)state;
    write_file("t.conf", GOOD "ca_file = none.pem\n");
    assert_int_equal(run("config check -c t.conf"), 1);
    assert_string_equal(out, "[tenant] ca_file: none.pem: No such file or directory\n");
    assert_string_equal(err, "reanchor: t.conf: 1 fault found\n"
                             "HINT: correct what is listed above\n");
}

static void a_scope_that_is_no_dn_is_a_finding_of_check(void **state)
{
    (void)state;
    write_file("t.conf", GOOD "[ad:a]\nuri = ldif:t.conf\ninclude = Staff\n");
    assert_int_equal(run("config check -c t.conf"), 1);
    assert_string_equal(out, "t.conf:4: [ad:a]: include: have 'Staff', want a DN\n");
}

static void output_that_cannot_be_written_is_a_fault(void **state)
{
    static const char *const words[] = {"help", "--help", "--version", "plan --help"};
    char command[1024];
    int status;

    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        snprintf(command, sizeof command, "'%s' %s >/dev/full 2>stderr", PROGRAM, words[i]);
        status = system(command);
        assert_int_equal(WEXITSTATUS(status), 9);
        slurp("stderr", err, sizeof err);
        assert_non_null(strstr(err, "reanchor: standard output: cannot be written: No space"));
    }
}

/* The same with stdout and stderr on a terminal, whose bytes fill out. */
static void run_on_terminal(const char *const *argv)
{
    size_t n = 0;
    ssize_t got;
    int fd, status;
    pid_t child = forkpty(&fd, NULL, NULL, NULL);

    assert_true(child >= 0);
    if (child == 0) {
        execv(PROGRAM, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    while ((got = read(fd, out + n, sizeof out - 1 - n)) > 0)
        n += (size_t)got;
    out[n] = '\0';
    close(fd);
    assert_int_equal(waitpid(child, &status, 0), child);
}

static void colour_is_for_terminals_that_want_it(void **state)
{
    static const char *const plain[] = {"reanchor", "doctor", "-c", "t.conf", "--no-color", NULL};
    static const char *const coloured[] = {"reanchor", "doctor", "-c", "t.conf", NULL};

    (void)state;
    write_file("t.conf", GOOD);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    run("doctor -c t.conf");
    assert_non_null(strstr(out, "✗ "));
    assert_null(strchr(out, '\x1b'));
    run_on_terminal(coloured);
    assert_non_null(strstr(out, "\x1b[31m✗"));
    run_on_terminal(plain);
    assert_null(strchr(out, '\x1b'));
    setenv("NO_COLOR", "1", 1);
    run_on_terminal(coloured);
    assert_null(strchr(out, '\x1b'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_command_it_is_a_usage_fault),
        cmocka_unit_test(help_and_version_go_to_stdout_and_end_with_0),
        cmocka_unit_test(a_fault_is_a_message_and_a_hint_on_stderr),
        cmocka_unit_test(as_json_a_fault_is_one_object_on_stderr),
        cmocka_unit_test(every_fault_has_a_hint),
        cmocka_unit_test(a_good_configuration_is_checked_and_shown),
        cmocka_unit_test(what_show_prints_can_be_read_again),
        cmocka_unit_test(a_file_that_cannot_be_used_is_a_finding_of_check),
        cmocka_unit_test(a_scope_that_is_no_dn_is_a_finding_of_check),
        cmocka_unit_test(output_that_cannot_be_written_is_a_fault),
        cmocka_unit_test(colour_is_for_terminals_that_want_it),
    };

    return cmocka_run_group_tests(tests, in_own_folder, leave_folder);
}
