/* The gate, and which attribute is the source anchor. */
#include "tests/unit/match/scene.h"

#include <stdio.h>
#include <string.h>

/* ---- the gate ---- */

static void a_tenant_in_step_is_safe(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), g = group(s);
    struct peer p = annas_peer(s), q = groups_peer(s);

    put_ad(s, &a);
    put_ad(s, &g);
    put_cloud(s, &p);
    put_cloud(s, &q);
    decide(s);
    expect_gate(s, RA_GATE_SAFE, NULL);
    assert_int_equal(s->result.matched_unseen, 1);
}

static void findings_ask_for_action_by_code(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s), c = contact(s);
    struct peer p = annas_peer(s), q = groups_peer(s);

    put_ad(s, &b);
    put_ad(s, &a);
    put_ad(s, &c);
    put_cloud(s, &q);
    put_cloud(s, &p);
    decide(s);
    expect_gate(s, RA_GATE_ACTION, "ADD 2", "ORPHAN 1", NULL);
}

static void an_incomplete_snapshot_stops(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->incomplete = true;
    decide_pair(s, &a, &p);
    expect_gate(s, RA_GATE_STOP, "SNAPSHOT_INCOMPLETE", NULL);
}

/* Anna in step, and so many synced groups and users that AD does not know. */
static void with_orphans(struct scene *s, unsigned groups, unsigned users)
{
    static const char *const ids[] = {"0001", "0002", "0003", "0004"};
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    for (unsigned i = 0; i < groups + users; i++) {
        struct peer o = stranger(s, ids[i]);

        o.o.kind = i < groups ? RA_GROUP : RA_USER;
        o.o.synced = RA_YES;
        put_cloud(s, &o);
    }
    decide_pair(s, &a, &p);
}

static void row_44_more_deletes_than_the_tenants_threshold_stop(void **state)
{
    struct scene *s = *state;

    s->tenant.prevention = RA_PREVENTION_COUNT;
    s->tenant.threshold = 1;
    with_orphans(s, 2, 0);
    expect_gate(s, RA_GATE_STOP, "GATE_TENANT_THRESHOLD 2", NULL);
}

static void as_many_deletes_as_the_threshold_do_not_stop(void **state)
{
    struct scene *s = *state;

    s->tenant.prevention = RA_PREVENTION_COUNT;
    s->tenant.threshold = 2;
    with_orphans(s, 2, 0);
    expect_gate(s, RA_GATE_ACTION, "ORPHAN 2", NULL);
}

static void a_threshold_in_percent_counts_of_the_live_synced(void **state)
{
    struct scene *s = *state;

    s->tenant.prevention = RA_PREVENTION_PERCENT;
    s->tenant.threshold = 49;
    with_orphans(s, 1, 0);
    expect_gate(s, RA_GATE_STOP, "GATE_TENANT_THRESHOLD 1", NULL);
}

static void exactly_the_tenants_percentage_does_not_stop(void **state)
{
    struct scene *s = *state;

    s->tenant.prevention = RA_PREVENTION_PERCENT;
    s->tenant.threshold = 50;
    with_orphans(s, 1, 0);
    expect_gate(s, RA_GATE_ACTION, "ORPHAN 1", NULL);
}

static void a_threshold_that_is_off_does_not_stop(void **state)
{
    struct scene *s = *state;

    s->tenant.prevention = RA_PREVENTION_OFF;
    with_orphans(s, 1, 0);
    expect_gate(s, RA_GATE_ACTION, "ORPHAN 1", NULL);
}

static void more_deletes_than_allowed_stop(void **state)
{
    struct scene *s = *state;

    s->policy.max_deletes = 1;
    with_orphans(s, 2, 0);
    expect_gate(s, RA_GATE_STOP, "GATE_MAX_DELETES 2", NULL);
}

static void a_larger_share_of_deletes_than_allowed_stops(void **state)
{
    struct scene *s = *state;

    s->policy.max_deletes_percent = 49.9;
    with_orphans(s, 1, 0);
    expect_gate(s, RA_GATE_STOP, "GATE_MAX_DELETES 1", NULL);
}

static void exactly_the_allowed_share_does_not(void **state)
{
    struct scene *s = *state;

    s->policy.max_deletes_percent = 50;
    with_orphans(s, 1, 0);
    expect_gate(s, RA_GATE_ACTION, "ORPHAN 1", NULL);
}

static void deletes_without_a_recycle_bin_have_their_own_limit(void **state)
{
    struct scene *s = *state;

    s->policy.max_hard_deletes = 0;
    with_orphans(s, 1, 1);
    expect_gate(s, RA_GATE_STOP, "GATE_HARD_DELETES 1", NULL);
}

