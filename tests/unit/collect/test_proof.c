#include "tests/unit/graph/cmocka_all.h"

#include "recovery/collect/proof.h"
#include "tests/unit/collect/store.h"
#include "tests/unit/graph/bench.h"

#include <string.h>

/* Whether nothing is missing: what came, held against what the tenant counts. */

#define COUNT(match, n)                                                                            \
    {                                                                                              \
        match, 0, 200, "Content-Type: text/plain\r\n", n, WHOLE, NULL                              \
    }
#define INDEX(count, ids)                                                                          \
    {                                                                                              \
        "/users?$select=id&", 0, 200, NULL, "{\"@odata.count\":" count ",\"value\":[" ids "]}",    \
            WHOLE, "ConsistencyLevel: eventual"                                                    \
    }
#define ANN                                                                                        \
    {                                                                                              \
        "/users/ann?", 0, 200, NULL, "{\"id\":\"ann\",\"displayName\":\"Ann\"}", WHOLE, NULL       \
    }
#define NOBODY                                                                                     \
    {                                                                                              \
        "GET /v1.0/users/", 0, 404, NULL, "{\"error\":{\"code\":\"Request_ResourceNotFound\"}}",   \
            WHOLE, NULL                                                                            \
    }
#define OTHERS COUNT("/$count", "0")

struct fixture {
    struct store store;
    struct bench bench;
    struct ra_cloud_fill f;
    struct ra_err err;
};

/* A read that brought two users, ben and cyd. */
static void begin(struct fixture *x, const struct rule *rules, size_t n)
{
    static const char *const ids[] = {"ben", "cyd"};
    bool resumed;

    memset(x, 0, sizeof *x);
    bench_start(&x->bench, rules, n);
    assert_int_equal(bench_open(&x->bench, &x->err), 0);
    store_begin(&x->store);
    x->f.graph = x->bench.graph;
    x->f.cache = x->store.cache;
    x->f.open = true;
    ra_buf_init(&x->f.record, 65536);
    ra_buf_init(&x->f.lists, 65536);
    assert_int_equal(ra_ledger_open(&x->f.ledger, x->store.cache, "token", &resumed, &x->err), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(ra_ledger_put(&x->f.ledger, ra_str(ids[i]),
                                       store_record(&x->store, RA_USER, ids[i], "", false), NULL,
                                       &x->err),
                         0);
}

static void end(struct fixture *x)
{
    ra_ledger_discard(&x->f.ledger);
    ra_buf_free(&x->f.record);
    ra_buf_free(&x->f.lists);
    ra_seen_free(&x->f.listed);
    ra_arena_free(&x->f.arena);
    store_end(&x->store);
    bench_end(&x->bench);
}

static void assert_proof(const struct fixture *x, const char *want)
{
    if (!strstr(x->f.proof, want))
        fail_msg("\"%s\" is not in: %s", want, x->f.proof);
}

static void as_many_as_are_counted_is_proof(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT("/users/$count", "2"), OTHERS};
    struct fixture x;

    (void)state;
    begin(&x, RULES(rules));
    assert_int_equal(ra_proof_check_anew(&x.f, &x.err), 0);
    assert_proof(&x, "each list read to its explicit end and held against the tenant's count; "
                     "2 users, as many as the tenant counts");
    assert_int_equal(server_count(x.bench.server, "$select=id&"), 0);
    end(&x);
}

static void far_fewer_are_an_incomplete_read(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT("/users/$count", "6"), OTHERS};
    struct fixture x;

    (void)state;
    begin(&x, RULES(rules));
    assert_int_equal(ra_proof_check_anew(&x.f, &x.err), -RA_EINCOMPLETE);
    assert_string_equal(x.err.msg, "users: 2 objects came, the tenant counts 6");
    assert_string_equal(x.err.hint, "run again; the snapshot before stays in use");
    end(&x);
}

static void one_that_the_list_left_out_is_found_by_the_index(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT("/users/$count", "3"), OTHERS,
                                 INDEX("3", "{\"id\":\"ann\"},{\"id\":\"ben\"},{\"id\":\"cyd\"}"),
                                 ANN};
    struct fixture x;

    (void)state;
    begin(&x, RULES(rules));
    if (ra_proof_check_anew(&x.f, &x.err) != 0)
        fail_msg("%s", x.err.msg);
    assert_int_equal(x.f.missed, 1);
    assert_int_equal(x.f.ledger.live[RA_USERS], 3);
    assert_proof(&x, "where they differ, each id behind the count was looked for, which gave 1 "
                     "that the lists had left out");
    end(&x);
}

static void one_that_is_gone_since_is_only_still_counted(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT("/users/$count", "3"), OTHERS,
                                 INDEX("3", "{\"id\":\"ann\"},{\"id\":\"ben\"},{\"id\":\"cyd\"}"),
                                 NOBODY};
    struct fixture x;

    (void)state;
    begin(&x, RULES(rules));
    assert_int_equal(ra_proof_check_anew(&x.f, &x.err), 0);
    assert_int_equal(x.f.missed, 0);
    assert_proof(&x, "2 users, the tenant counts 3; where they differ, each id behind the count "
                     "was looked for");
    end(&x);
}

