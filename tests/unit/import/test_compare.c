/* An anchor of a file against both sides: each finding once. */
#include "recovery/import/compare.h"
#include "tests/support/mem_side.h"
#include "tests/unit/match/scene.h"

struct stage {
    struct ra_ad_object a;
    struct peer p;
    struct ra_import_entry e;
};

static struct ra_import_compared compared(struct scene *s, const struct ra_import_entry *e)
{
    struct ra_import_comparison *c;
    struct ra_import_compared m;
    struct ra_import_now now;
    struct ra_err err = {0};

    decide(s);
    now = (struct ra_import_now){scene_input(s)->ad, scene_input(s)->ad_n, scene_input(s)->cloud,
                                 &s->result};
    ra_import_compare_open(&now, &c);
    assert_int_equal(ra_import_compare(c, e, &m, &err), 0);
    ra_import_compare_close(&c);
    return m;
}

static void finds(struct scene *s, const struct ra_import_entry *e, enum ra_import_state cloud,
                  enum ra_import_state ad, enum ra_import_finding finding)
{
    struct ra_import_compared m = compared(s, e);

    assert_string_equal(ra_import_state_name(m.cloud_state), ra_import_state_name(cloud));
    assert_string_equal(ra_import_state_name(m.ad_state), ra_import_state_name(ad));
    assert_string_equal(ra_import_finding_name(m.finding), ra_import_finding_name(finding));
}

/* Anna and her peer as a csexport would have them. */
static struct stage annas(struct scene *s)
{
    struct stage t = {.a = anna(s), .p = annas_peer(s)};

    t.e = (struct ra_import_entry){.kind = RA_USER,
                                   .anchor = t.p.o.immutable_id,
                                   .id = t.p.o.id,
                                   .sid = t.a.sid,
                                   .upn = t.a.upn};
    return t;
}

static struct stage groups(struct scene *s)
{
    struct stage t = {.a = group(s), .p = groups_peer(s)};

    t.e = (struct ra_import_entry){
        .kind = RA_GROUP, .anchor = anchor_of(s, t.a.guid), .id = t.p.o.id, .sid = t.a.sid};
    return t;
}

static void both(struct scene *s, const struct stage *t)
{
    put_ad(s, &t->a);
    put_cloud(s, &t->p);
}

static void what_is_as_it_was_is_no_finding(void **state)
{
    struct stage t = annas(*state), g = groups(*state);

    both(*state, &t);
    both(*state, &g);
    finds(*state, &t.e, RA_STATE_SAME, RA_STATE_SAME, RA_FINDING_NONE);
    finds(*state, &g.e, RA_STATE_UNSEEN, RA_STATE_SAME, RA_FINDING_NONE);
    t.e.id = (struct ra_str){NULL, 0}; /* a CSV has no id */
    finds(*state, &t.e, RA_STATE_SAME, RA_STATE_SAME, RA_FINDING_NONE);
}

static void a_user_who_came_back_under_another_id_is_the_same(void **state)
{
    struct stage t = annas(*state);

    both(*state, &t);
    t.e.id = RA_STR("00000000-0000-0000-0000-00000000dead");
    finds(*state, &t.e, RA_STATE_SAME, RA_STATE_SAME, RA_FINDING_NONE);
}

static void an_anchor_that_changed_in_ad_is_found_by_the_sid(void **state)
{
    struct stage t = groups(*state);
    struct ra_import_compared m;

    t.a.consistency_guid = SIXTEEN;
    both(*state, &t);
    finds(*state, &t.e, RA_STATE_UNSEEN, RA_STATE_DIFFERENT, RA_FINDING_AD_CHANGED);
    m = compared(*state, &t.e);
    assert_true(m.ad_number == FIRST && m.cloud_seq == FIRST);
}

static void an_anchor_that_changed_in_the_cloud_is_found_by_the_id(void **state)
{
    struct stage t = annas(*state);

    t.p.o.immutable_id = anchor_of(*state, SIXTEEN);
    both(*state, &t);
    finds(*state, &t.e, RA_STATE_DIFFERENT, RA_STATE_SAME, RA_FINDING_CLOUD_CHANGED);
}

static void an_anchor_that_was_cleared_in_the_cloud_is_said_so(void **state)
{
    struct stage t = annas(*state);

    t.p.o.immutable_id = (struct ra_str){NULL, 0};
    both(*state, &t);
    finds(*state, &t.e, RA_STATE_DIFFERENT, RA_STATE_SAME, RA_FINDING_CLOUD_CLEARED);
}

