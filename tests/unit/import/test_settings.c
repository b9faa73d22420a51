#include "recovery/import/adsync.h"
#include "tests/unit/import/given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct read {
    int rc;
    struct ra_err err;
    struct ra_adsync a;
};

static void read_settings(struct read *r, const char *text)
{
    const struct ra_import_sink sink = {0};
    char path[64];

    *r = (struct read){0};
    given_file(text, strlen(text), path);
    r->rc = ra_adsync_read(path, &sink, &r->a, &r->err);
    given_gone(path);
}

static void said(const char *text, const char *want)
{
    struct read r;

    read_settings(&r, text);
    assert_int_equal(r.rc, -(int)RA_EINPUT);
    assert_string_equal(given_said(r.err.msg), want);
}

#define PARTITION(in, out)                                                                         \
    "{\"distinguishedName\":\"DC=contoso,DC=com\",\"containerInclusions\":[" in                    \
    "],\"containerExclusions\":[" out "]}"
#define POLICY(partitions)                                                                         \
    "{\"onpremisesDirectoryPolicy\":[{\"fullyQualifiedDomainName\":\"contoso.com\","               \
    "\"partitionFilters\":[" partitions "]}]}"

static void config_is(const char *text, const char *want)
{
    struct ra_buf out;
    struct read r;
    const char *from;

    read_settings(&r, text);
    assert_int_equal(r.rc, 0);
    ra_buf_init(&out, 65536);
    ra_adsync_config(&r.a, "p", &out);
    from = strstr(ra_buf_z(&out), "\n\n");
    assert_non_null(from);
    assert_string_equal(from + 2, want);
    ra_buf_free(&out);
    ra_adsync_free(&r.a);
}

#define ANCHOR_AUTO                                                                                \
    "[anchor]\n; The file does not name the source anchor attribute.\nattribute = auto\n"

static void a_whole_domain_is_one_section(void **state)
{
    (void)state;
    config_is(POLICY(PARTITION("\"DC=contoso,DC=com\"", "")),
              "[ad:contoso.com]\nuri = ldaps://contoso.com\n\n" ANCHOR_AUTO);
    config_is(POLICY(PARTITION("", "")),
              "[ad:contoso.com]\nuri = ldaps://contoso.com\n\n" ANCHOR_AUTO);
}

static void an_ou_below_a_deselected_domain_is_an_include(void **state)
{
    (void)state;
    config_is(POLICY(PARTITION("\"OU=People,DC=contoso,DC=com\"",
                               "\"DC=contoso,DC=com\",\"OU=Old,OU=People,DC=contoso,DC=com\"")),
              "[ad:contoso.com]\nuri = ldaps://contoso.com\ninclude = OU=People,DC=contoso,DC=com\n"
              "exclude = OU=Old,OU=People,DC=contoso,DC=com\n\n" ANCHOR_AUTO);
}

static void a_deselected_ou_of_a_whole_domain_is_an_exclude(void **state)
{
    (void)state;
    config_is(POLICY(PARTITION("\"DC=contoso,DC=com\"", "\"CN=Users,DC=contoso,DC=com\"")),
              "[ad:contoso.com]\nuri = ldaps://contoso.com\nexclude = CN=Users,DC=contoso,DC=com\n"
              "\n" ANCHOR_AUTO);
}

static void what_include_cannot_say_is_said_in_a_comment(void **state)
{
    (void)state;
    config_is(POLICY(PARTITION("\"DC=contoso,DC=com\",\"OU=B,OU=A,DC=contoso,DC=com\"",
                               "\"OU=A,DC=contoso,DC=com\"")),
              "[ad:contoso.com]\nuri = ldaps://contoso.com\nexclude = OU=A,DC=contoso,DC=com\n"
              "; selected too, below an exclude, which include cannot say: "
              "OU=B,OU=A,DC=contoso,DC=com\n\n" ANCHOR_AUTO);
}

static void a_domain_that_was_not_selected_is_no_section(void **state)
{
    (void)state;
    config_is(POLICY(PARTITION("", "\"DC=contoso,DC=com\"")), ANCHOR_AUTO);
    config_is(POLICY("{\"distinguishedName\":\"CN=Configuration,DC=contoso,DC=com\"}"),
              ANCHOR_AUTO);
}

static void the_attributes_are_found_as_wizard_and_server_name_them(void **state)
{
    (void)state;
    config_is("{\"Parameters\":[{\"Name\":\"Microsoft.SynchronizationOption.AnchorAttribute\","
              "\"Value\":\"mS-DS-ConsistencyGuid\"},{\"Name\":"
              "\"Microsoft.SynchronizationOption.UPNAttribute\",\"Value\":\"mail\"}]}",
              "[anchor]\nattribute = mS-DS-ConsistencyGuid\nlogin_attribute = mail\n");
    config_is(
        "{\"onpremisesDirectoryPolicy\":{},\"azureDirectoryPolicy\":{\"sourceAnchorAttribute\":"
        "\"employeeID\",\"customSynchronizationRules\":[{\"sourceAnchor\":\"no\"}]}}",
        "; The old server had 1 rules of its own, which no option here replaces:\n;   \n\n"
        "[anchor]\nattribute = employeeID\n");
}

static void rules_of_ones_own_are_named_with_what_they_decide(void **state)
{
    (void)state;
    config_is("{\"onpremisesDirectoryPolicy\":[{\"customSynchronizationRules\":[{\"name\":\"No "
              "trainees\\n\",\"attributeMappings\":[{\"destination\":\"cloudFiltered\"},"
              "{\"destination\":\"title\"}]}]}]}",
              "; The old server had 1 rules of its own, which no option here replaces:\n"
              ";   No trainees  (sets cloudFiltered)\n\n" ANCHOR_AUTO);
}

static void damage_is_named_with_its_line(void **state)
{
    (void)state;
    said("{\n\"onpremisesDirectoryPolicy\": [\n}",
         "line 3: '}' is no JSON that goes on, want a value, or the rest of one");
    said("", "line 1: is empty, want a JSON object");
    said("{\"a\":1}",
         "line 1: neither onpremisesDirectoryPolicy, as Entra Connect's wizard writes it, nor the "
         "parameters of Get-ADSyncGlobalSettings");
    said("{\"onpremisesDirectoryPolicy\":[{\"partitionFilters\":[\n{\"distinguishedName\":"
         "\n\"Rome\"}"
         "]}]}",
         "line 3: distinguishedName has 'Rome', want a DN");
    said("{\"onpremisesDirectoryPolicy\":[],\n\"anchorAttribute\":\"a b\"}",
         "line 2: 'a b', want the name of an attribute");
}

int run_settings(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_domain_is_one_section),
        cmocka_unit_test(an_ou_below_a_deselected_domain_is_an_include),
        cmocka_unit_test(a_deselected_ou_of_a_whole_domain_is_an_exclude),
        cmocka_unit_test(what_include_cannot_say_is_said_in_a_comment),
        cmocka_unit_test(a_domain_that_was_not_selected_is_no_section),
        cmocka_unit_test(the_attributes_are_found_as_wizard_and_server_name_them),
        cmocka_unit_test(rules_of_ones_own_are_named_with_what_they_decide),
        cmocka_unit_test(damage_is_named_with_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
