/* What can be written, and what stands in the way. */
#include "tests/unit/restore/disaster.h"

static void two_swapped_values_go_back_both(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p, q;
    const struct ra_restored *r;

    annas_backup(s, &a, &p);
    bertas_backup(s, &b, &q);
    a.consistency_guid = b.guid;
    b.consistency_guid = a.guid;
    put(s, &a, &p);
    put(s, &b, &q);
    r = restore(s);
    assert_int_equal(r->n, 2);
    expect_item(&r->items[0], RA_RESTORE_WRITE, RA_RR_OVERWRITTEN);
    expect_item(&r->items[1], RA_RESTORE_WRITE, RA_RR_OVERWRITTEN);
}

static bool is_anna(void *to, const struct ra_backup_object *o)
{
    (void)to;
    return ra_str_eq(o->ad.o.sam, RA_STR("anna"));
}

static void one_of_two_swapped_alone_finds_its_anchor_held(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p, q;

    annas_backup(s, &a, &p);
    bertas_backup(s, &b, &q);
    a.consistency_guid = b.guid;
    b.consistency_guid = a.guid;
    put(s, &a, &p);
    put(s, &b, &q);
    looking_for(is_anna);
    assert_int_equal(only_item(s, RA_RESTORE_HELD, RA_RR_HOLDER)->other_ad, SECOND);
    assert_int_equal(restore(s)->looked_at, 1);
}

static void whoever_cannot_move_keeps_the_next_from_moving(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b, new_one;
    struct peer p, q;
    const struct ra_restored *r;

    annas_backup(s, &a, &p);
    bertas_backup(s, &b, &q);
    new_one = elsewhere(s); /* has Berta's anchor, Berta has Anna's */
    new_one.guid = guid_of(s, NEW_GUID);
    new_one.sid = RA_STR(NEW_SID);
    new_one.sam = RA_STR("new");
    new_one.upn = new_one.login = RA_STR("new@contoso.com");
    new_one.proxies = (struct ra_list){0};
    new_one.mail = NO_VALUE;
    new_one.dn_key = dn_key(s, "CN=New,DC=contoso,DC=com");
    new_one.consistency_guid = b.guid;
    b.consistency_guid = a.guid;
    a.consistency_guid = SIXTEEN;
    put(s, &a, &p);
    put(s, &b, &q);
    put(s, &new_one, NULL);
    r = restore(s);
    assert_int_equal(r->n, 2);
    expect_item(&r->items[0], RA_RESTORE_HELD, RA_RR_HOLDER);
    expect_item(&r->items[1], RA_RESTORE_HELD, RA_RR_HOLDER);
}

static struct ra_ad_object intruder(struct scene *s, struct ra_str anchor)
{
    struct ra_ad_object b = elsewhere(s);

    b.guid = guid_of(s, NEW_GUID);
    b.dn_key = dn_key(s, "CN=New,DC=contoso,DC=com");
    b.consistency_guid = anchor;
    return b;
}

static void an_unchanged_object_whose_anchor_somebody_else_has_too(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p;

    annas_backup(s, &a, &p);
    b = intruder(s, a.guid);
    put(s, &a, &p);
    put(s, &b, NULL);
    assert_int_equal(only_item(s, RA_RESTORE_HELD, RA_RR_DUPLICATE)->other_ad, SECOND);
}

static void a_duplicate_that_is_put_right_is_none(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p, q;
    const struct ra_restored *r;

    annas_backup(s, &a, &p);
    bertas_backup(s, &b, &q);
    b.consistency_guid = a.guid;
    put(s, &a, &p);
    put(s, &b, &q);
    r = restore(s);
    assert_int_equal(r->n, 1);
    expect_item(&r->items[0], RA_RESTORE_WRITE, RA_RR_OVERWRITTEN);
    assert_int_equal(r->items[0].ad, SECOND);
    assert_int_equal(r->healthy, 1);
}

