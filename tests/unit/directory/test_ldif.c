#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "src/directory/directory.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A dump of these bytes, and what reading it gave: "dn|attribute=value,value|" of each entry. */
struct trial {
    char path[64];
    struct ra_buf seen;
    const char *attribute, *base;
    struct ra_err err;
    atomic_int stop;
    int stop_after;
};

static int see(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct trial *t = ctx;
    size_t n;
    const struct ra_str *v = ra_dir_entry_values(e, t->attribute, &n);

    (void)err;
    ra_buf_put(&t->seen, ra_dir_entry_dn(e).p, ra_dir_entry_dn(e).n);
    ra_buf_putc(&t->seen, '|');
    for (size_t i = 0; i < n; i++) {
        if (i)
            ra_buf_putc(&t->seen, ',');
        ra_buf_put(&t->seen, v[i].p, v[i].n);
    }
    ra_buf_putc(&t->seen, '|');
    if (t->stop_after && --t->stop_after == 0)
        t->stop = SIGTERM;
    return 0;
}

static void write_dump(struct trial *t, const char *bytes, size_t n)
{
    int fd;

    strcpy(t->path, "/tmp/test_ldif.XXXXXX");
    fd = mkstemp(t->path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), (ssize_t)n);
    close(fd);
}

static int read_dump(struct trial *t, const char *const *asked)
{
    char uri[80];
    struct ra_dir_options o = {.name = "lab", .uri = uri, .base = t->base, .stop = &t->stop};
    struct ra_dir_query q = {.filter = "(objectClass=*)", .attributes = asked};
    struct ra_dir *d;
    int rc;

    snprintf(uri, sizeof uri, "ldif:%s", t->path);
    ra_buf_init(&t->seen, 1 << 24);
    rc = ra_dir_open(&o, &d, &t->err);
    if (rc)
        return rc;
    rc = ra_dir_search(d, &q, see, t, &t->err);
    ra_dir_close(&d);
    return rc;
}

static void done(struct trial *t)
{
    unlink(t->path);
    ra_buf_free(&t->seen);
}

static void gives_n(const char *bytes, size_t n, const char *attribute, const char *want)
{
    struct trial t = {.attribute = attribute};

    write_dump(&t, bytes, n);
    if (read_dump(&t, NULL) != 0)
        fail_msg("%s", t.err.msg);
    assert_string_equal(ra_buf_z(&t.seen), want);
    done(&t);
}

static void gives(const char *bytes, const char *attribute, const char *want)
{
    gives_n(bytes, strlen(bytes), attribute, want);
}

/* want: the message behind "directory lab (ldif:PATH): PATH", where PATH is the dump's. */
static void fails_n(const char *bytes, size_t n, int code, const char *want)
{
    struct trial t = {.attribute = "cn"};
    char text[1024];

    write_dump(&t, bytes, n);
    assert_int_equal(read_dump(&t, NULL), -code);
    snprintf(text, sizeof text, "directory lab (ldif:%s): %s%s", t.path, t.path, want);
    assert_string_equal(t.err.msg, text);
    done(&t);
}

static void fails(const char *bytes, int code, const char *want)
{
    fails_n(bytes, strlen(bytes), code, want);
}

static void records_are_told_apart_by_empty_lines(void **state)
{
    (void)state;
    gives("dn: CN=a\ncn: a\n\n\n\ndn: CN=b\ncn: b\n", "cn", "CN=a|a|CN=b|b|");
    gives("\n\ndn: CN=a\ncn: a\n\n", "cn", "CN=a|a|");
    gives("dn: CN=a\n", "cn", "CN=a||");
}

static void a_file_that_ends_without_a_line_end_is_whole(void **state)
{
    (void)state;
    gives("dn: CN=a\ncn: a", "cn", "CN=a|a|");
    gives("dn: CN=a\ncn: a\r", "cn", "CN=a|a|");
    gives("dn: CN=a\ncn: a\n # b", "cn", "CN=a|a# b|");
}

