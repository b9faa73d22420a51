/* Which AD object it is: the evidence, and where it is not enough. */
#include "tests/unit/restore/disaster.h"

static void a_pair_that_is_as_it_was_is_no_item(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    put(s, &a, &p);
    expect_nothing(s);
    assert_int_equal(restore(s)->looked_at, 1);
    assert_int_equal(restore(s)->healthy, 1);
}

static void a_lost_value_is_put_back_on_all_evidence(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    a.consistency_guid =
        NO_VALUE; /* the fallback still gives the anchor: it is put back all the same */
    put(s, &a, &p);
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_LOST);
    assert_int_equal(i->evidence, RA_EV_ID | RA_EV_SID | RA_EV_GUID | RA_EV_DN | RA_EV_UPN |
                                      RA_EV_SMTP | RA_EV_SAM);
    assert_true(i->write_anchor);
    assert_false(i->clear_identifier);
    assert_true(ra_str_absent(i->have));
}

static void a_reanimated_tombstone_is_known_by_guid_and_sid_alone(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    a.consistency_guid = a.upn = a.login = NO_VALUE;
    a.proxies = (struct ra_list){0};
    a.dn = RA_STR("CN=Anna 2,DC=contoso,DC=com");
    a.dn_key = dn_key(s, "CN=Anna 2,DC=contoso,DC=com");
    put(s, &a, &p);
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_LOST);
    /* without a UPN the login is sAMAccountName@domain, which is hers as it happens */
    assert_int_equal(i->evidence, RA_EV_ID | RA_EV_SID | RA_EV_GUID | RA_EV_UPN | RA_EV_SAM);
    assert_int_equal(i->notes, 0);
}

static void an_overwritten_value_is_what_the_step_takes_out(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    a.consistency_guid = SIXTEEN;
    put(s, &a, &p);
    assert_true(
        ra_str_eq(only_item(s, RA_RESTORE_WRITE, RA_RR_OVERWRITTEN)->have, anchor_of(s, SIXTEEN)));
}

static void a_recreated_user_gets_the_anchor_and_the_identifier_is_cleared(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    recreate(s, &a);
    put(s, &a, &p);
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_RECREATED);
    assert_int_equal(i->evidence, RA_EV_ID | RA_EV_DN | RA_EV_UPN | RA_EV_SMTP | RA_EV_SAM);
    assert_int_equal(i->notes, RA_NOTE_SID);
    assert_true(i->clear_identifier);
    assert_true(ra_str_eq(i->identifier, RA_STR(ANNAS_GUID)));
}

static void a_tenant_that_lets_identifiers_change_needs_no_clearing(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    recreate(s, &a);
    s->tenant.flags.allow_identifier_update = RA_YES;
    put(s, &a, &p);
    assert_false(only_item(s, RA_RESTORE_WRITE, RA_RR_RECREATED)->clear_identifier);
}

static void a_user_that_the_cloud_manages_needs_no_clearing(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    recreate(s, &a);
    p.cloud_managed = "1";
    p.o.synced = RA_UNKNOWN;
    put(s, &a, &p);
    assert_false(only_item(s, RA_RESTORE_WRITE, RA_RR_RECREATED)->clear_identifier);
}

static void an_identifier_that_was_not_read_is_noted(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    recreate(s, &a);
    p.identifier = NULL;
    put(s, &a, &p);
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_RECREATED);
    assert_true(i->notes & RA_NOTE_IDENTIFIER_UNREAD);
    assert_false(i->clear_identifier);
}

static void a_restored_domain_keeps_the_sid_and_a_name_beside_it_is_enough(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    recreate(s, &a);
    a.sid = RA_STR(ANNAS_SID);
    a.dn = RA_STR("CN=A,DC=contoso,DC=com");
    a.dn_key = dn_key(s, "CN=A,DC=contoso,DC=com");
    a.upn = a.login = RA_STR("other@contoso.com");
    a.proxies = (struct ra_list){0};
    put(s, &a, &p);
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_RECREATED);
    assert_int_equal(i->evidence, RA_EV_ID | RA_EV_SID | RA_EV_SAM);
    assert_int_equal(i->notes, RA_NOTE_UPN);
}

