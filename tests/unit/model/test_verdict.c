#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/model/verdict.h"

#include <string.h>

static bool starts(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

/* decision: "Classes and server errors", the first paragraph, as it is written there. */
static const char *class_by_name(const char *code)
{
    if (strcmp(code, "MATCH_HARD_RESTORE") == 0 ||
        strstr(code, "_TAKEOVER") == code + strlen(code) - 9)
        return "takeover";
    if (starts(code, "MATCH_"))
        return "matched";
    if (starts(code, "SOFT_"))
        return "soft";
    if (strcmp(code, "ADD") == 0)
        return "new";
    if (starts(code, "BLOCK_"))
        return "blocked";
    if (starts(code, "ANCHOR_") || starts(code, "CONFLICT_"))
        return "conflict";
    if (starts(code, "UNKNOWN_"))
        return "unknown";
    if (starts(code, "SKIP_"))
        return "skipped";
    if (strcmp(code, "ORPHAN") == 0)
        return "orphan";
    return strcmp(code, "STALE_ANCHOR") == 0 || strcmp(code, "CLOUD_ONLY") == 0 ? "cloud" : "none";
}

static void every_code_has_a_name_of_its_own_a_meaning_and_the_class_of_its_name(void **state)
{
    (void)state;
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        const struct ra_code_info *info = ra_code_info((enum ra_verdict_code)c);
        assert_non_null(info->name);
        assert_true(strlen(info->meaning) > 10);
        assert_string_equal(ra_class_name(info->in), class_by_name(info->name));
        for (int other = 0; other < c; other++)
            assert_string_not_equal(ra_code_info((enum ra_verdict_code)other)->name, info->name);
    }
}

static const struct {
    enum ra_verdict_code code;
    const char *error;
} errors[] = {
    {RA_BLOCK_HARD_FLAG, "InvalidHardMatch"},
    {RA_BLOCK_ROLE, "InvalidHardMatch"},
    {RA_BLOCK_ROLE_DELETED, "InvalidHardMatch"},
    {RA_BLOCK_OOI, "AttributeUpdateNotAllowed"},
    {RA_ANCHOR_DRIFT, "AttributeValueMustBeUnique"},
    {RA_CONFLICT_SID, "AttributeValueMustBeUnique"},
    {RA_CONFLICT_PROXY, "AttributeValueMustBeUnique"},
    {RA_ANCHOR_CONFLICT, "InvalidSoftMatch"},
    {RA_CONFLICT_TYPE, "ObjectTypeMismatch"},
    {RA_BLOCK_ADMIN, "ExistingAdminRoleConflict"},
    {RA_CONFLICT_UPN, "QuarantinedAttributeValueMustBeUnique"},
    {RA_CONFLICT_AD_DUP, "QuarantinedAttributeValueMustBeUnique"},
};

static void the_server_error_is_the_one_an_administrator_would_search_for(void **state)
{
    (void)state;
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        const struct ra_verdict v = {.code = (uint8_t)c, .cause = RA_CAUSE_NOT_FOUND};
        const char *want = NULL;
        for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
            if (errors[i].code == (enum ra_verdict_code)c)
                want = errors[i].error;
        if (want)
            assert_string_equal(ra_verdict_server_error(&v), want);
        else
            assert_null(ra_verdict_server_error(&v));
    }
}

static void a_stale_anchor_has_a_server_error_only_when_ad_deleted_its_object(void **state)
{
    struct ra_verdict v = {.code = RA_STALE_ANCHOR, .cause = RA_CAUSE_AD_DELETED};

    (void)state;
    assert_string_equal(ra_verdict_server_error(&v), "DeletingCloudOnlyObjectNotAllowed");
    v.cause = RA_CAUSE_NONE;
    assert_null(ra_verdict_server_error(&v));
}

static void warnings_stand_in_the_order_of_their_names_which_is_the_order_of_output(void **state)
{
    (void)state;
    for (int w = 0; w < RA_WARNINGS; w++) {
        assert_true(strlen(ra_warning_meaning((enum ra_warning)w)) > 10);
        if (w)
            assert_true(strcmp(ra_warning_name((enum ra_warning)(w - 1)),
                               ra_warning_name((enum ra_warning)w)) < 0);
    }
}

static void every_cause_but_none_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_null(ra_cause_name(RA_CAUSE_NONE));
    for (int c = RA_CAUSE_NONE + 1; c < RA_CAUSES; c++) {
        assert_non_null(ra_cause_name((enum ra_cause)c));
        for (int other = RA_CAUSE_NONE + 1; other < c; other++)
            assert_string_not_equal(ra_cause_name((enum ra_cause)other),
                                    ra_cause_name((enum ra_cause)c));
    }
    assert_string_equal(ra_cause_name(RA_CAUSE_NO_USER_CERTIFICATE), "no-user-certificate");
    assert_string_equal(ra_cause_name(RA_CAUSE_OUT_OF_SCOPE), "out-of-scope");
}

static void gates_and_confidences_are_named_as_the_contract_names_them(void **state)
{
    (void)state;
    assert_string_equal(ra_gate_name(RA_GATE_SAFE), "SAFE");
    assert_string_equal(ra_gate_name(RA_GATE_ACTION), "ACTION");
    assert_string_equal(ra_gate_name(RA_GATE_STOP), "STOP");
    assert_string_equal(ra_confidence_name(RA_CONFIDENCE_H), "H");
    assert_string_equal(ra_confidence_name(RA_CONFIDENCE_INF), "INF");
}

static void freeing_a_result_twice_is_harmless(void **state)
{
    struct ra_result r = {0};

    (void)state;
    r.verdicts = ra_arena_alloc(&r.arena, 3 * sizeof *r.verdicts);
    r.verdicts_n = 3;
    ra_result_free(&r);
    assert_null(r.verdicts);
    assert_int_equal(r.verdicts_n, 0);
    ra_result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_of_its_own_a_meaning_and_the_class_of_its_name),
        cmocka_unit_test(the_server_error_is_the_one_an_administrator_would_search_for),
        cmocka_unit_test(a_stale_anchor_has_a_server_error_only_when_ad_deleted_its_object),
        cmocka_unit_test(warnings_stand_in_the_order_of_their_names_which_is_the_order_of_output),
        cmocka_unit_test(every_cause_but_none_has_a_name_of_its_own),
        cmocka_unit_test(gates_and_confidences_are_named_as_the_contract_names_them),
        cmocka_unit_test(freeing_a_result_twice_is_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
