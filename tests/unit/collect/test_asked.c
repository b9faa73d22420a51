/* Facts that are asked for object by object, and the tenant as it is at this moment: refusals, and
 * what is not there. The tenant is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recovery/collect/documents.h"
#include "tests/unit/collect/store.h"

#include <stdio.h>
#include <string.h>

static struct {
    bool files, refused; /* saved responses; facts are refused */
    bool unlicensed;     /* for eligibilities */
    const char *assignments;
    int group; /* how the members of a group were read, an enum ra_document_state */
} script;

bool __wrap_ra_graph_is_files(const struct ra_graph *g);
bool __wrap_ra_graph_is_files(const struct ra_graph *g)
{
    (void)g;
    return script.files;
}

int __wrap_ra_graph_sync_behavior(struct ra_graph *g, struct ra_fact_request *requests, size_t n,
                                  struct ra_err *refusal, struct ra_err *err);
int __wrap_ra_graph_sync_behavior(struct ra_graph *g, struct ra_fact_request *requests, size_t n,
                                  struct ra_err *refusal, struct ra_err *err)
{
    (void)g, (void)err;
    assert_int_equal(n, 1);
    assert_string_equal(requests[0].id, "ann");
    if (script.refused)
        ra_fail(refusal, RA_EPERMISSION, "Authorization_RequestDenied");
    else
        requests[0].cloud_managed = 1;
    return 0;
}

int __wrap_ra_graph_probe_object_identifier(struct ra_graph *g, bool *readable,
                                            struct ra_err *refusal, struct ra_err *err);
int __wrap_ra_graph_probe_object_identifier(struct ra_graph *g, bool *readable,
                                            struct ra_err *refusal, struct ra_err *err)
{
    (void)g, (void)err;
    *readable = !script.refused;
    if (script.refused)
        ra_fail(refusal, RA_EPERMISSION, "no such property");
    return 0;
}

int __wrap_ra_graph_object_identifiers(struct ra_graph *g,
                                       int (*each)(void *ctx, struct ra_str id,
                                                   struct ra_str identifier, struct ra_err *err),
                                       void *ctx, struct ra_err *err);
int __wrap_ra_graph_object_identifiers(struct ra_graph *g,
                                       int (*each)(void *ctx, struct ra_str id,
                                                   struct ra_str identifier, struct ra_err *err),
                                       void *ctx, struct ra_err *err)
{
    (void)g;
    return each(ctx, RA_STR("ANN"), RA_STR("30475e40-e7ae-4af3-af75-8b143c81daf5"), err);
}

int __wrap_ra_graph_object_identifiers_of(struct ra_graph *g, struct ra_fact_request *requests,
                                          size_t n, struct ra_err *refusal, struct ra_err *err);
int __wrap_ra_graph_object_identifiers_of(struct ra_graph *g, struct ra_fact_request *requests,
                                          size_t n, struct ra_err *refusal, struct ra_err *err)
{
    (void)g, (void)n, (void)refusal, (void)err;
    requests[0].identified = -1;
    return 0;
}

int __wrap_ra_graph_group_members(struct ra_graph *g, const char *group_id,
                                  void (*each)(void *ctx, struct ra_str id), void *ctx,
                                  enum ra_document_state *state, struct ra_err *refusal,
                                  struct ra_err *err);
int __wrap_ra_graph_group_members(struct ra_graph *g, const char *group_id,
                                  void (*each)(void *ctx, struct ra_str id), void *ctx,
                                  enum ra_document_state *state, struct ra_err *refusal,
                                  struct ra_err *err)
{
    (void)g, (void)group_id, (void)refusal, (void)err;
    each(ctx, RA_STR("member"));
    *state = (enum ra_document_state)script.group;
    return 0;
}

int __wrap_ra_graph_document(struct ra_graph *g, enum ra_document d, enum ra_document_state *state,
                             struct ra_buf *json, struct ra_err *refusal, struct ra_err *err);
