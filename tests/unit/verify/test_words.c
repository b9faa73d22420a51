/* How findings are put: NDJSON, text, the line for a monitoring system, redaction. */
#include "src/base/file.h"
#include "tests/unit/verify/violation.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static int keep(void *ctx, const struct ra_buf *text, struct ra_err *err)
{
    (void)err;
    ra_buf_put(ctx, text->p, text->n);
    return 0;
}

/* Two people with each other's anchors. */
static const struct ra_verified *swapped(struct scene *s)
{
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = annas_peer(s), q = annas_peer(s);

    q.o.id = RA_STR("bbbb");
    q.o.upn = RA_STR("berta@contoso.com");
    q.o.sid = b.sid;
    q.o.immutable_id = anchor_of(s, b.guid);
    q.o.proxies = list(s, "SMTP:berta@contoso.com", NULL);
    a.consistency_guid = b.guid;
    b.consistency_guid = a.guid;
    put_ad(s, &a);
    put_ad(s, &b);
    put_cloud(s, &p);
    put_cloud(s, &q);
    return verify(s);
}

static void json(const struct ra_verified *v, struct ra_buf *out)
{
    struct ra_err err = {0};

    ra_buf_init(out, 1 << 20);
    assert_int_equal(ra_verify_json(verify_input(), v, keep, out, &err), 0);
}

static void text(const struct ra_verified *v, size_t per_check, struct ra_buf *out)
{
    const struct ra_report_style style = {.width = 0};
    struct ra_err err = {0};

    ra_buf_init(out, 1 << 20);
    assert_int_equal(ra_verify_text(verify_input(), v, &style, per_check, keep, out, &err), 0);
}

static const char *at(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static void each_finding_is_a_json_line_with_both_objects_and_the_other_pair(void **state)
{
    struct ra_buf b;
    const cJSON *other;
    cJSON *line;

    json(swapped(*state), &b);
    line = cJSON_ParseWithLength(b.p, strcspn(ra_buf_z(&b), "\n"));
    assert_non_null(line);
    assert_string_equal(at(line, "type"), "finding");
    assert_string_equal(at(line, "check"), "V6");
    assert_string_equal(at(line, "name"), "sid");
    assert_string_equal(at(line, "reason"), "sid-cross");
    assert_string_equal(at(line, "severity"), "critical");
    assert_string_equal(at(line, "kind"), "user");
    assert_string_equal(at(cJSON_GetObjectItem(line, "ad"), "upn"), "anna@contoso.com");
    assert_string_equal(at(cJSON_GetObjectItem(line, "cloud"), "upn"), "berta@contoso.com");
    other = cJSON_GetObjectItem(line, "other");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(other, "ad")));
    assert_string_equal(at(cJSON_GetObjectItem(other, "cloud"), "upn"), "anna@contoso.com");
    assert_true(strlen(at(line, "remedy")) > 20);
    cJSON_Delete(line);
    ra_buf_free(&b);
}

static void the_last_json_line_is_the_summary_with_every_check(void **state)
{
    struct ra_buf b;
    const char *last;
    cJSON *line;

    json(swapped(*state), &b);
    last = strstr(ra_buf_z(&b), "{\"type\":\"summary\"");
    line = cJSON_Parse(last);
    assert_non_null(line);
    assert_string_equal(at(line, "worst"), "critical");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(line, "checks")), RA_CHECKS);
    assert_int_equal(
        cJSON_GetObjectItem(cJSON_GetObjectItem(line, "findings"), "critical")->valueint, 2);
    assert_int_equal(cJSON_GetObjectItem(line, "migrated")->valueint, 2);
    cJSON_Delete(line);
    ra_buf_free(&b);
}

static void redaction_leaves_identifiers_and_no_name(void **state)
{
    static const unsigned char key[RA_REDACT_KEY] = {1};
    const struct ra_verified *v = swapped(*state);
    struct ra_report_input in = *verify_input();
    struct ra_err err = {0};
    struct ra_buf b;

    in.redact_key = key;
    ra_buf_init(&b, 1 << 20);
    assert_int_equal(ra_verify_json(&in, v, keep, &b, &err), 0);
    assert_null(strstr(ra_buf_z(&b), "anna"));
    assert_null(strstr(ra_buf_z(&b), "Berta"));
    assert_non_null(strstr(ra_buf_z(&b), ANNAS_GUID));
    ra_buf_free(&b);
}

static void the_text_names_the_rest_that_it_leaves_out(void **state)
{
    const struct ra_verified *v = swapped(*state);
    struct ra_buf b;

    text(v, 1, &b);
    assert_non_null(strstr(ra_buf_z(&b), "critical  2 findings: 2 critical, 0 high"));
    assert_non_null(strstr(ra_buf_z(&b), "V6 critical  sid-cross  2\n"));
    assert_non_null(strstr(ra_buf_z(&b), "  - AD         CN=Anna,OU=Sales,DC=contoso,DC=com, UPN"));
    assert_non_null(strstr(ra_buf_z(&b), "and 1 more; --all or --json lists them"));
    ra_buf_free(&b);
    text(v, 0, &b);
    assert_null(strstr(ra_buf_z(&b), "more; --all"));
    ra_buf_free(&b);
}