static void lines_are_joined_before_anything_else(void **state)
{
    (void)state;
    gives("d\n n: C\n N=a\nc\n n\n :\n  lon\n g\n er\n", "cn", "CN=a|longer|");
    gives("dn: CN=a\ncn:: YW\n J\n j\n", "cn", "CN=a|abc|");
}

static void comments_are_passed_over_with_their_continuations(void **state)
{
    (void)state;
    gives("# head\n continued: x\ndn: CN=a\n# in\n  it\ncn: a\n#\n\n# between\n\ndn: CN=b\ncn: b\n",
          "cn", "CN=a|a|CN=b|b|");
}

static void windows_line_ends_and_a_byte_order_mark_are_understood(void **state)
{
    (void)state;
    gives("\xef\xbb\xbf"
          "dn: CN=a\r\nchangetype: add\r\ncn: lon\r\n ger\r\n\r\ndn: CN=b\r\n",
          "cn", "CN=a|longer|CN=b||");
}

static void the_version_line_may_stand_at_the_top_or_alone(void **state)
{
    (void)state;
    gives("version: 1\ndn: CN=a\ncn: a\n", "cn", "CN=a|a|");
    gives("version: 1\n\ndn: CN=a\ncn: a\n", "cn", "CN=a|a|");
    fails("version: 2\ndn: CN=a\n", RA_EINPUT, " line 1: LDIF version 2, wanted 1");
}

static void names_compare_without_case_and_options_are_joined(void **state)
{
    (void)state;
    gives("dn: CN=a\nuserCertificate;binary:: YQ==\nUSERCERTIFICATE: b\n", "usercertificate",
          "CN=a|a,b|");
    gives("dn: CN=a\nmember;range=0-1: x\nmember;range=0-1: y\nmember;range=2-*: z\n", "member",
          "CN=a|x,y,z|");
    gives("dn: CN=a\ncn;lang-fr: x\ncn: y\n", "cn", "CN=a|y|");
    gives("dn: CN=a\ncn: 1\nsn: 2\ncn: 3\n", "cn", "CN=a|1,3|");
}

static void an_empty_value_is_a_value_of_no_bytes(void **state)
{
    (void)state;
    gives("dn: CN=a\ncn:\ncn: \ncn::\n", "cn", "CN=a|,,|");
}

static void base64_values_may_hold_any_byte(void **state)
{
    static const char dump[] = "dn:: Q049w6k=\nobjectGUID:: AAECgP8KDQA=\n";
    struct trial t = {.attribute = "objectguid"};

    (void)state;
    write_dump(&t, dump, sizeof dump - 1);
    assert_int_equal(read_dump(&t, NULL), 0);
    assert_int_equal(t.seen.n, 15);
    assert_memory_equal(t.seen.p, "CN=\xc3\xa9|\0\1\2\x80\xff\n\r\0|", 15);
    done(&t);
}

static void values_keep_their_trailing_spaces_and_lose_their_leading_ones(void **state)
{
    (void)state;
    gives("dn: CN=a\ncn:   x  \n", "cn", "CN=a|x  |");
    gives("dn: CN=a\ncn::  eA==  \n", "cn", "CN=a|x|");
    gives("dn: CN=a\ncn: a: b:: <c\n", "cn", "CN=a|a: b:: <c|");
}

static void base64_that_is_broken_is_refused_with_its_line(void **state)
{
    (void)state;
    fails("dn: CN=a\ncn: a\nobjectGUID:: AAEC!\n", RA_EINPUT,
          " line 3: the value of objectGUID is not base64, or cut short");
    fails("dn: CN=a\ncn:: YWJ", RA_EINPUT, " line 2: the value of cn is not base64, or cut short");
    fails("dn: CN=a\ncn:: YWI\n # c\n", RA_EINPUT,
          " line 2: the value of cn is not base64, or cut short");
    fails("dn:: Q\n", RA_EINPUT, " line 1: the value of dn is not base64, or cut short");
    fails("# 1\n\ndn: CN=a\ncn:: YWJj\n Y*Jj\n", RA_EINPUT,
          " line 4: the value of cn is not base64, or cut short");
}

