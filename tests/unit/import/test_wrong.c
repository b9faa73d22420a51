/* What each reader says of values, sizes and files that it cannot use, the format by the way. */
#include "recovery/import/adsync.h"
#include "recovery/import/reader.h"
#include "tests/unit/import/given.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ID     "5092f54a-7b40-41a1-83b5-4d1773702e3a"
#define ANCHOR "QF5HMK7n80qvdYsUPIHa9Q=="
#define DN     "CN={514635484D4B376E38307176645973555049486139513D3D}"
#define XML(object)                                                                                \
    "<cs-objects><cs-object cs-dn=\"" DN "\" object-type=\"user\">" object                         \
    "</cs-object></cs-objects>"
#define HELD(x) "<synchronized-hologram><entry>" x "</entry></synchronized-hologram>"
#define SETTINGS(key, value)                                                                       \
    "{\"onpremisesDirectoryPolicy\":[{\"partitionFilters\":[{\"distinguishedName\":"               \
    "\"DC=a,DC=b\",\"" key "\":" value "}]}]}"

/* ---- the disk: the nth read fails ---- */

ssize_t __real_read(int fd, void *p, size_t n);
ssize_t __wrap_read(int fd, void *p, size_t n);

static int failing; /* 1: the next one; 0: none */

ssize_t __wrap_read(int fd, void *p, size_t n)
{
    if (failing == 0 || --failing > 0)
        return __real_read(fd, p, n);
    errno = EIO;
    return -1;
}

static void a_disk_that_fails_is_told_by_its_words(void **state)
{
    const size_t n = (size_t)1 << 18;
    char *text = malloc(n), path[64];
    static const enum ra_import_format formats[] = {RA_IMPORT_ADSYNCTOOLS, RA_IMPORT_CSEXPORT};
    enum ra_import_format found;
    struct ra_err err = {0};
    struct given g;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', n);
    given_file(text, n, path);
    for (size_t f = 0; f < 2; f++)
        for (int at = 1; at < 3; at++) {
            memcpy(text, f ? "<cs-objects>\n" : "ImmutableId\n", f ? 13 : 12);
            given_gone(path);
            given_file(text, n, path);
            failing = at;
            given_read(&g, formats[f], path);
            failing = 0;
            assert_int_equal(g.rc, -(int)RA_EIO);
            assert_non_null(strstr(g.err.msg, "Input/output error"));
            given_free(&g);
        }
    given_gone(path);
    given_file("short", 5, path); /* of which more is wanted to tell the format */
    failing = 2;
    assert_int_equal(ra_import_detect(path, &found, &err), -(int)RA_EIO);
    failing = 0;
    assert_non_null(strstr(err.msg, path));
    given_gone(path);
    free(text);
}

/* ---- texts ---- */

static void wide(const char *mark, size_t mark_n, bool big)
{
    static const char text[] = "UserPrincipalName,ImmutableId\nada@x.y," ANCHOR "\n";
    char bytes[256], path[64];
    struct given g;
    size_t n = mark_n;

    memcpy(bytes, mark, mark_n);
    for (size_t i = 0; text[i]; i++) {
        bytes[n++] = big ? '\0' : text[i];
        bytes[n++] = big ? text[i] : '\0';
    }
    given_file(bytes, n, path);
    given_read(&g, RA_IMPORT_ADSYNCTOOLS, path);
    given_gone(path);
    assert_int_equal(g.rc, 0);
    assert_str(g.e[0].upn, "ada@x.y");
    given_free(&g);
}

static void utf16_is_read_either_way_round_with_and_without_a_mark(void **state)
{
    (void)state;
    wide("\xFF\xFE", 2, false);
    wide("\xFE\xFF", 2, true);
    wide("", 0, false);
    wide("", 0, true);
}

static void csv_says(const char *text, size_t n, const char *words)
{
    struct given g;
    char path[64];

    given_file(text, n, path);
    given_read(&g, RA_IMPORT_ADSYNCTOOLS, path);
    given_gone(path);
    if (g.rc != -(int)RA_EINPUT || !strstr(g.err.msg, words))
        fail_msg("%d \"%s\", want \"%s\"", g.rc, g.err.msg, words);
    given_free(&g);
}

