#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/report/outputs.h"
#include "src/base/file.h"
#include "tests/unit/report/org.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID1   "00000000-0000-0000-0000-000000000001"
#define ID2   "00000000-0000-0000-0000-000000000002"
#define GUID1 "30475e40-e7ae-4af3-af75-8b143c81daf5"

/* Writes the set into a folder of its own and reads one of its files. */
static char *written(const struct ra_report_input *in, const char *file)
{
    char dir[] = "/tmp/reanchor-report-XXXXXX", path[128];
    struct ra_err err = {0};
    struct ra_buf b;
    char *text;

    assert_non_null(mkdtemp(dir));
    if (ra_report_write(dir, in, ra_report_plan_bytes, &RA_STR("{}\n"), &err) != 0)
        fail_msg("%s", err.msg);
    snprintf(path, sizeof path, "%s/%s", dir, file);
    assert_int_equal(ra_file_read(path, (size_t)1 << 24, RA_EIO, &b, &err), 0);
    text = ra_strdup(ra_buf_z(&b));
    ra_buf_free(&b);
    snprintf(path, sizeof path, "rm -r %s", dir);
    assert_int_equal(system(path), 0);
    return text;
}

static void org_with_one_match(struct org *o)
{
    static const char *const addresses[] = {"SMTP:Anna@contoso.com", "smtp:a@contoso.com", NULL};
    static struct ra_buf room;
    struct ra_ad_object ad = org_ad(GUID1, "Anna@Contoso.com", "CN=Anna,DC=contoso,DC=com");
    struct ra_cloud_object cloud = org_cloud(ID1, "Anna@contoso.com", "QF5HMK7n80qvdYsUPIHa9Q==");
    struct ra_verdict *v;

    ra_buf_free(&room);
    org_begin(o);
    ad.proxies = mem_list(&room, addresses);
    ad.sam = RA_STR("anna");
    ad.sid = RA_STR("S-1-5-21-1-2-3-1105");
    cloud.sid = ad.sid;
    v = org_verdict(o, 0, org_put_ad(o, 0, ad), org_put_cloud(o, cloud), RA_MATCH_HARD, RA_USER);
    v->warnings = 1u << RA_NEEDS_STAMP | 1u << RA_WARN_OOI_UNKNOWN;
    v->row = 30;
}

static void
a_verdict_is_one_line_of_json_with_every_field_and_null_where_there_is_nothing(void **state)
{
    static const char want[] =
        "{\"type\":\"verdict\",\"side\":\"ad\",\"kind\":\"user\",\"code\":\"MATCH_HARD\","
        "\"class\":\"matched\",\"row\":30,\"confidence\":\"H\","
        "\"ad\":{\"directory\":\"contoso\",\"dn\":\"CN=Anna,DC=contoso,DC=com\","
        "\"object_guid\":\"" GUID1 "\",\"anchor\":\"QF5HMK7n80qvdYsUPIHa9Q==\","
        "\"consistency_guid\":null,\"sid\":\"S-1-5-21-1-2-3-1105\",\"upn\":\"anna@contoso.com\","
        "\"smtp\":\"anna@contoso.com\",\"sam\":\"anna\",\"name\":null},"
        "\"cloud\":{\"id\":\"" ID1 "\",\"kind\":\"user\",\"upn\":\"Anna@contoso.com\","
        "\"immutable_id\":\"QF5HMK7n80qvdYsUPIHa9Q==\",\"sync_enabled\":true,"
        "\"sid\":\"S-1-5-21-1-2-3-1105\",\"smtp\":null,\"object_identifier\":null,\"name\":null},"
        "\"warnings\":[\"NEEDS_STAMP\",\"WARN_OOI_UNKNOWN\"],\"blocks\":[],\"cause\":null,"
        "\"server_error\":null,\"remedy\":\"Nothing to do: it re-joins by its anchor. ";
    struct org o;
    char *text;

    (void)state;
    org_with_one_match(&o);
    text = written(org_end(&o), "verdicts.ndjson");
    assert_memory_equal(text, want, sizeof want - 1);
    free(text);
    org_free(&o);
}

