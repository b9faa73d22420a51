/* What becomes of a change by the answer that it gets. The servers are scripts: each round of
 * changes takes its next word, and what the targets hold is read from there, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/apply/gate.h"
#include "recovery/apply/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct word {
    int outcome;
    const char *why;
};

static struct script {
    const struct word *words; /* the last stays */
    size_t n, rounds;
    enum ra_at found;     /* what is read of a target between the rounds */
    unsigned unseen;      /* so many reads of users do not show what was written yet */
    const char *features; /* the document of the tenant's features; NULL: refused */
    bool switched;        /* ... after the first change of features this one */
    const char *after;
    int64_t waited;
    bool stopped; /* a signal ends the next wait */
    bool lost;    /* documents are not answered */
} script;

static const struct word *next_word(void)
{
    size_t at = script.rounds++;

    return &script.words[at < script.n ? at : script.n - 1];
}

/* ---- the servers ---- */

int __wrap_ra_graph_patch_users(const struct ra_writer *w, struct ra_graph *g,
                                struct ra_user_patch *all, size_t n, ra_patched_fn *done, void *ctx,
                                struct ra_err *err);
int __wrap_ra_graph_patch_users(const struct ra_writer *w, struct ra_graph *g,
                                struct ra_user_patch *all, size_t n, ra_patched_fn *done, void *ctx,
                                struct ra_err *err)
{
    const struct word *word = next_word();
    int rc = 0;

    assert_non_null(w);
    assert_null(g);
    for (size_t i = 0; i < n && rc == 0; i++) {
        all[i].outcome = (enum ra_patch_outcome)word->outcome;
        if (word->why)
            ra_fail(&all[i].why, RA_ESERVER, "%s", word->why);
        rc = done(ctx, &all[i], err);
    }
    return rc;
}

int __wrap_ra_dir_modify(const struct ra_writer *w, struct ra_dir *d, struct ra_dir_change *all,
                         size_t n, ra_changed_fn *done, void *ctx, struct ra_err *err);
int __wrap_ra_dir_modify(const struct ra_writer *w, struct ra_dir *d, struct ra_dir_change *all,
                         size_t n, ra_changed_fn *done, void *ctx, struct ra_err *err)
{
    const struct word *word = next_word();
    int rc = 0;

    assert_non_null(w);
    assert_null(d);
    for (size_t i = 0; i < n && rc == 0; i++) {
        all[i].outcome = (enum ra_change_outcome)word->outcome;
        if (word->why)
            ra_fail(&all[i].why, RA_ESERVER, "%s", word->why);
        rc = done(ctx, &all[i], err);
    }
    return rc;
}

int __wrap_ra_graph_users_now(struct ra_graph *g, struct ra_user_now *users, size_t n,
                              struct ra_err *err);
int __wrap_ra_graph_users_now(struct ra_graph *g, struct ra_user_now *users, size_t n,
                              struct ra_err *err)
{
    (void)g;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        users[i].found = 1;
        snprintf(users[i].value, sizeof users[i].value, "%s", script.unseen ? "old" : "new");
    }
    if (script.unseen)
        script.unseen--;
    return 0;
}

int __wrap_ra_graph_patch_features(const struct ra_writer *w, struct ra_graph *g,
                                   const char *tenant, const struct ra_feature *all, size_t n,
                                   struct ra_user_patch *p, struct ra_err *err);
int __wrap_ra_graph_patch_features(const struct ra_writer *w, struct ra_graph *g,
                                   const char *tenant, const struct ra_feature *all, size_t n,
                                   struct ra_user_patch *p, struct ra_err *err)
{
    const struct word *word = next_word();

    (void)g, (void)tenant, (void)err;
    assert_non_null(w);
    assert_int_equal(n, 1);
    assert_string_equal(all[0].name, "blockSoftMatchEnabled");
    p->outcome = (enum ra_patch_outcome)word->outcome;
    if (word->why)
        ra_fail(&p->why, RA_ESERVER, "%s", word->why);
    script.switched = true;
    return 0;
}

int __wrap_ra_graph_document(struct ra_graph *g, enum ra_document d, enum ra_document_state *state,
                             struct ra_buf *json, struct ra_err *refusal, struct ra_err *err);
int __wrap_ra_graph_document(struct ra_graph *g, enum ra_document d, enum ra_document_state *state,
                             struct ra_buf *json, struct ra_err *refusal, struct ra_err *err)
{
    const char *now = script.switched && script.after ? script.after : script.features;

    (void)g;
    assert_int_equal(d, RA_DOC_SYNCHRONIZATION);
    if (script.lost)
        return ra_fail(err, RA_ENETWORK, "no answer");
    ra_buf_init(json, 4096);
    *state = now ? RA_DOC_READ : RA_DOC_REFUSED;
    if (now)
        ra_buf_puts(json, now);
    else
        ra_fail(refusal, RA_EPERMISSION, "Authorization_RequestDenied");
    return 0;
}

