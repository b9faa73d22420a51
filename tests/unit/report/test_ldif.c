#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/report/fixes.h"
#include "recovery/report/outputs.h"
#include "tests/unit/report/org.h"

#include <stdlib.h>
#include <string.h>

#define ID1   "00000000-0000-0000-0000-000000000001"
#define GUID1 "30475e40-e7ae-4af3-af75-8b143c81daf5"
#define GUID2 "88666888-0101-1111-bbbb-1234567890ab"
#define WANT  "kZj7niGua0Gz92mIDCl+Tw==" /* 9efb9891-ae21-416b-b3f7-69880c297e4f */

static char *text;

static const char *ldif(struct org *o)
{
    const struct ra_report_input *in = org_end(o);
    struct ra_err err = {0};
    struct ra_rows *rows;
    size_t n;
    FILE *fp;

    free(text);
    fp = open_memstream(&text, &n);
    assert_non_null(fp);
    assert_int_equal(ra_rows_open(in, &rows, &err), 0);
    assert_int_equal(ra_ldif_page(in, rows, fp, &err), 0);
    ra_rows_free(&rows);
    fclose(fp);
    return text;
}

static void has(const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is missing in:\n%s", part, text);
}

/* The lines that a program reads: neither comments nor empty. */
static const char *active(void)
{
    static char lines[8192];
    size_t at = 0;

    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\n") + 1;
        if (*p != '#' && *p != '\n') {
            memcpy(lines + at, p, n);
            at += n;
        }
        p += n;
    }
    lines[at] = '\0';
    return lines;
}

static void drift(struct org *o, struct ra_ad_object ad, const char *immutable_id)
{
    org_verdict(o, 0, org_put_ad(o, 0, ad),
                org_put_cloud(o, org_cloud(ID1, "a@contoso.com", immutable_id)), RA_ANCHOR_DRIFT,
                RA_USER);
}

static void a_drifted_anchor_without_an_old_value_is_added(void **state)
{
    struct org o;

    (void)state;
    org_begin(&o);
    drift(&o, org_ad(GUID1, "a@contoso.com", "CN=A,DC=contoso,DC=com"), WANT);
    ldif(&o);
    assert_string_equal(active(), "dn: CN=A,DC=contoso,DC=com\n"
                                  "changetype: modify\n"
                                  "add: mS-DS-ConsistencyGuid\n"
                                  "mS-DS-ConsistencyGuid:: " WANT "\n"
                                  "-\n");
    has("# 1. ANCHOR_DRIFT: a@contoso.com\n");
    has("# old value: (none)\n");
    has("# new value: 9efb9891-ae21-416b-b3f7-69880c297e4f\n");
    has("the first export deletes the synced user");
    org_free(&o);
}

static void an_old_value_is_taken_out_and_stands_in_a_comment(void **state)
{
    struct ra_ad_object ad = org_ad(GUID1, "a@contoso.com", "CN=A,DC=contoso,DC=com");
    struct org o;

    (void)state;
    org_begin(&o);
    ad.consistency_guid = org_guid(GUID2);
    drift(&o, ad, WANT);
    ldif(&o);
    assert_string_equal(active(), "dn: CN=A,DC=contoso,DC=com\n"
                                  "changetype: modify\n"
                                  "delete: mS-DS-ConsistencyGuid\n"
                                  "mS-DS-ConsistencyGuid:: iGhmiAEBERG7uxI0VniQqw==\n"
                                  "-\n"
                                  "add: mS-DS-ConsistencyGuid\n"
                                  "mS-DS-ConsistencyGuid:: " WANT "\n"
                                  "-\n");
    has("# old value: " GUID2 "\n#   Base64:  iGhmiAEBERG7uxI0VniQqw==\n");
    org_free(&o);
}

static void a_dn_that_is_not_ascii_or_ends_in_a_blank_is_base64(void **state)
{
    struct org o;

    (void)state;
    org_begin(&o);
    drift(&o, org_ad(GUID1, "j@contoso.com", "CN=J\xC3\xB6rg,DC=x"), WANT);
    ldif(&o);
    has("\ndn:: Q049SsO2cmcsREM9eA==\n");
    has("# DN:        CN=J\xC3\xB6rg,DC=x\n");
    org_free(&o);
}