static void blocks_stand_in_rule_order_and_the_cause_and_server_error_are_named(void **state)
{
    struct org o;
    struct ra_verdict *v;
    char *text;

    (void)state;
    org_begin(&o);
    v = org_verdict(&o, 0, org_put_ad(&o, 0, org_ad(GUID1, "a@contoso.com", "CN=A")),
                    org_put_cloud(&o, org_cloud(ID1, "a@contoso.com", NULL)), RA_BLOCK_HARD_FLAG,
                    RA_USER);
    v->blocks = UINT64_C(1) << RA_BLOCK_OOI | UINT64_C(1) << RA_BLOCK_HARD_FLAG |
                UINT64_C(1) << RA_BLOCK_ROLE;
    v = org_verdict(&o, 0, RA_NONE, org_put_cloud(&o, org_cloud(ID2, "b@contoso.com", "x")),
                    RA_STALE_ANCHOR, RA_USER);
    v->cause = RA_CAUSE_AD_DELETED;
    text = written(org_end(&o), "verdicts.ndjson");
    assert_non_null(
        strstr(text, "\"blocks\":[\"BLOCK_HARD_FLAG\",\"BLOCK_ROLE\",\"BLOCK_OOI\"],\"cause\":null,"
                     "\"server_error\":\"InvalidHardMatch\""));
    assert_non_null(strstr(text, "\"ad\":null"));
    assert_non_null(strstr(text, "\"cause\":\"ad-deleted\","
                                 "\"server_error\":\"DeletingCloudOnlyObjectNotAllowed\""));
    free(text);
    org_free(&o);
}

/* Where each of the needles stands first; they must come in this order. */
static void assert_order(const char *text, const char *const *needles)
{
    const char *last = text;

    for (; *needles; needles++) {
        const char *at = strstr(text, *needles);
        if (!at || at < last)
            fail_msg("%s is out of order", *needles);
        last = at;
    }
}

static void verdicts_are_sorted_by_side_kind_and_the_text_of_their_identifier(void **state)
{
    static const char *const order[] = {"\"dn\":\"CN=comp\"",
                                        "\"dn\":\"CN=group\"",
                                        "\"dn\":\"CN=u2\"",
                                        "\"dn\":\"CN=u1\"",
                                        "\"id\":\"00000000-0000-0000-0000-0000000000ff\"",
                                        "\"id\":\"1-not-a-guid\"",
                                        "\"id\":\"20000000-0000-0000-0000-000000000000\"",
                                        "\"type\":\"summary\"",
                                        NULL};
    struct ra_ad_object group, comp;
    struct org o;
    char *text;

    (void)state;
    org_begin(&o);
    group = org_ad("f0000000-0000-0000-0000-000000000000", NULL, "CN=group");
    comp = org_ad("ff000000-0000-0000-0000-000000000000", NULL, "CN=comp");
    group.kind = RA_GROUP;
    comp.kind = RA_COMPUTER;
    org_verdict(&o, 0,
                org_put_ad(&o, 0, org_ad("01000000-0000-0000-0000-000000000000", "1@x", "CN=u1")),
                RA_NONE, RA_ADD, RA_USER);
    org_verdict(&o, 0,
                org_put_ad(&o, 0, org_ad("00000002-0000-0000-0000-000000000000", "2@x", "CN=u2")),
                RA_NONE, RA_ADD, RA_USER);
    org_verdict(&o, 0, org_put_ad(&o, 0, group), RA_NONE, RA_ADD, RA_GROUP);
    org_verdict(&o, 0, org_put_ad(&o, 0, comp), RA_NONE, RA_ADD, RA_COMPUTER);
    org_verdict(&o, 0, RA_NONE,
                org_put_cloud(&o, org_cloud("20000000-0000-0000-0000-000000000000", "a@x", "a")),
                RA_ORPHAN, RA_USER);
    org_verdict(&o, 0, RA_NONE, org_put_cloud(&o, org_cloud("1-not-a-guid", "b@x", "b")), RA_ORPHAN,
                RA_USER);
    org_verdict(&o, 0, RA_NONE,
                org_put_cloud(&o, org_cloud("00000000-0000-0000-0000-0000000000FF", "c@x", "c")),
                RA_ORPHAN, RA_USER);
    text = written(org_end(&o), "verdicts.ndjson");
    assert_order(text, order);
    free(text);
    org_free(&o);
}