static void a_synced_object_without_anybody_in_ad_would_be_deleted(void **state)
{
    struct stage t = annas(*state);

    put_cloud(*state, &t.p);
    finds(*state, &t.e, RA_STATE_SAME, RA_STATE_MISSING, RA_FINDING_AD_MISSING);
}

static void an_unsynced_one_is_left_alone(void **state)
{
    struct stage t = annas(*state);

    t.p.o.synced = RA_UNKNOWN;
    put_cloud(*state, &t.p);
    finds(*state, &t.e, RA_STATE_SAME, RA_STATE_MISSING, RA_FINDING_NONE);
}

static void what_only_ad_has_would_be_made_anew(void **state)
{
    struct stage t = annas(*state);

    put_ad(*state, &t.a);
    finds(*state, &t.e, RA_STATE_MISSING, RA_STATE_SAME, RA_FINDING_CLOUD_MISSING);
}

static void what_lies_in_the_recycle_bin_would_be_restored(void **state)
{
    struct stage t = annas(*state);

    t.p.o.deleted = true;
    both(*state, &t);
    finds(*state, &t.e, RA_STATE_DELETED, RA_STATE_SAME, RA_FINDING_CLOUD_DELETED);
}

static void what_neither_side_has_is_gone_and_no_finding(void **state)
{
    struct stage t = annas(*state);
    struct peer other = stranger(*state, "00000000-0000-0000-0000-000000000007");

    put_cloud(*state, &other);
    finds(*state, &t.e, RA_STATE_MISSING, RA_STATE_MISSING, RA_FINDING_GONE);
    assert_false(ra_import_finding_counts(RA_FINDING_GONE));
}

static void what_is_out_of_scope_would_be_deleted(void **state)
{
    struct stage t = annas(*state);

    t.a.critical_system = true;
    both(*state, &t);
    finds(*state, &t.e, RA_STATE_SAME, RA_STATE_SAME, RA_FINDING_OUT_OF_SCOPE);
}

/* Moved from one forest to another: the old account still has the anchor, by its objectGUID. */
static void of_two_with_the_anchor_the_one_in_scope_counts(void **state)
{
    struct stage t = annas(*state);
    struct ra_ad_object old = t.a;
    struct ra_import_compared m;

    old.critical_system = true;
    old.sid = old.upn = old.login = (struct ra_str){NULL, 0};
    old.proxies = (struct ra_list){0};
    put_ad(*state, &old);
    t.a.consistency_guid = t.a.guid;
    t.a.guid = SIXTEEN;
    both(*state, &t);
    m = compared(*state, &t.e);
    assert_int_equal(m.ad_number, SECOND);
    assert_string_equal(ra_import_finding_name(m.finding), "none");
}

/* The decision goes by the SID; the old server had joined this AD object to another group. */
static void a_group_that_was_joined_to_another_one_is_found(void **state)
{
    struct stage t = groups(*state);
    struct peer other = groups_peer(*state);

    other.o.id = RA_STR("00000000-0000-0000-0000-0000000000aa");
    other.o.sid = RA_STR("S-1-5-21-9-9-9-9");
    other.o.proxies = (struct ra_list){0};
    both(*state, &t);
    put_cloud(*state, &other);
    t.e.id = other.o.id;
    finds(*state, &t.e, RA_STATE_UNSEEN, RA_STATE_SAME, RA_FINDING_JOINED_OTHERWISE);
    t.e.id = RA_STR("00000000-0000-0000-0000-00000000dead");
    finds(*state, &t.e, RA_STATE_MISSING, RA_STATE_SAME, RA_FINDING_JOINED_OTHERWISE);
}

static void a_group_without_an_id_is_found_by_its_address(void **state)
{
    struct stage t = groups(*state);
    struct ra_import_compared m;

    both(*state, &t);
    t.e.id = t.e.sid = (struct ra_str){NULL, 0};
    t.e.smtp = RA_STR("Sales@contoso.com");
    m = compared(*state, &t.e);
    assert_int_not_equal(m.cloud_seq, RA_NONE);
    t.e.kind = RA_CONTACT; /* no contact has it */
    m = compared(*state, &t.e);
    assert_int_equal(m.cloud_seq, RA_NONE);
}

