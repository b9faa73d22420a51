#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ra_plan_feature closed[] = {{{"blockSoftMatchEnabled", 21}, true}};
static struct ra_plan_feature opened[] = {{{"blockSoftMatchEnabled", 21}, false}};

static struct ra_plan_step steps[3];
static struct ra_prediction expected[] = {
    {.outcome = RA_WILL_MATCH,
     .id = {"00000000-0000-0000-0000-000000000001", 36},
     .kind = RA_USER,
     .why = RA_MATCH_HARD_TAKEOVER,
     .anchor = {"iGhmiAEBERG7uxI0VniQqw==", 24},
     .directory = {"fabrikam", 8},
     .object_guid = {"30475e40-e7ae-4af3-af75-8b143c81daf5", 36}},
    {.outcome = RA_WILL_REJOIN, .id = {"00000000-0000-0000-0000-000000000002", 36}},
};
static struct ra_plan_snapshot snapshots[2];
static struct ra_str reasons[1];

static struct ra_plan sample(void)
{
    struct ra_plan p = {.created = 1780000000, .gate = RA_GATE_ACTION};

    p.tenant = RA_STR("7f3c0000-0000-0000-0000-000000000001");
    p.anchor = RA_STR("mS-DS-ConsistencyGuid");
    snapshots[0] =
        (struct ra_plan_snapshot){RA_STR("ad:contoso"), RA_STR("4"), RA_STR("ab12"), RA_STR("991")};
    snapshots[1] =
        (struct ra_plan_snapshot){RA_STR("cloud"), RA_STR("7"), RA_STR("cd34"), {NULL, 0}};
    reasons[0] = RA_STR("ORPHAN 3");
    p.snapshots = snapshots;
    p.snapshots_n = 2;
    p.reasons = reasons;
    p.reasons_n = 1;
    p.policy = (struct ra_policy){.soft_match = RA_SOFT_STAMP,
                                  .max_deletes = 500,
                                  .max_deletes_percent = 2.5,
                                  .anchor_attribute = RA_STR("auto")};
    p.counts[RA_ORPHAN] = 3;
    p.counts[RA_MATCH_HARD] = 4982;
    p.counts[RA_ANCHOR_DRIFT] = 1;
    return p;
}

static struct ra_plan sample_with_steps(void)
{
    struct ra_plan p = sample();

    memset(steps, 0, sizeof steps);
    steps[0].id = RA_STR("s1");
    steps[0].op = RA_OP_SET_CONSISTENCY_GUID;
    steps[0].target =
        (struct ra_plan_target){RA_STR("contoso"), RA_STR("30475e40-e7ae-4af3-af75-8b143c81daf5"),
                                RA_STR("CN=J\xC3\xB6rg \"J\" \\, x,DC=contoso,DC=com")};
    steps[0].want.text = RA_STR("iGhmiAEBERG7uxI0VniQqw==");
    steps[0].why = RA_ANCHOR_DRIFT;
    steps[0].undoable = true;
    steps[1].id = RA_STR("s2");
    steps[1].op = RA_OP_CLEAR_OBJECT_IDENTIFIER;
    steps[1].target.id = RA_STR("00000000-0000-0000-0000-000000000001");
    steps[1].have.text = RA_STR("88666888-0101-1111-bbbb-1234567890ab");
    steps[1].why = RA_BLOCK_OOI;
    steps[2].id = RA_STR("s3");
    steps[2].op = RA_OP_SET_FEATURES;
    steps[2].target.id = p.tenant;
    steps[2].have = (struct ra_plan_value){.features = closed, .features_n = 1};
    steps[2].want = (struct ra_plan_value){.features = opened, .features_n = 1};
    steps[2].why = RA_BLOCK_SOFT_FLAG;
    steps[2].undoable = true;
    steps[2].undo = steps[2].have;
    p.steps = steps;
    p.steps_n = 3;
    p.expected = expected;
    p.expected_n = 2;
    return p;
}