static void csv_values_columns_and_sizes_that_are_wrong(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"UPN,ConnectorDN\na@b.c,CN={4x}\n", "line 2: ConnectorDN"},
        {"UPN,ImmutableId,objectSid\na@b.c," ANCHOR ",S-1\n", "want a SID"},
        {"UPN,ImmutableId,onPremisesObjectIdentifier\na@b.c," ANCHOR ",x\n", "want a GUID"},
        {"x", "line 1: no column of anchors"},
        {"UPN,Anchor/GUID\na,b\n", "line 1: no column of anchors"},
        {"UPN,UPN", "UPN"}, /* without an end of the line */
    };
    const size_t n = (size_t)6 << 20;
    char *text = malloc(n);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        csv_says(rows[i].text, strlen(rows[i].text), rows[i].words);
    csv_says("ImmutableId\na\0b\n", 16, "line 2: a NUL in the text");
    for (size_t i = 0; i < 2000; i += 2)
        memcpy(text + i, i < 1998 ? "a," : "a\n", 2);
    csv_says(text, 2000, "1000 columns, want at most 512");
    memset(text, 'x', n);
    memcpy(text, "ImmutableId\n", 12);
    csv_says(text, n, "line 2: a line of more than 1048576 bytes");
    for (size_t i = 13; i < n; i += 1000) /* lines, within one quote */
        text[i] = '\n';
    text[12] = '"';
    csv_says(text, n, "line 2: a record of more than 4194304 bytes");
    free(text);
}

static void other_columns_are_kept_as_far_as_there_is_room(void **state)
{
    const size_t n = 80000;
    char *text = malloc(2 * n), *at;
    struct given g;
    struct ra_str rest, name, value;

    (void)state;
    assert_non_null(text);
    at = text + sprintf(text, "UPN,ImmutableId,A name of more letters than any column that means "
                              "something here\na@b.c," ANCHOR ",x");
    for (int i = 0; i < 3000; i++) /* two bytes each, from an odd place */
        at += sprintf(at, "\xC3\xA4");
    strcpy(at, "\n");
    given_text(&g, RA_IMPORT_ADSYNCTOOLS, text);
    assert_int_equal(g.rc, 0);
    assert_true(g.e[0].other_cut);
    rest = g.e[0].other.bytes;
    assert_true(ra_list_next(&rest, &name) && ra_list_next(&rest, &value));
    assert_int_equal(value.n, 4095); /* and no half of a character */
    given_free(&g);
    at = text + sprintf(text, "UPN,ImmutableId");
    for (int i = 0; i < 40; i++)
        at += sprintf(at, ",c%d", i);
    at += sprintf(at, "\na@b.c," ANCHOR);
    for (int i = 0; i < 40; i++)
        at += sprintf(at, ",%02000d", i);
    strcpy(at, "\n");
    given_text(&g, RA_IMPORT_ADSYNCTOOLS, text);
    assert_int_equal(g.rc, 0);
    assert_true(g.e[0].other_cut);
    assert_true(g.e[0].other.count > 50 && g.e[0].other.count < 80);
    given_free(&g);
    free(text);
}

static void anchors_are_text_of_some_length(void **state)
{
    static const char *const bad[] = {"a\tb", "a\177", "a\xFF", "QF5HMK7n80qvdYsUPIHa9R=="};
    char longest[258];
    const char *why;

    (void)state;
    memset(longest, 'x', sizeof longest);
    assert_true(ra_import_is_anchor(ra_str_n(longest, 256), &why));
    assert_false(ra_import_is_anchor(ra_str_n(longest, 257), &why));
    assert_string_equal(why, "is longer than 256 bytes");
    for (size_t i = 0; i < 4; i++)
        assert_false(ra_import_is_anchor(ra_str(bad[i]), &why));
}

static void a_cloud_anchor_is_wrapped_in_its_length(void **state)
{
    static const struct {
        unsigned char bytes[12];
        size_t n;
    } bad[] = {
        {{1, 0, 0}, 3},                     /* no length */
        {{5, 0, 0, 0, 'a', 0}, 6},          /* another length */
        {{3, 0, 0, 0, 'a', 0, 'b'}, 7},     /* half a character */
        {{4, 0, 0, 0, 'a', 1, '_', 0}, 8},  /* not ASCII */
        {{4, 0, 0, 0, '\n', 0, '_', 0}, 8}, /* no letter */
        {{4, 0, 0, 0, 'a', 0, '_', 0}, 8},  /* and no id behind it */
    };
    struct ra_arena a = {0};
    struct ra_str id;
    char text[64];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ra_base64(bad[i].bytes, bad[i].n, text);
        assert_false(ra_import_cloud_anchor(ra_str(text), true, &a, &id));
    }
    assert_false(ra_import_cloud_anchor(RA_STR("?"), true, &a, &id));
    assert_true(ra_import_cloud_anchor(RA_STR("User_" ID), false, &a, &id));
    assert_str(id, ID);
    ra_arena_free(&a);
}

static void a_quote_is_cut_between_characters(void **state)
{
    char text[128], room[96];

    (void)state;
    memset(text, 'x', sizeof text);
    memcpy(text + 79, "\xC3\xA4", 2);
    ra_import_quote(ra_str_n(text, sizeof text), room);
    assert_int_equal(strlen(room), 79 + 3);
    assert_string_equal(room + 78, "x...");
}

/* ---- the XML ---- */