int __wrap_ra_graph_document(struct ra_graph *g, enum ra_document d, enum ra_document_state *state,
                             struct ra_buf *json, struct ra_err *refusal, struct ra_err *err)
{
    (void)g, (void)refusal, (void)err;
    ra_buf_init(json, 1 << 16);
    if (script.unlicensed && d == RA_DOC_ROLE_ELIGIBILITIES) {
        ra_buf_puts(json, "{\"error\":{\"code\":\"AadPremiumLicenseRequired\"}}");
        *state = RA_DOC_REFUSED;
        return 0;
    }
    ra_buf_puts(json, d == RA_DOC_ROLE_ASSIGNMENTS ? script.assignments
                      : d == RA_DOC_ORGANIZATION
                          ? "{\"value\":[{\"id\":\"t\",\"verifiedDomains\":[{\"isInitial\":true},"
                            "{\"name\":\"contoso.test\"}]}]}"
                          : "{\"value\":[]}");
    *state = RA_DOC_READ;
    return 0;
}

/* ---- a store with Ann ---- */

static struct store store;
static struct ra_snap *snap;

static struct ra_str record(void *ctx, uint32_t seq)
{
    return ra_snap_record(ctx, seq);
}

static int begin(void **state)
{
    struct ra_ledger l;
    bool resumed, changed;

    (void)state;
    memset(&script, 0, sizeof script);
    script.assignments = "{\"value\":[]}";
    store_begin(&store);
    assert_int_equal(ra_ledger_open(&l, store.cache, "token", &resumed, &store.err), 0);
    assert_int_equal(ra_ledger_put(&l, RA_STR("ann"),
                                   store_record(&store, RA_USER, "ann", "Ann", false), &changed,
                                   &store.err),
                     0);
    ra_fill_put(l.fill, RA_TABLE_DOCUMENTS, RA_STR("organization"),
                RA_STR("{\"value\":[{\"id\":\"t\",\"verifiedDomains\":[{\"isInitial\":true},"
                       "{\"name\":\"contoso.test\"}]}]}"));
    ra_fill_put(l.fill, RA_TABLE_DOCUMENTS, RA_STR("organization.state"), RA_STR("read"));
    store_finish(&store, &l);
    assert_int_equal(ra_snap_open(store.cache, "cloud", &snap, &store.err), 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ra_snap_close(&snap);
    store_end(&store);
    return 0;
}

/* Ann many times over, and the first of them damaged. */
static struct ra_str all_but_the_first(void *ctx, uint32_t seq)
{
    return seq ? ra_snap_record(ctx, 0) : (struct ra_str){NULL, 0};
}

/* A request for an object of no id would be a question of another kind. */
static void an_object_that_cannot_be_read_back_is_not_asked_for(void **state)
{
    const uint32_t need[] = {0};
    struct ra_side cloud = {
        .ctx = snap, .name = RA_STR("cloud"), .count = 3000, .record = all_but_the_first};
    bool added;

    (void)state;
    assert_int_equal(
        ra_cloud_settle(NULL, store.cache, &cloud, need, 1, need, 0, &added, &store.err),
        -(int)RA_EINTEGRITY);
    assert_int_equal(
        ra_cloud_settle(NULL, store.cache, &cloud, need, 0, need, 1, &added, &store.err),
        -(int)RA_EINTEGRITY);
    assert_false(added);
}

static bool settled(void)
{
    const uint32_t need[] = {0};
    struct ra_side cloud = {.ctx = snap, .name = RA_STR("cloud"), .count = 1, .record = record};
    bool added;

    assert_int_equal(
        ra_cloud_settle(NULL, store.cache, &cloud, need, 1, need, 1, &added, &store.err), 0);
    return added;
}

static struct ra_tenant loaded(struct ra_arena *a)
{
    struct ra_tenant t;

    ra_snap_close(&snap);
    assert_int_equal(ra_snap_open(store.cache, "cloud", &snap, &store.err), 0);
    assert_int_equal(ra_tenant_load(snap, a, &t, &store.err), 0);
    return t;
}

static bool unknown(const struct ra_tenant *t, const char *words)
{
    for (size_t i = 0; i < t->unknown_n; i++)
        if (ra_str_contains(t->unknown[i], ra_str(words)))
            return true;
    return false;
}

static void what_is_refused_is_kept_and_told(void **state)
{
    struct ra_arena a = {0};
    struct ra_view *view;
    struct ra_tenant t;

    (void)state;
    script.refused = true;
    assert_int_equal(ra_view_open(store.cache, NULL, 0, "", &view, &store.err), 0);
    assert_false(settled());
    assert_false(unknown(&view->tenant, "no such property")); /* it was opened before */
    assert_int_equal(ra_view_refusals(view, store.cache, &store.err), 0);
    assert_true(unknown(&view->tenant, "no such property"));
    ra_view_close(&view);
    t = loaded(&a);
    assert_true(unknown(&t, "Authorization_RequestDenied"));
    assert_int_equal(t.domains_n, 1); /* the other has no name */
    ra_arena_free(&a);
}

static void what_is_told_is_kept(void **state)
{
    (void)state;
    assert_true(settled());
    ra_snap_close(&snap);
    assert_int_equal(ra_snap_open(store.cache, "cloud", &snap, &store.err), 0);
    assert_true(ra_str_eq(ra_snap_get(snap, RA_FACT_SOA, RA_STR("ann")), RA_STR("1")));
}

static void saved_responses_are_asked_for_nothing(void **state)
{
    (void)state;
    script.files = true;
    assert_false(settled());
}

/* ---- the tenant now ---- */

static struct ra_tenant now(struct ra_arena *a)
{
    struct ra_tenant t;

    assert_int_equal(ra_tenant_now(NULL, snap, true, a, &t, &store.err), 0);
    return t;
}

#define GROUP                                                                                      \
    "{\"value\":[{\"principalId\":\"G\",\"roleDefinitionId\":\"r\","                               \
    "\"principal\":{\"@odata.type\":\"#microsoft.graph.group\"}}]}"

static void a_group_whose_members_are_refused_leaves_roles_unknown(void **state)
{
    struct ra_arena a = {0};

    (void)state;
    script.assignments = GROUP;
    script.group = RA_DOC_REFUSED;
    assert_false(now(&a).roles_known);
    script.group = RA_DOC_READ;
    assert_true(now(&a).roles_known);
    ra_arena_free(&a);
}

/* Without the licence there are none. */
static void eligibilities_that_need_a_licence_leave_roles_known(void **state)
{
    struct ra_arena a = {0};
    struct ra_tenant t;

    (void)state;
    script.assignments = GROUP;
    script.unlicensed = true;
    t = now(&a);
    assert_true(t.roles_known);
    assert_int_equal(t.holders_n, 1);
    ra_arena_free(&a);
}

/* Longer than an id can be. */
static void a_principal_that_is_none_is_no_group(void **state)
{
    char json[600], principal[400];
    struct ra_arena a = {0};

    (void)state;
    memset(principal, 'x', sizeof principal);
    snprintf(json, sizeof json,
             "{\"value\":[{\"principalId\":\"%.400s\",\"roleDefinitionId\":\"r\"}]}", principal);
    script.assignments = json;
    assert_int_equal(now(&a).holders_n, 1);
    ra_arena_free(&a);
}

static void saved_responses_have_the_members_in_a_file(void **state)
{
    struct ra_arena a = {0};

    (void)state;
    script.files = true;
    assert_true(now(&a).roles_known);
    ra_arena_free(&a);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(what_is_refused_is_kept_and_told),
        TEST(what_is_told_is_kept),
        TEST(saved_responses_are_asked_for_nothing),
        TEST(a_group_whose_members_are_refused_leaves_roles_unknown),
        TEST(eligibilities_that_need_a_licence_leave_roles_known),
        TEST(an_object_that_cannot_be_read_back_is_not_asked_for),
        TEST(a_principal_that_is_none_is_no_group),
        TEST(saved_responses_have_the_members_in_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