static void a_record_needs_one_dn(void **state)
{
    (void)state;
    fails("dn: CN=a\n\ncn: b\n", RA_EINPUT, " line 3: a record without a dn, it begins with cn");
    fails("dn: CN=a\ncn: a\ndn: CN=b\n", RA_EINPUT,
          " line 3: a second dn in one record: is an empty line missing?");
    fails("dn:\ncn: a\n", RA_EINPUT, " line 1: a dn that is empty");
    fails("dn: CN=\xe9\n", RA_EINPUT, " line 1: a dn that is not UTF-8");
    fails("include: file:///etc/passwd\n\ndn: CN=a\n", RA_EINPUT,
          " line 1: a record without a dn, it begins with include");
}

static void what_is_no_ldif_is_refused(void **state)
{
    (void)state;
    fails("", RA_EINPUT, ": not one entry in it");
    fails("# nothing\n\n\n", RA_EINPUT, ": not one entry in it");
    fails("version: 1\n", RA_EINPUT, ": not one entry in it");
    fails("dn: CN=a\nhello\n", RA_EINPUT, " line 2: no colon behind an attribute's name");
    fails("dn: CN=a\n: x\n", RA_EINPUT, " line 2: \"\" is no attribute name");
    fails("{\"value\": []}\n", RA_EINPUT, " line 1: \"{\"value\"\" is no attribute name");
    fails(" dn: CN=a\n", RA_EINPUT, " line 1: continues a line that is not there");
    fails("dn: CN=a\n\n x\n", RA_EINPUT, " line 3: continues a line that is not there");
    fails_n("dn: CN=a\ncn: \0\n", 15, RA_EINPUT, " line 2: a NUL byte: this is not text");
    fails_n("\xff\xfe"
            "d\0n\0:\0",
            8, RA_EINPUT, " is UTF-16, wanted UTF-8");
    fails("dn: CN=a\njpegPhoto:< file:///etc/passwd\n", RA_EINPUT,
          " line 2: jpegPhoto is a URL to another file, which is not followed");
}

static void change_records_are_refused_save_the_adds_of_ldifde(void **state)
{
    (void)state;
    gives("dn: CN=a\nchangetype: add\ncn: a\n", "cn", "CN=a|a|");
    fails("dn: CN=a\nchangetype: modify\nadd: cn\ncn: b\n-\n", RA_EINPUT,
          " line 2: a change record (changetype: modify), wanted entries");
    fails("dn: CN=a\nchangetype: delete\n", RA_EINPUT,
          " line 2: a change record (changetype: delete), wanted entries");
    fails("dn: CN=a\ncontrol: 1.2.3\nchangetype: add\n", RA_EINPUT,
          " line 2: a change record (control: 1.2.3), wanted entries");
}

static void what_ldapsearch_says_about_the_end_is_heeded(void **state)
{
    (void)state;
    gives("dn: CN=a\ncn: a\n\nref: ldap://x/\n\n# search result\nsearch: 2\nresult: 0 Success\n"
          "control: 1.2.840.113556.1.4.319 false MAUCAQAEAA==\npagedresults: cookie=\n",
          "cn", "CN=a|a|");
    gives("dn: CN=a\n\nsearch: 2\nresult: 0 Success\npagedresults: cookie=QQ==\n\n"
          "dn: CN=b\n\nsearch: 3\nresult: 0 Success\npagedresults: cookie=\n",
          "cn", "CN=a||CN=b||");
    fails("dn: CN=a\n\nsearch: 2\nresult: 4 Size limit exceeded\n", RA_EINCOMPLETE,
          ": the export did not end well: result 4 Size limit exceeded");
    fails("dn: CN=a\n\nsearch: 2\nresult: 0 Success\npagedresults: cookie=QQ==\n", RA_EINCOMPLETE,
          ": the export stopped before its last page");
}