static char *encoded(const struct ra_plan *p)
{
    struct ra_err err = {0};
    struct ra_buf b;
    char *text;

    ra_buf_init(&b, (size_t)1 << 20);
    assert_int_equal(ra_plan_encode(p, &b, &err), 0);
    text = strdup(ra_buf_z(&b));
    ra_buf_free(&b);
    return text;
}

static void a_plan_without_steps_is_written_in_one_form(void **state)
{
    /* The hash is of the same members but itself, sorted and without white space, as
     * `jq -cjS 'del(.hash)' plan.json | sha256sum` gives it. */
    static const char want[] =
        "{\n"
        "  \"anchor\": \"mS-DS-ConsistencyGuid\",\n"
        "  \"counts\": {\n"
        "    \"ANCHOR_DRIFT\": 1,\n"
        "    \"MATCH_HARD\": 4982,\n"
        "    \"ORPHAN\": 3\n"
        "  },\n"
        "  \"created\": \"2026-05-28T20:26:40Z\",\n"
        "  \"expected\": {\n"
        "    \"added\": [],\n"
        "    \"complete\": false,\n"
        "    \"deleted\": [],\n"
        "    \"matched\": [],\n"
        "    \"rejoined\": [],\n"
        "    \"undecided\": []\n"
        "  },\n"
        "  \"format\": 1,\n"
        "  \"gate\": \"ACTION\",\n"
        "  \"hash\": \"1285d65c903516806eadbf44143faa574a75787d41bcd7872225e7cb9a445007\",\n"
        "  \"policy\": {\n"
        "    \"anchor_attribute\": \"auto\",\n"
        "    \"max_deletes\": 500,\n"
        "    \"max_deletes_percent\": 2.5,\n"
        "    \"max_hard_deletes\": 0,\n"
        "    \"soft_match\": \"stamp\",\n"
        "    \"takeover\": \"deny\"\n"
        "  },\n"
        "  \"reasons\": [\n"
        "    \"ORPHAN 3\"\n"
        "  ],\n"
        "  \"snapshots\": {\n"
        "    \"ad:contoso\": {\n"
        "      \"hash\": \"ab12\",\n"
        "      \"id\": \"4\",\n"
        "      \"marker\": \"991\"\n"
        "    },\n"
        "    \"cloud\": {\n"
        "      \"hash\": \"cd34\",\n"
        "      \"id\": \"7\",\n"
        "      \"marker\": null\n"
        "    }\n"
        "  },\n"
        "  \"steps\": [],\n"
        "  \"tenant\": \"7f3c0000-0000-0000-0000-000000000001\"\n"
        "}\n";
    struct ra_plan p = sample();
    char *text = encoded(&p);

    (void)state;
    assert_string_equal(text, want);
    free(text);
}

