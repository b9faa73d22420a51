/* What an interrupted run leaves behind: its window and its batch, as the next command finds them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/apply/gate.h"
#include "recovery/apply/journal_form.h"
#include "recovery/apply/window.h"
#include "src/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TENANT "7f3c0000-0000-0000-0000-000000000001"
#define OTHER  "7f3c0000-0000-0000-0000-000000000002"
#define BATCH  "20260101T000000Z-0001"
#define LATER  "20260102T000000Z-0002"

static char store[64];
static struct ra_apply_world world;
static struct ra_apply_options options;
static char said[4096];

static int begin(void **state)
{
    char journals[80];

    (void)state;
    snprintf(store, sizeof store, "/tmp/reanchor-left-XXXXXX");
    assert_non_null(mkdtemp(store));
    snprintf(journals, sizeof journals, "%s/journal", store);
    world = (struct ra_apply_world){.tenant_id = TENANT, .store_dir = store};
    options = (struct ra_apply_options){0};
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

static void say(void *ctx, const char *line)
{
    size_t n = strlen(said);

    (void)ctx;
    snprintf(said + n, sizeof said - n, "%s\n", line);
}

static void says(const char *text)
{
    if (!strstr(said, text))
        fail_msg("'%s' lacks '%s'", said, text);
}

/* A batch of one step on a user, of which nothing is known yet. */
static void leave_batch(const char *id, const char *tenant, const char *rollback_of)
{
    struct ra_plan_step step = {
        .id = RA_STR("s1"), .op = RA_OP_SET_IMMUTABLE_ID, .why = RA_SOFT_SMTP, .undoable = true};
    enum ra_step_state state = RA_STEP_PENDING;
    const char *message = NULL;
    struct ra_batch b = {.steps = &step, .states = &state, .messages = &message, .n = 1};
    struct ra_journal *j = NULL;
    struct ra_err err = {0};

    snprintf(b.head.id, sizeof b.head.id, "%s", id);
    b.head.tenant = ra_str(tenant);
    b.head.plan = RA_STR("abcd");
    b.head.rollback_of = ra_str(rollback_of);
    step.target.id = RA_STR("c10ad000-0000-4000-8000-000000000001");
    step.want.text = RA_STR("iGhmiAEBERG7uxI0VniQqw==");
    assert_int_equal(ra_journal_create(store, &b, &j, &err), 0);
    ra_journal_close(&j);
}

static void leave_window(const char *tenant)
{
    struct ra_window w = {.batch = BATCH, .opened = 1780000000, .was = {-1, -1, 1}};
    struct ra_err err = {0};

    snprintf(w.tenant, sizeof w.tenant, "%s", tenant);
    assert_int_equal(ra_window_write(store, &w, &err), 0);
}

static void put_window(const char *bytes)
{
    struct ra_buf path;
    struct ra_err err = {0};

    ra_journal_path(store, "window", "", &path);
    assert_int_equal(ra_file_write(ra_buf_z(&path), bytes, strlen(bytes), &err), 0);
    ra_buf_free(&path);
}

/* ---- a window ---- */

static void a_window_is_read_as_it_was_written(void **state)
{
    struct ra_window w;
    struct ra_err err = {0};

    (void)state;
    leave_window(TENANT);
    assert_int_equal(ra_window_read(store, &w, &err), 0);
    assert_string_equal(w.batch, BATCH);
    assert_string_equal(w.tenant, TENANT);
    assert_int_equal(w.opened, 1780000000);
    assert_int_equal(w.was[0], -1);
    assert_int_equal(w.was[2], 1);
}

static void a_window_that_is_not_what_apply_writes_is_damage(void **state)
{
    static const char *const bytes[] = {
        "",
        "{}",
        "{\"batch\":\"\",\"tenant\":\"t\",\"opened\":\"2026-05-28T20:26:40Z\",\"was\":{}}",
        "{\"batch\":\"b\",\"tenant\":7,\"opened\":\"2026-05-28T20:26:40Z\",\"was\":{}}",
        "{\"batch\":\"b\",\"tenant\":\"t\",\"opened\":\"yesterday\",\"was\":{}}",
        "{\"batch\":\"b\",\"tenant\":\"t\",\"opened\":\"2026-05-28T20:26:40Z\"}",
    };
    struct ra_window w;
    struct ra_err err;

    (void)state;
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        put_window(bytes[i]);
        err = (struct ra_err){0};
        assert_int_equal(ra_window_read(store, &w, &err), -RA_EINTEGRITY);
        assert_non_null(strstr(err.msg, "/journal/window: is not what apply writes"));
        assert_non_null(strstr(err.hint, "a window may be open"));
    }
    ra_apply_reminder(store, TENANT, NULL, say, NULL);
    says("is not what apply writes (a window may be open");
}

static void a_window_of_another_tenant_stops_what_would_write(void **state)
{
    struct ra_run r = {.w = &world, .o = &options};
    struct ra_err err = {0};

    (void)state;
    leave_window(OTHER);
    assert_int_equal(ra_run_leftover_window(&r, NULL, &err), -RA_ESTALE);
    assert_string_equal(err.msg, "a window of tenant " OTHER " is open; name its configuration");
    options.dry_run = true;
    assert_int_equal(ra_run_leftover_window(&r, NULL, &err), 0);
    assert_false(r.adopted);
    assert_int_equal(ra_run_leftover_window(&r, BATCH, &err), 0);
    assert_true(r.adopted);
}