/* With -L, -LL and -LLL the pages' ends are comments. */
static void what_ldapsearch_says_in_comments_is_heeded(void **state)
{
    (void)state;
    gives("dn: CN=a\n\n# pagedresults: cookie=QQ==\ndn: CN=b\n\n# pagedresults: cookie=\n", "cn",
          "CN=a||CN=b||");
    gives("version: 1\n\n#\n# LDAPv3\n# requesting: ALL\n#\n\n# a\ndn: CN=a\n\n# search result\n\n"
          "# numResponses: 2\n# numEntries: 1\n",
          "cn", "CN=a||");
    fails("dn: CN=a\n\n# pagedresults: cookie=QQ==\n", RA_EINCOMPLETE,
          ": the export stopped before its last page");
    fails("dn: CN=a\n\n# pagedresults: cookie=QQ\n ==\ndn: CN=b\n", RA_EINCOMPLETE,
          ": the export stopped before its last page");
    fails("# extended LDIF\n#\n# LDAPv3\n# requesting: ALL\n#\n\n# a\ndn: CN=a\n", RA_EINCOMPLETE,
          ": the export stopped before its end: \"# search result\" is missing");
    fails("# requesting: ALL\n\ndn: CN=a\n\n# search result\nsearch: 2\nresult: 0 Success\n\n"
          "# requesting: ALL\n\ndn: CN=b\n",
          RA_EINCOMPLETE, ": the export stopped before its end: \"# search result\" is missing");
}

static void fewer_entries_than_ldapsearch_counted_are_not_all(void **state)
{
    (void)state;
    gives("dn: CN=a\n\ndn: CN=b\n\n# numEntries: 1\n", "cn", "CN=a||CN=b||");
    gives("dn: CN=a\n\n# numEntries: 1\n\ndn: CN=b\n\n# numEntries: 1\n", "cn", "CN=a||CN=b||");
    gives("dn: CN=a\n\n# numEntries: many\n", "cn", "CN=a||");
    fails("dn: CN=a\n\n# numEntries: 2\n", RA_EINCOMPLETE,
          ": 1 entry, and the export had 2 by its own count");
    fails("dn: CN=a\n\n# numEntries: 1\n\ndn: CN=b\n\n# numEntries: 2\n", RA_EINCOMPLETE,
          ": 2 entries, and the export had 3 by its own count");
}

static void an_entrys_name_says_nothing_of_the_export(void **state)
{
    (void)state;
    gives("# requesting: ALL, x\ndn: CN=requesting: ALL,DC=x\n\n# numEntries: 9, x\n"
          "dn: CN=numEntries: 9,DC=x\n\n# pagedresults: cookie=QQ==, x\n"
          "dn: CN=pagedresults: cookie\\3dQQ\\3d\\3d,DC=x\n",
          "cn",
          "CN=requesting: ALL,DC=x||CN=numEntries: 9,DC=x||"
          "CN=pagedresults: cookie\\3dQQ\\3d\\3d,DC=x||");
}

static void a_range_without_its_end_is_no_whole_attribute(void **state)
{
    static const char *const cn[] = {"cn", NULL}, *const member[] = {"Member", NULL};
    static const char dump[] = "dn: CN=a\nmember;range=0-1: x\nmember;range=0-1: y\n";
    struct trial t = {.attribute = "member"};

    (void)state;
    write_dump(&t, dump, sizeof dump - 1);
    assert_int_equal(read_dump(&t, member), -RA_EINCOMPLETE);
    assert_non_null(strstr(t.err.msg, "member of CN=a ends at value 2, and more were there"));
    ra_buf_free(&t.seen);
    assert_int_equal(read_dump(&t, cn), 0);
    done(&t);
    fails("dn: CN=a\nmember;range=0-1: x\nmember;range=3-*: y\n", RA_EINPUT,
          " line 3: member;range=3-* does not go on where the values before it ended");
}

static void long_lines_and_many_values_cross_the_blocks_of_the_file(void **state)
{
    struct ra_buf dump, want;

    (void)state;
    ra_buf_init(&dump, 1 << 24);
    ra_buf_init(&want, 1 << 24);
    ra_buf_puts(&dump, "dn: CN=a\ncn: ");
    ra_buf_puts(&want, "CN=a|");
    for (int i = 0; i < 300000; i++) {
        ra_buf_putc(&dump, (char)('a' + i % 26));
        ra_buf_putc(&want, (char)('a' + i % 26));
        if (i % 75 == 74)
            ra_buf_puts(&dump, "\r\n ");
    }
    for (int i = 0; i < 20000; i++) {
        ra_buf_printf(&dump, "\ncn: v%d", i);
        ra_buf_printf(&want, ",v%d", i);
    }
    ra_buf_putc(&want, '|');
    gives_n(dump.p, dump.n, "cn", ra_buf_z(&want));
    ra_buf_free(&dump);
    ra_buf_free(&want);
}

