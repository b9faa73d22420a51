#include "tests/unit/import/given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER "\"UserPrincipalName\",\"ImmutableIdGUID\"\r\n"
#define ADA    "\"ada@contoso.com\",\"30475e40-e7ae-4af3-af75-8b143c81daf5\"\r\n"
#define ANCHOR "QF5HMK7n80qvdYsUPIHa9Q=="

static void read_csv(struct given *g, const char *text)
{
    given_text(g, RA_IMPORT_ADSYNCTOOLS, text);
}

static void said(const char *text, const char *want)
{
    struct given g;

    read_csv(&g, text);
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_string_equal(given_said(g.err.msg), want);
    assert_true(g.err.hint[0] != '\0');
    given_free(&g);
}

static void a_guid_becomes_the_anchor_that_graph_shows(void **state)
{
    struct given g;

    (void)state;
    read_csv(&g, HEADER ADA);
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.n, 1);
    assert_int_equal(g.e[0].kind, RA_USER);
    assert_int_equal(g.e[0].line, 2);
    assert_str(g.e[0].anchor, ANCHOR);
    assert_str(g.e[0].upn, "ada@contoso.com");
    given_free(&g);
}

static void columns_are_known_by_name_and_others_are_kept(void **state)
{
    struct given g;
    struct ra_str rest, name, value;

    (void)state;
    read_csv(&g, "Remark;Source Anchor;OBJECT-ID;user_principal_name;Mail;objectSid\n"
                 "\"two\nlines; and \"\"quotes\"\"\";" ANCHOR
                 ";5092F54A-7B40-41A1-83B5-4D1773702E3A;ada@contoso.com;ADA@x.y;S-1-5-21-1-2-3-4\n"
                 "\n"
                 "next;" ANCHOR ";;bob@contoso.com;;\n");
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.n, 2);
    assert_str(g.e[0].anchor, ANCHOR);
    assert_str(g.e[0].id, "5092f54a-7b40-41a1-83b5-4d1773702e3a");
    assert_str(g.e[0].sid, "S-1-5-21-1-2-3-4");
    assert_str(g.e[0].smtp, "ADA@x.y");
    rest = g.e[0].other.bytes;
    assert_true(ra_list_next(&rest, &name));
    assert_true(ra_list_next(&rest, &value));
    assert_str(name, "Remark");
    assert_str(value, "two\nlines; and \"quotes\"");
    assert_int_equal(g.e[0].line, 2);
    assert_int_equal(g.e[1].line, 5);
    given_free(&g);
}

/* What Windows PowerShell 5 writes by default, and with -Encoding Unicode. */
static void the_type_line_and_utf16_of_windows_powershell_are_read(void **state)
{
    static const char text[] =
        "#TYPE System.Management.Automation.PSCustomObject\r\n" HEADER
        "\"m\xC3\xBCller@contoso.com\",\"30475e40-e7ae-4af3-af75-8b143c81daf5\"\r\n";
    unsigned char wide[2 * sizeof text + 2] = {0xFF, 0xFE};
    size_t n = 2;
    struct given g;
    char path[64];

    (void)state;
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        unsigned c = (unsigned char)text[i];
        if (c == 0xC3)
            c = (unsigned char)text[++i] + 0x40u;
        wide[n++] = (unsigned char)c;
        wide[n++] = 0;
    }
    given_file(wide, n, path);
    given_read(&g, RA_IMPORT_ADSYNCTOOLS, path);
    given_gone(path);
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.n, 1);
    assert_str(g.e[0].upn, "m\xC3\xBCller@contoso.com");
    assert_int_equal(g.e[0].line, 3);
    given_free(&g);
    given_file(wide, n - 1, path);
    given_read(&g, RA_IMPORT_ADSYNCTOOLS, path);
    given_gone(path);
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_string_equal(given_said(g.err.msg), "line 3: ends in the middle of a UTF-16 character");
    given_free(&g);
}

static void broken_utf16_is_named_by_its_line(void **state)
{
    static const char text[] = "\xFF\xFEI\0m\0m\0u\0t\0a\0b\0l\0e\0I\0d\0,\0x\0\n\0"
                               "E\0001\0,\0y\0\n\0"
                               "E\0002\0,\0\x34\xD9"
                               "a\0\n\0";
    struct given g;
    char path[64];

    (void)state;
    given_file(text, sizeof text - 1, path);
    given_read(&g, RA_IMPORT_ADSYNCTOOLS, path);
    given_gone(path);
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_string_equal(given_said(g.err.msg), "line 3: has bytes that are no UTF-16, which its "
                                               "beginning says it is");
    given_free(&g);
}

/* The report of Export-ADSyncToolsSourceAnchorReport, which Update-… wants with tabs. */
static void the_report_with_tabs_is_read(void **state)
{
    struct given g;

    (void)state;
    read_csv(&g,
             "\"DistinguishedName\"\t\"ImmutableIdGUID\"\t\"Action\"\r\n"
             "\"CN=Ada,OU=People,DC=contoso,DC=com\"\t\"30475e40-e7ae-4af3-af75-8b143c81daf5\"\t"
             "\"Update\"\r\n");
    assert_int_equal(g.rc, 0);
    assert_str(g.e[0].dn, "CN=Ada,OU=People,DC=contoso,DC=com");
    assert_str(g.e[0].anchor, ANCHOR);
    assert_int_equal(g.e[0].other.count, 2);
    given_free(&g);
}