static void values_of_csexport_that_are_wrong(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {XML(HELD("<attr name=\"onPremisesObjectIdentifier\"><value>x</value></attr>")),
         "onPremisesObjectIdentifier is 'x', want a GUID"},
        {XML(HELD("<anchor encoding=\"base64\">AAAA</anchor>")), "anchor is 'AAAA'"},
        {"<cs-objects><other><a><b/></a></other></cs-objects>", "holds no object"},
    };
    struct given g;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        given_text(&g, RA_IMPORT_CSEXPORT, rows[i].text);
        if (g.rc != -(int)RA_EINPUT || !strstr(g.err.msg, rows[i].words))
            fail_msg("%d \"%s\", want \"%s\"", g.rc, g.err.msg, rows[i].words);
        given_free(&g);
    }
}

/* Reading ends when there are too many of them. */
static void after_a_thousand_wrong_places_reading_ends(void **state)
{
    static const char *const objects[] = {
        "<cs-object cs-dn=\"CN={4}\" object-type=\"user\"/>\n",
        "<cs-object cs-dn=\"" DN "\" object-type=\"user\">" HELD(
            "<anchor encoding=\"base64\">AAAA</anchor>") "</cs-object>\n"};
    const struct ra_import_sink sink = {0};
    struct ra_import_totals totals;
    struct ra_err err;
    char *text = malloc(1 << 20), *at, path[64];

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < 2; i++) {
        at = text + sprintf(text, "<cs-objects>\n");
        for (int k = 0; k < 1500; k++)
            at += sprintf(at, "%s", objects[i]);
        at += sprintf(at, "</cs-objects>");
        given_file(text, (size_t)(at - text), path);
        assert_int_equal(ra_import_read(path, RA_IMPORT_CSEXPORT, &sink, &totals, &err),
                         -(int)RA_EINPUT);
        assert_non_null(strstr(err.msg, "and 999 more places"));
        given_gone(path);
    }
    free(text);
}

/* ---- the folder ---- */

static void folder_says(const char *kind, const char *json, size_t n, const char *words)
{
    char root[64] = "/tmp/reanchor-entra.XXXXXX", path[256], command[128];
    struct given g;
    FILE *fp;

    assert_non_null(mkdtemp(root));
    snprintf(command, sizeof command, "mkdir -p %s/%s/" ID, root, kind);
    assert_int_equal(system(command), 0); /* NOLINT: a folder of this test's own */
    snprintf(path, sizeof path, "%s/%s/" ID "/" ID ".json", root, kind);
    fp = fopen(path, "w");
    assert_non_null(fp);
    assert_int_equal(fwrite(json, 1, n, fp), n);
    assert_int_equal(fclose(fp), 0);
    given_read(&g, RA_IMPORT_ENTRAEXPORTER, root);
    snprintf(command, sizeof command, "rm -r %s", root);
    assert_int_equal(system(command), 0); /* NOLINT */
    if (g.rc != -(int)RA_EINPUT || !strstr(g.err.msg, words))
        fail_msg("%d \"%s\", want \"%s\"", g.rc, g.err.msg, words);
    given_free(&g);
}

static void objects_of_entraexporter_that_are_wrong(void **state)
{
    static const struct {
        const char *json, *words;
    } rows[] = {
        {"{\"id\":\"" ID "\",\"onPremisesImmutableId\":\"QF5HMK7n80qvdYsUPIHa9R==\"}",
         "want an anchor"},
        {"{\"id\":\"" ID "\",\"onPremisesObjectIdentifier\":\"x\"}", "want a GUID"},
        {"[\"" ID "\"]", "is no JSON object, want the object " ID},
        {"{\"id\":\"\xFF\"}", "line 1: bytes that are neither UTF-8"},
    };
    const size_t n = (size_t)17 << 20;
    char *text = malloc(n);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        folder_says("Users", rows[i].json, strlen(rows[i].json), rows[i].words);
    assert_non_null(text);
    memset(text, '\n', n);
    folder_says("Users", text, n, "is larger than 16777216 bytes");
    free(text);
}

static void a_path_too_long_for_what_lies_below_it_is_refused(void **state)
{
    static const size_t lengths[] = {4092, 4060}; /* no room for Users; for an object of it */
    char root[64] = "/tmp/reanchor-entra.XXXXXX", path[4096], command[256];
    struct given g;

    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(command, sizeof command, "mkdir -p %s/Users/" ID, root);
    assert_int_equal(system(command), 0); /* NOLINT */
    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(root);
        memcpy(path, root, n);
        while (n + 2 <= lengths[i]) {
            memcpy(path + n, "/.", 2);
            n += 2;
        }
        path[n] = '\0';
        given_read(&g, RA_IMPORT_ENTRAEXPORTER, path);
        assert_int_equal(g.rc, -(int)RA_EINPUT);
        assert_non_null(strstr(g.err.msg, "too long a path for what"));
        given_free(&g);
    }
    snprintf(command, sizeof command, "rm -r %s", root);
    assert_int_equal(system(command), 0); /* NOLINT */
}