static void a_clean_text_says_so(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);
    struct ra_buf b;

    a.consistency_guid = a.guid;
    put_ad(s, &a);
    put_cloud(s, &p);
    text(verify(s), 0, &b);
    assert_memory_equal(b.p, "OK  No check found anything.\n", 29);
    ra_buf_free(&b);
}

static void what_was_not_looked_at_is_told_with_how_many(void **state)
{
    struct ra_verified v = *swapped(*state);
    struct ra_buf b;

    v.unchecked[v.unchecked_n++] = (struct ra_unchecked){5, 1234, "identifiers were not read"};
    text(&v, 0, &b);
    assert_non_null(strstr(ra_buf_z(&b), "Not looked at"));
    assert_non_null(strstr(ra_buf_z(&b), "V5: identifiers were not read (1,234)"));
    ra_buf_free(&b);
}

static void a_upn_in_a_finding_is_redacted(void **state)
{
    static const unsigned char key[RA_REDACT_KEY] = {7};
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = annas_peer(s), q = bertas_peer(s, &b);
    const struct ra_verified *v;
    struct ra_report_input in;
    struct ra_err err = {0};
    struct ra_buf out;

    b.login = b.upn = a.upn;
    put(s, &a, &p);
    put(s, &b, &q);
    v = verify(s);
    assert_int_equal(v->reasons[RA_R_DUP_UPN], 1);
    in = *verify_input();
    in.redact_key = key;
    ra_buf_init(&out, 1 << 20);
    assert_int_equal(ra_verify_json(&in, v, keep, &out, &err), 0);
    assert_null(strstr(ra_buf_z(&out), "anna@contoso.com"));
    ra_buf_free(&out);
}

static void the_line_for_monitoring_goes_by_the_severity_that_counts(void **state)
{
    const struct ra_verified *v = swapped(*state);
    struct ra_buf b;

    ra_buf_init(&b, 4096);
    ra_verify_check_line(verify_input(), v, RA_SEVERITY_WARNING, &b);
    assert_memory_equal(ra_buf_z(&b),
                        "ANCHORS CRITICAL - 2 critical, 0 high, 0 warning, 0 info (V6 2) | "
                        "critical=2;;;0 high=0;;;0 warning=0;;;0 info=0;;;0 V1=0;;;0 ",
                        120);
    assert_int_equal(ra_verify_status(v, RA_SEVERITY_CRITICAL), RA_PLUGIN_CRITICAL);
    ra_buf_free(&b);
}

static void an_info_is_a_warning_only_where_infos_count(void **state)
{
    struct ra_verified v = {.n = 1};

    (void)state;
    v.reasons[RA_R_CASE_TWINS] = 1;
    assert_int_equal(ra_verify_status(&v, RA_SEVERITY_WARNING), RA_PLUGIN_OK);
    assert_int_equal(ra_verify_status(&v, RA_SEVERITY_INFO), RA_PLUGIN_WARNING);
}

static void severities_are_read_by_name(void **state)
{
    enum ra_severity s;

    (void)state;
    assert_true(ra_severity_parse(RA_STR("High"), &s));
    assert_int_equal(s, RA_SEVERITY_HIGH);
    assert_false(ra_severity_parse(RA_STR("grave"), &s));
}

static void the_documentation_has_every_reason_with_its_words(void **state)
{
    struct ra_buf page, row;
    struct ra_err err = {0};

    (void)state;
    ra_buf_init(&row, 1 << 16);
    assert_int_equal(
        ra_file_read(RA_SOURCE_DIR "/docs/integrity.md", 1 << 20, RA_EINPUT, &page, &err), 0);
    for (int r = 0; r < RA_REASONS; r++) {
        const struct ra_reason_info *i = ra_reason_info((enum ra_reason)r);
        ra_buf_clear(&row);
        ra_buf_printf(&row, "| V%u | `%s` | %s | %s | %s |\n", i->check, i->name,
                      ra_severity_name(i->severity), i->what, i->remedy);
        if (!strstr(ra_buf_z(&page), ra_buf_z(&row)))
            fail_msg("docs/integrity.md lacks: %s", ra_buf_z(&row));
    }
    ra_buf_free(&row);
    ra_buf_free(&page);
}

struct chapter words_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(each_finding_is_a_json_line_with_both_objects_and_the_other_pair),
        IN_SCENE(the_last_json_line_is_the_summary_with_every_check),
        IN_SCENE(redaction_leaves_identifiers_and_no_name),
        IN_SCENE(the_text_names_the_rest_that_it_leaves_out),
        IN_SCENE(a_clean_text_says_so),
        IN_SCENE(what_was_not_looked_at_is_told_with_how_many),
        IN_SCENE(a_upn_in_a_finding_is_redacted),
        IN_SCENE(the_line_for_monitoring_goes_by_the_severity_that_counts),
        IN_SCENE(an_info_is_a_warning_only_where_infos_count),
        cmocka_unit_test(severities_are_read_by_name),
        cmocka_unit_test(the_documentation_has_every_reason_with_its_words),
    };

    return (struct chapter){tests, sizeof tests / sizeof tests[0]};
}
