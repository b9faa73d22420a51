#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ra_err err;

static int in_own_folder(void **state)
{
    char template[] = "/tmp/ra-file-XXXXXX";

    (void)state;
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

static void put(const char *path, const char *text, mode_t mode)
{
    assert_int_equal(ra_file_write(path, text, strlen(text), &err), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void holds(const char *path, const char *text)
{
    struct ra_buf b;

    assert_int_equal(ra_file_read(path, 1000, RA_ECONFIG, &b, &err), 0);
    assert_string_equal(ra_buf_z(&b), text);
    ra_buf_free(&b);
}

static unsigned mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return (unsigned)st.st_mode & 07777;
}

static void a_file_is_written_for_its_owner_alone_and_read_again(void **state)
{
    (void)state;
    umask(0);
    assert_int_equal(ra_file_write("a", "text", 4, &err), 0);
    holds("a", "text");
    assert_int_equal(mode_of("a"), 0600);
}

static void a_file_being_written_appears_at_commit_and_not_before(void **state)
{
    struct ra_atomic a;

    (void)state;
    put("b", "old", 0600);
    assert_int_equal(ra_atomic_open("b", &a, &err), 0);
    fputs("new", a.fp);
    fflush(a.fp);
    holds("b", "old");
    assert_int_equal(ra_atomic_commit(&a, &err), 0);
    holds("b", "new");
    ra_atomic_abandon(&a);
}

static void an_abandoned_file_leaves_nothing_behind(void **state)
{
    struct ra_atomic a;

    (void)state;
    assert_int_equal(ra_dir_make("empty", &err), 0);
    assert_int_equal(ra_atomic_open("empty/c", &a, &err), 0);
    fputs("new", a.fp);
    ra_atomic_abandon(&a);
    assert_int_equal(rmdir("empty"), 0);
}

static void a_link_in_the_place_is_replaced_and_not_followed(void **state)
{
    (void)state;
    put("target", "keep", 0600);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(ra_file_write("link", "x", 1, &err), 0);
    holds("target", "keep");
    holds("link", "x");
}

static void a_file_past_the_cap_is_refused(void **state)
{
    struct ra_buf b;

    (void)state;
    put("d", "12345", 0600);
    assert_int_equal(ra_file_read("d", 4, RA_ECONFIG, &b, &err), -RA_EINPUT);
    assert_string_equal(err.msg, "d: larger than the 4 bytes allowed");
    assert_null(b.p);
    assert_int_equal(ra_file_read("d", 5, RA_ECONFIG, &b, &err), 0);
    ra_buf_free(&b);
}

static void what_a_missing_file_means_is_the_callers_word(void **state)
{
    struct ra_buf b;

    (void)state;
    assert_int_equal(ra_file_read("none", 4, RA_EINPUT, &b, &err), -RA_EINPUT);
    assert_string_equal(err.msg, "none: No such file or directory");
    assert_int_equal(ra_file_read(".", 4, RA_ECONFIG, &b, &err), -RA_ECONFIG);
    assert_string_equal(err.msg, ".: is a folder, not a file");
}

static void a_fault_in_writing_is_an_io_error(void **state)
{
    (void)state;
    assert_int_equal(ra_file_write("none/x", "x", 1, &err), -RA_EIO);
    assert_string_equal(err.msg, "none/x: cannot be created: No such file or directory");
}

static void secret(const char *text, const char *want)
{
    struct ra_buf b;

    put("s", text, 0600);
    assert_int_equal(ra_file_read_secret("s", &b, &err), 0);
    assert_string_equal(ra_buf_z(&b), want);
    ra_buf_free(&b);
}

static void one_trailing_newline_is_no_part_of_a_secret(void **state)
{
    (void)state;
    secret("pass", "pass");
    secret("pass\n", "pass");
    secret("pass\r\n", "pass");
    secret("pass\n\n", "pass\n");
    secret("pass\r", "pass\r");
    secret(" pass ", " pass ");
}

static void a_secret_that_others_can_read_is_refused(void **state)
{
    struct ra_buf b;

    (void)state;
    put("s", "x", 0640);
    assert_int_equal(ra_file_read_secret("s", &b, &err), -RA_ECONFIG);
    assert_string_equal(err.msg, "s: mode 0640 lets others read this secret, want 0600");
    assert_string_equal(err.hint, "chmod 600 's'");
}

static void an_empty_secret_is_refused(void **state)
{
    struct ra_buf b;

    (void)state;
    put("s", "\n", 0600);
    assert_int_equal(ra_file_read_secret("s", &b, &err), -RA_ECONFIG);
    assert_string_equal(err.msg, "s: is empty, want a secret");
}

static void folders_are_made_with_their_parents_for_the_owner_alone(void **state)
{
    (void)state;
    umask(0);
    assert_int_equal(ra_dir_make("x/y/z", &err), 0);
    assert_int_equal(ra_dir_make("x/y/z", &err), 0);
    assert_int_equal(mode_of("x"), 0700);
    assert_int_equal(mode_of("x/y/z"), 0700);
    assert_int_equal(ra_dir_sync("x/y", &err), 0);
    put("file", "", 0600);
    assert_int_equal(ra_dir_make("file/z", &err), -RA_EIO);
    assert_string_equal(err.msg, "file: cannot be made: Not a directory");
    assert_int_equal(ra_dir_sync("none", &err), -RA_EIO);
}

static void whether_a_folder_can_be_used_is_told_without_making_it(void **state)
{
    (void)state;
    put("plain", "x", 0600);
    assert_int_equal(ra_dir_usable(".", &err), 0);
    assert_int_equal(ra_dir_usable("later/and/below/", &err), 0);
    assert_int_equal(ra_dir_usable("/tmp/later", &err), 0);
    assert_int_equal(access("later", F_OK), -1);
    assert_int_equal(ra_dir_usable("plain", &err), -RA_EIO);
    assert_int_equal(ra_dir_usable("plain/below", &err), -RA_EIO);
    assert_string_equal(err.msg, "plain/below: cannot be written to: Not a directory");
    assert_int_equal(ra_dir_usable("/dev/null", &err), -RA_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_written_for_its_owner_alone_and_read_again),
        cmocka_unit_test(a_file_being_written_appears_at_commit_and_not_before),
        cmocka_unit_test(an_abandoned_file_leaves_nothing_behind),
        cmocka_unit_test(a_link_in_the_place_is_replaced_and_not_followed),
        cmocka_unit_test(a_file_past_the_cap_is_refused),
        cmocka_unit_test(what_a_missing_file_means_is_the_callers_word),
        cmocka_unit_test(a_fault_in_writing_is_an_io_error),
        cmocka_unit_test(one_trailing_newline_is_no_part_of_a_secret),
        cmocka_unit_test(a_secret_that_others_can_read_is_refused),
        cmocka_unit_test(an_empty_secret_is_refused),
        cmocka_unit_test(folders_are_made_with_their_parents_for_the_owner_alone),
        cmocka_unit_test(whether_a_folder_can_be_used_is_told_without_making_it),
    };

    return cmocka_run_group_tests(tests, in_own_folder, leave_folder);
}
