/* The plan, fixes.ldif, the JSON lines and the text of a restore. */
#include "tests/unit/restore/disaster.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* What fn writes, as text; freed by the caller. */
static char *written(int (*fn)(FILE *fp, struct ra_err *err))
{
    char *text = NULL;
    size_t n = 0;
    FILE *fp = open_memstream(&text, &n);
    struct ra_err err = {0};

    assert_non_null(fp);
    assert_int_equal(fn(fp, &err), 0);
    fclose(fp);
    return text;
}

static const struct ra_restored *now_restored;
static const unsigned char *redact_with;

static struct ra_report_input input(void)
{
    struct ra_report_input in = *restore_input();

    in.redact_key = redact_with;
    return in;
}

static int ldif(FILE *fp, struct ra_err *err)
{
    const struct ra_report_input in = input();

    return ra_restore_ldif(&in, restore_then(), now_restored, fp, err);
}

static int json(FILE *fp, struct ra_err *err)
{
    const struct ra_report_input in = input();

    return ra_restore_json(&in, restore_then(), now_restored, fp, err);
}

static int text(FILE *fp, struct ra_err *err)
{
    const struct ra_report_style style = {.width = 0, .dir = "DIR"};
    const struct ra_report_input in = input();

    return ra_restore_text(&in, restore_then(), now_restored, &style, 1, fp, err);
}

static void recreated(struct scene *s)
{
    struct ra_ad_object a;
    struct peer p;

    redact_with = NULL;
    annas_backup(s, &a, &p);
    recreate(s, &a);
    a.consistency_guid = SIXTEEN;
    put(s, &a, &p);
    now_restored = restore(s);
}

static void the_plan_sets_the_anchor_and_clears_the_identifier(void **state)
{
    struct ra_plan plan = {0};
    struct ra_err err = {0};
    const struct ra_plan_step *set, *clear;

    recreated(*state);
    assert_int_equal(ra_restore_plan(restore_input(), now_restored, &plan, &err), 0);
    assert_int_equal(plan.steps_n, 2);
    set = &plan.steps[0];
    clear = &plan.steps[1];
    assert_int_equal(set->op, RA_OP_SET_CONSISTENCY_GUID);
    assert_true(ra_str_eq(set->target.id, RA_STR(NEW_GUID)));
    assert_true(ra_str_eq(set->target.directory, RA_STR("contoso")));
    assert_true(ra_str_eq(set->have.text, RA_STR("MDEyMzQ1Njc4OWFiY2RlZg==")));
    assert_true(ra_str_eq(set->want.text, RA_STR("QF5HMK7n80qvdYsUPIHa9Q==")));
    assert_true(set->undoable);
    assert_true(ra_str_eq(set->undo.text, set->have.text));
    assert_int_equal(set->why, RA_ANCHOR_CONFLICT);
    assert_int_equal(clear->op, RA_OP_CLEAR_OBJECT_IDENTIFIER);
    assert_true(ra_str_eq(clear->target.id, RA_STR("aaaa")));
    assert_true(ra_str_eq(clear->have.text, RA_STR(ANNAS_GUID)));
    assert_true(ra_str_absent(clear->want.text));
    assert_false(clear->undoable);
    assert_int_equal(plan.expected_n, 1);
    assert_true(ra_str_eq(plan.expected[0].object_guid, RA_STR(NEW_GUID)));
    ra_plan_free(&plan);
}

static void fixes_ldif_takes_the_old_value_out_and_says_on_what_it_stands(void **state)
{
    char *out;

    recreated(*state);
    out = written(ldif);
    assert_non_null(
        strstr(out, "# Backup:        reanchor-1\n# Made:          1970-01-01T00:16:40Z\n"));
    assert_non_null(strstr(out, "# 1. write: anna@contoso.com\n"));
    assert_non_null(
        strstr(out, "# evidence:  cloud object id, DN, UPN, primary SMTP, sAMAccountName\n"));
    assert_non_null(strstr(out, "# note:      the SID is another one\n"));
    assert_non_null(strstr(out, "# identifier:30475e40-e7ae-4af3-af75-8b143c81daf5\n"));
    assert_non_null(strstr(out, "\ndn: CN=Anna,OU=Sales,DC=contoso,DC=com\n"
                                "changetype: modify\n"
                                "delete: mS-DS-ConsistencyGuid\n"
                                "mS-DS-ConsistencyGuid:: MDEyMzQ1Njc4OWFiY2RlZg==\n"
                                "-\n"
                                "add: mS-DS-ConsistencyGuid\n"
                                "mS-DS-ConsistencyGuid:: QF5HMK7n80qvdYsUPIHa9Q==\n"
                                "-\n"));
    free(out);
}

