/* What takes no part, rule by rule (decision: Scope; domain 6.1). */
#include "tests/unit/match/scene.h"

static void skipped(struct scene *s, const struct ra_ad_object *o, enum ra_cause cause)
{
    put_ad(s, o);
    decide(s);
    expect_skipped(s, FIRST, cause);
}

static void takes_part(struct scene *s, const struct ra_ad_object *o)
{
    put_ad(s, o);
    decide(s);
    expect(s, FIRST, RA_ADD, s->result.verdicts[FIRST].row, RA_NONE);
}

/* ---- users ---- */

static void a_critical_system_object_takes_no_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.critical_system = true;
    a.sam = RA_STR(""); /* the first rule that applies is named */
    skipped(*state, &a, RA_CAUSE_CRITICAL_SYSTEM_OBJECT);
}

static void a_user_without_an_account_name_takes_no_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.sam = RA_STR("");
    skipped(*state, &a, RA_CAUSE_NO_SAM_ACCOUNT_NAME);
}

static void the_accounts_of_the_sync_server_take_no_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.sam = RA_STR("msol_0123456789ab");
    skipped(*state, &a, RA_CAUSE_SYNC_ACCOUNT);
}

static void the_support_account_takes_no_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.sam = RA_STR("SUPPORT_388945a0");
    skipped(*state, &a, RA_CAUSE_SUPPORT_ACCOUNT);
}

static void a_system_mailbox_takes_no_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.nickname = RA_STR("SystemMailbox{1f05a927}");
    skipped(*state, &a, RA_CAUSE_SYSTEM_MAILBOX);
}

static void a_cas_mailbox_takes_no_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.sam = RA_STR("CAS_{4f1}");
    skipped(*state, &a, RA_CAUSE_CAS_MAILBOX);
}

static void a_cas_prefix_without_a_brace_takes_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.nickname = RA_STR("CAS_anna");
    takes_part(*state, &a);
}

static void a_recipient_type_of_the_mask_takes_no_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.recipient_type = 0x20000000;
    skipped(*state, &a, RA_CAUSE_RECIPIENT_TYPE);
}

static void a_recipient_type_above_32_bits_takes_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.recipient_type = ((int64_t)1 << 33) | 2;
    takes_part(*state, &a);
}

static void row_31_a_linked_mailbox_waits_for_its_master(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);

    a.recipient_type = 2;
    put_ad(s, &a);
    decide(s);
    expect(s, FIRST, RA_SKIP_LINKED, 31, RA_NONE);
    expect_no_warnings(s, FIRST);
}

static void a_user_without_the_custom_anchor_takes_no_part(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);

    s->policy.anchor_attribute = RA_STR("employeeID");
    b.custom = employee_id(s, "");
    b.login = RA_STR("berta@contoso.local");
    put_ad(s, &a);
    put_ad(s, &b);
    decide(s);
    expect(s, FIRST, RA_SKIP_NO_ANCHOR, 0, RA_NONE);
    expect(s, SECOND, RA_SKIP_NO_ANCHOR, 0, RA_NONE);
    expect_no_warnings(s, SECOND);
}

/* ---- groups, contacts, computers ---- */

static void a_distribution_group_without_mail_takes_no_part(void **state)
{
    struct ra_ad_object g = group(*state);

    g.group_type = 2;
    g.mail = RA_STR("no-at-sign");
    g.proxies = (struct ra_list){0};
    skipped(*state, &g, RA_CAUSE_NOT_MAIL_ENABLED);
}

static void a_security_group_needs_no_mail(void **state)
{
    struct ra_ad_object g = group(*state);

    g.mail = RA_STR("");
    g.proxies = (struct ra_list){0};
    takes_part(*state, &g);
}

static void a_contact_without_mail_takes_no_part(void **state)
{
    struct ra_ad_object c = contact(*state);

    c.mail = RA_STR("");
    skipped(*state, &c, RA_CAUSE_NOT_MAIL_ENABLED);
}