static void what_is_read_is_what_was_written(void **state)
{
    struct ra_plan p = sample_with_steps(), q;
    char *text = encoded(&p), *again;
    struct ra_err err = {0};

    (void)state;
    if (ra_plan_decode(ra_str(text), &q, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(q.created, p.created);
    assert_int_equal(q.gate, RA_GATE_ACTION);
    assert_int_equal(q.counts[RA_MATCH_HARD], 4982);
    assert_int_equal(q.policy.soft_match, RA_SOFT_STAMP);
    assert_false(q.policy.takeover_allowed);
    assert_int_equal(q.steps_n, 3);
    assert_true(ra_str_eq(q.steps[0].target.dn, steps[0].target.dn));
    assert_true(ra_str_absent(q.steps[0].have.text));
    assert_true(q.steps[0].undoable);
    assert_int_equal(q.steps[1].op, RA_OP_CLEAR_OBJECT_IDENTIFIER);
    assert_false(q.steps[1].undoable);
    assert_int_equal(q.steps[1].why, RA_BLOCK_OOI);
    assert_int_equal(q.steps[2].want.features_n, 1);
    assert_false(q.steps[2].want.features[0].on);
    assert_true(q.steps[2].undo.features[0].on);
    assert_int_equal(q.expected_n, 2);
    assert_int_equal(q.expected[0].outcome, RA_WILL_MATCH);
    assert_int_equal(q.expected[0].why, RA_MATCH_HARD_TAKEOVER);
    assert_true(ra_str_eq(q.expected[0].anchor, expected[0].anchor));
    assert_int_equal(q.expected[1].outcome, RA_WILL_REJOIN);
    assert_true(ra_str_eq(q.expected[1].id, expected[1].id));
    assert_int_equal(strlen(q.hash), 64);
    again = encoded(&q);
    assert_string_equal(again, text);
    free(again);
    free(text);
    ra_plan_free(&q);
}

static void one_edited_byte_is_found_wherever_it_is(void **state)
{
    static const char flips[] = {1, 2, 0x20, (char)0x80};
    struct ra_plan p = sample_with_steps(), q;
    char *text = encoded(&p);
    size_t n = strlen(text);
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < sizeof flips; f++) {
            text[i] = (char)(text[i] ^ flips[f]);
            if (ra_plan_decode(ra_str_n(text, n), &q, &err) != -(int)RA_ESTALE)
                fail_msg("byte %zu changed to %02x was not found", i, (unsigned char)text[i]);
            assert_true(err.msg[0] && err.hint[0]);
            text[i] = (char)(text[i] ^ flips[f]);
        }
    free(text);
}

static void a_plan_cut_short_or_gone_on_with_is_refused(void **state)
{
    struct ra_plan p = sample_with_steps(), q;
    char *text = encoded(&p);
    size_t n = strlen(text);
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < n; i++)
        assert_int_equal(ra_plan_decode(ra_str_n(text, i), &q, &err), -(int)RA_ESTALE);
    text[n - 1] = ' ';
    assert_int_equal(ra_plan_decode(ra_str_n(text, n), &q, &err), -(int)RA_ESTALE);
    free(text);
}