static void an_anchor_that_the_backup_has_twice_is_nobodys(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a, b;
    struct peer p, q;
    const struct ra_restored *r;

    annas_backup(s, &a, &p);
    b = elsewhere(s);
    b.dn_key = dn_key(s, "CN=Berta,OU=Sales,DC=contoso,DC=com");
    b.consistency_guid = a.guid;
    q = bertas_peer(s, &b);
    q.o.immutable_id = p.o.immutable_id;
    backed_up(&b, &q);
    a.consistency_guid = SIXTEEN;
    b.consistency_guid = OTHER_BYTES;
    put(s, &a, &p);
    put(s, &b, &q);
    r = restore(s);
    assert_int_equal(r->n, 2);
    expect_item(&r->items[0], RA_RESTORE_AMBIGUOUS, RA_RR_SHARED);
}

static void a_cloud_user_with_another_anchor_is_an_incident(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    a.consistency_guid = NO_VALUE;
    p.o.immutable_id = anchor_of(s, SIXTEEN);
    put(s, &a, &p);
    only_item(s, RA_RESTORE_CHANGED, RA_RR_CLOUD_CHANGED);
}

static void a_cloud_user_without_its_anchor(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    p.o.immutable_id = NO_VALUE;
    p.o.synced = RA_UNKNOWN;
    put(s, &a, &p);
    only_item(s, RA_RESTORE_CHANGED, RA_RR_CLOUD_CLEARED);
}

static void both_sides_agree_on_another_anchor_by_now(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    a.consistency_guid = SIXTEEN;
    p.o.immutable_id = anchor_of(s, SIXTEEN);
    put(s, &a, &p);
    expect_nothing(s);
    assert_int_equal(restore(s)->reanchored, 1);
}

static void a_cloud_user_that_is_gone_needs_nothing(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p, other;

    annas_backup(s, &a, &p);
    a.consistency_guid = SIXTEEN;
    other = stranger(s, "ffff");
    put(s, &a, &other);
    expect_nothing(s);
    assert_int_equal(restore(s)->gone, 1);
}

static void a_user_that_is_deleted_on_both_sides_needs_nothing(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    a.deleted = p.o.deleted = true;
    put(s, &a, &p);
    expect_nothing(s);
    assert_int_equal(restore(s)->gone, 1);
}

static void a_cloud_user_in_the_recycle_bin_gets_its_ad_object_back(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    a.consistency_guid = SIXTEEN;
    p.o.deleted = true;
    put(s, &a, &p);
    assert_true(only_item(s, RA_RESTORE_WRITE, RA_RR_OVERWRITTEN)->notes & RA_NOTE_CLOUD_DELETED);
}

static void the_anchor_is_right_and_the_binding_is_not(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    const struct ra_restore_item *i;

    annas_backup(s, &a, &p);
    p.identifier = OTHER_GUID;
    put(s, &a, &p);
    i = only_item(s, RA_RESTORE_WRITE, RA_RR_BOUND);
    assert_false(i->write_anchor);
    assert_true(i->clear_identifier);
}

static void an_object_out_of_scope_is_put_right_and_noted(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    annas_backup(s, &a, &p);
    a.consistency_guid = NO_VALUE;
    a.admin_description = RA_STR("User_NoSync");
    put(s, &a, &p);
    assert_int_equal(only_item(s, RA_RESTORE_WRITE, RA_RR_LOST)->notes, RA_NOTE_OUT_OF_SCOPE);
}

static void an_anchor_of_objectguid_cannot_be_given_to_another_object(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    forget();
    backed_up_by(s, "objectGUID");
    a = anna(s);
    p = annas_peer(s);
    backed_up(&a, &p);
    recreate(s, &a);
    put(s, &a, &p);
    only_item(s, RA_RESTORE_MANUAL, RA_RR_OBJECT_GUID);
}

static void a_lost_consistency_guid_is_no_loss_where_it_is_no_anchor(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    forget();
    backed_up_by(s, "objectGUID");
    a = anna(s);
    a.consistency_guid = SIXTEEN;
    p = annas_peer(s);
    backed_up(&a, &p);
    a.consistency_guid = NO_VALUE;
    put(s, &a, &p);
    expect_nothing(s);
}