static void a_migrated_account_brings_its_sid_in_its_history(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    recreate(s, &a);
    a.sid_history = list(s, "S-1-5-21-8-8-8-8", ANNAS_SID, NULL);
    a.dn = RA_STR("CN=A,DC=fabrikam,DC=com");
    a.dn_key = dn_key(s, "CN=A,DC=fabrikam,DC=com");
    a.upn = a.login = RA_STR("anna@fabrikam.com");
    a.proxies = (struct ra_list){0};
    put(s, &a, &p);
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_RECREATED);
    assert_int_equal(i->evidence, RA_EV_ID | RA_EV_HISTORY | RA_EV_SAM);
    assert_int_equal(i->notes, RA_NOTE_SID | RA_NOTE_UPN);
}

static void a_linked_mailbox_is_not_its_master_account(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;

    annas_backup(s, &a, &p);
    b = elsewhere(s);
    b.master_account_sid = RA_STR(ANNAS_SID);
    put(s, &b, &p);
    only_item(s, RA_RESTORE_MISSING, RA_RR_NOT_FOUND);
}

static void a_sid_alone_may_have_been_issued_twice(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;

    annas_backup(s, &a, &p);
    b = elsewhere(s);
    b.sid = RA_STR(ANNAS_SID);
    put(s, &b, &p);
    assert_int_equal(only_item(s, RA_RESTORE_CONFIRM, RA_RR_ONE_NAME)->evidence,
                     RA_EV_ID | RA_EV_SID);
}

static void a_upn_alone_may_belong_to_somebody_new(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;

    annas_backup(s, &a, &p);
    b = elsewhere(s);
    b.dn = RA_STR("CN=Other,DC=contoso,DC=com");
    b.dn_key = dn_key(s, "CN=Other,DC=contoso,DC=com");
    b.upn = b.login = RA_STR("Anna@contoso.com");
    put(s, &b, &p);
    assert_int_equal(only_item(s, RA_RESTORE_CONFIRM, RA_RR_ONE_NAME)->evidence,
                     RA_EV_ID | RA_EV_UPN);
}

static void names_that_agree_with_another_upn_are_to_be_confirmed(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    recreate(s, &a);
    a.upn = a.login = RA_STR("anna.two@contoso.com");
    put(s, &a, &p);
    only_item(s, RA_RESTORE_CONFIRM, RA_RR_OTHER_UPN);
}

static void the_sid_says_one_and_the_upn_another(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    b = elsewhere(s);
    b.sid = RA_STR(ANNAS_SID);
    put(s, &b, &p);
    recreate(s, &a);
    put(s, &a, NULL);
    i = only_item(s, RA_RESTORE_AMBIGUOUS, RA_RR_CONTRADICTION);
    assert_int_equal(i->ad, FIRST);
    assert_int_equal(i->evidence, RA_EV_ID | RA_EV_SID);
    assert_int_equal(i->other_ad, SECOND);
    assert_int_equal(i->against, RA_EV_DN | RA_EV_UPN);
}

static void the_object_itself_lost_its_anchor_and_somebody_has_its_upn(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;

    annas_backup(s, &a, &p);
    a.consistency_guid = SIXTEEN;
    a.upn = a.login = RA_STR("old@contoso.com");
    b = elsewhere(s);
    b.upn = b.login = RA_STR("anna@contoso.com");
    put(s, &a, &p);
    put(s, &b, NULL);
    only_item(s, RA_RESTORE_AMBIGUOUS, RA_RR_CONTRADICTION);
}

static void two_objects_with_the_upn_are_several(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;

    annas_backup(s, &a, &p);
    b = elsewhere(s);
    recreate(s, &a);
    a.dn_key = dn_key(s, "CN=Somewhere,DC=contoso,DC=com");
    b.upn = b.login = RA_STR("anna@contoso.com");
    put(s, &a, &p);
    put(s, &b, NULL);
    only_item(s, RA_RESTORE_AMBIGUOUS, RA_RR_SEVERAL);
}

static void two_objects_of_the_backup_lead_to_one(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p, q;
    const struct ra_restored *r;

    annas_backup(s, &a, &p);
    bertas_backup(s, &b, &q);
    put(s, NULL, &p);
    put(s, NULL, &q);
    recreate(s, &a); /* Anna's DN and UPN, Berta's SID and sAMAccountName */
    a.sid = b.sid;
    a.sam = b.sam;
    put(s, &a, NULL);
    r = restore(s);
    assert_int_equal(r->n, 2);
    expect_item(&r->items[0], RA_RESTORE_AMBIGUOUS, RA_RR_CLAIMED);
    expect_item(&r->items[1], RA_RESTORE_AMBIGUOUS, RA_RR_CLAIMED);
}