/* ---- what this room asks of itself, where it would take a tenant ---- */

int __wrap_ra_run_dir(struct ra_run *r, size_t at, struct ra_dir **out, struct ra_err *err);
int __wrap_ra_run_dir(struct ra_run *r, size_t at, struct ra_dir **out, struct ra_err *err)
{
    (void)r, (void)at, (void)err;
    *out = NULL;
    return 0;
}

int __wrap_ra_run_wait(const struct ra_run *r, int64_t ms, struct ra_err *err);
int __wrap_ra_run_wait(const struct ra_run *r, int64_t ms, struct ra_err *err)
{
    (void)r;
    script.waited += ms;
    return script.stopped ? ra_fail(err, RA_ESIGNAL, "stopped by signal 15") : 0;
}

void __wrap_ra_sleep_ms(int64_t ms);
void __wrap_ra_sleep_ms(int64_t ms)
{
    script.waited += ms;
}

int __wrap_ra_targets_read(struct ra_run *r, enum ra_place place, struct ra_err *err);
int __wrap_ra_targets_read(struct ra_run *r, enum ra_place place, struct ra_err *err)
{
    (void)err;
    for (size_t i = 0; i < r->n; i++)
        if (r->steps[i].kind->place == place && r->steps[i].state == RA_STEP_PENDING)
            r->steps[i].at = script.found;
    return 0;
}

/* ---- one step, and the run around it ---- */

struct play {
    struct ra_run r;
    struct ra_step step;
    struct ra_apply_summary sum;
    struct ra_err err;
};

static const struct ra_dir_options contoso = {.name = "contoso"};
static const struct ra_apply_world world = {.tenant_id = "7f3c0000-0000-0000-0000-000000000001",
                                            .directories = &contoso,
                                            .directories_n = 1};
static const struct ra_apply_options live = {0};

static void begin(struct play *p, const struct ra_step_kind *kind, const struct word *words,
                  size_t n, enum ra_at found)
{
    static char writer; /* only handed on */

    script = (struct script){.words = words, .n = n, .found = found};
    *p = (struct play){
        .r = {.w = &world, .o = &live, .lock = 3, .passed = 15, .n = 1},
        .step = {.kind = kind, .at = RA_AT_HAVE, .want = RA_STR("new"), .have = RA_STR("old")}};
    p->r.writer = (struct ra_writer *)&writer;
    p->r.steps = &p->step;
    p->r.sum = &p->sum;
    p->step.s.id = RA_STR("s1");
    p->step.s.target.id = RA_STR("c10ad000-0000-4000-8000-000000000001");
}

static void ends(const struct play *p, enum ra_step_state state, const char *message)
{
    assert_int_equal(p->step.state, state);
    if (message)
        assert_string_equal(p->step.message, message);
    else
        assert_null(p->step.message);
}

struct fate {
    struct word first;
    enum ra_at found;
    enum ra_step_state state;
    const char *message;
    size_t rounds;
};

static void plays_cloud(const struct fate *f)
{
    const struct word words[] = {f->first, {RA_PATCH_DONE, NULL}};
    struct play p;

    begin(&p, &ra_kind_immutable_id, words, 2, f->found);
    assert_int_equal(ra_carry_cloud(&p.r, &p.err), 0);
    ends(&p, f->state, f->message);
    assert_int_equal(script.rounds, f->rounds);
    ra_arena_free(&p.r.arena);
}