/* Replaces a text by another of any length, as an editor would. */
static char *edited(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    size_t n = strlen(text) + strlen(to) + 1;
    char *out = malloc(n);

    assert_non_null(at);
    assert_non_null(out);
    snprintf(out, n, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

/* One cloud object that AD objects of two directories are to become. */
static void predictions_of_one_id_come_by_directory(void **state)
{
    struct ra_plan p = {0};

    (void)state;
    ra_plan_expect(&p, &(struct ra_prediction){.outcome = RA_WILL_MATCH,
                                               .id = RA_STR("1"),
                                               .directory = RA_STR("fabrikam")});
    ra_plan_expect(&p, &(struct ra_prediction){.outcome = RA_WILL_MATCH,
                                               .id = RA_STR("1"),
                                               .directory = RA_STR("contoso")});
    ra_plan_order(&p);
    assert_true(ra_str_eq(p.expected[0].directory, RA_STR("contoso")));
    ra_plan_free(&p);
}

static const struct {
    const char *from, *to, *message;
} edits[] = {
    {"\"format\": 1", "\"format\": 2", "plan: format is of another version, want 1"},
    {"\"gate\": \"ACTION\"", "\"gate\": \"GO\"", "plan: gate is GO, want SAFE, ACTION or STOP"},
    {"  \"gate\": \"ACTION\",\n", "", "plan: gate is missing, want a value"},
    {"\"ORPHAN\": 3", "\"ORPHANS\": 3", "plan: counts is ORPHANS, want the code of a verdict"},
    {"\"max_deletes\": 500", "\"max_deletes\": \"500\"",
     "plan: max_deletes is a string, want a number"},
    {"ad.set_consistency_guid\",\n      \"target", "ad.set_anything\",\n      \"target",
     "plan: steps[0].op is ad.set_anything, want an operation"},
    {"\"why\": \"BLOCK_OOI\"", "\"why\": \"BECAUSE\"",
     "plan: steps[1].why is unknown, want the code of a verdict"},
    {"\"want\": null,\n      \"why", "\"want\": \"x\",\n      \"why",
     "plan: steps[1].want is a value, want null: the identifier can only be cleared"},
    {"\"directory\": \"contoso\"", "\"directory\": null",
     "plan: steps[0].target.directory is null, want the directory of an AD object"},
    {"\"ORPHAN 3\"", "3", "plan: reasons is a number, want an array of strings"},
    {"\"reasons\": [\n    \"ORPHAN 3\"\n  ]", "\"reasons\": {}",
     "plan: reasons is an object, want an array"},
    {"\"snapshots\": {", "\"snapshots\": {\"x\": [],", "plan: snapshots is an array, want objects"},
    {"\"blockSoftMatchEnabled\": true", "\"blockSoftMatchEnabled\": null",
     "plan: steps[2].blockSoftMatchEnabled is null, want true or false"},
    {"\"undo\": null", "\"undo\": false",
     "plan: steps[1].undo is true or false, want an object or null"},
    {"\"have\": {\n        \"blockSoftMatchEnabled\": true\n      }", "\"have\": 5",
     "plan: steps[2].have is a number, want an object of features"},
    {"\"complete\": false", "\"complete\": 0",
     "plan: expected.complete is a number, want true or false"},
    {"\"rejoined\": [", "\"rejoined\": [7,",
     "plan: expected.rejoined: id is a number, want a string"},
    {"  \"format\": 1", "   \"format\": 1",
     "plan: line 31 is not as it was written: its content gives another text"},
    {"  \"format\": 1", "  \"format\": 1.0",
     "plan: line 31 is not as it was written: its content gives another text"},
    {"  \"format\": 1", "  \"note\": 1,\n  \"format\": 1",
     "plan: line 31 is not as it was written: its content gives another text"},
};

static void an_edit_is_refused_with_what_was_found_and_what_was_wanted(void **state)
{
    struct ra_plan p = sample_with_steps(), q;
    char *text = encoded(&p);

    (void)state;
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        char *changed = edited(text, edits[i].from, edits[i].to);
        struct ra_err err = {0};
        assert_int_equal(ra_plan_decode(ra_str(changed), &q, &err), -(int)RA_ESTALE);
        assert_string_equal(err.msg, edits[i].message);
        assert_int_equal(ra_exit_status(&err), 6);
        free(changed);
    }
    free(text);
}

static void a_changed_value_is_told_by_the_hash(void **state)
{
    struct ra_plan p = sample(), q;
    char *text = encoded(&p), *changed = edited(text, "4982", "4981");
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_plan_decode(ra_str(changed), &q, &err), -(int)RA_ESTALE);
    assert_non_null(strstr(err.msg, "it was edited"));
    free(changed);
    free(text);
}

static void a_plan_takes_gate_counts_and_policy_from_the_decision(void **state)
{
    static char why[][64] = {"ADD 2"};
    struct ra_candidate candidates[] = {{RA_STR("objectGUID"), 3}, {RA_STR("employeeID"), 9}};
    struct ra_result r = {.gate = RA_GATE_ACTION, .reasons = why, .reasons_n = 1};
    struct ra_policy policy = {.takeover_allowed = true, .anchor_attribute = RA_STR("auto")};
    struct ra_plan p = {.tenant = RA_STR("t")};
    char *text;

    (void)state;
    r.detection = (struct ra_detection){.candidates = candidates, .candidates_n = 2, .chosen = 1};
    r.counts[RA_ADD] = 2;
    ra_plan_fill(&p, &r, &policy);
    text = encoded(&p);
    assert_non_null(strstr(text, "\"anchor\": \"employeeID\""));
    assert_non_null(strstr(text, "\"counts\": {\n    \"ADD\": 2\n  }"));
    assert_non_null(strstr(text, "\"reasons\": [\n    \"ADD 2\"\n  ]"));
    assert_non_null(strstr(text, "\"takeover\": \"allow\""));
    free(text);
    ra_plan_free(&p);
}

static int give_steps(void *ctx, void (*each)(void *, const struct ra_plan_step *), void *to,
                      struct ra_err *err)
{
    const struct ra_plan *p = ctx;