static void a_deleted_object_must_be_brought_back_first(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    a.deleted = true;
    put(s, &a, &p);
    only_item(s, RA_RESTORE_DELETED, RA_RR_TOMBSTONE);
}

static void nothing_in_ad_is_it(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;

    annas_backup(s, &a, &p);
    b = elsewhere(s);
    b.dn_key = dn_key(s, "CN=Berta,DC=contoso,DC=com");
    put(s, &b, &p);
    only_item(s, RA_RESTORE_MISSING, RA_RR_NOT_FOUND);
}

static void its_name_is_another_ones_of_the_backup_now(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p, q;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    bertas_backup(s, &b, &q);
    b.upn = b.login = RA_STR("anna@contoso.com"); /* married, and took over the address */
    put(s, &b, &p);
    put(s, NULL, &q);
    i = only_item(s, RA_RESTORE_MISSING, RA_RR_NAME_TAKEN);
    assert_int_equal(i->other_ad, FIRST);
    assert_int_equal(i->against, RA_EV_UPN);
    assert_int_equal(restore(s)->healthy, 1);
}

static void a_recreated_group_is_known_by_its_address_and_name(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object g = group(s);
    struct peer p = groups_peer(s);
    const struct ra_restore_item *i;

    forget();
    g.dn = RA_STR("CN=Sales,OU=Groups,DC=contoso,DC=com");
    backed_up(&g, &p);
    recreate(s, &g);
    put(s, &g, &p);
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_RECREATED);
    assert_int_equal(i->evidence, RA_EV_ID | RA_EV_DN | RA_EV_SMTP | RA_EV_SAM);
    assert_true(
        ra_str_eq(i->anchor, anchor_of(s, guid_of(s, "11111111-2222-3333-4444-555555555555"))));
}

static void contacts_and_computers_are_only_counted(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object c = contact(s), pc = computer(s);
    struct peer p = contacts_peer(s), q = computers_peer(s);

    forget();
    backed_up(&c, &p);
    backed_up(&pc, &q);
    put(s, NULL, &p);
    expect_nothing(s);
    assert_int_equal(restore(s)->others, 2);
    assert_int_equal(restore(s)->looked_at, 0);
}

struct chapter found_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(a_pair_that_is_as_it_was_is_no_item),
        IN_SCENE(a_lost_value_is_put_back_on_all_evidence),
        IN_SCENE(a_reanimated_tombstone_is_known_by_guid_and_sid_alone),
        IN_SCENE(an_overwritten_value_is_what_the_step_takes_out),
        IN_SCENE(a_recreated_user_gets_the_anchor_and_the_identifier_is_cleared),
        IN_SCENE(a_tenant_that_lets_identifiers_change_needs_no_clearing),
        IN_SCENE(a_user_that_the_cloud_manages_needs_no_clearing),
        IN_SCENE(an_identifier_that_was_not_read_is_noted),
        IN_SCENE(a_restored_domain_keeps_the_sid_and_a_name_beside_it_is_enough),
        IN_SCENE(a_migrated_account_brings_its_sid_in_its_history),
        IN_SCENE(a_linked_mailbox_is_not_its_master_account),
        IN_SCENE(a_sid_alone_may_have_been_issued_twice),
        IN_SCENE(a_upn_alone_may_belong_to_somebody_new),
        IN_SCENE(names_that_agree_with_another_upn_are_to_be_confirmed),
        IN_SCENE(the_sid_says_one_and_the_upn_another),
        IN_SCENE(the_object_itself_lost_its_anchor_and_somebody_has_its_upn),
        IN_SCENE(two_objects_with_the_upn_are_several),
        IN_SCENE(two_objects_of_the_backup_lead_to_one),
        IN_SCENE(a_deleted_object_must_be_brought_back_first),
        IN_SCENE(nothing_in_ad_is_it),
        IN_SCENE(its_name_is_another_ones_of_the_backup_now),
        IN_SCENE(a_recreated_group_is_known_by_its_address_and_name),
        IN_SCENE(contacts_and_computers_are_only_counted),
    };

    return (struct chapter){tests, sizeof tests / sizeof tests[0]};
}