static void what_must_be_confirmed_stands_behind_a_hash(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;
    char *out;

    redact_with = NULL;
    annas_backup(s, &a, &p);
    b = elsewhere(s);
    b.sid = RA_STR(ANNAS_SID);
    put(s, &b, &p);
    now_restored = restore(s);
    out = written(ldif);
    assert_non_null(strstr(out, "# TO BE CONFIRMED"));
    assert_non_null(
        strstr(out, "\n# dn: CN=Berta,OU=Sales,DC=contoso,DC=com\n# changetype: modify\n"));
    assert_null(strstr(out, "\ndn:"));
    free(out);
}

static void a_custom_attribute_is_in_fixes_ldif_behind_a_hash(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    char *out;

    redact_with = NULL;
    forget();
    backed_up_by(s, "employeeID");
    a = anna(s);
    p = annas_peer(s);
    a.custom = employee_id(s, "E1");
    p.o.immutable_id = RA_STR("E1");
    backed_up(&a, &p);
    a.custom = employee_id(s, "E2");
    put(s, &a, &p);
    now_restored = restore(s);
    out = written(ldif);
    assert_non_null(strstr(out, "# delete: employeeID\n# employeeID: E2\n# -\n# add: employeeID\n"
                                "# employeeID: E1\n# -\n"));
    free(out);
}

static void a_custom_attribute_that_is_empty_now_is_only_added(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    char *out;

    redact_with = NULL;
    forget();
    backed_up_by(s, "employeeID");
    a = anna(s);
    p = annas_peer(s);
    a.custom = employee_id(s, "E1");
    p.o.immutable_id = RA_STR("E1");
    backed_up(&a, &p);
    a.custom = (struct ra_list){0};
    put(s, &a, &p);
    now_restored = restore(s);
    out = written(ldif);
    assert_non_null(strstr(out, "add: employeeID\n# employeeID: E1\n"));
    assert_null(strstr(out, "delete: employeeID"));
    free(out);
}

static void a_custom_attribute_of_bytes_goes_back_as_bytes(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    char *out;

    redact_with = NULL;
    forget();
    backed_up_by(s, "employeeID");
    a = anna(s);
    p = annas_peer(s);
    a.custom = list(s, "employeeID", "b", "E\1", NULL);
    p.o.immutable_id = anchor_of(s, RA_STR("E\1"));
    backed_up(&a, &p);
    a.custom = list(s, "employeeID", "b", "E\2", NULL);
    put(s, &a, &p);
    now_restored = restore(s);
    out = written(ldif);
    assert_non_null(strstr(out, "# delete: employeeID\n# employeeID:: RQI=\n# -\n"
                                "# add: employeeID\n# employeeID:: RQE=\n# -\n"));
    free(out);
}

static void a_holder_of_the_anchor_is_named_and_nothing_is_changed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;
    char *out;

    redact_with = NULL;
    annas_backup(s, &a, &p);
    b = elsewhere(s);
    b.consistency_guid = a.guid;
    a.consistency_guid = SIXTEEN;
    put(s, &a, &p);
    put(s, &b, NULL);
    now_restored = restore(s);
    out = written(ldif);
    assert_non_null(strstr(out, "# beside it: CN=Berta,OU=Sales,DC=contoso,DC=com\n"));
    assert_null(strstr(out, "#   evidence:"));
    assert_null(strstr(out, "changetype"));
    free(out);
}

static void where_only_the_identifier_is_wrong_ad_is_not_changed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    char *out;

    redact_with = NULL;
    annas_backup(s, &a, &p);
    p.identifier = OTHER_GUID;
    put(s, &a, &p);
    now_restored = restore(s);
    out = written(ldif);
    assert_non_null(strstr(out, "# identifier:" OTHER_GUID "\n"));
    assert_null(strstr(out, "changetype"));
    free(out);
}

static void what_is_ambiguous_has_no_change_and_names_both(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;
    char *out;

    redact_with = NULL;
    annas_backup(s, &a, &p);
    b = elsewhere(s);
    b.sid = RA_STR(ANNAS_SID);
    put(s, &b, &p);
    recreate(s, &a);
    put(s, &a, NULL);
    now_restored = restore(s);
    out = written(ldif);
    assert_non_null(strstr(out, "# evidence:  cloud object id, SID\n"));
    assert_non_null(strstr(out, "#   object:  " NEW_GUID "\n#   evidence:DN, UPN\n"));
    assert_non_null(strstr(out, "# No change is written here"));
    assert_null(strstr(out, "changetype"));
    free(out);
}