static void a_duplicate_anchor_stops(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);

    a.consistency_guid = b.consistency_guid = SIXTEEN;
    put_ad(s, &a);
    put_ad(s, &b);
    decide(s);
    expect_gate(s, RA_GATE_STOP, "BLOCK_DUP_ANCHOR 2", NULL);
}

static void a_crossing_stops(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), other = stranger(s, "bbbb");

    other.o.sid = RA_STR(ANNAS_SID);
    put_cloud(s, &other);
    decide_pair(s, &a, &p);
    expect_gate(s, RA_GATE_STOP, "WARN_CROSS 1", NULL);
}

static void every_reason_to_stop_is_listed_in_order(void **state)
{
    struct scene *s = *state;

    s->incomplete = true;
    s->policy.anchor_attribute = RA_STR("auto");
    s->policy.max_deletes = s->policy.max_hard_deletes = 0;
    s->tenant.prevention = RA_PREVENTION_COUNT;
    with_orphans(s, 1, 3);
    expect_gate(s, RA_GATE_STOP, "SNAPSHOT_INCOMPLETE", "ANCHOR_UNDETERMINED",
                "GATE_TENANT_THRESHOLD 4", "GATE_MAX_DELETES 4", "GATE_HARD_DELETES 1", NULL);
}

/* ---- the source anchor ---- */

static const struct ra_candidate *candidate(const struct scene *s, size_t i, const char *name)
{
    assert_true(i < s->result.detection.candidates_n);
    assert_true(ra_str_eq(s->result.detection.candidates[i].name, ra_str(name)));
    return &s->result.detection.candidates[i];
}

static void detects(struct scene *s, const char *chosen)
{
    const struct ra_detection *d = &s->result.detection;

    assert_true(ra_str_eq(d->candidates[d->chosen].name, ra_str(chosen)));
}

static void the_attribute_that_reproduces_most_is_chosen(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s), b = berta(s);
    struct peer p = annas_peer(s), q = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("auto");
    b.consistency_guid = SIXTEEN;
    q.o.id = RA_STR("bbbb");
    q.o.immutable_id = anchor_of(s, SIXTEEN);
    q.o.sid = RA_STR("");
    put_ad(s, &b);
    put_cloud(s, &q);
    decide_pair(s, &a, &p);
    detects(s, "mS-DS-ConsistencyGuid");
    assert_int_equal(candidate(s, 0, "mS-DS-ConsistencyGuid")->reproduced, 2);
    assert_int_equal(candidate(s, 1, "objectGUID")->reproduced, 1);
    assert_false(s->result.detection.undetermined);
}

static void a_tie_goes_to_the_tenants_own_attribute(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("auto");
    s->tenant.anchor_attribute = RA_STR("OBJECTGUID");
    decide_pair(s, &a, &p);
    detects(s, "objectGUID");
}

static void a_tie_goes_to_the_first_of_the_list_otherwise(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("auto");
    decide_pair(s, &a, &p);
    detects(s, "mS-DS-ConsistencyGuid");
}

static void an_anchor_that_nothing_reproduces_is_undetermined_and_stops(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("auto");
    p.o.immutable_id = RA_STR("E0815");
    decide_pair(s, &a, &p);
    expect(s, FIRST, RA_ANCHOR_DRIFT, 21, FIRST); /* decided all the same */
    expect_gate(s, RA_GATE_STOP, "ANCHOR_UNDETERMINED", NULL);
}

static void a_candidate_of_the_operator_is_tried(void **state)
{
    struct scene *s = *state;
    static const struct ra_str names[] = {{"employeeID", 10}};
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("auto");
    s->policy.candidates = names;
    s->policy.candidates_n = 1;
    a.custom = employee_id(s, "E0815");
    p.o.immutable_id = RA_STR("E0815");
    decide_pair(s, &a, &p);
    detects(s, "employeeID");
    expect(s, FIRST, RA_MATCH_HARD, 1, FIRST);
}

static void without_synced_users_those_with_an_anchor_are_counted(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s), other = stranger(s, "bbbb");

    s->policy.anchor_attribute = RA_STR("auto");
    p.o.synced = RA_NO;
    put_cloud(s, &other);
    decide_pair(s, &a, &p);
    assert_int_equal(s->result.detection.all, 1);
    assert_false(s->result.detection.undetermined);
}