static void a_custom_anchor_is_found_by_its_own_index(void **state)
{
    struct scene *s = *state;
    struct stage t = annas(s);

    s->policy.anchor_attribute = RA_STR("employeeID");
    t.a.custom = employee_id(s, "E0815");
    t.p.o.immutable_id = t.e.anchor = RA_STR("E0815");
    t.e.sid = t.e.upn = (struct ra_str){NULL, 0}; /* nothing else would lead to her */
    both(s, &t);
    finds(s, &t.e, RA_STATE_SAME, RA_STATE_SAME, RA_FINDING_NONE);
}

static void an_object_of_the_second_directory_has_its_name(void **state)
{
    struct scene *s = *state;
    struct stage t = annas(s);
    struct mem_side *empty = mem_side_new("empty", NULL, 0);
    struct ra_side both_sides[2];
    struct ra_import_comparison *c;
    struct ra_import_compared m;
    struct ra_import_now now;

    both(s, &t);
    decide(s);
    both_sides[0] = *mem_side_open(empty);
    both_sides[1] = *scene_input(s)->ad;
    now = (struct ra_import_now){both_sides, 2, scene_input(s)->cloud, &s->result};
    ra_import_compare_open(&now, &c);
    assert_int_equal(ra_import_compare(c, &t.e, &m, NULL), 0);
    assert_true(ra_str_eq(m.directory, RA_STR("contoso")));
    ra_import_compare_close(&c);
    mem_side_free(&empty);
}

/* ---- a damaged cache ---- */

static struct ra_str no_record(void *ctx, uint32_t seq)
{
    (void)ctx;
    (void)seq;
    return (struct ra_str){NULL, 0};
}

static int no_seek(struct ra_side_cursor *c, struct ra_str key)
{
    (void)c;
    (void)key;
    return -1;
}

static void is_damaged(struct scene *s, const struct ra_side *ad, const struct ra_side *cloud,
                       const struct ra_import_entry *e, const char *name)
{
    const struct ra_import_now now = {ad, 1, cloud, &s->result};
    struct ra_import_comparison *c;
    struct ra_import_compared m;
    struct ra_err err = {0};

    ra_import_compare_open(&now, &c);
    assert_int_equal(ra_import_compare(c, e, &m, &err), -(int)RA_EINTEGRITY);
    assert_non_null(strstr(err.msg, name));
    ra_import_compare_close(&c);
}

static void a_damaged_cache_is_told_with_its_side(void **state)
{
    struct scene *s = *state;
    struct stage t = annas(s);
    struct ra_side ad, cloud;

    both(s, &t);
    decide(s);
    ad = *scene_input(s)->ad;
    cloud = *scene_input(s)->cloud;
    ad.seek = no_seek;
    is_damaged(s, &ad, &cloud, &t.e, "cache of contoso: ");
    ad = *scene_input(s)->ad;
    ad.record = no_record;
    is_damaged(s, &ad, &cloud, &t.e, "cache of contoso: ");
    ad = *scene_input(s)->ad;
    cloud.seek = no_seek;
    is_damaged(s, &ad, &cloud, &t.e, "cache of cloud: ");
    cloud = *scene_input(s)->cloud;
    cloud.record = no_record;
    is_damaged(s, &ad, &cloud, &t.e, "cache of cloud: ");
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_new, scene_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(what_is_as_it_was_is_no_finding),
        SCENE(a_user_who_came_back_under_another_id_is_the_same),
        SCENE(an_anchor_that_changed_in_ad_is_found_by_the_sid),
        SCENE(an_anchor_that_changed_in_the_cloud_is_found_by_the_id),
        SCENE(an_anchor_that_was_cleared_in_the_cloud_is_said_so),
        SCENE(a_synced_object_without_anybody_in_ad_would_be_deleted),
        SCENE(an_unsynced_one_is_left_alone),
        SCENE(what_only_ad_has_would_be_made_anew),
        SCENE(what_lies_in_the_recycle_bin_would_be_restored),
        SCENE(what_neither_side_has_is_gone_and_no_finding),
        SCENE(what_is_out_of_scope_would_be_deleted),
        SCENE(of_two_with_the_anchor_the_one_in_scope_counts),
        SCENE(a_group_without_an_id_is_found_by_its_address),
        SCENE(a_custom_anchor_is_found_by_its_own_index),
        SCENE(an_object_of_the_second_directory_has_its_name),
        SCENE(a_damaged_cache_is_told_with_its_side),
        SCENE(a_group_that_was_joined_to_another_one_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