static void one_guid_in_two_directories_is_sorted_by_directory_then_dn(void **state)
{
    static const char *const order[] = {"\"dn\":\"CN=b\"", "\"dn\":\"CN=z\"", "\"dn\":\"CN=a\"",
                                        NULL};
    struct org o;
    char *text;

    (void)state;
    org_begin(&o);
    org_verdict(&o, 0, org_put_ad(&o, 0, org_ad(GUID1, "z@x", "CN=z")), RA_NONE, RA_ADD, RA_USER);
    org_verdict(&o, 0, org_put_ad(&o, 0, org_ad(GUID1, "b@x", "CN=b")), RA_NONE, RA_ADD, RA_USER);
    org_verdict(&o, 1, org_put_ad(&o, 1, org_ad(GUID1, "a@x", "CN=a")), RA_NONE, RA_ADD, RA_USER);
    text = written(org_end(&o), "verdicts.ndjson");
    assert_order(text, order);
    free(text);
    org_free(&o);
}

static void the_identifier_the_cloud_is_bound_to_comes_from_the_facts(void **state)
{
    struct org o;
    char *text;

    (void)state;
    org_with_one_match(&o);
    mem_side_fact(o.cloud_mem, RA_FACT_OOI, ID1, "30475E40-E7AE-4AF3-AF75-8B143C81DAF5");
    text = written(org_end(&o), "verdicts.ndjson");
    assert_non_null(strstr(text, "\"object_identifier\":\"" GUID1 "\""));
    free(text);
    org_free(&o);
}

static void a_consistency_guid_is_a_guid_or_else_its_base64(void **state)
{
    struct ra_ad_object odd = org_ad(GUID1, "a@contoso.com", "CN=a");
    struct ra_ad_object even = org_ad(ID1, "b@contoso.com", "CN=b");
    struct org o;
    char *text;

    (void)state;
    org_begin(&o);
    odd.consistency_guid = RA_STR("\x01\x02\x03");
    even.consistency_guid = org_guid(ID2);
    org_verdict(&o, 0, org_put_ad(&o, 0, odd), RA_NONE, RA_ADD, RA_USER);
    org_verdict(&o, 0, org_put_ad(&o, 0, even), RA_NONE, RA_ADD, RA_USER);
    text = written(org_end(&o), "verdicts.ndjson");
    assert_non_null(strstr(text, "\"anchor\":\"AQID\",\"consistency_guid\":\"AQID\""));
    assert_non_null(strstr(text, "\"consistency_guid\":\"" ID2 "\""));
    free(text);
    org_free(&o);
}

static void an_unusable_upn_is_shown_as_what_the_cloud_would_get(void **state)
{
    struct ra_ad_object ad = org_ad(GUID1, "Anna@nowhere.local", "CN=a");
    struct org o;
    char *text;

    (void)state;
    org_begin(&o);
    ad.nickname = RA_STR("Anna.B");
    org_verdict(&o, 0, org_put_ad(&o, 0, ad), RA_NONE, RA_ADD, RA_USER);
    text = written(org_end(&o), "verdicts.ndjson");
    assert_non_null(strstr(text, "\"upn\":\"anna.b@contoso.onmicrosoft.com\""));
    free(text);
    org_free(&o);
}