static void a_configured_attribute_that_reproduces_less_than_half_is_weak(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    a.consistency_guid = SIXTEEN;
    decide_pair(s, &a, &p);
    detects(s, "mS-DS-ConsistencyGuid");
    expect_gate(s, RA_GATE_STOP, "ANCHOR_WEAK", NULL);
}

/* So many people whose anchor both candidates reproduce, and one more for each candidate alone. */
static void put_people(struct scene *s, unsigned both)
{
    static char id[100][32], anchor[100][32];
    const struct ra_ad_object person = anna(s);
    const struct peer peer = annas_peer(s);

    for (unsigned i = 0; i < both + 2; i++) {
        struct ra_ad_object a = person;
        struct peer p = peer;

        snprintf(id[i], sizeof id[i], "%04u", i);
        snprintf(anchor[i], sizeof anchor[i], "%016u", i);
        p.o.id = ra_str(id[i]);
        a.guid = ra_str_n(anchor[i], 16);
        p.o.immutable_id = anchor_of(s, a.guid);
        if (i == both)
            a.consistency_guid = SIXTEEN;
        if (i == both + 1) {
            a.consistency_guid = RA_STR("fedcba9876543210");
            p.o.immutable_id = anchor_of(s, a.consistency_guid);
        }
        put_ad(s, &a);
        put_cloud(s, &p);
    }
    decide(s);
}

static void ninety_nine_of_a_hundred_are_enough_for_a_guess(void **state)
{
    struct scene *s = *state;

    s->policy.anchor_attribute = RA_STR("auto");
    put_people(s, 98);
    assert_int_equal(candidate(s, 0, "mS-DS-ConsistencyGuid")->reproduced, 99);
    assert_int_equal(candidate(s, 1, "objectGUID")->reproduced, 99);
    assert_int_equal(s->result.detection.any, 100);
    assert_false(s->result.detection.undetermined);
}

static void ninety_eight_of_ninety_nine_are_not(void **state)
{
    struct scene *s = *state;

    s->policy.anchor_attribute = RA_STR("auto");
    put_people(s, 97);
    assert_int_equal(s->result.detection.any, 99);
    assert_true(s->result.detection.undetermined);
}

static void a_configured_attribute_that_was_not_read_is_refused(void **state)
{
    struct scene *s = *state;
    struct ra_ad_object a = anna(s);
    struct peer p = annas_peer(s);

    s->policy.anchor_attribute = RA_STR("employeeNumber");
    put_ad(s, &a);
    put_cloud(s, &p);
    assert_int_equal(decide_or_fail(s), -(int)RA_ECONFIG);
}

struct chapter gate_tests(void)
{
    static const struct CMUnitTest tests[] = {
        IN_SCENE(a_tenant_in_step_is_safe),
        IN_SCENE(findings_ask_for_action_by_code),
        IN_SCENE(an_incomplete_snapshot_stops),
        IN_SCENE(row_44_more_deletes_than_the_tenants_threshold_stop),
        IN_SCENE(as_many_deletes_as_the_threshold_do_not_stop),
        IN_SCENE(a_threshold_in_percent_counts_of_the_live_synced),
        IN_SCENE(exactly_the_tenants_percentage_does_not_stop),
        IN_SCENE(a_threshold_that_is_off_does_not_stop),
        IN_SCENE(more_deletes_than_allowed_stop),
        IN_SCENE(a_larger_share_of_deletes_than_allowed_stops),
        IN_SCENE(exactly_the_allowed_share_does_not),
        IN_SCENE(deletes_without_a_recycle_bin_have_their_own_limit),
        IN_SCENE(a_duplicate_anchor_stops),
        IN_SCENE(a_crossing_stops),
        IN_SCENE(every_reason_to_stop_is_listed_in_order),
        IN_SCENE(the_attribute_that_reproduces_most_is_chosen),
        IN_SCENE(a_tie_goes_to_the_tenants_own_attribute),
        IN_SCENE(a_tie_goes_to_the_first_of_the_list_otherwise),
        IN_SCENE(an_anchor_that_nothing_reproduces_is_undetermined_and_stops),
        IN_SCENE(a_candidate_of_the_operator_is_tried),
        IN_SCENE(without_synced_users_those_with_an_anchor_are_counted),
        IN_SCENE(a_configured_attribute_that_reproduces_less_than_half_is_weak),
        IN_SCENE(ninety_nine_of_a_hundred_are_enough_for_a_guess),
        IN_SCENE(ninety_eight_of_ninety_nine_are_not),
        IN_SCENE(a_configured_attribute_that_was_not_read_is_refused),
    };

    return (struct chapter){tests, sizeof tests / sizeof *tests};
}