static void a_long_dn_is_folded_and_no_line_is_longer_than_the_rfc_advises(void **state)
{
    static const char dn[] = "CN=A person with a rather long name,OU=And a department with a long "
                             "name,OU=In a place with a long name,DC=contoso,DC=com";
    struct org o;
    char joined[400] = "";
    const char *p;

    (void)state;
    org_begin(&o);
    drift(&o, org_ad(GUID1, "a@contoso.com", dn), WANT);
    p = strstr(ldif(&o), "\ndn: ") + 5;
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 78);
    for (;;) {
        strncat(joined, p, strcspn(p, "\n"));
        p += strcspn(p, "\n") + 1;
        if (*p++ != ' ')
            break;
    }
    assert_string_equal(joined, dn);
    org_free(&o);
}

static void a_name_cannot_smuggle_a_record_in(void **state)
{
    struct org o;

    (void)state;
    org_begin(&o);
    drift(&o,
          org_ad(GUID1, "a@contoso.com\n\ndn: CN=x", "CN=A\ndn: CN=Admin\nchangetype: delete\n"),
          WANT);
    ldif(&o);
    assert_null(strstr(text, "\nchangetype: delete"));
    assert_null(strstr(text, "\ndn: CN=Admin"));
    assert_null(strstr(text, "\ndn: CN=x"));
    has("CN=A\\0Adn: CN=Admin\\0Achangetype:");
    org_free(&o);
}

static void a_conflict_is_written_as_a_comment_to_be_confirmed(void **state)
{
    struct org o;

    (void)state;
    org_begin(&o);
    org_verdict(&o, 0, org_put_ad(&o, 0, org_ad(GUID1, "a@contoso.com", "CN=A,DC=x")),
                org_put_cloud(&o, org_cloud(ID1, "a@contoso.com", WANT)), RA_ANCHOR_CONFLICT,
                RA_USER);
    ldif(&o);
    assert_string_equal(active(), "");
    has("# TO BE CONFIRMED");
    has("# dn: CN=A,DC=x\n# changetype: modify\n# add: mS-DS-ConsistencyGuid\n"
        "# mS-DS-ConsistencyGuid:: " WANT "\n# -\n");
    org_free(&o);
}

static void a_group_whose_anchor_cannot_be_seen_gets_no_change_but_the_reason(void **state)
{
    struct ra_cloud_object cloud = org_cloud(ID1, NULL, NULL);
    struct ra_ad_object ad = org_ad(GUID1, NULL, "CN=G,DC=x");
    struct org o;

    (void)state;
    org_begin(&o);
    ad.kind = cloud.kind = RA_GROUP;
    org_verdict(&o, 0, org_put_ad(&o, 0, ad), org_put_cloud(&o, cloud), RA_ANCHOR_CONFLICT,
                RA_GROUP);
    ldif(&o);
    assert_string_equal(active(), "");
    has("The cloud shows no anchor for it.");
    has("# No change is written here; the text above says why.\n");
    org_free(&o);
}

static void an_immutable_id_that_is_not_sixteen_bytes_is_not_written(void **state)
{
    struct org o;

    (void)state;
    org_begin(&o);
    drift(&o, org_ad(GUID1, "a@contoso.com", "CN=A,DC=x"), "employee-4711");
    ldif(&o);
    assert_string_equal(active(), "");
    has("employee-4711, is not 16 bytes");
    org_free(&o);
}

static void another_source_anchor_is_not_repaired_by_consistency_guid(void **state)
{
    struct org o;

    (void)state;
    org_begin(&o);
    o.result.detection.chosen = 1; /* objectGUID */
    drift(&o, org_ad(GUID1, "a@contoso.com", "CN=A,DC=x"), WANT);
    ldif(&o);
    assert_string_equal(active(), "");
    has("The source anchor is objectGUID");
    org_free(&o);
}

static void an_anchor_that_two_objects_would_get_is_left_to_a_person(void **state)
{
    struct org o;
    uint32_t peer;

    (void)state;
    org_begin(&o);
    peer = org_put_cloud(&o, org_cloud(ID1, "a@contoso.com", WANT));
    org_verdict(&o, 0, org_put_ad(&o, 0, org_ad(GUID1, "a@contoso.com", "CN=A,DC=x")), peer,
                RA_ANCHOR_DRIFT, RA_USER);
    org_verdict(&o, 0, org_put_ad(&o, 0, org_ad(GUID2, "b@contoso.com", "CN=B,DC=x")), peer,
                RA_MATCH_HARD, RA_USER);
    ldif(&o);
    assert_string_equal(active(), "");
    has("More than one AD object points at");
    org_free(&o);
}