static void
the_summary_comes_last_and_has_gate_counts_anchor_deletes_snapshots_and_flags(void **state)
{
    static char reasons[][64] = {"ORPHAN 1"};
    struct org o;
    char *text, *summary;

    (void)state;
    org_with_one_match(&o);
    org_verdict(&o, 0, RA_NONE, org_put_cloud(&o, org_cloud(ID2, "b@contoso.com", "x")), RA_ORPHAN,
                RA_USER);
    o.result.gate = RA_GATE_ACTION;
    o.result.reasons = reasons;
    o.result.reasons_n = 1;
    o.result.deletes = 1;
    o.result.deletes_percent = 100.0 / 1600;
    o.result.deleted_unclaimed = 4;
    o.tenant.prevention = RA_PREVENTION_COUNT;
    o.tenant.threshold = 500;
    text = written(org_end(&o), "verdicts.ndjson");
    summary = strstr(text, "{\"type\":\"summary\"");
    assert_non_null(summary);
    assert_true(summary[-1] == '\n');
    assert_non_null(strstr(summary, "\"gate\":\"ACTION\",\"reasons\":[\"ORPHAN 1\"],"
                                    "\"counts\":{\"MATCH_HARD\":1,\"ORPHAN\":1}"));
    assert_non_null(strstr(summary, "\"anchor\":{\"attribute\":\"mS-DS-ConsistencyGuid\","
                                    "\"configured\":\"auto\""));
    assert_non_null(
        strstr(summary, "\"candidates\":{\"mS-DS-ConsistencyGuid\":9,\"objectGUID\":7}"));
    assert_non_null(strstr(summary, "\"deletes\":{\"count\":1,\"threshold\":500,\"percent\":0.06"));
    assert_non_null(strstr(summary, "\"deleted_unclaimed\":4"));
    assert_non_null(strstr(summary, "\"snapshots\":{\"cloud\":{\"complete\":true,\"objects\":2"));
    assert_non_null(strstr(summary, "\"ad\":{\"complete\":true,\"objects\":1"));
    assert_non_null(
        strstr(summary, "\"flags\":{\"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled\":null,"
                        "\"blockCloudObjectTakeoverThroughHardMatchEnabled\":null,"
                        "\"blockSoftMatchEnabled\":true,\"passwordSyncEnabled\":true,"
                        "\"softMatchOnUpnEnabled\":null}"));
    assert_true(summary[strlen(summary) - 1] == '\n' && strchr(summary, '\n')[1] == '\0');
    free(text);
    org_free(&o);
}

static void the_threshold_is_null_unless_the_tenant_counts(void **state)
{
    struct org o;
    char *text;

    (void)state;
    org_with_one_match(&o);
    o.tenant.prevention = RA_PREVENTION_PERCENT;
    o.tenant.threshold = 10;
    text = written(org_end(&o), "verdicts.ndjson");
    assert_non_null(strstr(text, "\"threshold\":null"));
    free(text);
    org_free(&o);
}

static void the_same_data_gives_the_same_bytes_whatever_the_clock_says(void **state)
{
    struct org o;
    const struct ra_report_input *in;
    char *first, *second;

    (void)state;
    org_with_one_match(&o);
    in = org_end(&o);
    first = written(in, "verdicts.ndjson");
    o.in.now += 86400;
    o.cloud_snapshot.created += 3600;
    second = written(in, "verdicts.ndjson");
    assert_string_equal(first, second);
    free(first);
    free(second);
    org_free(&o);
}

static void the_csv_has_a_header_the_same_fields_and_three_blank_columns(void **state)
{
    static const char want[] =
        "side,kind,code,class,row,confidence,ad_directory,ad_dn,ad_object_guid,ad_anchor,"
        "ad_consistency_guid,ad_sid,ad_upn,ad_smtp,ad_sam,ad_name,cloud_id,cloud_kind,cloud_upn,"
        "cloud_immutable_id,cloud_sync_enabled,cloud_sid,cloud_smtp,cloud_object_identifier,"
        "cloud_name,warnings,blocks,cause,server_error,remedy,owner,decision,note\n"
        "ad,user,MATCH_HARD,matched,30,H,contoso,\"CN=Anna,DC=contoso,DC=com\"," GUID1
        ",QF5HMK7n80qvdYsUPIHa9Q==,,S-1-5-21-1-2-3-1105,anna@contoso.com,anna@contoso.com,anna,"
        "," ID1 ",user,Anna@contoso.com,QF5HMK7n80qvdYsUPIHa9Q==,true,S-1-5-21-1-2-3-1105,,,,"
        "NEEDS_STAMP WARN_OOI_UNKNOWN,,,,";
    struct org o;
    char *text;

    (void)state;
    org_with_one_match(&o);
    text = written(org_end(&o), "verdicts.csv");
    assert_memory_equal(text, want, sizeof want - 1);
    assert_string_equal(text + strlen(text) - 4, ",,,\n");
    free(text);
    org_free(&o);
}