static void an_entry_with_too_many_attributes_is_refused(void **state)
{
    struct ra_buf dump;

    (void)state;
    ra_buf_init(&dump, 1 << 20);
    ra_buf_puts(&dump, "dn: CN=a\n");
    for (int i = 0; i < 4097; i++)
        ra_buf_printf(&dump, "a%d: x\n", i);
    fails_n(dump.p, dump.n, RA_EINPUT,
            " line 4098: the entry has too many or too large attributes");
    ra_buf_free(&dump);
}

static void a_signal_stops_between_two_records(void **state)
{
    static const char dump[] = "dn: CN=a\n\ndn: CN=b\n\ndn: CN=c\n";
    struct trial t = {.attribute = "cn", .stop_after = 2};

    (void)state;
    write_dump(&t, dump, sizeof dump - 1);
    assert_int_equal(read_dump(&t, NULL), -RA_ESIGNAL);
    assert_int_equal(t.err.signal, SIGTERM);
    assert_string_equal(ra_buf_z(&t.seen), "CN=a||CN=b||");
    done(&t);
}

static int grow_the_file(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    FILE *fp = fopen(ctx, "a");

    (void)e;
    (void)err;
    assert_non_null(fp);
    fputs("\ndn: CN=z\n", fp);
    fclose(fp);
    return 0;
}

static void a_dump_that_changes_meanwhile_is_not_whole(void **state)
{
    struct trial t = {0};
    char uri[80];
    struct ra_dir_options o = {.name = "lab", .uri = uri};
    struct ra_dir_query q = {0};
    struct ra_dir *d;

    (void)state;
    write_dump(&t, "dn: CN=a\n", 9);
    snprintf(uri, sizeof uri, "ldif:%s", t.path);
    assert_int_equal(ra_dir_open(&o, &d, &t.err), 0);
    assert_int_equal(ra_dir_search(d, &q, grow_the_file, t.path, &t.err), -RA_EINCOMPLETE);
    assert_non_null(strstr(t.err.msg, "changed while it was read"));
    ra_dir_close(&d);
    done(&t);
}

static void a_handle_reads_its_dump_as_often_as_asked(void **state)
{
    struct trial t = {.attribute = "cn"};
    char uri[80];
    struct ra_dir_options o = {.name = "lab", .uri = uri, .base = "CN=a"};
    struct ra_dir_query q = {0};
    struct ra_dir_root root;
    enum ra_dir_syntax syntax;
    struct ra_dir *d;

    (void)state;
    write_dump(&t, "dn: CN=a\ncn: a\n", 15);
    snprintf(uri, sizeof uri, "ldif:%s", t.path);
    ra_buf_init(&t.seen, 4096);
    assert_int_equal(ra_dir_open(&o, &d, &t.err), 0);
    assert_true(ra_dir_is_ldif(d));
    for (int i = 0; i < 2; i++)
        assert_int_equal(ra_dir_search(d, &q, see, &t, &t.err), 0);
    assert_string_equal(ra_buf_z(&t.seen), "CN=a|a|CN=a|a|");
    assert_int_equal(ra_dir_root(d, &root, &t.err), 0);
    assert_string_equal(root.base, "CN=a");
    assert_false(root.active_directory);
    assert_int_equal(ra_dir_syntax(d, "cn", &syntax, &t.err), 0);
    assert_int_equal(syntax, RA_SYNTAX_UNKNOWN);
    ra_dir_close(&d);
    assert_null(d);
    done(&t);
}

