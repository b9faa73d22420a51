#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/apply/gate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct ra_tenant tenant = {.display_name = {"Contoso", 7}};

static const struct ra_apply_world world = {.tenant_id = "7f3c0000-0000-0000-0000-000000000001"};

static void a_writer_in_a_dry_run_is_a_fault_of_the_program(void **state)
{
    const struct ra_apply_options dry = {.dry_run = true, .confirm = "Contoso"};
    struct ra_run r = {.w = &world, .o = &dry, .now = &tenant, .lock = 3, .passed = ~0U};
    struct ra_err err = {0};

    (void)state;
    assert_null(ra_gate_writer(&r, &err));
    assert_int_equal(err.code, RA_EINTERNAL);
    assert_string_equal(err.msg, "a writer was asked for in a dry run");
}

static void there_is_no_writer_before_every_part_of_the_gate_was_passed(void **state)
{
    const struct ra_apply_options live = {.confirm = "Contoso"};
    struct ra_run r = {.w = &world, .o = &live, .now = &tenant, .lock = 3};
    struct ra_err err = {0};

    (void)state;
    ra_gate_batch(&r); /* in the plan's place */
    assert_int_equal(ra_gate_targets(&r, &err), 0);
    assert_int_equal(ra_gate_confirm(&r, &err), 0);
    assert_null(ra_gate_writer(&r, &err)); /* the tenant was not looked at */
    assert_int_equal(err.code, RA_EINTERNAL);
    assert_string_equal(err.msg, "a writer was asked for before the gate was passed");
    r.passed = ~0U;
    r.passed &= 15;
    assert_non_null(ra_gate_writer(&r, &err));
    ra_gate_writer_free(&r.writer);
    r.lock = -1;
    assert_null(ra_gate_writer(&r, &err));
    assert_null(ra_gate_rescuer(-1, &err));
}

static void nothing_is_written_without_a_writer(void **state)
{
    struct ra_user_patch p = {.id = "x"};
    struct ra_dir_change c = {.dn = "x"};
    char uri[] = "ldif:/tmp/reanchor-gate-XXXXXX";
    struct ra_dir_options o = {.name = "contoso", .uri = uri, .base = "DC=x"};
    struct ra_graph_options g = {.tenant_id = "x", .files_dir = "/tmp"};
    struct ra_graph *graph = NULL;
    struct ra_dir *dir = NULL;
    struct ra_err err = {0};
    int fd = mkstemp(uri + 5);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(ra_dir_open(&o, &dir, &err), 0);
    assert_int_equal(ra_dir_modify(NULL, dir, &c, 1, NULL, NULL, &err), -RA_EINTERNAL);
    assert_string_equal(err.msg,
                        "directory contoso: a change was asked for without the right to write");
    ra_dir_close(&dir);
    close(fd);
    unlink(uri + 5);
    assert_int_equal(ra_graph_open(&g, &graph, &err), 0);
    assert_int_equal(ra_graph_patch_users(NULL, graph, &p, 1, NULL, NULL, &err), -RA_EINTERNAL);
    assert_int_equal(ra_graph_patch_features(NULL, graph, "x", NULL, 0, &p, &err), -RA_EINTERNAL);
    ra_graph_close(&graph);
}

static void the_name_must_be_the_tenants(void **state)
{
    struct ra_apply_options o = {.confirm = "contoso"};
    struct ra_run r = {.w = &world, .o = &o, .now = &tenant};
    struct ra_tenant nameless = {0};
    struct ra_err err = {0};

    (void)state;
    assert_int_equal(ra_gate_confirm(&r, &err), -RA_ESTALE);
    assert_string_equal(err.msg, "--confirm 'contoso' is not the name of this tenant, Contoso");
    o.confirm = NULL;
    assert_int_equal(ra_gate_confirm(&r, &err), -RA_EUSAGE);
    assert_string_equal(err.hint, "give the tenant's name: --confirm 'Contoso'");
    r.now = &nameless; /* the organization could not be read: its id is its name */
    o.confirm = world.tenant_id;
    assert_int_equal(ra_gate_confirm(&r, &err), 0);
}

/* ---- the tenant, as it was when the plan was made, and as it is ---- */

int __wrap_ra_run_graph(struct ra_run *r, struct ra_err *err);
int __wrap_ra_run_graph(struct ra_run *r, struct ra_err *err)
{
    (void)r;
    (void)err;
    return 0;
}

static struct ra_tenant then, now;

static int look(void *ctx, struct ra_graph *g, bool roles, const struct ra_tenant **was,
                const struct ra_tenant **is, struct ra_err *err)
{
    (void)ctx;
    (void)g;
    (void)err;
    assert_true(roles);
    *was = &then;
    *is = &now;
    return 0;
}

/* Both are the same, in which one user holds no role. */
static void set_tenant(void)
{
    then = (struct ra_tenant){.id = ra_str(world.tenant_id),
                              .roles_known = true,
                              .flags_json = RA_STR("{\"blockSoftMatchEnabled\":true}")};
    now = then;
}