static void
a_name_that_a_spreadsheet_would_run_is_disarmed_and_an_anchor_is_left_as_it_is(void **state)
{
    struct ra_ad_object ad =
        org_ad("88666888-0101-1111-bbbb-1234567890ab", "a@contoso.com", "CN=a");
    struct org o;
    char *text;

    (void)state;
    org_begin(&o);
    ad.display_name = RA_STR("=cmd|'/C calc'!A0");
    org_verdict(&o, 0, org_put_ad(&o, 0, ad),
                org_put_cloud(&o, org_cloud(ID1, "a@contoso.com", "+5j7niGua0Gz92mIDCl+Tw==")),
                RA_ANCHOR_CONFLICT, RA_USER);
    text = written(org_end(&o), "verdicts.csv");
    assert_non_null(strstr(text, ",'=cmd|'/C calc'!A0,"));
    assert_non_null(strstr(text, ",+5j7niGua0Gz92mIDCl+Tw==,true,"));
    free(text);
    org_free(&o);
}

static void a_damaged_record_leaves_the_old_report_as_it_was(void **state)
{
    char dir[] = "/tmp/reanchor-report-XXXXXX", path[128];
    struct ra_err err = {0};
    struct ra_buf b;
    struct org o;

    (void)state;
    assert_non_null(mkdtemp(dir));
    org_with_one_match(&o);
    assert_int_equal(
        ra_report_write(dir, org_end(&o), ra_report_plan_bytes, &RA_STR("old\n"), &err), 0);
    o.verdicts[0].cloud = 17;
    assert_int_equal(ra_report_write(dir, &o.in, ra_report_plan_bytes, &RA_STR("new\n"), &err),
                     -(int)RA_EINTEGRITY);
    assert_string_equal(err.msg, "snapshot cloud: record 17 is damaged");
    snprintf(path, sizeof path, "%s/plan.json", dir);
    assert_int_equal(ra_file_read(path, 100, RA_EIO, &b, &err), 0);
    assert_string_equal(ra_buf_z(&b), "old\n");
    ra_buf_free(&b);
    snprintf(path, sizeof path, "test \"$(ls %s | wc -l)\" = 5 && rm -r %s", dir, dir);
    assert_int_equal(system(path), 0);
    org_free(&o);
}

static void the_folder_is_made_for_its_owner_alone(void **state)
{
    char dir[] = "/tmp/reanchor-report-XXXXXX", path[128];
    struct ra_err err = {0};
    struct stat st;
    struct org o;

    (void)state;
    assert_non_null(mkdtemp(dir));
    org_with_one_match(&o);
    snprintf(path, sizeof path, "%s/new/report", dir);
    assert_int_equal(ra_report_write(path, org_end(&o), ra_report_plan_bytes, &RA_STR("{}"), &err),
                     0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    strcat(path, "/verdicts.csv");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    snprintf(path, sizeof path, "rm -r %s", dir);
    assert_int_equal(system(path), 0);
    org_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_verdict_is_one_line_of_json_with_every_field_and_null_where_there_is_nothing),
        cmocka_unit_test(blocks_stand_in_rule_order_and_the_cause_and_server_error_are_named),
        cmocka_unit_test(verdicts_are_sorted_by_side_kind_and_the_text_of_their_identifier),
        cmocka_unit_test(one_guid_in_two_directories_is_sorted_by_directory_then_dn),
        cmocka_unit_test(the_identifier_the_cloud_is_bound_to_comes_from_the_facts),
        cmocka_unit_test(a_consistency_guid_is_a_guid_or_else_its_base64),
        cmocka_unit_test(an_unusable_upn_is_shown_as_what_the_cloud_would_get),
        cmocka_unit_test(
            the_summary_comes_last_and_has_gate_counts_anchor_deletes_snapshots_and_flags),
        cmocka_unit_test(the_threshold_is_null_unless_the_tenant_counts),
        cmocka_unit_test(the_same_data_gives_the_same_bytes_whatever_the_clock_says),
        cmocka_unit_test(the_csv_has_a_header_the_same_fields_and_three_blank_columns),
        cmocka_unit_test(
            a_name_that_a_spreadsheet_would_run_is_disarmed_and_an_anchor_is_left_as_it_is),
        cmocka_unit_test(a_damaged_record_leaves_the_old_report_as_it_was),
        cmocka_unit_test(the_folder_is_made_for_its_owner_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