static void a_contact_needs_no_proxies(void **state)
{
    struct ra_ad_object c = contact(*state);

    c.proxies = (struct ra_list){0};
    takes_part(*state, &c);
}

static void a_hidden_msol_contact_takes_no_part(void **state)
{
    struct ra_ad_object c = contact(*state);

    c.display_name = RA_STR("Partner (MSOL)");
    c.hidden_from_lists = true;
    skipped(*state, &c, RA_CAUSE_MSOL_CONTACT);
}

static void the_rich_coexistence_group_takes_no_part(void **state)
{
    struct ra_ad_object g = group(*state);

    g.sam = RA_STR("MSOL_AD_Sync_RichCoexistence");
    skipped(*state, &g, RA_CAUSE_RICH_COEXISTENCE);
}

static void a_role_group_takes_no_part(void **state)
{
    struct ra_ad_object g = group(*state);

    g.recipient_type = 0x40000000;
    skipped(*state, &g, RA_CAUSE_ROLE_GROUP);
}

static void a_quarter_of_a_million_members_are_too_many(void **state)
{
    struct ra_ad_object g = group(*state);

    g.members = 250000;
    skipped(*state, &g, RA_CAUSE_TOO_MANY_MEMBERS);
}

static void one_member_less_is_not(void **state)
{
    struct ra_ad_object g = group(*state);

    g.members = 249999;
    takes_part(*state, &g);
}

static void a_computer_without_a_certificate_takes_no_part(void **state)
{
    struct ra_ad_object c = computer(*state);

    c.certificates = 0;
    skipped(*state, &c, RA_CAUSE_NO_USER_CERTIFICATE);
}

static void a_computer_may_be_a_critical_system_object(void **state)
{
    struct ra_ad_object c = computer(*state);

    c.critical_system = true;
    takes_part(*state, &c);
}

/* ---- any kind ---- */

static void a_replication_victim_takes_no_part(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = computer(s);
    const char *dn = "CN=PC1\\0ACNF:30475e40-e7ae-4af3-af75-8b143c81daf5,DC=contoso,DC=com";

    c.dn = ra_str(dn);
    c.dn_key = dn_key(s, dn);
    skipped(s, &c, RA_CAUSE_REPLICATION_CONFLICT);
}

static void a_child_of_a_replication_victim_takes_part(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    const char *dn = "CN=Anna,OU=Sales\\0ACNF:30475e40,DC=contoso,DC=com";

    a.dn = ra_str(dn);
    a.dn_key = dn_key(s, dn);
    takes_part(s, &a);
}

static void an_admin_description_for_the_kind_takes_no_part_with_confidence_m(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), g = group(s), c = contact(s);

    a.admin_description = RA_STR("user_keep out");
    g.admin_description = RA_STR("Group_");
    c.admin_description = RA_STR("CONTACT_x");
    put_ad(s, &a);
    put_ad(s, &g);
    put_ad(s, &c);
    decide(s);
    for (uint32_t i = 0; i < 3; i++) {
        expect_skipped(s, i, RA_CAUSE_ADMIN_DESCRIPTION);
        expect_confidence(s, i, RA_CONFIDENCE_M);
    }
}

static void an_admin_description_for_another_kind_takes_part(void **state)
{
    struct ra_ad_object a = anna(*state);

    a.admin_description = RA_STR("Group_x");
    takes_part(*state, &a);
}

static void what_lies_below_no_include_takes_no_part(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);

    s->scopes[0].include = dn_keys(s, "OU=Other,DC=contoso,DC=com");
    s->scopes[0].includes = 1;
    skipped(s, &a, RA_CAUSE_OUTSIDE_INCLUDE);
}

static void what_lies_below_an_exclude_takes_no_part_even_below_an_include(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);

    s->scopes[0].include = dn_keys(s, "DC=contoso,DC=com");
    s->scopes[0].exclude = dn_keys(s, "ou=sales,dc=Contoso,dc=com");
    s->scopes[0].includes = s->scopes[0].excludes = 1;
    skipped(s, &a, RA_CAUSE_EXCLUDED);
}