static int gate_tenant(struct ra_err *err)
{
    static const struct ra_apply_options o = {0};
    struct ra_apply_world w = world;
    struct ra_step s = {.kind = &ra_kind_immutable_id};
    struct ra_run r = {.w = &w, .o = &o, .steps = &s, .n = 1};
    int rc;

    w.look = look;
    s.s.target.id = RA_STR("c10ad000-0000-4000-8000-000000000001");
    *err = (struct ra_err){0};
    rc = ra_gate_tenant(&r, true, err);
    assert_int_equal(rc == 0, r.passed != 0);
    return rc;
}

static void a_tenant_that_is_as_it_was_is_let_through(void **state)
{
    struct ra_err err;

    (void)state;
    set_tenant();
    assert_int_equal(gate_tenant(&err), 0);
}

static void another_tenant_is_refused(void **state)
{
    struct ra_err err;

    (void)state;
    set_tenant();
    now.id = RA_STR("7f3c0000-0000-0000-0000-000000000002");
    assert_int_equal(gate_tenant(&err), -RA_ESTALE);
    assert_string_equal(err.msg, "signed in to tenant 7f3c0000-0000-0000-0000-000000000002, the "
                                 "configuration has 7f3c0000-0000-0000-0000-000000000001");
}

static void a_feature_that_was_switched_since_is_refused(void **state)
{
    struct ra_err err;

    (void)state;
    set_tenant();
    now.flags_json = RA_STR("{\"blockSoftMatchEnabled\":false}");
    assert_int_equal(gate_tenant(&err), -RA_ESTALE);
    assert_non_null(strstr(err.msg, "blockSoftMatchEnabled was on when the plan was made, is off"));
    now.flags_json = RA_STR("{");
    assert_int_equal(gate_tenant(&err), -RA_EINTEGRITY);
    assert_string_equal(err.msg, "the tenant's features: are not JSON");
}

static void a_role_that_was_given_or_taken_since_is_refused(void **state)
{
    struct ra_role_holder holder = {.user_id = RA_STR("c10ad000-0000-4000-8000-000000000001"),
                                    .roles = RA_ROLE_ASSIGNED};
    struct ra_err err;

    (void)state;
    set_tenant();
    now.holders = &holder;
    now.holders_n = 1;
    assert_int_equal(gate_tenant(&err), -RA_ESTALE);
    assert_string_equal(err.msg, "user c10ad000-0000-4000-8000-000000000001 held no role when the "
                                 "plan was made, holds a role now");
    holder.roles |= RA_ROLE_PRIVILEGED;
    assert_int_equal(gate_tenant(&err), -RA_ESTALE);
    assert_non_null(strstr(err.msg, "holds a privileged role now"));
    set_tenant();
    now.roles_known = false;
    assert_int_equal(gate_tenant(&err), -RA_ESTALE);
    assert_non_null(strstr(err.msg, "who holds a role can no longer be read"));
}

static void a_target_that_holds_something_else_stops_all(void **state)
{
    const struct ra_apply_options o = {0};
    struct ra_step s[2] = {{.kind = &ra_kind_consistency_guid, .at = RA_AT_HAVE},
                           {.kind = &ra_kind_consistency_guid, .at = RA_AT_GONE}};
    struct ra_run r = {.w = &world, .o = &o, .steps = s, .n = 2};
    struct ra_err err = {0};

    (void)state;
    s[1].s.id = RA_STR("s000002");
    s[1].s.target.id = RA_STR("30475e40-e7ae-4af3-af75-8b143c81daf5");
    assert_int_equal(ra_gate_targets(&r, &err), -RA_ESTALE);
    assert_string_equal(err.msg, "1 target has changed since the plan was made; step s000002, "
                                 "30475e40-e7ae-4af3-af75-8b143c81daf5, is not there any more");
    assert_int_equal(r.passed, 0);
    ra_arena_free(&r.arena);
}

static void an_interrupted_batch_goes_on_without_targets_that_changed(void **state)
{
    const struct ra_apply_options o = {0};
    struct ra_step s = {.kind = &ra_kind_consistency_guid, .at = RA_AT_GONE};
    struct ra_run r = {.w = &world, .o = &o, .steps = &s, .n = 1, .resumed = true};
    struct ra_err err = {0};

    (void)state;
    s.s.id = RA_STR("s000001");
    assert_int_equal(ra_gate_targets(&r, &err), 0);
    s.at = RA_AT_UNREAD;
    assert_int_equal(ra_gate_targets(&r, &err), -RA_EINTERNAL);
    assert_string_equal(err.msg, "step s000001 was not read");
}