    (void)err;
    for (size_t i = 0; i < p->steps_n; i++)
        each(to, &p->steps[i]);
    return 0;
}

static int give_expected(void *ctx, enum ra_outcome outcome,
                         void (*each)(void *, const struct ra_prediction *), void *to,
                         struct ra_err *err)
{
    const struct ra_plan *p = ctx;

    (void)err;
    for (size_t i = 0; i < p->expected_n; i++)
        if (p->expected[i].outcome == outcome)
            each(to, &p->expected[i]);
    return 0;
}

static void a_plan_written_piece_by_piece_has_the_same_bytes(void **state)
{
    struct ra_plan p = sample_with_steps(), head = sample();
    struct ra_plan_source source = {&p, give_steps, give_expected};
    char *text = encoded(&p), *written = NULL, hash[65];
    size_t n = 0;
    FILE *fp = open_memstream(&written, &n);
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_plan_write(&head, &source, fp, hash, &err), 0);
    fclose(fp);
    assert_string_equal(written, text);
    assert_non_null(strstr(text, hash));
    free(written);
    free(text);
}

static void steps_that_were_added_are_put_in_order_and_numbered(void **state)
{
    struct ra_plan from = sample_with_steps(), p = sample();
    char *text, *again;

    (void)state;
    for (size_t i = 3; i-- > 0;) {
        from.steps[i].id = (struct ra_str){NULL, 0};
        ra_plan_add_step(&p, &from.steps[i]);
    }
    for (size_t i = 2; i-- > 0;)
        ra_plan_expect(&p, &from.expected[i]);
    ra_plan_order(&p);
    assert_int_equal(p.steps[0].op, RA_OP_SET_CONSISTENCY_GUID);
    assert_true(ra_str_eq(p.steps[0].id, RA_STR("s000001")));
    assert_int_equal(p.steps[1].op, RA_OP_CLEAR_OBJECT_IDENTIFIER);
    assert_int_equal(p.steps[2].op, RA_OP_SET_FEATURES);
    assert_true(ra_str_eq(p.steps[2].id, RA_STR("s000003")));
    assert_int_equal(p.expected[0].outcome, RA_WILL_MATCH);
    for (size_t i = 0; i < 3; i++)
        from.steps[i].id = p.steps[i].id;
    text = encoded(&p);
    again = encoded(&from);
    assert_string_equal(text, again);
    free(text);
    free(again);
    ra_plan_free(&p);
}

static void steps_can_be_added_to_a_plan_that_was_read(void **state)
{
    struct ra_plan from = sample_with_steps(), p;
    char *text = encoded(&from);
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_plan_decode(ra_str(text), &p, &err), 0);
    ra_plan_add_step(&p, &from.steps[0]);
    ra_plan_expect(&p, &from.expected[1]);
    assert_int_equal(p.steps_n, 4);
    assert_true(ra_str_eq(p.steps[2].id, RA_STR("s3")));
    assert_true(ra_str_eq(p.steps[3].target.dn, from.steps[0].target.dn));
    assert_int_equal(p.expected_n, 3);
    free(text);
    ra_plan_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_without_steps_is_written_in_one_form),
        cmocka_unit_test(what_is_read_is_what_was_written),
        cmocka_unit_test(one_edited_byte_is_found_wherever_it_is),
        cmocka_unit_test(a_plan_cut_short_or_gone_on_with_is_refused),
        cmocka_unit_test(an_edit_is_refused_with_what_was_found_and_what_was_wanted),
        cmocka_unit_test(a_changed_value_is_told_by_the_hash),
        cmocka_unit_test(a_plan_written_piece_by_piece_has_the_same_bytes),
        cmocka_unit_test(steps_that_were_added_are_put_in_order_and_numbered),
        cmocka_unit_test(steps_can_be_added_to_a_plan_that_was_read),
        cmocka_unit_test(predictions_of_one_id_come_by_directory),
        cmocka_unit_test(a_plan_takes_gate_counts_and_policy_from_the_decision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
