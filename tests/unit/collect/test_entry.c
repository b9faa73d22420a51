#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A dump of one entry, and what is asked of the object that it becomes. */
struct trial {
    struct ra_entry_reader reader;
    void (*ask)(const struct ra_ad_object *o);
    int seen;
};

static int each(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct trial *t = ctx;
    struct ra_ad_object o;
    bool skipped;

    assert_int_equal(ra_record_from_entry(&t->reader, e, &o, &skipped, err), 0);
    assert_false(skipped);
    t->ask(&o);
    t->seen++;
    return 0;
}

static int dump_of(const char *text)
{
    int fd = memfd_create("dump", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

static void becomes_with(size_t customs, const char *attributes,
                         void (*ask)(const struct ra_ad_object *o))
{
    static const char *const asked[] = {"*", NULL};
    static const struct ra_str custom[] = {{"employeeID", 10}, {"objectSid", 9}};
    struct ra_ad_read read = {.name = "one",
                              .login_attribute = "userPrincipalName",
                              .custom = custom,
                              .customs = customs};
    struct trial t = {.reader.read = &read, .ask = ask};
    struct ra_dir_query q = {.attributes = asked};
    struct ra_err err = {0};
    struct ra_dir *d;
    char text[1024], uri[64];
    int fd;

    snprintf(text, sizeof text,
             "dn: CN=a,DC=contoso,DC=test\nobjectGUID:: AAECAwQFBgcICQoLDA0ODw==\n%s", attributes);
    fd = dump_of(text);
    snprintf(uri, sizeof uri, "ldif:/proc/self/fd/%d", fd);
    ra_buf_init(&t.reader.proxies, 4096);
    ra_buf_init(&t.reader.custom, 4096);
    ra_buf_init(&t.reader.dn_key, 4096);
    ra_buf_init(&t.reader.sids, 4096);
    assert_int_equal(ra_dir_open(&(struct ra_dir_options){.name = "one", .uri = uri}, &d, &err), 0);
    assert_int_equal(ra_dir_search(d, &q, each, &t, &err), 0);
    assert_int_equal(t.seen, 1);
    ra_dir_close(&d);
    ra_buf_free(&t.reader.proxies);
    ra_buf_free(&t.reader.custom);
    ra_buf_free(&t.reader.dn_key);
    ra_buf_free(&t.reader.sids);
    ra_arena_free(&t.reader.arena);
    close(fd);
}

static void becomes(const char *attributes, void (*ask)(const struct ra_ad_object *o))
{
    becomes_with(1, attributes, ask);
}

static void has_nothing(const struct ra_ad_object *o)
{
    assert_int_equal(o->certificates, 0);
    assert_int_equal(o->smime_certificates, 0);
    assert_false(o->critical_system);
    assert_false(o->mailbox_guid);
    assert_true(ra_str_absent(o->mail));
    assert_true(ra_str_absent(o->sid));
    assert_int_equal(o->custom.count, 0);
}

/* decision: Inputs, "Empty is absent" */
static void an_attribute_that_has_only_values_of_no_bytes_is_absent(void **state)
{
    (void)state;
    becomes("objectClass: "
            "computer\nuserCertificate:\nuserCertificate::\nuserSMIMECertificate:"
            "\nisCriticalSystemObject:\n"
            "mail:\nobjectSid:\nmsExchMailboxGuid:\nemployeeID:\n",
            has_nothing);
}

static void has_what_is_behind(const struct ra_ad_object *o)
{
    assert_int_equal(o->certificates, 1);
    assert_true(o->critical_system);
    assert_true(o->mailbox_guid);
    assert_true(ra_str_eq(o->mail, RA_STR("a@contoso.test")));
    assert_true(ra_str_eq(o->sid, RA_STR("S-1-5-18")));
    assert_true(ra_str_eq(o->consistency_guid, RA_STR("xyz")));
    assert_int_equal(o->custom.count, 3);
}

static void a_value_of_no_bytes_does_not_hide_the_one_behind_it(void **state)
{
    (void)state;
    becomes("objectClass: computer\nuserCertificate:\nuserCertificate: x\nisCriticalSystemObject:\n"
            "isCriticalSystemObject: FALSE\nmail:\nmail: a@contoso.test\nmail: b@contoso.test\n"
            "objectSid:\nobjectSid: S-1-5-18\nmsExchMailboxGuid:\nmsExchMailboxGuid: x\n"
            "mS-DS-ConsistencyGuid:\nmS-DS-ConsistencyGuid: xyz\nemployeeID:\nemployeeID: 1\n",
            has_what_is_behind);
}

static void has_a_binary_anchor(const struct ra_ad_object *o)
{
    struct ra_str rest = o->custom.bytes, name, form, value;

    assert_int_equal(o->custom.count, 3);
    assert_true(ra_list_next(&rest, &name));
    assert_true(ra_list_next(&rest, &form));
    assert_true(ra_list_next(&rest, &value));
    assert_true(ra_str_eq(name, RA_STR("objectSid")));
    assert_true(ra_str_eq(form, RA_STR("b")));
    assert_true(ra_str_eq(value, ra_str_n("\1\1\0\0\0\0\0\5\x12\0\0\0", 12)));
}

/* In a dump it may be text, or bytes that are letters. */
static void the_anchor_of_a_sid_is_made_of_its_bytes(void **state)
{
    (void)state;
    becomes_with(2, "objectClass: user\nobjectSid: S-1-5-18\n", has_a_binary_anchor);
    becomes_with(2, "objectClass: user\nobjectSid:: AQEAAAAAAAUSAAAA\n", has_a_binary_anchor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_attribute_that_has_only_values_of_no_bytes_is_absent),
        cmocka_unit_test(a_value_of_no_bytes_does_not_hide_the_one_behind_it),
        cmocka_unit_test(the_anchor_of_a_sid_is_made_of_its_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