/* More than one chunk of the reader, cut at every place within a record. */
static void a_long_file_is_read_to_its_end(void **state)
{
    size_t n = 0, room = 4u << 20;
    char *text = malloc(room), path[64];
    const struct ra_import_sink check = {0};
    struct ra_import_totals totals;
    struct ra_err err;

    (void)state;
    assert_non_null(text);
    n += (size_t)sprintf(text, HEADER);
    for (int i = 0; i < 20000; i++)
        n += (size_t)sprintf(text + n, "u%d@contoso.com,30475e40-e7ae-4af3-af75-%012d\n", i, i);
    given_file(text, n, path);
    assert_int_equal(ra_import_read(path, RA_IMPORT_ADSYNCTOOLS, &check, &totals, &err), 0);
    assert_int_equal(totals.anchors[RA_USER], 20000);
    given_gone(path);
    free(text);
}

static void an_empty_cell_is_left_out(void **state)
{
    struct given g;

    (void)state;
    read_csv(&g, HEADER ADA "cloud@contoso.com,\n");
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.totals.left_out[RA_LEFT_NO_ANCHOR], 1);
    assert_int_equal(g.totals.anchors[RA_USER], 1);
    given_free(&g);
}

static void two_columns_of_the_anchor_must_agree(void **state)
{
    struct given g;

    (void)state;
    read_csv(&g, "ImmutableId,ImmutableIdGUID\n" ANCHOR ",30475e40-e7ae-4af3-af75-8b143c81daf5\n"
                 "kZj7niGua0Gz92mIDCl+Tw==,30475e40-e7ae-4af3-af75-8b143c81daf5\n");
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.e[0].left_out, RA_LEFT_NOTHING);
    assert_int_equal(g.e[1].left_out, RA_LEFT_CONTRADICTION);
    given_free(&g);
}

static void kinds_and_connector_dns_are_understood(void **state)
{
    struct given g;

    (void)state;
    read_csv(&g, "ObjectType,cs-dn\n"
                 "group,CN={514635484D4B376E38307176645973555049486139513D3D}\n"
                 "publicFolder,CN={41}\n");
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.e[0].kind, RA_GROUP);
    assert_str(g.e[0].anchor, ANCHOR);
    assert_int_equal(g.e[1].left_out, RA_LEFT_OTHER_KIND);
    given_free(&g);
}

static void each_wrong_line_is_named_and_nothing_of_the_file_counts(void **state)
{
    struct given g;

    (void)state;
    read_csv(&g, HEADER "ada@contoso.com,30475e40-e7ae-4af3-af75-8b143c81daf\n"
                        "bob@contoso.com\n" ADA "eve@contoso.com,x\n");
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_int_equal(g.n, 0);
    assert_int_equal(g.wrong_n, 3);
    assert_string_equal(g.wrong[0], "line 2: ImmutableIdGUID is "
                                    "'30475e40-e7ae-4af3-af75-8b143c81daf', want a GUID");
    assert_string_equal(g.wrong[1], "line 3: 1 fields, want 2 as in line 1");
    assert_string_equal(g.wrong[2], "line 5: ImmutableIdGUID is 'x', want a GUID");
    assert_string_equal(given_said(g.err.msg),
                        "line 2: ImmutableIdGUID is '30475e40-e7ae-4af3-af75-8b143c81daf', want a "
                        "GUID; and 2 more places that are wrong");
    given_free(&g);
}

static void a_file_that_is_no_such_csv_is_refused_at_its_line(void **state)
{
    (void)state;
    said("", "is empty, want a line of column names");
    said(HEADER, "holds no object, want at least one");
    said("Name,Age\nAda,36\n",
         "line 1: no column of anchors, want ImmutableIdGUID (as Import-ADSyncToolsSourceAnchor "
         "writes it), ImmutableId or SourceAnchor; the first of 2 is 'Name'");
    said("upn,UserPrincipalName,ImmutableId\n",
         "line 1: columns 'upn' and 'UserPrincipalName' mean the same, want one of them");
    said(HEADER ADA "\"never closed,x\n" ADA,
         "line 3: a quote that is closed in line 4 and followed by more, want it closed at the end "
         "of its field");
    said(HEADER ADA "\"never closed\n", "line 3: a quote that is not closed before the end of the "
                                        "file");
    said(HEADER "a\"b,c\n", "line 2: a quote inside of a field that is not quoted, or something "
                            "behind a closing one, want fields as Export-Csv writes them");
    said(HEADER "\xFF\xFF,x\n", "line 2: bytes that are neither UTF-8 nor marked as UTF-16");
    said("ImmutableId,x\nQF5HMK7n80qvdYsUPIHa9R==,1\n",
         "line 2: ImmutableId is 'QF5HMK7n80qvdYsUPIHa9R==', want the Base64 of 16 bytes, or the "
         "string of an attribute");
    said("ImmutableId,id\nE100,nobody\n", "line 2: id is 'nobody', want a GUID");
}

int run_csv(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guid_becomes_the_anchor_that_graph_shows),
        cmocka_unit_test(columns_are_known_by_name_and_others_are_kept),
        cmocka_unit_test(the_type_line_and_utf16_of_windows_powershell_are_read),
        cmocka_unit_test(broken_utf16_is_named_by_its_line),
        cmocka_unit_test(the_report_with_tabs_is_read),
        cmocka_unit_test(a_long_file_is_read_to_its_end),
        cmocka_unit_test(an_empty_cell_is_left_out),
        cmocka_unit_test(two_columns_of_the_anchor_must_agree),
        cmocka_unit_test(kinds_and_connector_dns_are_understood),
        cmocka_unit_test(each_wrong_line_is_named_and_nothing_of_the_file_counts),
        cmocka_unit_test(a_file_that_is_no_such_csv_is_refused_at_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