static void an_identifier_is_cleared_and_never_set(void **state)
{
    struct ra_plan_step s = {.id = RA_STR("s000001"), .op = RA_OP_CLEAR_OBJECT_IDENTIFIER};
    struct ra_err err = {0};

    (void)state;
    s.have.text = s.want.text = RA_STR("30475e40-e7ae-4af3-af75-8b143c81daf5");
    assert_int_equal(ra_kind_object_identifier.check(&s, &err), -RA_ESTALE);
    assert_non_null(strstr(err.msg, "can be cleared, and not set"));
    s.want.text = (struct ra_str){NULL, 0};
    assert_int_equal(ra_kind_object_identifier.check(&s, &err), 0);
}

static void the_exit_tells_what_could_not_be_done(void **state)
{
    static const struct {
        struct ra_apply_summary sum;
        int exit;
    } rows[] = {{{.counts[RA_STEP_WRITTEN] = 9}, 0},
                {{.counts[RA_STEP_KEPT] = 1}, 4},
                {{.counts[RA_STEP_DENIED] = 1}, 4},
                {{.counts[RA_STEP_DENIED] = 1, .unconfirmed = 1}, 5},
                {{.counts[RA_STEP_FAILED] = 1}, 5},
                {{.counts[RA_STEP_FAILED] = 1, .counts[RA_STEP_CHANGED] = 1}, 6}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(ra_apply_exit(&rows[i].sum), rows[i].exit);
}

/* ---- the snapshots that a plan was made from ---- */

static char store[] = "/tmp/reanchor-gate-XXXXXX";

static int make_store(void **state)
{
    (void)state;
    return mkdtemp(store) ? 0 : -1;
}

static int remove_store(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", store);
    return system(command);
}

/* The first snapshot of a side, of no object at all. */
static void put_snapshot(struct ra_cache *c, const char *side)
{
    struct ra_fill *f;
    struct ra_err err = {0};
    bool resumed;

    assert_int_equal(ra_fill_open(c, side, RA_STR("t"), &f, &resumed, &err), 0);
    if (ra_fill_finish(&f, "proved", NULL, 0, &err) != 0)
        fail_msg("%s", err.msg);
}

static int gate_plan(struct ra_cache *c, const struct ra_plan *plan, struct ra_err *err)
{
    static const struct ra_apply_options o = {0};
    struct ra_apply_world w = world;
    struct ra_step s = {.kind = &ra_kind_immutable_id};
    struct ra_run r = {.w = &w, .o = &o, .steps = &s, .n = 1};

    w.cache = c;
    w.policy = &plan->policy;
    s.s.id = RA_STR("s000001");
    *err = (struct ra_err){0};
    return ra_gate_plan(&r, plan, err);
}

static void a_plan_is_of_the_snapshots_that_are_there(void **state)
{
    struct ra_plan_snapshot snapshot = {.side = RA_STR("cloud"), .id = RA_STR("1")};
    struct ra_plan plan = {.tenant = ra_str(world.tenant_id)};
    struct ra_cache *c;
    struct ra_err err = {0};
    char command[200];

    (void)state;
    assert_int_equal(ra_cache_open(store, true, &c, &err), 0);
    assert_int_equal(gate_plan(c, &plan, &err), -RA_ESTALE);
    assert_string_equal(err.msg, "plan: step s000001 changes cloud, of which no snapshot is named");
    put_snapshot(c, "cloud");
    plan.snapshots = &snapshot;
    plan.snapshots_n = 1;
    snapshot.hash = RA_STR("other");
    assert_int_equal(gate_plan(c, &plan, &err), -RA_ESTALE);
    assert_string_equal(err.msg, "plan: snapshot 1 of cloud has other content than the cache's");
    ra_cache_close(&c);
    snprintf(command, sizeof command,
             "dd if=/dev/zero of=%s/snapshots/cloud.1.mdb bs=4096 count=2 "
             "conv=notrunc status=none",
             store);
    assert_int_equal(system(command), 0);
    assert_int_equal(ra_cache_open(store, true, &c, &err), 0);
    assert_int_equal(gate_plan(c, &plan, &err), -RA_EINTEGRITY);
    ra_cache_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_writer_in_a_dry_run_is_a_fault_of_the_program),
        cmocka_unit_test(there_is_no_writer_before_every_part_of_the_gate_was_passed),
        cmocka_unit_test(nothing_is_written_without_a_writer),
        cmocka_unit_test(the_name_must_be_the_tenants),
        cmocka_unit_test(a_tenant_that_is_as_it_was_is_let_through),
        cmocka_unit_test(another_tenant_is_refused),
        cmocka_unit_test(a_feature_that_was_switched_since_is_refused),
        cmocka_unit_test(a_role_that_was_given_or_taken_since_is_refused),
        cmocka_unit_test(an_interrupted_batch_goes_on_without_targets_that_changed),
        cmocka_unit_test(an_identifier_is_cleared_and_never_set),
        cmocka_unit_test(the_exit_tells_what_could_not_be_done),
        cmocka_unit_test(a_plan_is_of_the_snapshots_that_are_there),
        cmocka_unit_test(a_target_that_holds_something_else_stops_all),
    };

    return cmocka_run_group_tests(tests, make_store, remove_store);
}