static void the_base_itself_counts_as_below(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);

    s->scopes[0].include = dn_keys(s, "CN=Anna,OU=Sales,DC=contoso,DC=com");
    s->scopes[0].includes = 1;
    takes_part(s, &a);
}

static void a_directory_without_a_scope_takes_part_as_a_whole(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);

    s->policy.scopes_n = 0;
    s->scopes[0].include = dn_keys(s, "OU=Elsewhere,DC=contoso,DC=com"); /* of nobody's */
    s->scopes[0].includes = 1;
    takes_part(s, &a);
}

static void a_deleted_object_gets_no_verdict(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);

    a.deleted = true;
    put_ad(s, &a);
    decide(s);
    assert_int_equal(s->result.verdicts_n, 0);
}

static void an_objects_number_tells_its_directory(void **state)
{
    const struct ra_side sides[] = {{.count = 2}, {.count = 0}, {.count = 3}};
    const struct ra_match_input in = {.ad = sides, .ad_n = 3};
    uint32_t seq = 0;

    (void)state;
    assert_ptr_equal(ra_match_directory(&in, 1, &seq), &sides[0]);
    assert_int_equal(seq, 1);
    assert_ptr_equal(ra_match_directory(&in, 2, &seq), &sides[2]);
    assert_int_equal(seq, 0);
    assert_ptr_equal(ra_match_directory(&in, 4, &seq), &sides[2]);
    assert_int_equal(seq, 2);
    assert_null(ra_match_directory(&in, 5, &seq));
}

struct chapter scope_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(a_critical_system_object_takes_no_part),
        IN_SCENE(a_user_without_an_account_name_takes_no_part),
        IN_SCENE(the_accounts_of_the_sync_server_take_no_part),
        IN_SCENE(the_support_account_takes_no_part),
        IN_SCENE(a_system_mailbox_takes_no_part),
        IN_SCENE(a_cas_mailbox_takes_no_part),
        IN_SCENE(a_cas_prefix_without_a_brace_takes_part),
        IN_SCENE(a_recipient_type_of_the_mask_takes_no_part),
        IN_SCENE(a_recipient_type_above_32_bits_takes_part),
        IN_SCENE(row_31_a_linked_mailbox_waits_for_its_master),
        IN_SCENE(a_user_without_the_custom_anchor_takes_no_part),
        IN_SCENE(a_distribution_group_without_mail_takes_no_part),
        IN_SCENE(a_security_group_needs_no_mail),
        IN_SCENE(a_contact_without_mail_takes_no_part),
        IN_SCENE(a_contact_needs_no_proxies),
        IN_SCENE(a_hidden_msol_contact_takes_no_part),
        IN_SCENE(the_rich_coexistence_group_takes_no_part),
        IN_SCENE(a_role_group_takes_no_part),
        IN_SCENE(a_quarter_of_a_million_members_are_too_many),
        IN_SCENE(one_member_less_is_not),
        IN_SCENE(a_computer_without_a_certificate_takes_no_part),
        IN_SCENE(a_computer_may_be_a_critical_system_object),
        IN_SCENE(a_replication_victim_takes_no_part),
        IN_SCENE(a_child_of_a_replication_victim_takes_part),
        IN_SCENE(an_admin_description_for_the_kind_takes_no_part_with_confidence_m),
        IN_SCENE(an_admin_description_for_another_kind_takes_part),
        IN_SCENE(what_lies_below_no_include_takes_no_part),
        IN_SCENE(what_lies_below_an_exclude_takes_no_part_even_below_an_include),
        IN_SCENE(the_base_itself_counts_as_below),
        IN_SCENE(a_directory_without_a_scope_takes_part_as_a_whole),
        IN_SCENE(a_deleted_object_gets_no_verdict),
        cmocka_unit_test(an_objects_number_tells_its_directory),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