static void whoever_reaches_no_tenant_tells_of_the_window(void **state)
{
    (void)state;
    leave_window(TENANT);
    leave_batch(BATCH, TENANT, NULL);
    leave_batch(LATER, TENANT, BATCH);
    ra_apply_reminder(store, TENANT, NULL, say, NULL);
    says("a matching window is open since 2026-05-28T20:26:40Z");
    says("blockSoftMatchEnabled is off; the run that opened it was cut short");
    says("THE MATCHING WINDOW IS STILL OPEN: this command reaches no tenant");
    says("batch " BATCH " of ");
    says("apply its plan again, or undo it with reanchor apply --rollback " BATCH);
    says("apply its rollback again, or undo it with reanchor apply --rollback " BATCH);
}

static void a_window_of_another_tenant_is_told_and_left(void **state)
{
    const struct ra_graph_options graph = {.tenant_id = TENANT, .files_dir = "/tmp"};
    struct ra_window w;
    struct ra_err err = {0};

    (void)state;
    leave_window(OTHER);
    ra_apply_reminder(store, TENANT, &graph, say, NULL);
    says("THE MATCHING WINDOW IS STILL OPEN: it is of tenant " OTHER "; name its configuration");
    assert_int_equal(ra_window_read(store, &w, &err), 0);
}

/* ---- a batch ---- */

static int roll_back(const char *batch, struct ra_err *err)
{
    struct ra_apply_summary sum = {0};

    *err = (struct ra_err){0};
    return ra_apply_rollback(&world, &options, batch, &sum, err);
}

static void a_batch_of_another_tenant_is_not_rolled_back(void **state)
{
    struct ra_err err;

    (void)state;
    leave_batch(BATCH, OTHER, NULL);
    assert_int_equal(roll_back(BATCH, &err), -RA_ESTALE);
    assert_string_equal(err.msg,
                        "batch " BATCH " is of tenant " OTHER ", the configuration has " TENANT);
}

static void a_selection_that_has_nothing_to_undo_is_an_error(void **state)
{
    struct ra_err err;

    (void)state;
    leave_batch(BATCH, TENANT, NULL);
    options.only = "ad.hold";
    assert_int_equal(roll_back(BATCH, &err), -RA_ENOTFOUND);
    assert_string_equal(err.msg, "batch " BATCH ": none of its 1 steps is to be undone");
}

static void another_unfinished_batch_comes_first(void **state)
{
    struct ra_err err;

    (void)state;
    leave_batch(BATCH, TENANT, NULL);
    leave_batch(LATER, TENANT, NULL);
    assert_int_equal(roll_back(BATCH, &err), -RA_ESTALE);
    assert_string_equal(err.msg, "batch " LATER " was interrupted and is unfinished");
}

/* ---- what cannot be mended ---- */

static void a_window_that_cannot_be_taken_away_is_an_error(void **state)
{
    struct ra_buf path;
    struct ra_err err = {0};

    (void)state;
    ra_journal_path(store, "window", "", &path);
    assert_int_equal(mkdir(ra_buf_z(&path), 0700), 0);
    assert_int_equal(ra_window_remove(store, "window", &err), -RA_EIO);
    assert_non_null(strstr(err.msg, "cannot be removed"));
    ra_buf_free(&path);
}

static void a_journal_that_cannot_be_read_is_told_and_stops_nothing(void **state)
{
    struct ra_buf path;

    (void)state;
    ra_journal_path(store, BATCH, RA_JOURNAL_END, &path);
    assert_int_equal(symlink("nowhere", ra_buf_z(&path)), 0);
    ra_apply_reminder(store, TENANT, NULL, say, NULL);
    says(BATCH ".journal: No such file or directory");
    ra_buf_free(&path);
}

static void a_run_that_does_not_close_its_window_is_not_waited_for_behind_a_signal(void **state)
{
    const atomic_int stop = 15;
    struct ra_err err = {0};

    (void)state;
    leave_window(TENANT);
    assert_int_equal(ra_apply_window_done(store, &stop, &err), -RA_ELOCKED);
    assert_non_null(strstr(err.msg, "does not close it"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_window_is_read_as_it_was_written),
        TEST(a_window_that_is_not_what_apply_writes_is_damage),
        TEST(a_window_of_another_tenant_stops_what_would_write),
        TEST(whoever_reaches_no_tenant_tells_of_the_window),
        TEST(a_window_of_another_tenant_is_told_and_left),
        TEST(a_batch_of_another_tenant_is_not_rolled_back),
        TEST(a_selection_that_has_nothing_to_undo_is_an_error),
        TEST(a_window_that_cannot_be_taken_away_is_an_error),
        TEST(a_journal_that_cannot_be_read_is_told_and_stops_nothing),
        TEST(a_run_that_does_not_close_its_window_is_not_waited_for_behind_a_signal),
        TEST(another_unfinished_batch_comes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
