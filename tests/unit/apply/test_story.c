/* How a run ends when its window cannot be shut, and what a rollback leaves of the batch that it
 * undid. The gate lets everything through, and the tenant is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/apply/gate.h"
#include "recovery/apply/journal_form.h"
#include "recovery/apply/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TENANT "7f3c0000-0000-0000-0000-000000000001"
#define BATCH  "20260101T000000Z-0001"

static struct {
    int closing, carrying; /* what comes of it */
} script;
static char writer; /* only handed on */

/* ---- what stands in the place of the gate and of the tenant ---- */

int __wrap_ra_gate_plan(struct ra_run *r, const struct ra_plan *plan, struct ra_err *err);
int __wrap_ra_gate_plan(struct ra_run *r, const struct ra_plan *plan, struct ra_err *err)
{
    (void)r, (void)plan, (void)err;
    return 0;
}

int __wrap_ra_gate_tenant(struct ra_run *r, bool compare, struct ra_err *err);
int __wrap_ra_gate_tenant(struct ra_run *r, bool compare, struct ra_err *err)
{
    (void)r, (void)compare, (void)err;
    return 0;
}

int __wrap_ra_gate_targets(struct ra_run *r, struct ra_err *err);
int __wrap_ra_gate_targets(struct ra_run *r, struct ra_err *err)
{
    (void)r, (void)err;
    return 0;
}

int __wrap_ra_gate_confirm(struct ra_run *r, struct ra_err *err);
int __wrap_ra_gate_confirm(struct ra_run *r, struct ra_err *err)
{
    (void)r, (void)err;
    return 0;
}

const struct ra_writer *__wrap_ra_gate_writer(struct ra_run *r, struct ra_err *err);
const struct ra_writer *__wrap_ra_gate_writer(struct ra_run *r, struct ra_err *err)
{
    (void)r, (void)err;
    return (const struct ra_writer *)&writer;
}

int __wrap_ra_targets_read(struct ra_run *r, enum ra_place place, struct ra_err *err);
int __wrap_ra_targets_read(struct ra_run *r, enum ra_place place, struct ra_err *err)
{
    (void)err;
    for (size_t i = 0; i < r->n; i++)
        if (r->steps[i].kind->place == place && r->steps[i].state == RA_STEP_PENDING)
            r->steps[i].at = RA_AT_HAVE;
    return 0;
}

static int settle_all(struct ra_run *r, enum ra_place place, struct ra_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < r->n && rc == 0; i++)
        if (r->steps[i].kind->place == place && r->steps[i].state == RA_STEP_PENDING)
            rc = ra_run_settle(r, &r->steps[i], RA_STEP_WRITTEN, NULL, err);
    return rc;
}

int __wrap_ra_carry_cloud(struct ra_run *r, struct ra_err *err);
int __wrap_ra_carry_cloud(struct ra_run *r, struct ra_err *err)
{
    if (script.carrying)
        return ra_fail(err, RA_ENETWORK, "the tenant does not answer");
    return settle_all(r, RA_IN_CLOUD, err);
}

int __wrap_ra_window_open(struct ra_run *r, bool *open, struct ra_err *err);
int __wrap_ra_window_open(struct ra_run *r, bool *open, struct ra_err *err)
{
    *open = ra_run_pending(r, RA_IN_TENANT);
    return settle_all(r, RA_IN_TENANT, err);
}

int __wrap_ra_window_close(struct ra_graph *g, const struct ra_writer *w, const char *store_dir,
                           struct ra_journal *j, enum ra_window_state how, struct ra_err *err);
int __wrap_ra_window_close(struct ra_graph *g, const struct ra_writer *w, const char *store_dir,
                           struct ra_journal *j, enum ra_window_state how, struct ra_err *err)
{
    (void)g, (void)store_dir, (void)how;
    assert_non_null(w);
    assert_non_null(j);
    return script.closing ? ra_fail(err, RA_ENETWORK, "the window cannot be shut") : 0;
}

int __wrap_ra_graph_open(const struct ra_graph_options *o, struct ra_graph **out,
                         struct ra_err *err);
int __wrap_ra_graph_open(const struct ra_graph_options *o, struct ra_graph **out,
                         struct ra_err *err)
{
    (void)o, (void)err;
    *out = NULL;
    return 0;
}

int __wrap_ra_run_graph(struct ra_run *r, struct ra_err *err);
int __wrap_ra_run_graph(struct ra_run *r, struct ra_err *err)
{
    (void)r, (void)err;
    return 0;
}

/* ---- a run ---- */

static char store[64], said[2048];
static const struct ra_graph_options graph = {.tenant_id = TENANT};
static struct ra_apply_world world;
static struct ra_apply_options options;

static void note(void *ctx, const char *line)
{
    size_t n = strlen(said);

    (void)ctx;
    snprintf(said + n, sizeof said - n, "%s\n", line);
}

static int begin(void **state)
{
    char journals[80];

    (void)state;
    snprintf(store, sizeof store, "/tmp/reanchor-story-XXXXXX");
    assert_non_null(mkdtemp(store));
    snprintf(journals, sizeof journals, "%s/journal", store);
    world = (struct ra_apply_world){
        .tenant_id = TENANT, .store_dir = store, .graph = &graph, .note = note};
    options = (struct ra_apply_options){0};
    memset(&script, 0, sizeof script);
    said[0] = '\0';
    return mkdir(journals, 0700);
}

static int end(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", store);
    return system(command);
}

static struct ra_plan_feature on = {{"blockSoftMatchEnabled", 21}, true};
static struct ra_plan_feature off = {{"blockSoftMatchEnabled", 21}, false};