static void a_base_takes_what_lies_at_or_below_it_and_deleted_objects(void **state)
{
    static const char dump[] = "dn: OU=x,DC=t\n\ndn: CN=a,ou=X, DC=T\n\ndn: CN=b,OU=xy,DC=t\n\n"
                               "dn: CN=c\\0ADEL:1,CN=Deleted Objects,DC=t\nisDeleted: TRUE\n\n"
                               "dn: DC=t\n";
    struct trial t = {.attribute = "cn", .base = "OU=X,DC=T"};

    (void)state;
    write_dump(&t, dump, sizeof dump - 1);
    assert_int_equal(read_dump(&t, NULL), 0);
    assert_string_equal(ra_buf_z(&t.seen),
                        "OU=x,DC=t||CN=a,ou=X, DC=T||CN=c\\0ADEL:1,CN=Deleted Objects,DC=t||");
    ra_buf_free(&t.seen);
    t.base = "nonsense";
    assert_int_equal(read_dump(&t, NULL), -RA_ECONFIG);
    assert_non_null(strstr(t.err.msg, ": base nonsense is no DN"));
    done(&t);
    write_dump(&t, "dn: CN=a,DC=t\n", 14);
    t.base = "DC=u";
    assert_int_equal(read_dump(&t, NULL), -RA_EINPUT);
    assert_non_null(strstr(t.err.msg, ": not one entry at or below base"));
    done(&t);
}

static void a_dump_that_is_not_there_is_a_fault_of_the_configuration(void **state)
{
    struct ra_dir_options o = {.name = "lab", .uri = "ldif:/nonexistent/dump.ldif"};
    struct ra_err err;
    struct ra_dir *d;

    (void)state;
    assert_int_equal(ra_dir_open(&o, &d, &err), -RA_ECONFIG);
    assert_null(d);
    assert_string_equal(err.msg, "directory lab (ldif:/nonexistent/dump.ldif): "
                                 "/nonexistent/dump.ldif: No such file or directory");
    o.uri = "ldif:/tmp";
    assert_int_equal(ra_dir_open(&o, &d, &err), -RA_ECONFIG);
    assert_string_equal(err.msg, "directory lab (ldif:/tmp): /tmp is not a regular file");
    o.uri = "ldif:";
    assert_int_equal(ra_dir_open(&o, &d, &err), -RA_ECONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_told_apart_by_empty_lines),
        cmocka_unit_test(a_file_that_ends_without_a_line_end_is_whole),
        cmocka_unit_test(lines_are_joined_before_anything_else),
        cmocka_unit_test(comments_are_passed_over_with_their_continuations),
        cmocka_unit_test(windows_line_ends_and_a_byte_order_mark_are_understood),
        cmocka_unit_test(the_version_line_may_stand_at_the_top_or_alone),
        cmocka_unit_test(names_compare_without_case_and_options_are_joined),
        cmocka_unit_test(an_empty_value_is_a_value_of_no_bytes),
        cmocka_unit_test(base64_values_may_hold_any_byte),
        cmocka_unit_test(values_keep_their_trailing_spaces_and_lose_their_leading_ones),
        cmocka_unit_test(base64_that_is_broken_is_refused_with_its_line),
        cmocka_unit_test(a_record_needs_one_dn),
        cmocka_unit_test(what_is_no_ldif_is_refused),
        cmocka_unit_test(change_records_are_refused_save_the_adds_of_ldifde),
        cmocka_unit_test(what_ldapsearch_says_about_the_end_is_heeded),
        cmocka_unit_test(what_ldapsearch_says_in_comments_is_heeded),
        cmocka_unit_test(an_entrys_name_says_nothing_of_the_export),
        cmocka_unit_test(fewer_entries_than_ldapsearch_counted_are_not_all),
        cmocka_unit_test(a_range_without_its_end_is_no_whole_attribute),
        cmocka_unit_test(long_lines_and_many_values_cross_the_blocks_of_the_file),
        cmocka_unit_test(an_entry_with_too_many_attributes_is_refused),
        cmocka_unit_test(a_signal_stops_between_two_records),
        cmocka_unit_test(a_dump_that_changes_meanwhile_is_not_whole),
        cmocka_unit_test(a_handle_reads_its_dump_as_often_as_asked),
        cmocka_unit_test(a_base_takes_what_lies_at_or_below_it_and_deleted_objects),
        cmocka_unit_test(a_dump_that_is_not_there_is_a_fault_of_the_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
