/* Which format a file is of, and all of the room's tests. */
#include "tests/unit/import/given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static enum ra_import_format detected(const char *text)
{
    enum ra_import_format f = RA_IMPORT_FORMATS;
    struct ra_err err = {0};
    char path[64];
    int rc;

    given_file(text, strlen(text), path);
    rc = ra_import_detect(path, &f, &err);
    given_gone(path);
    assert_int_equal(rc, f == RA_IMPORT_FORMATS ? -(int)RA_EINPUT : 0);
    return f;
}

static void the_format_is_told_by_the_first_bytes(void **state)
{
    (void)state;
    assert_int_equal(detected("<?xml version=\"1.0\"?><cs-objects/>"), RA_IMPORT_CSEXPORT);
    assert_int_equal(detected("\xEF\xBB\xBF{\"onpremisesDirectoryPolicy\":[]}"),
                     RA_IMPORT_ADSYNC_CONFIG);
    assert_int_equal(detected("UserPrincipalName,ImmutableIdGUID\r\n"), RA_IMPORT_ADSYNCTOOLS);
    assert_int_equal(detected("#TYPE System.Management.Automation.PSCustomObject\r\n"),
                     RA_IMPORT_ADSYNCTOOLS);
    assert_int_equal(detected("what is this"), RA_IMPORT_FORMATS);
    assert_int_equal(detected(""), RA_IMPORT_FORMATS);
}

static void a_folder_is_one_of_entraexporter(void **state)
{
    enum ra_import_format f;
    struct ra_err err;

    (void)state;
    assert_int_equal(ra_import_detect("/tmp", &f, &err), 0);
    assert_int_equal(f, RA_IMPORT_ENTRAEXPORTER);
}

static void a_file_that_is_not_there_is_not_found(void **state)
{
    enum ra_import_format f;
    struct ra_err err;

    (void)state;
    assert_int_equal(ra_import_detect("/tmp/reanchor-no-such-file", &f, &err), -(int)RA_ENOTFOUND);
    assert_string_equal(err.msg, "/tmp/reanchor-no-such-file: No such file or directory");
}

static void a_device_file_is_refused_and_not_waited_for(void **state)
{
    struct given g;

    (void)state;
    given_read(&g, RA_IMPORT_ADSYNCTOOLS, "/dev/null");
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_string_equal(g.err.msg, "/dev/null is no regular file");
}

static void every_format_has_a_name_that_leads_back(void **state)
{
    enum ra_import_format f;

    (void)state;
    for (int i = 0; i < RA_IMPORT_FORMATS; i++) {
        assert_true(
            ra_import_format_find(ra_str(ra_import_format_name((enum ra_import_format)i)), &f));
        assert_int_equal(f, i);
    }
    assert_false(ra_import_format_find(RA_STR("csv"), &f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_format_is_told_by_the_first_bytes),
        cmocka_unit_test(a_folder_is_one_of_entraexporter),
        cmocka_unit_test(a_file_that_is_not_there_is_not_found),
        cmocka_unit_test(a_device_file_is_refused_and_not_waited_for),
        cmocka_unit_test(every_format_has_a_name_that_leads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) + run_csv() + run_csexport() + run_folder() +
           run_settings() + run_wrong();
}