static void a_users_change_ends_as_its_answer_says(void **state)
{
    static const struct fate fates[] = {
        {{RA_PATCH_DONE, NULL}, RA_AT_HAVE, RA_STEP_WRITTEN, NULL, 1},
        {{RA_PATCH_REFUSED, "400 Request_BadRequest"},
         RA_AT_HAVE,
         RA_STEP_FAILED,
         "400 Request_BadRequest",
         1},
        {{RA_PATCH_GONE, NULL}, RA_AT_GONE, RA_STEP_CHANGED, "is not there any more", 1},
        {{RA_PATCH_UNKNOWN, NULL}, RA_AT_WANT, RA_STEP_RECOVERED, NULL, 1},
        {{RA_PATCH_UNKNOWN, NULL}, RA_AT_HAVE, RA_STEP_WRITTEN, NULL, 2},
        {{RA_PATCH_UNSENT, NULL}, RA_AT_WANT, RA_STEP_ALREADY, NULL, 1},
        {{RA_PATCH_UNSENT, NULL}, RA_AT_SYNCED, RA_STEP_CHANGED, "is synced from AD now", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++)
        plays_cloud(&fates[i]);
}

static void a_user_whose_answers_are_all_lost_is_given_up(void **state)
{
    static const struct word lost[] = {{RA_PATCH_UNKNOWN, NULL}};
    struct play p;

    (void)state;
    begin(&p, &ra_kind_immutable_id, lost, 1, RA_AT_HAVE);
    assert_int_equal(ra_carry_cloud(&p.r, &p.err), -RA_ESERVER);
    assert_string_equal(p.err.msg, "users: changes stay without an answer");
    assert_int_equal(p.step.state, RA_STEP_PENDING);
    assert_int_equal(script.rounds, 6);
    ra_arena_free(&p.r.arena);
    assert_int_equal(script.waited, 500 + 1000 + 2000 + 4000 + 8000);
}

static void what_was_written_is_read_until_it_shows(void **state)
{
    static const struct word done[] = {{RA_PATCH_DONE, NULL}};
    struct play p;

    (void)state;
    begin(&p, &ra_kind_immutable_id, done, 1, RA_AT_HAVE);
    script.unseen = 3;
    assert_int_equal(ra_carry_cloud(&p.r, &p.err), 0);
    assert_int_equal(p.step.at, RA_AT_WANT);
    assert_int_equal(p.sum.unconfirmed, 0);
    assert_int_equal(script.waited, 250 + 500 + 1000);
    ra_arena_free(&p.r.arena);
}

static void plays_directory(const struct fate *f)
{
    const struct word words[] = {f->first, {RA_CHANGE_DONE, NULL}};
    struct play p;

    begin(&p, &ra_kind_consistency_guid, words, 2, f->found);
    assert_int_equal(ra_carry_directory(&p.r, 0, &p.err), 0);
    ends(&p, f->state, f->message);
    assert_int_equal(script.rounds, f->rounds);
    ra_arena_free(&p.r.arena);
}

static void a_change_of_the_directory_ends_as_its_answer_says(void **state)
{
    static const struct fate fates[] = {
        {{RA_CHANGE_DONE, NULL}, RA_AT_HAVE, RA_STEP_WRITTEN, NULL, 1},
        {{RA_CHANGE_DENIED, "50"}, RA_AT_HAVE, RA_STEP_DENIED, "50", 1},
        {{RA_CHANGE_REFUSED, "19 constraint"}, RA_AT_HAVE, RA_STEP_FAILED, "19 constraint", 1},
        {{RA_CHANGE_CONFLICT, "16"}, RA_AT_WANT, RA_STEP_ALREADY, NULL, 1},
        {{RA_CHANGE_GONE, "32"}, RA_AT_GONE, RA_STEP_CHANGED, "is not there any more", 1},
        {{RA_CHANGE_BUSY, "51"}, RA_AT_HAVE, RA_STEP_WRITTEN, NULL, 2},
        {{RA_CHANGE_UNKNOWN, NULL}, RA_AT_WANT, RA_STEP_RECOVERED, NULL, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++)
        plays_directory(&fates[i]);
}

static void a_directory_that_stays_busy_is_given_up(void **state)
{
    static const struct word busy[] = {{RA_CHANGE_BUSY, "51"}};
    struct play p;

    (void)state;
    begin(&p, &ra_kind_consistency_guid, busy, 1, RA_AT_HAVE);
    assert_int_equal(ra_carry_directory(&p.r, 0, &p.err), -RA_ESERVER);
    assert_string_equal(p.err.msg, "directory contoso: stays busy");
    assert_int_equal(script.rounds, 6);
    ra_arena_free(&p.r.arena);
}

/* ---- a window ---- */

#define SOFT(value) "{\"value\":[{\"features\":{\"blockSoftMatchEnabled\":" value "}}]}"

static char dir[] = "/tmp/reanchor-carry-XXXXXX", journals[64];

static int make_dir(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(journals, sizeof journals, "%s/journal", dir);
    return mkdir(journals, 0700);
}

static int remove_dir(void **state)
{
    struct ra_err err;

    (void)state;
    return ra_window_remove(dir, "window", &err) || rmdir(journals) || rmdir(dir);
}

static int opens(struct play *p, const struct word *word, const char *before, const char *after,
                 bool *open)
{
    static struct ra_plan_feature have = {{"blockSoftMatchEnabled", 21}, true},
                                  want = {{"blockSoftMatchEnabled", 21}, false};
    static struct ra_apply_world here;

    begin(p, &ra_kind_features, word, 1, RA_AT_HAVE);
    here = world;
    here.store_dir = dir;
    p->r.w = &here;
    p->step.s.have = (struct ra_plan_value){.features = &have, .features_n = 1};
    p->step.s.want = (struct ra_plan_value){.features = &want, .features_n = 1};
    script.features = before;
    script.after = after;
    return ra_window_open(&p->r, open, &p->err);
}

static void a_window_that_is_refused_is_none(void **state)
{
    static const struct word denied = {RA_PATCH_DENIED, "403"}, refused = {RA_PATCH_REFUSED, "400"};
    struct ra_window none;
    struct play p;
    bool open;

    (void)state;
    assert_int_equal(opens(&p, &denied, SOFT("true"), NULL, &open), 0);
    assert_false(open);
    ends(&p, RA_STEP_DENIED, "403");
    assert_int_equal(ra_window_read(p.r.w->store_dir, &none, &p.err), -RA_ENOTFOUND);
    ra_arena_free(&p.r.arena);
    assert_int_equal(opens(&p, &refused, SOFT("true"), NULL, &open), 0);
    assert_false(open);
    ends(&p, RA_STEP_FAILED, "400");
    ra_arena_free(&p.r.arena);
}

static void features_that_do_not_become_what_was_written_are_an_error(void **state)
{
    static const struct word done = {RA_PATCH_DONE, NULL};
    struct play p;
    bool open;

    (void)state;
    assert_int_equal(opens(&p, &done, SOFT("true"), NULL, &open), -RA_ESERVER);
    assert_true(open); /* it may be: it is to be closed again */
    assert_string_equal(p.err.msg, "the tenant's features do not become what was written");
    assert_int_equal(script.rounds, 1);
}

static void features_that_cannot_be_read_are_an_error(void **state)
{
    static const struct word done = {RA_PATCH_DONE, NULL};
    struct play p;
    bool open;

    (void)state;
    assert_int_equal(opens(&p, &done, NULL, NULL, &open), -RA_EPERMISSION);
    assert_non_null(strstr(p.err.msg, "the tenant's features cannot be read: Authorization_"));
    assert_non_null(strstr(p.err.hint, "OnPremDirectorySynchronization"));
    assert_int_equal(opens(&p, &done, "{\"value\":[]}", NULL, &open), -RA_ESERVER);
    assert_string_equal(p.err.msg, "onPremisesSynchronization: the answer has no features");
    assert_int_equal(script.rounds, 0);
}

static void a_signal_ends_the_wait_for_a_busy_directory(void **state)
{
    static const struct word busy[] = {{RA_CHANGE_BUSY, "51"}};
    struct play p;

    (void)state;
    begin(&p, &ra_kind_consistency_guid, busy, 1, RA_AT_HAVE);
    script.stopped = true;
    assert_int_equal(ra_carry_directory(&p.r, 0, &p.err), -RA_ESIGNAL);
    assert_int_equal(p.step.state, RA_STEP_PENDING);
    assert_int_equal(script.rounds, 1);
    ra_arena_free(&p.r.arena);
}

static void features_without_an_answer_are_an_error(void **state)
{
    signed char now[RA_WINDOW_FEATURES];
    struct ra_err err = {0};

    (void)state;
    script = (struct script){.lost = true};
    assert_int_equal(ra_window_features_now(NULL, now, &err), -RA_ENETWORK);
}

static void what_is_not_to_change_needs_no_window(void **state)
{
    static struct ra_plan_feature same = {{"blockSoftMatchEnabled", 21}, false},
                                  unknown = {{"somethingElse", 13}, true};
    static const struct word none[] = {{RA_PATCH_DONE, NULL}};
    struct play p;
    bool open = true;

    (void)state;
    begin(&p, &ra_kind_features, none, 1, RA_AT_HAVE);
    p.step.s.have = p.step.s.want = (struct ra_plan_value){.features = &same, .features_n = 1};
    assert_int_equal(ra_window_open(&p.r, &open, &p.err), 0);
    assert_false(open);
    p.step.s.have = (struct ra_plan_value){.features = &unknown, .features_n = 1};
    p.r.writer = NULL;
    p.r.passed = 0; /* the gate was not passed: nothing may be opened */
    assert_int_equal(ra_window_open(&p.r, &open, &p.err), -RA_EINTERNAL);
    assert_false(open);
    assert_int_equal(script.rounds, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_users_change_ends_as_its_answer_says),
        cmocka_unit_test(a_user_whose_answers_are_all_lost_is_given_up),
        cmocka_unit_test(what_was_written_is_read_until_it_shows),
        cmocka_unit_test(a_change_of_the_directory_ends_as_its_answer_says),
        cmocka_unit_test(a_directory_that_stays_busy_is_given_up),
        cmocka_unit_test(a_window_that_is_refused_is_none),
        cmocka_unit_test(features_that_do_not_become_what_was_written_are_an_error),
        cmocka_unit_test(a_signal_ends_the_wait_for_a_busy_directory),
        cmocka_unit_test(features_without_an_answer_are_an_error),
        cmocka_unit_test(what_is_not_to_change_needs_no_window),
        cmocka_unit_test(features_that_cannot_be_read_are_an_error),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