/* ---- the settings ---- */

static void settings_that_are_wrong(void **state)
{
    static const char missing[] = "/tmp/reanchor-no-such-file";
    const struct ra_import_sink sink = {0};
    struct ra_err err = {0};
    struct ra_adsync a;
    struct given g;
    char path[64], deep[512], *at = deep;

    (void)state;
    assert_int_equal(ra_adsync_read(missing, &sink, &a, &err), -(int)RA_ENOTFOUND);
    assert_non_null(strstr(err.msg, missing));
    given_file(SETTINGS("containerInclusions", "7"),
               sizeof SETTINGS("containerInclusions", "7") - 1, path);
    assert_int_equal(ra_adsync_read(path, &sink, &a, &err), -(int)RA_EINPUT);
    assert_non_null(strstr(err.msg, "containerInclusions has 'no text', want a DN"));
    given_gone(path);
    for (int i = 0; i < 60; i++)
        at += sprintf(at, "{\"a\":");
    at += sprintf(at, "{\"anchorAttribute\":\"mail\"}");
    memset(at, '}', 60);
    given_file(deep, (size_t)(at - deep) + 60, path);
    assert_int_equal(ra_adsync_read(path, &sink, &a, &err), -(int)RA_EINPUT); /* not looked for */
    assert_non_null(strstr(err.msg, "neither onpremisesDirectoryPolicy"));
    given_gone(path);
    given_text(&g, RA_IMPORT_ADSYNC_CONFIG, "{}");
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_non_null(strstr(g.err.msg, "settings of a sync server hold no anchors"));
    given_free(&g);
}

static void a_rule_that_is_no_object_is_none(void **state)
{
    static const char text[] = "{\"onpremisesDirectoryPolicy\":[{\"customSynchronizationRules\":"
                               "[7,{\"name\":\"mine\"}]}]}";
    const struct ra_import_sink sink = {0};
    struct ra_adsync a;
    char path[64];

    (void)state;
    given_file(text, sizeof text - 1, path);
    assert_int_equal(ra_adsync_read(path, &sink, &a, NULL), 0);
    given_gone(path);
    assert_int_equal(a.rules_n, 1);
    assert_str(a.rules[0].name, "mine");
    ra_adsync_free(&a);
}

/* ---- stopping ---- */

static void a_signal_stops_the_reading(void **state)
{
    static const char text[] = "UPN,ImmutableId\na@b.c," ANCHOR "\nb@b.c," ANCHOR "\n";
    const atomic_int stop = 15;
    const struct ra_import_sink sink = {.stop = &stop};
    struct ra_import_totals totals;
    struct ra_err err = {0};
    char path[64];

    (void)state;
    given_file(text, sizeof text - 1, path);
    assert_int_equal(ra_import_read(path, RA_IMPORT_ADSYNCTOOLS, &sink, &totals, &err),
                     -(int)RA_ESIGNAL);
    given_gone(path);
    assert_int_equal(err.signal, 15);
    assert_int_equal(totals.objects, 1);
}

static void files_that_are_not_there_are_not_found(void **state)
{
    static const enum ra_import_format formats[] = {RA_IMPORT_ADSYNCTOOLS, RA_IMPORT_CSEXPORT};
    struct given g;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        given_read(&g, formats[i], "/tmp/reanchor-no-such-file");
        assert_int_equal(g.rc, -(int)RA_ENOTFOUND);
        given_free(&g);
    }
}

int run_wrong(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_that_fails_is_told_by_its_words),
        cmocka_unit_test(utf16_is_read_either_way_round_with_and_without_a_mark),
        cmocka_unit_test(csv_values_columns_and_sizes_that_are_wrong),
        cmocka_unit_test(other_columns_are_kept_as_far_as_there_is_room),
        cmocka_unit_test(anchors_are_text_of_some_length),
        cmocka_unit_test(a_cloud_anchor_is_wrapped_in_its_length),
        cmocka_unit_test(a_quote_is_cut_between_characters),
        cmocka_unit_test(values_of_csexport_that_are_wrong),
        cmocka_unit_test(after_a_thousand_wrong_places_reading_ends),
        cmocka_unit_test(objects_of_entraexporter_that_are_wrong),
        cmocka_unit_test(a_path_too_long_for_what_lies_below_it_is_refused),
        cmocka_unit_test(settings_that_are_wrong),
        cmocka_unit_test(a_rule_that_is_no_object_is_none),
        cmocka_unit_test(a_signal_stops_the_reading),
        cmocka_unit_test(files_that_are_not_there_are_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