static struct ra_plan_step window_step(void)
{
    struct ra_plan_step s = {
        .id = RA_STR("w1"), .op = RA_OP_SET_FEATURES, .why = RA_SOFT_SMTP, .undoable = true};

    s.target.id = RA_STR(TENANT);
    s.have = s.undo = (struct ra_plan_value){.features = &on, .features_n = 1};
    s.want = (struct ra_plan_value){.features = &off, .features_n = 1};
    return s;
}

static struct ra_plan_step user_step(void)
{
    struct ra_plan_step s = {
        .id = RA_STR("s1"), .op = RA_OP_SET_IMMUTABLE_ID, .why = RA_SOFT_SMTP, .undoable = true};

    s.target.id = RA_STR("c10ad000-0000-4000-8000-000000000001");
    s.want.text = RA_STR("iGhmiAEBERG7uxI0VniQqw==");
    return s;
}

/* A batch of this step, of which nothing is known; ended or not. */
static void leave_batch(struct ra_plan_step step, const char *plan, bool ended)
{
    enum ra_step_state state = RA_STEP_PENDING;
    const char *message = NULL;
    struct ra_batch b = {.steps = &step, .states = &state, .messages = &message, .n = 1};
    struct ra_journal *j = NULL;
    struct ra_err err = {0};

    snprintf(b.head.id, sizeof b.head.id, "%s", BATCH);
    b.head.tenant = RA_STR(TENANT);
    b.head.plan = ra_str(plan);
    assert_int_equal(ra_journal_create(store, &b, &j, &err), 0);
    if (ended)
        assert_int_equal(ra_journal_end(j, "done", &err), 0);
    ra_journal_close(&j);
}

static void leave_window(void)
{
    struct ra_window w = {
        .batch = BATCH, .tenant = TENANT, .opened = 1780000000, .was = {-1, -1, 1}};
    struct ra_err err = {0};

    assert_int_equal(ra_window_write(store, &w, &err), 0);
}

static int apply_plan(const char *hash, struct ra_apply_summary *sum, struct ra_err *err)
{
    struct ra_plan_step steps[] = {user_step(), window_step()};
    struct ra_plan plan = {.tenant = RA_STR(TENANT), .steps = steps, .steps_n = 2};

    snprintf(plan.hash, sizeof plan.hash, "%s", hash);
    *err = (struct ra_err){0};
    return ra_apply_plan(&world, &options, &plan, sum, err);
}

static void a_window_that_cannot_be_shut_is_told_and_ends_the_run(void **state)
{
    struct ra_apply_summary sum = {0};
    struct ra_err err;

    (void)state;
    script.closing = 1;
    assert_int_equal(apply_plan("abcd", &sum, &err), -RA_ENETWORK);
    assert_string_equal(err.msg, "the window cannot be shut");
    assert_non_null(
        strstr(said, "THE MATCHING WINDOW IS STILL OPEN; the next command tries again"));
    assert_non_null(strstr(err.hint, "is unfinished: the same command goes on with it"));
    assert_int_equal(sum.counts[RA_STEP_WRITTEN], 2);
}

/* Interrupted while its window was open; when it goes on the tenant answers to nothing. */
static void an_adopted_window_that_cannot_be_shut_either_is_told(void **state)
{
    struct ra_apply_summary sum = {0};
    struct ra_err err;

    (void)state;
    leave_batch(window_step(), "abcd", false);
    leave_window();
    script.closing = script.carrying = 1;
    assert_int_equal(apply_plan("abcd", &sum, &err), -RA_ENETWORK);
    assert_string_equal(err.msg, "the tenant does not answer");
    assert_non_null(strstr(said, "was interrupted: going on with it"));
    assert_non_null(strstr(said, "THE MATCHING WINDOW IS STILL OPEN"));
    assert_non_null(strstr(said, "the window cannot be shut"));
}

static void a_window_of_another_run_is_shut_before_anything_else(void **state)
{
    struct ra_apply_summary sum = {0};
    struct ra_err err;

    (void)state;
    leave_batch(window_step(), "of another plan", true);
    leave_window();
    assert_int_equal(apply_plan("abcd", &sum, &err), 0);
    assert_non_null(strstr(said, "a window that an interrupted run had left open was closed"));
    assert_int_equal(sum.counts[RA_STEP_WRITTEN], 2);
    leave_window();
    script.closing = 1;
    assert_int_equal(apply_plan("abcd", &sum, &err), -RA_ENETWORK);
}

static int ended(void *ctx, const struct ra_batch_head *head, bool ended, struct ra_err *err)
{
    (void)err;
    if (strcmp(head->id, BATCH) == 0)
        *(bool *)ctx = ended;
    return 0;
}

static void an_interrupted_batch_that_is_undone_has_ended(void **state)
{
    struct ra_apply_summary sum = {0};
    struct ra_err err = {0};
    bool is = true;

    (void)state;
    leave_batch(user_step(), "abcd", false);
    assert_int_equal(ra_journal_list(store, ended, &is, &err), 0);
    assert_false(is);
    assert_int_equal(ra_apply_rollback(&world, &options, BATCH, &sum, &err), 0);
    assert_int_equal(ra_journal_list(store, ended, &is, &err), 0);
    assert_true(is);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_window_that_cannot_be_shut_is_told_and_ends_the_run),
        TEST(an_adopted_window_that_cannot_be_shut_either_is_told),
        TEST(a_window_of_another_run_is_shut_before_anything_else),
        TEST(an_interrupted_batch_that_is_undone_has_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