static void an_index_short_of_its_own_count_is_held_against_a_first_round(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 COUNT("/users/$count", "3"),
                                 OTHERS,
                                 INDEX("3", "{\"id\":\"ben\"},{\"id\":\"cyd\"}"),
                                 {"/users/delta?$select=id", 0, 200, NULL,
                                  "{\"value\":[{\"id\":\"ann\"},{\"id\":\"ben\"},{\"id\":\"cyd\"},"
                                  "{\"id\":\"dee\",\"@removed\":{\"reason\":\"deleted\"}}],"
                                  "\"@odata.deltaLink\":\"{base}/v1.0/users/delta?$deltatoken=x\"}",
                                  WHOLE, NULL},
                                 ANN};
    struct fixture x;

    (void)state;
    begin(&x, RULES(rules));
    assert_int_equal(ra_proof_check_anew(&x.f, &x.err), 0);
    assert_int_equal(x.f.missed, 1);
    assert_int_equal(server_count(x.bench.server, "$orderby=displayName%20desc"), 1);
    end(&x);
}

static void without_a_first_round_it_is_an_incomplete_read(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        COUNT("/users/$count", "3"),
        OTHERS,
        INDEX("3", "{\"id\":\"ben\"},{\"id\":\"cyd\"}"),
        {"/users/delta?", 0, 404, NULL, "{\"error\":{\"code\":\"x\"}}", WHOLE, NULL}};
    struct fixture x;

    (void)state;
    begin(&x, RULES(rules));
    assert_int_equal(ra_proof_check_anew(&x.f, &x.err), -RA_EINCOMPLETE);
    assert_non_null(strstr(x.err.msg, "users: the tenant's index counts 3 and lists 2"));
    end(&x);
}

static void where_no_index_can_be_listed_the_lag_is_allowed(void **state)
{
    const struct rule rules[] = {
        TOKEN_RULE,
        COUNT("/users/$count", "3"),
        OTHERS,
        {"/users?$select=id&", 0, 400, NULL, "{\"error\":{\"code\":\"x\"}}", WHOLE, NULL}};
    struct fixture x;

    (void)state;
    begin(&x, RULES(rules));
    assert_int_equal(ra_proof_check_anew(&x.f, &x.err), 0);
    assert_null(strstr(x.f.proof, "where they differ"));
    assert_proof(&x, "2 users, the tenant counts 3");
    end(&x);
}

static void why_everything_was_read_stands_at_the_end(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT("/users/$count", "2"), OTHERS};
    struct fixture x;

    (void)state;
    begin(&x, RULES(rules));
    strcpy(x.f.why, "it was asked for");
    assert_int_equal(ra_proof_check_anew(&x.f, &x.err), 0);
    assert_proof(&x, "; all of it, because it was asked for");
    end(&x);
}

/* Whoever was made while they were read is in none of them, and in the changes. */
static void parts_that_make_up_what_is_counted_afterwards_are_proof(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT("/users/$count", "2"), OTHERS};
    struct fixture x;

    (void)state;
    begin(&x, RULES(rules));
    x.f.parts = 2;
    x.f.listed_users = 1;
    x.f.count[RA_USERS] = (struct ra_count){.collection = RA_USERS, .counted = true, .value = 9};
    assert_int_equal(ra_proof_check_anew(&x.f, &x.err), 0);
    assert_int_equal(x.f.parts, 2);
    assert_proof(&x, ", users in 2 parts and held against the tenant's count");
    end(&x);
}

static void assert_full_read(const struct rule *rules, size_t n, const char *why)
{
    struct fixture x;
    bool resync = false;

    begin(&x, rules, n);
    assert_int_equal(ra_proof_check_refresh(&x.f, &resync, &x.err), 0);
    assert_true(resync);
    assert_string_equal(x.f.why, why);
    end(&x);
}

static void changes_that_lost_somebody_lead_to_a_full_read(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT("/users/$count", "1"), OTHERS,
                                 INDEX("1", "{\"id\":\"cyd\"}"), NOBODY};

    (void)state;
    assert_full_read(RULES(rules), "no change told of 0 users that are new and 1 that are gone");
}

static void changes_that_make_far_fewer_than_are_counted_do_so_too(void **state)
{
    const struct rule rules[] = {TOKEN_RULE, COUNT("/users/$count", "9"), OTHERS};

    (void)state;
    assert_full_read(RULES(rules), "users were 2 by the changes, the tenant counts 9");
}

static void changes_that_are_merely_ahead_of_the_index_do_not(void **state)
{
    const struct rule rules[] = {TOKEN_RULE,
                                 COUNT("/users/$count", "1"),
                                 OTHERS,
                                 INDEX("1", "{\"id\":\"cyd\"}"),
                                 {"/users/ben?", 0, 200, NULL, "{\"id\":\"ben\"}", WHOLE, NULL}};
    struct fixture x;
    bool resync = false;

    (void)state;
    begin(&x, RULES(rules));
    assert_int_equal(ra_proof_check_refresh(&x.f, &resync, &x.err), 0);
    assert_false(resync);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_as_are_counted_is_proof),
        cmocka_unit_test(far_fewer_are_an_incomplete_read),
        cmocka_unit_test(one_that_the_list_left_out_is_found_by_the_index),
        cmocka_unit_test(one_that_is_gone_since_is_only_still_counted),
        cmocka_unit_test(an_index_short_of_its_own_count_is_held_against_a_first_round),
        cmocka_unit_test(without_a_first_round_it_is_an_incomplete_read),
        cmocka_unit_test(where_no_index_can_be_listed_the_lag_is_allowed),
        cmocka_unit_test(why_everything_was_read_stands_at_the_end),
        cmocka_unit_test(parts_that_make_up_what_is_counted_afterwards_are_proof),
        cmocka_unit_test(changes_that_lost_somebody_lead_to_a_full_read),
        cmocka_unit_test(changes_that_make_far_fewer_than_are_counted_do_so_too),
        cmocka_unit_test(changes_that_are_merely_ahead_of_the_index_do_not),
    };
    return cmocka_run_group_tests_name("collect proof", tests, NULL, NULL);
}