static const char *at(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static void each_object_is_a_json_line_with_then_and_now(void **state)
{
    char *out;
    const cJSON *change;
    cJSON *line;

    recreated(*state);
    out = written(json);
    line = cJSON_ParseWithLength(out, strcspn(out, "\n"));
    assert_non_null(line);
    assert_string_equal(at(line, "type"), "restore");
    assert_string_equal(at(line, "outcome"), "write");
    assert_string_equal(at(line, "reason"), "recreated");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(line, "evidence")), 5);
    assert_string_equal(at(cJSON_GetObjectItem(line, "then"), "object_guid"), ANNAS_GUID);
    assert_string_equal(at(cJSON_GetObjectItem(line, "ad"), "object_guid"), NEW_GUID);
    assert_string_equal(at(cJSON_GetObjectItem(line, "cloud"), "id"), "aaaa");
    change = cJSON_GetObjectItem(cJSON_GetObjectItem(line, "changes"), "consistency_guid");
    assert_string_equal(at(change, "want"), "QF5HMK7n80qvdYsUPIHa9Q==");
    change = cJSON_GetObjectItem(cJSON_GetObjectItem(line, "changes"), "object_identifier");
    assert_string_equal(at(change, "have"), ANNAS_GUID);
    assert_non_null(strstr(out, "\n{\"type\":\"summary\",\"backup\":\"reanchor-1\""));
    assert_non_null(strstr(out, "\"looked_at\":1,\"healthy\":0,\"write\":1,"));
    cJSON_Delete(line);
    free(out);
}

static void redaction_hides_names_of_then_and_now(void **state)
{
    static const unsigned char key[RA_REDACT_KEY] = {7};
    char *out;

    recreated(*state);
    redact_with = key;
    out = written(json);
    assert_null(strstr(out, "anna"));
    assert_null(strstr(out, "Anna"));
    assert_non_null(strstr(out, NEW_GUID));
    free(out);
    out = written(ldif); /* it names what it changes */
    assert_non_null(strstr(out, "CN=Anna"));
    free(out);
    redact_with = NULL;
}

static void the_text_counts_and_tells_what_to_do_next(void **state)
{
    char *out;

    recreated(*state);
    out = written(text);
    assert_memory_equal(out, "RESTORE  1 to put back, 0 for a person to decide.\n", 50);
    assert_non_null(strstr(out, "write  recreated  1\n"));
    assert_non_null(
        strstr(out, "    evidence   cloud object id, DN, UPN, primary SMTP, sAMAccountName\n"));
    assert_non_null(strstr(out, "ldapmodify -H ldaps://DC -f DIR/fixes.ldif"));
    free(out);
}

static void why_an_identifier_was_not_read_is_told(void **state)
{
    struct ra_str refused = RA_STR("identifiers: refused");
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    char *out;

    redact_with = NULL;
    annas_backup(s, &a, &p);
    recreate(s, &a);
    p.identifier = NULL;
    put(s, &a, &p);
    s->tenant.unknown = &refused;
    s->tenant.unknown_n = 1;
    now_restored = restore(s);
    out = written(text);
    assert_non_null(strstr(out, "    note       onPremisesObjectIdentifier was not read"));
    assert_non_null(strstr(out, "\nNot known of the tenant\n  - identifiers: refused\n"));
    free(out);
    out = written(json);
    assert_non_null(strstr(out, "\"notes\":[\"identifier-unread\""));
    assert_non_null(strstr(out, "\"unknown\":[\"identifiers: refused\"]}}\n"));
    free(out);
}

static void what_no_object_hangs_on_is_not_told(void **state)
{
    struct ra_str refused = RA_STR("roles: refused");
    struct scene *s = *state;
    char *out;

    s->tenant.unknown = &refused;
    s->tenant.unknown_n = 1;
    recreated(s);
    out = written(text);
    assert_null(strstr(out, "Not known"));
    free(out);
}

static void nothing_to_restore_is_said(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    char *out;

    annas_backup(s, &a, &p);
    put(s, &a, &p);
    now_restored = restore(s);
    out = written(text);
    assert_memory_equal(out, "NOTHING TO RESTORE  Every anchor is as the backup has it.\n", 58);
    free(out);
    out = written(ldif);
    assert_non_null(strstr(out, "# Nothing to repair.\n"));
    free(out);
}

struct chapter restore_words_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(the_plan_sets_the_anchor_and_clears_the_identifier),
        IN_SCENE(fixes_ldif_takes_the_old_value_out_and_says_on_what_it_stands),
        IN_SCENE(what_must_be_confirmed_stands_behind_a_hash),
        IN_SCENE(a_custom_attribute_is_in_fixes_ldif_behind_a_hash),
        IN_SCENE(a_custom_attribute_that_is_empty_now_is_only_added),
        IN_SCENE(a_custom_attribute_of_bytes_goes_back_as_bytes),
        IN_SCENE(a_holder_of_the_anchor_is_named_and_nothing_is_changed),
        IN_SCENE(where_only_the_identifier_is_wrong_ad_is_not_changed),
        IN_SCENE(what_is_ambiguous_has_no_change_and_names_both),
        IN_SCENE(each_object_is_a_json_line_with_then_and_now),
        IN_SCENE(redaction_hides_names_of_then_and_now),
        IN_SCENE(the_text_counts_and_tells_what_to_do_next),
        IN_SCENE(why_an_identifier_was_not_read_is_told),
        IN_SCENE(what_no_object_hangs_on_is_not_told),
        IN_SCENE(nothing_to_restore_is_said),
    };

    return (struct chapter){tests, sizeof tests / sizeof tests[0]};
}
