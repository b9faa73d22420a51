#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/cache/names.h"
#include "tests/unit/cache/fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void touch(const struct fixture *fx, const char *name)
{
    char path[512];
    int fd;

    snprintf(path, sizeof path, "%s/%s", fx->dir, name);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void a_plain_side_stands_in_the_file_name_as_it_is(void **state)
{
    char *path = ra_names_path("/s", "ad:contoso", 7, RA_FILE_PART);

    (void)state;
    assert_string_equal(path, "/s/ad:contoso.7.part");
    free(path);
    path = ra_names_path("/s", "cloud", 18446744073709551615ULL, RA_FILE_COMPLETE);
    assert_string_equal(path, "/s/cloud.18446744073709551615.mdb");
    free(path);
}

static void an_odd_side_neither_leaves_the_folder_nor_hides(void **state)
{
    char *path = ra_names_path("/s", "../a b%\n", 1, RA_FILE_COMPLETE);

    (void)state;
    assert_string_equal(path, "/s/%2E.%2Fa%20b%25%0A.1.mdb");
    free(path);
}

static void every_side_comes_back_from_its_file_name(void **state)
{
    static const char *const sides[] = {"cloud", "ad:Größe", "a.1", "..",
                                        "a/b",   "%",        "%41", "-lock"};
    struct fixture *fx = *state;
    struct ra_files files;

    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        char *path = ra_names_path("", sides[i], i + 1, RA_FILE_COMPLETE);
        touch(fx, path + 1);
        free(path);
    }
    assert_ok(ra_files_list(fx->dir, &files, &fx->err), fx);
    assert_int_equal(files.n, sizeof sides / sizeof sides[0]);
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        const struct ra_file *f = ra_files_newest(&files, sides[i], RA_FILE_COMPLETE);
        assert_non_null(f);
        assert_int_equal(f->number, i + 1);
    }
    ra_files_free(&files);
}

static void names_that_we_would_not_write_are_not_ours(void **state)
{
    static const char *const others[] = {"cloud.mdb",     "cloud.01.mdb",  "cloud.1.mdb~",
                                         ".1.mdb",        "cloud.x.part",  "cl oud.1.mdb",
                                         "%2f.1.mdb",     "%63.1.mdb",     "cloud.1",
                                         "cloud.-1.part", "cloud.1.part.", "notes.txt"};
    struct fixture *fx = *state;
    struct ra_files files;

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        touch(fx, others[i]);
    assert_ok(ra_files_list(fx->dir, &files, &fx->err), fx);
    assert_int_equal(files.n, 0);
    ra_files_free(&files);
}

static void the_newest_is_the_one_with_the_highest_number_not_the_last_by_name(void **state)
{
    struct fixture *fx = *state;
    struct ra_files files;

    touch(fx, "cloud.9.mdb");
    touch(fx, "cloud.10.mdb");
    touch(fx, "cloud.11.part");
    assert_ok(ra_files_list(fx->dir, &files, &fx->err), fx);
    assert_int_equal(ra_files_newest(&files, "cloud", RA_FILE_COMPLETE)->number, 10);
    assert_int_equal(ra_files_newest(&files, "cloud", RA_FILE_PART)->number, 11);
    assert_null(ra_files_newest(&files, "cloud", RA_FILE_LOCK));
    assert_null(ra_files_newest(&files, "clou", RA_FILE_COMPLETE));
    ra_files_free(&files);
}

static void a_side_whose_name_fits_no_file_is_refused(void **state)
{
    struct fixture *fx = *state;
    char longest[RA_SIDE_NAME_MAX + 2];

    memset(longest, 'a', sizeof longest);
    longest[RA_SIDE_NAME_MAX] = '\0';
    assert_int_equal(ra_names_check(longest, &fx->err), 0);
    longest[RA_SIDE_NAME_MAX] = 'a';
    longest[RA_SIDE_NAME_MAX + 1] = '\0';
    assert_int_equal(ra_names_check(longest, &fx->err), -RA_ECONFIG);
    assert_int_equal(ra_names_check("", &fx->err), -RA_EINTERNAL);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)
    const struct CMUnitTest tests[] = {
        CASE(a_plain_side_stands_in_the_file_name_as_it_is),
        CASE(an_odd_side_neither_leaves_the_folder_nor_hides),
        CASE(every_side_comes_back_from_its_file_name),
        CASE(names_that_we_would_not_write_are_not_ours),
        CASE(the_newest_is_the_one_with_the_highest_number_not_the_last_by_name),
        CASE(a_side_whose_name_fits_no_file_is_refused),
    };
    return cmocka_run_group_tests_name("cache names", tests, NULL, NULL);
}