static void a_custom_attribute_is_written_by_no_step(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    forget();
    backed_up_by(s, "employeeID");
    a = anna(s);
    p = annas_peer(s);
    a.custom = employee_id(s, "E1");
    p.o.immutable_id = RA_STR("E1");
    backed_up(&a, &p);
    a.custom = employee_id(s, "E2");
    put(s, &a, &p);
    only_item(s, RA_RESTORE_MANUAL, RA_RR_CUSTOM);
}

static void an_anchor_that_is_no_base64_fits_into_no_consistency_guid(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    forget();
    backed_up_by(s, "employeeID");
    a = anna(s);
    p = annas_peer(s);
    a.custom = employee_id(s, "E1");
    p.o.immutable_id = RA_STR("E1");
    backed_up(&a, &p);
    backed_up_by(s, "mS-DS-ConsistencyGuid"); /* as if the backup said so */
    a.custom = (struct ra_list){0};
    put(s, &a, &p);
    only_item(s, RA_RESTORE_MANUAL, RA_RR_VALUE);
}

static void what_was_apart_when_the_backup_was_made_is_not_looked_at(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;

    forget();
    a = anna(s);
    p = annas_peer(s);
    p.o.immutable_id = anchor_of(s, SIXTEEN);
    backed_up(&a, &p);
    put(s, &a, &p);
    expect_nothing(s);
    assert_int_equal(restore(s)->looked_at, 0);
}

static void a_directory_read_without_the_attribute_is_incomplete(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a;
    struct peer p;
    struct ra_restored r;
    struct ra_err err = {0};
    struct ra_restore_then t;

    annas_backup(s, &a, &p);
    put(s, &a, &p);
    expect_nothing(s);
    t = *restore_then();
    t.anchor_attribute = RA_STR("extensionAttribute4");
    assert_int_equal(ra_restore(restore_input(), &t, &r, &err), -(int)RA_EINCOMPLETE);
    assert_string_equal(err.msg,
                        "ad:contoso was read without extensionAttribute4, which the backup "
                        "has as source anchor");
}

struct chapter settled_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(two_swapped_values_go_back_both),
        IN_SCENE(one_of_two_swapped_alone_finds_its_anchor_held),
        IN_SCENE(whoever_cannot_move_keeps_the_next_from_moving),
        IN_SCENE(an_unchanged_object_whose_anchor_somebody_else_has_too),
        IN_SCENE(a_duplicate_that_is_put_right_is_none),
        IN_SCENE(an_anchor_that_the_backup_has_twice_is_nobodys),
        IN_SCENE(a_cloud_user_with_another_anchor_is_an_incident),
        IN_SCENE(a_cloud_user_without_its_anchor),
        IN_SCENE(both_sides_agree_on_another_anchor_by_now),
        IN_SCENE(a_cloud_user_that_is_gone_needs_nothing),
        IN_SCENE(a_user_that_is_deleted_on_both_sides_needs_nothing),
        IN_SCENE(a_cloud_user_in_the_recycle_bin_gets_its_ad_object_back),
        IN_SCENE(the_anchor_is_right_and_the_binding_is_not),
        IN_SCENE(an_object_out_of_scope_is_put_right_and_noted),
        IN_SCENE(an_anchor_of_objectguid_cannot_be_given_to_another_object),
        IN_SCENE(a_lost_consistency_guid_is_no_loss_where_it_is_no_anchor),
        IN_SCENE(a_custom_attribute_is_written_by_no_step),
        IN_SCENE(an_anchor_that_is_no_base64_fits_into_no_consistency_guid),
        IN_SCENE(what_was_apart_when_the_backup_was_made_is_not_looked_at),
        IN_SCENE(a_directory_read_without_the_attribute_is_incomplete),
    };

    return (struct chapter){tests, sizeof tests / sizeof tests[0]};
}