static void a_binding_to_another_object_is_told_beside_the_change(void **state)
{
    struct org o;

    (void)state;
    org_begin(&o);
    drift(&o, org_ad(GUID1, "a@contoso.com", "CN=A,DC=x"), WANT);
    mem_side_fact(o.cloud_mem, RA_FACT_OOI, ID1, GUID2);
    ldif(&o);
    assert_string_not_equal(active(), "");
    has("{\"onPremisesObjectIdentifier\":null}");
    org_free(&o);
}

static void each_directory_has_its_head_and_drift_comes_before_conflict(void **state)
{
    static const char *const order[] = {"# Directory: contoso\n# Domain:    DC=contoso,DC=com\n",
                                        "# 1. ANCHOR_DRIFT: b@contoso.com",
                                        "# 2. ANCHOR_CONFLICT: a@contoso.com",
                                        "# Directory: fabrikam\n# Domain:    DC=fabrikam,DC=com\n",
                                        "# 3. ANCHOR_DRIFT: c@contoso.com",
                                        NULL};
    const char *last;
    struct org o;

    (void)state;
    org_begin(&o);
    org_verdict(&o, 0, org_put_ad(&o, 0, org_ad(GUID1, "a@contoso.com", "CN=A,DC=contoso,DC=com")),
                org_put_cloud(&o, org_cloud("1", "a@contoso.com", WANT)), RA_ANCHOR_CONFLICT,
                RA_USER);
    org_verdict(&o, 0, org_put_ad(&o, 0, org_ad(GUID2, "b@contoso.com", "CN=B,DC=contoso,DC=com")),
                org_put_cloud(&o, org_cloud("2", "b@contoso.com", WANT)), RA_ANCHOR_DRIFT, RA_USER);
    org_verdict(&o, 1, org_put_ad(&o, 1, org_ad(GUID1, "c@contoso.com", "CN=C,DC=fabrikam,DC=com")),
                org_put_cloud(&o, org_cloud("3", "c@contoso.com", WANT)), RA_ANCHOR_DRIFT, RA_USER);
    last = ldif(&o);
    for (size_t i = 0; order[i]; i++) {
        const char *at = strstr(last, order[i]);
        if (!at)
            fail_msg("%s is out of order in:\n%s", order[i], text);
        last = at;
    }
    org_free(&o);
}

static void nothing_to_repair_is_said(void **state)
{
    struct org o;

    (void)state;
    org_begin(&o);
    ldif(&o);
    assert_string_equal(active(), "");
    has("# Nothing to repair.\n");
    org_free(&o);
}

static void a_value_that_would_not_be_read_back_is_base64(void **state)
{
    static const struct {
        const char *value, *line;
    } rows[] = {{"", "a: \n"},         {"plain", "a: plain\n"}, {" x", "a:: IHg=\n"},
                {":x", "a:: Ong=\n"},  {"<x", "a:: PHg=\n"},    {"x ", "a:: eCA=\n"},
                {"x\ty", "a:: eAl5\n"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ra_fixes l = {.commented = false};
        ra_buf_init(&l.out, 1000);
        ra_fixes_value(&l, "a", ra_str_n(rows[i].value, strlen(rows[i].value)), false);
        assert_string_equal(ra_buf_z(&l.out), rows[i].line);
        ra_buf_free(&l.out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drifted_anchor_without_an_old_value_is_added),
        cmocka_unit_test(an_old_value_is_taken_out_and_stands_in_a_comment),
        cmocka_unit_test(a_dn_that_is_not_ascii_or_ends_in_a_blank_is_base64),
        cmocka_unit_test(a_long_dn_is_folded_and_no_line_is_longer_than_the_rfc_advises),
        cmocka_unit_test(a_name_cannot_smuggle_a_record_in),
        cmocka_unit_test(a_conflict_is_written_as_a_comment_to_be_confirmed),
        cmocka_unit_test(a_group_whose_anchor_cannot_be_seen_gets_no_change_but_the_reason),
        cmocka_unit_test(an_immutable_id_that_is_not_sixteen_bytes_is_not_written),
        cmocka_unit_test(another_source_anchor_is_not_repaired_by_consistency_guid),
        cmocka_unit_test(an_anchor_that_two_objects_would_get_is_left_to_a_person),
        cmocka_unit_test(a_binding_to_another_object_is_told_beside_the_change),
        cmocka_unit_test(each_directory_has_its_head_and_drift_comes_before_conflict),
        cmocka_unit_test(a_value_that_would_not_be_read_back_is_base64),
        cmocka_unit_test(nothing_to_repair_is_said),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);

    free(text);
    return rc;
}
